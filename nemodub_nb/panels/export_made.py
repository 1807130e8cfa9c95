"""What there is of one clip to export, and what became of earlier exports: languages, files, and films to play."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from nemodub_nb import timeline
from nemodub_nb.project import Export

from . import export_words, onscreen, words
from .shelf import SOURCE, WHOLE, Item, files, key, shelf
from .words import own_name
from .workflow import Workflow, usable

if TYPE_CHECKING:
    from collections.abc import Iterator


class Made:
    """The timeline and the files of the clip that is worked on, read again when there are others."""

    def __init__(self, flow: Workflow) -> None:
        self._flow = flow
        self._seen: tuple[Any, Any, Any] = (None, None, None)
        self._rendered_from: dict[Path, tuple[Export, str]] = {}
        self._speaks = False
        self.draft = timeline.Draft()
        self.shelf: dict[str, Item] = {}
        """The files that a page may have, by their keys."""
        self.older: frozenset[Path] = frozenset()
        """Videos of a timeline that is another one by now."""

    def look(self) -> None:
        """Look again at the timeline and the files, if there are others: pages are drawn far more often than that."""
        flow = self._flow
        now = (flow.draft, flow.exports, flow.clip)
        if all(one is other for one, other in zip(now, self._seen, strict=True)):
            return
        self._seen = now
        self.draft = timeline.decode(flow.draft)
        self._speaks = bool(onscreen.heard(self.draft, flow.clip))
        self.shelf = shelf(flow.clip, self.exports())
        marks = {one.video: onscreen.mark(flow.draft, one) for one in flow.exports}
        for one in flow.exports:
            known = self._rendered_from.get(one.video)
            if known is None or known[0] is not one:
                self._rendered_from[one.video] = one, marks[one.video]
        self.older = frozenset(path for path, mark in marks.items() if self._rendered_from[path][1] != mark)

    def forget(self) -> None:
        """Look at everything anew: a file is not what it was."""
        self._seen = (None, None, None)

    def names(self) -> list[str]:
        """Return what can be exported: the languages of the clip; an empty name is the whole, where none is named."""
        flow = self._flow
        clip = flow.clip.name if flow.clip and len(flow.clips) > 1 else None
        found = [*flow.languages] if clip is None else [*usable(timeline.languages(self.draft, clip))]
        singles = [one.language or "" for one in self.exports() if one.language or not one.languages]
        found += [name for name in dict.fromkeys(singles) if name not in found]
        if not found and flow.backend == "cloud" and timeline.ready_to_export(self.draft):
            return [""]
        return found

    def exports(self) -> list[Export]:
        """Return the exports of the clip that is worked on."""
        flow = self._flow
        clip = flow.clip
        several = len(flow.clips) > 1
        return [one for one in flow.exports if not several or clip is None or one.clip in {None, clip.name}]

    def export(self, name: str) -> Export | None:
        """Return the last export of a language; an empty name is the whole."""
        return next((one for one in reversed(self.exports()) if (one.language or "") == name), None)

    def together(self) -> Export | None:
        """Return the export that holds several languages."""
        return next((one for one in reversed(self.exports()) if not one.language and one.languages), None)

    def fresh(self) -> set[str]:
        """Return the languages that are exported as they are now."""
        return {
            tag
            for one in self.exports()
            if one.video not in self.older
            for tag in one.languages or (one.language or "",)
        }

    def files(self, one: Export) -> list[dict[str, Any]]:
        """Return the files of an export that are there, the video first."""
        items = (self.shelf.get(key(one, path)) for path in files(one))
        return [item.facts() for item in items if item is not None]

    def films(self) -> list[dict[str, Any]]:
        """Return what the player can switch between: the clip itself, then each language."""
        exports = filter(None, (*map(self.export, filter(None, self.names())), self.export("")))
        return [*self._source(), *(film for one in exports for film in self._film(one))]

    def _source(self) -> Iterator[dict[str, Any]]:
        source = self.shelf.get(SOURCE)
        if source is not None and source.plays:
            spoken = onscreen.spoken(self.draft, self._flow.clip)
            label = own_name(spoken) if spoken else words.ORIGINAL
            captions = "heard" if self._speaks else ""
            yield {**source.facts(), "label": label, "lang": spoken or "", "captions": captions}

    def _film(self, one: Export) -> Iterator[dict[str, Any]]:
        """Return an export with what the player says of it, and its subtitles where they are no part of the picture."""
        item = self.shelf.get(key(one, one.video))
        if item is None or not item.plays:
            return
        several = one.language is None and bool(one.languages)
        name = one.languages[0] if several else one.language or ""
        track = self.shelf.get(f"{WHOLE}.{name}.vtt" if several else f"{name or WHOLE}.vtt")
        burned = not several and onscreen.burned(self.draft, self._flow.clip, name)
        whole = export_words.IN_ONE if several else export_words.WHOLE
        yield {
            **item.facts(),
            "label": whole if several or not name else own_name(name),
            "lang": name,
            "captions": track.facts() if track and not burned else "",
        }
