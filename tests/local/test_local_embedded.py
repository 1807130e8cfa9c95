"""What only the embedded backend has: stopping, languages, and pieces of sound and picture."""

from __future__ import annotations

import io
import json
import os
import threading
import time
import wave

import av
import numpy as np
import pytest
from PIL import Image


def _speak(server, session, text):
    """Say something without waiting; the frames come into the list that is returned."""
    frames = []
    thread = threading.Thread(target=lambda: frames.extend(server.frames(session, text)), daemon=True)
    thread.start()
    return thread, frames


def _alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:  # noqa: PTH123 - a process file
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _get(server, session, what, **query):
    return server.http.get(f"/api/embedded/sessions/{session}/{what}", params=query)


def _other(server):
    """Return a server's client with the token of somebody else."""
    import httpx

    made = httpx.post(
        f"{server.url}/api/auth/anonymous-token",
        headers={"X-Client-Id": os.urandom(8).hex()},
        trust_env=False,
    )
    token = made.json()["data"]["token"]
    return httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {token}"}, trust_env=False)


# --- stopping


def test_stopping_ends_the_message_and_its_worker_at_once_and_the_next_one_works(start, clip, until):
    server = start()
    session = server.session()
    server.upload(session, clip)
    server.hold()
    thread, frames = _speak(server, session, "Dub into Spanish.")
    (job,) = until(server.jobs)
    began = time.monotonic()
    stopped = server.data(server.http.post(f"/api/embedded/sessions/{session}/stop"))
    assert stopped == {"stopped": True}
    assert time.monotonic() - began < 3
    thread.join(30)
    assert frames[-1] == {"error": "Stopped.", "errorCode": "STOPPED"}
    assert not _alive(job["pid"])
    last = server.last(session)
    assert (last["status"], last["answer"]) == ("failed", "Stopped.")
    assert ("dub", "es") not in server.tracks(session)
    server.release()
    assert "Spanish" in server.say(session, "Dub into Spanish.")
    assert ("dub", "es") in server.tracks(session)


def test_stopping_where_nothing_runs_does_nothing(shared, clip):
    session = shared.session()
    assert shared.data(shared.http.post(f"/api/embedded/sessions/{session}/stop")) == {"stopped": False}
    shared.upload(session, clip)
    shared.say(session, "Make the music quieter.")
    assert shared.data(shared.http.post(f"/api/embedded/sessions/{session}/stop")) == {"stopped": False}
    assert shared.last(session)["status"] == "done"


def test_a_message_that_waits_for_another_can_be_stopped_and_the_other_goes_on(start, clip, until):
    server = start()
    first, second = server.session(), server.session()
    for session in (first, second):
        server.upload(session, clip)
    server.hold()
    one, _ = _speak(server, first, "Dub into Spanish.")
    until(server.jobs)
    two, frames = _speak(server, second, "Dub into French.")
    until(lambda: (server.last(second) or {}).get("status") == "running")
    assert server.data(server.http.post(f"/api/embedded/sessions/{second}/stop"))["stopped"]
    two.join(30)
    assert frames[-1]["error"] == "Stopped."
    server.release()
    one.join(30)
    assert ("dub", "es") in server.tracks(first)
    assert len(server.jobs()) == 1


def test_a_stopped_message_is_not_taken_up_by_the_next_server(start, clip, until):
    first = start()
    session = first.session()
    first.upload(session, clip)
    first.hold()
    thread, _ = _speak(first, session, "Dub into Spanish.")
    until(first.jobs)
    first.http.post(f"/api/embedded/sessions/{session}/stop")
    thread.join(30)
    first.kill()
    first.release()
    second = start()
    assert second.last(session)["status"] == "failed"
    time.sleep(0.5)
    assert len(second.jobs()) == 1


# --- who may


