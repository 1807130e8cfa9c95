"""What a person does in a project, as coroutines on the project's own loop: every rule once, for sync and async alike."""

from __future__ import annotations

import asyncio
import os
import pathlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from nemodub_nb import timeline
from nemodub_nb.client import Session

from . import attachments, checking, estimates, exports, intents, orders, resume, talk, uploads
from .display import named
from .errors import BadInputError, NotHereError
from .estimates import Task
from .ledger import Ledger
from .options import DubOptions, ExportOptions, Path
from .outputs import Target
from .saying import Saying
from .sentences import Original, dub_sentence, for_clip, listed, parse_languages, spoken
from .values import Clip, Credits, Estimate, Exports, Reply, Resumed, Unfinished
from .watchers import Watchers, told

if TYPE_CHECKING:
    from nemodub_nb.client import SessionState
    from nemodub_nb.timeline import Changes

    from .desk import Desk
    from .live import View

_DUBS: Final = re.compile(
    r"\b(?:dub|dubs|dubbed|dubbing|translate|voice-?over|subtitles?)\b|配音|翻译|字幕", re.IGNORECASE
)


class Actions:
    """The actions at one desk. Messages take turns, and so do exports: a session allows one of each at a time."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._exporting = asyncio.Lock()
        self.ledger = Ledger(desk)
        self._saying = Saying(desk, self.ledger)
        self.watchers = Watchers()

    @told
    async def upload(
        self,
        sources: uploads.Source | Iterable[uploads.Source],
        view: View,
        on_progress: uploads.OnProgress | None = None,
    ) -> list[Clip]:
        """Upload files and URLs."""
        items = [sources] if isinstance(sources, str | os.PathLike) else list(sources)
        async with view, self.ledger.action(f"Upload {listed([named(item) for item in items])}"):
            return await uploads.upload(self.desk, items, view, on_progress)

    @told
    async def dub(
        self, to: str | Iterable[str], view: View, on_event: talk.OnEvent | None, options: DubOptions
    ) -> Reply:
        """Have a clip dubbed."""
        tags = parse_languages(to)
        source = options.get("source")
        clip = self.clip(options.get("clip"))
        voices = {parse_languages(name)[0]: voice for name, voice in (options.get("voices") or {}).items()}
        glossary = attachments.glossary_parts(options.get("glossary"))
        sentence = dub_sentence(
            tags,
            clip=self.named(clip, options.get("clip")),
            source=parse_languages(source)[0] if source else None,
            original=options.get("original", "replace"),
            background=options.get("background"),
            subtitles=options.get("subtitles", "track"),
            voices=voices,
            fast=options.get("fast", False),
            slow_video=options.get("slow_video", False),
            no_glossary=attachments.no_glossary(options.get("glossary"), glossary),
        )
        transcript = self.transcript_parts(clip, options.get("transcript"), view)
        parts = [
            *transcript,
            *attachments.memory_parts(options.get("memory")),
            *glossary,
        ]
        task = self._task(clip, tags, options.get("original", "replace"), given=bool(transcript))
        step = f"Dub into {listed([spoken(tag) for tag in tags])}"
        return await self._saying.say(sentence, parts, view, on_event, step, asdict(task))

    @told
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
        chosen = self.clip(clip)
        parts = self.transcript_parts(chosen, None, view) if _DUBS.search(intent.sentence) else []
        said = for_clip(intent.sentence, chosen.name if clip is not None and chosen else None)
        reply = await self._saying.say(said, parts, view, on_event)
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

    @told
    async def say(
        self,
        sentence: str,
        parts: Sequence[str],
        view: View,
        *,
        step: str = "",
        on_event: talk.OnEvent | None = None,
    ) -> Reply:
        """Say a sentence of our own to the agent, with what belongs to it."""
        return await self._saying.say(sentence, parts, view, on_event, step)

    @told
    async def export(self, view: View, options: ExportOptions) -> Exports:
        """Render and download the videos."""
        wanted = options.get("languages")
        tags = None if wanted is None else parse_languages(wanted)
        order = orders.order(
            options.get("format"),
            options.get("quality", "high"),
            options.get("preset"),
            together=options.get("together", False),
            original=options.get("original", False),
        )
        clip = self.clip(options["clip"]) if options.get("clip") is not None else None
        async with self._exporting, view, self.ledger.action(_export_step(tags)):
            return await exports.export(
                self.desk,
                view,
                languages=tags,
                clip=clip.name if clip else None,
                to=options.get("to", "."),
                order=order,
            )

    async def check(self, what: checking.Checkable, source: Path | None, view: View) -> Exports:
        """Measure what was exported."""
        places = {clip.name: clip.path for clip in self.desk.clips if clip.path is not None}
        async with view, self.ledger.action("Measure the videos"):
            return await checking.measure(self.desk.connection, what, source, places, view)

    @told
    async def resume(self, view: View) -> Resumed:
        """Take up what an earlier process left under way."""
        async with self._saying.turn, self._exporting, view, self.ledger.action("Resume"):
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
        chosen = self.clip(clip) if clip is not None else None
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
        self.ledger.saw(found.available)
        return Credits(found.available, found.frozen, found.total)

    async def claim_url(self) -> str:
        """Return a link that opens the project in NemoVideo's editor."""
        if self.desk.connection.backend == "local":
            raise NotHereError(
                "This project is on this machine only.",
                "Open it with backend='cloud' to edit it in the browser.",
            )
        state = await self.desk.state()
        task = state.task_id or self.desk.journal.task_of(state.session_id)
        return await self.desk.call(lambda client, session: client.claim_url(Session(session, task)))

    def unfinished(self) -> Unfinished:
        """Return what resume would take up, without taking it up."""
        desk, journal = self.desk, self.desk.journal
        session = desk.session_id or journal.last_session(desk.connection.place, desk.name)
        facts = journal.session_facts(session) if session else None
        if session is None or facts is None:
            return Unfinished(None, desk.name)
        name, used_at = facts
        return Unfinished(
            session,
            name,
            datetime.fromtimestamp(used_at, UTC),
            tuple(str(clip["name"]) for clip in journal.clips(session)),
            tuple(one.text for one in journal.open_messages(session) if one.id not in desk.active),
            tuple(
                Target.remembered(one.fields["target"]).title
                for one in journal.open_renders(session)
                if one.id not in desk.rendering
            ),
        )

    def estimate(
        self,
        to: str | Iterable[str],
        clip: Clip | str | None,
        original: Original,
        transcript: Path | bool | None,
    ) -> Estimate:
        """Return about what a dub will take."""
        chosen = self.clip(clip)
        given = chosen.transcript if chosen and transcript in {None, True} else transcript or None
        text = estimates.spoken_text(pathlib.Path(os.fspath(given))) if given and given is not True else None
        connection = self.desk.connection
        task = self._task(chosen, parse_languages(to), original, given=text is not None)
        earlier = self.desk.journal.dubs(connection.place)
        return estimates.estimate(task, text, earlier, local=connection.near)

    async def stop(self) -> str:
        """Stop the message under way; say what became of it."""
        return await self._saying.stop()

    async def close(self) -> None:
        """Put everything away."""
        await self.desk.connection.close()
        self.desk.journal.close()

    def _task(self, clip: Clip | None, tags: Sequence[str], original: Original, *, given: bool) -> Task:
        """Return a dub as estimates see it; what an earlier one has begun for the same clip is there already."""
        name = f"{self.desk.session_id}/{clip.name}" if clip else ""
        before = [row.work for row in self.desk.journal.dubs(self.desk.connection.place)]
        known = [work for work in before if name and work.get("clip") == name]
        return Task(
            name,
            clip.duration_s if clip else None,
            tuple(tags),
            heard=not given and not known,
            separated=original == "replace" and not known,
            again=any(tag in work.get("languages", ()) for work in known for tag in tags),
        )

    async def _export_reply(self, intent: intents.Intent, clip: Clip | str | None, view: View) -> Reply:
        options: ExportOptions = {"clip": clip, "together": intent.together}
        if intent.languages:
            options["languages"] = intent.languages
        done = await self.export(view, options)
        return Reply(repr(done), exports=done, failed=done.failed)

    async def _upload_reply(self, intent: intents.Intent, view: View) -> Reply:
        if not intent.files:
            return Reply("Which file? Call project.upload() with its path or URL, or say: upload clip.mp4")
        clips = await self.upload(intent.files, view)
        return Reply(f"Uploaded {', '.join(clip.name for clip in clips)}.")

    def clip(self, wanted: Clip | str | None) -> Clip | None:
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

    def named(self, clip: Clip | None, wanted: Clip | str | None) -> str | None:
        """Return the name to say: needed where there are several clips, or where one was asked for."""
        return clip.name if clip and (wanted is not None or len(self.desk.clips) > 1) else None

    def transcript_parts(self, clip: Clip | None, given: Path | bool | None, view: View) -> list[str]:
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


def _export_step(tags: list[str] | None) -> str:
    return f"Export {listed([spoken(tag) for tag in tags])}" if tags else "Export"


def _is_file(sentence: str) -> bool:
    """Tell whether a sentence is nothing but the path of a file, spaces in its name included."""
    try:
        return pathlib.Path(sentence).expanduser().is_file()
    except (OSError, ValueError, RuntimeError):
        return False
