"""What the panels have done about single lines, as works of the workflow: written, changed, approved, taken back, spoken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from nemodub_nb.project import BadInputError

from . import calls, edit_words, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nemodub_nb.project import Clip, Project, Reply
    from nemodub_nb.project.edits import ReviewOptions

    from .workflow import Workflow

_MOST_NAMED: Final = 20
"""A work on more lines than this is told without each of them."""


async def transcribe(flow: Workflow) -> Reply:
    """Have written down what is said in the clip."""
    project, clip = _open(flow), several(flow)
    options: ReviewOptions = {"clip": clip, "source": flow.choices.source}
    call = f"project.transcribe({f'clip={calls.quoted(clip.name)}' if clip else ''})"
    return await flow.run(
        "lines", edit_words.TRANSCRIBE, lambda view: project.atranscribe(show=view, **options), call
    )


async def review(flow: Workflow) -> Reply:
    """Have scripts written in the languages chosen; then they are dubbed, unless it is chosen anew to look first."""
    project, clip, chosen = _open(flow), several(flow), flow.choices
    options: ReviewOptions = {
        "clip": clip,
        "source": chosen.source,
        "memory": chosen.memory,
        "glossary": chosen.glossary.given(),
    }
    reply = await flow.run(
        "review",
        edit_words.writing(chosen.to),
        lambda view: project.areview(chosen.to, show=view, **options),
        calls.review(chosen, clip.name if clip else None),
    )
    flow.choose(look=False)
    return reply


async def edit(flow: Workflow, rows: Sequence[dict[str, Any]]) -> Reply:
    """Have lines changed, of the transcript and of all languages in one message, which one undo takes back."""
    project, clip = _open(flow), several(flow)
    tags = dict.fromkeys(row.get("language", "") for row in rows)
    call = calls.edit(rows, clip.name if clip else None) if len(rows) <= _MOST_NAMED else ""
    return await flow.run(
        "lines",
        edit_words.changing(len(rows), [*tags]),
        lambda view: project.aedit(rows, clip=clip, show=view),
        call or "project.edit(rows)",
    )


async def approve(flow: Workflow, language: str) -> Reply:
    """Have all lines of a language approved."""
    project, clip = _open(flow), several(flow)
    return await flow.run(
        "lines",
        edit_words.approve_all(language),
        lambda view: project.aapprove(language, clip=clip, show=view),
        f"project.approve({calls.quoted(language)})",
    )


async def undo(flow: Workflow) -> Reply:
    """Have the last change taken back."""
    project, clip = _open(flow), several(flow)
    return await flow.run(
        "lines", edit_words.UNDO, lambda view: project.aundo(clip=clip, show=view), "project.undo()"
    )


async def dub_scripts(flow: Workflow) -> Reply:
    """Have the scripts spoken, with voices and sound as they are chosen."""
    chosen = flow.choices
    flow.choose(to=flow.scripts, look=False, sentence=None)
    try:
        return await flow.dub()
    finally:
        there = (*chosen.to, *(tag for tag in flow.languages if tag not in chosen.to))
        flow.choose(to=there)


def several(flow: Workflow) -> Clip | None:
    """Return the clip where it has to be named, for there are others."""
    return flow.clip if len(flow.clips) > 1 else None


def _open(flow: Workflow) -> Project:
    if flow.project is None:
        raise BadInputError(words.NOT_CONNECTED, words.CONNECT_FIRST)
    return flow.project
