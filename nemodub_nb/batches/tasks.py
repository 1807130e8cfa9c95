"""The tasks of a batch's graph: plain functions that look first whether what they would make is already there.

`source` runs once a clip, `dub` once a language of it. They take and return small values; files go through the store.
Nothing that a clip or a language does wrong is raised: it is told in what they return. What they do raise (a lost
engine, a network that failed) is worth trying again.
"""

from __future__ import annotations

import hashlib
import shutil
import time
import zipfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from importlib import import_module, metadata
from pathlib import Path
from typing import Any, Final

from nemodub_nb import timeline
from nemodub_nb.batches import rendering
from nemodub_nb.batches.engine import JobFailedError
from nemodub_nb.batches.frame import now, row
from nemodub_nb.batches.store import Store, fetch, fetched, filesystem, opened, workbench
from nemodub_nb.batches.work import Choices, Clip, Place, Refusal, digest
from nemodub_nb.project import home_folder, orders
from nemodub_nb.project.checking import take
from nemodub_nb.project.outputs import beside

FORMAT: Final = 1
"""Part of every key: raise it when the meaning of what is stored changes."""
_NOT_SHIPPED: Final = ("bed", "identity")
"""Steps of the engine that the next task does not need: the bed is a file of its own, the other is about this machine."""
_MEASURED: Final = (
    "loudness_lufs",
    "loudness_target_lufs",
    "true_peak_dbtp",
    "picture",
    "width",
    "height",
    "duration_s",
)

Engine = Callable[[Mapping[str, Any]], Mapping[str, Any]]


def version() -> str:
    """Return what a result depends on besides clip and choices: the engine that made it."""
    from nemodub_nb.local.engine import steps

    with suppress(metadata.PackageNotFoundError):
        return f"{metadata.version('nemodub_nb')}/{steps.FORMAT}/{FORMAT}"
    return f"source/{steps.FORMAT}/{FORMAT}"


def look(source: str, stamp: str) -> tuple[float, Refusal | None]:
    """Open a clip and return its length in seconds, and why it cannot be dubbed if so. What lies elsewhere stays there."""
    from nemodub_nb.local.engine.errors import NotMediaError

    try:
        duration_s, has_sound = _glanced(source, stamp)
    except NotMediaError as error:
        return 0.0, Refusal(error.message, error.advice)
    except OSError as error:
        return 0.0, unreadable(error)
    if not has_sound:
        return duration_s, Refusal(
            "The clip has no sound, so there is no voice to dub.", "Use a clip in which somebody speaks."
        )
    return duration_s, None


def _glanced(source: str, stamp: str) -> tuple[float, bool]:
    """Return a clip's length in seconds, and whether it has sound."""
    from nemodub_nb.local.engine.media.glance import glance
    from nemodub_nb.local.engine.media.probe import probe

    here = fetched(source, stamp)
    if here is None:
        with opened(source) as file:
            if file.seekable():
                seen = glance(file, source.rstrip("/").rpartition("/")[2])
                return seen.duration_s, seen.has_sound
    found = probe(here or fetch(source, stamp))
    return found.duration_s, bool(found.audio_tracks)


@lru_cache
def missing(spoken: str | None, language: str) -> str:
    """Return the command that adds what this machine needs before it can make a language; empty when all is here."""
    from nemodub_nb.local.engine.doctor import report

    one = report(home_folder(), spoken or "en", [language]).rows[0]
    return "" if one.ready else one.command or "nothing known: it has no translation or no voice"


def unreadable(error: OSError) -> Refusal:
    """Return why a file could not be read."""
    return Refusal(
        f"The clip cannot be read ({error.strerror or type(error).__name__}).",
        "Check its path and who may read it.",
    )


def source(clip: Clip, place: Place) -> dict[str, Any]:
    """Hear a clip once: what is said, and the sound without the voice. Returns `key`, `seconds` or `refusal`."""
    began = time.monotonic()
    try:
        return {**_source(clip, place), "seconds": time.monotonic() - began}
    except JobFailedError as error:
        return {"refusal": [error.message, error.advice]}
    except (FileNotFoundError, PermissionError) as error:
        why = unreadable(error)
        return {"refusal": [why.message, why.advice]}


