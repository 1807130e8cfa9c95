"""Writes tables and pages so that a file appears under its name only when it is whole."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, cast

import pandas as pd

from nemodub_nb.project import BadInputError

from .errors import need

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Place = str | os.PathLike[str]

_MOST_ROWS: Final = 1_048_575
"""Rows of a sheet below its header."""
_LONGEST_CELL: Final = 32_767
_WIDEST: Final = 60


def write_text(path: Place, text: str) -> Path:
    """Write a text file. Raises BadInputError when it cannot be written."""
    with whole(path) as file:
        file.write(text.encode("utf-8", "replace"))
    return Path(path)


def write_parquet(folder: Place, tables: Mapping[str, pd.DataFrame]) -> dict[str, Path]:
    """Write a Parquet file a table. Raises BadInputError when they cannot be written, MissingPackageError without pyarrow."""
    need("pyarrow")
    return _write_all(
        folder, tables, ".parquet", lambda table, file: table.to_parquet(file, engine="pyarrow", index=False)
    )


def write_csv(folder: Place, tables: Mapping[str, pd.DataFrame]) -> dict[str, Path]:
    """Write a CSV file a table. Raises BadInputError when they cannot be written."""
    return _write_all(
        folder, tables, ".csv", lambda table, file: table.to_csv(file, index=False, lineterminator="\n")
    )


def write_excel(path: Place, tables: Mapping[str, pd.DataFrame]) -> Path:
    """Write an Excel file with a sheet a table.

    Raises BadInputError when it cannot be written or a table is too long, MissingPackageError without xlsxwriter.
    """
    need("xlsxwriter")
    for name, table in tables.items():
        if len(table) > _MOST_ROWS:
            raise BadInputError(
                f"The table {name} has {len(table):,} rows, and a sheet of Excel holds {_MOST_ROWS:,}.",
                "Write it with to_parquet or to_csv.",
            )
    from xlsxwriter import Workbook

    with whole(path) as file, Workbook(cast("Any", file), {"constant_memory": True}) as book:
        bold = book.add_format({"bold": True})
        time = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for name, table in tables.items():
            _fill(book.add_worksheet(name), table, bold, time)
    return Path(path)


@contextlib.contextmanager
def whole(path: Place) -> Iterator[IO[bytes]]:
    """Open a file that takes its name when the block ends well. Raises BadInputError when it cannot be written."""
    wanted = Path(path).expanduser().absolute()
    half: str | None = None
    try:
        wanted.parent.mkdir(parents=True, exist_ok=True)
        handle, half = tempfile.mkstemp(dir=wanted.parent, prefix=f".{wanted.name[:40]}-")
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(half).chmod(0o644)
        Path(half).replace(wanted)
        half = None
    except OSError as error:
        raise BadInputError(
            f"{wanted} cannot be written ({error.strerror or error}).",
            "Choose another place, or change who may write there.",
        ) from error
    finally:
        if half is not None:
            with contextlib.suppress(OSError):
                Path(half).unlink()


def _write_all(
    folder: Place,
    tables: Mapping[str, pd.DataFrame],
    ending: str,
    write: Callable[[pd.DataFrame, Any], object],
) -> dict[str, Path]:
    paths = {name: Path(folder) / f"{name}{ending}" for name in tables}
    for name, table in tables.items():
        with whole(paths[name]) as file:
            write(table, file)
    return paths


def _fill(sheet: Any, table: pd.DataFrame, bold: Any, time: Any) -> None:
    """Write a table into a sheet, row by row, as the library wants it to keep its memory flat."""
    sheet.freeze_panes(1, 0)
    for number, name in enumerate(table.columns):
        widths = table[name].head(200).astype("string").str.len().max()
        sheet.set_column(
            number, number, min(_WIDEST, max(len(name), 0 if pd.isna(widths) else int(widths)) + 2)
        )
    if len(table.columns):
        sheet.autofilter(0, 0, max(len(table), 1), len(table.columns) - 1)
    sheet.write_row(0, 0, list(table.columns), bold)
    writers = [_writer(sheet, table[name].dtype, time) for name in table.columns]
    for row, values in enumerate(
        zip(*(_values(table[name]) for name in table.columns), strict=True), start=1
    ):
        for column, (write, value) in enumerate(zip(writers, values, strict=True)):
            if value is not None:
                write(row, column, value)


def _writer(sheet: Any, dtype: Any, time: Any) -> Callable[[int, int, Any], object]:
    """Return what writes a value of a column. It goes by the column: no text is ever a formula, a link or a number."""
    if isinstance(dtype, pd.DatetimeTZDtype):
        return lambda row, column, value: sheet.write_datetime(row, column, value, time)
    writers = {"string": sheet.write_string, "boolean": sheet.write_boolean}
    write: Callable[[int, int, Any], object] = writers.get(str(dtype), sheet.write_number)
    return write


def _values(column: pd.Series[Any]) -> list[Any]:
    """Return a column as what a sheet can hold: times without a zone, texts that are not too long, None for nothing."""
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        times = column.dt.tz_localize(None).dt.floor("us")
        return [None if pd.isna(at) else at.to_pydatetime() for at in times]
    if column.dtype == "string":
        column = column.str.slice(0, _LONGEST_CELL)
    return column.astype("object").where(column.notna(), None).tolist()
