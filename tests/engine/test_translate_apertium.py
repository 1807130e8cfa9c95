"""Apertium whose pairs need more programs than their packages bring: what is missing is named, with the command for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from nemodub_nb.local.engine import doctor
from nemodub_nb.local.engine.errors import NoTranslationError
from nemodub_nb.local.engine.lines import Line
from nemodub_nb.local.engine.progress import silent
from nemodub_nb.local.engine.steps import Steps
from nemodub_nb.local.engine.translate.engines import hops, open_hop
from nemodub_nb.local.engine.translate.lines import Pair, translate

MODES = {
    "oci-cat": "lt-proc -w '/a | b/oci.bin' | cg-proc -w 'x.rlx.bin' | lrx-proc -m 'x.bin' | lt-proc $1 'y.bin'",
    "cat-oci": "lt-proc -w 'x.bin' | lt-proc $1 'y.bin'",
    "cat-srd": "lt-proc -w 'x.bin' | own-proc $1 'y.bin'",
}
"""Pairs that nothing else here translates."""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the programs' folder of an Apertium that came without the programs of some of its pairs."""
    programs, modes = tmp_path / "bin", tmp_path / "share" / "apertium" / "modes"
    programs.mkdir()
    modes.mkdir(parents=True)
    for mode, pipeline in MODES.items():
        (modes / f"{mode}.mode").write_text(pipeline, encoding="utf-8")
    _program(programs / "apertium", f'[ "$1" = -l ] && echo "{"  ".join(MODES)}" || cat')
    _program(programs / "lt-proc", "cat")
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.delenv("APERTIUM_PATH", raising=False)
    monkeypatch.delenv("APERTIUM_DATADIR", raising=False)
    return programs


def _program(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


def _dub(source: str, target: str, folder: Path) -> str:
    lines = [Line(0, 0, 2, "Bon dia.")]
    (done,) = translate(lines, Pair(source, target, (), folder / "models"), Steps(folder / "cache"), silent)
    return done.route


@pytest.mark.usefixtures("installed")
def test_a_pair_without_its_programs_names_them_and_the_command(tmp_path: Path) -> None:
    with pytest.raises(
        NoTranslationError,
        match=r"oci-cat without cg-proc and lrx-proc.*Run `apt install cg3 apertium-lex-tools`",
    ):
        _dub("oc", "ca", tmp_path)


@pytest.mark.usefixtures("installed")
def test_a_program_of_no_known_package_is_named_too(tmp_path: Path) -> None:
    with pytest.raises(NoTranslationError, match=r"cat-srd without own-proc.*package manager"):
        _dub("ca", "sc", tmp_path)


@pytest.mark.usefixtures("installed")
def test_a_pair_with_its_programs_translates(tmp_path: Path) -> None:
    assert _dub("ca", "oc", tmp_path) == "apertium ca→oc"


def test_the_doctor_calls_no_pair_ready_that_cannot_run(installed: Path, tmp_path: Path) -> None:
    found = doctor.report(tmp_path / "home", "oc", ["ca"])
    assert found.rows[0].translates == "translation memory only"
    assert (
        "apertium oci-cat needs cg-proc and lrx-proc (`apt install cg3 apertium-lex-tools`)"
        in doctor.as_text(found)
    )
    for name in ("cg-proc", "lrx-proc"):
        _program(installed / name, "cat")
    found = doctor.report(tmp_path / "home", "oc", ["ca"])
    assert found.rows[0].translates == "apertium"
    assert "oci-cat" not in doctor.as_text(found)


def test_apertium_translates_every_line_and_keeps_their_order(
    tmp_path: Path, lacking: Callable[[str], NoReturn]
) -> None:
    hop = next((hop for hop in hops(tmp_path) if hop.name == "apertium en→es"), None)
    if hop is None:
        lacking("Apertium with en-es")
    texts = ["The house is big.", "Two lines\nin one.", "The dog eats."]
    house, two, dog = open_hop(hop, tmp_path, silent)(texts)
    assert "casa" in house.lower()
    assert "dos" in two.lower()
    assert "perro" in dog.lower()
