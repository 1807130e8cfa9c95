"""What the panels promise about changes of lines that are not sent yet, and how a line is judged before it is spoken."""

from __future__ import annotations

import contextlib
import gzip
import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nemodub_nb.fitting import PlannedLine, usual_pace
from nemodub_nb.panels import edit_words, pending, timeline_forecast, timeline_story
from nemodub_nb.panels.timeline_lines import sheet
from nemodub_nb.project import BadInputError, Fit

EVIL = '<img src=x onerror="alert(1)">\x1b[31m\u202e"]); import os  #'


def row(index, role, tag, text, **more):
    start = index * 3000
    report = {
        "index": index,
        "source_start_s": start / 1000,
        "source_end_s": start / 1000 + 2.4,
        "start_s": start / 1000,
        "slot_s": 2.9,
        "chars_ratio": len(text) / 7,
        "source_text": f"Line {index}.",
        "sound": "dub",
        "approved": False,
        "route": "memory",
        **({"verdict": "good", "voice": f"espeak:{tag}"} if role == "dub" else {}),
        **more,
    }
    return {"d": 2400, "m": {"start_ms": start, "text": text, "report": report}}


def draft(count=4, *, dubs=("es",), scripts=(), **more):
    """A clip of lines; `more` maps a number to what is different in its row in the first language."""
    said = [{"d": 2400, "m": {"start_ms": n * 3000, "text": f"Line {n}.", "line": n}} for n in range(count)]
    tracks = [
        {"tt": 0, "sg": [{"d": count * 3000, "m": {"start_ms": 0, "in_ms": 0}}], "m": {"role": "picture"}},
        {"tt": 7, "sg": said, "m": {"role": "transcript", "language": "en"}},
    ]
    for role, tags in (("dub", dubs), ("script", scripts)):
        for tag in tags:
            rows = [row(n, role, tag, f"{tag} {n}", **more.get(f"line_{n}", {})) for n in range(count)]
            meta = {"role": role, "language": tag, **({"voice": f"espeak:{tag}"} if role == "dub" else {})}
            tracks.append({"tt": 1, "sg": rows, "m": meta})
    return {"t": tracks, "d": count * 3000, "m": {}}


# Changes that are not sent yet


def test_what_is_there_already_is_no_change():
    found = sheet(draft())
    same = {"text": " es  1 ", "voice": "espeak:es", "start_s": 3.0, "sound": "dub", "approved": False}
    assert pending.decide({}, found, "es", 1, same) == {}
    assert pending.decide({}, found, "", 1, {"text": "Line 1."}) == {}
    changed = pending.decide({}, found, "es", 1, {"text": "otra", "sound": "mute"})
    assert changed == {"es": {"1": {"text": "otra", "sound": "mute"}}}
    assert pending.decide(changed, found, "es", 1, {"text": "es 1", "sound": "dub"}) == {}


def test_a_change_takes_an_approval_back_unless_it_is_given_anew():
    found = sheet(draft(line_1={"approved": True}))
    changed = pending.decide({}, found, "es", 1, {"text": "otra"})
    assert pending.decide(changed, found, "es", 1, {"approved": False}) == changed
    assert pending.decide(changed, found, "es", 1, {"approved": True})["es"]["1"]["approved"] is True
    assert pending.decide({}, found, "es", 1, {"approved": False}) == {"es": {"1": {"approved": False}}}


def test_an_emptied_line_is_translated_again_and_an_emptied_source_is_no_speech():
    found = sheet(draft(line_1={"route": "edited"}))
    assert pending.decide({}, found, "es", 1, {"text": "  "}) == {"es": {"1": {"text": None}}}
    assert pending.decide({}, found, "es", 2, {"text": ""}) == {}, "it is as it was translated"
    assert pending.decide({}, found, "", 2, {"text": ""}) == {"": {"2": {"text": ""}}}


