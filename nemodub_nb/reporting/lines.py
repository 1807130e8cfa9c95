"""How far each dubbed line is from what it should be, as one figure to sort and compare by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nemodub_nb import conformance as c

if TYPE_CHECKING:
    import pandas as pd


def penalty(segments: pd.DataFrame) -> pd.Series[Any]:
    """Return each line's distance from the ideal: 0 is perfect, 1 is one metric at the limit of what is good.

    It adds up the onset error, the stretch above 1, what is missing of the time that the speaker talks, overflow, overlap,
    misheard words, and lost numbers and terms. What was not measured adds nothing.
    """
    s = segments
    mouth_s = (s["source_end_s"] - s["source_start_s"]).clip(lower=1e-3)
    mouth_s = mouth_s.where(s["slot_s"].isna() | (mouth_s <= s["slot_s"]), s["slot_s"].clip(lower=1e-3))
    missing = (c.FILL_LOW - (s["end_s"] - s["start_s"]) / mouth_s).clip(lower=0)
    parts = (
        onset_errors(s).abs() / c.ONSET_ERROR_S,
        (s["stretch"] - 1).clip(lower=0) / (c.CLEAN_STRETCH - 1),
        missing / (1 - c.FILL_LOW),
        s["overflow_s"].clip(lower=0) / c.ONSET_ERROR_S,
        s["overlap_s"].clip(lower=0) / (c.ONSET_ERROR_S / 2),
        s["wer"] / 0.2,
        _lost(s["numbers_kept"]) * 2,
        _lost(s["glossary_kept"]) * 2,
        s["words_cut"].clip(lower=0) * 5,
    )
    total = parts[0].fillna(0)
    for part in parts[1:]:
        total = total + part.fillna(0)
    return total


def onset_errors(segments: pd.DataFrame) -> pd.Series[Any]:
    """Return how late each line begins: as it was heard, else as its maker says."""
    return segments["onset_heard_s"].fillna(segments["onset_error_s"])


def rank(verdicts: pd.Series[Any]) -> pd.Series[Any]:
    """Return verdicts as figures: 0 good, 1 look, 2 bad; what was not measured comes before good."""
    return (
        verdicts.map({verdict: number for number, verdict in enumerate(c.VERDICTS)})
        .astype("float64")
        .fillna(-1)
    )


def worst_first(segments: pd.DataFrame) -> pd.DataFrame:
    """Return the lines that are not good, the worst first, with their `penalty`."""
    scored = segments.assign(penalty=penalty(segments), _rank=rank(segments["verdict"]))
    kept = scored[scored["_rank"] > 0]
    return kept.sort_values(["_rank", "penalty"], ascending=False, kind="stable").drop(columns="_rank")


def _lost(kept: pd.Series[Any]) -> pd.Series[Any]:
    return 1.0 - kept.astype("float64").fillna(1.0)  # what is missing is not lost
