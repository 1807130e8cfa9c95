"""What the state tells of the last message: whoever lost the answer finds it there."""

from __future__ import annotations

import contextlib
import threading

import httpx


def _say_and_forget(server, session, text):
    def speak():
        with contextlib.suppress(httpx.HTTPError):
            server.http.post("/run_sse", json=server.message(session, text))

    threading.Thread(target=speak, daemon=True).start()


def test_there_is_no_message_before_the_first(shared):
    assert shared.last(shared.session()) is None


def test_the_state_keeps_the_answer_and_the_fate_of_every_language(shared, clip):
    session = shared.session()
    shared.upload(session, clip)
    answer = shared.say(session, "Dub into Spanish, French and Klingon.")
    told = shared.last(session)
    assert (told["status"], told["text"], told["answer"]) == (
        "done",
        "Dub into Spanish, French and Klingon.",
        answer,
    )
    assert told["result"] == {
        "done": ["es", "fr"],
        "failed": {"tlh": {"message": "Nothing here translates en into tlh.", "advice": "Add a memory."}},
    }


def test_a_language_that_was_there_already_is_done(shared, clip):
    session = shared.session()
    shared.upload(session, clip)
    shared.say(session, "Dub into Spanish.")
    first = shared.last(session)
    shared.say(session, "Dub into Spanish.")
    again = shared.last(session)
    assert again["id"] != first["id"]
    assert again["result"] == first["result"] == {"done": ["es"], "failed": {}}


def test_a_message_in_which_every_language_failed_is_over(shared, clip):
    session = shared.session()
    shared.upload(session, clip)
    shared.say(session, "Dub into Klingon.")
    told = shared.last(session)
    assert told["status"] == "done"
    assert told["result"]["done"] == []
    assert list(told["result"]["failed"]) == ["tlh"]


def test_a_worker_that_died_is_told_in_the_state(start, clip):
    server = start()
    session = server.session()
    server.upload(session, clip)
    (server.notes / "die").touch()
    server.frames(session, "Dub into Spanish.")
    assert "signal 9" in server.last(session)["result"]["failed"]["es"]["message"]


def test_an_edit_has_an_answer_and_no_languages(shared, clip):
    session = shared.session()
    shared.upload(session, clip)
    answer = shared.say(session, "Make it 9:16.")
    assert shared.last(session)["answer"] == answer
    assert shared.last(session)["result"] is None


def test_the_outcome_is_there_after_kill_9_in_the_middle_of_a_dub(start, clip, until):
    first = start()
    session = first.session()
    first.upload(session, clip)
    first.hold()
    _say_and_forget(first, session, "Dub into Spanish and Klingon.")
    until(first.jobs)
    under_way = first.last(session)
    first.kill()
    first.release()
    second = start()
    told = until(lambda: (last := second.last(session))["status"] == "done" and last)
    assert told["id"] == under_way["id"]
    assert told["result"]["done"] == ["es"]
    assert "tlh" in told["result"]["failed"]
    second.stop()
    assert start().last(session) == told
