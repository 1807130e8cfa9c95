"""How a plan becomes a draft."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemodub_nb.local.agent import ranges
from nemodub_nb.local.agent.draft import ClipView, build, canvas
from nemodub_nb.local.agent.plan import ClipPlan, Title
from nemodub_nb.local.store import Clip, StoredFile

DURATION = 60.0
CLIP = Clip(
    1,
    "1",
    "clip.mp4",
    "video",
    "mp4",
    StoredFile("ab" * 32, ".mp4", 1),
    DURATION,
    1920,
    1080,
    25.0,
    True,
    "k",
)
times = st.floats(0, DURATION, allow_nan=False)


def view(plan: ClipPlan, lines: list[tuple[float, float]] = ()) -> ClipView:
    rows = [{"index": n, "start_s": a, "end_s": b, "text": f"line {n}"} for n, (a, b) in enumerate(lines)]
    dub = {"stem": "sha256:stem", "voice": "v", "lines": rows, "cues": rows, "summary": {}}
    heard = {
        "source_language": "en",
        "transcript_by": "whisper-base",
        "transcript": rows,
        "bed": "sha256:bed",
        "separated": True,
    }
    return ClipView(CLIP, plan, heard, dict.fromkeys(plan.languages, dub))


@st.composite
def cuts(draw):
    kept = ((0.0, DURATION),)
    for _ in range(draw(st.integers(0, 5))):
        start, end = sorted((draw(times), draw(times)))
        total = ranges.length(kept)
        kept = draw(st.sampled_from([ranges.keep, ranges.drop]))(kept, min(start, total), min(end, total))
    return kept


@given(cuts())
def test_cuts_leave_parts_of_the_clip_in_order(kept):
    assert ranges.is_sorted(kept)
    assert ranges.length(kept) <= DURATION + 1e-6


@given(cuts(), times, times)
def test_keeping_and_cutting_the_same_part_make_up_the_whole(kept, a, b):
    total = ranges.length(kept)
    start, end = min(a, b, total), min(max(a, b), total)
    both = ranges.length(ranges.keep(kept, start, end)) + ranges.length(ranges.drop(kept, start, end))
    assert both == pytest.approx(total, abs=0.02)


@given(cuts(), times, times)
def test_what_is_left_of_a_part_keeps_its_length_and_lies_on_the_timeline(kept, a, b):
    start, end = min(a, b), max(a, b)
    pieces = ranges.windows(kept, start, end)
    for at, first, last in pieces:
        assert start <= first < last <= end
        assert -1e-6 <= at <= ranges.length(kept) - (last - first) + 1e-6
        assert ranges.to_source(kept, at + (last - first) / 2) == pytest.approx((first + last) / 2, abs=1e-6)


lines = st.lists(st.tuples(times, times).map(lambda pair: (min(pair), max(pair))), max_size=8)


@given(cuts().filter(bool), lines)
def test_every_segment_lies_on_the_timeline_and_inside_its_file(kept, spoken):
    draft = build(
        "p", [view(ClipPlan(languages=("es",), kept=kept, titles=(Title("Hi", 1.0, 4.0),)), spoken)]
    )
    assert draft["d"] == round(ranges.length(kept) * 1000)
    for track in draft["t"]:
        assert track.keys() == {"tt", "sg", "m"}
        for segment in track["sg"]:
            assert segment.keys() == {"d", "m"}
            assert segment["d"] >= 1
            assert segment["m"]["start_ms"] >= 0
            assert segment["m"]["start_ms"] + segment["d"] <= draft["d"] + 3
            assert segment["m"].get("in_ms", 0) + segment["d"] <= DURATION * 1000 + 1


@given(lines)
def test_without_a_cut_each_line_is_one_segment_at_its_own_time(spoken):
    spoken = [(a, b) for a, b in spoken if b - a > 0.01]
    draft = build("p", [view(ClipPlan(languages=("es",)), spoken)])
    dub = next(track for track in draft["t"] if track["m"]["role"] == "dub")
    assert [s["m"]["report"]["index"] for s in dub["sg"]] == list(range(len(spoken)))
    for segment, (start, end) in zip(dub["sg"], spoken, strict=True):
        assert segment["m"]["start_ms"] == segment["m"]["in_ms"]
        assert segment["m"]["start_ms"] <= start * 1000 + 1e-3
        assert segment["m"]["start_ms"] + segment["d"] >= end * 1000 - 1e-3, "no word is cut"


@pytest.mark.parametrize(
    ("plan", "sounds"),
    [
        (ClipPlan(), [("original", None)]),
        (ClipPlan(languages=("es",)), [("bed", None), ("dub", None)]),
        (ClipPlan(languages=("es",), original="duck"), [("original", True), ("dub", None)]),
        (ClipPlan(languages=("es",), original="keep"), [("original", None), ("dub", None)]),
    ],
)
def test_the_sound_tracks_follow_what_was_asked_of_the_original_voice(plan, sounds):
    tracks = [track for track in build("p", [view(plan)])["t"] if track["tt"] == 1]
    assert [(track["m"]["role"], track["m"].get("duck")) for track in tracks] == sounds


@pytest.mark.parametrize(
    ("aspect", "size"),
    [
        (None, (1920, 1080)),
        ("9:16", (1080, 1920)),
        ("1:1", (1080, 1080)),
        ("16:9", (1920, 1080)),
        ("4:5", (1080, 1350)),
    ],
)
def test_the_canvas_has_the_shape_that_was_asked_for(aspect, size):
    assert canvas(view(ClipPlan(aspect=aspect))) == size


plans = st.builds(
    ClipPlan,
    languages=st.lists(st.sampled_from(["es", "fr"]), unique=True).map(tuple),
    background=st.floats(0, 2),
    titles=st.lists(st.builds(Title, st.text(), times, times), max_size=3).map(tuple),
    kept=cuts(),
    voices=st.lists(st.tuples(st.text(), st.text()), max_size=2).map(tuple),
    memories=st.lists(st.text(), max_size=2).map(tuple),
)


@given(plans)
def test_a_plan_is_the_same_after_a_restart(plan):
    import json

    assert ClipPlan.from_dict(json.loads(json.dumps(plan.to_dict()))) == plan
