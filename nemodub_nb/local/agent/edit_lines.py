"""What is decided about single lines: checked against what is there, put into the plan, and told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from nemodub_nb.languages import english_name
from nemodub_nb.local.agent import actions as do
from nemodub_nb.local.agent.attachments import SaidOfLine
from nemodub_nb.local.agent.plan import ClipPlan, analysis_key, language_key, script_key
from nemodub_nb.local.agent.words import count, listed, seconds
from nemodub_nb.local.engine.edits import merged
from nemodub_nb.local.store import Approval

if TYPE_CHECKING:
    from nemodub_nb.local.agent.desk import Desk
    from nemodub_nb.local.store import Clip

_FEW = 3
"""Up to so many changes are told one by one."""
_SOUNDS = {"mute": "is muted", "original": "keeps the original voice", "dub": "is spoken", None: "is spoken"}
_WHAT: dict[str, Callable[[Any], str]] = {
    "text": lambda text: f": “{text}”" if text else " is taken for no speech",
    "voice": lambda voice: f" is spoken by {voice}",
    "start_s": lambda start_s: f" begins at {seconds(start_s)}",
    "end_s": lambda end_s: f" ends at {seconds(end_s)}",
    "sound": lambda sound: f" {_SOUNDS[sound]}",
    "approved": lambda approved: " is approved" if approved else " is not approved any more",
}
"""What is told of each decision that stands alone."""


@dataclass(frozen=True)
class Decided:
    """A plan after decisions about lines."""

    plan: ClipPlan
    said: tuple[str, ...] = ()
    """What was done, or why it was not: sentences."""
    learned: tuple[Approval, ...] = ()
    """What the user's translation memory learns."""


def decide(
    actions: Iterable[do.Action], given: Iterable[SaidOfLine], plan: ClipPlan, clip: Clip, desk: Desk
) -> Decided:
    """Return the plan with all decisions of a message: those of its sentence, then those that came with it."""
    wanted = [*_of_actions(actions, plan), *given]
    known = _Known(plan, clip, desk)
    done: list[SaidOfLine] = []
    problems: list[str] = []
    for one in wanted:
        if problem := known.problem(one):
            problems.append(problem)
            continue
        plan = replace(plan, edits=merged(plan.edits, one.line, one.language, one.decided))
        done.append(one)
    decided = Decided(plan, (*_told(done), *dict.fromkeys(problems)))
    for language in dict.fromkeys(one.language for one in done if one.decided.get("approved")):
        lines = {one.line for one in done if one.language == language and one.decided.get("approved")}
        decided = _learn(decided, language or "", lines, clip, desk)
    for action in actions:
        if isinstance(action, do.Approve):
            decided = _approve(action, decided, clip, desk)
    return decided


def _of_actions(actions: Iterable[do.Action], plan: ClipPlan) -> list[SaidOfLine]:
    found: list[SaidOfLine] = []
    for action in actions:
        if isinstance(action, do.EditLine | do.ResetLine):
            nothing = {"text": None, "voice": None, "start_s": None, "end_s": None, "sound": None}
            decided: Mapping[str, Any] = dict(action.decided) if isinstance(action, do.EditLine) else nothing
            language = None if action.transcript else _language(action.language, plan) or ""
            found.append(SaidOfLine(action.line, language, dict(decided)))
    return found


def _language(said: str | None, plan: ClipPlan) -> str | None:
    """Return the language that is meant: the one that was said, else the only one there is."""
    there = (*plan.languages, *plan.scripts)
    if said is None:
        return there[0] if len(there) == 1 else None
    return said


