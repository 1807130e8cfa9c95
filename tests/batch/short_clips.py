"""Short clips with speech in them, the transcript of each beside it, and a memory with all its translations."""

from __future__ import annotations

import csv
import subprocess
from collections.abc import Sequence
from pathlib import Path

LIBRIVOX = Path("/usr/share/pocketsphinx/test/data/librivox")
READ = {
    "0880": "He was not an ill-disposed young man.",
    "0930": "He might even have been made amiable himself.",
}
"""Sentences that a person reads in 2 to 4 s, by the end of their recording's name."""
THINGS = {
    "the red train": {"es": "El tren rojo", "fr": "Le train rouge", "de": "Der rote Zug"},
    "the old bridge": {"es": "El puente viejo", "fr": "Le vieux pont", "de": "Die alte Brücke"},
    "the small garden": {"es": "El pequeño jardín", "fr": "Le petit jardin", "de": "Der kleine Garten"},
    "the night market": {"es": "El mercado nocturno", "fr": "Le marché de nuit", "de": "Der Nachtmarkt"},
}
FACTS = {
    "opens at {}": {"es": "abre a las {}", "fr": "ouvre à {} heures", "de": "öffnet um {} Uhr"},
    "is {} years old": {"es": "tiene {} años", "fr": "a {} ans", "de": "ist {} Jahre alt"},
}
PERSON = {
    "0880": {
        "es": "No era un joven de mal carácter.",
        "fr": "Ce n'était pas un jeune homme méchant.",
        "de": "Er war kein übler junger Mann.",
    },
    "0930": {
        "es": "Él mismo podría haberse vuelto amable.",
        "fr": "Il aurait pu lui-même devenir aimable.",
        "de": "Er selbst hätte liebenswürdig werden können.",
    },
}
PICTURE_S = 4


def make_clips(folder: Path, count: int, languages: Sequence[str]) -> tuple[Path, Path]:
    """Make so many clips, every tenth read by a person where the recordings are; return their folder and the memory."""
    folder.mkdir(parents=True)
    picture = folder.parent / "picture.mp4"
    _ffmpeg("-f", "lavfi", "-i", f"testsrc2=s=160x90:r=10:d={PICTURE_S}", "-c:v", "libx264", "-pix_fmt", "yuv420p", picture)  # fmt: skip
    rows = []
    for number in range(count):
        text, translated, sound = _sentence(number, folder.parent)
        clip = folder / f"clip{number:03d}.mp4"
        _ffmpeg("-i", picture, "-i", sound, "-map", "0:v", "-map", "1:a", "-c:v", "copy", "-c:a", "aac", "-ar", "48000", "-af", "apad", "-t", str(PICTURE_S), clip)  # fmt: skip
        clip.with_suffix(".srt").write_text(f"1\n00:00:00,200 --> 00:00:03,600\n{text}\n", "utf-8")
        rows += [(text, translated[tag], tag) for tag in languages]
    memory = folder.parent / "memory.csv"
    with memory.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("source", "target", "target_language"), *dict.fromkeys(rows)])
    return folder, memory


def _sentence(number: int, place: Path) -> tuple[str, dict[str, str], Path]:
    recordings = {end: path for end in READ for path in LIBRIVOX.glob(f"*{end}.wav")}
    if recordings and number % 10 == 0:
        end = sorted(recordings)[number // 10 % len(recordings)]
        return READ[end], PERSON[end], recordings[end]
    thing = list(THINGS)[number % len(THINGS)]
    fact = list(FACTS)[number // len(THINGS) % len(FACTS)]
    text = f"{thing.capitalize()} {fact.format(number + 2)}."
    translated = {
        tag: f"{name} {FACTS[fact][tag].format(number + 2)}." for tag, name in THINGS[thing].items()
    }
    sound = place / "spoken.wav"
    speak = ["espeak-ng", "-v", "en-gb", "-p", str(30 + number % 40), "-w", str(sound), text]
    subprocess.run(speak, check=True)
    return text, translated, sound


def _ffmpeg(*arguments: str | Path) -> None:
    subprocess.run(["ffmpeg", "-v", "error", "-y", *map(str, arguments)], check=True)
