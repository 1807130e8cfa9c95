"""The panel that takes clips: dropped in the page, lying on the kernel's machine, or on the web."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from nemodub_nb.client import NemoError, UploadError
from nemodub_nb.contract import ACCEPTED_TYPES, AUDIO_TYPES, MAX_UPLOAD_BYTES
from nemodub_nb.project import BadInputError, display
from nemodub_nb.project.safe import plain
from nemodub_nb.project.uploads import LONG_S

from . import front, upload_words, words
from .arrivals import Arrival, finished, looked_at
from .calls import quoted
from .completion import complete
from .panel import Panel
from .panel import told as trouble
from .receiver import FOLDER, Offer, Receiver
from .story import Story

if TYPE_CHECKING:
    from nemodub_nb.project import Clip, Project

    from .workflow import Workflow

_LONGEST_TYPED: Final = 4_000
_LONGEST_NAME: Final = 200


class Upload(Panel):
    """Drop or choose files, name a path on the kernel's machine, or give a web address."""

    _esm = front.esm("upload")
    _css = front.css("upload")
    title = words.UPLOAD
    number = 2

    def __init__(self, project: Project | Workflow | None = None, *, alone: bool = True) -> None:
        self._items: dict[str, Arrival] = {}
        self._facts: dict[str, dict[str, Any]] = {}
        self._posters: dict[str, bytes] = {}
        self._one_by_one: asyncio.Lock | None = None
        self._numbered = 0
        super().__init__(project, alone=alone)

    # What it shows

    def draw(self) -> dict[str, Any]:
        """Return what is on its way, the clips with what is known of them, and what the page checks before it sends."""
        return {
            "say": self._say(),
            "types": ACCEPTED_TYPES,
            "sounds": AUDIO_TYPES,
            "max_bytes": MAX_UPLOAD_BYTES,
            "long_s": LONG_S,
            "backend": upload_words.backend(self.workflow.backend),
            "items": [item.row() for item in self._items.values() if item.state != "done"],
            "clips": [self._clip(clip) for clip in self.workflow.clips],
        }

    def twin(self) -> str:
        """Return the calls that upload the same clips."""
        sources = [self._source(clip) for clip in self.workflow.clips]
        call = ", ".join(quoted(source) for source in sources) or '"explainer.mp4"'
        upload = f"clips = project.upload([{call}])" if len(sources) > 1 else f"clip = project.upload({call})"
        flow = self.workflow
        return f"import nemodub_nb as nd\n\nproject = nd.open_project({quoted(flow.name)}, backend={quoted(flow.backend)})\n{upload}"

    def story(self) -> Story:
        """Return the clips for a saved notebook."""
        clips = self.workflow.clips
        return Story(
            self.title,
            self._say(),
            "".join(display.clip_html(clip) for clip in clips),
            "\n".join(display.clip_text(clip) for clip in clips),
        )

    def done(self) -> bool:
        """Tell whether there is a clip."""
        return bool(self.workflow.clips)

    def why(self) -> str:
        """Return that a backend is wanted first."""
        return "" if self.alone or self.workflow.phase == "ready" else words.CONNECT_FIRST

    def heard(self, topic: str, detail: Any) -> None:
        """Look at clips that are new."""
        super().heard(topic, detail)
        if topic == "connection":
            self._facts.clear()
            self._posters.clear()
        if topic in {"clips", "connection"}:
            for clip in self.workflow.clips:
                if clip.name not in self._facts:
                    self._facts[clip.name] = {}
                    self.spawn(self._examine(clip))

    # What the page asks for: files that come from there

    async def do_hello(self, _message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Send a page that comes late the pictures; what another page was sending waits for its file."""
        for name, picture in self._posters.items():
            self.push({"kind": "poster", "clip": _key(name)}, [picture])
        for item in self._items.values():
            if item.state == "arriving":
                item.state = "paused"  # the next slice sets it right again

    async def do_begin(self, message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Make ready for a file, and tell the page where to go on."""
        with self._answering(message) as answer:
            offer = Offer.read(message)
            answer["id"] = offer.key
            item = self._items.get(offer.key)
            if item is not None and item.source:
                answer["known"] = True
                self._take_again(item)
                return
            receiver = item.receiver if item is not None and item.state != "failed" else None
            if item is None or receiver is None:
                receiver = Receiver(Path.cwd() / FOLDER, offer)
                item = self._items[offer.key] = Arrival(offer.key, offer.name, offer.size, receiver=receiver)
            try:
                async with item.turn:
                    answer["mark"] = await asyncio.to_thread(receiver.open)
            except NemoError:
                self._items.pop(offer.key, None)
                raise
            item.state = "arriving"

    async def do_slice(self, message: Mapping[str, Any], buffers: Sequence[memoryview]) -> None:
        """Write a slice, and acknowledge it."""
        item, at = self._arriving(message), message.get("at")
        if item is None or item.receiver is None or type(at) is not int or len(buffers) != 1:
            return
        try:
            async with item.turn:
                taken = await asyncio.to_thread(item.receiver.write, at, buffers[0])
        except NemoError as error:
            item.state = "failed"
            item.trouble = trouble(error)
            return
        if taken:
            item.state = "arriving"
            self.push({"kind": "ack", "id": item.id, "at": at, "mark": item.receiver.mark})

    async def do_mark(self, message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Tell the page what has arrived of all that it sent before it asked."""
        with self._answering(message) as answer:
            item = self._arriving(message)
            if item is None or item.receiver is None:
                raise UploadError(upload_words.FORGOTTEN, upload_words.DROP_AGAIN)
            async with item.turn:
                if item.trouble:
                    answer["error"] = item.trouble
                answer["mark"] = item.receiver.mark

    async def do_end(self, message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Compare the hashes, give the file its name, and take it to the backend."""
        with self._answering(message) as answer:
            item = self._items.get(str(message.get("id")))
            if item is None or item.receiver is None:
                raise UploadError(upload_words.FORGOTTEN, upload_words.DROP_AGAIN)
            async with item.turn:
                if not item.source:
                    item.digest = item.receiver.digest
                    try:
                        path = await asyncio.to_thread(finished, item.receiver, str(message.get("digest")))
                    except NemoError:
                        self._items.pop(item.id, None)
                        raise
                    item.source = _shown(path)
                    self.spawn(self._deliver(item))
            answer["digest"] = item.digest

    async def do_pause(self, message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Close a file; it goes on from there when the page begins with it again."""
        item = self._arriving(message)
        if item is not None and item.receiver is not None:
            async with item.turn:
                await asyncio.to_thread(item.receiver.pause)
            item.state = "paused"

    async def do_cancel(self, message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Forget a file or an address, and remove what has arrived of it."""
        item = self._items.get(str(message.get("id")))
        if item is None or item.state in {"sending", "done"}:
            return
        del self._items[item.id]
        if item.receiver is not None and not item.source:
            async with item.turn:
                await asyncio.to_thread(item.receiver.discard)

    # What the page asks for: the rest

    async def do_add(self, message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Upload a path on the kernel's machine, or a web address."""
        self.clear_error()
        typed = str(message.get("text", "")).strip()[:_LONGEST_TYPED]
        if not typed:
            raise BadInputError(upload_words.NOTHING_TYPED, upload_words.TYPE_PATH)
        self._numbered += 1
        if "://" in typed:
            if not typed.lower().startswith(("http://", "https://")):
                raise BadInputError(upload_words.NO_ADDRESS, upload_words.TYPE_PATH)
            item = Arrival(f"typed-{self._numbered}", plain(typed, 200), source=typed)
        else:
            name, size = await asyncio.to_thread(looked_at, typed)
            item = Arrival(f"typed-{self._numbered}", name, size, source=typed)
        self._items[item.id] = item
        self.spawn(self._deliver(item))

    async def do_again(self, message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Take something to the backend once more."""
        item = self._items.get(str(message.get("id")))
        if item is not None and item.state == "failed" and item.source:
            self.spawn(self._deliver(item))

    async def do_complete(self, message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Tell the page which paths begin with what was typed."""
        typed = str(message.get("text", ""))[:_LONGEST_TYPED]
        if plain(typed) != typed:
            return
        found = [] if "://" in typed else await asyncio.to_thread(complete, typed)
        self.push({"kind": "paths", "text": typed, "paths": found})

    async def do_choose(self, message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Work on another clip."""
        name = next(
            (clip.name for clip in self.workflow.clips if _key(clip.name) == message.get("clip")), None
        )
        if name is not None:
            self.workflow.choose_clip(name)

    # The inside

    def _take_again(self, item: Arrival) -> None:
        """Make what is here already the clip that is worked on; take it to the backend where it is not there."""
        if any(clip.name == item.clip for clip in self.workflow.clips):
            self.workflow.choose_clip(str(item.clip))
        elif item.state in {"failed", "done"}:
            self.spawn(self._deliver(item))

    async def _deliver(self, item: Arrival) -> None:
        """Take one source to the backend, after those before it."""
        if self._one_by_one is None:
            self._one_by_one = asyncio.Lock()
        item.state, item.trouble, item.sent = "waiting", None, 0.0

        def told(sent: int, total: int) -> None:
            item.sent = sent / total if total else None
            self.refresh()

        async with self._one_by_one:
            item.state = "sending"
            item.sent = None if item.size is None else 0.0
            self.refresh()
            try:
                clips = await self.workflow.upload([item.source], told)
            except NemoError as error:
                item.state, item.trouble = "failed", trouble(error)
                return
            except BaseException:
                item.state, item.trouble = (
                    "failed",
                    {"cause": upload_words.NOT_DELIVERED, "advice": upload_words.TRY_AGAIN},
                )
                raise
        item.state, item.clip = "done", clips[-1].name
        self.refresh()

    async def _examine(self, clip: Clip) -> None:
        """Find out what the project knows of a clip; a clip is no worse for not being known."""
        project = self.workflow.project
        if project is None:
            return
        with contextlib.suppress(NemoError):
            self._facts[clip.name] = dict(await project.afacts(clip))
            self.refresh()
        with contextlib.suppress(NemoError):
            picture = await project.aposter(clip)
            if picture:
                self._posters[clip.name] = picture
                self.push({"kind": "poster", "clip": _key(clip.name)}, [picture])

    def _arriving(self, message: Mapping[str, Any]) -> Arrival | None:
        item = self._items.get(str(message.get("id")))
        return item if item and not item.source else None

    @contextlib.contextmanager
    def _answering(self, message: Mapping[str, Any]) -> Any:
        """Answer a question of the page, with what went wrong where something did."""
        n = message.get("n")
        answer: dict[str, Any] = {"kind": "answer", "n": n if isinstance(n, int) else plain(str(n), 80)}
        try:
            yield answer
        except NemoError as error:
            answer["error"] = trouble(error)
        self.push(answer)

    def _say(self) -> str:
        on_way = [item for item in self._items.values() if item.state not in {"done", "failed"}]
        clip = self.workflow.clip
        return upload_words.upload_say(
            len(self.workflow.clips), len(on_way), plain(clip.name, 80) if clip else ""
        )

    def _clip(self, clip: Clip) -> dict[str, Any]:
        item = next((one for one in self._items.values() if one.clip == clip.name), None)
        facts = self._facts.get(clip.name, {})
        chosen = self.workflow.clip
        return {
            "name": _key(clip.name),
            "shown": plain(clip.name, _LONGEST_NAME),
            "chosen": chosen is not None and chosen.name == clip.name,
            "item": item.id if item else None,
            "duration_s": clip.duration_s or facts.get("duration_s"),
            "facts": upload_words.clip_facts(
                clip.width or facts.get("width"),
                clip.height or facts.get("height"),
                facts.get("fps"),
                _sounds(facts),
                facts.get("size_bytes") or (item.size if item else None),
            ),
            "sound": clip.name.rpartition(".")[2].lower() in AUDIO_TYPES,
            "digest": item.digest if item else "",
            "hint": upload_words.LONG if clip.hint else "",
        }

    def _source(self, clip: Clip) -> str:
        item = next((one for one in self._items.values() if one.clip == clip.name), None)
        if item is not None:
            return item.source
        return _shown(clip.path) if clip.path else clip.name


def _key(name: str) -> str:
    """Return what the page calls a clip: its name, unless that is too long or cannot be sent as it is."""
    if plain(name, _LONGEST_NAME) == name:
        return name
    return f"clip {hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def _shown(path: Path) -> str:
    """Return a path as somebody at the notebook would write it."""
    with contextlib.suppress(ValueError):
        return path.relative_to(Path.cwd()).as_posix()
    return os.fspath(path)


def _sounds(facts: Mapping[str, Any]) -> int | None:
    """Return how many sound tracks a clip has, however the backend says it; None when it does not."""
    tracks = facts.get("audio_tracks", facts.get("has_audio"))
    if isinstance(tracks, Sequence) and not isinstance(tracks, str):
        return len(tracks)
    return int(tracks) if isinstance(tracks, int) else None
