"""The part of the Timeline panel that changes lines: changes are collected, sent by one button, and then heard."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import traitlets

from nemodub_nb.project import BadInputError
from nemodub_nb.project.safe import plain

from . import calls, edit_words, line_work, offers, pending, timeline_forecast, words
from .panel import Panel
from .timeline_sheet import Sheet

if TYPE_CHECKING:
    from nemodub_nb.project import Fit, Project, Reply

    from .pending import Pending

_LONGEST_SAID: Final = 300
_LONGEST_WHY: Final = 300


class LineEditing(Panel):
    """Change the words, voice, start and sound of lines, approve them, have scripts spoken, and take changes back."""

    pending = traitlets.Dict().tag(sync=True)
    """Changes that are not sent yet: see `pending.py`. A page that is loaded again has them."""
    voices = traitlets.Dict().tag(sync=True)
    """The voices to choose from by language, each with what is known of it; filled when the page asks."""

    forecast = traitlets.Dict().tag(sync=True)
    """How the line that was changed last will fit: `of`, `line`, and `word`, `tone` and `takes` to show."""

    _sheet = Sheet()
    _fits: Mapping[str, Fit] = {}
    """What is foreseen of each language as it is on the timeline; read as it is needed."""
    _of_clip: str | None = None
    _voices_of: object = None
    _said = ""
    _put_away: Mapping[str | None, Pending] = {}
    """Changes of clips that are not looked at now."""

    # What it shows

    def editing(self) -> dict[str, Any]:
        """Return what the page's editor needs beside the lines, the pending changes and the voices."""
        flow, found = self.workflow, self.pending
        count = pending.count(found)
        effect = pending.effect(found, self._sheet)
        scripts = [tag for tag in flow.scripts if tag in self._sheet.languages]
        return {
            "can": flow.backend == "local" and bool(self._sheet.numbered) and flow.project is not None,
            "note": edit_words.ON_CLOUD if flow.backend == "cloud" and self._sheet.lines else "",
            "why": words.STEP_RUNS if flow.work is not None else "",
            "count": count,
            "waiting": edit_words.waiting(count, spoken=effect == "speak"),
            "effect": effect,
            "approve": edit_words.approving(count),
            "scripts": scripts,
            "unspoken": edit_words.to_be_spoken(scripts) if scripts else "",
            "dub": edit_words.dub_these(scripts) if scripts else "",
            "write": self._may_write(),
            "limits": list(edit_words.LIMITS),
            "said": self._said,
        }

    def changes_as_code(self) -> list[str]:
        """Return the call that sends the changes."""
        clip = line_work.several(self.workflow)
        found = pending.rows(self.pending)
        return ["", calls.edit(found, clip.name if clip else None)] if found else []

    def _may_write(self) -> bool:
        """Tell whether what is said can be written down, to be corrected first."""
        flow = self.workflow
        return flow.backend == "local" and flow.clip is not None and not self._sheet.lines

    # What it hears

    def heard(self, topic: str, detail: Any) -> None:
        """Keep the changes of each clip apart, and none of another project."""
        super().heard(topic, detail)
        flow = self.workflow
        if topic == "connection" and flow.phase == "connecting":
            self.pending, self._put_away, self._voices_of, self._said = {}, {}, None, ""
        name = flow.clip.name if flow.clip else None
        if name != self._of_clip:
            away = {**self._put_away, self._of_clip: self.pending}
            self.pending, self._of_clip, self._said = away.pop(name, {}), name, ""
            self._put_away = away
        if topic == "work" and flow.work is not None:
            self._said = ""

    def read_again(self, fits: Mapping[str, Fit]) -> None:
        """Forget changes that a new timeline has, and those of lines that it has not; `fits` is what is foreseen of it."""
        self._fits = fits
        if self.pending and self._sheet.numbered:
            self.pending = pending.still_open(self.pending, self._sheet)

    # What the page asks for

    async def do_decide(self, message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Collect what was decided about one line."""
        self.clear_error()
        self._decide(message)
        for tag in message.get("said") or ():
            await self._forecast(tag or str(message.get("of") or ""), message.get("line"))

    async def do_discard(self, message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Forget the changes of one line, or all of them."""
        self.clear_error()
        number = message.get("line")
        self.pending = (
            {
                tag: rest
                for tag, lines in self.pending.items()
                if (rest := {key: one for key, one in lines.items() if key != str(number)})
            }
            if isinstance(number, int)
            else {}
        )

    async def do_apply(self, message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Send the changes; those that come to nothing stay."""
        self.clear_error()
        self._decide(message)
        if not self.pending:
            raise BadInputError(edit_words.NO_CHANGES, edit_words.CHANGE_FIRST)
        await self._apply()

    async def do_approve(self, message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Approve all lines of a language as they are."""
        self.clear_error()
        tag = message.get("of")
        if not isinstance(tag, str) or not any(tag in line.rows for line in self._sheet.lines):
            raise BadInputError(edit_words.NOTHING_APPROVED, edit_words.DUB_FIRST)
        if tag in self.pending:
            raise BadInputError(words.BUSY if self.workflow.work else edit_words.FINISH_FIRST)
        self._tell(await line_work.approve(self.workflow, tag))

    async def do_undo(self, _message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Take the last change of the clip back; what is not sent yet stays."""
        self.clear_error()
        self._tell(await line_work.undo(self.workflow))

    async def do_write(self, _message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Have written down what is said."""
        self.clear_error()
        self._tell(await line_work.transcribe(self.workflow))

    async def do_speak(self, message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Have the scripts spoken, with the changes that were made."""
        self.clear_error()
        self._decide(message)
        if self.pending:
            await self._apply()
        if self.workflow.scripts:
            await line_work.dub_scripts(self.workflow)

    async def do_voices(self, _message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Tell the page which voices there are."""
        project = self.workflow.project
        wanted = (project, self._sheet.languages)
        if project is not None and self._voices_of != wanted and self.workflow.backend == "local":
            self._voices_of = wanted
            await self._list_voices(project)

    async def do_try(self, message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Let a voice say a sentence."""
        self.clear_error()
        tag, voice, project = message.get("of"), message.get("voice"), self.workflow.project
        if project is None or not isinstance(tag, str) or tag not in self._sheet.languages:
            return
        usual = self._sheet.voices.get(tag) or self.workflow.choices.voices.get(tag)
        sound = await project.apreview_voice(tag, voice if isinstance(voice, str) and voice else usual)
        await self.hear({"token": message.get("token"), "what": "voice", "part": 0, "parts": 1}, sound.wav)

    async def hear(self, head: Mapping[str, Any], wav: bytes) -> None:
        """Send a sound to the page."""
        raise NotImplementedError

    def latest(self) -> asyncio.Task[None] | None:
        """Return the reading of the timeline that is under way."""
        raise NotImplementedError

    # The inside

    def _decide(self, message: Mapping[str, Any]) -> None:
        """Take what a message decides about a line, if it does."""
        number, said = message.get("line"), message.get("said")
        if not isinstance(said, Mapping) or not said:
            return
        if self.workflow.work is not None:
            raise BadInputError(words.BUSY, words.WAIT_OR_STOP)
        if isinstance(number, bool) or not isinstance(number, int):
            raise BadInputError(edit_words.NO_SUCH_LINE, edit_words.CHOOSE_ANOTHER)
        found = self.pending
        for tag, decided in said.items():
            if not isinstance(decided, Mapping):
                raise BadInputError(words.NO_CHOICE, words.CHOOSE_OFFERED)
            self._must_be_offered(tag, number, decided.get("voice"))
            found = pending.decide(found, self._sheet, tag, number, decided)
        self.pending = found
        self._said = ""

    async def foresee(self) -> Mapping[str, Fit]:
        """Foresee the fit of what is written and not spoken, of the timeline as it is now."""
        flow = self.workflow
        if flow.project is None or flow.backend != "local":
            return {}
        return await timeline_forecast.fits(flow.project, flow.scripts, line_work.several(flow))

    async def _forecast(self, tag: str, number: object) -> None:
        """Tell the page how a line will fit once it is spoken as it is now changed to be."""
        flow, changes = self.workflow, self.pending
        if (
            flow.project is None
            or flow.backend != "local"
            or tag not in self._sheet.languages
            or not isinstance(number, int)
        ):
            return
        if tag not in self._fits:
            found = await timeline_forecast.fits(flow.project, [tag], line_work.several(flow))
            self._fits = {**self._fits, **found}
        if tag not in self._fits:
            return
        told = await asyncio.to_thread(timeline_forecast.line, self._fits[tag], changes, number)
        if told is not None and changes is self.pending:  # else a later change is told
            self.forecast = told

    def _must_be_offered(self, tag: str, number: int, voice: object) -> None:
        """Raise BadInputError for a voice that neither is offered nor speaks the line already."""
        line = self._sheet.numbered.get(number)
        there = {row.facts.voice for row in line.rows.values()} if line else set()
        offered = there | {one[0] for one in self.voices.get(tag, ())}
        if voice and (not isinstance(voice, str) or voice not in offered):
            raise BadInputError(words.NO_CHOICE, words.CHOOSE_OFFERED)

    async def _apply(self) -> None:
        """Send the changes, and keep those that are not on the timeline then."""
        sent = self.pending
        reply = await line_work.edit(self.workflow, pending.rows(sent))
        while (reading := self.latest()) is not None:
            await asyncio.wait({reading})
        left = pending.came_to_nothing(sent, self._sheet, reply.failed)
        self.pending = pending.joined(left, pending.without(self.pending, sent))
        self._tell(reply)
        if left:
            failed = [tag for tag in left if tag in reply.failed]
            why = plain(next((reply.failed[tag] for tag in failed), reply.text), _LONGEST_WHY)
            names = [words.english_name(tag) for tag in failed]
            raise BadInputError(edit_words.kept(why, names), edit_words.STILL_HERE)

    def _tell(self, reply: Reply) -> None:
        self._said = plain(" ".join(reply.text.split()), _LONGEST_SAID)

    async def _list_voices(self, project: Project) -> None:
        await asyncio.to_thread(import_module, "pandas")  # half a second at its first import: not on the loop
        known = offers.read(await project.alanguages())
        found = {}
        for tag in self._sheet.languages:
            _, offer = offers.find(known, tag)
            voices = [[voice.id, voice.words] for voice in offer.voices if voice.ready] if offer else []
            found[tag] = voices
        self.voices = found
