"""What a session does with sentences, one after the other."""

from __future__ import annotations

import pytest


@pytest.fixture
def session(shared, clip):
    made = shared.session("talk")
    shared.upload(made, clip)
    return made


def test_the_timeline_is_there_before_anything_is_said(shared, session):
    assert list(shared.tracks(session)) == [("picture", None), ("original", None)]


def test_languages_come_and_go_and_only_new_ones_are_dubbed(shared, session):
    shared.say(session, "Dub into Spanish and French. The video is in English.")
    made = len(shared.jobs())
    shared.say(session, "Add German.")
    assert [job["languages"] for job in shared.jobs()[made:]] == [["de"]]
    answer = shared.say(session, "Remove French.")
    assert "removed French" in answer
    assert [key for key in shared.tracks(session) if key[0] == "dub"] == [("dub", "es"), ("dub", "de")]
    assert "no Japanese dub" in shared.say(session, "Remove Japanese.")
    shared.say(session, "Dub into French.")
    assert len(shared.jobs()) == made + 1, "what was dubbed once is kept"
    assert ("dub", "fr") in shared.tracks(session)
    shared.say(session, "Remove all the dubs.")
    assert not [key for key in shared.tracks(session) if key[0] == "dub"]


def test_edits_never_dub_again_and_are_kept(shared, session):
    shared.say(session, "Dub into Spanish.")
    made = len(shared.jobs())
    shared.say(session, "Set the background volume to 35%.")
    shared.say(session, 'Burn the subtitles into the picture and add a title "Hi" for 2 seconds.')
    shared.say(session, "Make it 9:16, and cut the first second. Cut the first 1 second.")
    tracks = shared.tracks(session)
    assert len(shared.jobs()) == made
    assert tracks["bed", None]["m"]["volume"] == 0.35
    assert tracks["subtitles", "es"]["m"]["mode"] == "burned"
    assert tracks["picture", None]["m"]["aspect"] == "9:16"
    assert [(s["m"]["start_ms"], s["m"]["in_ms"], s["d"]) for s in tracks["picture", None]["sg"]] == [
        (0, 1000, 5000)
    ]
    assert [(s["m"]["start_ms"], s["d"]) for s in tracks["title", None]["sg"]] == [(0, 1000)]
    assert [(s["m"]["start_ms"], s["m"]["in_ms"], s["d"]) for s in tracks["dub", "es"]["sg"]] == [
        (0, 1000, 500)
    ]
    assert shared.state(session)["canvas_config"] == {"width": 180, "height": 320}


def test_undo_goes_back_one_message_at_a_time(shared, session):
    shared.say(session, "Dub into Spanish.")
    shared.say(session, "Background volume 20%.")
    shared.say(session, "undo")
    assert shared.tracks(session)["bed", None]["m"]["volume"] == 1.0
    shared.say(session, "undo and make it square")
    assert [track["m"]["role"] for track in shared.state(session)["draft"]["t"] if track["tt"] < 7] == [
        "picture",
        "original",
    ]
    assert shared.tracks(session)["picture", None]["m"]["aspect"] == "1:1"
    shared.say(session, "undo")
    assert "nothing to undo" in shared.say(session, "undo")


def test_the_original_voice_is_kept_low_or_taken_out(shared, session):
    shared.say(session, "Dub into Spanish. Keep the original voice low under the dub.")
    assert shared.jobs()[-1]["separate"] is False
    original = shared.tracks(session)["original", None]["m"]
    assert original["duck"] is True
    assert ("bed", None) not in shared.tracks(session)
    shared.say(session, "Keep the original voice.")
    assert "duck" not in shared.tracks(session)["original", None]["m"]
    made = len(shared.jobs())
    shared.say(session, "Remove the original voice.")
    assert shared.jobs()[made]["separate"] is True
    assert ("bed", None) in shared.tracks(session)


def test_what_is_not_understood_is_said_and_the_rest_is_done(shared, session):
    answer = shared.say(session, "Dub into Spanish and Blorbish, and add sparkles.")
    assert ("dub", "es") in shared.tracks(session)
    assert "“Blorbish” is not a language" in answer
    assert "“add sparkles”" in answer
    assert "did not understand" in shared.say(session, "Sing me a song")
    assert "Which languages" in shared.say(session, "Dub this.")
    assert "I dub clips" in shared.say(session, "What can you do?")


def test_one_language_that_fails_does_not_stop_the_others(shared, session):
    frames = shared.frames(session, "Dub into Spanish and Klingon.")
    answer = frames[-1]["content"]["parts"][0]["text"]
    assert "Spanish: 1 line" in answer
    assert "Klingon did not work: Nothing here translates en into tlh. Add a memory." in answer
    assert [key for key in shared.tracks(session) if key[0] == "dub"] == [("dub", "es")]


def test_attachments_are_used_from_then_on(shared, session):
    transcript = "Transcript: clip.srt\n1\n00:00:00,500 --> 00:00:01,400\nHello there.\n"
    memory = "Translation memory: terms.csv\nen,es\nHello,Hola\n"
    answer = shared.say(session, "Dub into Spanish.", transcript, memory, "Shopping list: x\nmilk")
    job = shared.jobs()[-1]
    assert job["transcript"].endswith(".srt")
    assert job["memories"][0].endswith(".csv")
    with open(job["memories"][0]) as kept:  # noqa: PTH123 - a path from a job
        assert kept.read() == "en,es\nHello,Hola\n"
    assert "clip.srt" in answer
    assert "neither" in answer
    shared.say(session, "Dub into French.")
    assert shared.jobs()[-1]["transcript"] == job["transcript"]


