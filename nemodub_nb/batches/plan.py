"""Says what a batch would do, before anything is begun."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from nemodub_nb.cores import cores
from nemodub_nb.project import estimates

from . import tasks
from .board import Board
from .run import Order
from .store import Store
from .work import Clip

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS: Final = {
    "clip": "string",
    "source": "string",
    "language": "string",
    "plan": "string",
    "minutes": "Float64",
    "seconds": "Float64",
    "cost": "Float64",
    "missing": "string",
    "error": "string",
    "advice": "string",
}
_PLANS: Final = {"queued": "do", "done": "done", "refused": "refused"}
_LOOKERS: Final = 8


@dataclass(frozen=True)
class Planned:
    """What a batch would do."""

    wanted: Order
    board: Board
    """What it stands at before it begins, with those clips refused that cannot be opened."""
    table: pd.DataFrame
    """See `plan_batch`."""


def plan(wanted: Order) -> Planned:
    """Look at everything, and write nothing. Only clips with something left to do are opened."""
    clips = wanted.clips()
    board = Board(clips, Store(wanted.out), wanted.version, wanted.backend)
    left = {clip.source for clip in board.left(clips)}
    with ThreadPoolExecutor(_LOOKERS) as lookers:
        looked = list(lookers.map(lambda clip: _looked(clip) if clip.source in left else (clip, None), clips))
    for clip, _ in looked:
        if clip.refusal:
            board.refuse(clip)
    return Planned(wanted, board, _table(wanted, looked, board))


def _table(wanted: Order, looked: list[tuple[Clip, float | None]], board: Board) -> pd.DataFrame:
    import pandas as pd

    local = wanted.backend == "local"
    rows = [
        _row(clip, language, length, board.rows[clip.source, language], local=local)
        for clip, length in looked
        for language in clip.languages
    ]
    table = pd.DataFrame(
        {name: pd.Series([one.get(name) for one in rows], dtype=kind) for name, kind in _COLUMNS.items()}
    )
    todo = table[table["plan"] == "do"]
    workers = _workers(wanted)
    table.attrs = {
        "rows": len(todo),
        "workers": workers,
        "seconds": float(todo["seconds"].sum()) / workers,
        "cost": float(todo["cost"].sum()),
    }
    return table


def _workers(wanted: Order) -> int:
    """Return how many work at once."""
    if wanted.backend == "cloud":
        from .cloud import SESSIONS

        return wanted.workers or SESSIONS
    if scheduler := wanted.connects_to:
        from .cluster import threads_of

        return max(1, threads_of(scheduler))
    return wanted.workers or cores()


def _looked(clip: Clip) -> tuple[Clip, float | None]:
    """Open a clip that could be dubbed by the looks of it."""
    length, refusal = tasks.look(clip.source, clip.stamp)
    return replace(clip, refusal=refusal), length


def _row(
    clip: Clip, language: str, length: float | None, before: dict[str, Any], *, local: bool
) -> dict[str, Any]:
    one: dict[str, Any] = {"clip": clip.name, "source": clip.source, "language": language}
    one["minutes"] = None if length is None else round(length / 60, 3)
    one |= {"plan": _PLANS[before["status"]], "error": before.get("error"), "advice": before.get("advice")}
    if one["plan"] != "do":
        return {**one, "seconds": 0.0, "cost": 0.0}
    if not local:
        return {**one, "cost": estimates.EDIT_CREDITS}
    task = estimates.Task("", length or 0.0, clip.languages)
    seconds = (task.seconds or 0.0) / len(clip.languages)
    return {
        **one,
        "seconds": round(seconds, 1),
        "cost": 0.0,
        "missing": tasks.missing(clip.choices.source_language, language) or None,
    }
