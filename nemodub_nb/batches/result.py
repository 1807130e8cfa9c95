"""What a batch returns: the table of what was done, which shows itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .show import page, summary

if TYPE_CHECKING:
    import pandas as pd

    from nemodub_nb.reporting import Report


@dataclass(frozen=True, repr=False, eq=False)
class Batch:
    """A batch that has ended, or was stopped."""

    frame: pd.DataFrame
    """One row a clip and language; see nemodub_nb.batches.COLUMNS."""
    out: str
    """Path or URL of the folder with the finished files, batch.csv and batch.parquet."""
    seconds: float
    stopped: str = ""
    """Why it ended before its end; empty when it did not."""
    interrupted: bool = False
    """Whether Ctrl-C or Stop ended it."""
    dashboard: str = ""
    """URL of the Dask dashboard that showed it."""
    reused: int = 0
    """Rows that an earlier run had finished."""
    again: Callable[[], Batch] | None = None

    @property
    def done(self) -> pd.DataFrame:
        """The rows that are done."""
        return self.frame[self.frame["status"] == "done"]

    @property
    def failed(self) -> pd.DataFrame:
        """The rows that failed or were refused, with error and advice."""
        return self.frame[self.frame["status"].isin(["failed", "refused"])]

    @property
    def left(self) -> pd.DataFrame:
        """The rows that were not tried: queued when it was stopped, or skipped for want of credits."""
        return self.frame[self.frame["status"].isin(["queued", "running", "skipped"])]

    @property
    def ok(self) -> bool:
        """Whether every row is done."""
        return bool((self.frame["status"] == "done").all())

    def retry(self) -> Batch:
        """Do the same again: whatever is done and has not changed is kept, the rest is tried."""
        assert self.again is not None
        return self.again()

    def report(self, *, title: str = "Batch") -> Report:
        """Return the report on every line that was dubbed: tables, figures, and a page to mail.

        Raises BadInputError when there is nothing to report on.
        """
        from nemodub_nb.reporting import report

        return report(self, title=title)

    def __repr__(self) -> str:
        text = summary(self._counts, self.seconds)
        return f"<{text}, in {self.out}{f'; {self.stopped}' if self.stopped else ''}>"

    def _repr_html_(self) -> str:
        shown = self.frame.astype(object).where(self.frame.notna(), None)
        rows: list[Any] = shown.to_dict("records")
        return page(rows, self._counts, self.seconds, self.dashboard, [self.stopped] if self.stopped else [])

    @property
    def _counts(self) -> Counter[str]:
        return Counter(self.frame["status"])
