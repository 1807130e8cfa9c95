"""Takes clips to the backend, after everything that can be known about them here has been checked."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, Final

from nemodub_nb.client import FileTooLargeError, UnsupportedTypeError, UploadError
from nemodub_nb.contract import ACCEPTED_TYPES, MAX_UPLOAD_BYTES

from .errors import BadInputError, SessionGoneError
from .safe import plain
from .values import Clip

if TYPE_CHECKING:
    from nemodub_nb.client import UploadedFile, UploadProgress

    from .desk import Desk
    from .live import View

Source = str | os.PathLike[str]
OnProgress = Callable[[int, int], object]
"""Called with the bytes sent so far and the bytes of all files."""

LONG_S: Final = 300.0
"""Clips up to this length work best."""
SIDECARS: Final = (".srt", ".vtt")
_MIB: Final = 1024 * 1024
_HEAD: Final = 4096


async def upload(
    desk: Desk, sources: Source | Iterable[Source], view: View, on_progress: OnProgress | None = None
) -> list[Clip]:
    """Upload files and URLs, in their order; `on_progress` gets the bytes sent and the bytes of all files.

    Raises UploadError, UnsupportedTypeError, FileTooLargeError or BadInputError before anything is sent.
    """
    items = [sources] if isinstance(sources, str | os.PathLike) else list(sources)
    if not items:
        raise BadInputError(
            "No clip was given.", "Give the path or the URL of a video, a sound or a picture."
        )
    checked = [_checked(item) for item in items]
    sent = _Sent(view, sum(item.stat().st_size for item in checked if isinstance(item, Path)), on_progress)
    return [await _one(desk, item, sent) for item in checked]


class _Sent:
    """Tells how much of the files has been sent."""

    def __init__(self, view: View, total_bytes: int, on_progress: OnProgress | None) -> None:
        self.view = view
        self._total = total_bytes
        self._before = self._latest = 0
        self._on_progress = on_progress

    def next_file(self) -> None:
        self._before += self._latest
        self._latest = 0

    def again(self) -> None:
        """Begin a file once more."""
        self._latest = 0

    def tell(self, progress: UploadProgress) -> None:
        # The body is a little longer than the file in it.
        self._latest = progress.sent_bytes
        self.view.step(None, "upload", progress.sent_bytes * 100 // max(1, progress.total_bytes), 100)
        if self._on_progress is None:
            return
        try:
            self._on_progress(min(self._before + self._latest, self._total), self._total)
        except Exception as error:  # noqa: BLE001 - a watcher's mistake must not cost the upload
            self._on_progress = None
            self.view.note(f"on_progress failed and is not called again: {type(error).__name__}: {error}")


def check_offer(name: str, size_bytes: int) -> str:
    """Return the type of a file by its name; raise what is wrong with it, as far as its name and size tell."""
    kind = PurePath(name).suffix.lstrip(".").lower()
    if kind not in ACCEPTED_TYPES:
        raise UnsupportedTypeError(f"{name} is of a type that is not accepted ({kind or 'no extension'}).")
    if size_bytes <= 0:
        raise UploadError(f"{name} is empty.", "Export or copy the clip again.")
    if size_bytes > MAX_UPLOAD_BYTES:
        limit = MAX_UPLOAD_BYTES // _MIB
        raise FileTooLargeError(f"{name} has {size_bytes / _MIB:.0f} MB, and {limit} MB is the most.")
    return kind


def check_file(path: Path) -> None:
    """Raise what is wrong with a file, if something is."""
    if not path.exists():
        raise UploadError(f"There is no file {path}.", "Check the path.")
    if not path.is_file():
        raise UploadError(f"{path} is not a file.", "Give the path of one clip.")
    kind = check_offer(path.name, path.stat().st_size)
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise UploadError(
            f"{path.name} cannot be read ({error.strerror}).", "Check who may read it."
        ) from error
    if _is_text(head):
        raise UnsupportedTypeError(f"{path.name} holds text, although its name ends in .{kind}.")


def sidecar(path: Path) -> Path | None:
    """Return the subtitles that lie beside a clip under its name."""
    for suffix in SIDECARS:
        beside = path.with_suffix(suffix)
        if beside.is_file():
            return beside
    return None


def _checked(item: Source) -> Path | str:
    text = os.fspath(item)
    if "://" in text:
        if not text.lower().startswith(("http://", "https://")):
            raise BadInputError(
                f"{text.split('://')[0]}:// addresses are not fetched.",
                "Give a path, or an http or https address.",
            )
        return text
    path = Path(text).expanduser().absolute()
    check_file(path)
    return path


async def _one(desk: Desk, item: Path | str, sent: _Sent) -> Clip:
    sent.next_file()
    try:
        return await _send(desk, item, sent)
    except SessionGoneError as error:
        # An upload is no message: into the new session it goes a second time without harm.
        sent.view.note(f"{error.message} A new session is open.")
        sent.again()
        return await _send(desk, item, sent)


async def _send(desk: Desk, item: Path | str, sent: _Sent) -> Clip:
    if isinstance(item, str):
        found = await desk.call(lambda client, session: client.upload_urls(session, [item]))
        if not found:
            raise UploadError("The server took no file from that address.", "Check that it leads to a clip.")
        return _keep(desk, found[0], None, sent.view)

    taken = await desk.call(lambda client, session: client.upload(session, item, on_progress=sent.tell))
    return _keep(desk, taken, item, sent.view)


def _keep(desk: Desk, taken: UploadedFile, path: Path | None, view: View) -> Clip:
    fields: dict[str, Any] = {
        "name": taken.filename or (path.name if path else "clip"),
        "file_type": taken.file_type,
        "duration_s": taken.duration_s,
        "width": taken.width,
        "height": taken.height,
        "path": str(path) if path else None,
        "transcript": str(beside) if path and (beside := sidecar(path)) else None,
    }
    hint = ""
    if taken.duration_s and taken.duration_s > LONG_S:
        hint = (
            f"{plain(fields['name'], 80)} is longer than 5 minutes: shorter clips are faster and fit better."
        )
        view.note(hint)
    fields["hint"] = hint
    clip = Clip.remembered(fields)
    desk.add_clip(clip, fields)
    return clip


def _is_text(head: bytes) -> bool:
    """Tell whether a file that should hold media begins as text: no media format does."""
    if b"\0" in head:
        return False
    try:
        text = head.decode()
    except UnicodeDecodeError as error:
        # A character cut at the end of what was read is no sign of media.
        if error.start < len(head) - 3 or error.start == 0:
            return False
        text = head[: error.start].decode()
    return all(sign.isprintable() or sign in "\t\r\n\f" for sign in text)
