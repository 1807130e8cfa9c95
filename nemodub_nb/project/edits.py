"""Changed lines, read from tables, files and code, and said to the agent."""

from __future__ import annotations

import asyncio
import csv
import hashlib
import json
import os
import pathlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, TypedDict

from nemodub_nb import timeline
from nemodub_nb.timeline.lines import EDITABLE, TRANSCRIPT_EDITABLE, ReadOnlyError

from . import attachments
from .errors import BadInputError, NotHereError, NothingChangedError
from .sentences import for_clip, listed, parse_languages, review_sentence, spoken

if TYPE_CHECKING:
    import pandas as pd

    from .actions import Actions
    from .live import View
    from .talk import OnEvent
    from .values import Clip, Reply

MEMORY_COLUMNS: Final = ("source", "target", "target_language", "source_language")
_SAMPLE: Final = 64 * 1024
_ADVICE: Final = f"Change the columns {listed([*EDITABLE])} of project.lines(language), or {listed([*TRANSCRIPT_EDITABLE])} of project.lines()."


class ReviewOptions(TypedDict, total=False):
    """The choices of a script; see Project.review."""

    clip: Clip | str | None
    source: str | None
    transcript: str | os.PathLike[str] | bool | None
    memory: attachments.Files | None
    glossary: attachments.Glossary | None


async def lines(actions: Actions, language: str | None, clip: Clip | str | None) -> pd.DataFrame:
    """Return the lines of a language, or those of the transcript."""
    chosen = actions.clip(clip)
    draft = await actions.look()
    name = chosen.name if chosen else None
    if language is None:
        return timeline.transcript(draft, name)
    return timeline.lines(draft, parse_languages(language)[0], name)


async def review(
    actions: Actions,
    to: str | Iterable[str] | None,
    view: View,
    options: ReviewOptions,
    on_event: OnEvent | None = None,
) -> Reply:
    """Have the transcript, or scripts, written without a voice."""
    chosen = actions.clip(options.get("clip"))
    source = parse_languages(options.get("source") or "")
    glossary = attachments.glossary_parts(options.get("glossary"))
    said = "Transcribe this video." + (f" The video is in {spoken(source[0])}." if source else "")
    if to is not None:
        tags = parse_languages(to)
        if not tags:
            raise BadInputError(
                "No language to translate into was given.", 'Name at least one, such as to=["es"].'
            )
        said = review_sentence(
            tags,
            source=source[0] if source else None,
            no_glossary=attachments.no_glossary(options.get("glossary"), glossary),
        )
    parts = [
        *actions.transcript_parts(chosen, options.get("transcript"), view),
        *attachments.memory_parts(options.get("memory")),
        *glossary,
    ]
    named = actions.named(chosen, options.get("clip"))
    return await actions.say(for_clip(said, named), parts, view, on_event=on_event)


async def edit(
    actions: Actions, changes: Any, language: str | None, clip: Clip | str | None, view: View
) -> Reply:
    """Say what a table, a file or a list of rows changes. Raises BadInputError before anything is sent."""
    chosen = actions.clip(clip)
    tag = parse_languages(language)[0] if language else None
    decided = await _decided(actions, changes, tag, chosen)
    if not decided:
        raise NothingChangedError("Nothing is different from what is there.", _ADVICE)
    content = json.dumps(decided, ensure_ascii=False, indent=1)
    digest = hashlib.sha256(content.encode(errors="replace")).hexdigest()[:8]
    said = for_clip(f"Apply the line edits {digest}.", actions.named(chosen, clip))
    step = f"Edit {len(decided)} line{'s' if len(decided) > 1 else ''}"
    return await actions.say(said, [f"Line edits: edits.json\n{content}"], view, step=step)


async def approve(
    actions: Actions, language: str, lines_: Iterable[int] | None, clip: Clip | str | None, view: View
) -> Reply:
    """Approve lines: the translation memory learns them."""
    chosen, tag = actions.clip(clip), parse_languages(language)[0]
    numbers = None if lines_ is None else sorted({int(line) for line in lines_})
    if numbers is not None and not numbers:
        raise BadInputError("No line to approve was given.", "Give their numbers, or none to approve all.")
    which = "all lines" if numbers is None else f"lines {', '.join(map(str, numbers))}"
    said = for_clip(f"Approve {which} in {spoken(tag)}.", actions.named(chosen, clip))
    return await actions.say(said, [], view)


