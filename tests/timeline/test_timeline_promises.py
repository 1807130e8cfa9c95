from __future__ import annotations

import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nemodub_nb import timeline

KEYS = st.sampled_from(
    [
        "t",
        "tt",
        "sg",
        "d",
        "m",
        "role",
        "language",
        "clip",
        "volume",
        "duck",
        "mode",
        "name",
        "source",
        "start_ms",
        "in_ms",
        "text",
        "report",
        "stretch",
        "flags",
        "x",
    ],
)
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["dub", "subtitles", "es", "a.mp4", 0, 1, 7, 10**400])
)  # fmt: skip
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=25,
)
SEGMENT = st.fixed_dictionaries(
    {},
    optional={
        "d": st.integers(0, 60_000) | JSON,
        "m": JSON | st.fixed_dictionaries({}, optional={"start_ms": st.integers(0, 60_000), "text": st.text(), "x": JSON, "report": JSON}),
        "odd": JSON,
    },
)  # fmt: skip
TRACK = st.fixed_dictionaries(
    {"sg": st.lists(SEGMENT, max_size=4) | JSON},
    optional={
        "tt": st.sampled_from([0, 1, 7]) | JSON,
        "m": JSON
        | st.fixed_dictionaries(
            {},
            optional={
                "role": st.sampled_from(["picture", "dub", "subtitles", "title"]),
                "language": st.sampled_from(["es", "fr"]),
                "clip": st.sampled_from(["a.mp4", "b.mp4"]),
                "volume": st.floats(0, 2),
                "x": JSON,
            },
        ),
    },
)
DRAFT = JSON | st.fixed_dictionaries(
    {"t": st.lists(TRACK, max_size=4)}, optional={"d": JSON, "m": JSON, "z": JSON}
)


def track(role, *texts, tt=1, each_ms=1000, start_ms=0, **meta):
    return {
        "tt": tt,
        "m": {"role": role, **meta},
        "sg": [
            {"d": each_ms, "m": {"start_ms": start_ms + n * each_ms, "text": text}}
            for n, text in enumerate(texts)
        ],
    }


def same(first, second):
    return json.dumps(first, sort_keys=True) == json.dumps(second, sort_keys=True)


def dubbed():
    return {
        "t": [
            {"tt": 0, "m": {"role": "picture", "clip": "a.mp4"}, "sg": [{"d": 31_000}]},
            {"tt": 1, "m": {"role": "original", "clip": "a.mp4", "volume": 0.0}, "sg": [{"d": 31_000}]},
            {"tt": 1, "m": {"role": "bed", "clip": "a.mp4", "volume": 1.0}, "sg": [{"d": 31_000}]},
            track("dub", "Hola", "Adiós", clip="a.mp4", language="es"),
            track("dub", "Salut", clip="a.mp4", language="fr"),
            track("subtitles", "Hola", "Adiós", clip="a.mp4", language="es", tt=7, mode="burned"),
            {"tt": 0, "m": {"role": "picture", "clip": "b.mp4"}, "sg": [{"d": 60_000}]},
        ],
        "d": 60_000,
        "m": {"title": "T", "width": 1920, "height": 1080, "z": 1},
    }


@given(DRAFT)
@settings(max_examples=300, deadline=None)
def test_no_draft_of_whatever_shape_is_refused(draft):
    frame = timeline.frame(draft)
    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == {
        name: str(dtype) for name, dtype in timeline.frame(None).dtypes.items()
    }
    assert timeline.summary(draft)
    assert not timeline.diff(draft, draft)
    timeline.diff(None, draft)
    timeline.diff(draft, dubbed())
    for language in timeline.languages(draft):
        timeline.srt(timeline.cues(draft, language))


@given(DRAFT)
@settings(deadline=None)
def test_a_frame_has_one_row_a_segment_and_keeps_every_unknown_key(draft):
    decoded = timeline.decode(draft)
    frame = timeline.frame(draft)
    assert len(frame) == sum(len(one.segments) for one in decoded.tracks)
    for extra, segment in zip(
        frame["extra"], (s for one in decoded.tracks for s in one.segments), strict=True
    ):
        assert same(
            {k: v for k, v in segment.raw.items() if k not in {"d", "m"}},
            {k: v for k, v in extra.items() if k != "m"},
        )
        if "x" in segment.meta:
            assert same(extra["m"]["x"], segment.meta["x"])


