"""How lines that are not spoken yet will fit: what the project's fit foresees, with changes that are not sent yet."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from nemodub_nb.client import NemoError
from nemodub_nb.project.fit_show import TONES
from nemodub_nb.project.foreseen import takes

from . import edit_words
from .timeline_sheet import Label

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nemodub_nb.fitting import Foreseen, PlannedLine
    from nemodub_nb.project import Clip, Fit, Project

    from .pending import Pending

_VERDICTS: Final = {"ok": "good", "warn": "look", "bad": "bad", "": ""}


async def fits(project: Project, languages: Iterable[str], clip: Clip | None) -> dict[str, Fit]:
    """Return what is foreseen of each language; one that nothing is known of is left out."""
    found = {}
    for tag in languages:
        try:
            found[tag] = await project.afit(tag, clip=clip)
        except NemoError:  # the lines are judged by their length then
            continue
    return found


def labels(fit: Fit) -> dict[int, Label]:
    """Return what is said of each line of a script."""
    return {one.line.number: _label(one) for one in fit.foreseen if one.line.number is not None}


def line(fit: Fit, changes: Pending, number: int) -> dict[str, Any] | None:
    """Return what is foreseen of one line once the changes are made, for the page; None where it is not there."""
    its, source = changes.get(fit.language, {}), changes.get("", {})
    script = [
        _changed(one, its.get(str(one.number), {}), source.get(str(one.number), {})) for one in fit.script
    ]
    again = fit.on(sorted(script, key=lambda one: one.start_s))
    found = next((one for one in again.foreseen if one.line.number == number), None)
    if found is None:
        return None
    label = _label(found)
    return {"of": fit.language, "line": number, "word": label.word, "tone": label.tone, "takes": takes(found)}


def _changed(planned: PlannedLine, its: Mapping[str, Any], source: Mapping[str, Any]) -> PlannedLine:
    """Return a line with what was decided about it; words that are to be translated afresh are not known yet."""
    begins_s = source.get("start_s", planned.start_s)
    length_s = source.get("end_s", planned.end_s) - begins_s
    start_s = begins_s if its.get("start_s") is None else its["start_s"]
    moved = replace(planned, start_s=start_s, end_s=start_s + length_s)
    text = "" if its.get("sound") is not None else its.get("text")
    if text is None or text == planned.text:
        return moved
    return replace(moved, text=text, alternative="", spoken_s=None)


def _label(one: Foreseen) -> Label:
    tone = TONES[one.outcome][0]
    return Label(_VERDICTS[tone], *edit_words.outcome(one.outcome, takes(one)))
