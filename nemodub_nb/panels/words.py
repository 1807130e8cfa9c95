"""The English words that the panels' Python shows, in one place; the page's own stand at the top of each of its files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from nemodub_nb import languages
from nemodub_nb.project.safe import plain

# Titles
STUDIO: Final = "Dub a video"
CONNECT: Final = "Connect"
UPLOAD: Final = "Upload"
LANGUAGES: Final = "Languages"
LIVE: Final = "Live"
TIMELINE: Final = "Timeline"
EXPORT: Final = "Export"
CREDITS: Final = "Credits"

# Every panel
UNEXPECTED_ADVICE: Final = "Nothing was lost: try again, and report it if it happens twice."
NOT_CONNECTED: Final = "No backend is connected."
CONNECT_FIRST: Final = "Choose one in the step Connect."
BUSY: Final = "Something is under way."
WAIT: Final = "Wait until it is done."
WAIT_OR_STOP: Final = "Wait until it is done, or press Stop."
LONG_CODE: Final = "# A name in this code is too long to be shown."
EXPORT_RUNS: Final = "An export is under way."
STILL_WORKING: Final = "Still working…"
STOPPED: Final = "Stopped. What was finished is kept."
RESUME: Final = "Resume"


_LONGEST_TAG: Final = 40


def english_name(tag: str) -> str:
    """Return a language's English name; what is no tag of a language, cut and cleaned."""
    try:
        return plain(languages.english_name(tag), _LONGEST_TAG)
    except (ValueError, LookupError):
        return plain(tag, _LONGEST_TAG)


def own_name(tag: str) -> str:
    """Return a language's name in itself; what is no tag of a language, cut and cleaned."""
    try:
        return plain(languages.own_name(tag), _LONGEST_TAG)
    except (ValueError, LookupError):
        return plain(tag, _LONGEST_TAG)


def unexpected(kind: str) -> str:
    """Return the cause where a mistake of ours came to light."""
    return f"Something went wrong in this panel ({kind})."


def listed(names: Sequence[str]) -> str:
    """Return `A`, `A and B` or `A, B and C`."""
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def dubbing(tags: Sequence[str]) -> str:
    """Return the title of a dub."""
    return f"Dub into {listed([english_name(tag) for tag in tags])}"


# Connect
CLOUD: Final = "NemoVideo cloud"
LOCAL_SAY: Final = "This machine. Nothing leaves it, nothing is charged."
CLOUD_SAY: Final = "NemoVideo cloud. An edit costs about 50 credits; exports are free."
CONNECTING: Final = "Connecting…"
SOME_TIME_AGO: Final = "some time ago"
CHOOSE_BACKEND: Final = "Where should the work be done?"
FOUND_IN_ENVIRONMENT: Final = "A token was found in NEMO_TOKEN."

STARTER: Final = (
    "Without a token of your own, a free starter token with 100 credits is made; it is valid for seven days."
)


def left_behind(when: str, clips: Sequence[str], messages: int, renders: int) -> str:
    """Return the sentence about an earlier session."""
    under_way = listed(
        [
            *([f"{messages} message{'s'[: messages != 1]}"] if messages else []),
            *([f"{renders} export{'s'[: renders != 1]}"] if renders else []),
        ]
    )
    what = f"{under_way} under way" if under_way else listed(list(clips)) or "no clip"
    return f"An earlier session ({when}) has {what}."


# Studio
NO_THREADS: Final = "The panels need a kernel that runs on a machine; this one runs inside the browser."
NO_THREADS_ADVICE: Final = "Open the notebook in JupyterLab, Notebook, Voilà or Binder."


def aim(clip: str, tags: Sequence[str]) -> str:
    """Return what is being done, such as `talk.mp4 → español, français`."""
    names = ", ".join(own_name(tag) for tag in tags)
    return " → ".join(filter(None, [clip, names]))