@pytest.mark.parametrize("what", ["peaks", "poster", "facts", "sound"])
def test_a_session_of_somebody_else_is_none(shared, clip, what):
    session = shared.session()
    shared.upload(session, clip)
    with _other(shared) as other:
        answer = other.get(f"/api/embedded/sessions/{session}/{what}")
        assert (answer.status_code, answer.json()["code"]) == (404, 1002)
        assert other.post(f"/api/embedded/sessions/{session}/stop").json()["code"] == 1002


@pytest.mark.parametrize(
    "path",
    [
        "sessions/1/peaks",
        "sessions/..%2f..%2fx/facts",
        "sessions/%00/poster",
        "sessions/'--/sound",
        "sessions/1/none",
    ],
)
def test_hostile_ids_are_not_found(shared, path):
    assert shared.http.get(f"/api/embedded/{path}").status_code == 404


@pytest.mark.parametrize("path", ["languages", "voice?language=es", "sessions/1/peaks", "sessions/1/sound"])
def test_nothing_is_told_without_a_token(shared, path):
    answer = shared.http.get(f"/api/embedded/{path}", headers={"Authorization": ""})
    assert (answer.status_code, answer.json()["code"]) == (401, 1001)


def test_a_clip_of_another_session_is_not_found(shared, clip):
    session, empty = shared.session(), shared.session()
    shared.upload(session, clip)
    assert _get(shared, empty, "facts", clip="clip.mp4").status_code == 404
    assert _get(shared, session, "facts", clip="../clip.mp4").status_code == 404


# --- what can be dubbed


def test_languages_come_with_their_voices_and_soon(shared):
    def asked():
        began = time.monotonic()
        answer = shared.http.get("/api/embedded/languages", params={"source": "en"})
        return time.monotonic() - began, shared.data(answer)["languages"]

    times, answers = zip(*(asked() for _ in range(4)), strict=True)
    assert min(times) < 0.3, "the quickest, since a machine may be busy with something else"
    rows = answers[0]
    spanish = next(row for row in rows if row["language"] == "es")
    assert spanish["name"] == "Spanish"
    dora = next(voice for voice in spanish["voices"] if voice["id"] == "kokoro:ef_dora")
    assert (dora["label"], dora["grade"], dora["gender"]) == ("Dora", "native", "female")
    assert {voice["label"] for row in rows for voice in row["voices"]} >= {"Dora", "eSpeak", "Thorsten"}
    assert len(rows) > 40
    assert all(isinstance(row["ready"], bool) for row in rows)
    assert shared.http.get("/api/embedded/languages", params={"source": "nonsense!"}).status_code == 400


def test_a_voice_can_be_heard_and_the_second_time_is_instant(shared):
    query = {"language": "es", "voice": "espeak:es"}
    began = time.monotonic()
    answer = shared.http.get("/api/embedded/voice", params=query)
    first_s = time.monotonic() - began
    assert answer.headers["content-type"] == "audio/wav"
    with wave.open(io.BytesIO(answer.content)) as sound:
        assert 1 < sound.getnframes() / sound.getframerate() < 6
    began = time.monotonic()
    assert shared.http.get("/api/embedded/voice", params=query).content == answer.content
    assert time.monotonic() - began < max(0.3, first_s / 2)


def test_a_voice_that_is_none_says_which_there_are(shared):
    answer = shared.http.get("/api/embedded/voice", params={"language": "es", "voice": "kokoro:../../x"})
    assert answer.status_code == 400
    assert "kokoro:ef_dora" in answer.json()["message"]


# --- pieces of a clip


def test_peaks_tell_the_shape_of_the_sound(shared, tmp_path):
    path = tmp_path / "half.wav"
    loud = (np.sin(np.arange(16000) / 5) * 16384).astype("<i2")
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16000)
        sound.writeframes(np.concatenate([np.zeros(16000, "<i2"), loud]).tobytes())
    session = shared.session()
    shared.upload(session, path)
    told = shared.data(_get(shared, session, "peaks", n=10))
    assert told["duration_s"] == pytest.approx(2.0, abs=0.01)
    assert len(told["peaks"]) == 10
    assert max(told["peaks"][:5]) < 0.05
    assert all(0.4 < peak < 0.6 for peak in told["peaks"][5:])
    assert _get(shared, session, "peaks", n=10**9).status_code == 400
    assert _get(shared, session, "poster").status_code == 404