def dub(found: Mapping[str, Any], clip: Clip, language: str, place: Place) -> dict[str, Any]:
    """Make one language of a clip that was heard: speak it, then write the video. Returns a row of the batch."""
    started, began = now(), time.monotonic()
    if "refusal" in found:
        message, advice = found["refusal"]
        return row(clip, language, status="failed", started=started, error=message, advice=advice)
    try:
        voice = speak(found, clip, language, place)
        made = render(found, voice, clip, language, place)
        made |= _measured(found, made["key"], clip, language, place)
    except JobFailedError as error:
        return row(clip, language, status="failed", started=started, error=error.message, advice=error.advice)
    return row(
        clip,
        language,
        status="done",
        started=started,
        seconds=round(time.monotonic() - began, 3),
        cost=0.0,
        **made,
    )


def _source(clip: Clip, place: Place) -> dict[str, Any]:
    store, choices = Store(place.out), clip.choices
    media = fetch(clip.source, clip.stamp)
    with media.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").hexdigest()
    key = digest([version(), content, choices.source_language, _content(choices.transcript), place.engine])
    if store.exists(f"{_at('sources', key)}.json"):
        return {"key": key}
    with workbench() as home:
        heard = _engine(place)(_job(media, home, choices, separate=True))
        with store.making(f"{_at('sources', key)}.zip") as path:
            _pack(home / "cache", path)
        if heard["bed"]:
            with store.making(f"{_at('sources', key)}.flac") as path:
                shutil.move(heard["bed"], path)
        facts = {name: heard[name] for name in ("media", "source_language", "transcript_by", "transcript")}
        store.keep(f"{_at('sources', key)}.json", {**facts, "bed": bool(heard["bed"])})
    return {"key": key}


def speak(found: Mapping[str, Any], clip: Clip, language: str, place: Place) -> str:
    """Translate and speak one language, unless it is there; return its key. Raises JobFailedError."""
    store, choices = Store(place.out), clip.choices
    voice = dict(choices.voices).get(language)
    memories = [_content(url) for url in choices.memories]
    glossaries = [_content(url) for url in choices.glossaries]
    heard = store.value(f"{_at('sources', found['key'])}.json")
    # Sound alone has no picture that could wait for it.
    slow = choices.slow_video if heard["media"]["has_video"] else 1.0
    slowed = [["slow video", slow]] if slow > 1 else []
    key = digest([found["key"], language, memories, voice, choices.fast, *glossaries, *slowed])
    if store.exists(f"{_at('voices', key)}.json"):
        return key
    with workbench() as home:
        _unpack(store, found["key"], home / "cache")
        job = _job(fetch(clip.source, clip.stamp), home, choices, separate=False)
        voices = {language: voice} if voice else {}
        texts = {"memories": _texts(choices.memories), "glossaries": _texts(choices.glossaries)}
        asked = {"languages": [language], "voices": voices, "slow_video": slow, **texts}
        made = _engine(place)({**job, **asked})
        if language not in made["languages"]:
            failed = made["failed"][language]
            raise JobFailedError(failed["type"], failed["message"], failed["advice"])
        result = dict(made["languages"][language])
        with store.making(f"{_at('voices', key)}.flac") as path:
            shutil.move(result.pop("voice_stem"), path)
        store.keep(f"{_at('voices', key)}.json", result)
    return key


def render(found: Mapping[str, Any], voice: str, clip: Clip, language: str, place: Place) -> dict[str, Any]:
    """Write the video, subtitles and report of a spoken language, unless they are there; return their columns.

    Raises JobFailedError.
    """
    store, names = Store(place.out), _names(clip, language)
    wanted, usual = clip.choices.output, orders.Order()
    key = digest([voice, f"{clip.name}.{language}", *([] if wanted == usual else [wanted.fields()])])
    kept = store.value(f"{_at('rows', key)}.json")
    # Files of the same names may have been made since with other choices.
    there = all(store.exists(name) for name in names) and store.value(names[3]).get("key", key) == key
    if kept is not None and there:
        return dict(kept)
    store.remove(names[3])
    heard = store.value(f"{_at('sources', found['key'])}.json")
    spoken = store.value(f"{_at('voices', voice)}.json")
    bed = store.fetch(f"{_at('sources', found['key'])}.flac") if heard["bed"] else None
    time = rendering.video_time(spoken)
    with workbench() as home, store.making(names[0]) as path:
        media, dubbed = fetch(clip.source, clip.stamp), store.fetch(f"{_at('voices', voice)}.flac")
        job = rendering.job(heard, spoken, rendering.Files(media, dubbed, bed), language, time)
        asked = {**rendering.output(wanted), "output": str(path), "home": str(home)}
        measured = _engine(place)({**job, **asked})
        size = path.stat().st_size
    cues = [timeline.Cue(**one) for one in rendering.cues(spoken, time)]
    store.write(names[1], timeline.srt(cues).encode(errors="replace"))
    store.write(names[2], timeline.vtt(cues).encode(errors="replace"))
    store.keep(
        names[3],
        {
            "source": Path(clip.source).name,
            "source_language": heard["source_language"],
            "language": language,
            "outputs": {"video": names[0], "subtitles": names[1:3]},
            "duration_s": measured["duration_s"],
            "size_bytes": size,
            "measured": {name: measured[name] for name in _MEASURED if name in measured},
            "segments": spoken["lines"],
            "key": key,
        },
    )
    links = {
        "output": store.link(names[0]),
        "subtitles": store.link(names[1]),
        "report": store.link(names[3]),
    }
    made = {**links, "key": key, **line_columns(spoken["lines"])}
    store.keep(f"{_at('rows', key)}.json", made)
    return made