# Upload
FORGOTTEN: Final = "The kernel no longer knows this file."
DROP_AGAIN: Final = "Drop it again: what has arrived is kept."
NOTHING_TYPED: Final = "Nothing was typed."
TYPE_PATH: Final = "Give a path on this computer, or an http or https address."
NO_ADDRESS: Final = "Only http and https addresses are fetched."
NOT_DELIVERED: Final = "The clip did not reach the backend."
TRY_AGAIN: Final = "Try again: it is kept in the notebook's folder."
LONG: Final = "Longer than 5 minutes: shorter clips are faster and fit better."
NO_CLIP: Final = "No clip yet"


def backend(name: str) -> str:
    """Return where the work is done, as part of a sentence."""
    return f"the {CLOUD}" if name == "cloud" else "this machine's backend"


def upload_say(clips: int, on_way: int, chosen: str) -> str:
    """Return the one line of the upload panel."""
    parts = [f"{clips} clip{'s'[: clips != 1]}" if clips else "", f"{on_way} on the way" if on_way else ""]
    if clips > 1:
        parts.append(f"working on {chosen}")
    return " · ".join(filter(None, parts)) or NO_CLIP


def clip_facts(
    width: int | None, height: int | None, fps: float | None, sounds: int | None, size: int | None
) -> str:
    """Return what is known of a clip on one line."""
    tracks = None if sounds is None else {0: "no sound", 1: "sound"}.get(sounds, f"{sounds} sound tracks")
    return " · ".join(
        filter(
            None,
            [
                f"{width} × {height}" if width and height else "",
                f"{fps:.4g} fps" if fps else "",
                tracks,
                f"{size / 1024 / 1024:.1f} MB" if size else "",
            ],
        )
    )


# Export
CONNECT_BEFORE: Final = "Connect a backend first."
UPLOAD_BEFORE: Final = "Upload a clip first."
DUB_BEFORE: Final = "Nothing is dubbed yet: choose languages and dub first."
WHOLE: Final = "The whole video"
ORIGINAL: Final = "original"
NO_LANGUAGE: Final = "No language is chosen."
CHOOSE_LANGUAGE: Final = "Tick at least one in the table."
NO_SUCH_FILE: Final = "There is no such file in this project."
FILE_CHANGED: Final = "The file changed while it was read; play it again."
NOT_RESHAPED: Final = "The agent did not change the shape, so nothing was exported."
QUALITIES: Final = {"high": "high", "medium": "medium", "low": "low"}
SHAPES: Final = {"": "as it is", "16:9": "16:9", "9:16": "9:16", "1:1": "1:1"}
NO_PRESET: Final = "none in particular"
IN_ONE: Final = "One file"
PICTURES: Final = {"copied": "picture untouched", "encoded": "picture encoded anew"}


def shape_sentence(shape: str) -> str:
    """Return the sentence that gives the picture a shape."""
    return f"Make it {shape}."


def track_of(video: str) -> str:
    """Return where a language will be found when all go into one file."""
    return f"a track of {video}"


def said_instead(text: str) -> str:
    """Return the advice after an agent's answer that changed nothing."""
    return f"It said: “{text}” Export it as it is, or say the shape in the step Live."


def unreadable(name: str, why: str) -> str:
    """Return the cause where a file cannot be read."""
    return f"{name} cannot be read{f' ({why})' if why else ''}."


def exporting(language: str, ready: int, total: int) -> str:
    """Return what is being rendered now."""
    now = f"Rendering {language}" if language else "Rendering"
    return f"{now}, {min(ready + 1, total)} of {total}" if total > 1 else f"{now}…"


def saved(count: int, size_bytes: int, failed: int) -> str:
    """Return what came of an export."""
    rest = f", {failed} failed" if failed else ""
    return f"{count} video{'s'[: count != 1]} saved, {size_bytes / 1048576:.1f} MB{rest}."


def export_plan(format_: str, picture: str, loudness: str) -> str:
    """Return what an export will be."""
    facts = [format_, picture, loudness]
    return f"{', '.join(filter(None, facts))}. Free."


