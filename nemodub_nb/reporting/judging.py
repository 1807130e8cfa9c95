"""Turns material into the report's tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from nemodub_nb import conformance, languages
from nemodub_nb.project import BadInputError

from .columns import TABLES, conform
from .lines import onset_errors, rank
from .material import FAILED, MADE

if TYPE_CHECKING:
    from .material import Material, Video

_UNFINISHED: Final = frozenset({"queued", "running"})
_TALLY: Final = ("good", "look", "bad")
_ABOUT: Final = {metric.name: metric for metric in conformance.METRICS}


def tables(material: Material) -> dict[str, pd.DataFrame]:
    """Return the tables of a report by their names."""
    videos = material.videos
    checks = conform("checks", _columns([row for video in videos for row in _checks(video)], "checks"))
    segments = _segments(videos)
    exports = conform("exports", _columns([_export(video) for video in videos], "exports"))
    ledger = _ledger(exports) if material.ledger is None else conform("ledger", material.ledger)
    return {
        "segments": segments,
        "languages": _languages(exports, segments),
        "clips": _clips(exports),
        "exports": exports,
        "checks": checks,
        "ledger": ledger,
    }


def worst_checks(checks: pd.DataFrame) -> pd.DataFrame:
    """Return the worst figure of each metric and language over all clips, metrics in their usual order."""
    order = {name: number for number, name in enumerate(_ABOUT)}
    ranked = checks[checks["metric"].isin(order)]
    ranked = ranked.assign(
        _rank=rank(ranked["verdict"]),
        _badness=[
            _ABOUT[str(name)].badness(float(value))
            for name, value in zip(ranked["metric"], ranked["value"], strict=True)
        ],
        _order=ranked["metric"].map(order),
    )
    worst = ranked.sort_values(["_rank", "_badness"], ascending=False, kind="stable").drop_duplicates(
        ["language", "metric"]
    )
    return worst.sort_index().sort_values("_order", kind="stable")[checks.columns].reset_index(drop=True)


def below(
    checks: pd.DataFrame, exports: pd.DataFrame, level: str, metrics: tuple[str, ...] | None
) -> pd.DataFrame:
    """Return the checks worse than a level, and as rows without a verdict what should have been measured and was not."""
    if unknown := sorted(set(metrics or ()) - set(_ABOUT)):
        raise BadInputError(f"{unknown[0]!r} is not a metric.", f"Use: {', '.join(_ABOUT)}.")
    kept = {"good"} if level == "good" else {"good", "look"}
    failed = checks[~checks["verdict"].isin(kept)]
    if metrics is None:
        missing = exports.loc[exports["verdict"].isna(), ["clip", "language"]].assign(
            metric="measured", target="figures are there"
        )
    else:
        failed = failed[failed["metric"].isin((*metrics, "made"))]
        made = exports.loc[exports["status"].isin(MADE), ["clip", "language"]]
        told = checks[["clip", "language", "metric"]].itertuples(index=False)
        known = {tuple(map(str, row)) for row in told}
        missing = pd.concat(
            [
                made[
                    [(str(one), str(tag), name) not in known for one, tag in made.itertuples(index=False)]
                ].assign(metric=name, target=_ABOUT[name].target)
                for name in metrics
            ]
            or [made.iloc[:0]]
        )
    if missing.empty:
        return failed.reset_index(drop=True)
    rows = missing.reindex(columns=checks.columns).astype(checks.dtypes.to_dict())
    return pd.concat([failed, rows], ignore_index=True)


def _columns(rows: list[dict[str, Any]], table: str) -> dict[str, list[Any]]:
    return {name: [row.get(name) for row in rows] for name in TABLES[table]}


def _checks(video: Video) -> list[dict[str, Any]]:
    """Judge one video, and note the verdict among its facts."""
    status = video.facts.get("status")
    key = {"clip": video.facts.get("clip"), "language": video.facts.get("language")}
    if status in FAILED or status in _UNFINISHED:
        video.facts["verdict"] = "bad"
        return [
            key | {"metric": "made", "value": 0.0, "unit": "", "target": "a video is there", "verdict": "bad"}
        ]
    judged = conformance.judge(video.lines, video.measured)
    video.facts["verdict"] = conformance.worst(one.verdict for one in judged)
    return [
        key
        | {
            "metric": one.metric,
            "value": one.value,
            "unit": _ABOUT[one.metric].unit,
            "target": _ABOUT[one.metric].target,
            "verdict": one.verdict,
        }
        for one in judged
    ]


def _export(video: Video) -> dict[str, Any]:
    counted = [row.get("verdict") for row in video.lines]
    tally = {"lines": len(counted), **{verdict: counted.count(verdict) for verdict in _TALLY}}
    return video.facts | (tally if video.lines else {})


def _segments(videos: list[Video]) -> pd.DataFrame:
    columns: dict[str, list[Any]] = {name: [] for name in TABLES["segments"]}
    for video in videos:
        own = {
            "clip": [video.facts.get("clip")] * len(video.lines),
            "language": [video.facts.get("language")] * len(video.lines),
            "line": _numbers(video.lines),
        }
        for name, values in columns.items():
            values.extend(own[name] if name in own else [row.get(name) for row in video.lines])
    columns["flags"] = [_joined(value, " ") for value in columns["flags"]]
    columns["lost"] = [_joined(value, ", ") or None for value in columns["lost"]]
    columns["verdict"] = [value if value in _TALLY else None for value in columns["verdict"]]
    return conform("segments", columns)


def _numbers(rows: list[dict[str, Any]]) -> list[Any]:
    """Return the lines' own numbers, or their order where they have none, or the same twice."""
    own = [row.get("index") for row in rows]
    usable = all(type(one) is int for one in own) and len(set(own)) == len(own)
    return own if usable else list(range(len(rows)))


