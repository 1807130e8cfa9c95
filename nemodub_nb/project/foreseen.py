"""Shows which lines of a translation will not fit, and what each limit would change, before a second of speech is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypedDict, Unpack

from nemodub_nb import fitting, languages
from nemodub_nb.fitting import LIMITS, OUTCOMES, SLOW_VIDEO_MOST, TROUBLED, Limits, Pace, PlannedLine

from .errors import BadInputError
from .fit_script import script
from .fit_show import as_html, as_styler
from .safe import plain

if TYPE_CHECKING:
    import pandas as pd
    from pandas.io.formats.style import Styler

    from .fit_script import Lines, Translations

_STRING: Final = "string[python]"
COLUMNS: Final[dict[str, Any]] = {
    "line": "int64",
    "start_s": "float64",
    "end_s": "float64",
    "source_text": _STRING,
    "text": _STRING,
    "slot_s": "float64",
    "natural_s": "float64",
    "tempo": "float64",
    "rate": "float64",
    "stretch": "float64",
    "onset_error_s": "float64",
    "overflow_s": "float64",
    "outcome": _STRING,
    "characters": "int64",
    "over": "int64",
    "shorter": "bool",
    "measured": "bool",
    "takes": _STRING,
}
"""The columns of `Fit.lines`. tempo: how much faster than natural a line would have to be to fit its own slot."""
_RANGES: Final[dict[str, tuple[float, float]]] = {
    "fastest_rate": (1.0, 2.0),
    "clean_stretch": (1.0, 2.0),
    "flagged_stretch": (1.0, 2.0),
    "slowest_stretch": (0.5, 1.0),
    "lean_s": (0.0, 1.0),
    "merge_gap_s": (0.0, 10.0),
    "merge_lines": (1, 20),
    "slow_video": (1.0, SLOW_VIDEO_MOST),
}
"""What each limit may be."""


class LimitOptions(TypedDict, total=False):
    """The limits that can be changed; see nemodub_nb.fitting.Limits."""

    fastest_rate: float
    clean_stretch: float
    flagged_stretch: float
    slowest_stretch: float
    lean_s: float
    merge_gap_s: float
    merge_lines: int
    slow_video: float


class Fit:
    """How a translation will fit its clip, foreseen from the pace of the voice.

    `lines` is one row a line, `what_if()` one row a limit; `change()` looks again under other limits.
    """

    def __init__(
        self,
        script: Sequence[PlannedLine],
        language: str,
        *,
        pace: Pace,
        voice: str = "",
        duration_s: float | None = None,
        speed: float = 1.0,
        limits: Limits = LIMITS,
    ) -> None:
        self.script = tuple(script)
        self.language = language
        self.pace = pace
        """How fast the voice speaks; `heard` tells on how many lines that was measured."""
        self.voice = voice
        self.speed = speed
        self.limits = limits
        self.duration_s = duration_s or max((line.end_s for line in self.script), default=0.0)

    def change(self, **limits: Unpack[LimitOptions]) -> Fit:
        """Return the same lines under other limits. Raises BadInputError for one that is out of its range."""
        return Fit(
            self.script,
            self.language,
            pace=self.pace,
            voice=self.voice,
            duration_s=self.duration_s,
            speed=self.speed,
            limits=_checked(self.limits, limits),
        )

    def on(self, script: Sequence[PlannedLine]) -> Fit:
        """Return the fit of other lines in their order, by the same voice under the same limits."""
        return Fit(
            script,
            self.language,
            pace=self.pace,
            voice=self.voice,
            duration_s=self.duration_s,
            speed=self.speed,
            limits=self.limits,
        )

    @cached_property
    def foreseen(self) -> tuple[fitting.Foreseen, ...]:
        """What will become of each line."""
        return tuple(fitting.foresee(self.script, self.duration_s, self.pace, self.limits, self.speed))

    @property
    def lines(self) -> pd.DataFrame:
        """One row a line: its time, its length, where it ends on the ladder and what it would take to fit."""
        import pandas as pd

        rows = [_row(number, one) for number, one in enumerate(self.foreseen)]
        return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)

    def troubled(self) -> pd.DataFrame:
        """Return the lines that are worth a look, the worst first.

        For a project's own lines, `project.edit(fit.troubled()[["line", "text"]], "es")` takes the texts back once changed.
        """
        found = self.lines
        found = found[found["outcome"].isin(TROUBLED)]
        return found.sort_values(["overflow_s", "tempo"], ascending=False, kind="stable")

    def what_if(self) -> pd.DataFrame:
        """Return what each limit would change, one at a time: how many lines end where on the ladder.

        The first row changes nothing. `unnoticed` counts the lines that fit without anybody noticing, longer_s is how much
        longer the clip would become by slowed pictures.
        """
        import pandas as pd

        found = fitting.what_if(self.script, self.duration_s, self.pace, self.limits, self.speed)
        return pd.DataFrame(
            [
                {
                    "if": one.title,
                    "unnoticed": sum(one.outcomes[name] for name in ("fits", "faster voice", "stretched")),
                    **{name: one.outcomes[name] for name in TROUBLED},
                    "worst_onset_s": round(one.worst_onset_s, 2),
                    "most_stretch": round(one.most_stretch, 2),
                    "overflow_s": round(one.overflow_s, 2),
                    "longer_s": round(one.longer_s, 2),
                }
                for one in found
            ]
        )

    def style(self) -> Styler:
        """Return the lines coloured by how they fit, for a notebook. Needs jinja2, which Jupyter brings."""
        return as_styler(self)

    def counts(self) -> dict[str, int]:
        """Return how many lines end where on the ladder; only where some do."""
        names = [one.outcome for one in self.foreseen]
        return {name: names.count(name) for name in OUTCOMES if name in names}

    def summary(self) -> str:
        """Return the whole in a sentence."""
        total = len(self.script)
        lines = "1 line" if total == 1 else f"{total} lines"
        told = ", ".join(f"{count} {name}" for name, count in self.counts().items())
        return f"{languages.english_name(self.language)}, {lines}: {told or 'nothing to speak'}."

    def known_by(self) -> str:
        """Return what the prediction rests on, in a sentence."""
        who = plain(self.voice, 80) or "a voice"
        how = f"as heard on {self.pace.heard} lines" if self.pace.heard else "not heard here yet"
        measured = sum(line.spoken_s is not None for line in self.script)
        spoken = f" {measured} lines are spoken already and measured." if measured else ""
        return f"By {who} with {self.pace.characters_per_s:.1f} characters a second, {how}.{spoken}"

    def __repr__(self) -> str:
        return f"<Fit {self.summary()}>"

    def _repr_html_(self) -> str:
        return as_html(self)


def fit(
    transcript: Lines,
    translation: Translations,
    to: str,
    *,
    voice: str = "",
    pace: Pace | None = None,
    duration_s: float | None = None,
    speed: float = 1.0,
    **limits: Unpack[LimitOptions],
) -> Fit:
    """Foresee how a translation will fit, from files alone: no backend, no voice, no clip.

    transcript: an SRT or WebVTT file, or a table with start_s, end_s and text. translation: subtitles with the same times,
    a CSV or a table with source and target (and alternative, a shorter wording), a dict, or a list in the lines' order.
    to: the language. voice: such as `kokoro:ef_dora`; its engine's usual pace is taken unless `pace` is given.
    duration_s: length of the clip, where speech may go on after the last line. speed: how fast the voice shall speak by itself.
    limits: those of nemodub_nb.fitting.Limits, such as flagged_stretch=1.4 or slow_video=2.

    Raises BadInputError and UnknownLanguageError.
    """
    language = languages.parse(to)
    engine = voice.partition(":")[0] or "kokoro"
    return Fit(
        script(transcript, translation, language),
        language,
        pace=pace or fitting.usual_pace(engine, language),
        voice=voice or ("" if pace else f"a voice of {engine.capitalize()}"),
        duration_s=duration_s,
        speed=speed,
        limits=_checked(LIMITS, limits),
    )


def _checked(limits: Limits, changed: LimitOptions) -> Limits:
    """Return changed limits. Raises BadInputError for an unknown one or one that is out of its range."""
    for name, value in changed.items():
        if name not in _RANGES:
            raise BadInputError(f"There is no limit called {name}.", f"There are {', '.join(_RANGES)}.")
        low, high = _RANGES[name]
        if not isinstance(value, int | float) or not low <= value <= high:
            raise BadInputError(f"{name} cannot be {value!r}.", f"Give {low:g} to {high:g}.")
    made = replace(limits, **changed)
    # Who allows less than what is not noticed, or notices only beyond what is allowed, means the same limit by both.
    if "clean_stretch" in changed and "flagged_stretch" not in changed:
        return replace(made, flagged_stretch=max(made.flagged_stretch, made.clean_stretch))
    return replace(made, clean_stretch=min(made.clean_stretch, made.flagged_stretch))


def _row(number: int, one: fitting.Foreseen) -> dict[str, Any]:
    return {
        "line": number if one.line.number is None else one.line.number,
        "start_s": round(one.line.start_s, 3),
        "end_s": round(one.line.end_s, 3),
        "source_text": one.line.source_text,
        "text": one.text,
        "slot_s": round(one.slot_s, 3),
        "natural_s": round(one.natural_s, 3),
        "tempo": round(one.tempo, 3),
        "rate": one.rate,
        "stretch": round(one.placement.stretch, 3),
        "onset_error_s": round(one.onset_error_s, 3),
        "overflow_s": round(one.placement.overflow_s, 3),
        "outcome": one.outcome,
        "characters": one.characters,
        "over": one.over,
        "shorter": one.shorter,
        "measured": one.line.spoken_s is not None and not one.shorter,
        "takes": takes(one),
    }


def takes(one: fitting.Foreseen) -> str:
    """Return what it would take for a line to fit unnoticed, in words; empty where it does."""
    if one.outcome == "not spoken":
        return "a translation, if it shall be spoken"
    if one.outcome not in TROUBLED:
        return ""
    if one.over > 0:
        return f"{one.over} characters less, or {one.tempo:.2f} × the voice's pace"
    if one.over < 0:
        return f"{-one.over} characters more"
    return "the lines around it in time"
