"""Writes down what each action took and what it cost, without ever standing in its way."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time
from typing import TYPE_CHECKING, Any, Final

from nemodub_nb.client import (
    ConnectionFailedError,
    FileTooLargeError,
    NemoError,
    NemoTimeoutError,
    UnsupportedTypeError,
    UploadError,
)

from .errors import BackendDiedError, BadInputError, NothingToExportError, StoppedByUserError
from .journal import LedgerRow
from .safe import plain

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    import pandas as pd

    from .desk import Desk

_UNSENT: Final = (
    BadInputError,
    NothingToExportError,
    UploadError,
    UnsupportedTypeError,
    FileTooLargeError,
)
"""Errors that are found before anything is sent, so that nothing was done."""
_BALANCE_S: Final = 5.0
"""How long an action waits for the balance after it."""
_LONGEST_STEP: Final = 300
_NO_ANSWER: Final = (BackendDiedError, ConnectionFailedError, NemoTimeoutError)
"""Errors after which the balance would be asked in vain, or a dead backend started for it."""


class Ledger:
    """The actions of one project. The balance is asked for once after each; what it was before is remembered.

    What runs at the same time shares a balance: its cost goes to whichever ends first.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._known: float | None = None

    def saw(self, available: float) -> None:
        """Remember a balance that was asked for anyway."""
        self._known = available

    @contextlib.asynccontextmanager
    async def action(self, step: str) -> AsyncGenerator[dict[str, Any], None]:
        """Write down the action in the block, unless nothing was sent; what the block puts into the dict is its work."""
        if self._known is None and self._desk.connection.near:
            self._known = await self._balance()
        began = time.monotonic()
        work: dict[str, Any] = {}
        try:
            yield work
        except _UNSENT:
            raise
        except asyncio.CancelledError:
            self._write(f"{step} (stopped)", None, time.monotonic() - began, work)
            raise
        except NemoError as error:
            seconds = time.monotonic() - began
            end = "stopped" if isinstance(error, StoppedByUserError) else "failed"
            left = None if isinstance(error, _NO_ANSWER) else await self._balance()
            self._write(f"{step} ({end})", left, seconds, work)
            raise
        seconds = time.monotonic() - began
        self._write(step, await self._balance(), seconds, work)

    def frame(self) -> pd.DataFrame:
        """Return everything that was done: when, step, backend, cost, left, seconds."""
        import pandas as pd

        desk = self._desk
        rows = desk.journal.ledger(desk.connection.place, desk.name, desk.session_id)
        return pd.DataFrame(
            {
                "when": pd.to_datetime(
                    pd.Series([row.done_at for row in rows], dtype="float64"), unit="s", utc=True
                )
                .astype("datetime64[ns, UTC]")
                .dt.floor("s"),
                "step": pd.Series([row.step for row in rows], dtype="string"),
                "backend": pd.Series([row.backend for row in rows], dtype="string"),
                "cost": pd.Series([row.cost for row in rows], dtype="Float64"),
                "left": pd.Series([row.left for row in rows], dtype="Float64"),
                "seconds": pd.Series([row.seconds for row in rows], dtype="Float64"),
            }
        )

    async def _balance(self) -> float | None:
        """Return the balance, None when it cannot be read soon."""
        connection = self._desk.connection
        try:
            async with asyncio.timeout(_BALANCE_S):
                client = await connection.client()
                return (await connection.guard(client.credits())).available
        except (NemoError, TimeoutError, OSError):
            return None

    def _write(self, step: str, left: float | None, seconds: float, work: dict[str, Any]) -> None:
        cost = None if left is None or self._known is None else self._known - left
        self._known = left
        desk = self._desk
        row = LedgerRow(
            time.time(),
            plain(step, _LONGEST_STEP),
            desk.connection.backend,
            cost,
            left,
            round(seconds, 3),
            work,
        )
        with contextlib.suppress(sqlite3.Error):  # a full disk must not cost what was done
            desk.journal.add_ledger_row(
                row, place=desk.connection.place, name=desk.name, session=desk.session_id
            )
