"""The tables of a report: every column with its dtype and what it says, in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from nemodub_nb.conformance import number

if TYPE_CHECKING:
    from collections.abc import Mapping

_TEXT: Final = pd.StringDtype("python")
_COUNT: Final = pd.Int64Dtype()
_YES_NO: Final = pd.BooleanDtype()
_WHEN: Final = pd.DatetimeTZDtype("ns", "UTC")
_FIGURE: Final = "float64"
_MOST_COUNT: Final = 2**53
"""Up to here a count is exact."""

_CLIP: Final = (_TEXT, "The clip's file name.")
_LANGUAGE: Final = (_TEXT, "BCP 47 tag of the dub; missing where the backend does not say.")
_VERDICT: Final = (_TEXT, "good, look or bad: the worst of the checks; missing where nothing was measured.")
_LINES: Final = (_COUNT, "Dubbed lines.")
_GOOD: Final = (_COUNT, "Lines that are good.")
_LOOK: Final = (_COUNT, "Lines worth a look.")
_BAD: Final = (_COUNT, "Lines that are bad.")

TABLES: Final[dict[str, dict[str, tuple[Any, str]]]] = {
    "segments": {
        "clip": _CLIP,
        "language": _LANGUAGE,
        "line": (_COUNT, "Number of the line, from 0."),
        "start_s": (_FIGURE, "Start of the dubbed line, seconds."),
        "end_s": (_FIGURE, "End of the dubbed line, seconds."),
        "source_start_s": (_FIGURE, "Start of the source line, seconds."),
        "source_end_s": (_FIGURE, "End of the source line, seconds."),
        "source_text": (_TEXT, "What is said in the source."),
        "text": (_TEXT, "What is said in the dub."),
        "route": (_TEXT, "Where the translation comes from."),
        "speaker": (_TEXT, "Who says it in the clip."),
        "voice": (_TEXT, "The voice that speaks."),
        "slot_s": (_FIGURE, "The time that the line may take, seconds."),
        "natural_s": (_FIGURE, "Length as the voice spoke it, seconds."),
        "rate": (_FIGURE, "The voice's own rate; 1.0 is natural."),
        "slow": (
            _FIGURE,
            "How many times as long the picture under it is shown; 1 where that is not changed.",
        ),
        "stretch": (
            _FIGURE,
            "Natural length over placed length, without pauses that were made longer; above 1 the speech was sped up.",
        ),
        "fill": (_FIGURE, "Dubbed length over the slot."),
        "onset_error_s": (_FIGURE, "Start of the dubbed line less start of the source line, seconds."),
        "overflow_s": (_FIGURE, "How far the line runs beyond its slot, seconds."),
        "overlap_s": (_FIGURE, "How long it is spoken over the line before, seconds."),
        "chars_ratio": (_FIGURE, "Characters of the dubbed line over those of the source line."),
        "onset_heard_s": (
            _FIGURE,
            "The same as it is heard in the video, seconds; missing where nobody measured.",
        ),
        "wer": (
            _FIGURE,
            "Share of words that a recogniser mishears; of characters in languages without spaces.",
        ),
        "cer": (_FIGURE, "Share of characters that a recogniser mishears."),
        "heard": (_TEXT, "What the recogniser understands."),
        "numbers_kept": (_YES_NO, "All numbers of the source line are in the dubbed line."),
        "names_kept": (_YES_NO, "All names of the source line are in the dubbed line."),
        "glossary_kept": (
            _YES_NO,
            "All glossary terms of the source line are in the dubbed line; missing where it has none.",
        ),
        "lost": (
            _TEXT,
            "Numbers, names and terms of the source line that are not in the dubbed line, parted by commas.",
        ),
        "words_cut": (_FIGURE, "Words that were cut off."),
        "flags": (_TEXT, "What is to be said of the line, words separated by a space."),
        "verdict": (_TEXT, "good, look or bad; missing where nothing was measured."),
    },
    "exports": {
        "clip": _CLIP,
        "language": _LANGUAGE,
        "source": (_TEXT, "Where the clip came from, where that is known."),
        "status": (
            _TEXT,
            "done, failed, refused, skipped, running or queued; dubbed: on the timeline, not exported.",
        ),
        "verdict": _VERDICT,
        "lines": _LINES,
        "good": _GOOD,
        "look": _LOOK,
        "bad": _BAD,
        "duration_s": (_FIGURE, "Length of the video, seconds."),
        "size_bytes": (_COUNT, "Size of the video."),
        "seconds": (_FIGURE, "How long the work took, seconds."),
        "cost": (_FIGURE, "Credits that it cost."),
        "loudness_lufs": (_FIGURE, "Integrated loudness, LUFS."),
        "true_peak_dbtp": (_FIGURE, "True peak, dBTP."),
        "picture": (_TEXT, "copied, encoded or none."),
        "not_measured": (_TEXT, "What measuring could not tell, and why, separated by a line break."),
        "backend": (_TEXT, "local or cloud."),
        "video": (_TEXT, "The video's path or URL."),
        "subtitles": (_TEXT, "Paths or URLs of the subtitles, separated by a line break."),
        "report": (_TEXT, "Path or URL of the export's own report."),
        "error": (_TEXT, "Why it failed."),
        "advice": (_TEXT, "What to do about it."),
        "attempts": (_COUNT, "How often it was tried."),
        "started": (_WHEN, "When the work began, UTC."),
        "finished": (_WHEN, "When the work ended, UTC."),
    },
    "clips": {
        "clip": _CLIP,
        "source": (_TEXT, "Where the clip came from, where that is known."),
        "verdict": _VERDICT,
        "languages": (_COUNT, "Languages that were asked for."),
        "made": (_COUNT, "Languages that are there."),
        "failed": (_COUNT, "Languages that failed, were refused or skipped."),
        "duration_s": (_FIGURE, "Length of the clip, seconds."),
        "lines": _LINES,
        "good": _GOOD,
        "look": _LOOK,
        "bad": _BAD,
        "seconds": (_FIGURE, "How long the work took, seconds, over all languages."),
        "cost": (_FIGURE, "Credits that it cost, over all languages."),
    },
    "languages": {
        "language": _LANGUAGE,
        "name": (_TEXT, "Its English name."),
        "verdict": _VERDICT,
        "clips": (_COUNT, "Clips that were to be dubbed into it."),
        "made": (_COUNT, "Clips that are there."),
        "failed": (_COUNT, "Clips that failed, were refused or skipped."),
        "minutes": (_FIGURE, "Length of what is there, minutes."),
        "lines": _LINES,
        "good": _GOOD,
        "look": _LOOK,
        "bad": _BAD,
        "onset_error_p95_s": (
            _FIGURE,
            "95th percentile of the onset errors' size, as heard where measured, seconds.",
        ),
        "stretch_median": (_FIGURE, "Median of the stretch."),
        "stretch_p95": (_FIGURE, "95th percentile of the stretch."),
        "wer": (_FIGURE, "Mean share of misheard words."),
        "loudness_lufs": (_FIGURE, "Median loudness, LUFS."),
        "seconds_per_minute": (_FIGURE, "Seconds of work for a minute of video."),
        "cost_per_minute": (_FIGURE, "Credits for a minute of video."),
    },
    "checks": {
        "clip": _CLIP,
        "language": _LANGUAGE,
        "metric": (_TEXT, "Name of the metric; `made` where there is no video."),
        "value": (_FIGURE, "The figure."),
        "unit": (_TEXT, "Its unit; % is a share of 0 to 1."),
        "target": (_TEXT, "What is good."),
        "verdict": (_TEXT, "good, look or bad."),
    },
    "ledger": {
        "when": (_WHEN, "When it was done, UTC."),
        "step": (_TEXT, "What was done."),
        "backend": (_TEXT, "local or cloud."),
        "cost": (_FIGURE, "Credits that it cost; missing where the balance could not be read."),
        "left": (_FIGURE, "Credits left after it."),
        "seconds": (_FIGURE, "How long it took, seconds."),
    },
}
"""Table to column to dtype and meaning, in their order."""


def conform(table: str, columns: Mapping[str, Any] | pd.DataFrame) -> pd.DataFrame:
    """Return a table with exactly its columns and dtypes; what is not given is missing.

    A value that its column cannot hold becomes missing: files come from anywhere.
    """
    length = len(columns) if isinstance(columns, pd.DataFrame) else max(map(len, columns.values()), default=0)
    return pd.DataFrame(
        {
            name: _column(columns[name] if name in columns else [None] * length, dtype)
            for name, (dtype, _) in TABLES[table].items()
        }
    )


def dtypes(table: str) -> dict[str, str]:
    """Return the dtypes that a table has, as pandas writes them."""
    return {name: str(pd.api.types.pandas_dtype(dtype)) for name, (dtype, _) in TABLES[table].items()}


def describe(table: str) -> pd.DataFrame:
    """Return what each column of a table says: column, dtype, meaning."""
    rows = [(name, kind, TABLES[table][name][1]) for name, kind in dtypes(table).items()]
    return pd.DataFrame(rows, columns=["column", "dtype", "meaning"])


def _column(values: Any, dtype: Any) -> pd.Series[Any]:
    made = pd.Series(values, dtype="object" if isinstance(values, list) else None).reset_index(drop=True)
    if made.dtype == dtype:
        return made
    if dtype == _WHEN:
        return pd.to_datetime(
            made, errors="coerce", utc=True, format="ISO8601" if _texts(made) else None
        ).astype(dtype)
    if dtype == _TEXT:
        return made.map(_text, na_action="ignore").astype("object").astype(dtype)
    if dtype == _YES_NO:
        return made.map(lambda value: value if _is_bool(value) else None, na_action="ignore").astype(dtype)
    figures = _figures(made).replace([float("inf"), float("-inf")], float("nan"))
    return figures.where(figures.abs() < _MOST_COUNT).round().astype(dtype) if dtype == _COUNT else figures


def _figures(made: pd.Series[Any]) -> pd.Series[Any]:
    try:
        return pd.to_numeric(made, errors="coerce").astype("float64")
    except (OverflowError, TypeError):  # it is coerced one by one: a number of 400 digits, a list
        return made.map(number).astype("float64")


def _texts(made: pd.Series[Any]) -> bool:
    return any(isinstance(value, str) for value in made.head(100))


def _text(value: object) -> str:
    text = value if isinstance(value, str) else str(value)
    # Half a surrogate pair is no character, and no file of ours could hold it.
    return text.encode("utf-8", "replace").decode("utf-8")


def _is_bool(value: object) -> bool:
    return type(value).__name__ in {"bool", "bool_"}
