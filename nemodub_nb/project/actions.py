"""What a person does in a project, as coroutines on the project's own loop: every rule once, for sync and async alike."""

from __future__ import annotations

import asyncio
import os
import pathlib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypedDict

from nemodub_nb import timeline

from . import attachments, exports, intents, resume, talk, uploads
from .errors import BadInputError
from .sentences import Original, Subtitles, dub_sentence, for_clip, parse_languages
from .values import Clip, Credits, Exports, Reply, Resumed

if TYPE_CHECKING:
    from nemodub_nb.client import SessionState
    from nemodub_nb.timeline import Changes

    from .desk import Desk
    from .live import View

Path = str | os.PathLike[str]
_DUBS: Final = re.compile(
    r"\b(?:dub|dubs|dubbed|dubbing|translate|voice-?over|subtitles?)\b|配音|翻译|字幕", re.IGNORECASE
)


class DubOptions(TypedDict, total=False):
    """The choices of a dub; see Project.dub."""

    clip: Clip | str | None
    source: str | None
    original: Original
    background: float | None
    subtitles: Subtitles
    transcript: Path | bool | None
    memory: attachments.Files | None
    voices: Mapping[str, str] | None
    fast: bool


class ExportOptions(TypedDict, total=False):
    """The choices of an export; see Project.export."""

    languages: str | Iterable[str] | None
    clip: Clip | str | None
    to: Path
    format: str
    quality: str


