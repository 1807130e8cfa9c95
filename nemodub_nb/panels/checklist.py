"""Puts the steps of a work into a checklist that people understand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from nemodub_nb.languages import base
from nemodub_nb.project.display import language_name
from nemodub_nb.project.safe import plain

from . import live_words, words

if TYPE_CHECKING:
    from nemodub_nb.client import AgentEvent
    from nemodub_nb.project.progress import Progress, Step

_AFTER: Final = frozenset({"mix", "render", "export"})
"""Shared steps that come when the languages are done."""
_ENDS: Final = frozenset({"fit", "export"})
"""Steps of a language after which it is done."""
_MOST_ROWS: Final = 60
_MOST_TOOLS: Final = 12
_ROUND_S: Final = 10
"""Seconds from which tenths say nothing."""
_MINUTE_S: Final = 60


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the checklist."""

    key: str
    label: str
    state: str
    """`wait`, `now`, `done`, `failed` or `stopped`."""
    note: str = ""
    """How far it is, how it went, or why it failed."""
    share: float | None = None
    """0 to 1, while it is under way and that is known."""

    def fields(self) -> dict[str, Any]:
        """Return it for the page, as short as it can be."""
        fields = {"key": self.key, "label": self.label, "state": self.state}
        if self.note:
            fields["note"] = self.note
        return fields if self.share is None else {**fields, "share": round(self.share, 2)}