def test_a_glossary_is_used_from_then_on_and_dubs_again_what_is_there(shared, session):
    shared.say(session, "Dub into Spanish.")
    assert shared.jobs()[-1]["glossaries"] == []
    made = len(shared.jobs())
    terms = "Glossary: terms.csv\nsource,target,target_language\ndashboard,panel,es\n"
    answer = shared.say(session, "Dub into Spanish.", terms)
    assert "I use the glossary terms.csv" in answer
    (job,) = shared.jobs()[made:]
    with open(job["glossaries"][0]) as kept:  # noqa: PTH123 - a path from a job
        assert kept.read().startswith("source,target")
    assert "I read .csv, .tsv there" in shared.say(session, "Dub into French.", "Glossary: terms.tbx\n<x/>")
    assert shared.jobs()[-1]["glossaries"] == job["glossaries"]


def test_a_glossary_is_replaced_by_the_next_and_taken_away(shared, session):
    shared.say(session, "Dub into Spanish.")
    head = "source,target,target_language\n"
    answer = shared.say(session, "Dub into Spanish.", f"Glossary: a.csv\n{head}dashboard,panel,es\n")
    assert "in place" not in answer
    first = shared.jobs()[-1]["glossaries"]
    made = len(shared.jobs())
    answer = shared.say(session, "Use these terms.", f"Glossary: b.csv\n{head}hub,centro,es\n")
    assert "I use the glossary b.csv. It takes the place of the one before." in answer
    (job,) = shared.jobs()[made:]
    assert len(job["glossaries"]) == 1
    assert job["glossaries"] != first
    answer = shared.say(session, "Dub into Spanish. Use no glossary.")
    assert answer == "The glossary is no longer used. Spanish is back."
    assert len(shared.jobs()) == made + 1, "what it is without a glossary was made before"
    shared.say(session, "Undo.")
    assert shared.say(session, "Remove the glossary.") == "The glossary is no longer used."
    assert shared.say(session, "Without the glossary, please.") == "No glossary is used."


def test_a_voice_and_its_speed_are_used_for_its_language_only(shared, session):
    shared.say(session, "Dub into Spanish and French. Use the voice kokoro:ef_dora for Spanish.")
    assert shared.jobs()[-1]["voices"] == {"es": "kokoro:ef_dora"}
    made = len(shared.jobs())
    shared.say(session, "Use the voice kokoro:em_alex for Spanish.")
    assert [job["languages"] for job in shared.jobs()[made:]] == [["es"]], "French is as it was"
    shared.say(session, "Speak faster. Use the fast voices.")
    assert (shared.jobs()[-1]["speed"], shared.jobs()[-1]["quality"], shared.jobs()[-1]["languages"]) == (
        1.1,
        "fast",
        ["es", "fr"],
    )


def test_each_clip_has_its_own_plan(shared, session, sound):
    shared.upload(session, sound)
    shared.say(session, "Dub into French.")
    shared.say(session, 'For the clip "clip.mp4": dub into Spanish.')
    of = {
        track["m"].get("language"): track["m"]["clip"]
        for track in shared.state(session)["draft"]["t"]
        if track["m"]["role"] == "dub"
    }
    assert of == {"fr": "sound.wav", "es": "clip.mp4"}
    shared.say(session, "Subtitles off.")
    assert shared.tracks(session)["subtitles", "es"]["m"]["mode"] == "off"
    assert "no clip “other.mp4”" in shared.say(session, 'For the clip "other.mp4": undo')


def test_without_a_clip_it_asks_for_one(shared):
    empty = shared.session()
    assert "no clip yet" in shared.say(empty, "Dub this video into Spanish.")
    assert shared.state(empty)["draft"]["t"] == []


def test_a_still_image_is_not_dubbed(shared, tmp_path):
    from PIL import Image

    Image.new("RGB", (20, 10)).save(tmp_path / "still.png")
    session = shared.session()
    (file,) = shared.data(shared.upload(session, tmp_path / "still.png"))["files"]
    assert (file["file_type"], file["width"], file["height"]) == ("image", 20, 10)
    assert "no speech to dub" in shared.say(session, "Dub into Spanish.")


def test_an_empty_message_is_a_400(shared, session):
    for message in ({}, {"parts": []}, {"parts": [{"text": " "}]}, {"parts": "x"}, None):
        body = {"app_name": "nemo_agent", "user_id": "me", "session_id": session, "new_message": message}
        assert shared.http.post("/run_sse", json=body).json()["code"] == 400


def test_silence_is_broken_by_heartbeats():
    import asyncio
    from types import SimpleNamespace

    from nemodub_nb.local.server.running import RunningMessages

    async def listen():
        running = RunningMessages(SimpleNamespace(settings=SimpleNamespace(heartbeat_s=0.02)))
        queue = asyncio.Queue()
        asyncio.get_running_loop().call_later(0.1, queue.put_nowait, None)
        return [frame async for frame in running.frames(queue)]

    frames = asyncio.run(listen())
    assert len(frames) >= 2
    assert frames[0] == {"type": "heartbeat"}


def test_subtitles_without_a_dub_are_not_promised(shared, session):
    shared.say(session, "Dub into Spanish.")
    assert "Dub this video into French" in shared.say(session, "Add French subtitles.")
    assert "all languages" in shared.say(session, "Turn off the Spanish subtitles.")


def test_naming_the_language_that_was_heard_anyway_dubs_nothing_again(shared, session):
    shared.say(session, "Dub into Spanish.")
    made = len(shared.jobs())
    shared.say(session, "The video is in English. Make it square.")
    assert len(shared.jobs()) == made