def exports_cost(cost: float | None) -> str:
    """Return what an export cost."""
    return "free" if not cost else f"{cost:g} credits"


# Languages
NO_TARGET: Final = "Which languages should it speak?"
ADD_FIRST: Final = "Add a language first."
STEP_RUNS: Final = "Something is under way: wait until it is done, or stop it."
NO_LANGUAGE_GIVEN: Final = "No language was named."
NAME_ONE: Final = "Type its name or tag, such as Spanish, español, 西班牙语 or es."
NO_CHOICE: Final = "That is not a choice."
CHOOSE_OFFERED: Final = "Choose one of those that are offered."
ONE_BY_ONE: Final = "The clip is dubbed into each of them, one after the other."
SAME_VOICE: Final = "The original voice is kept in the same sound, so it is lowered with the music."
SENTENCE_TOO_LONG: Final = "The sentence is too long."
SHORTEN: Final = "Say it in fewer than 4,000 characters."
READY: Final = "ready"
TO_FETCH: Final = "to fetch"
NEEDS_TRANSLATION: Final = "needs a translation"
NO_VOICE: Final = "no voice"
NOT_LISTED: Final = "not listed"
SAME_LANGUAGE: Final = "same as the clip"
CLOUD_SPEAKS: Final = "Translated and spoken by the cloud"
NOT_FETCHED: Final = "Its voice has to be fetched first."
SOUNDS: Final = {"native": "natural", "accented": "foreign accent", "robotic": "robotic"}
GENDERS: Final = {"female": "woman", "male": "man"}
ACCENT: Final = "it speaks with a foreign accent"
ROBOTIC: Final = "it sounds robotic"


def no_language(typed: str) -> str:
    """Return the cause where what was typed names no language."""
    return f"“{typed}” is not a language."


def too_many(most: int) -> str:
    """Return the cause where more languages were asked for than one dub takes."""
    return f"One dub takes at most {most} languages."


def languages_say(source: str, heard: bool, names: Sequence[str]) -> str:
    """Return the one line of the languages panel."""
    if not names:
        return NO_TARGET
    start = f"{source}{' (heard)' if heard else ''} → " if source else ""
    return start + (listed(names) if len(names) <= 4 else f"{len(names)} languages")  # noqa: PLR2004 - what fits on a line


def translated_by(engine: str) -> str:
    """Return what translates, as people call it."""
    name, _, _ = engine.partition(" (")
    if name.startswith("firefox"):
        return f"Firefox translation{' by way of English' if ' + ' in name else ''}"
    return {
        "apertium": "Apertium",
        "the same language": "No translation",
        "translation memory only": "No translator here",
    }.get(name, name)


def spoken_by(label: str, sounds: str) -> str:
    """Return whose voice it is and how it sounds."""
    return ", ".join(filter(None, [f"voice {label}" if label else "", sounds]))


def voice_option(label: str, grade: str, gender: str, *, ready: bool) -> str:
    """Return a voice in a list of voices."""
    facts = [GENDERS.get(gender, ""), SOUNDS.get(grade, grade), "" if ready else TO_FETCH]
    return " · ".join(filter(None, [label, *facts]))


def best_voice(label: str) -> str:
    """Return the choice to leave the voice to the backend."""
    return f"Best: {label}" if label else "Best voice"


def fetches(name: str, drawback: str, *, translation: bool) -> str:
    """Return what the command of a language brings, and what happens without it."""
    if translation:
        rest = f" A better voice comes with it; without that, {drawback}." if drawback else ""
        return f"The first dub into {name} fetches what is missing. This does it now, and is needed only once.{rest}"
    return f"A better voice can be had for {name}: without it, {drawback or 'another one speaks'}."