@given(DRAFT, st.sampled_from([None, "a.mp4", "b.mp4"]), st.sampled_from([None, "es", "fr"]))
@settings(deadline=None)
def test_a_selection_only_leaves_tracks_out(draft, clip, language):
    if not isinstance(draft, dict):
        return
    before = json.dumps(draft)
    chosen = timeline.select(draft, clip, language)
    assert json.dumps(draft) == before
    assert all(any(one is kept for one in draft.get("t") or []) for kept in chosen["t"])
    assert {k: v for k, v in chosen.items() if k not in {"t", "d"}}.keys() == {
        k for k in draft if k not in {"t", "d"}
    }
    assert timeline.select(chosen, clip, language)["t"] == chosen["t"] or not same(chosen, chosen)
    if language:
        assert set(timeline.languages(chosen)) <= {language}
    if clip:
        assert set(timeline.clips(chosen)) <= {clip}


def test_dtypes_are_the_same_when_there_is_nothing():
    empty, full = timeline.frame(None), timeline.frame(dubbed())
    assert list(empty.columns) == list(full.columns) == list(timeline.COLUMNS)
    assert (empty.dtypes == full.dtypes).all()
    pd.concat([empty, full])


def test_times_are_seconds_and_segments_without_a_start_follow_each_other():
    frame = timeline.frame(
        {"t": [{"tt": 7, "sg": [{"d": 1500}, {"d": 500}, {"d": 250, "m": {"start_ms": 9000}}, {"d": 1}]}]}
    )
    assert list(frame["start_s"]) == [0.0, 1.5, 9.0, 9.25]
    assert list(frame["end_s"]) == [1.5, 2.0, 9.25, 9.251]


def test_the_dub_report_has_columns_of_its_own():
    draft = {"t": [track("dub", "Hola", language="es")]}
    draft["t"][0]["sg"][0]["m"]["report"] = {
        "verdict": "look",
        "stretch": 1.2,
        "numbers_kept": False,
        "flags": ["slow"],
    }
    row = timeline.frame(draft).iloc[0]
    assert (row["verdict"], row["stretch"], row["numbers_kept"], row["flags"]) == (
        "look",
        1.2,
        False,
        ["slow"],
    )
    assert pd.isna(row["fill"])


def test_the_summary_line_reads_as_documented():
    draft = {
        "t": [
            {"tt": 0, "sg": [{"d": 10_000, "m": {"name": "city timelapse"}}]},
            {"tt": 1, "m": {"volume": 0.35}, "sg": [{"d": 10_000, "m": {"name": "Lo-fi"}}]},
            {"tt": 7, "sg": [{"d": 3000, "m": {"text": "Urban Dreams"}}]},
        ],
    }
    assert timeline.summary(draft) == (
        'Timeline (3 tracks): 1. Video: city timelapse (0-10s) 2. BGM: Lo-fi (0-10s, 35%) 3. Title: "Urban Dreams" (0-3s)'
    )


def test_the_summary_names_dubs_clips_and_modes():
    line = timeline.summary(dubbed())
    assert line.startswith(
        "Timeline (7 tracks): 1. Video: a.mp4 (0-31s) 2. Original sound: a.mp4 (0-31s, 0%)"
    )
    assert "4. Dub Spanish: 2 lines [a.mp4] (0-2s)" in line
    assert "6. Subtitles Spanish: 2 lines [a.mp4] (0-2s, burned)" in line
    assert timeline.summary(None) == "Timeline: empty"
    assert "XML" in timeline.summary("<draft/>")


def test_what_changed_is_told_in_words():
    before, after = dubbed(), dubbed()
    after["t"][2]["m"]["volume"] = 0.35
    after["t"][3]["sg"][0]["m"]["text"] = "Buenas"
    del after["t"][4]
    after["t"].append(track("title", "New", tt=7, clip="a.mp4"))
    after["m"]["width"], after["m"]["height"] = 1080, 1920
    changes = timeline.diff(before, after)
    text = str(changes)
    assert "Background of a.mp4: volume 100% → 35%." in text
    assert "Dub Spanish of a.mp4: 1 segment reworded." in text
    assert "Removed Dub French: 1 line [a.mp4] (0-1s)." in text
    assert 'Added Title: "New" [a.mp4] (0-1s).' in text
    assert "Picture 1920x1080 → 1080x1920." in text
    row = changes.frame.query("what == 'text'").iloc[0]
    assert (row["before"], row["after"], row["language"], row["start_s"]) == ("Hola", "Buenas", "es", 0.0)


