"""Remembers how fast each voice was heard to speak, so that the next dub's lines are budgeted on the voice itself."""

from __future__ import annotations

import contextlib
import json
import math
import re
import threading
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from nemodub_nb.fitting import Heard, Pace, calibrated, characters
from nemodub_nb.local.engine.errors import NoSpaceError
from nemodub_nb.local.engine.media.files import whole_file

if TYPE_CHECKING:
    from nemodub_nb.local.engine.speak import Voice
    from nemodub_nb.local.engine.steps import Steps

_MOST: Final = 200
"""Lines remembered of a voice: the newest, so that a new version of an engine is soon known."""
_LOCK_S: Final = 10.0


class Paces:
    """A folder with one small file a voice. Safe for several threads and processes."""

    def __init__(self, home: Path) -> None:
        """Keep them under the engine's home."""
        self._folder = home / "paces"
        self._lock = threading.Lock()
        self._new: dict[Path, list[Heard]] = {}

    def of(self, voice: Voice) -> Pace:
        """Return the pace of a voice: what is usual for its engine, and what it was heard to take."""
        from nemodub_nb.local.engine.speak.voices import usual

        return calibrated(usual(voice), _read(self._path(voice)))

    def hear(self, voice: Voice, text: str, rate: float, seconds: float) -> None:
        """Take in a line that was spoken at a rate; nothing is written before `keep`."""
        with self._lock:
            self._new.setdefault(self._path(voice), []).append((characters(text), seconds * rate))

    def keep(self) -> None:
        """Write down what was heard. A folder that cannot be written costs the memory, never the dub."""
        with self._lock:
            new, self._new = self._new, {}
        with contextlib.suppress(OSError, NoSpaceError):
            for path, heard in new.items():
                self._add(path, heard)

    def _path(self, voice: Voice) -> Path:
        name = re.sub(r"[^\w.-]+", "_", f"{voice.id}@{voice.code}")
        return self._folder / f"{name}.json"

    def _add(self, path: Path, heard: Sequence[Heard]) -> None:
        from filelock import FileLock, Timeout

        self._folder.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(Timeout), FileLock(f"{path}.lock", timeout=_LOCK_S):
            kept = [*_read(path), *heard][-_MOST:]
            rounded = [[round(count, 1), round(seconds, 3)] for count, seconds in kept]
            with whole_file(path) as temporary:
                temporary.write_text(json.dumps({"heard": rounded}), encoding="utf-8")


def pace_for(voice: Voice, clip: str, paces: Paces, steps: Steps) -> Pace:
    """Return the pace by which a clip's lines are budgeted: for one clip and voice always the same.

    Were each dub budgeted by the newest pace, a line of it would be asked for at another rate the next time, and be
    spoken again for nothing. `clip` is what the clip is known by; see `file_digest`.
    """

    def now() -> dict[str, Any]:
        return asdict(paces.of(voice))

    return Pace(**steps.value("pace", [clip, voice.id, voice.code], now))


def voice_pace(language: str, wanted: str | None, home: Path) -> dict[str, Any]:
    """Return the voice that would speak a language now, or the one that is wanted, and its pace, as plain values.

    Raises NoVoiceError when nothing speaks the language, or there is no such voice for it.
    """
    from nemodub_nb.local.engine.errors import NoVoiceError
    from nemodub_nb.local.engine.speak import candidates, choose

    try:
        voice = choose(language, "best", home / "models", wanted)
    except NoVoiceError:  # it is not ready yet, and can be foreseen all the same
        options = candidates(language, "best", wanted)
        if not options:
            raise
        voice = options[0]
    return {"voice": voice.id, **asdict(Paces(home).of(voice))}


def _read(path: Path) -> list[Heard]:
    """Return what a file remembers; one that is damaged remembers nothing."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))["heard"]
        found = [(float(count), float(seconds)) for count, seconds in rows]
    except (OSError, ValueError, TypeError, KeyError):
        return []
    return [
        (count, seconds)
        for count, seconds in found
        if count > 0 and seconds > 0 and math.isfinite(count + seconds)
    ]
