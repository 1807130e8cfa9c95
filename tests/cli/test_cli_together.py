"""What kind of file `nemodub dub` makes: choices that exclude each other are told before anything starts."""

from __future__ import annotations

import argparse

import pytest

from nemodub_nb.cli import dub
from nemodub_nb.cli.failure import BadInputError


def given(*words):
    parser = argparse.ArgumentParser()
    dub.add_arguments(parser)
    return parser.parse_args(["nowhere.mp4", "--to", "es,fr", *words])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--original"], "together"),
        (["--together", "--format", "wav"], "one language"),
        (["--together", "--preset", "podcast"], "one language"),
    ],
)
def test_choices_that_exclude_each_other_are_told_first(words, told):
    with pytest.raises(BadInputError, match=told):
        dub.run(given(*words))


def test_what_is_chosen_reaches_the_export():
    chosen = dub._file(given("--together", "--original", "--preset", "tiktok", "--format", "webm"))
    assert chosen == {"format": "webm", "preset": "tiktok", "together": True, "original": True}
    assert dub._file(given()) == {"format": None, "preset": None, "together": False, "original": False}


@pytest.mark.parametrize("words", [["--preset", "myspace"], ["--format", "exe"]])
def test_what_is_not_offered_is_refused_with_what_is(words, capsys):
    with pytest.raises(SystemExit):
        given(*words)
    assert "tiktok" in capsys.readouterr().err or words[0] == "--format"