@dataclass(slots=True)
class Checklist:
    """What is known of one work beside its progress: what was asked for, which tools were called, what failed."""

    progress: Progress
    asked: Sequence[str] = ()
    """Tags of the languages, in the order in which they were chosen."""
    failed: dict[str, str] = field(default_factory=dict)
    """Tag to what went wrong."""
    made: set[str] = field(default_factory=set)
    """Tags that the agent says it has finished."""
    spoken: bool = True
    """False where the languages are only written."""
    ended: str = ""
    """How the work ended, once it has: `done`, `failed` or `stopped`."""
    _tools: dict[str, list[int]] = field(default_factory=dict)
    _times: dict[str, list[float]] = field(default_factory=dict)
    _latest: tuple[str, str] = ("", "")

    def hear(self, event: AgentEvent) -> None:
        """Take in what the progress does not keep."""
        if event.kind == "progress":
            said = event.payload
            self._latest = (_text(said.get("language")), _text(said.get("step")))
        elif event.kind in ("tool_call", "tool_result"):
            name = plain(event.name, 40)
            if name in self._tools or len(self._tools) < _MOST_TOOLS:
                self._tools.setdefault(name, [0, 0])[event.kind == "tool_result"] += 1
            if event.kind == "tool_result":
                self._result(event.payload)

    def rows(self) -> list[Row]:
        """Return the checklist as it is now."""
        progress = self.progress
        shared = dict(progress.steps.get("", {}))
        tracks = [tag for tag in progress.steps if tag]
        tags = [*self.asked, *(tag for tag in tracks if tag not in self.asked)]
        before = [self._shared(name, step) for name, step in shared.items() if name not in _AFTER]
        after = [self._shared(name, step) for name, step in shared.items() if name in _AFTER]
        tools = self._tool_rows(worked=bool(progress.steps))
        if not (before or after or tools or tracks) and not self.ended:
            before = [Row("begin", live_words.BEGINNING, "now")]
        return [*before, *tools, *(self._track(tag) for tag in tags), *after][:_MOST_ROWS]

    def now(self) -> str:
        """Return what happens now, in a few words; empty when nothing is known."""
        language, name = self._latest
        step = self.progress.steps.get(language, {}).get(name)
        if step is None or step.complete:
            language, name, step = self._first_open()
        if step is None:
            return ""
        doing = live_words.DOING.get(name, "")
        if not doing:
            return step.message or live_words.WORKING
        if name == "models" and step.message:
            doing = step.message
        whom = f" {language_name(language)}" if language else ""
        count = live_words.counted(name, step.done, step.total)
        count = f"line {count}" if count and name in live_words.LINES else count
        return f"{doing}{whom}, {count}" if count else f"{doing}{whom}"

    def has_languages(self) -> bool:
        """Tell whether it is about languages at all."""
        return bool(self.asked) or any(self.progress.steps)

    # The inside

    def _first_open(self) -> tuple[str, str, Step | None]:
        for language, steps in self.progress.steps.items():
            for name, step in steps.items():
                if not step.complete:
                    return language, name, step
        return "", "", None

    def _result(self, payload: Mapping[str, Any]) -> None:
        done, failed = payload.get("done"), payload.get("failed")
        if isinstance(done, list):
            self.made |= {plain(tag, 40) for tag in done if isinstance(tag, str)}
        if isinstance(failed, dict):
            for tag, why in [*failed.items()][:_MOST_ROWS]:
                parts = (why.get("message"), why.get("advice")) if isinstance(why, dict) else (why,)
                self.failed[plain(str(tag), 40)] = plain(" ".join(str(part) for part in parts if part), 500)

    def _shared(self, name: str, step: Step) -> Row:
        label = live_words.STEPS.get(name) or plain(name.replace("_", " ").capitalize(), 40)
        return self._row(f"step:{name}", label, step, name)

    def _track(self, tag: str) -> Row:
        key, label = f"language:{tag}", language_name(tag)
        steps = self.progress.steps.get(tag, {})
        if tag in self.failed:
            return Row(key, label, "failed", self.failed[tag])
        made = tag in self.made or base(tag) in self.made
        if not steps:
            return Row(key, label, "done" if made else self._unfinished("wait"))
        name, step = next(
            ((name, step) for name, step in reversed(steps.items()) if not step.complete),
            next(reversed(steps.items())),
        )
        lines = max((each.total for name, each in steps.items() if name in live_words.LINES), default=0)
        if made or any(name in _ENDS and each.complete for name, each in steps.items()):
            return Row(key, label, "done", self._took(key, live_words.lines(lines), ended=True))
        self._took(key, "", ended=False)
        return self._under_way(key, label, step, name)

    def _row(self, key: str, label: str, step: Step, name: str) -> Row:
        if step.complete or self.ended == "done":
            return Row(key, label, "done", self._took(key, "", ended=True))
        self._took(key, "", ended=False)
        return self._under_way(key, label, step, name)

    def _under_way(self, key: str, label: str, step: Step, name: str) -> Row:
        if self.ended:
            return Row(key, label, self._unfinished(""), live_words.counted(name, step.done, step.total))
        share = min(1.0, max(0.0, step.done / step.total)) if step.total > 1 else None
        note = live_words.counted(name, step.done, step.total)
        verb = live_words.VERBS.get(name, "") if key.startswith("language:") else ""
        return Row(key, label, "now", " ".join(filter(None, [verb, note])), share)

    def _unfinished(self, otherwise: str) -> str:
        """Return the state of what did not come to its end."""
        if not self.ended:
            return otherwise
        return "failed" if self.ended == "failed" else "stopped"

    def _tool_rows(self, *, worked: bool) -> list[Row]:
        rows = []
        for name, (calls, results) in self._tools.items():
            if name == live_words.DUB_TOOL and (worked or self.asked):
                continue  # its steps say more
            label = live_words.TOOLS.get(name) or name.replace("_", " ").capitalize()
            state = "done" if results >= calls or self.ended == "done" else self._unfinished("now")
            rows.append(Row(f"tool:{name}", label, state, f"× {calls}" if calls > 1 else ""))
        return rows

    def _took(self, key: str, note: str, *, ended: bool) -> str:
        """Return the note with how long it took, as seen from here."""
        now = self.progress.elapsed_s
        times = self._times.setdefault(key, [now, -1.0])
        if ended and times[1] < 0:
            times[1] = now
        took = times[1] - times[0]
        if took < 0.05:  # noqa: PLR2004 - it was done before it was seen
            return note
        shown = words.minutes(took) if took >= _MINUTE_S else f"{took:.{took < _ROUND_S:d}f} s"
        return f"{note} · {shown}" if note else shown


def _text(value: object) -> str:
    return plain(value, 40) if isinstance(value, str) else ""
