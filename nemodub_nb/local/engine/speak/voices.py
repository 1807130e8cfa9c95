"""The voices there are, which languages they speak, and which one a dub should use."""

from __future__ import annotations

import importlib.util
import math
import shutil
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

from nemodub_nb.fitting import Pace, usual_pace
from nemodub_nb.languages import base, english_name
from nemodub_nb.local.engine.errors import NoVoiceError, WeightsUnavailableError
from nemodub_nb.local.engine.weights import ensure, find
from nemodub_nb.local.engine.weights.piper_voices import VOICES, PiperVoice

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Engine = Literal["kokoro", "piper", "espeak"]
Gender = Literal["female", "male"]
Quality = Literal["best", "fast"]
Grade = Literal["native", "accented", "robotic"]


@dataclass(frozen=True)
class Voice:
    """A voice speaking one language."""

    id: str
    """`<engine>:<speaker>`, such as `kokoro:ef_dora`, `piper:en_US-joe-medium` or `espeak:de`."""
    language: str
    """The language it speaks, as a BCP 47 tag."""
    engine: Engine
    """What makes the sound."""
    grade: Grade
    """native: trained on the language; accented: another language's voice; robotic: made by rules."""
    gender: Gender | None
    """None when the voice is neither or not known."""
    code: str
    """What espeak-ng calls the language; it makes the phonemes for every engine. Its own voices may add a variant."""

    @property
    def speaker(self) -> str:
        """The engine's own name of the voice."""
        return self.id.partition(":")[2]

    @property
    def weights(self) -> str | None:
        """Name of the model it needs, None when it needs none."""
        return {"kokoro": "kokoro", "piper": f"piper-{self.speaker}", "espeak": None}[self.engine]


_ESPEAK_CODES = (
    "af am an ar as az ba be bg bn bs ca cmn cs cv cy da de el en eo es et eu fa fi fo fr ga gd gn grc gu hak haw "
    "he hi hr ht hu hy ia id io is it ja ka kk kl kn ko kok ku ky la lb lt lv mi mk ml mr ms mt my nb ne nl nog om "
    "or pa pap pl pt qu ro ru sd si sk sl sq sr sv sw ta te th ti tk tn tr tt ug uk ur uz vi yue"
)
ESPEAK_LANGUAGES = frozenset(_ESPEAK_CODES.split())
"""What espeak-ng 1.52 speaks, by its own codes without regions."""

_CODES = {
    "en": "en-us",
    "en-GB": "en-gb",
    "fr": "fr-fr",
    "fr-BE": "fr-be",
    "fr-CH": "fr-ch",
    "pt": "pt-br",
    "pt-PT": "pt",
    "es-MX": "es-419",
    "es-419": "es-419",
    "zh": "cmn",
    "no": "nb",
}

KOKORO_SPEAKERS: dict[str, tuple[str, ...]] = {
    "en": ("af_heart", "am_michael", "af_bella", "am_fenrir", "am_puck", "af_nicole", "af_sarah", "af_nova"),
    "en-GB": ("bf_emma", "bm_george", "bf_isabella", "bm_fable", "bm_lewis", "bf_alice"),
    "es": ("ef_dora", "em_alex", "em_santa"),
    "fr": ("ff_siwis",),
    "hi": ("hf_alpha", "hm_omega", "hf_beta", "hm_psi"),
    "it": ("if_sara", "im_nicola"),
    "pt": ("pf_dora", "pm_alex", "pm_santa"),
}
"""Kokoro's own voices by language, the default first."""

