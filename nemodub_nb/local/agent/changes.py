"""How each action changes a plan, and what is said about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from nemodub_nb.fitting import SLOW_VIDEO_MOST
from nemodub_nb.languages import base, english_name
from nemodub_nb.local.agent import actions as do
from nemodub_nb.local.agent import ranges
from nemodub_nb.local.agent.plan import ClipPlan, Title
from nemodub_nb.local.agent.words import listed, percent, seconds
from nemodub_nb.presets import DUB_LUFS, LOUDNESS_RANGE_LUFS, lufs

if TYPE_CHECKING:
    from collections.abc import Callable

    from nemodub_nb.local.store import Clip

LEVELS = (0.0, 2.0)
SPEEDS = (0.7, 1.5)
_LEAST_TIMELINE_S = 0.1
_MOST_TITLES = 100
_NO_DIFFERENCE = 0.005

_KOKORO_LANGUAGES = {
    "a": "en",
    "b": "en",
    "e": "es",
    "f": "fr",
    "h": "hi",
    "i": "it",
    "j": "ja",
    "p": "pt",
    "z": "zh",
}


@dataclass(frozen=True)
class Change:
    """A plan after an action."""

    plan: ClipPlan
    """The plan; the same one when nothing changed."""
    said: str
    """What was done, or why it was not: a sentence."""


def apply(action: do.Action, plan: ClipPlan, clip: Clip) -> Change:
    """Return what an action makes of a plan. Pure; dubbing itself comes later, from the plan."""
    change = _CHANGES.get(type(action))
    return change(action, plan, clip) if change else Change(plan, "")


_ORIGINAL = {
    "remove": "The original voice is taken out under the dub.",
    "duck": "The original sound stays low under the dub.",
    "keep": "The original sound stays as loud as it was.",
}
_SUBTITLES = {
    "track": "Subtitles are on, as a track that players can switch.",
    "burned": "Subtitles are burned into the picture.",
    "off": "Subtitles are off.",
}


def _without_languages(plan: ClipPlan, languages: tuple[str, ...]) -> Change:
    there = (*plan.languages, *plan.scripts)
    if not languages:
        languages = there
    gone = [tag for tag in there if tag in languages or base(tag) in languages]
    missing = [tag for tag in languages if tag not in gone and tag not in {base(there) for there in gone}]
    said = []
    if gone:
        said.append(f"I removed {listed([english_name(tag) for tag in gone])}.")
    if missing:
        said.append(f"There is no {listed([english_name(tag) for tag in missing])} dub to remove.")
    kept = tuple(tag for tag in plan.languages if tag not in gone)
    scripts = tuple(tag for tag in plan.scripts if tag not in gone)
    return Change(
        replace(plan, languages=kept, scripts=scripts), " ".join(said) or "There is no dub to remove."
    )


def _level(action: do.Level, plan: ClipPlan) -> Change:
    now = plan.background if action.what == "background" else plan.dub_volume
    wanted = now * action.value if action.relative else action.value
    value = round(min(max(wanted, LEVELS[0]), LEVELS[1]), 4)
    limited = "" if abs(value - wanted) < _NO_DIFFERENCE else f" ({percent(LEVELS[1])} is the most)"
    if action.what == "dub":
        return Change(replace(plan, dub_volume=value), f"The dubbed voice is at {percent(value)}{limited}.")
    said = f"The background is at {percent(value)}{limited}."
    if plan.original != "remove":
        said += " The original voice is part of it, since it is kept."
    return Change(replace(plan, background=value), said)


def _title(action: do.AddTitle, plan: ClipPlan, clip: Clip) -> Change:
    if clip.kind == "audio":
        return Change(plan, "A title needs a picture, and this clip has sound only.")
    parts = plan.parts(clip.duration_s)
    total = ranges.length(parts)
    start = action.start_s if action.start_s >= 0 else max(0.0, total + action.start_s)
    if start >= total > 0:
        return Change(plan, f"The title would start after the end: the timeline is {seconds(total)} long.")
    end = min(start + action.duration_s, total)
    title = Title(action.text, ranges.to_source(parts, start), ranges.to_source(parts, end))
    others = [old for old in plan.titles if old.end_s <= title.start_s or old.start_s >= title.end_s]
    if len(others) >= _MOST_TITLES:
        return Change(plan, f"There are {_MOST_TITLES} titles already; remove some first.")
    titles = tuple(sorted([*others, title], key=lambda each: each.start_s))
    said = f"The title “{action.text}” shows from {seconds(start)} to {seconds(end)}."
    return Change(replace(plan, titles=titles), said)


def _trim(action: do.Keep | do.Drop, plan: ClipPlan, clip: Clip) -> Change:
    parts = plan.parts(clip.duration_s)
    total = ranges.length(parts)
    start = action.start_s if action.start_s >= 0 else total + action.start_s
    end = total if action.end_s is None else action.end_s
    start, end = max(0.0, start), min(end, total)
    if end - start <= 0:
        return Change(plan, f"That part is not there: the timeline is {seconds(total)} long.")
    kept = (ranges.keep if isinstance(action, do.Keep) else ranges.drop)(parts, start, end)
    left = ranges.length(kept)
    if left < _LEAST_TIMELINE_S:
        return Change(plan, f"That would leave nothing: the timeline is {seconds(total)} long.")
    verb = "I kept" if isinstance(action, do.Keep) else "I cut"
    said = f"{verb} {seconds(start)} to {seconds(end)}; the timeline is now {seconds(left)} long."
    return Change(replace(plan, kept=kept), said)


def _aspect(ratio: str | None, plan: ClipPlan, clip: Clip) -> Change:
    if clip.kind == "audio":
        return Change(plan, "This clip has sound only, so there is no picture to reshape.")
    said = f"The picture is {ratio} now." if ratio else "The picture has its own shape again."
    return Change(replace(plan, aspect=ratio), said)


def _loudness(wanted: float | None, plan: ClipPlan) -> Change:
    if wanted is None:
        return Change(replace(plan, loudness_lufs=None), f"An export has {lufs(DUB_LUFS)} again, as usual.")
    least, most = LOUDNESS_RANGE_LUFS
    value = min(max(wanted, least), most)
    limited = "" if value == wanted else f" ({least:g} to {most:g} is the range)"
    return Change(replace(plan, loudness_lufs=value), f"An export is brought to {lufs(value)}{limited}.")


def voice_language(voice: str) -> str | None:
    """Return the language that a voice's name says it speaks, None when it does not say."""
    engine, _, name = voice.partition(":")
    if engine == "kokoro":
        return _KOKORO_LANGUAGES.get(name[:1])
    head = name.replace("-", "_").split("_", 1)[0]
    return head if engine in ("piper", "espeak") and len(head) in (2, 3) else None


