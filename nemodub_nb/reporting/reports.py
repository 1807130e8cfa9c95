"""A report: tables of what was made and how good it is, with a verdict that a pipeline can stand on."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from nemodub_nb import conformance
from nemodub_nb.project import BadInputError, Export, Exports, Project

from . import judging, material, places
from .errors import BelowLevelError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import pandas as pd

    Place = str | os.PathLike[str]

Level = Literal["good", "look"]
_LEVELS: Final = ("good", "look")
_NAMED: Final = 3
"""How many failures an error names; its `checks` hold all."""


@dataclass(frozen=True, repr=False)
class Figures:
    """Figures that show themselves in a notebook."""

    html: str

    def __repr__(self) -> str:
        return "<Figures of a report>"

    def _repr_html_(self) -> str:
        return self.html


@dataclass(frozen=True, repr=False, eq=False)
class Report:
    """What was made and how good it is, as DataFrames; see `nemodub_nb.reporting.describe` for their columns."""

    title: str
    segments: pd.DataFrame
    """One row a dubbed line."""
    languages: pd.DataFrame
    """One row a language, over all clips."""
    clips: pd.DataFrame
    """One row a clip, over all languages."""
    exports: pd.DataFrame
    """One row a clip and language, what failed included."""
    checks: pd.DataFrame
    """One row a metric of a clip and language: value, target, verdict."""
    ledger: pd.DataFrame
    """One row a piece of work: what it took and cost."""

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """All tables by their names."""
        return {
            name: getattr(self, name)
            for name in ("clips", "languages", "exports", "checks", "segments", "ledger")
        }

    @property
    def verdict(self) -> conformance.Verdict | None:
        """The worst verdict of all; None when nothing was measured."""
        return conformance.worst(self.exports["verdict"].dropna())

    def targets(self) -> pd.DataFrame:
        """Return how each language stands against the targets: the worst check of each metric over all clips."""
        return judging.worst_checks(self.checks)

    def below(self, level: Level = "good", *, metrics: Iterable[str] | None = None) -> pd.DataFrame:
        """Return the checks that are worse than a level, and the videos that were not measured at all, without a verdict.

        level: `good`, or `look` for those that accept what is worth a look. metrics: only these, such as `["wer"]`; then a
        made video of which one of them was not measured is below, too. Raises BadInputError for a level or metric that is none.
        """
        if level not in _LEVELS:
            raise BadInputError(f"{level!r} is not a level.", "Use good or look.")
        return judging.below(self.checks, self.exports, level, None if metrics is None else tuple(metrics))

    def require(self, level: Level = "good", *, metrics: Iterable[str] | None = None) -> None:
        """Raise BelowLevelError, which lists what failed, unless everything is at least as good as the level.

        metrics: only these, such as `["words_cut", "onset_error", "wer"]`; see conformance.METRICS. An empty report fails
        too, and so does a video of which nothing, or one of the asked metrics, was not measured.
        """
        failed = self.below(level, metrics=metrics)
        if len(failed):
            raise BelowLevelError(_failure(failed), _advice(level), failed, level)
        if not self.exports["status"].isin(material.MADE).any():
            raise BelowLevelError(
                "Nothing was made.", "See that the batch was run and wrote its reports.", failed, level
            )

    def figures(self) -> Figures:
        """Return the figures of the page, to be shown in a notebook. Needs matplotlib (extra `report`)."""
        from .figures import figures
        from .pieces import fragment

        return Figures(fragment(figures(self)))

    def to_html(self, path: Place, *, sound: bool = True) -> Path:
        """Write one page that needs no network: figures, heat map, worst lines, tables.

        sound: cut the worst lines out of the videos and put them into the page, where av is installed (extra `local`).
        Needs matplotlib (extra `report`). Raises BadInputError when the file cannot be written, MissingPackageError.
        """
        from .page import report_page
        from .writing import write_text

        return write_text(path, report_page(self, sound=sound))

    def to_parquet(self, folder: Place) -> dict[str, Path]:
        """Write a Parquet file a table, and return their paths by table. Needs pyarrow (extra `report`)."""
        from .writing import write_parquet

        return write_parquet(folder, self.tables)

    def to_csv(self, folder: Place) -> dict[str, Path]:
        """Write a CSV file a table (UTF-8, as the values are), and return their paths by table."""
        from .writing import write_csv

        return write_csv(folder, self.tables)

    def to_excel(self, path: Place) -> Path:
        """Write an Excel file with a sheet a table. Needs xlsxwriter (extra `report`).

        Texts are never formulas or links there; times are UTC; texts are cut at Excel's limit of 32,767 characters.
        """
        from .writing import write_excel

        return write_excel(path, self.tables)

    def summary(self) -> str:
        """Return the report in one line."""
        made = int(self.exports["status"].isin(material.MADE).sum())
        counted = {name: int(self.exports[name].sum()) for name in ("lines", "good", "look", "bad")}
        parts = [
            f"{self.title}: {self.verdict or 'nothing measured'}",
            f"{made} of {len(self.exports)} videos made ({len(self.clips)} clips, {len(self.languages)} languages)",
            f"{counted['lines']} lines: {counted['good']} good, {counted['look']} to look at, {counted['bad']} bad",
        ]
        return "; ".join(parts)

    def __repr__(self) -> str:
        return f"<Report {self.summary()}>"

    def _repr_html_(self) -> str:
        from .page import report_card

        return report_card(self)


def report(source: Any, *, exports: Exports | None = None, title: str | None = None) -> Report:
    """Report on what was dubbed.

    source: a project; what its export returned; a batch, or its table as a DataFrame or a file (.csv, .parquet); a folder
    of a batch, or of exports, each with its report beside its video (searched in depth; an fsspec URL too); or a list of
    such reports. exports: what was exported of a project, whose videos are then reported on as files. title: its heading.

    Raises BadInputError when there is nothing to report on.
    """
    found = _material(source, exports)
    if title is not None:
        found.title = title
    return Report(title=found.title, **judging.tables(found))


def _material(source: Any, exports: Exports | None) -> material.Material:
    if isinstance(source, Project):
        return material.from_project(source, exports)
    if exports is not None:
        raise BadInputError(
            "exports= belongs to a project.", "Give the project first, or what its export returned alone."
        )
    if isinstance(source, Exports | Export):
        return material.from_exports(source)
    if isinstance(source, str | os.PathLike):
        return _from_place(os.fspath(source))
    if hasattr(source, "columns"):
        return material.from_table(source)
    if hasattr(source, "frame"):
        return material.from_table(source.frame, places.name(str(getattr(source, "out", "") or "Batch")))
    if isinstance(source, list | tuple):
        return _from_list(source)
    raise BadInputError(
        f"A {type(source).__name__} cannot be reported on.",
        "Give a project, a batch, its exports, a folder or a list of reports.",
    )


def _from_place(place: str) -> material.Material:
    if place.endswith(material.ENDING):
        return material.from_files([place])
    if place.endswith((".csv", ".parquet")):
        return material.from_table_file(place)
    return material.from_folder(place)


def _from_list(paths: Iterable[Any]) -> material.Material:
    return material.from_files(os.fspath(path) for path in paths)


def _failure(failed: pd.DataFrame) -> str:
    named = [_in_words(row) for row in failed.head(_NAMED).to_dict("records")]
    more = f", and {len(failed) - _NAMED} more" if len(failed) > _NAMED else ""
    return f"Below the asked level: {'; '.join(named)}{more}."


def _in_words(row: dict[Any, Any]) -> str:
    import pandas as pd

    who = " ".join(str(row[name]) for name in ("clip", "language") if not pd.isna(row[name]))
    if row["metric"] == "made":
        return f"{who} was not made"
    if row["metric"] == "measured":
        return f"{who} was not measured"
    if pd.isna(row["value"]):
        return f"{who}: {row['metric']} was not measured"
    return f"{who}: {row['metric']} {row['value']:g} (should be {row['target']})"


def _advice(level: Level) -> str:
    return f'Look at the error\'s `checks`, or at Report.below("{level}"), for all of them.'
