"""Frames of both shapes become events; text is told once; errors inside a stream raise."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nemodub_nb.client as nc
from nemodub_nb.client.events import EventDecoder


def adk(*parts, partial=False, **more):
    return {
        "id": "same",
        "author": "nemo_agent",
        "content": {"role": "model", "parts": list(parts)},
        **more,
    } | ({"partial": True} if partial else {})


def decode(*frames):
    decoder = EventDecoder()
    events = []
    for each in frames:
        events += decoder.frame(each if isinstance(each, str) else json.dumps(each))
    events += decoder.end()
    return events, decoder.text


def texts(*frames):
    return [each.text for each in decode(*frames)[0] if each.kind == "text"]


def text(words, *, partial=False):
    return adk({"text": words}, partial=partial)


NOISE = "I encountered a temporary issue. Please try again."


def test_the_aggregate_that_repeats_the_fragments_is_not_told_again():
    assert texts(text("Hel", partial=True), text("lo", partial=True), text("Hello")) == ["Hel", "lo"]


def test_an_answer_without_fragments_is_told():
    assert texts(text("Hello"), text("Bye")) == ["Hello", "Bye"]
    assert decode(text("Hello"), text("Bye"))[1] == "Hello\nBye"


def test_the_same_sentence_said_twice_on_purpose_is_told_twice():
    assert texts(text("OK"), text("OK")) == ["OK", "OK"]


def test_fragments_around_a_tool_call_are_told_once_however_they_are_aggregated():
    call = adk({"functionCall": {"id": "1", "name": "dub_video", "args": {}}})
    a, b = text("Let me see.", partial=True), text("Done.", partial=True)
    assert texts(a, text("Let me see."), call, b, text("Done.")) == ["Let me see.", "Done."]
    assert texts(a, call, b, text("Done.")) == ["Let me see.", "Done."]
    assert texts(a, call, b, text("Let me see.Done.")) == ["Let me see.", "Done."]
    assert decode(a, call, b)[1] == "Let me see.\nDone."


def test_a_fragment_that_was_lost_is_filled_in_from_the_aggregate():
    assert texts(text("Hel", partial=True), text("Hello")) == ["Hel", "lo"]


def test_an_aggregate_that_differs_in_blanks_only_is_not_told_again():
    assert texts(text("Hello ", partial=True), text("you ", partial=True), text("Hello you")) == [
        "Hello ",
        "you ",
    ]


def test_tools_of_both_shapes():
    call = {"id": "1", "name": "dub_video", "args": {"to": ["es"]}}
    answer = {"id": "1", "name": "dub_video", "response": {"status": "done"}}
    working = {
        **answer,
        "willContinue": True,
        "response": {"status": "working", "step": "speak", "done": 3, "total": 14},
    }
    events, _ = decode(
        adk({"functionCall": call}), adk({"functionResponse": working}), adk({"functionResponse": answer})
    )
    assert [(each.kind, each.name) for each in events] == [
        ("tool_call", "dub_video"),
        ("progress", "dub_video"),
        ("tool_result", "dub_video"),
    ]
    assert events[0].payload == {"to": ["es"]}
    assert events[1].payload["done"] == 3
    assert events[2].payload == {"status": "done"}
    assert events[0].raw["author"] == "nemo_agent"

    events, said = decode(
        {"type": "text", "content": "Hi"},
        {"type": "tool_call", "name": "trim", "args": {"s": 1}},
        {"type": "tool_result", "name": "trim", "result": "ok"},
        {"type": "heartbeat"},
    )
    assert [each.kind for each in events] == ["text", "tool_call", "tool_result", "heartbeat"]
    assert events[2].payload == {"result": "ok"}
    assert said == "Hi"


def test_two_tools_and_words_in_one_frame_keep_their_order():
    frame = adk(
        {"text": "A"},
        {"functionCall": {"name": "x"}},
        {"text": "B"},
        {"functionCall": {"name": "y", "args": None}},
    )
    assert [each.text or each.name for each in decode(frame)[0]] == ["A", "x", "B", "y"]


@pytest.mark.parametrize(
    "data",
    [
        "",
        " ",
        "[DONE]",
        '{"type":"heartbeat"}',
        '{"actions":{}}',
        "7",
        "junk",
        '{"content":{"parts":[]}}',
        "[[",
        "null",
    ],
)
def test_frames_without_content_are_heartbeats(data):
    assert [each.kind for each in decode(data)[0]] == ["heartbeat"]


@pytest.mark.parametrize(
    "content", [None, 5, "x", [], {"parts": 5}, {"parts": [5, None]}, {"parts": [{"text": 5}]}]
)
def test_frames_of_wrong_types_do_no_harm(content):
    decode({"content": content})
    decode({"type": "tool_call", "name": 5, "args": 5})


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ('{"error": "model overloaded"}', "model overloaded"),
        ('{"error": {"message": "quota", "code": 429}}', "quota"),
        ('{"error": "bad "quotes" in it"}', 'bad "quotes" in it'),
        ('{"error": "never closed', "never closed"),
        ('{"errorCode": "MALFORMED", "errorMessage": "no content"}', "no content"),
        ('{"errorCode": "SAFETY"}', "SAFETY"),
        ('{"type": "error", "message": "boom"}', "boom"),
        ('{"error": "x", "error_details": {"a": 1}}', "x"),
    ],
)
def test_an_error_frame_raises_with_the_words_so_far(data, reason):
    decoder = EventDecoder()
    decoder.frame(json.dumps(text("Half", partial=True)))
    with pytest.raises(nc.AgentError) as caught:
        decoder.frame(data)
    assert reason in caught.value.message
    assert caught.value.text_so_far == "Half"
    assert caught.value.advice


def test_an_error_code_beside_content_is_not_an_error():
    assert texts(adk({"text": "Long"}, errorCode="MAX_TOKENS")) == ["Long"]


def test_trailing_noise_after_a_normal_answer_is_left_out():
    assert texts(text("Done."), text(NOISE)) == ["Done."]
    call = adk({"functionCall": {"name": "x", "args": {}}})
    assert texts(call, text(NOISE)) == []
    fragments = [
        text(word, partial=True)
        for word in ("I encoun", "tered a temporary", " issue. Please", " try again.")
    ]
    assert texts(text("Done."), *fragments, text(NOISE)) == ["Done."]
    assert texts({"type": "text", "content": "Done."}, {"type": "text", "content": NOISE}) == ["Done."]


def test_the_same_words_are_told_when_they_are_the_answer_or_do_not_trail():
    assert texts(text(NOISE)) == [NOISE]
    assert texts(text("A"), text(NOISE), text("B")) == ["A", NOISE + "\nB"]
    assert decode(text("A"), text(NOISE), text("B"))[1] == f"A\n{NOISE}\nB"
    assert (
        "".join(texts(text("A", partial=True), text("I", partial=True), text(" see", partial=True)))
        == "AI see"
    )
    assert "".join(texts(text("A", partial=True), text("I", partial=True))) == "AI"


def test_what_the_model_thinks_is_not_what_it_says():
    assert texts(adk({"text": "hm", "thought": True}), text("Yes")) == ["Yes"]


WORDS = st.lists(
    st.one_of(
        st.text(min_size=1, max_size=8),
        st.sampled_from(["I", "I enc", "ountered", " ", "I encountered a t", "OK"]),
    ),
    min_size=1,
    max_size=12,
)


@given(WORDS)
def test_fragments_and_their_aggregate_give_the_text_once(words):
    whole = "".join(words)
    events, said = decode(*(text(each, partial=True) for each in words), text(whole))
    assert "".join(each.text for each in events) == said == whole


@given(st.text(max_size=60))
def test_any_frame_is_events_or_an_agent_error(data):
    try:
        events, _ = decode(data)
    except nc.AgentError:
        return
    assert all(each.kind in {"text", "tool_call", "tool_result", "progress", "heartbeat"} for each in events)