def test_the_poster_is_a_small_picture_that_is_not_black(shared, tmp_path):
    path = tmp_path / "dark.mp4"
    with av.open(str(path), "w") as container:
        video = container.add_stream("mpeg4", rate=10)
        video.width, video.height, video.pix_fmt = 960, 540, "yuv420p"
        for number in range(40):
            level = 200 if number >= 20 else 0
            frame = av.VideoFrame.from_ndarray(np.full((540, 960, 3), level, np.uint8), format="rgb24")
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
    session = shared.session()
    shared.upload(session, path)
    answer = _get(shared, session, "poster")
    assert answer.headers["content-type"] == "image/jpeg"
    picture = Image.open(io.BytesIO(answer.content))
    assert picture.size == (480, 270)
    assert picture.convert("L").resize((1, 1)).getpixel((0, 0)) > 150
    assert _get(shared, session, "peaks").status_code == 404
    assert _get(shared, session, "sound").status_code == 404


def test_facts_tell_what_a_clip_holds(shared, clip):
    session = shared.session()
    shared.upload(session, clip)
    facts = shared.data(_get(shared, session, "facts", clip="clip.mp4"))
    assert (facts["width"], facts["height"], facts["fps"]) == (320, 180, 10)
    assert facts["duration_s"] == pytest.approx(6, abs=0.2)
    assert facts["audio_tracks"] == 1
    assert facts["size_bytes"] == clip.stat().st_size


def test_a_stretch_of_the_sound_is_as_long_as_asked(shared, clip):
    session = shared.session()
    shared.upload(session, clip)
    answer = _get(shared, session, "sound", start_s=1.5, end_s=3.0)
    assert answer.headers["content-type"] == "audio/wav"
    with wave.open(io.BytesIO(answer.content)) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getnframes()) == (24000, 1, 36000)
        assert np.abs(np.frombuffer(sound.readframes(36000), "<i2")).max() > 4000
    assert _get(shared, session, "sound", start_s=0, end_s=61).status_code == 400
    assert _get(shared, session, "sound", start_s="nan", end_s=3).status_code == 400
    assert _get(shared, session, "sound", start_s=0, end_s=1, language="fr").status_code == 404


def test_a_clip_that_goes_wrong_is_told_in_words(start, clip):
    server = start()
    session = server.session()
    server.upload(session, clip)
    (stored,) = [path for path in (server.home / "files").rglob("*.mp4") if path.stat().st_size]
    stored.write_bytes(b"\0" * 1000)
    answer = _get(server, session, "peaks")
    assert answer.status_code == 400
    assert "Traceback" not in json.dumps(answer.json())


# --- how fast a voice speaks


def test_the_pace_of_a_voice_is_told_as_far_as_it_was_heard(start):
    server = start()
    before = server.data(
        server.http.get("/api/embedded/pace", params={"language": "es", "voice": "espeak:es"})
    )
    assert (before["voice"], before["heard"]) == ("espeak:es", 0)
    folder = server.home / "paces"
    folder.mkdir(exist_ok=True)
    heard = [[20 + number, (20 + number) / 10] for number in range(60)]
    (folder / "espeak_es_es.json").write_text(json.dumps({"heard": heard}))
    after = server.data(
        server.http.get("/api/embedded/pace", params={"language": "es", "voice": "espeak:es"})
    )
    assert after["heard"] == 60
    assert after["characters_per_s"] < before["characters_per_s"]
    assert (
        server.http.get("/api/embedded/pace", params={"language": "es", "voice": "no:voice"}).status_code
        == 400
    )
    assert server.http.get("/api/embedded/pace", params={"language": "??"}).status_code == 400
    assert _plain(server).get("/api/embedded/pace", params={"language": "es"}).status_code == 401


def _plain(server):
    import httpx

    return httpx.Client(base_url=server.url, trust_env=False)
