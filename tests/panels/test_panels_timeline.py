"""What the Timeline panel promises."""

from __future__ import annotations

import ast
import asyncio
import gzip
import json
import re
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nemodub_nb import timeline
from nemodub_nb.panels import timeline_story, timeline_words
from nemodub_nb.panels.choices import Work
from nemodub_nb.panels.timeline import Timeline
from nemodub_nb.panels.timeline_lines import LONGEST_TEXT, Sheet, sheet
from nemodub_nb.panels.workflow import Workflow
from nemodub_nb.project import Clip
from nemodub_nb.project.loop import LOOP
from nemodub_nb.project.progress import Progress
from nemodub_nb.project.values import Sound

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

EVIL = '<script>alert(1)</script>\x1b[31m"'


def line(index: int, language: str, verdict: str = "good", **more: Any) -> dict[str, Any]:
    report = {
        "index": index,
        "source_text": f"Line {index}.",
        "verdict": verdict,
        "stretch": 1.1,
        "fill": 0.9,
        "flags": {"bad": ["overflow"], "look": ["fast"]}.get(verdict, []),
        "overflow_s": 0.4 if verdict == "bad" else 0.0,
    }
    start = index * 3000
    meta = {"start_ms": start, "in_ms": start, "text": f"{language} {index}", "report": report}
    return {"d": 2500, "m": {**meta, **more}}


def draft(languages: Mapping[str, int], lines: int = 4, *, transcript: bool = True) -> dict[str, Any]:
    """A dubbed clip; `languages`: how many lines each has."""
    length, clip = lines * 3000, {"clip": "talk.mp4"}
    tracks = [
        {
            "tt": 0,
            "sg": [{"d": length, "m": {"start_ms": 0}}],
            "m": {"role": "picture", "name": "talk.mp4", **clip},
        },
        {"tt": 1, "sg": [{"d": length, "m": {"start_ms": 0}}], "m": {"role": "bed", "volume": 0.5, **clip}},
    ]
    for tag, count in languages.items():
        segments = [line(index, tag, ("good", "look", "bad")[index % 3]) for index in range(count)]
        tracks.append({"tt": 1, "sg": segments, "m": {"role": "dub", "language": tag, **clip}})
    if transcript:
        said = [{"d": 2400, "m": {"start_ms": n * 3000, "text": f"Line {n}."}} for n in range(lines)]
        tracks.append({"tt": 7, "sg": said, "m": {"role": "transcript", "language": "en", **clip}})
    return {"t": tracks, "d": length, "m": {}}


class Ears:
    """A project that remembers what was to be heard."""

    name, backend, session_id, clips = "demo", "local", "s1", (Clip("talk.mp4", "video", 12.0),)

    def __init__(self) -> None:
        self.asked: list[tuple[float, float, str | None]] = []
        self.wait_s = 0.0

    async def asound(self, start_s: float, end_s: float, language: str | None, _clip: Clip) -> Sound:
        self.asked.append((start_s, end_s, language))
        await asyncio.sleep(self.wait_s)
        return Sound(b"RIFF" + bytes(20))

    async def apeaks(self, _clip: Clip, n: int) -> list[float]:
        return [0.5] * n