def _names(clip: Clip, language: str) -> list[str]:
    """Return the names of the video, its subtitles and its report."""
    stem, kind = f"{clip.name}.{language}", clip.choices.format
    return [f"{stem}.{kind}", *(beside(stem, kind, ending) for ending in (".srt", ".vtt", ".report.json"))]


def _measured(found: Mapping[str, Any], key: str, clip: Clip, language: str, place: Place) -> dict[str, Any]:
    """Measure a video that is made, where that is wanted and not done; return the columns that tell what was found."""
    store, (video, srt, _, report) = Store(place.out), _names(clip, language)
    said = store.value(report)
    if clip.choices.measure and "checked_by" not in said["measured"]:
        heard = store.value(f"{_at('sources', found['key'])}.json")
        bed = store.fetch(f"{_at('sources', found['key'])}.flac") if heard["bed"] else None
        with workbench() as home:
            job = {
                "kind": "check",
                "source": str(fetch(clip.source, clip.stamp)),
                "source_language": heard["source_language"],
                "video": str(fetch(store.link(video), key)),
                "subtitles": str(fetch(store.link(srt), key)),
                "bed": str(bed) if bed else None,
                "language": language,
                "lines": said["segments"],
                "home": str(home),
            }
            try:
                take(said, _engine(place)(job))
            except JobFailedError as error:  # the video is there all the same
                said["not_measured"] = [f"Nothing was measured: {error.message}"]
        store.keep(report, said)
    return measured_columns(said, clip)


def measured_columns(said: Mapping[str, Any], clip: Clip) -> dict[str, Any]:
    """Return the columns of a row that tell how good its lines are and whether they were measured, from its report."""
    done = "checked_by" in said["measured"]
    told = line_columns(said["segments"])
    return {"measured": done if done or clip.choices.measure else None, **told}


def line_columns(lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the columns that count lines, by verdict too; the worst is that of the whole."""
    verdicts = [line.get("verdict") for line in lines]
    counts = {name: verdicts.count(name) for name in ("good", "look", "bad")}
    worst = next((name for name in ("bad", "look", "good") if counts[name]), None)
    slowed = sum((line.get("slow") or 1.0) > 1 for line in lines)
    return {"verdict": worst, "lines": len(lines), **counts, "slowed": slowed}


def _at(kind: str, key: str) -> str:
    return f".nemodub/{kind}/{key[:2]}/{key}"


def _engine(place: Place) -> Engine:
    module, _, name = place.engine.partition(":")
    engine: Engine = getattr(import_module(module), name)
    return engine


def _job(media: Path, home: Path, choices: Choices, *, separate: bool) -> dict[str, Any]:
    given = choices.transcript
    transcript = fetch(given, str(_content(given))) if given else None
    return {
        "kind": "dub",
        "source": str(media),
        "source_language": choices.source_language,
        "languages": [],
        "transcript": str(transcript) if transcript else None,
        "quality": "fast" if choices.fast else "best",
        "separate": separate,
        "home": str(home),
    }


def _texts(urls: tuple[str, ...]) -> list[str]:
    return [str(fetch(url, _content(url) or "")) for url in urls]


def _content(url: str | None) -> str | None:
    """Return the SHA-256 of a small file."""
    if url is None:
        return None
    files, path = filesystem(url)
    return hashlib.sha256(files.cat_file(path)).hexdigest()


def _pack(cache: Path, path: Path) -> None:
    """Pack the engine's finished steps, so that no other machine repeats them."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for step in sorted(cache.rglob("*")):
            name = step.relative_to(cache)
            if step.is_file() and name.parts[0] not in _NOT_SHIPPED and not step.name.startswith("."):
                archive.write(step, name.as_posix())


def _unpack(store: Store, key: str, cache: Path) -> None:
    with zipfile.ZipFile(store.fetch(f"{_at('sources', key)}.zip")) as archive:
        archive.extractall(cache)
