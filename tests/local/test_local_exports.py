"""What an export takes from a draft, and what it refuses."""

from __future__ import annotations

import copy

import pytest


@pytest.fixture(scope="module")
def dubbed(shared, clip):
    session = shared.session("exports")
    shared.upload(session, clip)
    shared.say(session, "Dub into Spanish and French. Set the background volume to 35%.")
    return session


def submit(server, session, draft, render_id, **output):
    body = {"id": render_id, "sessionId": session, "draft": draft, "output": output}
    return server.http.post("/api/render/proxy/lambda", json=body)


def test_the_engine_gets_what_the_draft_says(shared, dubbed):
    draft = shared.state(dubbed)["draft"]
    draft["t"] = [track for track in draft["t"] if track["m"].get("language") not in ("fr", "en")]
    assert submit(shared, dubbed, draft, "says").status_code == 200
    assert shared.rendered("says")["outputUrl"].endswith("/clip.es.mp4")
    job = shared.jobs()[-1]
    assert job["picture"] == [{"source": job["picture"][0]["source"], "in_s": 0.0, "out_s": 6.0}]
    bed, dub = job["audio"]
    assert (bed["role"], bed["volume"], bed["start_s"], bed["out_s"], bed["duck"]) == (
        "bed",
        0.35,
        0.0,
        6.0,
        False,
    )
    assert (dub["role"], dub["start_s"], dub["in_s"], dub["out_s"]) == ("dub", 0.5, 0.5, 1.5)
    assert job["subtitles"] == {
        "language": "es",
        "mode": "track",
        "cues": [{"start_s": 0.5, "end_s": 1.5, "text": "Hello in es."}],
    }
    assert (job["audio_language"], job["aspect"], job["duration_s"]) == ("es", None, 6.0)


def test_a_draft_with_two_dubs_asks_which_one(shared, dubbed):
    draft = shared.state(dubbed)["draft"]
    both = submit(shared, dubbed, draft, "both").json()
    assert both["code"] == 400
    assert "es, fr" in both["message"]
    assert submit(shared, dubbed, draft, "one", language="fr").json()["success"]
    assert shared.rendered("one")["outputUrl"].endswith("/clip.fr.mp4")


def test_all_languages_in_one_file_are_tracks_in_the_order_asked_for_and_the_original_comes_last(
    shared, dubbed
):
    draft = shared.state(dubbed)["draft"]
    order = {"together": True, "languages": ["fr", "es"], "original": True, "format": "webm"}
    assert submit(shared, dubbed, draft, "all", **order, loudness_lufs=-14).json()["success"]
    assert shared.rendered("all")["outputUrl"].endswith("/clip.mul.webm")
    job = shared.jobs()[-1]
    assert [(sound["language"], sound["loudness_lufs"]) for sound in job["sounds"]] == [
        ("fr", -14),
        ("es", -14),
        ("en", -14),
    ]
    assert [[window["role"] for window in sound["audio"]] for sound in job["sounds"]] == [
        ["bed", "dub"],
        ["bed", "dub"],
        ["original"],
    ]
    (own,) = job["sounds"][2]["audio"]
    assert (own["source"], own["volume"], own["duck"]) == (job["picture"][0]["source"], 1.0, False)
    assert job["sounds"][2]["title"] == "English (original)"
    assert [(text["language"], text["mode"]) for text in job["subtitles"]] == [
        ("fr", "track"),
        ("es", "track"),
    ]
    assert [track["language"] for track in shared.rendered("all")["measured"]["tracks"]] == ["fr", "es", "en"]


def test_words_of_several_languages_are_never_burned_into_one_picture(shared, dubbed):
    draft = copy.deepcopy(shared.state(dubbed)["draft"])
    for track in draft["t"]:
        if track["m"].get("role") == "subtitles":
            track["m"]["mode"] = "burned"
    submit(shared, dubbed, draft, "burned together", together=True)
    shared.rendered("burned together")
    assert [text["mode"] for text in shared.jobs()[-1]["subtitles"]] == ["track", "track"]


def test_what_an_export_asks_for_goes_before_what_the_timeline_says(shared, clip):
    session = shared.session()
    shared.upload(session, clip)
    shared.say(session, "Dub into Spanish for TikTok with broadcast loudness.")
    draft = shared.state(session)["draft"]
    submit(shared, session, draft, "timeline")
    shared.rendered("timeline")
    job = shared.jobs()[-1]
    assert (job["aspect"], job["loudness_lufs"]) == ("9:16", -23)
    submit(shared, session, draft, "asked", aspect="1:1", loudness_lufs=-18.5)
    shared.rendered("asked")
    job = shared.jobs()[-1]
    assert (job["aspect"], job["loudness_lufs"]) == ("1:1", -18.5)