@pytest.mark.parametrize(
    ("tag", "number", "said"),
    [
        ("es", 9, {"text": "x"}),
        ("fr", 1, {"text": "x"}),
        ("es", 1, {"start_s": 99.0}),
        ("es", 1, {"start_s": float("nan")}),
        ("es", 1, {"start_s": "12"}),
        ("es", 1, {"start_s": True}),
        ("es", 1, {"text": "x" * 2001}),
        ("", 1, {"start_s": 99.0}),
        ("", 1, {"end_s": 2.9}),
        ("", 1, {"start_s": 5.4}),
    ],
)
def test_what_cannot_be_meant_is_refused_in_a_sentence_and_nothing_is_lost(tag, number, said):
    found = sheet(draft())
    kept = {"es": {"2": {"sound": "mute"}}}
    with pytest.raises(BadInputError) as refused:
        pending.decide(kept, found, tag, number, said)
    assert refused.value.message.endswith(".")
    assert refused.value.advice.endswith(".")
    assert kept == {"es": {"2": {"sound": "mute"}}}


said_of_lines = st.fixed_dictionaries(
    {},
    optional={
        "text": st.sampled_from(["", "es 1", "otra", EVIL, None]),
        "voice": st.sampled_from([None, "", "espeak:es", "kokoro:em_alex"]),
        "start_s": st.sampled_from([None, 3.0, 4.5, 0]),
        "end_s": st.sampled_from([None, 2.4, 5.4, 7]),
        "sound": st.sampled_from(["dub", "mute", "original", None, "loud"]),
        "approved": st.sampled_from([True, False, None]),
    },
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["es", ""]), st.integers(0, 3), said_of_lines), max_size=8))
def test_changes_are_rows_for_project_edit_and_survive_a_page(steps):
    found = sheet(draft(line_1={"approved": True, "route": "edited"}))
    changes = {}
    for tag, number, said in steps:
        with contextlib.suppress(BadInputError):  # a line of the source that would end before it begins
            changes = pending.decide(changes, found, tag, number, said)
    assert json.loads(json.dumps(changes)) == changes
    rows = pending.rows(changes)
    assert len(rows) == pending.count(changes)
    assert all(len(one) > (2 if "language" in one else 1) for one in rows), "no row decides nothing"
    assert pending.still_open(changes, found) == changes
    back = {"text": "es 1", "voice": None, "start_s": 3.0, "sound": "dub", "approved": True}
    assert "1" not in pending.decide(changes, found, "es", 1, back).get("es", {})


def test_what_is_on_the_timeline_is_not_pending_any_more():
    changes = {
        "es": {"1": {"text": "otra", "start_s": 4.0}, "2": {"sound": "mute"}},
        "fr": {"1": {"text": "x"}},
    }
    made = sheet(draft(dubs=("es",), line_1={"start_s": 4.05}, line_2={"sound": "mute"}))
    made.numbered[1].rows["es"] = made.numbered[1].rows["es"]._replace(text="otra")
    assert pending.still_open(changes, made) == {"es": {"1": {"start_s": 4.0}}}
    assert pending.came_to_nothing(changes, made, ()) == {}, "where a voice begins is the backend's to say"
    assert pending.came_to_nothing(changes, made, ("es",)) == {"es": {"1": {"start_s": 4.0}}}


def test_ten_thousand_lines_with_decisions_stay_quick():
    found = sheet(draft(10_000))
    began = time.perf_counter()
    packed = found.packed()
    for number in range(0, 10_000, 100):
        pending.decide({}, found, "es", number, {"text": "otra"})
    assert time.perf_counter() - began < 5
    columns = json.loads(gzip.decompress(packed))
    assert columns["no"] == list(range(10_000))
    assert columns["voiced"] == ["espeak:es"]


# What a saved notebook and a drawing show


def test_the_story_shows_what_a_person_decided():
    told = sheet(draft(line_0={"route": "edited"}, line_1={"approved": True}, line_2={"sound": "mute"}))
    html, text = timeline_story.html(told), timeline_story.text(told)
    for word in ("edited", "approved", "muted"):
        assert f"({word})" in html
        assert word in text
    assert "<td>0</td>" in html, "lines are numbered as tables and sentences number them"


