"""Measures what a glossary brings and costs: python tests/benchmarks/bench_words.py

Prints a row for each way to translate that is here: terms said as wanted without and with the glossary, the time with it
over the time without, and the sentences translated again when one of all is corrected.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from platformdirs import user_data_dir

from nemodub_nb.local.engine.lines import Line
from nemodub_nb.local.engine.progress import silent
from nemodub_nb.local.engine.steps import Steps
from nemodub_nb.local.engine.translate.engines import hops
from nemodub_nb.local.engine.translate.glossary import load, lost
from nemodub_nb.local.engine.translate.lines import Pair, Translated, translate

sys.path.insert(0, str(Path(__file__).parents[1] / "engine"))
from test_translate_glossary import PORTUGUESE, SAID, SPANISH

MORE = (
    "Your timeline is ready, and it looks great.",
    "Leads come in every day.",
    "We found a new lead yesterday.",
    "Pipelines break when nobody watches them.",
    "The dub is ready.",
    "A good dub takes time.",
    "Workspaces are free.",
    "Word's new timeline is in Word.",
)


def timed(lines: list[Line], pair: Pair, folder: Path) -> tuple[list[Translated], float, int]:
    """Return the translations, the seconds they took, and how many sentences were computed."""
    steps, began = Steps(folder), time.monotonic()
    made = translate(lines, pair, steps, silent)
    return made, time.monotonic() - began, steps.computed


def measure(target: str, terms: str, models: Path, folder: Path) -> None:
    """Print the row of one language."""
    path = folder / f"{target}.csv"
    path.write_text(terms, encoding="utf-8")
    lines = [Line(at, at * 3.0, at * 3.0 + 2.5, text) for at, text in enumerate((*SAID, *MORE))]
    glossary = load([path], "en", target)
    found = [glossary.found(line.text) for line in lines]
    plain, plain_s, _ = timed(lines, Pair("en", target, (), models), folder / f"{target} plain")
    pair = Pair("en", target, (), models, (path,))
    steered, steered_s, _ = timed(lines, pair, folder / f"{target} steered")
    lines[-9] = replace(lines[-9], text="We saved four hours.")
    _, _, again = timed(lines, pair, folder / f"{target} steered")
    count = sum(len(one) for one in found)
    kept = [
        count - sum(len(lost(one, line.text)) for one, line in zip(found, made, strict=True))
        for made in (plain, steered)
    ]
    ratio = steered_s / max(plain_s, 1e-9)
    print(f"{plain[0].route:<18}{count:>7}{kept[0]:>9}{kept[1]:>9}{ratio:>9.1f} ×{again:>12}")


def main() -> None:
    """Measure every language that can be translated into here."""
    home = Path(os.environ.get("NEMODUB_HOME") or user_data_dir("nemodub"))
    models = Path(os.environ.get("NEMODUB_MODELS") or home / "models")
    there = {(hop.source, hop.target) for hop in hops(models)}
    print(f"{'way':<18}{'terms':>7}{'without':>9}{'with':>9}{'time':>11}{'corrected':>12}")
    with tempfile.TemporaryDirectory() as folder:
        for target, terms in (("pt", PORTUGUESE), ("es", SPANISH)):
            if ("en", target) in there:
                measure(target, terms, models, Path(folder))


if __name__ == "__main__":
    main()