_SEPARATORS = {"deepfilternet": "DeepFilterNet", "demucs": "Demucs, which takes its time"}
_APART = {
    True: "Each speaker has a voice of their own.",
    False: "One voice speaks for everybody.",
}


def _voice(voice: str, language: str | None, plan: ClipPlan, speaker: str | None = None) -> Change:
    spoken = voice_language(voice)
    if language is None:
        fitting = [tag for tag in plan.languages if spoken is None or base(tag) == spoken]
        language = fitting[0] if len(fitting) == 1 else spoken
    if language is None:
        return Change(plan, f"Say which language {voice} is for: “Use the voice {voice} for Spanish”.")
    if speaker is not None:
        said = f"{speaker} is spoken by {voice} in {english_name(language)}."
        return Change(plan.with_cast(language, speaker, voice), said)
    return Change(plan.with_voice(language, voice), f"{english_name(language)} is spoken by {voice}.")


def _speed(action: do.Speed, plan: ClipPlan) -> Change:
    wanted = plan.speed * action.value if action.relative else action.value
    value = round(min(max(wanted, SPEEDS[0]), SPEEDS[1]), 3)
    limited = "" if abs(value - wanted) < _NO_DIFFERENCE else f" ({SPEEDS[0]:g}-{SPEEDS[1]:g} is the range)"
    return Change(replace(plan, speed=value), f"The voices speak at {value:g} times their own rate{limited}.")


