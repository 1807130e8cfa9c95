"""What a person decided about single lines: of the transcript, or of one language."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Literal, get_args

from nemodub_nb.local.engine.errors import BadJobError
from nemodub_nb.local.engine.lines import Line

Sound = Literal["dub", "mute", "original"]
"""What is heard of a line: the new voice, nothing, or the speaker of the clip."""
SOUNDS: Final = get_args(Sound)
LONGEST_TEXT: Final = 2000
"""Characters of a line."""
_SHORTEST_S: Final = 0.05


@dataclass(frozen=True)
class LineEdit:
    """Decisions about one line; what is None is left to the engine."""

    line: int
    """The line's index."""
    language: str | None = None
    """BCP 47; None is the transcript."""
    text: str | None = None
    """Its words. In the transcript, empty words are no speech: the line goes."""
    voice: str | None = None
    """Who speaks it, such as `kokoro:em_alex`."""
    start_s: float | None = None
    """When it begins on the clip's timeline."""
    end_s: float | None = None
    """When the source line ends; of the transcript only."""
    sound: Sound | None = None
    """What is heard of it; None is the new voice."""
    approved: bool = False
    """Whether a person said that it is right as it is."""

    def to_dict(self) -> dict[str, Any]:
        """Return what was decided as plain JSON values."""
        return {
            name: value
            for name, value in asdict(self).items()
            if name == "line" or (value is not None and value is not False)
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> LineEdit:
        """Return what `to_dict` wrote. Raises BadJobError when it cannot be meant."""
        try:
            edit = cls(**data)
            numbers = [value for value in (edit.start_s, edit.end_s) if value is not None]
            usable = (
                isinstance(edit.line, int)
                and edit.line >= 0
                and all(math.isfinite(value) and value >= 0 for value in numbers)
                and all(
                    value is None or isinstance(value, str)
                    for value in (edit.text, edit.voice, edit.language)
                )
                and len(edit.text or "") <= LONGEST_TEXT
                and isinstance(edit.approved, bool)
                and edit.sound in (None, *SOUNDS)
            )
        except (TypeError, AttributeError) as error:
            raise BadJobError(f"A line's edit cannot be read: {error}.", "Check the request.") from error
        if not usable:
            raise BadJobError(f"The edit of line {edit.line} cannot be meant.", "Check its values.")
        return edit


def of_language(edits: Iterable[LineEdit], language: str | None) -> dict[int, LineEdit]:
    """Return the edits of one language, of the transcript with None, by line."""
    return {edit.line: edit for edit in edits if edit.language == language}


def merged(
    edits: Sequence[LineEdit], line: int, language: str | None, said: Mapping[str, Any]
) -> tuple[LineEdit, ...]:
    """Return the edits with some decisions about one line changed; a decision of None is taken back.

    Approving is taken back by every other change. An edit that decides nothing is left out.
    """
    key = (language or "", line)
    known = {(edit.language or "", edit.line): edit for edit in edits}
    before = known.pop(key, LineEdit(line, language))
    after = replace(before, **{"approved": False, **said})
    if after != LineEdit(line, language):
        known[key] = after
    return tuple(known[each] for each in sorted(known))


def corrected(lines: Sequence[Line], edits: Iterable[LineEdit]) -> tuple[Line, ...]:
    """Return the transcript as a person corrected it, in the order of onsets; lines keep their indices."""
    decided = of_language(edits, None)
    made: list[Line] = []
    for line in lines:
        edit = decided.get(line.index)
        if edit is None:
            made.append(line)
        elif edit.text != "":
            start_s = line.start_s if edit.start_s is None else edit.start_s
            end_s = line.end_s if edit.end_s is None else edit.end_s
            if edit.end_s is None and edit.start_s is not None:
                end_s = max(end_s, start_s + _SHORTEST_S)
            made.append(
                replace(
                    line,
                    text=line.text if edit.text is None else edit.text.strip(),
                    start_s=start_s,
                    end_s=max(end_s, start_s + _SHORTEST_S),
                )
            )
    return tuple(sorted(made, key=lambda line: (line.start_s, line.index)))