class Actions:
    """The actions at one desk. Messages take turns, and so do exports: a session allows one of each at a time."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._talking = asyncio.Lock()
        self._exporting = asyncio.Lock()

    async def upload(self, sources: uploads.Source | Iterable[uploads.Source], view: View) -> list[Clip]:
        """Upload files and URLs."""
        async with view:
            return await uploads.upload(self.desk, sources, view)

    async def dub(
        self, to: str | Iterable[str], view: View, on_event: talk.OnEvent | None, options: DubOptions
    ) -> Reply:
        """Have a clip dubbed."""
        tags = parse_languages(to)
        source = options.get("source")
        clip = self._clip(options.get("clip"))
        voices = {parse_languages(name)[0]: voice for name, voice in (options.get("voices") or {}).items()}
        sentence = dub_sentence(
            tags,
            clip=self._named(clip, options.get("clip")),
            source=parse_languages(source)[0] if source else None,
            original=options.get("original", "replace"),
            background=options.get("background"),
            subtitles=options.get("subtitles", "track"),
            voices=voices,
            fast=options.get("fast", False),
        )
        parts = [
            *self._transcript(clip, options.get("transcript"), view),
            *attachments.memory_parts(options.get("memory")),
        ]
        return await self._say(sentence, parts, view, on_event)

    async def ask(
        self, sentence: str, clip: Clip | str | None, view: View, on_event: talk.OnEvent | None
    ) -> Reply:
        """Do what a sentence asks for: by the project itself, by the agent, or one after the other."""
        intent = (
            intents.Intent("upload", files=(sentence,)) if _is_file(sentence) else intents.route(sentence)
        )
        if intent.action == "export":
            return await self._export_reply(intent, clip, view)
        if intent.action == "credits":
            balance = await self.credits()
            return Reply(
                f"{balance.available:g} credits available, {balance.frozen:g} held.", credits=balance
            )
        if intent.action == "state":
            return Reply(await self.summary())
        if intent.action == "upload":
            return await self._upload_reply(intent, view)
        if not intent.sentence:
            raise BadInputError(
                "The sentence is empty.", "Say what is to be done, such as: Dub this video into Spanish."
            )
        chosen = self._clip(clip)
        parts = self._transcript(chosen, None, view) if _DUBS.search(intent.sentence) else []
        said = for_clip(intent.sentence, chosen.name if clip is not None and chosen else None)
        reply = await self._say(said, parts, view, on_event)
        if not intent.then_export:
            return reply
        exported = await self._export_reply(intent, clip, view)
        return Reply(
            f"{reply.text}\n{exported.text}",
            reply.changes,
            reply.languages,
            reply.failed,
            reply.events,
            reply.seconds,
            exported.exports,
        )

    async def export(self, view: View, options: ExportOptions) -> Exports:
        """Render and download the videos."""
        languages = options.get("languages")
        format_, quality = options.get("format", "mp4"), options.get("quality", "high")
        exports.check_quality(format_, quality)
        clip = self._clip(options["clip"]) if options.get("clip") is not None else None
        async with self._exporting, view:
            return await exports.export(
                self.desk,
                view,
                languages=None if languages is None else parse_languages(languages),
                clip=clip.name if clip else None,
                to=options.get("to", "."),
                format_=format_,
                quality=quality,
            )

    async def resume(self, view: View) -> Resumed:
        """Take up what an earlier process left under way."""
        async with self._talking, self._exporting, view:
            return await resume.resume(self.desk, view)

    async def state(self) -> SessionState:
        """Read the session's state."""
        return await self.desk.state()

    async def look(self) -> Any:
        """Read the draft as somebody who looks at it: the next `changes` start from here."""
        draft = await self.desk.draft()
        if self.desk.session_id is not None:
            self.desk.journal.see(self.desk.session_id, draft)
        return draft

    async def timeline(self, clip: Clip | str | None) -> Any:
        """Return the timeline as a DataFrame, of one clip or of all."""
        chosen = self._clip(clip) if clip is not None else None
        frame = timeline.frame(await self.look())
        if chosen is None:
            return frame
        return frame[(frame["clip"] == chosen.name).fillna(value=False)].reset_index(drop=True)

    async def summary(self) -> str:
        """Return the timeline in one line."""
        return timeline.summary(await self.look())

    async def changes(self) -> Changes:
        """Return what changed since the last look, and look."""
        session = self.desk.session_id
        before = self.desk.journal.seen(session) if session else None
        return timeline.diff(before, await self.look())

    async def credits(self) -> Credits:
        """Ask for the balance."""
        client = await self.desk.connection.client()
        found = await self.desk.connection.guard(client.credits())
        return Credits(found.available, found.frozen, found.total)

    async def close(self) -> None:
        """Put everything away."""
        await self.desk.connection.close()
        self.desk.journal.close()

    async def _say(
        self, sentence: str, parts: Sequence[str], view: View, on_event: talk.OnEvent | None
    ) -> Reply:
        async with self._talking, view:
            return await talk.say(self.desk, sentence, view, parts=parts, on_event=on_event)

    async def _export_reply(self, intent: intents.Intent, clip: Clip | str | None, view: View) -> Reply:
        options: ExportOptions = {"clip": clip}
        if intent.languages:
            options["languages"] = intent.languages
        done = await self.export(view, options)
        return Reply(repr(done), exports=done, failed=done.failed)

    async def _upload_reply(self, intent: intents.Intent, view: View) -> Reply:
        if not intent.files:
            return Reply("Which file? Call project.upload() with its path or URL, or say: upload clip.mp4")
        clips = await self.upload(intent.files, view)
        return Reply(f"Uploaded {', '.join(clip.name for clip in clips)}.")

    def _clip(self, wanted: Clip | str | None) -> Clip | None:
        """Return the clip that is meant; the last uploaded one when none is named. Raises BadInputError."""
        clips = self.desk.clips
        if wanted is None:
            return clips[-1] if clips else None
        name = wanted.name if isinstance(wanted, Clip) else str(wanted)
        for clip in clips:
            if name == clip.name or (clip.path and name in {str(clip.path), clip.path.name}):
                return clip
        if isinstance(wanted, Clip):
            return wanted
        known = ", ".join(clip.name for clip in clips) or "none yet"
        raise BadInputError(f"There is no clip “{name}” in this project.", f"Uploaded so far: {known}.")

    def _named(self, clip: Clip | None, wanted: Clip | str | None) -> str | None:
        """Return the name to say: needed where there are several clips, or where one was asked for."""
        return clip.name if clip and (wanted is not None or len(self.desk.clips) > 1) else None

    def _transcript(self, clip: Clip | None, given: Path | bool | None, view: View) -> list[str]:
        """Return the transcript's part: the one given, else the subtitles found beside the clip; none for False."""
        if given is False:
            return []
        if given is not None and given is not True:
            return [attachments.transcript_part(given)]
        if clip is None or clip.transcript is None:
            return []
        try:
            return [attachments.transcript_part(clip.transcript)]
        except BadInputError as error:
            view.note(f"The subtitles beside the clip are not used. {error.message}")
            return []


def _is_file(sentence: str) -> bool:
    """Tell whether a sentence is nothing but the path of a file, spaces in its name included."""
    try:
        return pathlib.Path(sentence).expanduser().is_file()
    except (OSError, ValueError, RuntimeError):
        return False


__all__ = ["Actions", "DubOptions", "ExportOptions"]
