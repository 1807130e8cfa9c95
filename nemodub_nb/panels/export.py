"""The panel that makes the videos: one a language, played side by side, with the files and what was measured."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from nemodub_nb import timeline
from nemodub_nb.client import NemoError
from nemodub_nb.presets import DUB_LUFS, TOGETHER, lufs
from nemodub_nb.project import BadInputError
from nemodub_nb.project.display import exports_html, exports_text, language_name
from nemodub_nb.project.safe import file_part, file_stem, plain

from . import connect_words, export_words, front, onscreen, words
from .export_choices import FileChoices
from .export_made import Made
from .measured import measured_facts
from .panel import Panel
from .shelf import PIECE_BYTES, FileGoneError, piece
from .story import Story
from .words import own_name
from .workflow import Workflow

if TYPE_CHECKING:
    from nemodub_nb.project import Export as Exported
    from nemodub_nb.project import Project

MOST_BYTES: Final = 300 * 1024 * 1024
"""Larger files are linked and not played here: a page would hold them in memory."""
_LONGEST_FOLDER: Final = 1000


class Export(Panel):
    """Choose languages and quality, render, watch, and take the files along."""

    _esm = front.esm("export")
    _css = front.css("export")
    title = words.EXPORT
    number = 6

    def __init__(self, project: Project | Workflow | None = None, *, alone: bool = True) -> None:
        flow = Workflow.of(project)
        self._made = Made(flow)
        self._left_out: frozenset[str] = frozenset()
        self._file = FileChoices(lambda: flow.backend == "local")
        self._folder = "."
        self._reshaping = False
        self._under_way: tuple[str, ...] = ()
        self._ordered: tuple[str, ...] = ()
        """What the last export was asked for."""
        self._cost: float | None = None
        super().__init__(flow, alone=alone)

    # What it shows

    def draw(self) -> dict[str, Any]:
        """Return the table of languages, the choices, and the films that can be played."""
        self._made.look()
        flow = self.workflow
        names = self._made.names()
        return {
            "say": self._say(),
            "rows": [
                *(self._row(name) for name in names),
                *([self._one_row()] if self._has_one_row() else []),
            ],
            "films": self._made.films(),
            **self._file.view(names),
            "shape_now": onscreen.aspect(self._made.draft, flow.clip) or "",
            "folder": self._folder,
            "busy": flow.rendering is not None,
            "asking": flow.work is not None,
            "cost": export_words.exports_cost(self._cost) if flow.exports else "",
            "left": self._left(),
            "limit": MOST_BYTES,
            "piece": PIECE_BYTES,
        }

    def twin(self) -> str:
        """Return the calls that export the same videos."""
        flow = self.workflow
        tags = [name for name in self._chosen() if name]
        options = [repr(tags)] if tags else []
        if len(flow.clips) > 1 and flow.clip:
            options.append(f"clip={flow.clip.name!r}")
        options += [f"to={self._folder!r}"] if self._folder != "." else []
        options += self._file.code(self._made.names())
        return "\n".join(
            [
                "import nemodub_nb as nd",
                "",
                f"project = nd.open_project({flow.name!r}, backend={flow.backend!r})",
                "project.resume()",
                *(
                    [f"project.ask({export_words.shape_sentence(self._file.shape)!r})"]
                    if self._file.shape
                    else []
                ),
                f"exports = project.export({', '.join(options)})",
                "exports",
            ]
        )

    def story(self) -> Story:
        """Return the exports with players and links that a saved notebook keeps."""
        flow = self.workflow
        if not flow.exports and not flow.failed_exports:
            return Story(self.title, "" if self.why() else self._say())
        return Story(
            self.title,
            self._say(),
            exports_html(flow.exports, flow.failed_exports),
            exports_text(flow.exports, flow.failed_exports),
        )

    def done(self) -> bool:
        """Tell whether every language of the clip is exported as it is now."""
        self._made.look()
        names = self._made.names()
        return bool(names) and self._made.fresh().issuperset(names)

    def why(self) -> str:
        """Return what has to happen before something can be exported."""
        self._made.look()
        flow = self.workflow
        if self.alone and flow.unfinished:
            return ""
        if flow.phase != "ready":
            return words.CONNECT_BEFORE
        if not flow.clips:
            return words.UPLOAD_BEFORE
        return "" if self._made.names() else export_words.DUB_BEFORE

    # What the page asks for

    async def do_choose(self, message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Take over a choice: languages, preset, format, quality, shape, one file for all, or folder."""
        self.clear_error()
        chosen = message.get("languages")
        if isinstance(chosen, list):
            self._left_out = frozenset(self._made.names()) - {
                name for name in chosen if isinstance(name, str)
            }
        self._file.take(message)
        folder = message.get("folder")
        if isinstance(folder, str):
            self._folder = plain(folder, _LONGEST_FOLDER).strip() or "."

    async def do_export(self, _message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Render and save what is chosen; a new shape is first said to the agent."""
        self.clear_error()
        flow = self.workflow
        names = self._chosen()
        if not names:
            raise BadInputError(export_words.NO_LANGUAGE, export_words.CHOOSE_LANGUAGE)
        if flow.rendering is not None or self._reshaping:
            return  # a second click: the button was not yet drawn as busy
        if self._file.shape:
            self._reshaping = True
            try:
                await self._reshape()
            finally:
                self._reshaping = False
        before = flow.credits
        self._under_way = ("",) if self._joins() else tuple(names)
        self._ordered = tuple(names)
        options = self._file.options(self._made.names())
        try:
            await flow.export([name for name in names if name] or None, to=self._folder, **options)
        except NemoError as error:
            flow.tell("failed", error)
            raise
        finally:
            self._under_way = ()
        after = flow.credits
        self._cost = before.available - after.available if before and after else None

    async def do_resume(self, _message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Take up what an earlier kernel left."""
        self.clear_error()
        await self.workflow.resume()

    async def do_video(self, message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Send one piece of a file that an export or the clip names. The page names it by its key, never by a path."""
        name, offset, wanted = message.get("key"), message.get("offset"), message.get("length")
        answer = {"kind": "video", "id": plain(str(message.get("id")), 80)}
        item = self._made.shelf.get(name) if isinstance(name, str) else None
        if item is None or type(offset) is not int or type(wanted) is not int or offset < 0 or wanted < 1:
            self.push({**answer, "refused": export_words.NO_SUCH_FILE})
            return
        try:
            data = await asyncio.to_thread(piece, item, offset, wanted)
        except FileGoneError:
            self._made.forget()
            self.push({**answer, "refused": export_words.FILE_CHANGED})
        except OSError as error:
            self.push({**answer, "refused": export_words.unreadable(item.path.name, error.strerror or "")})
        else:
            self.push({**answer, "stamp": item.stamp}, [data])

    async def do_captions(self, message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Send what the source says as WebVTT; the subtitles of an export are a file of it."""
        flow = self.workflow
        text = timeline.vtt(onscreen.heard(flow.draft, flow.clip))
        self.push({"kind": "captions", "id": plain(str(message.get("id")), 80), "text": text})

    # The inside

    async def _reshape(self) -> None:
        """Say the shape to the agent and see that the timeline took it over."""
        flow, shape = self.workflow, self._file.shape
        self._made.look()
        if onscreen.aspect(self._made.draft, flow.clip) == shape:
            self._file.shape = ""
            return
        reply = await flow.ask(export_words.shape_sentence(shape))
        self._made.look()
        if onscreen.aspect(self._made.draft, flow.clip) != shape and not reply.changes:
            raise BadInputError(export_words.NOT_RESHAPED, export_words.said_instead(plain(reply.text, 200)))
        self._file.shape = ""

    def _chosen(self) -> list[str]:
        return [name for name in self._made.names() if name not in self._left_out]

    # The file that holds several languages

    def _joins(self) -> bool:
        return self._file.joins(self._made.names())

    def _has_one_row(self) -> bool:
        return self._joins() or self._made.together() is not None

    def _one_row(self) -> dict[str, Any]:
        one = self._made.together()
        tags = self._chosen() if self._joins() or one is None else one.languages
        names = ", ".join(language_name(tag) for tag in tags if tag)
        row = self._as_row("", one)
        return {
            **row,
            "language": f"{export_words.IN_ONE}: {names}",
            "own": "",
            "tick": False,
            "chosen": False,
        }

    def _row(self, name: str) -> dict[str, Any]:
        row = self._as_row(name, self._made.export(name))
        if not self._joins():
            return row
        one = self._made.together()
        there = one is not None and name in one.languages and row["state"] == "ready"
        state = ("older" if one.video in self._made.older else "saved") if one and there else row["state"]
        return {**row, "state": state, "will": export_words.track_of(self._will(TOGETHER))}

    def _as_row(self, name: str, one: Exported | None) -> dict[str, Any]:
        state, share = self._state(name, one)
        failed = self._failure(name) if state == "failed" else ""
        return {
            "name": name,
            "language": language_name(name) if name else export_words.WHOLE,
            "own": own_name(name) if name else "",
            "chosen": name not in self._left_out,
            "tick": True,
            "state": state,
            "share": share,
            "failed": failed,
            "files": self._made.files(one) if one and state in {"saved", "older", "failed"} else [],
            "size": one.size_bytes if one and state in {"saved", "older"} else None,
            "facts": measured_facts(one) if one else "",
            "will": self._will(name or (TOGETHER if self._joins() else "")),
        }

    def _will(self, name: str) -> str:
        """Return what the video will be called."""
        flow = self.workflow
        stem = file_stem(flow.clip.name if flow.clip else flow.name)
        return f"{stem}.{file_part(name) or 'export'}.{self._file.format}"

    def _state(self, name: str, one: Exported | None) -> tuple[str, float | None]:
        """Return a word for how far an export has come, and the share that is rendered."""
        flow = self.workflow
        whole = "+".join(self._ordered) if one is None or one.languages else ""
        title = plain(name or whole or (flow.clip.name if flow.clip else ""), 40)
        for work in (flow.rendering, flow.work):
            step = work.progress.steps.get(title, {}).get("export") if work else None
            if step is not None and not step.complete:
                return "rendering", min(1.0, max(0.0, step.done / step.total)) if step.total > 0 else None
            if step is not None and flow.rendering is work:
                return "written", 1.0
        if flow.rendering is not None and name in self._under_way:
            return "waiting", None
        if self._failure(name):
            return "failed", None
        if one is None:
            return "ready", None
        return ("older" if one.video in self._made.older else "saved"), None

    def _failure(self, name: str) -> str:
        flow = self.workflow
        clip = flow.clip.name if flow.clip else ""
        failed = flow.failed_exports
        known = (name, f"{clip} {name}") if name else (clip, "+".join(self._ordered))
        return plain(next(filter(None, map(failed.get, known)), ""), 500)

    def _left(self) -> str:
        left = self.workflow.unfinished
        if not self.alone or not left or self.workflow.phase != "ready":
            return ""
        when = left.when.astimezone().strftime("%d %B, %H:%M") if left.when else ""
        return connect_words.left_behind(when, left.clips, len(left.messages), len(left.renders))

    def _say(self) -> str:
        flow = self.workflow
        if flow.rendering is not None:
            rows = [self._state(name, None) for name in self._under_way]
            now = next(
                (name for name, row in zip(self._under_way, rows, strict=True) if row[0] == "rendering"), ""
            )
            ready = sum(row[0] == "written" for row in rows)
            return export_words.exporting(language_name(now) if now else "", ready, len(rows))
        saved = self._made.exports()
        if saved:
            return export_words.saved(
                len(saved), sum(one.size_bytes for one in saved), len(flow.failed_exports)
            )
        height = flow.clip.height if flow.clip else None
        shape = self._file.aspect or onscreen.aspect(self._made.draft, flow.clip)
        picture = shape or (f"{height}p" if height else "")
        file = self._file.file
        return export_words.export_plan(file.title, picture if file.picture else "", self._loudness())

    def _loudness(self) -> str:
        """Return how loud it will be; the cloud does not say."""
        flow = self.workflow
        if flow.backend != "local":
            return ""
        preset = self._file.preset.loudness_lufs if self._file.preset else None
        said = onscreen.loudness(self._made.draft, flow.clip)
        return lufs(next(value for value in (preset, said, DUB_LUFS) if value is not None))