KOKORO_BORROWED: dict[str, tuple[str, ...]] = {
    "de": ("ef_dora", "em_alex", "if_sara", "im_nicola"),
    "id": ("ef_dora",),
    "nl": ("ef_dora", "em_alex"),
    "pl": ("ef_dora", "em_alex"),
    "ru": ("ef_dora", "em_alex"),
    "sv": ("ef_dora", "em_alex"),
}
"""Languages that Kokoro was not trained on, with the voices that a recogniser understands in them, the best first.

For German all 54 were heard, in six sentences, and the best of them in forty: whisper base mistakes 10 % of the words of the
Spanish voices, 11 to 12 % of the Italian ones, 11 to 14 % of the Indian ones, which are slower. English ones begin at 11 %,
slower still; most lose a third of the words or more. Of ten sentences it mistakes 26 to 31 % in Dutch, 38 to 40 % in
Polish, 33 to 47 % in Russian and 33 to 35 % in Swedish; of espeak-ng, which would speak else, 59, 61, 60 and 75 %.
"""

_LENT = ("if_sara", "im_nicola", "pf_dora", "pm_alex", "ef_dora", "em_alex")
"""Voices that speak the other languages that Kokoro knows with an accent."""
_ENOUGH_OF_A_GENDER = 2
"""Where a language has fewer voices of a gender than this, others lend theirs: a man should not speak as a woman."""

ESPEAK_VARIANTS: tuple[tuple[str, Gender], ...] = (
    ("", "male"),
    ("+f2", "female"),
    ("+m3", "male"),
    ("+f4", "female"),
    ("+m7", "male"),
)
"""espeak-ng's ways to speak any language, the default first."""


_WHISPERING = frozenset({"af_nicole"})
"""Voices that are hardly heard over anything: only who asks for one gets it."""

PACE_STEP = 0.12
"""Voices whose paces differ by less than this share are equally fast."""


def choose(
    language: str,
    quality: Quality,
    models_dir: Path,
    wanted: str | None = None,
    gender: Gender | None = None,
) -> Voice:
    """Return the best voice for a language among those that are ready on this machine.

    `wanted` is a voice id that must be used. `fast` prefers speed to sound. Nothing is fetched; see `prepare`.
    Raises NoVoiceError when none is ready, with the command that adds one.
    """
    options = candidates(language, quality, wanted, gender)
    for voice in options:
        if ready(voice, models_dir):
            return voice
    raise _none_ready(language, options, wanted)


def prepare(
    language: str,
    quality: Quality,
    models_dir: Path,
    wanted: str | None = None,
    gender: Gender | None = None,
    on_progress: Callable[[str, int, int], None] | None = None,
) -> tuple[Voice, str]:
    """Return the best voice for a language, fetching its model if need be, with a note for the report.

    `on_progress` gets the model's name, bytes done and bytes in total. The note is empty, or says in one
    sentence why a lesser voice was taken. Raises NoVoiceError.
    """
    options = candidates(language, quality, wanted, gender)
    return first_to_be_had(language, options, models_dir, on_progress, wanted)


def first_to_be_had(
    language: str,
    options: tuple[Voice, ...],
    models_dir: Path,
    on_progress: Callable[[str, int, int], None] | None = None,
    wanted: str | None = None,
) -> tuple[Voice, str]:
    """Return the first of the voices that is ready or can be fetched, with a note; see `prepare`."""
    missed: list[WeightsUnavailableError] = []
    tried: set[str] = set()
    for voice in options:
        if not installed(voice.engine):
            continue  # its model alone would not speak
        name = voice.weights
        if name is not None and name not in tried and find(name, models_dir) is None:
            tried.add(name)
            try:
                ensure(name, models_dir, partial(on_progress, name) if on_progress else None)
            except WeightsUnavailableError as error:
                missed.append(error)
        if ready(voice, models_dir):
            return voice, _note(voice, options, missed)
    if missed:
        raise NoVoiceError(missed[0].message, missed[0].advice)
    raise _none_ready(language, options, wanted)


def _note(voice: Voice, options: tuple[Voice, ...], missed: list[WeightsUnavailableError]) -> str:
    """Return why not a better voice speaks; empty when there is none."""
    if missed:
        return f"{missed[0].message} {voice.id} speaks instead."
    better = options[0]
    if better.grade != voice.grade and not installed(better.engine):
        return f"{voice.id} speaks; {better.id} would sound native ({_package(better)})."
    return ""


