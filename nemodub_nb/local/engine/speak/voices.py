"""The voices there are, which languages they speak, and which one a dub should use."""

from __future__ import annotations

import importlib.util
import shutil
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

from nemodub_nb.fitting import Pace, usual_pace
from nemodub_nb.languages import base, english_name
from nemodub_nb.local.engine.errors import NoVoiceError, WeightsUnavailableError
from nemodub_nb.local.engine.weights import ensure, find
from nemodub_nb.local.engine.weights import piper as piper_weights

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
    """What espeak-ng calls the language; it makes the phonemes for every engine."""

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
    "de": ("if_sara", "im_nicola", "ef_dora", "em_alex"),
    "id": ("ef_dora",),
    "pl": ("ef_dora",),
}
"""Languages that Kokoro was not trained on, with the voices that a recogniser understands in them all the same."""


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
    missed: list[WeightsUnavailableError] = []
    tried: set[str] = set()
    for voice in options:
        if (
            voice.weights is not None
            and voice.weights not in tried
            and find(voice.weights, models_dir) is None
        ):
            tried.add(voice.weights)
            try:
                ensure(
                    voice.weights, models_dir, partial(on_progress, voice.weights) if on_progress else None
                )
            except WeightsUnavailableError as error:
                missed.append(error)
        if ready(voice, models_dir):
            return voice, f"{missed[0].message} {voice.id} speaks instead." if missed else ""
    if missed:
        raise NoVoiceError(missed[0].message, missed[0].advice)
    raise _none_ready(language, options, wanted)


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
    language: str, quality: Quality = "best", wanted: str | None = None, gender: Gender | None = None
) -> tuple[Voice, ...]:
    """Return the voices that could speak a language, best first, ready or not.

    A `gender` comes first among voices of one grade, and before an accent, but not before sound quality.
    Raises NoVoiceError when `wanted` names no voice for this language.
    """
    if wanted is not None:
        return (_by_id(wanted, language),)
    order: dict[Grade, int] = {"native": 0, "accented": 1, "robotic": 2}
    if quality == "fast":
        order = {"robotic": 0, "native": 1, "accented": 2}
    found = [*_kokoro(language), *_piper(language), *_espeak(language)]

    def rank(voice: Voice) -> tuple[int, bool]:
        return order[voice.grade], gender is not None and voice.gender != gender

    return tuple(sorted(found, key=rank))


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
    borrowed = KOKORO_BORROWED.get(tag, ())
    return [
        *(_kokoro_voice(speaker, language, "native", code) for speaker in own),
        *(_kokoro_voice(speaker, language, "accented", code) for speaker in borrowed),
    ]


def _kokoro_voice(speaker: str, language: str, grade: Grade, code: str) -> Voice:
    gender: Gender = "female" if speaker[1] == "f" else "male"
    return Voice(f"kokoro:{speaker}", language, "kokoro", grade, gender, code)


def _piper(language: str) -> list[Voice]:
    tag, code = base(language), speech_code(language) or base(language)
    names = [name for name in piper_weights.VOICES if piper_weights.language_of(name) == tag]
    names.sort(key=lambda name: not name.startswith(language.replace("-", "_")))
    return [Voice(f"piper:{name}", language, "piper", "native", None, code) for name in names]


def _espeak(language: str) -> list[Voice]:
    code = speech_code(language)
    return [Voice(f"espeak:{code}", language, "espeak", "robotic", None, code)] if code else []


def _by_id(wanted: str, language: str) -> Voice:
    engine, _, speaker = wanted.partition(":")
    for voice in (*_kokoro(language), *_piper(language), *_espeak(language)):
        if voice.id == wanted or (
            voice.engine == engine == "espeak" and speaker.split("-")[0] == base(voice.code)
        ):
            return voice
    code = speech_code(language)
    if engine == "kokoro" and code and any(speaker in group for group in KOKORO_SPEAKERS.values()):
        return _kokoro_voice(speaker, language, "accented", code)
    raise NoVoiceError(
        f"There is no voice “{wanted}” for {english_name(language)}.",
        f"Choose one of {', '.join(voice.id for voice in candidates(language)) or 'another language’s voices'}.",
    )


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
        extra = "piper" if first.engine == "piper" else "local"
        return NoVoiceError(f"{what} {state}", f'Run `pip install "nemodub_nb[{extra}]"`.')
    return NoVoiceError(f"{what} {state}", f"Run `nemodub models get {first.weights}`.")


def usual(voice: Voice) -> Pace:
    """Return how fast a voice usually speaks, to budget a line before it was ever heard."""
    return usual_pace(voice.engine, voice.language)