class Watched(Timeline):
    """The panel, with what it sends to its page."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self.pushed: list[tuple[dict[str, Any], list[bytes]]] = []
        super().__init__(*args, **options)

    def push(self, message: Mapping[str, Any], buffers: Sequence[bytes] = ()) -> None:
        self.pushed.append((dict(message), [*buffers]))

    def of_kind(self, kind: str) -> list[tuple[dict[str, Any], list[bytes]]]:
        return [one for one in self.pushed if one[0]["kind"] == kind]

    def say(self, do: str, **more: Any) -> None:
        """Do what the page asks for, to its end."""
        LOOP.run(getattr(self, f"do_{do}")({"do": do, **more}, []))


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)


@pytest.fixture
def panel() -> Callable[..., Watched]:
    def make(of: Any, backend: str = "local") -> Watched:
        flow = Workflow(Ears())  # type: ignore[arg-type]  # as much of a project as the panel touches
        flow.backend, flow.draft = backend, of  # type: ignore[assignment]
        flow.languages, flow.summary = tuple(timeline.languages(of)), timeline.summary(of)
        made = Watched(flow, alone=False)
        until(lambda: made.view["version"] == 1)
        return made

    return make


def unpacked(made: Watched) -> dict[str, Any]:
    pieces = b"".join(buffers[0] for _, buffers in made.of_kind("rows"))
    found: dict[str, Any] = json.loads(gzip.decompress(pieces))
    return found


# Lines and lanes


def test_source_and_languages_stand_side_by_side_one_row_a_line() -> None:
    found = sheet(draft({"es": 4, "fr": 4}))
    assert [one.text for one in found.lines] == [f"Line {n}." for n in range(4)]
    assert [one.rows["fr"].text for one in found.lines] == [f"fr {n}" for n in range(4)]
    assert [lane.label for lane in found.lanes] == ["picture", "English", "music", "español", "français"]
    assert found.languages == ("es", "fr")


def test_lines_that_are_not_dubbed_yet_wait_in_their_places() -> None:
    found = sheet(draft({"es": 2}), waiting=("de",))
    lanes = {lane.language: lane for lane in found.lanes if lane.kind == "dub"}
    assert len(lanes["es"].start) == len(lanes["de"].start) == 4
    assert [at.rows.get("es") is None for at in found.lines] == [False, False, True, True]
    assert found.labels[0].verdict == "waiting"


def test_a_draft_without_a_transcript_or_a_report_still_has_its_lines() -> None:
    bare = draft({"es": 3, "fr": 3}, transcript=False)
    for track in bare["t"]:
        for segment in track["sg"]:
            segment["m"].pop("report", None)
    found = sheet(bare)
    assert [(one.rows["es"].text, one.rows["fr"].text) for one in found.lines] == [
        (f"es {n}", f"fr {n}") for n in range(3)
    ]
    assert {found.labels[row.label].verdict for one in found.lines for row in one.rows.values()} == {""}


def test_a_language_that_only_has_subtitles_is_read_too() -> None:
    subtitled = draft({"es": 4})
    cues = [{"d": 2000, "m": {"start_ms": n * 3000, "text": f"sous-titre {n}"}} for n in range(4)]
    subtitled["t"].append({"tt": 7, "sg": cues, "m": {"role": "subtitles", "language": "fr"}})
    found = sheet(subtitled)
    assert [one.rows["fr"].text for one in found.lines] == [f"sous-titre {n}" for n in range(4)]
    assert [lane.label for lane in found.lanes][-1] == "fr subtitles"


def test_only_the_lines_of_the_chosen_clip_are_shown() -> None:
    two = draft({"es": 4})
    other = draft({"de": 2})
    for track in other["t"]:
        track["m"]["clip"] = "other.mp4"
    both = {**two, "t": [*two["t"], *other["t"]]}
    assert sheet(both, "talk.mp4").languages == ("es",)
    assert sheet(both, "other.mp4").languages == ("de",)


def test_a_trimmed_clip_is_heard_where_it_was_spoken() -> None:
    trimmed = draft({"es": 4})
    trimmed["t"][0]["sg"][0]["m"]["in_ms"] = 5000
    assert sheet(trimmed).in_clip(3000) == 8000


def test_a_megabyte_in_one_line_is_cut_and_the_page_is_told(panel: Callable[..., Watched]) -> None:
    huge = draft({"es": 4})
    huge["t"][2]["sg"][0]["m"]["text"] = "M" * 1_000_000
    made = panel(huge)
    made.say("rows")
    assert len(unpacked(made)["dubs"]["es"]["text"][0]) == LONGEST_TEXT
    assert made.view["note"] == "1 long text is cut."


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
metas = st.fixed_dictionaries(
    {},
    optional={
        "start_ms": values,
        "in_ms": values,
        "text": values,
        "report": st.fixed_dictionaries(
            {},
            optional=dict.fromkeys(
                ("index", "verdict", "flags", "stretch", "overflow_s", "source_start_s", "source_end_s"),
                values,
            ),
        )
        | values,
    },
)
tracks = st.fixed_dictionaries(
    {},
    optional={
        "tt": st.sampled_from([0, 1, 7]) | values,
        "sg": st.lists(st.fixed_dictionaries({}, optional={"d": values, "m": metas}), max_size=4),
        "m": st.fixed_dictionaries(
            {},
            optional={
                "role": st.sampled_from(
                    ["picture", "original", "dub", "transcript", "subtitles", "title", "odd"]
                ),
                "language": st.sampled_from(["es", "en", "", "no such language", EVIL]),
                "clip": st.sampled_from(["a", "b"]),
                "volume": values,
                "mode": values,
            },
        ),
    },
)


@settings(max_examples=150, deadline=None)
@given(st.fixed_dictionaries({"t": st.lists(tracks, max_size=4)}, optional={"d": values}) | values)
def test_any_draft_can_be_drawn(given_draft: Any) -> None:
    found = sheet(given_draft, "a", ("fr",))
    packed = json.loads(gzip.decompress(found.packed()))
    count = len(packed["text"])
    assert [line.start_ms for line in found.lines] == sorted(line.start_ms for line in found.lines)
    for columns in packed["dubs"].values():
        assert {len(column) for column in columns.values()} <= {count}
    for lane in packed["lanes"]:
        assert lane["s"] == sorted(lane["s"])
        assert len(lane["s"]) == len(lane["e"])
        assert all(0 <= at < count for at in lane["line"])
    timeline_story.html(found)
    timeline_story.text(found)


# The panel


def test_ten_thousand_lines_go_once_as_bytes_and_never_as_state(panel: Callable[..., Watched]) -> None:
    made = panel(draft({"es": 10_000}, 10_000))
    made.say("rows")
    assert len(unpacked(made)["dubs"]["es"]["text"]) == 10_000
    assert len(json.dumps(made.view)) < 5_000
    assert all(len(buffers[0]) <= 512 * 1024 for _, buffers in made.pushed)
    assert len(made.of_kind("peaks")) == 1


def test_the_source_is_heard_and_then_the_dub(panel: Callable[..., Watched]) -> None:
    made = panel(draft({"es": 4}))
    made.say("play", line=1, of="es", what="both", token=7)
    assert made.workflow.project.asked == [(3.0, 5.4, None), (3.0, 5.5, "es")]  # type: ignore[union-attr]
    heads = [head for head, _ in made.of_kind("sound")]
    assert [(head["what"], head["token"]) for head in heads] == [("source", 7), ("dub", 7)]


def test_a_later_wish_to_hear_something_takes_the_place_of_an_earlier_one(
    panel: Callable[..., Watched],
) -> None:
    made = panel(draft({"es": 4}))
    made.workflow.project.wait_s = 0.1  # type: ignore[union-attr]

    async def both() -> None:
        wishes = [made.do_play({"line": at, "of": "es", "what": "source", "token": at}, []) for at in (0, 1)]
        await asyncio.gather(*wishes)

    LOOP.run(both())
    assert [head["token"] for head, _ in made.of_kind("sound")] == [1]


def test_on_the_cloud_single_lines_are_not_played_and_it_says_why(panel: Callable[..., Watched]) -> None:
    made = panel(draft({"es": 4}), backend="cloud")
    made.say("play", line=1, of="es", what="both", token=7)
    assert not made.of_kind("sound")
    assert made.view["mute"] == timeline_words.HEAR_ON_CLOUD


def test_a_new_draft_is_read_and_the_page_is_told_to_ask_again(panel: Callable[..., Watched]) -> None:
    made = panel(draft({"es": 4}))

    async def look() -> None:
        made.workflow.draft = draft({"es": 4, "fr": 4})
        made.workflow.changes = timeline.diff(draft({"es": 4}), made.workflow.draft)
        made.workflow.tell("timeline")

    LOOP.run(look())
    until(lambda: made.view["version"] == 2)
    assert [tag for tag, _, _ in made.view["languages"]] == ["es", "fr"]
    assert made.view["changes"]["label"] == "+1 track since last look"
    assert made.view["changes"]["words"] == ["Added Dub French: 4 lines (0-11.5s)."]


def test_languages_under_way_have_lanes_that_wait(panel: Callable[..., Watched]) -> None:
    made = panel(draft({"es": 4}))

    async def dub() -> None:
        made.workflow.choose(to=("de",))
        made.workflow.work = Work("dub", "Dub into German", Progress("Dub"))
        made.workflow.tell("work")

    LOOP.run(dub())
    until(lambda: made.view["version"] == 2)
    assert [own for _, own, _ in made.view["languages"]] == ["español", "Deutsch"]


@pytest.mark.parametrize(
    ("of", "heading"),
    [
        (None, timeline_words.NOTHING_YET),
        ("<fcpxml><clip/></fcpxml>", timeline_words.XML),
        (draft({}, transcript=False), timeline_words.NO_LINES),
        (draft({"es": 1}), None),
    ],
)
def test_there_is_always_something_to_read(
    panel: Callable[..., Watched], of: Any, heading: str | None
) -> None:
    empty = panel(of).view["empty"]
    assert (empty and empty[0]) == heading


def test_the_code_twin_filters_as_the_page_does(panel: Callable[..., Watched]) -> None:
    made = panel(draft({"es": 4, "fr": 4}))
    made.say("show", show=["es"], of="es", text="line", verdict="look")
    code = made.twin()
    ast.parse(code)
    shown: dict[str, Any] = {"lines": timeline.frame(made.workflow.draft)}
    exec("\n".join(row for row in code.splitlines() if row.startswith("lines = lines")), shown)
    assert shown["lines"].text.tolist() == ["es 1"]


@pytest.mark.parametrize("evil", ['"); import os; ("', "'", "\\", "\n\n1/0"])
def test_a_filter_never_becomes_code(panel: Callable[..., Watched], evil: str) -> None:
    made = panel(draft({"es": 4}))
    made.say("show", text=evil)
    tree = ast.parse(made.twin())
    assert sum(isinstance(node, ast.Import) for node in ast.walk(tree)) == 1
    assert any(isinstance(node, ast.Constant) and node.value == evil for node in ast.walk(tree))


# The story


def test_a_saved_notebook_shows_a_drawing_and_the_first_lines(panel: Callable[..., Watched]) -> None:
    story = panel(draft({"es": 200, "fr": 200}, 200)).story()
    assert "español" in story.html
    assert story.html.count("<tr>") == 51
    assert "150 more lines." in story.html
    assert story.html.count("<rect") <= 310
    assert "es: es 0" in story.text


def test_text_of_a_server_does_nothing_in_a_story() -> None:
    hostile = draft({"es": 4})
    for track in hostile["t"]:
        track["m"]["name"] = track["m"]["mode"] = EVIL
        for segment in track["sg"]:
            segment["m"]["text"] = EVIL
            segment["m"]["report"] = {"source_text": EVIL, "flags": [EVIL], "verdict": "look"}
    found = sheet(hostile)
    told = timeline_story.html(found)
    assert "<script" not in told
    assert not re.search(r"\x1b", told + timeline_story.text(found))


def test_an_empty_timeline_tells_no_story() -> None:
    assert timeline_story.html(Sheet()) == timeline_story.text(Sheet()) == ""
