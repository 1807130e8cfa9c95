"""What the client's calls return: plain frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

EventKind = Literal["text", "tool_call", "tool_result", "progress", "heartbeat"]

Draft = dict[str, Any] | str
"""A timeline as the server keeps it: a dict with short keys, or text in a newer format that is carried, not read."""


@dataclass(frozen=True, slots=True)
class Session:
    """One editing session on the server."""

    session_id: str
    """19 digits, above 2^53: always a string."""
    task_id: str
    user_id: str = ""
    """Empty when the server does not say."""
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """One file the server has taken."""

    filename: str
    """The name the server gave it."""
    file_type: str
    cdn_url: str
    duration_s: float | None = None
    width: int | None = None
    height: int | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class UploadProgress:
    """How much of an upload has left this machine."""

    sent_bytes: int
    total_bytes: int


@dataclass(frozen=True, slots=True)
class DownloadProgress:
    """How much of a download has arrived."""

    received_bytes: int
    total_bytes: int | None
    """None when the server does not say."""


@dataclass(frozen=True, slots=True)
class Credits:
    """The account's credits."""

    available: float
    frozen: float
    """Held for work in progress."""
    total: float
    """Available and frozen together."""


@dataclass(frozen=True, slots=True)
class SessionState:
    """What the server knows of a session."""

    session_id: str
    task_id: str
    task_name: str
    draft: Draft | None
    """None before the first edit."""
    video_infos: list[Any]
    generated_media: list[Any]
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class RenderStatus:
    """Where a render stands."""

    id: str
    status: str
    """pending, processing, completed, failed, or another word the server uses."""
    progress: float | None = None
    """As the server counts, mostly 0-100; None when it does not say."""
    url: str | None = None
    error: str | None = None
    duration_s: float | None = None
    size_bytes: int | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def done(self) -> bool:
        """Whether the file is there. Completed without a URL is not done yet."""
        return self.status == "completed" and self.url is not None

    @property
    def failed(self) -> bool:
        """Whether the render will never be there: it failed or was cancelled."""
        return self.status in {"failed", "cancelled", "canceled"}


@dataclass(frozen=True, slots=True)
class AgentEvent:
    """One thing the agent said or did."""

    kind: EventKind
    text: str = ""
    """For text: the new words. The aggregate that repeats them is left out."""
    name: str = ""
    """For tools and progress: the tool."""
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The whole frame as it came."""
    payload: Mapping[str, Any] = field(default_factory=dict)
    """For tool_call: the arguments. For tool_result and progress: the response."""