def _joined(value: object, by: str) -> str | None:
    if isinstance(value, str):
        return value
    return by.join(map(str, value)) if isinstance(value, list | tuple) else None


def _clips(exports: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for clip, group in exports.groupby("clip", sort=False, dropna=False):
        source = group["source"].dropna()
        rows.append(
            _sums(group)
            | {
                "clip": None if pd.isna(clip) else clip,
                "source": source.iloc[0] if len(source) else None,
                "languages": len(group),
                "duration_s": group["duration_s"].max(),
                "seconds": group["seconds"].sum(min_count=1),
                "cost": group["cost"].sum(min_count=1),
            }
        )
    return conform("clips", _columns(rows, "clips"))


def _languages(exports: pd.DataFrame, segments: pd.DataFrame) -> pd.DataFrame:
    lines = dict(iter(segments.groupby("language", dropna=False)))
    nothing = segments.iloc[:0]
    rows = []
    for language, group in exports.groupby("language", sort=False, dropna=False):
        # Half-told times would make the rate look better than it is.
        timed = group[group["duration_s"].notna() & group["seconds"].notna()]
        paid = group[group["duration_s"].notna() & group["cost"].notna()]
        said = lines.get(language, nothing)
        rows.append(
            _sums(group)
            | {
                "language": None if pd.isna(language) else language,
                "name": _name(language),
                "clips": len(group),
                "minutes": group.loc[group["status"].isin(MADE), "duration_s"].sum() / 60,
                "onset_error_p95_s": onset_errors(said).abs().quantile(0.95),
                "stretch_median": said["stretch"].median(),
                "stretch_p95": said["stretch"].quantile(0.95),
                "wer": said["wer"].mean(),
                "loudness_lufs": group["loudness_lufs"].median(),
                "seconds_per_minute": _rate(timed["seconds"], timed["duration_s"]),
                "cost_per_minute": _rate(paid["cost"], paid["duration_s"]),
            }
        )
    return conform("languages", _columns(rows, "languages"))


def _sums(group: pd.DataFrame) -> dict[str, Any]:
    tally = {name: group[name].sum(min_count=1) for name in ("lines", *_TALLY)}
    return {
        **{name: None if pd.isna(value) else int(value) for name, value in tally.items()},
        "verdict": conformance.worst(group["verdict"].dropna()),
        "made": int(group["status"].isin(MADE).sum()),
        "failed": int(group["status"].isin(FAILED).sum()),
    }


def _name(language: object) -> str | None:
    if not isinstance(language, str):
        return None
    try:
        return languages.english_name(languages.parse(language))
    except ValueError:
        return language


def _rate(amount: pd.Series[float], seconds: pd.Series[float]) -> float:
    whole = seconds.sum()
    return float(amount.sum() / whole * 60) if whole else float("nan")


def _ledger(exports: pd.DataFrame) -> pd.DataFrame:
    """Return the work that the videos themselves tell of, oldest first."""
    worked = exports[exports["seconds"].notna() | exports["cost"].notna()].sort_values(
        "finished", kind="stable"
    )
    said = "Dub " + worked["clip"].fillna("a clip") + " into " + worked["language"].fillna("its language")
    ends = worked["status"].map(lambda status: f" ({status})" if status in FAILED else "")
    return conform(
        "ledger",
        {
            "when": worked["finished"],
            "step": said.str.cat(ends.astype(said.dtype)) if len(worked) else said,
            "backend": worked["backend"],
            "cost": worked["cost"],
            "left": [None] * len(worked),
            "seconds": worked["seconds"],
        },
    )
