from __future__ import annotations

import asyncio
import importlib.util
import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nemodub_nb.panels import pour
from nemodub_nb.panels.pour import Pour

_SCREEN = importlib.util.spec_from_file_location("screen", Path(__file__).with_name("screen.py"))
screens = importlib.util.module_from_spec(_SCREEN)
_SCREEN.loader.exec_module(screens)
HOSTILE, Screen = screens.HOSTILE, screens.Screen


def pouring(work):
    """Run work with a Pour; return it, its messages with their times, and a screen that hears them."""
    sent, screen = [], Screen()

    async def run():
        loop = asyncio.get_running_loop()

        def push(message):
            sent.append((loop.time(), message))
            screen.hear(message)

        made = Pour(push)
        screen.hear(made.whole())
        await work(made, screen)
        return made

    return asyncio.run(run()), sent, screen


def test_the_first_word_goes_at_once_and_a_fast_stream_in_few_messages():
    async def work(made, _screen):
        for at in range(200):
            made.stream(f"fragment {at:010} ")
            if at == 0:
                assert made.seq == 1
            await asyncio.sleep(0.002)
        made.finish()

    made, sent, screen = pouring(work)
    assert len(sent) < 12
    assert screen.said("agent") == ["".join(f"fragment {at:010} " for at in range(200))]
    assert screen.missed == 0
    pieces = [when for when, message in sent if message["append"]][:-1]  # the last one goes with the end
    gaps = [later - sooner for sooner, later in itertools.pairwise(pieces)]
    assert min(gaps) >= pour.LEAST_S * 0.9
    assert made.seq == len(sent)


def test_a_line_of_a_megabyte_is_bounded_on_both_sides():
    async def work(made, _screen):
        made.put("agent", "x" * 1_000_000)
        made.stream("y" * 1_000_000)
        made.finish()
        for at in range(1000):
            made.put("note", f"{at} " * 300)

    made, sent, _ = pouring(work)
    assert len(made.entries) <= pour.MOST_ENTRIES
    assert sum(len(entry.text) for entry in made.entries) <= pour.MOST_CHARACTERS
    assert made.cut
    assert max(len(message.get("append", "")) for _, message in sent) <= pour.MOST_OF_ONE
    assert len(json.dumps(made.whole(counted=False))) < 2 * pour.MOST_CHARACTERS


def test_a_stream_that_never_ends_keeps_its_end():
    async def work(made, _screen):
        for at in range(40):
            made.stream(f"{at:04}" * 1000)
            made.flush()

    made, _, _ = pouring(work)
    assert made.entries[-1].cut
    assert made.entries[-1].text.endswith("0039")
    assert len(made.entries[-1].text) == pour.MOST_OF_ONE


@pytest.mark.parametrize("at", range(1, len(HOSTILE)))
def test_what_is_taken_out_is_taken_out_wherever_a_stream_is_cut(at):
    async def work(made, _screen):
        made.stream(HOSTILE[:at])
        made.flush()
        made.stream(HOSTILE[at:])
        made.finish()

    _, _, screen = pouring(work)
    assert screen.said("agent") == ["<img src=x onerror=alert(1)>red gpj.exe nmv_usr_•••"]


ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("stream"), st.text(st.characters(exclude_categories=["Cs"]), max_size=30)),
        st.tuples(st.just("put"), st.text(max_size=20)),
        st.tuples(st.just("settle"), st.text("ab🎬", max_size=8)),
        st.tuples(st.sampled_from(["finish", "flush", "lose", "resync"]), st.just("")),
    ),
    max_size=30,
)


@settings(max_examples=80, deadline=None)
@given(ACTIONS)
def test_a_page_shows_what_was_said_whatever_got_lost_once_it_has_asked_again(actions):
    sent = []

    async def run():
        screen, losing = Screen(), [False]

        def push(message):
            message = json.loads(json.dumps(message))
            sent.append(message)
            if not losing[0]:
                screen.hear(message)
            losing[0] = False

        made = Pour(push)
        screen.hear(made.whole())
        for name, text in actions:
            if name == "put":
                made.put("note", text)
            elif name in ("stream", "settle"):
                getattr(made, name)(text)
            elif name == "lose":
                losing[0] = True
            elif name == "resync":
                screen.hear(made.whole())
            else:
                getattr(made, name)()
        made.finish()
        if screen.seq != made.seq:
            screen.hear(made.whole())
        assert screen.entries == {entry.id: (entry.who, entry.text) for entry in made.entries}

    asyncio.run(run())
    assert [message["seq"] for message in sent] == [*range(1, len(sent) + 1)]
