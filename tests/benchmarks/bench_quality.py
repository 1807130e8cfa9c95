"""Measures dubbed MP4s alone with independent tools: python tests/benchmarks/bench_quality.py CLIP DIR_WITH_MP4S

Needs ffmpeg and ffprobe on PATH (they did not make the files) and the recogniser's model. Prints one row a language:
word error of the recogniser on the finished mix against the script, overlap of speech with the source's speech by a voice
detector, loudness and true peak, whether the picture's packets are identical, and the difference in length.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
from pathlib import Path

import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.audio import decode_audio
from faster_whisper.vad import VadOptions, get_speech_timestamps
from platformdirs import user_data_dir

RATE = 16_000


def words(text: str) -> list[str]:
    """Return the words of a text, without case, punctuation and markup."""
    return re.findall(r"[^\W_]+", text.casefold().replace("%", " % "))


def word_error_rate(script: list[str], understood: list[str]) -> float:
    """Return the edit distance between two lists of words over the length of the first."""
    row = list(range(len(understood) + 1))
    for i, wanted in enumerate(script, 1):
        previous, row[0] = row[0], i
        for j, got in enumerate(understood, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (wanted != got))
    return row[-1] / max(len(script), 1)


def speech(samples: np.ndarray) -> np.ndarray:
    """Return for each 10 ms whether a voice is heard."""
    found = np.zeros(len(samples) * 100 // RATE + 1, bool)
    for part in get_speech_timestamps(samples, VadOptions(min_silence_duration_ms=150, speech_pad_ms=30)):
        found[part["start"] * 100 // RATE : part["end"] * 100 // RATE] = True
    return found


def probe(path: Path, *arguments: str) -> str:
    """Return what ffprobe prints."""
    return subprocess.run(
        ["ffprobe", "-v", "error", *arguments, str(path)], capture_output=True, text=True, check=True
    ).stdout


def picture(path: Path) -> list[str]:
    """Return the hash of every packet of the picture."""
    shown = probe(
        path,
        "-select_streams",
        "v:0",
        "-show_packets",
        "-show_data_hash",
        "md5",
        "-show_entries",
        "packet=data_hash",
        "-of",
        "csv=p=0",
    )
    return sorted(shown.split())


def duration_s(path: Path, stream: str) -> float:
    """Return the length of one stream."""
    shown = probe(
        path, "-select_streams", stream, "-show_entries", "stream=duration", "-of", "csv=p=0"
    ).split()
    return float(shown[0]) if shown and shown[0] != "N/A" else float("nan")


def loudness(path: Path) -> tuple[float, float]:
    """Return integrated loudness (LUFS) and true peak (dBTP) as ffmpeg's meter hears them."""
    done = subprocess.run(
        ["ffmpeg", "-hide_banner", "-nostats", "-i", str(path), "-map", "0:a:0", "-af", "ebur128=peak=true", "-f", "null", "-"],
        capture_output=True, text=True, check=True,
    ).stderr  # fmt: skip
    tail = done[done.rindex("Summary:") :]
    return float(re.findall(r"I:\s+(-?[\d.]+) LUFS", tail)[0]), float(
        re.findall(r"Peak:\s+(-?[\d.]+|-inf) dBFS", tail)[0]
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clip", type=Path)
    parser.add_argument("folder", type=Path)
    asked = parser.parse_args()
    home = Path(os.environ.get("NEMODUB_HOME") or user_data_dir("nemodub"))
    model = WhisperModel(
        str(Path(os.environ.get("NEMODUB_MODELS") or home / "models") / "whisper-base"), compute_type="int8"
    )
    source_speech = speech(decode_audio(str(asked.clip)))
    source_picture = picture(asked.clip)
    print(
        "lang  WER    speech∩/∪  LUFS    dBTP   picture    Δvideo s  Δaudio s  onset p95  max stretch  verdicts"
    )
    for report_path in sorted(asked.folder.glob(f"{asked.clip.stem}.*.report.json")):
        report = json.loads(report_path.read_text(encoding="utf-8"))
        language = report["language"]
        video = report_path.with_name(f"{asked.clip.stem}.{language}.mp4")
        rows = report["segments"]
        samples = decode_audio(str(video))
        found, _ = model.transcribe(
            samples, language=language, vad_filter=True, condition_on_previous_text=False
        )
        wer = word_error_rate(
            words(" ".join(row["text"] for row in rows)), words(" ".join(part.text for part in found))
        )
        dubbed = speech(samples)
        length = min(len(dubbed), len(source_speech))
        both, either = dubbed[:length] & source_speech[:length], dubbed[:length] | source_speech[:length]
        lufs, peak = loudness(video)
        onsets = sorted(abs(row["onset_error_s"]) for row in rows)
        verdicts = {
            verdict: sum(row["verdict"] == verdict for row in rows) for verdict in ("good", "look", "bad")
        }
        print(
            f"{language:5} {wer:5.3f}  {both.sum() / max(either.sum(), 1):8.2f}  {lufs:6.1f}  {peak:6.1f}   "
            f"{'identical' if picture(video) == source_picture else 'changed':9}  "
            f"{duration_s(video, 'v:0') - duration_s(asked.clip, 'v:0'):+8.3f}  {duration_s(video, 'a:0') - duration_s(asked.clip, 'a:0'):+8.3f}  "
            f"{onsets[int(len(onsets) * 0.95)] if onsets else 0:9.3f}  {max(row['stretch'] for row in rows):11.2f}  {verdicts}"
        )


if __name__ == "__main__":
    main()