def _slow_picture(action: do.SlowPicture, plan: ClipPlan, clip: Clip) -> Change:
    if clip.kind != "video":
        return Change(plan, "There is no moving picture to slow down.")
    most = min(max(action.most, 1.0), SLOW_VIDEO_MOST)
    if most == 1:
        return Change(replace(plan, slow_video=1.0), "The picture is never slowed down.")
    limited = f" ({SLOW_VIDEO_MOST:g} is the most)" if action.most > SLOW_VIDEO_MOST else ""
    said = f"The picture may be slowed down, up to {most:g} times{limited}, under a line that does not fit otherwise."
    return Change(replace(plan, slow_video=most), said)


def _dub(action: do.Dub, plan: ClipPlan) -> Change:
    new = tuple(tag for tag in action.languages if tag not in plan.languages)
    scripts = tuple(tag for tag in plan.scripts if tag not in action.languages)
    return Change(replace(plan, languages=plan.languages + new, scripts=scripts), "")


def _review(action: do.Review, plan: ClipPlan) -> Change:
    dubbed = [english_name(tag) for tag in action.languages if tag in plan.languages]
    new = tuple(tag for tag in action.languages if tag not in (*plan.languages, *plan.scripts))
    said = (
        f"{listed(dubbed)} {'is' if len(dubbed) == 1 else 'are'} dubbed already; the lines can be changed as they are."
        if dubbed
        else ""
    )
    return Change(replace(plan, scripts=plan.scripts + new), said)


def _subtitles(action: do.Subtitles, plan: ClipPlan) -> Change:
    said = _SUBTITLES[action.mode]
    missing = [english_name(tag) for tag in action.languages if tag not in plan.languages]
    if missing and action.mode != "off":
        said += f" They come with a dub: say “Dub this video into {listed(missing)}” to have {listed(missing)} ones."
    elif action.languages:
        said += " That holds for all languages of the clip."
    return Change(replace(plan, subtitles=action.mode), said)


def _no_titles(plan: ClipPlan) -> Change:
    said = "I took the title away." if plan.titles else "There is no title to take away."
    return Change(replace(plan, titles=()), said)


def _no_glossary(plan: ClipPlan) -> Change:
    said = "The glossary is no longer used." if plan.glossaries else "No glossary is used."
    return Change(replace(plan, glossaries=()), said)


_CHANGES: dict[type, Callable[[Any, ClipPlan, Clip], Change]] = {
    do.Dub: lambda action, plan, _: _dub(action, plan),
    do.Review: lambda action, plan, _: _review(action, plan),
    do.SpokenLanguage: lambda action, plan, _: Change(
        replace(plan, source_language=action.language),
        f"The clip is in {english_name(action.language)}.",
    ),
    do.RemoveLanguages: lambda action, plan, _: _without_languages(plan, action.languages),
    do.OriginalVoice: lambda action, plan, _: Change(
        replace(plan, original=action.mode), _ORIGINAL[action.mode]
    ),
    do.Level: lambda action, plan, _: _level(action, plan),
    do.Subtitles: lambda action, plan, _: _subtitles(action, plan),
    do.AddTitle: _title,
    do.RemoveTitles: lambda _action, plan, _clip: _no_titles(plan),
    do.Keep: _trim,
    do.Drop: _trim,
    do.Restore: lambda _action, plan, _clip: Change(
        replace(plan, kept=()), "The clip has its whole length again."
    ),
    do.Aspect: lambda action, plan, clip: _aspect(action.ratio, plan, clip),
    do.Loudness: lambda action, plan, _: _loudness(action.lufs, plan),
    do.UseVoice: lambda action, plan, _: _voice(action.voice, action.language, plan, action.speaker),
    do.UseSeparator: lambda action, plan, _: Change(
        replace(plan, separator=action.name, original="remove"),
        f"The original voice is taken out by {_SEPARATORS[action.name]}.",
    ),
    do.TellApart: lambda action, plan, _: Change(replace(plan, apart=action.wanted), _APART[action.wanted]),
    do.Speed: lambda action, plan, _: _speed(action, plan),
    do.SlowPicture: _slow_picture,
    do.NoGlossary: lambda _action, plan, _clip: _no_glossary(plan),
    do.Quality: lambda action, plan, _: Change(
        replace(plan, quality=action.which), f"The {action.which} voices are used."
    ),
}
"""What each kind of action does; the others are answered only."""
