"""Says what a batch would do, before anything is begun."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from nemodub_nb.project import estimates

from . import tasks
from .board import Board
from .engine import cores
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


def plan(wanted: Order) -> pd.DataFrame:
    """Return one row a clip and language; see `plan_batch`."""
    import pandas as pd

    clips = wanted.clips()
    with ThreadPoolExecutor(_LOOKERS) as lookers:
        looked = list(lookers.map(_looked, clips))
    board = Board([clip for clip, _ in looked], Store(wanted.out), wanted.version, wanted.backend)
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
    workers = 2 if not local else wanted.workers or cores()
    table.attrs = {
        "rows": len(todo),
        "seconds": float(todo["seconds"].sum()) / workers,
        "cost": float(todo["cost"].sum()),
    }
    return table


def _looked(clip: Clip) -> tuple[Clip, float]:
    """Open a clip that could be dubbed by the looks of it."""
    if clip.refusal:
        return clip, 0.0
    length, refusal = tasks.look(clip.source, clip.stamp)
    return replace(clip, refusal=refusal), length


def _row(clip: Clip, language: str, length: float, before: dict[str, Any], *, local: bool) -> dict[str, Any]:
    one = {"clip": clip.name, "source": clip.source, "language": language, "minutes": round(length / 60, 3)}
    one |= {"plan": _PLANS[before["status"]], "error": before.get("error"), "advice": before.get("advice")}
    if one["plan"] != "do":
        return {**one, "seconds": 0.0, "cost": 0.0}
    if not local:
        return {**one, "cost": estimates.EDIT_CREDITS}
    task = estimates.Task("", length, clip.languages)
    seconds = (task.seconds or 0.0) / len(clip.languages)
    return {
        **one,
        "seconds": round(seconds, 1),
        "cost": 0.0,
        "missing": tasks.missing(clip.choices.source_language, language) or None,
    }
