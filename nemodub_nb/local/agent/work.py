"""The work on one clip that a message asks for: its plan changed, scripts written, languages dubbed, all of it told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nemodub_nb.languages import english_name
from nemodub_nb.local.agent import actions as do
from nemodub_nb.local.agent import replies
from nemodub_nb.local.agent.attachments import Attachments
from nemodub_nb.local.agent.changes import apply
from nemodub_nb.local.agent.desk import DUB_COST, EDIT_COST, Desk, DubError, Event
from nemodub_nb.local.agent.edit_lines import decide
from nemodub_nb.local.agent.plan import ClipPlan, analysis_key, language_key, script_key

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping, Sequence

    from nemodub_nb.local.store import Approval, Clip


def _asked(said: Sequence[do.Action]) -> list[str]:
    """Return the languages that a message asks for."""
    return [tag for action in said if isinstance(action, do.Dub) for tag in action.languages]


class Work:
    """The plan of one clip while a message changes it."""

    def __init__(self, clip: Clip, plan: ClipPlan) -> None:
        self.clip = clip
        self.before = plan
        self.plan = plan
        self.undone = 0
        self.cost = 0
        self.said: list[str] = []
        self.dubbed: list[str] = []
        self.failed: dict[str, Mapping[str, Any]] = {}
        self.learned: tuple[Approval, ...] = ()
        self._known = False
        """What is said in the clip was known before this message: it is not told again."""

    def say(self, *sentences: str) -> None:
        """Add sentences to the answer; empty ones say nothing."""
        self.said.extend(sentence for sentence in sentences if sentence)

    def edit(self, said: Sequence[do.Action], desk: Desk) -> None:
        """Apply all actions; dubbing waits for `finish`."""
        for action in said:
            if isinstance(action, do.Undo):
                self._undo(desk)
                continue
            if isinstance(action, do.SpokenLanguage) and self._was_heard(action.language, desk):
                continue
            change = apply(action, self.plan, self.clip)
            if change.plan != self.plan and not isinstance(action, do.Dub):
                self.cost = EDIT_COST
            self.plan = change.plan
            self.say(change.said)
            if isinstance(action, do.Dub | do.Review):
                self._remember(action.languages, desk)

    def _remember(self, languages: Sequence[str], desk: Desk) -> None:
        """Give new languages what the user has approved before; others keep what they were made with."""
        there = {*self.before.languages, *self.before.scripts}
        known = dict(self.plan.learned)
        known |= {tag: asset for tag in languages if tag not in there and (asset := desk.learned(tag))}
        self.plan = replace(self.plan, learned=tuple(sorted(known.items())))

    def decide(self, said: Sequence[do.Action], attachments: Attachments, desk: Desk) -> None:
        """Take what was decided about single lines into the plan."""
        decided = decide(said, attachments.edits, self.plan, self.clip, desk)
        if decided.plan.edits != self.plan.edits and not decided.learned:
            self.cost = EDIT_COST
        self.plan, self.learned = decided.plan, decided.learned
        self.say(*decided.said)

    def _was_heard(self, language: str, desk: Desk) -> bool:
        """Tell whether that language was heard in the clip by itself: saying so is no reason to dub again."""
        heard = desk.made(self.clip, analysis_key(self.plan))
        return (
            self.plan.source_language is None and heard is not None and heard["source_language"] == language
        )

    def _undo(self, desk: Desk) -> None:
        if self.undone >= desk.revisions(self.clip):
            self.say(replies.NOTHING_TO_UNDO)
            return
        self.undone += 1
        self.plan = desk.plan(self.clip, self.undone)
        self.say(replies.UNDONE)

    def attach(self, attachments: Attachments, desk: Desk) -> None:
        """Keep a transcript, translation memories and glossaries, to be used from now on."""
        if attachments.transcript:
            name, content = attachments.transcript
            asset = desk.keep_text(content, name)
            self.say(f"I use the transcript {name}.")
            if asset != self.plan.transcript and self.plan.edits:
                self.say(
                    "What was decided about single lines belonged to the old transcript, so I left it out."
                )
                self.plan = replace(self.plan, edits=())
            self.plan = replace(self.plan, transcript=asset)
        for name, content in attachments.memories:
            asset = desk.keep_text(content, name)
            others = tuple(each for each in self.plan.memories if each != asset)
            self.plan = replace(self.plan, memories=(*others, asset))
            self.say(f"I use the translation memory {name}.")
        self._attach_glossaries(attachments, desk)
        self.say(*attachments.problems)

    def _attach_glossaries(self, attachments: Attachments, desk: Desk) -> None:
        """Let the glossaries of this message be those that are used: a term that is not in them is free again."""
        if not attachments.glossaries:
            return
        assets = [desk.keep_text(content, name) for name, content in attachments.glossaries]
        left_out = [asset for asset in self.plan.glossaries if asset not in assets]
        self.plan = replace(self.plan, glossaries=tuple(dict.fromkeys(assets)))
        self.say(*(f"I use the glossary {name}." for name, _ in attachments.glossaries))
        if left_out:
            self.say("It takes the place of the one before.")

    async def finish(self, said: Sequence[do.Action], desk: Desk) -> AsyncGenerator[Event, None]:
        """Write and dub what the plan asks for and is not there."""
        asked = _asked(said)
        self._known = desk.made(self.clip, analysis_key(self.plan)) is not None
        missing = [
            tag for tag in self.plan.languages if desk.made(self.clip, language_key(self.plan, tag)) is None
        ]
        heard = desk.made(self.clip, analysis_key(self.plan))
        needs_bed = self.plan.original == "remove" and not (
            heard and heard["separated"] and heard.get("separator", "deepfilternet") == self.plan.separator
        )
        if self.plan.languages and (missing or needs_bed):
            async for event in self._dub(missing or list(self.plan.languages), asked, desk):
                yield event
        elif not self._to_write(said, desk):
            self._already(asked)
            if self.plan != self.before:
                yield Event("call", "edit_timeline", {"clip": self.clip.name})
                yield Event("result", "edit_timeline", {"status": "done", "clip": self.clip.name})
        if (scripts := self._to_write(said, desk)) is not None:
            async for event in self._write(scripts, desk):
                yield event

    def _to_write(self, said: Sequence[do.Action], desk: Desk) -> list[str] | None:
        """Return the languages whose script is missing; an empty list when only the transcript is; None when nothing is."""
        scripts = [
            tag for tag in self.plan.scripts if desk.made(self.clip, script_key(self.plan, tag)) is None
        ]
        corrected = any(edit.language is None for edit in self.plan.edits)
        wanted = corrected or any(isinstance(action, do.Transcribe) for action in said)
        heard = desk.made(self.clip, analysis_key(self.plan))
        return scripts if scripts or (wanted and heard is None) else None

    async def _write(self, languages: Sequence[str], desk: Desk) -> AsyncGenerator[Event, None]:
        """Write scripts, or the transcript alone, without a voice."""
        tool = "write_script" if languages else "transcribe_video"
        arguments = {"clip": self.clip.name, "languages": list(languages)}
        yield Event("call", tool, arguments)
        written: list[str] = []
        failed: dict[str, Mapping[str, Any]] = {}
        try:
            if self.clip.kind == "image":
                raise DubError("A still image has no speech.", "Upload a video or a sound file.")  # noqa: TRY301
            async for step in desk.dub(self.clip, self.plan, languages, speak=False):
                if "dubbed" in step:
                    written, failed = list(step["dubbed"]), dict(step["failed"])
                else:
                    yield Event("progress", tool, step)
        except DubError as error:
            failed = {tag: {"message": error.message, "advice": error.advice} for tag in languages}
            self.say(f"I could not write down {self.clip.name}: {error.message} {error.advice}".strip())
        else:
            self._tell_written(written, failed, desk)
        self.failed |= failed
        there = tuple(
            tag for tag in self.plan.scripts if desk.made(self.clip, script_key(self.plan, tag)) is not None
        )
        self.plan = replace(self.plan, scripts=there)
        yield Event(
            "result", tool, {"status": "done" if not failed else "failed", **arguments, "failed": failed}
        )

    def _tell_written(
        self, written: Sequence[str], failed: Mapping[str, Mapping[str, Any]], desk: Desk
    ) -> None:
        heard = desk.made(self.clip, analysis_key(self.plan))
        if heard and not self._known:
            self.say(replies.heard(heard, self.clip.name))
        self.say(*(replies.written(tag) for tag in written))
        self.say(*(replies.not_dubbed(tag, failure) for tag, failure in failed.items()))

    def result(self, said: Sequence[do.Action]) -> dict[str, Any] | None:
        """Return what came of the languages, the same for a message that was taken up again half done."""
        tags = dict.fromkeys([*_asked(said), *self.dubbed])
        done = [tag for tag in tags if tag in self.plan.languages and tag not in self.failed]
        failed = {
            tag: {"message": why["message"], "advice": why["advice"]} for tag, why in self.failed.items()
        }
        return {"done": done, "failed": failed} if done or failed else None

    def _already(self, asked: Sequence[str]) -> None:
        there = [tag for tag in asked if tag in self.before.languages and self._is_unchanged(tag)]
        back = [tag for tag in asked if tag not in there]
        for tags, words in ((there, "is already there and unchanged"), (back, "is back")):
            self.say(*(f"{english_name(tag)} {words}." for tag in dict.fromkeys(tags)))

    def _is_unchanged(self, language: str) -> bool:
        return language_key(self.plan, language) == language_key(self.before, language)

    async def _dub(
        self, languages: Sequence[str], asked: Sequence[str], desk: Desk
    ) -> AsyncGenerator[Event, None]:
        arguments = {"clip": self.clip.name, "languages": list(languages)}
        yield Event("call", "dub_video", arguments)
        try:
            if self.clip.kind == "image":
                raise DubError("A still image has no speech to dub.", "Upload a video or a sound file.")  # noqa: TRY301
            async for step in desk.dub(self.clip, self.plan, languages):
                if "dubbed" in step:
                    dubbed, failed = list(step["dubbed"]), dict(step["failed"])
                else:
                    yield Event("progress", "dub_video", step)
        except DubError as error:
            dubbed, failed = (
                [],
                {tag: {"message": error.message, "advice": error.advice} for tag in languages},
            )
            self.say(f"I could not dub {self.clip.name}: {error.message} {error.advice}".strip())
        else:
            self._tell(dubbed, failed, desk)
        self.dubbed, self.failed = dubbed, failed
        self._keep_what_is_there(desk)
        self.cost += DUB_COST * sum(1 for tag in dubbed if tag in asked)
        status = "done" if dubbed else "failed"
        yield Event("result", "dub_video", {"status": status, **arguments, "done": dubbed, "failed": failed})

    def _tell(self, dubbed: Sequence[str], failed: Mapping[str, Mapping[str, Any]], desk: Desk) -> None:
        heard = desk.made(self.clip, analysis_key(self.plan))
        if heard and not self._known:
            self.say(replies.heard(heard, self.clip.name))
        for tag in dubbed:
            if result := desk.made(self.clip, language_key(self.plan, tag)):
                self.say(replies.dubbed(tag, result))
        self.say(*(replies.not_dubbed(tag, failure) for tag, failure in failed.items()))
        if dubbed and heard and self.plan.original == "remove" and not heard["bed"]:
            self.say(replies.no_bed())

    def _keep_what_is_there(self, desk: Desk) -> None:
        """Go back to the old way of speaking when the new one failed; forget languages that were never made."""
        lost = [
            tag
            for tag in self.plan.languages
            if tag in self.before.languages and desk.made(self.clip, language_key(self.plan, tag)) is None
        ]
        if lost:
            old = self.before
            self.plan = replace(
                self.plan,
                source_language=old.source_language,
                transcript=old.transcript,
                memories=old.memories,
                glossaries=old.glossaries,
                edits=old.edits,
                learned=old.learned,
                voices=old.voices,
                cast=old.cast,
                apart=old.apart,
                separator=old.separator,
                quality=old.quality,
                speed=old.speed,
                slow_video=old.slow_video,
            )
            self.say("What was dubbed before stays as it was.")
        there = tuple(
            tag
            for tag in self.plan.languages
            if desk.made(self.clip, language_key(self.plan, tag)) is not None
        )
        reviewed = tuple(tag for tag in self.before.scripts if tag in self.failed)
        self.plan = replace(self.plan, languages=there, scripts=self.plan.scripts + reviewed)
