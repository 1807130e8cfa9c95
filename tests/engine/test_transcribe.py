"""From words, cues and a recogniser's figures to lines."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nemodub_nb.local.engine.errors import BadTranscriptError, UnsureLanguageError
from nemodub_nb.local.engine.transcribe.gate import Heard, believable
from nemodub_nb.local.engine.transcribe.onsets import snap
from nemodub_nb.local.engine.transcribe.subtitle_file import read_subtitles
from nemodub_nb.local.engine.transcribe.voice_activity import RATE
from nemodub_nb.local.engine.transcribe.whisper import Vote, elect
from nemodub_nb.local.engine.transcribe.windows import WINDOW_S, windows
from nemodub_nb.spoken_lines import LONGEST_S, Word, from_cues, from_words
from nemodub_nb.timed_text import parse_subtitles

SRT = "1\r\n00:00:01,000 --> 00:00:02,500\r\n<i>Hello</i> there,\r\nMr. Bond.\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\nBye.\r\n"
VTT = "WEBVTT\n\nNOTE a comment\n\nintro\n00:01.000 --> 00:02.500 align:start\nHello &amp; welcome.\n"


def words(text: str, each_s: float = 0.3) -> list[Word]:
    return [Word(i * each_s, (i + 1) * each_s, f" {word}") for i, word in enumerate(text.split())]


def test_sentences_end_at_full_stops_but_not_at_abbreviations() -> None:
    lines = from_words(words("Ask Dr. Smith or Mr. Jones. They know 3.5 million reasons! Really?"))
    assert [text for _, _, text in lines] == [
        "Ask Dr. Smith or Mr. Jones.",
        "They know 3.5 million reasons!",
        "Really?",
    ]


def test_a_long_sentence_is_broken_into_breaths_without_losing_words() -> None:
    text = "so " * 80
    lines = from_words(words(text))
    assert all(end - start <= LONGEST_S for start, end, _ in lines)
    assert " ".join(line for _, _, line in lines).split() == text.split()


def test_cues_of_one_sentence_are_joined() -> None:
    cues = [(0.0, 2.0, "It saves you"), (2.1, 4.0, "two hours."), (4.2, 5.0, "Every week.")]
    assert [cue[:3] for cue in from_cues(cues)] == [
        (0.0, 4.0, "It saves you two hours."),
        (4.2, 5.0, "Every week."),
    ]


def test_srt_and_vtt_are_read_without_their_markup(tmp_path: Path) -> None:
    assert [cue[:3] for cue in parse_subtitles(SRT)] == [
        (1.0, 2.5, "Hello there, Mr. Bond."),
        (3.0, 4.0, "Bye."),
    ]
    assert [cue[:3] for cue in parse_subtitles(VTT)] == [(1.0, 2.5, "Hello & welcome.")]
    (tmp_path / "x.srt").write_bytes(b"\xef\xbb\xbf" + SRT.encode())
    assert len(read_subtitles(tmp_path / "x.srt")) == 2


def test_a_transcript_without_times_says_what_is_needed(tmp_path: Path) -> None:
    (tmp_path / "x.srt").write_text("just words")
    with pytest.raises(BadTranscriptError, match=r"no timed lines\. Give an SRT or VTT"):
        read_subtitles(tmp_path / "x.srt")


def test_loops_and_inventions_of_a_recogniser_are_dropped() -> None:
    def heard(text: str, start: float, **figures: float) -> Heard:
        return Heard(
            start,
            start + 2,
            text,
            figures.get("log", -0.2),
            figures.get("quiet", 0.1),
            figures.get("packed", 1.2),
        )

    segments = [
        heard("Good morning.", 0),
        heard("Thank you.", 2),
        heard("thank you.", 4),
        heard("Thank you.", 6),
        heard("la la la la", 8, packed=3.0),
        heard("hm", 10, log=-1.5, quiet=0.9),
        heard("...", 12),
    ]
    assert believable(segments) == [True, True, False, False, False, False, False]


def test_an_onset_moves_to_where_the_voice_begins() -> None:
    lines = [(0.9, 2.0, "a"), (2.2, 4.0, "b")]
    speech = [(1.1, 2.1), (3.0, 4.1)]
    assert snap(lines, speech) == [(1.1, 2.1, "a"), (3.0, 4.1, "b")]


def test_an_onset_in_the_last_moment_of_a_stretch_moves_to_the_next() -> None:
    assert snap([(28.67, 32.0, "a")], [(26.5, 28.9), (29.37, 32.1)]) == [(29.37, 32.1, "a")]


def test_an_onset_in_a_pause_is_not_drawn_to_where_the_line_before_began() -> None:
    lines = [(1.0, 1.5, "a"), (1.5, 4.0, "b")]
    assert snap(lines, [(1.0, 1.6), (2.2, 4.1)]) == [(1.0, 1.6, "a"), (2.2, 4.1, "b")]


def test_an_onset_inside_speech_stays() -> None:
    assert snap([(0.0, 5.0, "a"), (5.0, 9.0, "b")], [(0.1, 9.0)]) == [(0.1, 5.0, "a"), (5.0, 9.0, "b")]


def test_a_language_needs_a_majority() -> None:
    assert elect([Vote("en", 0.9), Vote("en", 0.8), Vote("fr", 0.9)]) == "en"
    for votes in ([], [Vote("en", 0.3)], [Vote("en", 0.9), Vote("fr", 0.9)]):
        with pytest.raises(UnsureLanguageError, match="Say which it is"):
            elect(votes)


def test_windows_hold_every_sample_once_and_cut_where_it_is_quiet() -> None:
    length = int((WINDOW_S + 60) * RATE)
    samples = np.random.default_rng(0).standard_normal(length).astype(np.float32)
    quiet_s = WINDOW_S - 10
    samples[int(quiet_s * RATE) : int((quiet_s + 1) * RATE)] = 0
    cut = list(windows((samples[i : i + RATE * 7] for i in range(0, length, RATE * 7)), RATE))
    assert np.array_equal(np.concatenate([part for _, part in cut]), samples)
    assert quiet_s <= cut[1][0] <= quiet_s + 1