def ready(voice: Voice, models_dir: Path) -> bool:
    """Tell whether everything a voice needs is on this machine."""
    if voice.weights is not None and find(voice.weights, models_dir) is None:
        return False
    return installed(voice.engine)


def installed(engine: Engine) -> bool:
    """Tell whether the program of an engine is installed, without importing it."""
    modules = {"kokoro": "kokoro_onnx", "piper": "piper", "espeak": "espeakng_loader"}
    found = importlib.util.find_spec(modules[engine]) is not None
    return found or (engine == "espeak" and shutil.which("espeak-ng") is not None)


def candidates(
    language: str,
    quality: Quality = "best",
    wanted: str | None = None,
    gender: Gender | None = None,
    pace: float | None = None,
) -> tuple[Voice, ...]:
    """Return the voices that could speak a language, best first, ready or not.

    A `gender` comes first among voices of one grade, and before an accent, but not before sound quality. Among equals
    those come first whose own pace is nearest to `pace`, in characters a second.
    Raises NoVoiceError when `wanted` names no voice for this language.
    """
    if wanted is not None:
        return (_by_id(wanted, language),)
    found = [*_kokoro(language), *_piper(language), *_espeak(language)]
    return tuple(sorted(found, key=lambda voice: suitability(voice, quality, gender, pace)))


def suitability(
    voice: Voice, quality: Quality, gender: Gender | None, pace: float | None, *, used: bool = False
) -> tuple[int, bool, bool, int, int]:
    """Return how well a voice suits, for sorting: the least is the best.

    A voice that is `used` by somebody else already comes after those of the other grades, but before another gender's.
    """
    unfit = (voice.grade == "robotic") != (quality == "fast") or voice.speaker in _WHISPERING
    other = gender is not None and voice.gender is not None and voice.gender != gender
    unsure = gender is not None and voice.gender is None
    far = 0 if pace is None else int(abs(math.log(pace_of(voice) / pace)) / PACE_STEP)
    accent = {"native": 0, "accented": 1, "robotic": 0}[voice.grade]
    return int(unfit), other, used, accent + 2 * unsure, far


def speech_code(language: str) -> str | None:
    """Return espeak-ng's code for a language tag, None when it does not speak it."""
    tag = base(language)
    code = _CODES.get(language) or _CODES.get(tag) or tag
    return code if code.split("-")[0] in ESPEAK_LANGUAGES else None


def _kokoro(language: str) -> list[Voice]:
    tag, code = base(language), speech_code(language)
    if code is None:
        return []
    own = KOKORO_SPEAKERS.get(language) or KOKORO_SPEAKERS.get(tag, ())
    return [
        *(_kokoro_voice(speaker, language, "native", code) for speaker in own),
        *(_kokoro_voice(speaker, language, "accented", code) for speaker in _borrowed(tag, own)),
    ]


def _borrowed(tag: str, own: tuple[str, ...]) -> tuple[str, ...]:
    """Return other languages' voices for a language: where it has none, or too few of a gender."""
    if not own:
        return KOKORO_BORROWED.get(tag, ())
    few = [sex for sex in "fm" if sum(speaker[1] == sex for speaker in own) < _ENOUGH_OF_A_GENDER]
    return tuple(speaker for speaker in _LENT if speaker[1] in few and speaker not in own)


def _kokoro_voice(speaker: str, language: str, grade: Grade, code: str) -> Voice:
    gender: Gender = "female" if speaker[1] == "f" else "male"
    return Voice(f"kokoro:{speaker}", language, "kokoro", grade, gender, code)


def _piper(language: str) -> list[Voice]:
    code = speech_code(language) or base(language)
    spoken = [voice for voice in VOICES if base(voice.locale) == base(language)]
    spoken.sort(key=lambda voice: voice.locale != language and "-" in language)
    return [_piper_voice(voice, language, code) for voice in spoken]


