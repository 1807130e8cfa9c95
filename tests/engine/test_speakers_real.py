"""Two people are told apart by their voices, and each is heard in a voice of their own in the dub."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nemodub_nb.local.engine.clip import look_into
from nemodub_nb.local.engine.dub import dub
from nemodub_nb.local.engine.jobs import DubJob
from nemodub_nb.local.engine.lines import Said, numbered
from nemodub_nb.local.engine.media.audio import audio_writer, read_audio
from nemodub_nb.local.engine.progress import silent
from nemodub_nb.local.engine.speak import SpeakRequest, VoicePool, candidates
from nemodub_nb.local.engine.speakers.pitch import gender_of, median_hz, voiced_hz
from nemodub_nb.local.engine.speakers.who import in_turns, who_speaks
from nemodub_nb.local.engine.steps import Steps
from nemodub_nb.local.engine.transcribe.source import Transcript
from nemodub_nb.local.engine.transcribe.voice_activity import RATE as SPEECH_RATE
from nemodub_nb.local.engine.transcribe.voice_activity import speech_of
from nemodub_nb.local.engine.transcribe.whisper import Whisper
from nemodub_nb.spoken_lines import Word, from_words

pytestmark = pytest.mark.engine

RATE = 48_000
READER = ("0880", "0890", "0920")
"""A man reads these sentences."""
SHE_SAYS = (
    "We came to the house late in the evening, and nobody had lit the lamps.",
    "It was not what I had expected to hear from you.",
    "Please tell me where the nearest station is.",
)


@pytest.fixture(scope="module")
def librivox() -> Path:
    folder = Path("/usr/share/pocketsphinx/test/data/librivox")
    if not folder.is_dir():
        pytest.skip("needs Debian's pocketsphinx-testdata")
    return folder


@pytest.fixture(scope="module")
def dialogue(tmp_path_factory, librivox: Path, models: Path) -> tuple[Path, list[tuple[float, float, str]]]:
    """A reader (a person) and a synthetic woman in turns; the file, and who speaks when."""
    folder = tmp_path_factory.mktemp("dialogue")
    voice = candidates("en", gender="female")[0]
    with VoicePool(models) as voices:
        spoken = [
            voices.speak(SpeakRequest(text, voice, folder / f"{n}.wav")) for n, text in enumerate(SHE_SAYS)
        ]
        hers = [future.result().path for future in spoken]
    his = [next(librivox.glob(f"*-{number}.wav")) for number in READER]
    turns: list[tuple[float, float, str]] = []
    sounds = [np.zeros(RATE // 2, np.float32)]
    at_s = 0.5
    for path, who in [turn for pair in zip(his, hers, strict=True) for turn in zip(pair, "MF", strict=True)]:
        sound = read_audio(path, rate=RATE)
        sound *= 0.08 / np.sqrt(np.mean(sound**2))
        turns.append((at_s, at_s + len(sound) / RATE, who))
        sounds += [sound, np.zeros(RATE // 2, np.float32)]
        at_s += len(sound) / RATE + 0.5
    with audio_writer(folder / "dialogue.flac", channels=1) as writer:
        writer.write(np.concatenate(sounds))
    return folder / "dialogue.flac", turns


@pytest.mark.parametrize("music_db", [None, -6.0])
def test_each_line_is_given_to_the_one_who_speaks_it(dialogue, music_db, models, tmp_path):
    path, turns = dialogue
    if music_db is not None:
        path = _with_music(path, music_db, tmp_path / "music.flac")
    steps = Steps(tmp_path / "cache")
    clip = look_into(path, steps)
    lines = numbered([(start, end, "so many words") for start, end, _ in turns])
    found = who_speaks(clip, lines, speech_of(clip, steps), steps, models, silent)
    assert found.told_by == "voices"
    named = {who: found.of_line[n] for n, (_, _, who) in enumerate(turns)}
    wrong_s = sum(end - start for n, (start, end, who) in enumerate(turns) if found.of_line[n] != named[who])
    assert len(found.people) == 2
    assert wrong_s == 0, "diarisation error"
    assert found.person(named["M"]).gender == "male"
    assert found.person(named["F"]).gender == "female"


def test_one_reader_stays_one_person(speech_clip: Path, models: Path, tmp_path: Path):
    steps = Steps(tmp_path / "cache")
    clip = look_into(speech_clip, steps)
    lines = numbered([(start, end, "x") for start, end in speech_of(clip, steps) if end - start > 1])
    assert len(lines) > 3
    found = who_speaks(clip, lines, speech_of(clip, steps), steps, models, silent)
    assert [one.name for one in found.people] == ["Speaker 1"]
    assert found.people[0].gender == "male"


def _words(turns: list[tuple[float, float, str]]) -> list[Word]:
    """Words as a recogniser hears them that sets no full stops: three a second, each telling whose it is."""
    return [
        Word(start + n / 3, start + (n + 1) / 3, f" {who}{n}")
        for start, end, who in turns
        for n in range(int((end - start) * 3))
    ]


def test_a_sentence_that_two_people_say_is_parted_where_the_voice_changes(dialogue, models, tmp_path):
    path, turns = dialogue
    steps = Steps(tmp_path / "cache")
    clip = look_into(path, steps)
    speech = speech_of(clip, steps)
    words = _words(turns)
    transcript = Transcript("en", tuple(numbered(from_words(words))), "whisper-base", tuple(words))
    assert any("M0" in line.text and "F0" in line.text for line in transcript.lines), "mixed to begin with"
    found = in_turns(clip, transcript, speech, steps, models, silent)
    assert {(line.text[0], line.speaker) for line in found.lines} == {("M", "Speaker 1"), ("F", "Speaker 2")}
    assert not any("M" in line.text and "F" in line.text for line in found.lines)
    starts = [line.start_s for line in found.lines]
    assert max(min(abs(start - at) for at in starts) for start, _, _ in turns) <= 0.4
    people = who_speaks(clip, found.lines, speech, steps, models, silent, named_by="voices").people
    assert [one.gender for one in people] == ["male", "female"]


def test_the_lines_of_one_reader_stay_as_they_were_recognised(speech_clip: Path, models: Path, tmp_path):
    steps = Steps(tmp_path / "cache")
    clip = look_into(speech_clip, steps)
    words = _words([(start, end, "M") for start, end in speech_of(clip, steps)])
    transcript = Transcript("en", tuple(numbered(from_words(words))), "whisper-base", tuple(words))
    computed = steps.computed
    assert in_turns(clip, transcript, speech_of(clip, steps), steps, models, silent) is transcript
    assert steps.computed == computed + 1
    who_speaks(clip, transcript.lines, speech_of(clip, steps), steps, models, silent)
    assert steps.computed == computed + 1, "nothing is listened to twice"


def test_a_dub_of_two_people_has_two_voices_and_both_are_understood(dialogue, home, models, tmp_path):
    path, turns = dialogue
    texts = ("He was not a bad man.", SHE_SAYS[0], "That is cold and selfish.", SHE_SAYS[1], "He had married a good woman.", SHE_SAYS[2])  # fmt: skip
    transcript = tmp_path / "t.srt"
    transcript.write_text(
        "\n\n".join(
            f"{n}\n{_clock(start)} --> {_clock(end)}\n{text}"
            for n, ((start, end, _), text) in enumerate(zip(turns, texts, strict=True), 1)
        )
    )
    job = DubJob(source=path, languages=("pt",), home=home, source_language="en", transcript=transcript)
    result = dub(job)
    made = result["languages"]["pt"]
    assert made["voices"] == {"Speaker 1": "kokoro:pm_alex", "Speaker 2": "kokoro:pf_dora"}
    assert [line["speaker"] for line in made["lines"]] == ["Speaker 1", "Speaker 2"] * 3
    assert [line["voice"] for line in made["lines"]] == ["kokoro:pm_alex", "kokoro:pf_dora"] * 3
    stem = read_audio(made["voice_stem"], rate=SPEECH_RATE)
    for line, gender in zip(made["lines"], ["male", "female"] * 3, strict=True):
        part = stem[int(line["start_s"] * SPEECH_RATE) : int(line["end_s"] * SPEECH_RATE)]
        assert gender_of(median_hz(voiced_hz(part))) in (gender, None)
    _, heard, _ = Whisper(models / "whisper-base").transcribe(stem, "pt", 0.0)
    understood = " ".join(text for _, _, text in heard).lower()
    assert "homem" in understood, "his voice"
    assert "noite" in understood, "her voice"
    assert "estação" in understood, "her voice"


def test_a_recognised_conversation_has_the_same_lines_whatever_is_asked_of_it(dialogue, home):
    path, turns = dialogue
    job = DubJob(
        source=path, languages=("pt",), home=home, source_language="en", quality="fast", separate=False
    )
    made = dub(job)
    for line in made["transcript"]:
        heard = {"M": 0.0, "F": 0.0}
        for start, end, who in turns:
            heard[who] += max(0.0, min(end, line["end_s"]) - max(start, line["start_s"]))
        assert line["speaker"] == ("Speaker 1" if heard["M"] > heard["F"] else "Speaker 2")
        assert min(heard.values()) < 0.2, "one person's"
    portuguese = made["languages"]["pt"]
    assert [row["source_text"] for row in portuguese["lines"]] == [
        line["text"] for line in made["transcript"]
    ]
    assert len(portuguese["voices"]) == 2
    review = dub(replace(job, speak=False))
    one = dub(replace(job, speakers="one"))
    # What a person decided about a line goes by its number.
    for other in (review, one):
        assert [line["text"] for line in other["transcript"]] == [line["text"] for line in made["transcript"]]
    assert {line["speaker"] for line in one["transcript"]} == {"Speaker 1"}


def _clock(seconds: float) -> str:
    return f"00:{int(seconds) // 60:02}:{seconds % 60:06.3f}".replace(".", ",")


def _with_music(path: Path, level_db: float, to: Path) -> Path:
    sound = read_audio(path, rate=RATE)
    t = np.arange(len(sound)) / RATE
    music = sum(
        np.sin(2 * np.pi * hz * t) * (0.6 + 0.4 * np.sin(t * hz / 300)) for hz in (110, 220, 277.2, 329.6)
    )
    music *= np.sqrt(np.mean(sound**2) / np.mean(music**2)) * 10 ** (level_db / 20)
    with audio_writer(to, channels=1) as writer:
        writer.write((sound + music).astype(np.float32))
    return to


def test_without_the_model_one_voice_speaks_for_all_and_the_note_says_why(dialogue, tmp_path, monkeypatch):
    path, turns = dialogue
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("NEMODUB_MODELS", raising=False)
    steps = Steps(tmp_path / "cache")
    clip = look_into(path, steps)
    lines = numbered([(start, end, "x") for start, end, _ in turns])
    for _ in range(2):
        found = who_speaks(clip, lines, speech_of(clip, steps), steps, tmp_path / "models", silent)
        assert (len(found.people), found.told_by) == (1, "nothing")
        assert "nemodub models get speakers" in found.note
    wanted = who_speaks(clip, lines, [], steps, tmp_path / "models", silent, apart=False)
    assert (len(wanted.people), wanted.note) == (1, "")


def test_names_in_the_transcript_need_no_model_and_gender_is_heard_all_the_same(dialogue, tmp_path):
    path, turns = dialogue
    steps = Steps(tmp_path / "cache")
    clip = look_into(path, steps)
    names = ["", "Anna"] * 3
    lines = numbered(
        [Said(start, end, "x", name) for (start, end, _), name in zip(turns, names, strict=True)]
    )
    found = who_speaks(clip, lines, speech_of(clip, steps), steps, tmp_path / "models", silent)
    assert found.told_by == "transcript"
    assert list(found.of_line.values()) == ["Speaker 1", "Anna"] * 3
    assert [one.gender for one in found.people] == ["male", "female"]
