"""Reports of real exports, shortened, and what goes wrong with them."""

from __future__ import annotations

import copy
import json
from pathlib import Path

HERE = Path(__file__).parent
REAL = {tag: json.loads((HERE / f"explainer.{tag}.report.json").read_text("utf-8")) for tag in ("es", "fr")}
"""What project.export wrote for the sample clip, with the first six lines of each language."""

HOSTILE = '<img src=x onerror="document.title=1"> $x^2$ \u202egpj.\x1b[31m =HYPERLINK("http://evil.test") \ud800 &amp;'


def a_report(language="es", clip="explainer.mp4", **of_all_lines):
    """Return the report of an export; values given are those of all its lines."""
    made = copy.deepcopy(REAL.get(language, REAL["es"]))
    made["source"], made["language"] = clip, language
    made["outputs"]["video"] = f"{Path(clip).stem}.{language}.mp4"
    for line in made["segments"]:
        line.update(of_all_lines, language=language)
    return made


def write(folder, report, stem=None):
    """Write a report as an export would."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{stem or Path(report['outputs']['video']).stem}.report.json"
    path.write_text(json.dumps(report), encoding="utf-8")
    return path


def a_bad_line(report, index=2):
    """Let one line run beyond its time, and be sped up to the limit."""
    report["segments"][index].update(
        stretch=1.3, overflow_s=0.4, onset_error_s=0.31, flags=["fast", "overflow", "late"], verdict="bad"
    )
    return report
