"""The pure parts of a check: times, words, alignment, cuts, onsets, subtitles and levels."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemodub_nb.local.engine.check.aligned import align
from nemodub_nb.local.engine.check.cut import placed_short, words_cut
from nemodub_nb.local.engine.check.levels import Levels, levels
from nemodub_nb.local.engine.check.onsets import heard_onset, source_onset
from nemodub_nb.local.engine.check.original import understood
from nemodub_nb.local.engine.check.parts import Parts
from nemodub_nb.local.engine.check.picture import Streams, length_error_frames
from nemodub_nb.local.engine.check.rows import dubbed_lines, kept_originals
from nemodub_nb.local.engine.check.spectra import add_up
from nemodub_nb.local.engine.check.stretches import common, covered_s, merged, outside, shared, total_s
from nemodub_nb.local.engine.check.subtitles import complaints
from nemodub_nb.local.engine.check.words import words
from nemodub_nb.local.engine.cues import cues
from nemodub_nb.spoken_lines import Word

RATE = 48_000
times = st.floats(0, 100, allow_nan=False).map(lambda value: round(value, 3))
stretches = st.lists(st.tuples(times, times), max_size=12).map(
    lambda pairs: merged((min(p), max(p)) for p in pairs)
)


# --- times


@given(stretches, stretches)
def test_what_two_have_in_common_is_in_both_and_what_is_outside_in_neither(a, b) -> None:
    inside = common(a, b)
    assert total_s(common(inside, a)) == pytest.approx(total_s(inside))
    rest = outside([*a, *b], 100.0)
    assert total_s(common(rest, a)) == pytest.approx(0, abs=1e-9)
    assert total_s(rest) + total_s(merged([*a, *b])) == pytest.approx(100, abs=1e-6)


@given(stretches, stretches)
def test_the_overlap_is_a_share_and_whole_for_the_same(a, b) -> None:
    share = shared(a, b)
    assert share is None or 0 <= share <= 1 + 1e-9
    if total_s(a) > 0:
        assert shared(a, a) == pytest.approx(1)
        assert shared(a, []) == 0


@given(stretches, times, times)
def test_no_stretch_of_time_is_more_than_full(a, one, other) -> None:
    start, end = sorted((one, other))
    assert 0 <= covered_s(a, start, end) <= end - start + 1e-9


KEPT = Parts(((2.0, 5.0), (8.0, 20.0)))


@given(stretches)
def test_what_a_trim_keeps_is_moved_together_and_nothing_else_is_there(a) -> None:
    shown = merged(KEPT.shown(a))
    assert total_s(shown) == pytest.approx(total_s(common(a, KEPT.of_clip)))
    assert all(0 <= start < end <= KEPT.length_s + 1e-9 for start, end in shown)
    assert Parts().shown(a) == a


def test_a_line_is_where_the_video_has_it_whole_and_else_it_is_cut() -> None:
    def row(index, start, end, source_start):
        return {
            "index": index,
            "start_s": start,
            "end_s": end,
            "source_start_s": source_start,
            "source_end_s": end,
        }

    rows = [
        row(0, 0.0, 1.5, 0.0),
        row(1, 2.5, 4.5, 2.4),
        row(2, 4.0, 9.0, 4.0),
        row(2, 4.0, 9.0, 4.0),
        row(3, 8.1, 9, 7.0),
    ]
    kept, cut = KEPT.rows(rows)
    assert [(one["index"], one["start_s"], one["end_s"], one["source_start_s"]) for one in kept] == [
        (1, pytest.approx(0.5), pytest.approx(2.5), pytest.approx(0.4)),
        (3, pytest.approx(3.1), pytest.approx(4.0), None),
    ]
    assert [(one["index"], one["start_s"], one["end_s"]) for one in cut] == [(2, 2.0, 3.0), (2, 3.0, 4.0)]
    assert not Parts.of([(0.0, 30.02)], 30.0)
    assert Parts.of([(0.0, 20.0)], 30.0).length_s == 20


# --- words


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("es", "Cada mes perdemos 25 horas.", "cada mes perdemos veinticinco horas"),
        ("en", "We have 1,200 people!", "we have one thousand two hundred people"),
        ("de", "Das kostet 1.200 Euro", "das kostet eintausendzweihundert euro"),
        ("fr", "l’agenda de 40 % des équipes", "l'agenda de quarante pour cent des équipes"),
        ("es", "un 40 % antes", "un cuarenta por ciento antes"),
        ("pt", "Ele é mal-posto.", "ele é mal posto"),
        ("ar", "مَرْحَبًا", "مرحبا"),
        ("de", "Straße", "STRASSE"),
    ],
)
def test_ways_of_writing_are_no_mistakes(language: str, one: str, other: str) -> None:
    assert words(one, language) == words(other, language)


def test_languages_without_spaces_are_compared_by_characters_and_vowel_signs_stay_with_their_letters() -> (
    None
):
    assert words("你好，世界。", "zh") == list("你好世界")
    assert len(words("हज़ार लोग", "hi")) == 2


@given(st.text(max_size=60), st.sampled_from(["en", "de", "ja", "ar", "hi", "tlh"]))
def test_any_text_has_words_or_none(text: str, language: str) -> None:
    assert all(words(text, language))


# --- alignment


def spoken(text: str, start_s: float = 0.0, each_s: float = 0.4) -> list[Word]:
    return [
        Word(start_s + n * each_s, start_s + (n + 1) * each_s, f" {word}")
        for n, word in enumerate(text.split())
    ]


SCRIPT = [(0.0, 2.0, "One two three four five."), (2.5, 4.5, "Six seven eight nine ten.")]


def test_what_is_heard_as_written_has_no_errors_and_keeps_its_line() -> None:
    first, second = align(SCRIPT, spoken("one two three four five six seven eight nine ten"), "en")
    assert (first.wer, second.wer, first.cer) == (0, 0, 0)
    assert second.text == "six seven eight nine ten"
    assert second.matched[0] is not None


def test_errors_count_for_the_line_in_which_they_are() -> None:
    first, second = align(
        SCRIPT, spoken("one two tree four five") + spoken("six seven nine ten eleven", 2.5), "en"
    )
    assert first.wer == pytest.approx(1 / 5)
    assert second.wer == pytest.approx(2 / 5)  # one lost, one made up at its end


def test_a_word_that_both_lines_could_have_belongs_where_it_is_heard() -> None:
    script = [(0.0, 2.0, "so it was what it was"), (6.0, 8.0, "it was late")]
    heard = [*spoken("so it was what"), *spoken("it was late", 6.0)]  # the first line's end is missing
    first, second = align(script, heard, "en")
    assert (first.text, second.text) == ("so it was what", "it was late")
    assert second.errors == 0


@given(st.lists(st.sampled_from("abcdef"), max_size=12), st.lists(st.sampled_from("abcdef"), max_size=12))
def test_no_word_is_lost_in_the_alignment(script: list[str], heard: list[str]) -> None:
    half = len(script) // 2
    lines = [(0.0, 5.0, " ".join(script[:half])), (5.0, 10.0, " ".join(script[half:]))]
    made = align(lines, spoken(" ".join(heard)), "eo")
    assert sum(len(line.tokens) for line in made) == len(heard)
    assert sum(line.errors for line in made) <= max(len(script), len(heard)) + abs(len(script) - len(heard))
    assert sum(line.errors for line in made) >= abs(len(script) - len(heard))


def test_rows_without_words_or_times_are_nobodys_lines() -> None:
    rows = [
        {"index": 3, "start_s": 4.0, "end_s": 5.0, "text": "late"},
        {"start_s": 1.0, "end_s": 2.0, "text": " "},
        {"start_s": 1.0, "end_s": None, "text": "x"},
        {"start_s": 1.0, "end_s": 2.0, "text": "early"},
    ]
    assert [(line.index, line.text) for line in dubbed_lines(rows)] == [(3, "early"), (3, "late")]


def test_a_moved_line_is_due_where_it_was_put_and_a_kept_original_is_no_dub() -> None:
    moved = {"start_s": 5.1, "end_s": 6.0, "source_start_s": 4.0, "onset_error_s": 0.1, "text": "x"}
    kept = {
        "start_s": 1.0,
        "end_s": 2.0,
        "source_start_s": 1.0,
        "source_end_s": 2.0,
        "text": "y",
        "sound": "original",
    }
    (line,) = dubbed_lines([moved, kept])
    assert line.due_s == 5.0
    assert kept_originals([moved, kept]) == [(1.0, 2.0)]


def test_words_of_the_original_count_where_they_are_spoken_only() -> None:
    rows = [
        {
            "start_s": 0,
            "end_s": 2,
            "source_start_s": 0,
            "source_end_s": 2,
            "text": "x",
            "source_text": "He was young.",
        }
    ]
    lines = dubbed_lines(rows)
    assert understood(lines, spoken("was young"), "en") == 2
    assert understood(lines, spoken("was young", 20.0), "en") == 0
    assert understood(lines, spoken("thank you"), "en") == 0


# --- cuts and onsets


def test_a_word_in_silence_is_cut_and_a_misheard_one_is_not() -> None:
    (line,) = align([SCRIPT[0]], spoken("one two three four"), "en")
    assert words_cut(line, 0.0, 2.0, [(0.0, 1.6)]) == 1
    assert words_cut(line, 0.0, 2.0, [(0.0, 2.0)]) == 0
    (line,) = align([SCRIPT[0]], [], "en")
    assert words_cut(line, 0.0, 2.0, []) == 5
    (line,) = align([SCRIPT[0]], spoken("one two three four fi"), "en")
    assert words_cut(line, 0.0, 2.4, [(0.0, 1.6)]) == 1  # the rest of a word
    late = [Word(w.start_s + 0.35, w.end_s + 0.35, w.text) for w in spoken("two three four five")]
    (line,) = align([SCRIPT[0]], late, "en")
    assert words_cut(line, 0.0, 2.0, [(0.35, 2.0)]) == 1
    (line,) = align([SCRIPT[0]], [Word(0.0, 0.35, " wan"), *late], "en")
    assert words_cut(line, 0.0, 2.0, [(0.35, 2.0)]) == 0  # begun softly, and misheard
    over = [Word(0.0, 0.75, " two"), *late[1:]]
    (line,) = align([SCRIPT[0]], over, "en")
    assert words_cut(line, 0.0, 2.0, [(0.0, 2.0)]) == 0  # its time was given to the next word
    assert words_cut(line, 0.0, 2.0, [(0.35, 2.0)]) == 1
    (line,) = align([SCRIPT[0]], spoken("five", 1.9), "en")
    assert (
        words_cut(line, 0.0, 2.0, [(0.0, 2.0)]) == 0
    )  # passed over as a whole, but for a word of the next line


def test_inside_a_line_only_a_hole_in_the_voice_tells_of_a_missing_word() -> None:
    (skipped,) = align([SCRIPT[0]], spoken("one two four five"), "en")
    assert words_cut(skipped, 0.0, 2.0, [(0.0, 2.0)]) == 0  # the recogniser passed over a word that is there
    said = [(word.start_s, word.end_s) for word in spoken("one two four five")]
    hole = [(0.0, said[1][1]), (said[1][1] + 0.6, said[3][1] + 0.6)]
    late = [
        Word(w.start_s + 0.6 * (n > 1), w.end_s + 0.6 * (n > 1), w.text)
        for n, w in enumerate(spoken("one two four five"))
    ]
    (silent,) = align([SCRIPT[0]], late, "en")
    assert words_cut(silent, 0.0, said[3][1] + 0.6, hole) == 1
    (other,) = align([SCRIPT[0]], spoken("one two tree four five"), "en")
    assert words_cut(other, 0.0, 2.4, hole) == 0  # a pause beside a word that was misheard


def test_a_line_placed_shorter_than_it_was_spoken_is_cut() -> None:
    assert placed_short(3.0, 1.0, 2.5)
    assert not placed_short(3.0, 1.2, 2.5)


def test_a_line_begins_where_the_voice_does() -> None:
    speech = [(0.0, 2.0), (2.6, 5.0)]
    assert heard_onset(2.5, 2.3, 1.9, speech) == 2.6  # a word that is said to begin in the pause before
    assert heard_onset(2.5, 1.95, 1.9, speech) == 2.6
    assert heard_onset(2.5, 2.9, 1.9, speech) == 2.6
    assert heard_onset(2.0, 3.9, 1.9, speech) is None  # somewhere in speech: nothing to tell it by
    assert heard_onset(2.5, None, 1.9, speech) == 2.6
    assert heard_onset(8.0, None, 1.9, speech) is None
    assert source_onset(2.5, speech) == 2.6
    assert source_onset(1.0, speech) == 1.0


# --- subtitles and lengths


@given(st.lists(st.text("abcdefgh ,.", min_size=1, max_size=200), min_size=1, max_size=6))
def test_subtitles_of_the_engine_are_short_and_apart(texts: list[str]) -> None:
    placed = [(n * 20.0, n * 20.0 + 18.0, " ".join(text.split()) or "a") for n, text in enumerate(texts)]
    made = [(cue.start_s, cue.end_s, cue.text) for cue in cues(placed, 20.0 * len(texts))]
    for number, why in complaints(made, 25.0):
        # A word without an end cannot be cut between words.
        assert "characters" in why, (made[number], why)
    assert all(one[1] <= other[0] for one, other in pairwise(made))


def test_each_limit_of_subtitles_is_told() -> None:
    said = complaints(
        [
            (0.0, 5.0, "x" * 43),
            (5.2, 9.0, "a\nb\nc"),
            (9.5, 10.0, "much too much to be read in half of a second"[:42]),
            (10.02, 12.0, "close"),
        ],
        25.0,
    )
    assert [number for number, _ in said] == [0, 1, 2, 3]
    assert complaints([(0.0, 2.0, "fine"), (2.08, 4.0, "two frames later")], 25.0) == []


def test_a_second_too_short_is_25_frames_and_sound_as_long_as_the_picture_is_right() -> None:
    source = Streams("p", 10.0, 9.5, 25.0)
    assert length_error_frames(source, Streams("p", 10.0, 10.0, 25.0)) == 0
    assert length_error_frames(source, Streams("p", 10.0, 9.5, 25.0)) == 0
    assert length_error_frames(source, Streams("p", 9.0, 9.0, 25.0)) == pytest.approx(-25)
    assert length_error_frames(source, Streams("p", 10.0, None, 25.0)) == pytest.approx(-237.5)


# --- levels


def _voices() -> tuple[list[tuple[float, float]], np.ndarray, np.ndarray]:
    """Ten lines of noise in syllables, with pauses in which the background is heard, by two speakers."""
    speech = [(float(start), start + 1.5) for start in range(1, 21, 2)]
    spoken_s = _within(speech, 21 * RATE)
    beat = (np.arange(len(spoken_s)) // (RATE // 6)) % 3 > 0
    rng = np.random.default_rng(1)
    voices = [
        np.convolve(rng.normal(0, 0.1, len(spoken_s)), [0.4, 0.3, 0.2, 0.1], "same") * (spoken_s & beat)
        for _ in range(2)
    ]
    return speech, voices[0], voices[1]


def _within(speech: list[tuple[float, float]], count: int) -> np.ndarray:
    spoken_s = np.zeros(count, bool)
    for start, end in speech:
        spoken_s[int(start * RATE) : int(end * RATE)] = True
    return spoken_s


def _found(source: np.ndarray, dub: np.ndarray, speech: list[tuple[float, float]]) -> Levels:
    blocks = [[one.astype(np.float32)[:, None]] for one in (source, dub)]
    return levels(add_up(*blocks, speech, outside(speech, 21.0, 0.15)))


def test_a_breath_that_went_with_the_voice_is_no_background() -> None:
    speech, original, new = _voices()
    background = np.random.default_rng(2).normal(0, 0.006, len(original))
    gasps = [(end + 0.2, end + 0.25) for _, end in speech[::5]]
    breaths = _within(gasps, len(original)) * 8.0 * background
    found = _found(original + background + breaths, new + background, speech)
    assert found.background_outside_db == pytest.approx(0, abs=0.6)


def test_nothing_is_told_of_music_under_speech_that_comes_and_goes() -> None:
    speech, original, new = _voices()
    background = np.random.default_rng(2).normal(0, 0.006, len(original))
    music = background * np.where((np.arange(len(original)) // RATE) % 3 > 0, 1.0, 0.01)
    assert _found(original + music, new + music, speech).background_under_db is None
    assert _found(original + background, new + background, speech).background_under_db is not None


@pytest.mark.parametrize("gain_db", [0.0, 5.0])
@pytest.mark.parametrize(
    ("outside_db", "under_db", "left_db"), [(0, 0, None), (-6, 0, None), (0, -6, None), (0, 0, -12)]
)
def test_levels_are_found_whatever_the_loudness_of_the_whole(
    gain_db: float, outside_db: float, under_db: float, left_db: float | None
) -> None:
    speech, original, new = _voices()
    spoken_s = _within(speech, len(original))
    background = np.random.default_rng(2).normal(0, 0.006, len(original))
    turned = 10 ** (np.where(spoken_s, under_db, outside_db) / 20)
    left = 0 if left_db is None else original * 10 ** (left_db / 20)
    dub = (new + background * turned + left) * 10 ** (gain_db / 20)
    found = _found(original + background, dub, speech)
    assert found.background_outside_db == pytest.approx(outside_db, abs=0.6)
    assert found.background_under_db == pytest.approx(under_db, abs=1.6)
    assert found.original_level_db is not None
    if left_db is None:
        assert found.original_level_db < -25
    else:
        assert found.original_level_db == pytest.approx(left_db, abs=1.5)


def test_a_clip_without_pauses_or_background_tells_nothing_of_it() -> None:
    silence = [np.zeros((5 * RATE, 1), np.float32)]
    found = levels(add_up(silence, silence, [(0.0, 2.0)], [(3.0, 5.0)]))
    assert found.background_outside_db is None
    assert levels(add_up(silence, silence, [(0.0, 5.0)], [])).background_under_db is None
