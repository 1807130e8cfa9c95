"""What a call asks its shell to do, and what comes back: the border between rules and I/O."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

if TYPE_CHECKING:
    from nemodub_nb.client.requests import Request
    from nemodub_nb.client.secret import Secret


class Receiver(Protocol):
    """Takes an answer's body piece by piece."""

    def start(self, status: int, headers: Mapping[str, str], peer: str | None) -> None:
        """Learn how the answer begins; `peer` is the address it comes from, when known."""

    def feed(self, piece: bytes) -> bool:
        """Take one piece; False: no more is wanted."""

    def finish(self) -> bytes:
        """Return what was kept of the body. May block on the disk."""

    def abandon(self) -> None:
        """Undo what was begun; called when the answer did not arrive whole."""


@dataclass(frozen=True)
class Send:
    """Send a request and hand its answer's body to a receiver."""

    request: Request
    receiver: Receiver
    keep_open: Callable[[int, Mapping[str, str]], bool] | None = None
    """Given the status and headers: whether the answer is a stream that the caller goes on reading."""


@dataclass(frozen=True)
class Wait:
    """Let time pass (seconds)."""

    seconds: float


@dataclass(frozen=True)
class Renew:
    """Get a token other than `stale`; one call at a time does this, the others wait for it."""

    stale: Secret | None


@dataclass(frozen=True)
class Resolve:
    """Look up a host's addresses; an empty list when that fails."""

    host: str


Step = Send | Wait | Renew | Resolve


@dataclass(frozen=True)
class Answer:
    """What the server said."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(default=b"", repr=False)
    stream: Any = field(default=None, repr=False)
    """The answer itself, still open, when the request asked to keep it."""


FailureKind = Literal["unreachable", "timeout", "broken", "unreadable"]


@dataclass(frozen=True)
class Failure:
    """Why no answer came. `unreachable` is the only kind in which surely nothing was sent."""

    kind: FailureKind
    detail: str = ""


Outcome = Answer | Failure

T = TypeVar("T")
Flow = Generator[Step, Any, T]
"""A call written once for both shells: it yields steps, is sent their outcomes, and returns its result."""
