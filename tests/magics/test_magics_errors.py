from __future__ import annotations

import pytest

from nemodub_nb.languages import UnknownLanguageError
from nemodub_nb.project import BadInputError


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("%nemodub dubb es", ("dubb", "There are: status")),
        ("%nemodub dub", ("needs LANG", "%nemodub help dub")),
        ("%nemodub upload", ("needs PATH",)),
        ("%nemodub credits now", ("takes nothing like now",)),
        ("%nemodub dub es --wrong", ("--wrong", "help dub")),
        ("%nemodub export --quality huge", ("huge", "high")),
        ("%nemodub dub es --background loud", ("loud", "--background")),
        ("%nemodub dub 'es", ("quotation",)),
        ("%nemodub dub Klingonish", ("Klingonish", "is not a language")),
        ("%nemodub status --project nothing", ("nothing", "no project")),
        ("%nemodub help shrug", ("shrug",)),
        ("%%nemodub\n   \n", ("says nothing",)),
        ("%%nemodub dub\nes\n", ("one sentence", "dub")),
        ("%%nemodub loudly\nDub this\n", ("loudly",)),
    ],
)
def test_a_mistake_is_told_in_words_and_without_a_traceback(shell, cell, words):
    shell.run(cell)
    assert shell.error is not None
    for word in words:
        assert word in shell.said
    assert "Traceback" not in shell.said
    assert shell.said.strip().count("\n") == 0


@pytest.mark.usefixtures("project")
def test_what_the_project_says_is_shown_without_a_traceback_and_can_be_caught(shell):
    shell.run("%nemodub upload nowhere.mp4")
    assert "nowhere.mp4" in shell.said
    assert "Traceback" not in shell.said
    shell.run("%nemodub dub es --clip another.mp4")
    assert isinstance(shell.error, BadInputError)
    assert "another.mp4" in shell.said
    assert "Traceback" not in shell.said
    shell.run("%nemodub dub Klingonish")
    assert isinstance(shell.error, UnknownLanguageError)


def test_an_error_that_nobody_expected_is_one_line_too(shell, project, monkeypatch):
    monkeypatch.setattr(type(project), "credits", lambda _: 1 / 0)
    shell.run("%nemodub credits")
    assert "division by zero" in shell.said
    assert "NEMODUB_DEBUG" in shell.said
    assert "Traceback" not in shell.said
    monkeypatch.setenv("NEMODUB_DEBUG", "1")
    shell.run("%nemodub credits")
    assert "Traceback" in shell.said


def test_a_line_that_cannot_be_read_opens_no_project(shell):
    shell.run("%nemodub dub Klingonish")
    assert "project" not in shell.ip.user_ns
