"""What a project's calls return: plain values that show themselves well in a notebook and in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Self, overload

from nemodub_nb import client
from nemodub_nb.timeline import Changes

from . import display
from .safe import markup, plain


@dataclass(frozen=True, repr=False)
class Clip:
    """An uploaded video, sound or picture."""

    name: str
    """As the server named it."""
    file_type: str = ""
    duration_s: float | None = None
    width: int | None = None
    height: int | None = None
    path: Path | None = None
    """Where it came from on this machine; None for a URL."""
    transcript: Path | None = None
    """The subtitles found beside it, which a dub uses unless it is given others."""
    hint: str = ""
    """Advice about this clip; mostly empty."""

    @classmethod
    def remembered(cls, fields: Mapping[str, Any]) -> Self:
        """Return a clip as the journal remembers it: plain values, paths as text."""
        paths = {key: Path(fields[key]) if fields.get(key) else None for key in ("path", "transcript")}
        return cls(**{**fields, **paths})

    def __repr__(self) -> str:
        return display.clip_text(self)

    def _repr_html_(self) -> str:
        return display.clip_html(self)


@dataclass(frozen=True)
class Credits(client.Credits):
    """The account's credits: `available`, `frozen` (held for work in progress) and `total`."""

    def _repr_html_(self) -> str:
        return display.credits_html(self)


@dataclass(frozen=True)
class Export:
    """One exported video with what belongs to it."""

    clip: str | None
    language: str | None
    """None when it holds several, or when the backend does not say which languages the timeline holds."""
    video: Path
    subtitles: tuple[Path, ...]
    """SRT and WebVTT; empty when there are none or they were switched off."""
    report: Path
    """JSON: the outputs, one row a segment, what was measured."""
    size_bytes: int
    duration_s: float | None = None
    measured: Mapping[str, Any] = field(default_factory=dict)
    """What the render measured, such as its loudness; empty where the backend does not say."""
    languages: tuple[str, ...] = ()
    """What it speaks: several when they were exported together, the default one first; empty where that is not known."""
    reports: tuple[Path, ...] = ()
    """The report of each language; `report` is the first."""

    def _repr_html_(self) -> str:
        return display.exports_html([self], {})


@dataclass(frozen=True, repr=False)
class Exports(Sequence[Export]):
    """The videos of one export, in order, and what failed."""

    done: tuple[Export, ...] = ()
    failed: Mapping[str, str] = field(default_factory=dict)
    """Language (or clip and language) to what went wrong."""

    @overload
    def __getitem__(self, index: int) -> Export: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Export]: ...
    def __getitem__(self, index: int | slice) -> Export | Sequence[Export]:
        return self.done[index]

    def __len__(self) -> int:
        return len(self.done)

    def __iter__(self) -> Iterator[Export]:
        return iter(self.done)

    def __repr__(self) -> str:
        return display.exports_text(self.done, self.failed)

    def _repr_html_(self) -> str:
        return display.exports_html(self.done, self.failed)


@dataclass(frozen=True, repr=False)
class Reply:
    """What came of a sentence."""

    text: str
    """What the agent said, or what was done where it said nothing."""
    changes: Changes = field(default_factory=Changes)
    """What is different on the timeline."""
    languages: tuple[str, ...] = ()
    """Languages that the agent says it has finished, else those now on the timeline."""
    failed: Mapping[str, str] = field(default_factory=dict)
    """Language to what went wrong with it."""
    events: Mapping[str, int] = field(default_factory=dict)
    """How many events of each kind came."""
    seconds: float = 0.0
    exports: Exports | None = None
    """The videos, when the sentence asked for an export."""
    credits: Credits | None = None
    """The balance, when the sentence asked for it."""

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return display.reply_text(self)

    def _repr_html_(self) -> str:
        return display.reply_html(self)


@dataclass(frozen=True, repr=False)
class Unfinished:
    """What an earlier process left; `resume` takes it up."""

    session: str | None
    """The session that resume would go on in; None when there is none."""
    name: str
    """Of the project."""
    when: datetime | None = None
    """When the session was used last, in UTC."""
    clips: tuple[str, ...] = ()
    """The names of its clips."""
    messages: tuple[str, ...] = ()
    """What was said, and its outcome is not known."""
    renders: tuple[str, ...] = ()
    """The titles of the videos that were being rendered."""

    def __bool__(self) -> bool:
        return bool(self.messages or self.renders)

    def __repr__(self) -> str:
        return display.unfinished_text(self)

    def _repr_html_(self) -> str:
        return f"<p>{markup(display.unfinished_text(self))}</p>"


@dataclass(frozen=True, repr=False)
class Sound:
    """A short sound that plays where it is shown."""

    wav: bytes
    """A whole WAV file."""
    name: str = ""
    """What it is."""

    def __repr__(self) -> str:
        return f"<Sound {plain(self.name, 80)}, {display.size(len(self.wav))}>"

    def _repr_html_(self) -> str:
        return display.sound_html(self)


@dataclass(frozen=True)
class Estimate:
    """What a dub will take, before it is begun."""

    credits: float
    """Credits: nothing on this machine; on the cloud what an edit costs, by the API's rules."""
    seconds: float | None
    """How long it will take; None where nothing is known about that."""
    characters: int
    """Characters that will be spoken, over all languages."""
    how: str
    """Where the figures come from."""


@dataclass(frozen=True, repr=False)
class Resumed:
    """What was found of an earlier process, and what became of it."""

    session: str | None
    """The session that was taken up; None when there was none."""
    replies: tuple[Reply, ...] = ()
    """The outcome of each message whose answer had been lost."""
    exports: Exports = field(default_factory=Exports)
    """The renders that were under way, now in place."""

    def __bool__(self) -> bool:
        return bool(self.replies or self.exports or self.exports.failed)

    def __repr__(self) -> str:
        return display.resumed_text(self)

    def _repr_html_(self) -> str:
        return display.resumed_html(self)
