"""Bytes are cut into frames by the standard's line rules, however they are packed."""

from __future__ import annotations

from itertools import pairwise

import httpx
import pytest
from httpx_sse import EventSource
from hypothesis import given
from hypothesis import strategies as st

from nemodub_nb.client.sse import FrameSplitter, FrameTooLargeError

PIECES = st.sampled_from(
    [
        b"data: ",
        b"data:",
        b"data",
        b"x",
        b"{",
        "\u2028é\u0085".encode(),
        b"\n",
        b"\r",
        b"\r\n",
        b"\n\n",
        b":c",
        b"event: e",
        b" ",
        b"\x0b",
    ]
)
BYTES = st.lists(PIECES, max_size=40).map(b"".join)


def frames(data: bytes, cuts: list[int] | None = None) -> list[str]:
    splitter = FrameSplitter(1 << 20)
    edges = [0, *sorted(cuts or []), len(data)]
    return [each for a, b in pairwise(edges) for each in splitter.feed(data[a:b])]


@given(BYTES, st.lists(st.integers(0, 200), max_size=8))
def test_the_same_bytes_give_the_same_frames_however_they_are_cut(data, cuts):
    assert frames(data, [min(cut, len(data)) for cut in cuts]) == frames(data)


@given(BYTES)
def test_the_frames_are_those_of_httpx_sse(data):
    response = httpx.Response(200, headers={"content-type": "text/event-stream; charset=utf-8"}, content=data)
    theirs = [each.data for each in EventSource(response).iter_sse()]
    # They also report frames that have an event name or nothing else; those carry nothing here.
    assert [each for each in frames(data) if each] == [each for each in theirs if each]


@given(BYTES)
def test_a_byte_order_mark_is_not_text(data):
    assert frames(b"\xef\xbb\xbf" + data, [1, 2]) == frames(data)


def test_an_endless_line_and_an_endless_frame_are_both_bounded():
    for piece in (b"x" * 1000, b"data: y\n" * 100):
        splitter = FrameSplitter(10_000)
        with pytest.raises(FrameTooLargeError):
            [splitter.feed(piece) for _ in range(100)]
    splitter = FrameSplitter(10_000)
    for _ in range(1000):
        assert splitter.feed(b"data: y\n\n" * 100) == ["y"] * 100