def _piper_voice(voice: PiperVoice, language: str, code: str) -> Voice:
    return Voice(f"piper:{voice.name}", language, "piper", "native", voice.gender, code)


def _espeak(language: str) -> list[Voice]:
    code = speech_code(language)
    if code is None:
        return []
    return [
        Voice(f"espeak:{code}{variant}", language, "espeak", "robotic", gender, f"{code}{variant}")
        for variant, gender in ESPEAK_VARIANTS
    ]


def _by_id(wanted: str, language: str) -> Voice:
    engine, _, speaker = wanted.partition(":")
    for voice in (*_kokoro(language), *_piper(language), *_espeak(language)):
        if wanted in (voice.id, _without_region(voice)):
            return voice
    code = speech_code(language)
    if engine == "kokoro" and code and any(speaker in group for group in KOKORO_SPEAKERS.values()):
        return _kokoro_voice(speaker, language, "accented", code)
    raise NoVoiceError(
        f"There is no voice “{wanted}” for {english_name(language)}.",
        f"Choose one of {', '.join(voice.id for voice in candidates(language)) or 'another language’s voices'}.",
    )


def _without_region(voice: Voice) -> str:
    """Return what espeak-ng's voice of a region is called when the region is left out: `espeak:fr+f2`."""
    if voice.engine != "espeak":
        return voice.id
    code, plus, variant = voice.code.partition("+")
    return f"espeak:{base(code)}{plus}{variant}"


def _none_ready(language: str, options: tuple[Voice, ...], wanted: str | None) -> NoVoiceError:
    if not options:
        return NoVoiceError(
            f"No voice here speaks {english_name(language)}.",
            "Choose another language; `nemodub doctor` lists those that can be spoken.",
        )
    what = f"The voice {wanted}" if wanted else f"No voice for {english_name(language)}"
    state = "is not ready on this machine." if wanted else "is ready on this machine."
    first = options[0]
    if not installed(first.engine):
        return NoVoiceError(f"{what} {state}", f"Run {_package(first)}.")
    return NoVoiceError(f"{what} {state}", f"Run `nemodub models get {first.weights}`.")


def usual(voice: Voice) -> Pace:
    """Return how fast a voice usually speaks, to budget a line before it was ever heard."""
    return usual_pace(voice.engine, voice.language)


def _package(voice: Voice) -> str:
    """Return the command that installs the engine of a voice."""
    return f'`pip install "nemodub_nb[{"piper" if voice.engine == "piper" else "local"}]"`'


_PACES: dict[str, float] = {
    "af_bella": 17.0,
    "af_heart": 17.6,
    "af_nicole": 10.9,
    "af_nova": 16.6,
    "af_sarah": 17.6,
    "am_fenrir": 17.1,
    "am_michael": 15.8,
    "am_puck": 17.0,
    "bf_alice": 16.8,
    "bf_emma": 18.2,
    "bf_isabella": 17.8,
    "bm_fable": 16.2,
    "bm_george": 15.4,
    "bm_lewis": 16.4,
    "ef_dora": 18.5,
    "em_alex": 18.3,
    "em_santa": 18.3,
    "ff_siwis": 19.2,
    "hf_alpha": 12.6,
    "hf_beta": 13.6,
    "hm_omega": 11.9,
    "hm_psi": 11.6,
    "if_sara": 18.2,
    "im_nicola": 16.0,
    "pf_dora": 17.6,
    "pm_alex": 17.4,
    "pm_santa": 17.1,
}
"""Characters a second of single voices at speed 1.0, measured on two sentences in their own language."""


def pace_of(voice: Voice) -> float:
    """Return how fast a voice speaks by itself, in characters a second: its own figure, else its engine's."""
    own = _PACES.get(voice.speaker) if voice.grade == "native" else None
    return own or usual(voice).characters_per_s
