from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def loaded(kernel):
    kernel.run("%load_ext nemodub_nb")


def complete(kernel, code):
    message_id = kernel.client.complete(code)
    found = kernel.reply(message_id, 10)
    return found["matches"], code[found["cursor_start"] : found["cursor_end"]]


def test_the_magics_are_there_after_load_ext(kernel):
    assert "%nemodub export" in kernel.run("%nemodub").result
    kernel.run("%nemodub dub es")
    kernel.run("table = %nemodub timeline")
    assert "es" in kernel.run("table").result
    cell = kernel.run("%%nemodub\nhow many credits are left?")
    assert "credits available" in cell.result


def test_tab_in_a_notebook_offers_what_fits(kernel):
    assert complete(kernel, "%nemodub st") == (["status", "stop"], "st")
    assert complete(kernel, "%nemodub dub es Fren") == (["French"], "Fren")
    assert complete(kernel, "%nemodub timeline --clip ") == (["clip.mp4"], "")
    assert complete(kernel, "x = %nemodub export --qu") == (["--quality"], "--qu")


def test_a_question_mark_shows_the_help(kernel):
    found = kernel.reply(kernel.client.inspect("%nemodub"), 10)
    assert "%nemodub export" in found["data"]["text/plain"]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("%nemodub dub Klingonish", "Klingonish"),
        ("%nemodub upload nowhere.mp4", "nowhere.mp4"),
        ("%nemodub dubb", "dubb"),
    ],
)
def test_a_mistake_fails_the_cell_with_a_sentence(kernel, code, words):
    cell = kernel.send(code).wait()
    assert not cell.ok
    shown = cell.error + cell.printed
    assert words in shown
    assert "Traceback" not in shown
    assert shown.strip().count("\n") == 0