async def undo(actions: Actions, clip: Clip | str | None, view: View) -> Reply:
    """Go back by one change."""
    return await actions.say(for_clip("Undo.", actions.named(actions.clip(clip), clip)), [], view)


async def memory(actions: Actions) -> pd.DataFrame:
    """Return what was approved."""
    import pandas as pd

    connection = actions.desk.connection
    if not connection.extended:
        raise NotHereError(
            "The cloud does not tell what was approved.",
            "Approve lines at the embedded backend: backend='local'.",
        )
    client = await connection.client()
    rows = await connection.guard(client.approved())
    return pd.DataFrame(
        {
            name: pd.array([str(row.get(name) or "") for row in rows], dtype="string[python]")
            for name in MEMORY_COLUMNS
        }
    )


async def _decided(
    actions: Actions, changes: Any, tag: str | None, clip: Clip | None
) -> list[dict[str, Any]]:
    import pandas as pd

    if isinstance(changes, str | os.PathLike):
        changes = await asyncio.to_thread(_read, changes)
    if not isinstance(changes, pd.DataFrame):
        return _rows(changes, tag)
    draft = await actions.look()
    name = clip.name if clip else None
    if "language" not in changes.columns:
        return _compared(draft, changes, tag, name)
    found: list[dict[str, Any]] = []
    for each, part in changes.groupby(changes["language"].astype("string"), sort=False):
        if tag in (None, str(each)):
            found += _compared(draft, part, parse_languages(str(each))[0], name)
    return found


def _compared(draft: Any, after: pd.DataFrame, tag: str | None, clip: str | None) -> list[dict[str, Any]]:
    """Return what a table decides against what is there."""
    before = timeline.transcript(draft, clip) if tag is None else timeline.lines(draft, tag, clip)
    if before.empty:
        what = f"{spoken(tag)} lines" if tag else "transcript"
        raise BadInputError(
            f"There are no {what} yet." if tag else f"There is no {what} yet.",
            f"Call project.{'review' if tag else 'transcribe'}({repr(tag) if tag else ''}) or project.dub(…) first.",
        )
    try:
        decided = timeline.line_changes(before, after)
    except ReadOnlyError as error:
        raise BadInputError(str(error), _ADVICE) from error
    return [{**one, **({"language": tag} if tag else {})} for one in decided]


def _rows(rows: Any, tag: str | None) -> list[dict[str, Any]]:
    """Return decisions that were given as rows: `{"line": 3, "text": "…"}`."""
    usual = "Give rows such as {'line': 3, 'text': '…'}. " + _ADVICE
    try:
        given = [dict(row) for row in rows]
    except (TypeError, ValueError) as error:
        raise BadInputError("The changes are neither a table, a file nor a list of rows.", usual) from error
    for row in given:
        language = row.get("language") or tag
        known = EDITABLE if language else TRANSCRIPT_EDITABLE
        line = row.get("line")
        if isinstance(line, bool) or not isinstance(line, int):
            raise BadInputError("A row has no line.", usual)
        if unknown := [str(name) for name in row if name not in ("line", "language", *known)]:
            raise BadInputError(f"Line {line}: {' and '.join(unknown)} cannot be set.", _ADVICE)
        if language:
            row["language"] = parse_languages(language)[0]
    return given


def _read(given: str | os.PathLike[str]) -> pd.DataFrame:
    """Read a CSV as people's programs write it: with commas, semicolons or tabs. Raises BadInputError."""
    import pandas as pd

    path = pathlib.Path(given).expanduser()
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            head = file.readline(_SAMPLE)
            file.seek(0)
            mark = max(",;\t", key=head.count)
            return pd.read_csv(file, sep=mark, dtype="string", keep_default_na=False, na_values=[""])
    except (OSError, UnicodeDecodeError, ValueError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadInputError(
            f"{path} cannot be read as a table ({reason}).",
            "Give a CSV file in UTF-8, as project.lines(language).to_csv(…, index=False) writes it.",
        ) from error