def test_a_removed_track_does_not_make_the_others_look_changed():
    before = {"t": [track("title", "A", tt=7), track("dub", "x", language="es")]}
    assert len(timeline.diff(before, {"t": before["t"][1:]}).rows) == 1


def test_nothing_changed_is_false_and_its_frame_keeps_its_columns():
    changes = timeline.diff(dubbed(), dubbed())
    assert not changes
    assert str(changes) == "Nothing changed."
    assert (changes.frame.dtypes == timeline.diff(None, dubbed()).frame.dtypes).all()


def test_changes_shown_in_html_are_escaped():
    changes = timeline.diff(None, {"t": [track("title", "<script>x</script>", tt=7)]})
    assert "<script>" not in changes._repr_html_()


def test_languages_and_clips_of_a_draft():
    draft = dubbed()
    assert timeline.languages(draft) == ["es", "fr"]
    assert timeline.languages(draft, "b.mp4") == []
    assert timeline.clips(draft) == ["a.mp4", "b.mp4"]


def test_one_clip_in_one_language_has_its_own_length():
    chosen = timeline.select(dubbed(), "a.mp4", "es")
    assert [one["m"].get("language") for one in chosen["t"]] == [None, None, None, "es", "es"]
    assert chosen["d"] == 31_000
    assert chosen["m"]["z"] == 1


@pytest.mark.parametrize(
    ("draft", "ready"),
    [
        (None, False), ({}, False), ({"t": []}, False), ({"t": [{"tt": 0, "sg": []}]}, False),
        ({"t": [{"tt": 0, "sg": [{"d": 1}]}]}, True), ("<draft><track><clip id='1'/></track></draft>", True), ("", False),
    ],
)  # fmt: skip
def test_ready_to_export_needs_a_segment(draft, ready):
    assert timeline.ready_to_export(draft) is ready


@given(st.lists(st.tuples(st.floats(0, 7200), st.floats(0, 10), st.text(max_size=40)), max_size=6))
def test_subtitle_files_can_not_be_broken_by_their_texts(rows):
    cues = [timeline.Cue(start, start + length, text) for start, length, text in rows]
    srt, vtt = timeline.srt(cues), timeline.vtt(cues)
    for text in (srt, vtt):
        text.encode()
        blocks = text.removeprefix("WEBVTT\n\n").strip("\n").split("\n\n") if "-->" in text else []
        assert all(block.count("-->") == 1 for block in blocks)
    assert srt.count("-->") == vtt.count("-->") <= len(cues)


def test_subtitle_files_read_as_players_expect():
    cues = [timeline.Cue(1.5, 3723.25, "Hello <b>&\n\nworld --> x")]
    assert timeline.srt(cues) == "1\n00:00:01,500 --> 01:02:03,250\nHello <\u2060b>&\nworld → x\n"
    assert timeline.vtt(cues) == (
        "WEBVTT\n\n00:00:01.500 --> 01:02:03.250\nHello &lt;b&gt;&amp;\nworld --&gt; x\n"
    )


def test_subtitles_come_from_their_track_else_from_the_dub_and_not_at_all_when_off():
    assert [cue.text for cue in timeline.cues(dubbed(), "es", "a.mp4")] == ["Hola", "Adiós"]
    assert [cue.text for cue in timeline.cues(dubbed(), "fr", "a.mp4")] == ["Salut"]
    off = dubbed()
    off["t"][5]["m"]["mode"] = "off"
    assert timeline.cues(off, "es", "a.mp4") == []


def test_absurd_times_break_nothing():
    draft = {
        "t": [
            {"tt": 0, "m": {"clip": "a"}, "sg": [{"d": 1e308, "m": {"start_ms": 1e308}}, {"d": 1e299, "m": {"start_ms": 9e299}}]},
            {"tt": 0, "m": {"clip": "b"}, "sg": [{"d": float("nan")}, {"d": float("inf")}, {"d": -5}]},
        ],
        "d": 1,
    }  # fmt: skip
    timeline.frame(draft)
    timeline.summary(draft)
    timeline.select(draft, "a")
    timeline.vtt([timeline.Cue(1e297, 1e298, "x")])
