"""Takes uploaded files in: streamed to disk while they are hashed, then checked."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

from nemodub_nb.contract import MAX_UPLOAD_BYTES
from nemodub_nb.local.server.answers import bad_request, file_too_large, no_space, unsupported_type
from nemodub_nb.local.server.kinds import HEAD_BYTES, clean_name, fits, kind_of, type_of
from nemodub_nb.local.server.measure import UnreadableError, measure
from nemodub_nb.local.store import is_full

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from python_multipart.multipart import MultipartParser

    from nemodub_nb.local.server.backend import Backend
    from nemodub_nb.local.store import Clip, Files
    from nemodub_nb.local.store.files import Incoming

_BLOCK = 1024 * 1024
_MOST_FILES = 50
_MOST_HEADER = 16 * 1024


class Arriving:
    """One file on its way in, written and hashed by a thread while the next bytes are received."""

    def __init__(self, files: Files, name: str) -> None:
        self.name = clean_name(name)
        file_type = type_of(self.name)
        if file_type is None:
            raise unsupported_type(f"{self.name} is of no accepted type.")
        self.file_type = file_type
        self.incoming: Incoming = files.incoming(f".{file_type}")
        self._head = b""
        self._blocks: list[bytes] = []
        self._waiting = 0
        self._size = 0
        self._writing: asyncio.Future[None] | None = None

    def feed(self, data: bytes) -> None:
        """Take bytes; they wait in memory until `flush`."""
        if len(self._head) < HEAD_BYTES:
            self._head = (self._head + data[:HEAD_BYTES])[:HEAD_BYTES]
        self._size += len(data)
        if self._size > MAX_UPLOAD_BYTES:
            raise file_too_large(self.name)
        self._blocks.append(data)
        self._waiting += len(data)

    async def flush(self, *, everything: bool = False) -> None:
        """Hand what waits to the disk once it is worth it; at most one block is being written meanwhile."""
        if not everything and self._waiting < _BLOCK:
            return
        await self._written()
        blocks, self._blocks, self._waiting = self._blocks, [], 0
        self._writing = asyncio.get_running_loop().run_in_executor(None, self._write, blocks)
        if everything:
            await self._written()

    def _write(self, blocks: list[bytes]) -> None:
        for block in blocks:
            self.incoming.write(block)

    async def _written(self) -> None:
        if self._writing is None:
            return
        writing, self._writing = self._writing, None
        try:
            await writing
        except OSError as error:
            if is_full(error):
                raise no_space(self.name) from error
            raise

    async def measured(self) -> dict[str, Any]:
        """Return what the finished file holds. Raises Refusal when it is not what its name says."""
        if self._size == 0:
            raise unsupported_type(f"{self.name} is empty.")
        if not fits(self.file_type, self._head):
            raise unsupported_type(
                f"{self.name} is named .{self.file_type} but its content is something else."
            )
        self.incoming.finish()
        try:
            return await measure(self.incoming.path, kind_of(self.file_type))
        except UnreadableError as error:
            reason = str(error).replace(self.incoming.path.name, self.name)
            raise unsupported_type(f"{self.name} cannot be used: {reason}") from error

    async def discard(self) -> None:
        """Remove what has arrived."""
        with contextlib.suppress(Exception):
            await self._written()
        self.incoming.discard()


async def keep_all(backend: Backend, session_id: str, arrived: list[Arriving]) -> list[Clip]:
    """Check every file, then add them all: one bad file and none is added."""
    measured = [await each.measured() for each in arrived]
    clips = []
    for each, media in zip(arrived, measured, strict=True):
        kind = kind_of(each.file_type)
        if kind == "video" and not media["has_video"]:
            kind = "audio"
        clips.append(backend.clips.add(session_id, each.name, kind, each.incoming.keep(), media))
    return clips


async def receive_form(backend: Backend, body: AsyncIterator[bytes], content_type: bytes) -> list[Arriving]:
    """Read a multipart body; whatever arrived is removed again when it is refused."""
    form = _Form(backend.files, content_type)
    try:
        async for chunk in body:
            form.parse(chunk)
            for each in form.arrived[-2:]:
                await each.flush()
        form.end()
        for each in form.arrived:
            await each.flush(everything=True)
    except BaseException:
        for each in form.arrived:
            await each.discard()
        raise
    return form.arrived


class _Form:
    """A multipart body, parsed as it comes; parts that are not `files` are passed over."""

    def __init__(self, files: Files, content_type: bytes) -> None:
        from python_multipart.multipart import MultipartParser, parse_options_header

        kind, options = parse_options_header(content_type)
        if kind != b"multipart/form-data" or not options.get(b"boundary"):
            raise bad_request(
                "Send the file as multipart/form-data in the field files, or JSON with a list of urls."
            )
        self.arrived: list[Arriving] = []
        self._files = files
        self._options = parse_options_header
        self._current: Arriving | None = None
        self._field = b""
        self._value = b""
        self._headers: dict[bytes, bytes] = {}
        self._ended = False
        self._parser: MultipartParser = MultipartParser(
            options[b"boundary"],
            {
                "on_part_begin": self._begin,
                "on_header_field": self._header_field,
                "on_header_value": self._header_value,
                "on_header_end": self._header_end,
                "on_headers_finished": self._headers_finished,
                "on_part_data": self._data,
                "on_end": self._end,
            },
        )

    def parse(self, chunk: bytes) -> None:
        """Take the next bytes of the body."""
        from python_multipart.exceptions import FormParserError

        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise bad_request("The multipart body is malformed.") from error

    def end(self) -> None:
        """Say that the body is over."""
        if not self._ended:
            raise bad_request("The multipart body ended too early. Send it again.")
        if not self.arrived:
            raise bad_request("There is no file in the field files.")

    def _begin(self) -> None:
        self._headers = {}
        self._current = None

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]
        self._check_header()

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]
        self._check_header()

    def _check_header(self) -> None:
        if len(self._field) + len(self._value) > _MOST_HEADER:
            raise bad_request("A header of the multipart body is too long.")

    def _header_end(self) -> None:
        self._headers[self._field.lower()] = self._value
        self._field = self._value = b""

    def _headers_finished(self) -> None:
        _, options = self._options(self._headers.get(b"content-disposition", b""))
        if options.get(b"name") not in (b"files", b"file", b"files[]"):
            return
        if len(self.arrived) >= _MOST_FILES:
            raise bad_request(f"Send at most {_MOST_FILES} files at once.")
        name = options.get(b"filename", b"").decode(errors="replace")
        for escape in ("%22", "%0D", "%0A"):  # how forms send a quote or a line end, which no name keeps
            name = name.replace(escape, "")
        self._current = Arriving(self._files, name)
        self.arrived.append(self._current)

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._current is not None:
            self._current.feed(data[start:end])

    def _end(self) -> None:
        self._ended = True
