"""The panel that makes the videos: one a language, played side by side, with the files and what was measured."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from nemodub_nb import timeline
from nemodub_nb.client import NemoError
from nemodub_nb.presets import DUB_LUFS, TOGETHER, lufs
from nemodub_nb.project import BadInputError
from nemodub_nb.project import Export as Exported
from nemodub_nb.project.display import exports_html, exports_text, language_name
from nemodub_nb.project.safe import file_part, file_stem, plain

from . import connect_words, export_words, front, onscreen, words
from .export_choices import FileChoices
from .measured import measured_facts
from .panel import Panel
from .shelf import PIECE_BYTES, SOURCE, WHOLE, FileGoneError, Item, files, key, piece, shelf
from .story import Story
from .words import own_name
from .workflow import usable

MOST_BYTES: Final = 300 * 1024 * 1024
"""Larger files are linked and not played here: a page would hold them in memory."""
_LONGEST_FOLDER: Final = 1000


class Export(Panel):
    """Choose languages and quality, render, watch, and take the files along."""

    _esm = front.esm("export")
    _css = front.css("export")
    title = words.EXPORT
    number = 6

    def __init__(self, *args: Any, **options: Any) -> None:
        self._left_out: frozenset[str] = frozenset()
        self._file = FileChoices(lambda: self.workflow.backend == "local")
        self._folder = "."
        self._reshaping = False
        self._under_way: tuple[str, ...] = ()
        self._ordered: tuple[str, ...] = ()
        """What the last export was asked for."""
        self._cost: float | None = None
        self._shelf: dict[str, Item] = {}
        self._rendered_from: dict[Path, tuple[Exported, str]] = {}
        self._older: frozenset[Path] = frozenset()
        self._seen: tuple[Any, Any, Any] = (None, None, None)
        self._draft = timeline.Draft()
        self._speaks = False
        super().__init__(*args, **options)

    # What it shows

    def draw(self) -> dict[str, Any]:
        """Return the table of languages, the choices, and the films that can be played."""
        self._look()
        flow = self.workflow
        names = self._names()
        return {
            "say": self._say(),
            "rows": [
                *(self._row(name) for name in names),
                *([self._one_row()] if self._has_one_row() else []),
            ],
            "films": self._films(),
            **self._file.view(names),
            "shape_now": onscreen.aspect(self._draft, flow.clip) or "",
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
        options += self._file.code(self._names())
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
        self._look()
        names = self._names()
        fresh = {
            tag
            for one in self._exports()
            if one.video not in self._older
            for tag in one.languages or (one.language or "",)
        }
        return bool(names) and fresh.issuperset(names)

    def why(self) -> str:
        """Return what has to happen before something can be exported."""
        self._look()
        flow = self.workflow
        if self.alone and flow.unfinished:
            return ""
        if flow.phase != "ready":
            return words.CONNECT_BEFORE
        if not flow.clips:
            return words.UPLOAD_BEFORE
        return "" if self._names() else export_words.DUB_BEFORE

    # What the page asks for

    async def do_choose(self, message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Take over a choice: languages, preset, format, quality, shape, one file for all, or folder."""
        self.clear_error()
        chosen = message.get("languages")
        if isinstance(chosen, list):
            self._left_out = frozenset(self._names()) - {name for name in chosen if isinstance(name, str)}
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
        options = self._file.options(self._names())
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
        item = self._shelf.get(name) if isinstance(name, str) else None
        if item is None or type(offset) is not int or type(wanted) is not int or offset < 0 or wanted < 1:
            self.push({**answer, "refused": export_words.NO_SUCH_FILE})
            return
        try:
            data = await asyncio.to_thread(piece, item, offset, wanted)
        except FileGoneError:
            self._seen = (None, None, None)
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

    def _look(self) -> None:
        """Look again at the timeline and the files, if there are others: pages are drawn far more often than that."""
        flow = self.workflow
        now = (flow.draft, flow.exports, flow.clip)
        if all(one is other for one, other in zip(now, self._seen, strict=True)):
            return
        self._seen = now
        self._draft = timeline.decode(flow.draft)
        self._speaks = bool(onscreen.heard(self._draft, flow.clip))
        self._shelf = shelf(flow.clip, self._exports())
        marks = {one.video: onscreen.mark(flow.draft, one) for one in flow.exports}
        for one in flow.exports:
            known = self._rendered_from.get(one.video)
            if known is None or known[0] is not one:
                self._rendered_from[one.video] = one, marks[one.video]
        self._older = frozenset(path for path, mark in marks.items() if self._rendered_from[path][1] != mark)

    async def _reshape(self) -> None:
        """Say the shape to the agent and see that the timeline took it over."""
        flow, shape = self.workflow, self._file.shape
        self._look()
        if onscreen.aspect(self._draft, flow.clip) == shape:
            self._file.shape = ""
            return
        reply = await flow.ask(export_words.shape_sentence(shape))
        self._look()
        if onscreen.aspect(self._draft, flow.clip) != shape and not reply.changes:
            raise BadInputError(export_words.NOT_RESHAPED, export_words.said_instead(plain(reply.text, 200)))
        self._file.shape = ""

    def _names(self) -> list[str]:
        """Return what can be exported: the languages of the clip; an empty name is the whole, where none is named."""
        flow = self.workflow
        clip = flow.clip.name if flow.clip and len(flow.clips) > 1 else None
        found = [*flow.languages] if clip is None else [*usable(timeline.languages(self._draft, clip))]
        singles = [one.language or "" for one in self._exports() if one.language or not one.languages]
        found += [name for name in dict.fromkeys(singles) if name not in found]
        if not found and flow.backend == "cloud" and timeline.ready_to_export(self._draft):
            return [""]
        return found

    def _chosen(self) -> list[str]:
        return [name for name in self._names() if name not in self._left_out]

    def _exports(self) -> list[Exported]:
        """Return the exports of the clip that is worked on."""
        flow = self.workflow
        clip = flow.clip
        several = len(flow.clips) > 1
        return [one for one in flow.exports if not several or clip is None or one.clip in {None, clip.name}]

    def _export(self, name: str) -> Exported | None:
        return next((one for one in reversed(self._exports()) if (one.language or "") == name), None)

    # The file that holds several languages

    def _joins(self) -> bool:
        return self._file.joins(self._names())

    def _has_one_row(self) -> bool:
        return self._joins() or self._one() is not None

    def _one(self) -> Exported | None:
        """Return the export that holds several languages."""
        return next((one for one in reversed(self._exports()) if not one.language and one.languages), None)

    def _one_row(self) -> dict[str, Any]:
        one = self._one()
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
        row = self._as_row(name, self._export(name))
        if not self._joins():
            return row
        one = self._one()
        there = one is not None and name in one.languages and row["state"] == "ready"
        state = ("older" if one.video in self._older else "saved") if one and there else row["state"]
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
            "files": self._files(one) if one and state in {"saved", "older", "failed"} else [],
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
        return ("older" if one.video in self._older else "saved"), None

    def _failure(self, name: str) -> str:
        flow = self.workflow
        clip = flow.clip.name if flow.clip else ""
        failed = flow.failed_exports
        known = (name, f"{clip} {name}") if name else (clip, "+".join(self._ordered))
        return plain(next(filter(None, map(failed.get, known)), ""), 500)

    def _files(self, one: Exported) -> list[dict[str, Any]]:
        """Return the files of an export that are there, the video first."""
        items = (self._shelf.get(key(one, path)) for path in files(one))
        return [item.facts() for item in items if item is not None]

    def _films(self) -> list[dict[str, Any]]:
        """Return what the player can switch between: the clip itself, then each language."""
        flow = self.workflow
        films = []
        source = self._shelf.get(SOURCE)
        if source is not None and source.plays:
            spoken = onscreen.spoken(self._draft, flow.clip)
            label = own_name(spoken) if spoken else words.ORIGINAL
            captions = "heard" if self._speaks else ""
            films.append({**source.facts(), "label": label, "lang": spoken or "", "captions": captions})
        for one in filter(None, (*map(self._export, filter(None, self._names())), self._export(""))):
            item = self._shelf.get(key(one, one.video))
            if item is None or not item.plays:
                continue
            films.append({**item.facts(), **self._named(one)})
        return films

    def _named(self, one: Exported) -> dict[str, Any]:
        """Return what the player says of an export, and its subtitles where they are no part of the picture."""
        several = one.language is None and bool(one.languages)
        name = one.languages[0] if several else one.language or ""
        track = self._shelf.get(f"{WHOLE}.{name}.vtt" if several else f"{name or WHOLE}.vtt")
        burned = not several and onscreen.burned(self._draft, self.workflow.clip, name)
        whole = export_words.IN_ONE if several else export_words.WHOLE
        return {
            "label": whole if several or not name else own_name(name),
            "lang": name,
            "captions": track.facts() if track and not burned else "",
        }

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
        saved = self._exports()
        if saved:
            return export_words.saved(
                len(saved), sum(one.size_bytes for one in saved), len(flow.failed_exports)
            )
        height = flow.clip.height if flow.clip else None
        shape = self._file.aspect or onscreen.aspect(self._draft, flow.clip)
        picture = shape or (f"{height}p" if height else "")
        file = self._file.file
        return export_words.export_plan(file.title, picture if file.picture else "", self._loudness())

    def _loudness(self) -> str:
        """Return how loud it will be; the cloud does not say."""
        flow = self.workflow
        if flow.backend != "local":
            return ""
        preset = self._file.preset.loudness_lufs if self._file.preset else None
        said = onscreen.loudness(self._draft, flow.clip)
        return lufs(next(value for value in (preset, said, DUB_LUFS) if value is not None))
