"""What was done, what it cost, what a dub will take."""

from __future__ import annotations

import sqlite3

import pytest

from nemodub_nb.client import AsyncNemoClient, ServerError
from nemodub_nb.project import BadInputError, estimates
from nemodub_nb.project.estimates import Task, estimate
from nemodub_nb.project.journal import LedgerRow

TYPES = {
    "when": "datetime64[ns, UTC]",
    "step": "string",
    "backend": "string",
    "cost": "Float64",
    "left": "Float64",
    "seconds": "Float64",
}


def types(frame):
    return {name: str(kind) for name, kind in frame.dtypes.items()}


def test_the_ledger_tells_what_each_action_cost_also_after_a_restart(lab, clip, tmp_path, monkeypatch):
    monkeypatch.setenv("NEMODUB_QUOTA", "500")
    project = lab.open("film")
    assert types(project.ledger()) == TYPES
    project.upload(clip, show=False)
    project.dub(["es", "fr"], show=False)
    project.export("es", to=tmp_path, show=False)
    project.ask("Make the music quieter.", show=False)
    frame = project.ledger()
    assert list(frame["step"]) == [
        "Upload clip.mp4",
        "Dub into Spanish and French",
        "Export Spanish",
        "Make the music quieter.",
    ]
    assert list(frame["cost"]) == [0, 100, 0, 50]
    assert list(frame["left"]) == [500, 400, 400, 350]
    assert (frame["seconds"] >= 0).all()
    assert set(frame["backend"]) == {"local"}
    project.close()
    again = lab.open("film")
    assert again.ledger().equals(frame)
    assert types(again.ledger()) == TYPES
    assert lab.open("another").ledger().empty


def test_a_balance_that_cannot_be_read_costs_nothing_but_the_figure(lab, clip, monkeypatch):
    async def broken(_):
        raise ServerError("No balance.")

    monkeypatch.setattr(AsyncNemoClient, "credits", broken)
    project = lab.open()
    project.upload(clip, show=False)
    assert project.dub("es", show=False).languages == ("es",)
    frame = project.ledger()
    assert frame["cost"].isna().all()
    assert frame["left"].isna().all()
    assert types(frame) == TYPES


def test_a_journal_that_cannot_be_written_does_not_stop_an_action(lab, clip, monkeypatch):
    project = lab.open()

    def full(*_, **__):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(project._actions.desk.journal, "add_ledger_row", full)
    assert project.upload(clip, show=False).name == "clip.mp4"


def test_what_was_never_sent_is_not_in_the_ledger(lab, tmp_path):
    project = lab.open()
    with pytest.raises(BadInputError):
        project.ask("", show=False)
    with pytest.raises(Exception, match="no file"):
        project.upload(tmp_path / "none.mp4", show=False)
    assert project.ledger().empty


def test_a_question_about_the_balance_is_no_action(lab):
    project = lab.open()
    project.ask("credits", show=False)
    assert project.ledger().empty


# --- estimates


def test_an_estimate_counts_the_transcript_beside_the_clip(lab, clip):
    clip.with_suffix(".srt").write_text("1\n00:00:00,000 --> 00:00:01,000\n<i>Hello there.</i>\n")
    project = lab.open()
    project.upload(clip, show=False)
    told = project.estimate(["es", "fr"])
    assert told.credits == 0
    assert told.characters == 2 * len("Hello there.")
    assert told.seconds == pytest.approx(3 + 2 * (0.10 + 2 * 0.40), abs=0.1)
    assert "transcript" in told.how


def test_earlier_dubs_on_this_machine_calibrate_the_estimate():
    task = Task("s/a", 100.0, ("es",))
    assert estimate(task, None, [], local=True).seconds == pytest.approx(73.0)

    def row(seconds, **work):
        given = {"clip_s": 100.0, "languages": ["fr"], "heard": True, "separated": True, "whole": True}
        return LedgerRow(0.0, "Dub", "local", 0.0, 1.0, seconds, {**given, **work})

    assert estimate(task, None, [row(146.0)], local=True).seconds == pytest.approx(146.0)
    unusable = [row(146.0, again=True), row(146.0, whole=False), row(0.5), row(9.0, clip_s=None)]
    assert estimate(task, None, unusable, local=True).seconds == pytest.approx(73.0)
    assert estimate(Task("", None, ("es",)), None, [], local=True).seconds is None


def test_an_estimate_for_the_cloud_is_in_credits():
    told = estimate(Task("s/a", 10.0, ("es", "fr")), None, [], local=False)
    assert (told.credits, told.seconds) == (50.0, None)
    assert told.characters == 2 * 10 * estimates.CHARACTERS_A_SECOND
    assert "50" in told.how