class _Known:
    """What there is to be edited."""

    def __init__(self, plan: ClipPlan, clip: Clip, desk: Desk) -> None:
        heard = desk.made(clip, analysis_key(plan))
        self._lines = {line["index"] for line in heard["transcript"]} if heard else set()
        # A line that was taken out of the transcript is not heard any more, and may be taken back.
        self._lines |= {edit.line for edit in plan.edits if edit.language is None and edit.text == ""}
        self._languages = (*plan.languages, *plan.scripts)

    def problem(self, one: SaidOfLine) -> str:
        """Return why a decision cannot be taken, empty when it can."""
        if not self._lines:
            return "There are no lines yet: dub the clip first, or say “Transcribe this video”."
        wrong = self._transcript(one) if one.language is None else self._dubbed(one, one.language)
        if wrong or one.line in self._lines:
            return wrong
        return f"There is no line {one.line}: the lines are numbered from {min(self._lines)} to {max(self._lines)}."

    def _transcript(self, one: SaidOfLine) -> str:
        usual = one.decided.keys() <= {"text", "start_s", "end_s"} or not any(one.decided.values())
        return "" if usual else "Of a line of the transcript, the text, the start and the end can be changed."

    def _dubbed(self, one: SaidOfLine, language: str) -> str:
        if not self._languages:
            return "There is no dub yet: say “Dub this video into Spanish” or “Translate it into Spanish for review”."
        if not language:
            return f"Say which language is meant: {listed([english_name(tag) for tag in self._languages])}."
        if language not in self._languages:
            return f"There is no {english_name(language)} dub or script of this clip."
        set_end = one.decided.get("end_s") is not None
        return "The end of a dubbed line follows from what is said; it cannot be set." if set_end else ""


def _told(done: Sequence[SaidOfLine]) -> list[str]:
    """Say what was decided: one by one, or by the language where there are many."""
    if len(done) <= _FEW:
        return [_one(each) for each in done]
    told = []
    for language in dict.fromkeys(each.language for each in done):
        lines = count(len({each.line for each in done if each.language == language}), "line")
        told.append(
            f"I changed {lines} of {'the transcript' if language is None else english_name(language)}."
        )
    return told


def _one(each: SaidOfLine) -> str:
    where = "of the transcript" if each.language is None else f"in {english_name(each.language)}"
    named = [name for name, value in each.decided.items() if value is not None]
    what = " has changed"
    if not named and "sound" not in each.decided:
        what = " is as it was made"
    elif len(each.decided) == 1:
        ((name, value),) = each.decided.items()
        what = _WHAT[name](value)
    return f"Line {each.line} {where}{what}."


def _approve(action: do.Approve, before: Decided, clip: Clip, desk: Desk) -> Decided:
    """Approve lines as they are on the timeline; lines that this message changes are approved as they will be."""
    plan, language = before.plan, _language(action.language, before.plan)
    rows = _rows(plan, clip, language, desk) if language else None
    if language is None or rows is None:
        name = language and english_name(language)
        said = f"There is no {name} to approve yet." if name else "Say which language to approve."
        return replace(before, said=(*before.said, said))
    lines = {row["index"] for row in rows if not action.lines or row["index"] in action.lines}
    for line in sorted(lines):
        plan = replace(plan, edits=merged(plan.edits, line, language, {"approved": True}))
    said = f"{count(len(lines), 'line')} in {english_name(language)} approved: later dubs use them word for word."
    return _learn(replace(before, plan=plan, said=(*before.said, said)), language, lines, clip, desk)


def _learn(before: Decided, language: str, lines: set[int], clip: Clip, desk: Desk) -> Decided:
    """Let the user's translation memory learn lines as they are now decided."""
    plan, heard = (
        before.plan,
        desk.made(clip, analysis_key(before.plan)) or desk.made(clip, analysis_key(desk.plan(clip))),
    )
    rows = _rows(plan, clip, language, desk)
    if heard is None or rows is None:
        return before
    texts = {edit.line: edit.text for edit in plan.edits if edit.language == language and edit.text}
    learned = [
        Approval(heard["source_language"], language, row["source_text"], texts.get(row["index"], row["text"]))
        for row in rows
        if row["index"] in lines and row.get("sound", "dub") != "mute"
    ]
    return replace(before, learned=(*before.learned, *learned))


def _rows(plan: ClipPlan, clip: Clip, language: str, desk: Desk) -> list[Mapping[str, Any]] | None:
    """Return the lines of a language as they were made last, before this message's decisions."""
    for back in (plan, desk.plan(clip)):
        made = desk.made(clip, language_key(back, language)) or desk.made(clip, script_key(back, language))
        if made is not None:
            return list(made["lines"])
    return None
