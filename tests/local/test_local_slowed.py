"""A picture that is slowed where a line does not fit: asked for in a sentence, told in the draft, followed by the export."""

from __future__ import annotations

import pytest

from nemodub_nb.local.agent.grammar import understand
from nemodub_nb.local.agent.plan import ClipPlan, language_key, script_key


@pytest.fixture(scope="module")
def slowed(shared, clip):
    """One line from 0.5 to 1.5 s of a clip of 6 s, under which the picture takes 1.5 times as long."""
    session = shared.session("slowed")
    shared.upload(session, clip)
    shared.say(session, "Dub into Spanish. Add a title “Soon” at 0:03 for 1 second.")
    said = shared.say(session, "Slow the picture down to at most 1.5 times where needed.")
    return session, said


def submit(server, session, draft, render_id, **output):
    body = {"id": render_id, "sessionId": session, "draft": draft, "output": output}
    return server.http.post("/api/render/proxy/lambda", json=body)


def test_all_of_the_export_follows_the_slowed_picture(shared, slowed):
    session, _ = slowed
    draft = shared.state(session)["draft"]
    assert draft["d"] == 6000
    assert submit(shared, session, draft, "slow", language="es").json()["success"]
    shared.rendered("slow")
    job = shared.jobs()[-1]
    assert [(p["in_s"], p["out_s"], p.get("slow", 1.0)) for p in job["picture"]] == [
        (0.0, 0.5, 1.0),
        (0.5, 1.5, 1.5),
        (1.5, 6.0, 1.0),
    ]
    *bed, dub = job["audio"]
    assert [(b["start_s"], b["in_s"], b["out_s"], b.get("slow", 1.0)) for b in bed] == [
        (0.0, 0.0, 0.5, 1.0),
        (0.5, 0.5, 1.5, 1.5),
        (2.0, 1.5, 6.0, 1.0),
    ]
    assert (dub["start_s"], dub["in_s"], dub["out_s"], dub.get("slow")) == (0.5, 0.5, 2.0, None)
    assert job["duration_s"] == 6.5
    assert [(one["start_s"], one["end_s"]) for one in job["titles"]] == [(3.5, 4.5)]
    assert [(one["start_s"], one["end_s"]) for one in job["subtitles"]["cues"]] == [(0.5, 2.0)]


def test_a_trim_takes_its_share_of_a_slowed_line(shared, slowed):
    session, _ = slowed
    shared.say(session, "Cut the first 1 second.")
    draft = shared.state(session)["draft"]
    shared.say(session, "Undo.")
    assert submit(shared, session, draft, "trimmed", language="es").json()["success"]
    shared.rendered("trimmed")
    job = shared.jobs()[-1]
    assert [(p["in_s"], p["out_s"], p.get("slow", 1.0)) for p in job["picture"]] == [
        (1.0, 1.5, 1.5),
        (1.5, 6.0, 1.0),
    ]
    dub = job["audio"][-1]
    assert (dub["start_s"], dub["in_s"], dub["out_s"]) == (0.0, 1.25, 2.0)
    assert job["duration_s"] == 5.25


def test_languages_do_not_share_a_picture_that_one_of_them_slows(shared, slowed):
    session, _ = slowed
    draft = shared.state(session)["draft"]
    refused = submit(shared, session, draft, "together", together=True).json()
    assert refused["code"] == 400
    assert "Export one file a language" in refused["message"]


@pytest.mark.parametrize("factor", [0.5, 3, "2", None, True])
def test_a_draft_cannot_slow_the_picture_beyond_what_is_bearable(shared, slowed, factor):
    session, _ = slowed
    draft = shared.state(session)["draft"]
    (dub,) = (track for track in draft["t"] if track["m"].get("role") == "dub")
    dub["sg"][0]["m"]["slow"] = factor
    refused = submit(shared, session, draft, "wrong", language="es").json()
    assert refused["code"] == 400
    assert "from 1 to 2" in refused["message"]


def test_it_is_said_what_was_done(slowed):
    _, said = slowed
    assert "The picture may be slowed down, up to 1.5 times" in said
    assert "1 under which the picture is slowed, 0.5 s in all" in said


@pytest.mark.parametrize(
    ("sentence", "most"),
    [
        ("Slow the picture down where needed.", 2.0),
        ("Slow the video down to at most 1.5 times where needed.", 1.5),
        ("slow down the video by 1.2x if a line does not fit", 1.2),
        ("Never slow the picture.", 1.0),
        ("Please don't slow the video down", 1.0),
        ("必要时放慢画面", 2.0),
    ],
)
def test_it_is_understood_however_it_is_said(sentence, most):
    read = understand(sentence)
    assert [(type(action).__name__, action.most) for action in read.actions] == [("SlowPicture", most)]
    assert read.left_out == ()


@pytest.mark.parametrize("sentence", ["Slow down the voices.", "Don't slow down the speech."])
def test_slower_voices_are_another_thing(sentence):
    assert all(type(action).__name__ != "SlowPicture" for action in understand(sentence).actions)


def test_a_dub_is_another_one_with_it_and_a_script_the_same():
    plain, slow = ClipPlan(languages=("es",)), ClipPlan(languages=("es",), slow_video=1.5)
    assert language_key(plain, "es") != language_key(slow, "es")
    assert script_key(plain, "es") == script_key(slow, "es")
