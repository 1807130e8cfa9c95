"""The English words that the Batch panel's Python shows."""

from __future__ import annotations

from typing import Final

from nemodub_nb.project.safe import plain

from . import words

BATCH: Final = "Batch"
BATCH_ASK: Final = "Choose clips and languages; a dry run comes first."
BATCH_LOOKING: Final = "Looking at the clips…"
BATCH_STOPPING: Final = "Stopping…"
BATCH_NO_CLIPS: Final = "No clips were named."
BATCH_NAME_CLIPS: Final = "Give a folder, a pattern such as clips/*.mp4, or a table (CSV, Parquet)."
BATCH_NO_LANGUAGE: Final = "No language was named."
BATCH_NAME_LANGUAGE: Final = "Give at least one, such as: es, French."
BATCH_NOT_CHECKED: Final = "It was not looked at yet what is to be done."
BATCH_CHECK_FIRST: Final = "Press Check."
BATCH_NONE_FAILED: Final = "Nothing has failed."
BATCH_GO_ON: Final = "Check again to see what is left."
BATCH_INSTALL: Final = (
    'Install it: pip install "nemodub_nb[local,batch]", with [cluster] for a Dask scheduler.'
)


def package_missing(name: str) -> str:
    """Return that a package is needed."""
    return f"The package {plain(name, 60)} is missing."


def rows_of(count: int) -> str:
    """Return `1 row` or `1,234 rows`: a row is one language of one clip."""
    return f"{count:,} row{'s'[: count != 1]}"


def about(seconds: float) -> str:
    """Return a length of time that is only known roughly."""
    if seconds < 90:  # noqa: PLR2004 - a minute and a half
        return "about a minute" if seconds > 30 else "less than a minute"  # noqa: PLR2004
    whole = round(seconds / 60)
    if whole < 120:  # noqa: PLR2004 - two hours
        return f"about {whole} min"
    return f"about {whole // 60} h {whole % 60} min"


def batch_plan(todo: int, done: int, refused: int, seconds: float) -> str:
    """Return what would be done, on one line."""
    parts = [
        f"{rows_of(todo)} to do, {about(seconds)}" if todo else "nothing to do",
        f"{done:,} done already" if done else "",
        f"{refused:,} refused" if refused else "",
    ]
    return " · ".join(filter(None, parts))


def batch_going(ended: int, total: int, failed: int, left_s: float | None) -> str:
    """Return how far a batch is, on one line."""
    parts = [
        f"{ended:,} of {rows_of(total)}",
        f"{failed:,} failed" if failed else "",
        f"{about(left_s)} left" if left_s is not None else "",
    ]
    return " · ".join(filter(None, parts))


def batch_ended(done: int, failed: int, left: int, seconds: float) -> str:
    """Return how a batch ended, on one line."""
    parts = [
        f"{rows_of(done)} done",
        f"{failed:,} failed" if failed else "",
        f"{left:,} left" if left else "",
        words.minutes(seconds),
    ]
    return " · ".join(filter(None, parts))


def given_clips(count: int) -> str:
    """Return what stands where a table or list was given by the cell."""
    return f"{count:,} row{'s'[: count != 1]}, given by the cell"