def test_the_same_id_is_the_same_export(shared, dubbed):
    draft = shared.state(dubbed)["draft"]
    submit(shared, dubbed, draft, "same", language="es")
    done = shared.rendered("same")
    jobs = len(shared.jobs())
    assert submit(shared, dubbed, draft, "same", language="es").json()["data"] == done
    assert len(shared.jobs()) == jobs


def test_a_draft_of_the_bare_known_keys_is_exported(shared, clip):
    session = shared.session()
    (file,) = shared.data(shared.upload(session, clip))["files"]
    source = f"sha256:{file['hash']}"
    draft = {
        "t": [
            {"tt": 0, "sg": [{"d": 2000, "m": {"source": source}}, {"d": 1000, "m": {"source": source}}]},
            {"tt": 7, "sg": [{"d": 500, "m": {"text": "Hi"}}]},
        ]
    }
    assert submit(shared, session, draft, "bare").json()["success"]
    assert shared.rendered("bare")["status"] == "completed"
    job = shared.jobs()[-1]
    assert (len(job["picture"]), job["duration_s"], job["titles"]) == (
        2,
        3.0,
        [{"text": "Hi", "start_s": 0.0, "end_s": 0.5}],
    )


def _broken():
    first = ("t", 0, "sg", 0)
    return [
        ((), "text"),
        ((), None),
        (("t",), {}),
        (("t",), []),
        (("t", 0), 1),
        (("t", 0, "tt"), 3),
        (("t", 0, "sg"), "x"),
        (first, []),
        ((*first, "d"), -1),
        ((*first, "d"), "5"),
        ((*first, "d"), 1e12),
        ((*first, "d"), True),
        ((*first, "m", "start_ms"), None),
        ((*first, "m", "in_ms"), 999_999),
        ((*first, "d"), 999_999),
        ((*first, "m", "source"), "sha256:" + "0" * 64),
        ((*first, "m", "source"), "/etc/passwd"),
        ((*first, "m", "source"), {"a": 1}),
        (("t", 1, "m", "volume"), 99),
        (("t", 1, "m", "volume"), "loud"),
        (("t", 0, "m", "aspect"), "wide"),
        (("t", 0, "m", "aspect"), "0:0"),
    ]


@pytest.mark.parametrize(("path", "value"), _broken())
def test_a_draft_that_cannot_be_meant_is_a_400(shared, dubbed, path, value):
    draft = copy.deepcopy(shared.state(dubbed)["draft"])
    if path:
        *way, last = path
        place = draft
        for step in way:
            place = place[step]
        place[last] = value
    answer = submit(shared, dubbed, draft if path else value, "broken", language="es")
    assert (answer.status_code, answer.json()["code"]) == (400, 400), answer.text
    assert answer.json()["success"] is False


@pytest.mark.parametrize(
    "output",
    [
        {"format": "exe"},
        {"quality": "best"},
        {"format": ["mp4"]},
        {"aspect": "5:1"},
        {"loudness_lufs": "loud"},
        {"loudness_lufs": 3},
        {"together": "yes"},
        {"together": True, "languages": "es"},
        {"together": True, "languages": ["de"]},
        {"together": True, "format": "mp3"},
        "x",
    ],
)
def test_an_output_that_is_not_known_is_a_400(shared, dubbed, output):
    body = {"id": "o", "sessionId": dubbed, "draft": shared.state(dubbed)["draft"], "output": output}
    assert shared.http.post("/api/render/proxy/lambda", json=body).json()["code"] == 400


def test_files_of_another_session_cannot_be_used(shared, dubbed):
    other = shared.session()
    answer = submit(shared, other, shared.state(dubbed)["draft"], "theirs", language="es")
    assert answer.json()["code"] == 400


def test_one_export_at_a_time_and_it_can_be_cancelled(start, clip, until):
    server = start()
    session = server.session()
    server.upload(session, clip)
    server.hold()
    assert server.submit(session, "first").json()["data"]["status"] == "pending"
    assert server.submit(session, "second").json()["code"] == 409
    assert server.http.get("/api/render/proxy/first/download").json()["code"] == 409
    until(server.jobs)
    cancelled = server.data(server.http.post("/api/render/proxy/lambda/first/cancel"))
    assert cancelled["status"] == "failed"
    assert "cancelled" in cancelled["error"]
    server.release()
    server.submit(session, "second")
    assert server.rendered("second")["status"] == "completed"
    assert server.http.post("/api/render/proxy/lambda/second/cancel").json()["data"]["status"] == "completed"