def needs_memory(source: str, name: str) -> str:
    """Return what to do where nothing translates."""
    return (
        f"Nothing here translates {source} into {name}. Give your own translations (CSV or TMX) in code; "
        "without them this language fails, and the others are still made."
    )


def no_voice(name: str) -> str:
    """Return that nothing speaks a language."""
    return f"No voice here speaks {name}, so this language will fail; the others are still made."


def not_listed(name: str) -> str:
    """Return that it is not known whether a language can be done."""
    return f"{name} is not in this machine’s list. You can try: what it cannot do, it says."


def already_spoken(name: str) -> str:
    """Return that the clip is in that language already."""
    return f"The clip is in {name} already: it would only be said again by another voice."


def dub_into(names: Sequence[str]) -> str:
    """Return the words of the main button."""
    return f"Dub into {names[0] if len(names) == 1 else f'{len(names)} languages'}" if names else "Dub"


def took_about(seconds: float) -> str:
    """Return about how long something takes, no finer than it is known."""
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"about {max(5, round(seconds / 5) * 5)} s here"
    if seconds < 3600:  # noqa: PLR2004 - an hour
        return f"about {round(seconds / 60)} min here"
    return f"about {seconds / 3600:.1f} h here"


def estimated(credits_: float, seconds: float | None, characters: int) -> str:
    """Return an estimate on one line."""
    cost = f"{'about ' if credits_ else ''}{credits_:g} credits"
    parts = [took_about(seconds) if seconds is not None else "", cost]
    return " · ".join(filter(None, [*parts, f"{characters:,} characters" if characters else ""]))


def will_spend(credits_: float | None, available: float | None) -> str:
    """Return the question before something is spent."""
    cost = "This spends credits." if credits_ is None else f"This will spend about {credits_:g} credits."
    have = "" if available is None else f" You have {available:g}."
    short = credits_ is not None and available is not None and available < credits_
    return cost + have + (" That may not be enough." if short else "")


# Timeline
PICTURE: Final = "picture"
MUSIC: Final = "music"
TITLES: Final = "titles"
LOW: Final = "low"
WAITING: Final = "waiting"
START: Final = "start"
DRAWN: Final = "The timeline: a lane a track"
NOTHING_YET: Final = "Nothing is on the timeline yet"
NOTHING_YET_HINT: Final = (
    "Upload a clip: its picture and sound appear here, and each dubbed line next to its source."
)
NO_LINES: Final = "No lines yet"
NO_LINES_HINT: Final = (
    "They come with the first dub: source and dub side by side, with how well each line fits."
)
XML: Final = "The backend keeps this timeline in a format of its own"
XML_HINT: Final = "It cannot be drawn here. Ask for edits in words and export as usual."
UPLOAD_FIRST: Final = "Upload a clip first."
HEAR_ON_CLOUD: Final = "Single lines are played where the work is done on this machine."
HEAR_NO_CLIP: Final = "The clip is not in this project."
_FITS: Final = {
    "fast": ("fast", "Spoken noticeably faster to fit."),
    "overflow": ("too long", "Runs on past its place."),
    "overlap": ("overlaps", "Begins before the line before it ends."),
    "late": ("late", "Begins later than the speaker."),
    "early": ("early", "Begins earlier than the speaker."),
    "short": ("short", "Ends well before the speaker does."),
    "numbers": ("numbers", "A number of the source is missing or different."),
    "glossary": ("glossary", "A term of the glossary is missing."),
    "names": ("names", "A name of the source is missing."),
    "near": ("near match", "From a similar entry of the translation memory."),
    "merged": ("merged", "Spoken together with its neighbours."),
    "mute": ("muted", "Nobody speaks it."),
    "original": ("original voice", "The speaker of the clip is heard."),
}
_WORST_FIRST: Final = ("overflow", "overlap", "numbers", "glossary")
VERDICTS: Final = {"good": "good", "look": "look", "bad": "bad", "waiting": "waiting"}


