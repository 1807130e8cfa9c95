"""The panel that tells the balance, what each step cost and took, and what to do when something about it stops the work."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from nemodub_nb.client import NemoError, OutOfCreditsError, PlanBlocksExportError, RateLimitedError
from nemodub_nb.contract import WEB_URL
from nemodub_nb.project.display import length
from nemodub_nb.project.safe import markup, plain

from . import credits_words, front, words
from .panel import Panel
from .story import Story

if TYPE_CHECKING:
    from nemodub_nb.project import Project

_MOST_ROWS: Final = 100
_EDIT_CREDITS: Final = 50
"""What an edit costs about, by the API's rules."""
_WAIT_S: Final = 60.0
"""The wait where the service does not say."""
_LONGEST_WAIT_S: Final = 600.0


class Credits(Panel):
    """Available, held and total; the ledger; and the way on when there are none left."""

    _esm = front.esm("credits")
    _css = front.css("credits")
    title = words.CREDITS
    number = 7

    def __init__(self, *args: Any, **options: Any) -> None:
        self._rows: list[dict[str, Any]] = []
        self._earlier = 0
        self._sums: dict[str, float] = {"cost": 0.0, "seconds": 0.0}
        self._trouble: dict[str, Any] | None = None
        self._retried = False
        super().__init__(*args, **options)

    # What it shows

    def draw(self) -> dict[str, Any]:
        """Return the figures, the ledger with the newest step first, and what stands in the way."""
        found = self.workflow.credits
        figures = found and {"available": found.available, "frozen": found.frozen, "total": found.total}
        return {
            "say": self._say(),
            "free": self._free(),
            "figures": None if self._free() else figures,
            "hint": self._hint(),
            "rows": self._rows,
            "earlier": self._earlier,
            "sums": self._sums,
            "trouble": self._trouble,
        }

    def twin(self) -> str:
        """Return the calls that tell the same."""
        flow = self.workflow
        return (
            f"import nemodub_nb as nd\n\nproject = nd.open_project({flow.name!r}, backend={flow.backend!r})\n"
            "print(project.credits())\nproject.ledger()"
        )

    def story(self) -> Story:
        """Return the balance and the ledger for a saved notebook."""
        if self.why():
            return Story(self.title, "")
        return Story(self.title, self._say(), _html(self._rows), _text(self._rows))

    def why(self) -> str:
        """Return that there is no balance without a backend."""
        return "" if self.workflow.phase == "ready" else words.CONNECT_BEFORE

    def heard(self, topic: str, detail: Any) -> None:
        """Keep what stands in the way of the work until something new is begun, and the ledger up to date."""
        flow = self.workflow
        if topic == "failed" and isinstance(detail, NemoError):
            self._stopped_by(detail)
        elif (topic == "work" and flow.work is not None) or (
            topic == "exports" and flow.rendering is not None
        ):
            self._trouble = None
        elif topic == "work" and isinstance(flow.failure, NemoError):
            self._stopped_by(flow.failure)
        elif topic == "connection":
            self._trouble, self._rows, self._earlier = None, [], 0
        if topic in {"credits", "connection"}:
            self.spawn(self._read())

    # What the page asks for

    async def do_hello(self, _message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Read the ledger for a page that has just come."""
        await self._read()

    async def do_refresh(self, _message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Ask for the balance anew."""
        self.clear_error()
        self._retried = False
        await self._ask()

    # The inside

    async def _ask(self) -> None:
        project = self.workflow.project
        if project is None:
            return
        try:
            self.workflow.credits = await project.acredits()
        except RateLimitedError as error:
            self._stopped_by(error)
            if self._retried:
                return
            self._retried = True
            self.spawn(self._ask_later(_wait(error)))
        except (OutOfCreditsError, PlanBlocksExportError) as error:
            self._stopped_by(error)
        else:
            self._trouble = None
            self.workflow.tell("credits")

    async def _ask_later(self, wait_s: float) -> None:
        await asyncio.sleep(wait_s)
        await self._ask()

    async def _read(self) -> None:
        """Read the ledger."""
        project = self.workflow.project
        if project is None or self.workflow.phase != "ready":
            return
        self._rows, self._earlier, self._sums = await _ledger(project)
        self.refresh()

    def _stopped_by(self, error: NemoError) -> None:
        """Take in an error that is about credits, plan or rate; others are told elsewhere."""
        local = self.workflow.backend == "local"
        if isinstance(error, OutOfCreditsError):
            link = _known(error.registration_url)
            told: tuple[str, str, str | None]
            if local:
                told = credits_words.NO_CREDITS_HERE, credits_words.NO_CREDITS_HERE_ADVICE, None
            elif link:
                told = credits_words.OUT_OF_CREDITS, credits_words.REGISTER, link
            else:
                told = credits_words.OUT_OF_CREDITS, credits_words.TOP_UP, WEB_URL
            self._trouble = _trouble("credits", *told, register=bool(link))
        elif isinstance(error, PlanBlocksExportError):
            link = _known(error.registration_url)
            self._trouble = _trouble(
                "plan",
                credits_words.PLAN_BLOCKS,
                plain(error.message, 300) if local else credits_words.PLAN_ADVICE,
                None if local else link or WEB_URL,
                register=bool(link),
            )
        elif isinstance(error, RateLimitedError):
            wait_s = _wait(error)
            self._trouble = {
                **_trouble("rate", credits_words.RATE_LIMITED, credits_words.wait_for(wait_s), None),
                "wait_s": wait_s,
                "until": time.time() + wait_s,
            }

    def _free(self) -> bool:
        """Tell whether nothing costs anything: this machine, without a quota to rehearse with."""
        return self.workflow.backend == "local" and not os.environ.get("NEMODUB_QUOTA", "").strip()

    def _hint(self) -> str:
        found = self.workflow.credits
        low = found is not None and found.available < _EDIT_CREDITS and not self._free() and not self._trouble
        return credits_words.balance_low(_EDIT_CREDITS) if low else ""

    def _say(self) -> str:
        if self._free():
            seconds = self._sums["seconds"]
            return credits_words.free_ledger(length(seconds) if seconds else "")
        found = self.workflow.credits
        return (
            credits_words.balance(found.available, found.frozen, found.total)
            if found
            else credits_words.CREDITS_UNKNOWN
        )


async def _ledger(project: Project) -> tuple[list[dict[str, Any]], int, dict[str, float]]:
    """Return the newest rows first, how many more there are, and the sums over all."""
    frame = await project.aledger()
    sums = {name: float(frame[name].sum()) for name in ("cost", "seconds")}
    newest = frame.iloc[::-1].head(_MOST_ROWS).astype(object)
    records: list[dict[Any, Any]] = newest.where(newest.notna(), None).to_dict(orient="records")
    rows = [
        {
            "when": row["when"].isoformat(),
            "step": plain(str(row["step"]), 300),
            "backend": credits_words.HERE if row["backend"] == "local" else credits_words.THERE,
            **{name: row[name] for name in ("cost", "left", "seconds")},
        }
        for row in records
    ]
    return rows, len(frame) - len(rows), sums


def _wait(error: RateLimitedError) -> float:
    return min(_LONGEST_WAIT_S, max(1.0, error.retry_after_s if error.retry_after_s is not None else _WAIT_S))


def _known(url: str | None) -> str | None:
    """Return an address if it leads to the NemoVideo site and nowhere else."""
    if not url:
        return None
    try:
        parts, known = urlsplit(url), urlsplit(WEB_URL)
        same = parts.scheme == "https" and parts.netloc == known.netloc
    except ValueError:
        return None
    return url if same else None


def _trouble(
    kind: str, cause: str, advice: str, link: str | None, *, register: bool = False
) -> dict[str, Any]:
    return {"kind": kind, "cause": cause, "advice": advice, "link": link, "register": register}


def _shown(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a row of the ledger as words."""
    when = datetime.fromisoformat(row["when"]).astimezone(UTC).strftime("%Y-%m-%d %H:%M")
    figures = ("" if row[name] is None else f"{row[name]:g}" for name in ("cost", "left"))
    return (when, row["step"], row["backend"], *figures, length(row["seconds"]))


_HEADS: Final = ("when (UTC)", "step", "backend", "cost", "left", "time")


def _html(rows: Sequence[Mapping[str, Any]]) -> str:
    if not rows:
        return ""
    head = "".join(f"<th style='text-align:left'>{name}</th>" for name in _HEADS)
    body = "".join(
        "<tr>" + "".join(f"<td style='text-align:left'>{markup(cell)}</td>" for cell in _shown(row)) + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _text(rows: Sequence[Mapping[str, Any]]) -> str:
    return "\n".join("  ".join(filter(None, _shown(row))) for row in rows)