def test_a_script_is_judged_by_its_length_before_a_word_is_spoken():
    long = {"chars_ratio": 3.0}
    found = sheet(draft(dubs=(), scripts=("de",), line_1=long, line_2={"numbers_kept": False}))
    labels = [found.labels[line.rows["de"].label] for line in found.lines]
    assert [one.verdict for one in labels] == ["good", "bad", "look", "good"]
    assert all(line.rows["de"].facts.script for line in found.lines)
    assert [lane.note for lane in found.lanes if lane.kind == "dub"] == [edit_words.SCRIPT]


def test_a_line_of_the_source_begins_and_ends_where_a_person_says():
    found = sheet(draft())
    assert pending.decide({}, found, "", 1, {"start_s": 3.0, "end_s": 5.4}) == {}, "it does already"
    assert pending.decide({}, found, "", 1, {"start_s": None}) == {}
    changed = pending.decide({}, found, "", 1, {"start_s": 2.8})
    changed = pending.decide(changed, found, "", 1, {"end_s": 6.1234})
    assert pending.rows(changed) == [{"line": 1, "start_s": 2.8, "end_s": 6.123}]
    moved = draft()
    moved["t"][1]["sg"][1] = {"d": 3323, "m": {"start_ms": 2800, "text": "Line 1.", "line": 1}}
    assert pending.still_open(changed, sheet(moved)) == {}


def test_the_times_of_the_source_are_those_of_the_clip_where_the_timeline_is_cut():
    cut = draft()
    cut["t"][0]["sg"] = [{"d": 9000, "m": {"start_ms": 0, "in_ms": 3000}}]
    found = sheet(cut)
    assert found.times_s(found.numbered[1]) == (6.0, 8.4)
    assert pending.decide({}, found, "", 1, {"start_s": 6.0}) == {}
    assert pending.decide({}, found, "", 1, {"start_s": 3.0}) == {"": {"1": {"start_s": 3.0}}}


SHORT, LONG = (
    "Una línea.",
    "Una línea que dice mucho más de lo que cabe en el tiempo que hay, de verdad. " * 2,
)


def fit(*texts):
    planned = [
        PlannedLine(n * 3.0, n * 3.0 + 2.4, f"Line {n}.", text, number=n) for n, text in enumerate(texts)
    ]
    return Fit(planned, "es", pace=usual_pace("kokoro", "es"), duration_s=3.0 * len(texts))


def test_a_script_is_judged_as_its_fit_is_foreseen_and_by_its_length_where_nothing_is():
    foreseen = {"es": timeline_forecast.labels(fit(LONG, "Una línea para ella que la llena.", "", SHORT))}
    found = sheet(draft(dubs=(), scripts=("es", "de"), line_1={"numbers_kept": False}), foreseen=foreseen)
    labels = [found.labels[line.rows["es"].label] for line in found.lines]
    assert [one.verdict for one in labels] == ["bad", "look", "", "look"]
    assert [one.word for one in labels] == ["long", "numbers", "script", "short"]
    assert "characters less" in labels[0].hint
    assert found.labels[found.lines[0].rows["de"].label].word == "should fit"


def test_an_edited_line_is_foreseen_with_all_that_is_changed():
    base = fit(SHORT, LONG, SHORT)
    told = timeline_forecast.line(base, {}, 1)
    assert (told["of"], told["line"], told["word"], told["tone"]) == ("es", 1, "runs on", "warn")
    assert "characters less" in told["takes"]
    better = {"es": {"1": {"text": "Una línea para ella que la llena bien."}}}
    assert timeline_forecast.line(base, better, 1)["word"] == "should fit"
    assert timeline_forecast.line(base, {"es": {"1": {"text": None}}}, 1) == told, (
        "its new words are not known"
    )
    assert timeline_forecast.line(base, {"es": {"1": {"sound": "mute"}}}, 1)["word"] == "script"
    room = {"": {"2": {"start_s": 8.3, "end_s": 8.9}}, "es": {"2": {"sound": "mute"}}}
    assert timeline_forecast.line(base, room, 1)["takes"] != told["takes"], "the next line gives it room"
    assert timeline_forecast.line(base, {}, 7) is None
