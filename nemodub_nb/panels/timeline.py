"""The panel that shows what is on the timeline: drawn, as a table of lines, and to be heard."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from nemodub_nb.client import NemoError
from nemodub_nb.project.safe import plain

from . import front, timeline_story, timeline_words, words
from .calls import quoted
from .story import Story
from .timeline_edit import LineEditing
from .timeline_forecast import labels
from .timeline_lines import own_name, sheet
from .timeline_sheet import Sheet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nemodub_nb.project import Project

    from .workflow import Workflow

_PIECE: Final = 512 * 1024
_AT_ONCE: Final = 4
_PAUSE_S: Final = 0.6
"""Jupyter's server drops what comes faster than 1 MB/s over three seconds; further pieces wait this long."""
_PEAKS: Final = 4_000
_MOST_TOLD: Final = 40
_LONGEST_FILTER: Final = 200
_COLUMNS: Final = 8
_Key = tuple[int, str | None, tuple[str, ...]]


class Timeline(LineEditing):
    """See every track and every line, how well it fits, hear source and dub one after the other, and change lines."""

    _esm = front.esm("timeline")
    _css = front.css("timeline")
    title = words.TIMELINE
    number = 5

    def __init__(self, project: Project | Workflow | None = None, *, alone: bool = True) -> None:
        self._sheet = Sheet()
        self._draft: Any = None
        self._key: _Key | None = None
        self._version = 0
        self._packed = b""
        self._tale = ("", "")
        self._shown: tuple[str, ...] | None = None
        self._of: str | None = None
        self._text = self._verdict = ""
        self._plays = itertools.count(1)
        self._playing = 0
        self._peaks: dict[str, bytes] = {}
        self._reading: asyncio.Task[None] | None = None
        super().__init__(project, alone=alone)

    def draw(self) -> dict[str, Any]:
        """Return the names of the languages and what is chosen; the lines themselves go as bytes when asked for."""
        found, flow = self._sheet, self.workflow
        return {
            "say": timeline_words.on_timeline(len(found.lanes), len(found.lines), found.length_ms / 1000)
            if found.lanes
            else plain(flow.summary, 600),
            "empty": self._empty(),
            "version": self._version,
            "changes": self._changes(),
            "source": own_name(found.source) if found.source else words.ORIGINAL,
            "source_tag": found.source or "",
            "languages": [[tag, own_name(tag), words.english_name(tag)] for tag in found.languages],
            "show": list(self._columns()),
            "chosen": self._shown is not None,
            "of": self._measured(),
            "text": self._text,
            "verdict": self._verdict,
            "verdicts": list(timeline_words.VERDICTS.items()),
            "lines": len(found.lines),
            "mute": self._mute(),
            "note": timeline_words.cut_texts(found.cut, found.left_out),
            "edit": self.editing(),
        }

    def twin(self) -> str:
        """Return the timeline as a table, filtered as here."""
        flow = self.workflow
        code = [
            "import nemodub_nb as nd",
            "",
            f'project = nd.open_project({flow.name!r}, backend="{flow.backend}")',
            "project.resume()  # goes on where the project is",
            "",
        ]
        clip = f"clip={flow.clip.name!r}" if flow.clip and len(flow.clips) > 1 else ""
        shown = [f"lines = project.timeline({clip})", *self._filters(), "lines"]
        return "\n".join([*code, *shown, *self.changes_as_code()])

    def story(self) -> Story:
        """Return a small drawing and the first lines."""
        return Story(self.title, plain(self.workflow.summary, 600), *self._tale)

    def done(self) -> bool:
        """Tell whether something has been dubbed."""
        return bool(self.workflow.languages)

    def why(self) -> str:
        """Return why there is nothing to see yet; alone, the panel shows that itself."""
        return "" if self.alone or self.workflow.draft is not None else words.UPLOAD_BEFORE

    def heard(self, topic: str, detail: Any) -> None:
        """Read the draft anew when it is another one."""
        super().heard(topic, detail)
        if topic == "connection":
            self._peaks.clear()
        self._keep_up()

    async def do_hello(self, _message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Read the draft where a page has drawn this panel."""
        self._keep_up()

    async def do_rows(self, _message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Send the lines and lanes to the page, then how loud the clip is."""
        if self._packed:
            await self._pour({"kind": "rows", "version": self._version}, self._packed)
            await self._pour_peaks()

    async def do_show(self, message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Keep which languages are shown, which one is measured, and the filter."""
        known = set(self._sheet.languages)
        shown, of = message.get("show"), message.get("of")
        if isinstance(shown, list):
            self._shown = tuple(tag for tag in self._sheet.languages if tag in shown)[:_COLUMNS]
        if isinstance(of, str) and of in known:
            self._of = of
        text, verdict = message.get("text"), message.get("verdict")
        if isinstance(text, str):
            self._text = plain(text, _LONGEST_FILTER)
        if isinstance(verdict, str) and verdict in {"", *timeline_words.VERDICTS}:
            self._verdict = verdict

    async def do_play(self, message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Send the sound of a line: the source, the dub, or one after the other. A later wish takes its place."""
        self.clear_error()
        project, at = self.workflow.project, message.get("line")
        if self._mute() or project is None or not isinstance(at, int) or not 0 <= at < len(self._sheet.lines):
            return
        this = self._playing = next(self._plays)
        clip = self.workflow.clip
        pieces = [*_pieces(self._sheet, at, str(message.get("of")), message.get("what"))]
        for number, (what, start_ms, end_ms, now_ms, tag) in enumerate(pieces):
            sound = await project.asound(start_ms / 1000, end_ms / 1000, tag, clip)
            if this != self._playing:
                return
            head = {
                "kind": "sound",
                "token": message.get("token"),
                "what": what,
                "at": now_ms,
                "part": number,
                "parts": len(pieces),
            }
            await self._pour(head, sound.wav)

    # The inside

    async def _begin(self) -> None:
        await super()._begin()
        self._keep_up()

    def _keep_up(self) -> None:
        """Read the draft when it, the clip or the languages under way are others than before."""
        flow = self.workflow
        several = flow.clip.name if flow.clip and len(flow.clips) > 1 else None
        waiting = flow.choices.to if flow.work is not None and flow.work.kind == "dub" else ()
        key = (id(flow.draft), several, tuple(waiting))
        if key != self._key:
            self._key, self._draft = key, flow.draft  # the draft is held, so that its id stays its own
            self._reading = self.spawn(self._read(key))

    def latest(self) -> asyncio.Task[None] | None:
        """Return the reading of the draft that is under way."""
        return None if self._reading is None or self._reading.done() else self._reading

    async def hear(self, head: Mapping[str, Any], wav: bytes) -> None:
        """Send a sound to the page."""
        await self._pour({"kind": "sound", "at": None, **head}, wav)

    async def _read(self, key: _Key) -> None:
        draft = self._draft
        fits = await self.foresee()

        def work() -> tuple[Sheet, bytes]:
            found = sheet(draft, key[1], key[2], {tag: labels(fit) for tag, fit in fits.items()})
            return found, found.packed()

        def tell() -> tuple[str, str]:
            return timeline_story.html(found), timeline_story.text(found)

        found, packed = await asyncio.to_thread(work)
        if key != self._key:
            return
        self._sheet, self._packed = found, packed
        self._version += 1
        self.read_again(fits)
        self.refresh()
        tale = await asyncio.to_thread(tell)
        if found is self._sheet:
            self._tale = tale

    async def _pour_peaks(self) -> None:
        """Send the shape of the clip's own sound; a timeline without it is whole."""
        project, clip = self.workflow.project, self.workflow.clip
        if project is None or clip is None or not self._sheet.lanes:
            return
        if clip.name not in self._peaks:
            with contextlib.suppress(NemoError):
                found = await project.apeaks(clip, _PEAKS) or []
                self._peaks[clip.name] = bytes(min(255, max(0, round(value * 255))) for value in found)
        if known := self._peaks.get(clip.name):
            duration_ms = round((clip.duration_s or 0) * 1000) or self._sheet.length_ms
            self.push({"kind": "peaks", "duration": duration_ms}, [known])

    async def _pour(self, head: Mapping[str, Any], data: bytes) -> None:
        count = max(1, -(-len(data) // _PIECE))
        for piece in range(count):
            if piece >= _AT_ONCE:
                await asyncio.sleep(_PAUSE_S)
            self.push(
                {**head, "piece": piece, "pieces": count}, [data[piece * _PIECE : (piece + 1) * _PIECE]]
            )

    def _empty(self) -> list[str] | None:
        """Return what stands where the table would be, as a heading and a hint."""
        if self._sheet.lines or (not self._version and self.workflow.draft is not None):
            return None
        if isinstance(self.workflow.draft, str) and self.workflow.draft.strip():
            return [timeline_words.XML, timeline_words.XML_HINT]
        return (
            [timeline_words.NO_LINES, timeline_words.NO_LINES_HINT]
            if self._sheet.lanes
            else [timeline_words.NOTHING_YET, timeline_words.NOTHING_YET_HINT]
        )

    def _changes(self) -> dict[str, Any] | None:
        changes = self.workflow.changes
        if not changes:
            return None
        tracks = [row.change for row in changes.rows if row.what == "track"]
        added, removed = tracks.count("added"), tracks.count("removed")
        told = [plain(word, _LONGEST_FILTER) for word in changes.words]
        return {
            "label": timeline_words.since_last_look(added, removed, len(changes.rows) - added - removed),
            "words": [*told[:_MOST_TOLD], *(["…"] if len(told) > _MOST_TOLD else [])],
        }

    def _columns(self) -> tuple[str, ...]:
        """Return the languages that have a column: two, until others are chosen."""
        known = self._sheet.languages
        kept = [tag for tag in self._shown if tag in known] if self._shown is not None else []
        return tuple(kept) or known[:2]

    def _measured(self) -> str:
        shown = self._columns()
        return self._of if self._of in shown else next(iter(shown), "")

    def _mute(self) -> str:
        if self.workflow.backend == "cloud":
            return timeline_words.HEAR_ON_CLOUD
        return "" if self.workflow.clip else timeline_words.HEAR_NO_CLIP

    def _filters(self) -> Iterator[str]:
        if not (self._text or self._verdict):
            return
        yield f'lines = lines[(lines.role == "dub") & lines.language.isin({list(self._columns())!r})]'
        if self._text:
            where = f"str.contains({self._text!r}, case=False, regex=False, na=False)"
            yield f"lines = lines[lines.text.{where} | lines.source_text.{where}]"
        if self._verdict == "waiting":
            yield "lines = lines[lines.text.isna()]"
        elif self._verdict:
            yield f"lines = lines[(lines.language == {quoted(self._measured())}) & (lines.verdict == {quoted(self._verdict)})]"


def _pieces(found: Sheet, at: int, tag: str, what: object) -> Iterator[tuple[str, int, int, int, str | None]]:
    """Return what is to be heard of a line: name, start and end in its sound, place on the timeline, language."""
    line = found.lines[at]
    row = line.rows.get(tag)
    if what != "dub":
        start = found.in_clip(line.start_ms)
        yield "source", start, start + max(1, line.end_ms - line.start_ms), line.start_ms, None
    if what != "source" and row is not None and not row.facts.script:
        yield "dub", row.in_ms, row.in_ms + row.sounds_ms, row.start_ms, tag
