"""One message from its first word to its answer: read, change the plan, dub what is missing, say what was done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nemodub_nb.local.agent import actions as do
from nemodub_nb.local.agent import replies
from nemodub_nb.local.agent.attachments import read_attachments
from nemodub_nb.local.agent.desk import DUB_COST, EDIT_COST, Answer, Desk, Event
from nemodub_nb.local.agent.grammar import understand
from nemodub_nb.local.agent.work import Work

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from nemodub_nb.local.store import Clip


def _clip_of(desk: Desk, name: str | None) -> Clip | None:
    if name is None:
        return desk.current()
    wanted = name.casefold()
    return next((clip for clip in reversed(desk.clips()) if clip.name.casefold() == wanted), None)


def cost_of(parts: Sequence[str], desk: Desk) -> int:
    """Return what a message will cost at most, where a quota is configured."""
    understanding = understand(parts[0])
    clip = _clip_of(desk, understanding.clip)
    if clip is None:
        return 0
    cost = 0
    for action in understanding.actions:
        if isinstance(action, do.Dub):
            cost += DUB_COST * len(action.languages)
        elif not isinstance(action, (*do.TALK, do.Undo, do.Approve, do.Transcribe)):
            cost = max(cost, EDIT_COST)
    return cost


async def respond(parts: Sequence[str], desk: Desk) -> AsyncGenerator[Event | Answer, None]:
    """Work on a message: events as they come, the Answer last. Nothing is kept here: whoever calls does, at the end."""
    understanding = understand(parts[0])
    clip = _clip_of(desk, understanding.clip)
    talk = _talk(understanding.actions)
    if clip is None:
        if understanding.clip is not None and desk.clips():
            said = replies.no_such_clip(understanding.clip, [each.name for each in desk.clips()])
        else:
            said = " ".join(talk) or replies.NO_CLIP
        yield Answer(said)
        return
    work = Work(clip, desk.plan(clip))
    work.say(*talk)
    work.edit(understanding.actions, desk)
    attachments = read_attachments(parts[1:])
    work.attach(attachments, desk)
    work.decide(understanding.actions, attachments, desk)
    async for event in work.finish(understanding.actions, desk):
        yield event
    if understanding.left_out:
        work.say(replies.left_out(understanding.left_out))
    elif not understanding.actions and work.plan == work.before:
        work.say(f"{replies.NOTHING_UNDERSTOOD} {replies.EXAMPLES}")
    changed = work.plan != work.before or work.undone > 0
    yield Answer(
        " ".join(work.said),
        clip.id,
        work.plan if changed else None,
        work.undone,
        work.cost if changed else 0,
        work.result(understanding.actions),
        work.learned,
    )


def _talk(said: Sequence[do.Action]) -> list[str]:
    answers = []
    for action in said:
        match action:
            case do.Help():
                answers.append(replies.HELP)
            case do.WhichLanguages():
                answers.append(replies.WHICH_LANGUAGES)
            case do.UnknownLanguages(words):
                answers.append(replies.unknown_languages(words))
            case do.ExportTalk():
                answers.append(replies.EXPORTS)
            case _:
                pass
    return answers
