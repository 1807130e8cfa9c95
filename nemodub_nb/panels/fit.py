"""The panel of the fit explorer: sliders for the limits, the lines that would not fit, and what each limit would change."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from nemodub_nb import timeline
from nemodub_nb.fitting import LIMITS, OUTCOMES
from nemodub_nb.project import Fit as Foreseen
from nemodub_nb.project.fit_show import TONES
from nemodub_nb.project.safe import plain

from . import front, words
from .panel import Panel
from .story import Story
from .workflow import Workflow

if TYPE_CHECKING:
    from nemodub_nb.project import Project

_MOST_ROWS: Final = 100
_MOST_LINES: Final = 2000
_LONGEST: Final = 300
_SLIDERS: Final = (
    ("fastest_rate", words.FIT_RATE, 1.0, 1.5, 0.05, "×"),
    ("flagged_stretch", words.FIT_STRETCH, 1.0, 1.6, 0.05, "×"),
    ("lean_s", words.FIT_LEAN, 0.0, 0.5, 0.05, "s"),
    ("merge_lines", words.FIT_SHARE, 1, 8, 1, ""),
    ("slow_video", words.FIT_SLOW, 1.0, 2.0, 0.1, "×"),
)
"""Limit, label, least, most, step and unit of each slider."""


class Fit(Panel):
    """Which lines will not fit, and what each limit would change.

    Shows a fit that was foreseen (`nd.fit(…)`, `project.fit(…)`), or one language of a project's script or dub: the first
    one on its timeline unless `to` says which.
    """

    _esm = front.esm("fit")
    _css = front.css("fit")
    title = words.FIT
    number = 4

    def __init__(
        self, source: Foreseen | Project | Workflow | None = None, to: str | None = None, **options: Any
    ) -> None:
        self._given = source if isinstance(source, Foreseen) else None
        self._base = self._given
        self._to = to
        self._limits: dict[str, Any] = {}
        self._found = self._base
        super().__init__(None if isinstance(source, Foreseen) else source, **options)

    # What it shows

    def draw(self) -> dict[str, Any]:
        """Return the sliders, the lines and what each limit would change."""
        found = self._found
        if found is None:
            return {"say": words.FIT_NOTHING, "ready": False}
        troubled = found.troubled()
        return {
            "say": found.summary(),
            "ready": True,
            "known": found.known_by(),
            "language": found.language,
            "languages": [[tag, words.english_name(tag)] for tag in self._languages()],
            "sliders": [self._slider(*one) for one in _SLIDERS],
            "changed": bool(self._limits),
            "lines": [[one.outcome, TONES[one.outcome][0]] for one in found.foreseen[:_MOST_LINES]],
            "legend": [
                [name, TONES[name][0], OUTCOMES[name], count] for name, count in found.counts().items()
            ],
            "rows": [_shown(row) for row in troubled.head(_MOST_ROWS).to_dict("records")],
            "more": max(0, len(troubled) - _MOST_ROWS),
            "what_if": [_scenario(row) for row in found.what_if().to_dict("records")],
        }

    def twin(self) -> str:
        """Return the calls that tell the same."""
        changed = ", ".join(f"{name}={value:g}" for name, value in self._limits.items())
        if self._given is not None:
            return (
                f"fit = fit.change({changed})\nfit.troubled()" if changed else "fit.troubled()\nfit.what_if()"
            )
        flow = self.workflow
        language = self._base.language if self._base else self._to or "es"
        arguments = ", ".join(filter(None, [repr(language), changed]))
        return (
            f"import nemodub_nb as nd\n\nproject = nd.open_project({flow.name!r}, backend={flow.backend!r})\n"
            f"fit = project.fit({arguments})\nfit.troubled()"
        )

    def story(self) -> Story:
        """Return the same for a saved notebook."""
        if self._found is None:
            return Story(self.title, "")
        rows = self._found.troubled().head(_MOST_ROWS).to_dict("records")
        text = "\n".join(
            f"{row['line']}  {row['outcome']}  {row['takes']}  {plain(row['text'])}" for row in rows
        )
        return Story(self.title, self._found.summary(), self._found._repr_html_(), text)

    def done(self) -> bool:
        """Tell whether there is something to look at."""
        return self._found is not None

    def heard(self, topic: str, _detail: Any) -> None:
        """Read the lines anew when there may be others."""
        if self._given is None and topic in {"timeline", "connection", "clips"}:
            self.spawn(self._read())

    # What the page asks for

    async def do_limit(self, message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Look again under another limit."""
        slider = next((one for one in _SLIDERS if one[0] == message.get("name")), None)
        value = message.get("value")
        if slider is None or isinstance(value, bool) or not isinstance(value, int | float):
            return
        if not math.isfinite(value):
            return
        name, _, least, most, step, _ = slider
        kept = min(max(round(value / step) * step, least), most)
        self._limits[name] = int(kept) if name == "merge_lines" else round(kept, 2)
        if self._limits[name] == getattr(LIMITS, name):
            del self._limits[name]
        self._look()

    async def do_language(self, message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Look at another language."""
        if message.get("language") in self._languages():
            self._to = str(message["language"])
            await self._read()

    async def do_reset(self, _message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Go back to the limits that hold."""
        self._limits.clear()
        self._look()

    # The inside

    async def _begin(self) -> None:
        if self._given is None:
            await super()._begin()
            return
        self._unsubscribe = self.workflow.subscribe(self._told)  # no backend is needed for what is foreseen
        self.refresh()

    async def _read(self) -> None:
        project, there = self.workflow.project, self._languages()
        language = self._to if self._to in there else next(iter(there), None)
        if project is None or language is None:
            self._base = self._found = None
            return
        self._base = await project.afit(language)
        self._look()

    def _languages(self) -> list[str]:
        """Return the languages that have lines to look at, each once."""
        tracks = timeline.decode(self.workflow.draft).tracks
        found = (track.language for track in tracks if track.role in {"dub", "script"} and track.segments)
        return list(dict.fromkeys(tag for tag in found if tag))

    def _look(self) -> None:
        self.clear_error()
        self._found = self._base.change(**self._limits) if self._base else None

    def _slider(
        self, name: str, label: str, least: float, most: float, step: float, unit: str
    ) -> dict[str, Any]:
        usual = getattr(LIMITS, name)
        value = self._limits.get(name, usual)
        return {
            "name": name,
            "label": label,
            "min": least,
            "max": most,
            "step": step,
            "unit": unit,
            "value": value,
        }


def _shown(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a line as the page shows it."""
    return {
        "line": row["line"],
        "at": row["start_s"],
        "outcome": row["outcome"],
        "tone": TONES[row["outcome"]][0],
        "tempo": row["tempo"],
        "stretch": row["stretch"],
        "takes": plain(row["takes"], _LONGEST),
        "text": plain(row["text"], _LONGEST),
        "source": plain(row["source_text"], _LONGEST),
    }


def _scenario(row: Mapping[Any, Any]) -> list[Any]:
    return [row["if"], row["unnoticed"], row["flagged"], row["overflow"], row["worst_onset_s"]]