def fit(verdict: str, flags: Sequence[str]) -> tuple[str, str]:
    """Return what is said of a line's fit, in a word and in sentences."""
    known = sorted(flags, key=lambda flag: flag not in _WORST_FIRST)
    hint = " ".join(_FITS[flag][1] if flag in _FITS else f"{flag}." for flag in known)
    if verdict in ("look", "bad") and known:
        return _FITS.get(known[0], (known[0],))[0], hint
    return VERDICTS.get(verdict, ""), hint


def subtitles(tag: str) -> str:
    """Return the name of a subtitle lane, short enough to stand beside it."""
    return f"{tag} subtitles"


def more_lines(count: int) -> str:
    """Return how many lines are not shown."""
    return f"{count:,} more line{'s'[: count != 1]}."


def since_last_look(added: int, removed: int, others: int) -> str:
    """Return the diff since the last look in a few words."""
    tracks = [
        f"{sign}{count} track{'s'[: count != 1]}" for sign, count in (("+", added), ("−", removed)) if count
    ]
    edits = [f"{others} change{'s'[: others != 1]}"] if others else []
    return f"{', '.join([*tracks, *edits])} since last look"


def on_timeline(tracks: int, lines: int, length_s: float) -> str:
    """Return how much there is, on one line."""
    minutes, seconds = divmod(round(length_s), 60)
    said = [f"{tracks} track{'s'[: tracks != 1]}", f"{lines} line{'s'[: lines != 1]}" if lines else ""]
    return " · ".join(filter(None, [*said, f"{minutes}:{seconds:02d}"]))


def cut_texts(cut: int, left_out: int) -> str:
    """Return what of a timeline is not shown in full."""
    said = [
        f"{cut} long text{'s are' if cut > 1 else ' is'} cut." if cut else "",
        more_lines(left_out) if left_out else "",
    ]
    return " ".join(filter(None, said))


# Live
BEGINNING: Final = "Getting ready"
WORKING: Final = "At work"
STEPS: Final = {
    "transcribe": "Listen to the source",
    "separate": "Separate voice and music",
    "speakers": "Tell the speakers apart",
    "models": "Fetch voices and models",
    "wait": "Wait for other work",
    "mix": "Mix and measure",
    "render": "Make the video",
    "upload": "Upload",
    "export": "Export",
}
"""Steps of a work to the lines of the checklist."""
DOING: Final = {
    "transcribe": "Listening to the source",
    "separate": "Separating voice and music",
    "speakers": "Telling the speakers apart",
    "models": "Fetching voices and models",
    "wait": "Waiting for other work to finish",
    "translate": "Translating into",
    "speak": "Speaking",
    "fit": "Fitting",
    "mix": "Mixing",
    "render": "Making the video",
    "upload": "Uploading",
    "export": "Exporting",
}
VERBS: Final = {"translate": "translating", "speak": "speaking", "fit": "fitting", "export": "exporting"}
LINES: Final = frozenset({"translate", "speak", "fit"})
"""Steps that count lines."""
_SECONDS: Final = frozenset({"transcribe", "separate", "speakers", "render"})
_COUNTED: Final = 1000
TOOLS: Final = {"dub_video": "Dub the video", "edit_timeline": "Edit the timeline"}
DUB_TOOL: Final = "dub_video"
SAY_SOMETHING: Final = "Say what is to be done, such as: Dub this video into Spanish."
EMPTY_SENTENCE: Final = "The sentence is empty."
NOTHING_SAID: Final = "Say what is to be done, or choose languages above."
NOTHING_SAID_ALONE: Final = "Say what is to be done."
READY_TO_EDIT: Final = "Say what to change."
MORE_CHANGES: Final = "… and {} more"
LIVE_BEFORE: Final = (
    "Dub this into Spanish and French",
    "dub into German and keep the original voice low",
    "dub into Japanese and burn the subtitles",
)
"""Examples for a clip that is not dubbed."""
LIVE_AFTER: Final = ("make the music 20 % quieter", "title “Urban Dreams” for 3 s", "9:16 for phones")


def examples(dubbed: Sequence[str]) -> list[str]:
    """Return sentences to click, the concrete ones first; all of them are understood by the embedded agent."""
    if not dubbed:
        return [*LIVE_BEFORE]
    more = [f"add {english_name(tag)}" for tag in ("it", "pt", "ja") if tag not in dubbed]
    return [*LIVE_AFTER, *more[:1], "export"]


def minutes(seconds: float) -> str:
    """Return `0:17` or `1:02:03`."""
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    shown = f"{rest // 60}:{rest % 60:02}"
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else shown


def counted(step: str, done: float, total: float) -> str:
    """Return how far a step is; empty where nothing is counted."""
    if total <= 1:
        return ""
    if step in _SECONDS:
        return f"{minutes(done)} of {minutes(total)}"
    if total > _COUNTED or step in ("upload", "export", "models"):
        return f"{max(0, min(100, int(100 * done / total)))} %"
    return f"{int(done)} of {total:.0f}"


def lines(total: float) -> str:
    """Return `14 lines`; empty for none."""
    return f"{total:.0f} line{'s'[: total != 1]}" if total else ""


def still_working(seconds: float) -> str:
    """Return what is said in a long silence."""
    return f"{STILL_WORKING} ({minutes(seconds)})"


def ended(state: str, seconds: float, failed: Sequence[str] = ()) -> str:
    """Return how a work ended: `done`, `failed` or `stopped`; `failed` names the languages that did not work."""
    verb = {"done": "Done in", "failed": "Failed after", "stopped": "Stopped after"}[state]
    said = f"{verb} {minutes(seconds)}"
    return f"{said}, but {listed(failed)} did not work" if failed and state == "done" else said


SPEAKERS: Final = {"you": "You: ", "agent": "", "note": "· ", "change": "± ", "error": "✗ "}
"""Who said something, put before it in the printed story."""


# Credits
FREE_HERE: Final = "This machine is free: nothing is charged."
CREDITS_UNKNOWN: Final = "The balance is not known yet."
HERE: Final = "this machine"
THERE: Final = "cloud"
NO_CREDITS_HERE: Final = "The rehearsal quota of this machine is used up."
NO_CREDITS_HERE_ADVICE: Final = "Raise NEMODUB_QUOTA or leave it out, and connect again."
OUT_OF_CREDITS: Final = "No credits are left."
REGISTER: Final = "Register to get more: this project comes along."
TOP_UP: Final = "Top up on the NemoVideo site, then say it again."
PLAN_BLOCKS: Final = "The plan does not include export. It is the plan, not the credits: none were taken."
PLAN_ADVICE: Final = "Register or change the plan on the NemoVideo site, then export again."
RATE_LIMITED: Final = "The service asks to wait. It was already asked a second time after the wait it wanted."


def wait_for(seconds: float) -> str:
    """Return how long the service asks to wait."""
    return f"It asks for {seconds:.0f} s; then do it again."


def balance(available: float, held: float, total: float) -> str:
    """Return the credits on one line."""
    return f"{available:g} available · {held:g} held · {total:g} in all"


def balance_low(edit: int) -> str:
    """Return the hint that what is left is not enough for an edit."""
    return f"An edit costs about {edit} credits: what is left is not enough for one. Exports are free."


def free_ledger(seconds: str) -> str:
    """Return what the work on this machine took."""
    return f"{FREE_HERE} {seconds} of work so far." if seconds else FREE_HERE


# Fit
FIT: Final = "Fit"
FIT_NOTHING: Final = "No lines yet: review or dub a language first."
FIT_RATE: Final = "Voice faster by itself, up to"
FIT_STRETCH: Final = "Speech sped up, at most"
FIT_LEAN: Final = "Begin early or late, at most"
FIT_SHARE: Final = "Lines that share their time"
FIT_SLOW: Final = "Picture slowed, at most"
