"""Make the sample clip, a product explainer of about 30 s for an invented product, and its transcript.

    pip install av font-manrope kokoro-onnx numpy skia-python
    python notebooks/sample/make_sample.py

writes beside itself `explainer.mp4` and `explainer.transcript.srt`. Nothing is downloaded but the voice, which the
embedded backend uses too (`nemodub models get kokoro`). The same machine makes the same clip again; another
processor may round the voice differently and move a line by some hundredths of a second.

`explainer.memory.csv` is not made but written: it is the translation that people have reviewed. A changed line below
needs its three rows there, and must be a sentence that the recogniser writes word by word as it stands here.

What it is made of, and under which licence:
    voice     Kokoro 82M, voice af_heart: Apache-2.0
    letters   Manrope: SIL Open Font License 1.1
    slides, music, words, translations   this project: Apache-2.0

The transcript is not called explainer.srt, because subtitles of that name would win over the recogniser.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
import onnxruntime
from kokoro_onnx import Kokoro
from music import RATE, Stereo, compose
from slides import FPS, HEIGHT, WIDTH, Cue, Slides

if TYPE_CHECKING:
    from numpy.typing import NDArray

HERE = Path(__file__).resolve().parent
VOICE = "af_heart"
VOICE_RATE = 24_000
SPEED = 1.08
FIRST_WORD_S = 0.9
LAST_SILENCE_S = 1.5
VOICE_RMS_DB = -16.0
MUSIC_UNDER_VOICE_DB = 18.0
CRF = "25"


@dataclass(frozen=True)
class Line:
    """One sentence of the narration."""

    text: str
    """As it is spoken, and as the recogniser writes it."""
    pause_s: float
    """Silence after it: what is left for languages that need more words."""


NARRATION = (
    Line("Meet Panorama, the planner for busy teams.", 0.75),
    Line("Every month, people lose 20 hours looking for things.", 0.6),
    Line("Files, chats, and tasks live in different places.", 0.7),
    Line("Panorama brings them together on one clear page.", 0.7),
    Line("Drop in your notes and the plan writes itself.", 0.7),
    Line("Everyone sees what comes next and who is on it.", 0.65),
    Line("Teams finish their projects 40% faster.", 0.8),
    Line("Meetings get shorter and Fridays stay free.", 0.75),
    Line("Start today with a free plan for 10 people.", 0.75),
    Line("Panorama makes room for your best work.", 0.0),
)


def main() -> None:
    """Speak, place, compose, draw and encode."""
    parser = argparse.ArgumentParser(description="Make the sample clip and its transcript.")
    parser.add_argument(
        "--models", type=Path, help="folder with kokoro.onnx and voices.npz (default: the backend's own)"
    )
    parser.add_argument("--out", type=Path, default=HERE, help="where to write (default: beside this script)")
    parser.add_argument("--still", type=float, help="write only the frame at this second, as still.png")
    arguments = parser.parse_args()
    voice, cues = narrate(arguments.models or backend_models())
    slides = Slides(cues, len(voice) / RATE)
    if arguments.still is not None:
        slides.save(arguments.still, arguments.out / "still.png")
        return
    transcript = arguments.out / "explainer.transcript.srt"
    transcript.write_text(srt(cues), encoding="utf-8")
    clip = arguments.out / "explainer.mp4"
    encode(clip, slides, mix(voice))
    print(f"{clip}: {clip.stat().st_size / 1e6:.2f} MB, {len(voice) / RATE:.2f} s")


def backend_models() -> Path:
    """Return the folder in which the embedded backend keeps the voice, fetching it when it is not there."""
    from nemodub_nb.local.engine.weights import ensure
    from nemodub_nb.local.store.home import Home

    return ensure("kokoro", Home.open().models)


def narrate(models: Path) -> tuple[NDArray[np.float64], list[Cue]]:
    """Return the voice on its timeline (mono, RATE) and where each line was put."""
    onnxruntime.set_seed(1)  # the voice's breath is noise; this makes it the same noise every time
    session = onnxruntime.InferenceSession(str(models / "kokoro.onnx"), providers=["CPUExecutionProvider"])
    kokoro = Kokoro.from_session(session, str(models / "voices.npz"))
    pieces = [np.zeros(round(FIRST_WORD_S * RATE))]
    cues = []
    for line in NARRATION:
        spoken, _ = kokoro.create(line.text, voice=VOICE, speed=SPEED, lang="en-us")
        sound = trimmed(resampled(np.asarray(spoken, dtype=np.float32)))
        start_s = sum(map(len, pieces)) / RATE
        cues.append(Cue(line.text, start_s, start_s + len(sound) / RATE))
        pieces += [sound, np.zeros(round(line.pause_s * RATE))]
    pieces.append(np.zeros(round(LAST_SILENCE_S * RATE)))
    voice = np.concatenate(pieces)
    frame = RATE // FPS
    return np.pad(voice, (0, -len(voice) % frame)), cues


def resampled(sound: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return mono sound at RATE instead of VOICE_RATE."""
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    frame = av.AudioFrame.from_ndarray(sound[None, :], format="flt", layout="mono")
    frame.sample_rate = VOICE_RATE
    parts = [part.to_ndarray()[0] for part in (*resampler.resample(frame), *resampler.resample(None))]
    return np.concatenate(parts).astype(np.float64)


def trimmed(sound: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sound from its first to its last audible 5 ms, with edges that do not click."""
    window = RATE // 200
    level = np.sqrt(np.convolve(sound**2, np.ones(window) / window, "same"))
    heard = np.flatnonzero(level > 0.01 * level.max())  # 40 dB under the loudest
    kept = sound[heard[0] : heard[-1]].copy()
    kept[:window] *= np.linspace(0, 1, window)
    kept[-window:] *= np.linspace(1, 0, window)
    return kept


def mix(voice: NDArray[np.float64]) -> Stereo:
    """Return voice and music at their levels, peaks held under -1.5 dBFS."""
    spoken = voice[np.abs(voice) > 0.02 * np.abs(voice).max()]
    gain = 10 ** (VOICE_RMS_DB / 20) / np.sqrt(np.mean(spoken**2))
    loud = np.tanh(voice * gain / 0.8) * 0.8  # rounds off the few peaks
    music = compose(len(voice) / RATE)
    under = 10 ** ((VOICE_RMS_DB - MUSIC_UNDER_VOICE_DB) / 20) / np.sqrt(np.mean(music**2))
    both = loud[:, None] + music * under
    return both * min(1.0, 10 ** (-1.5 / 20) / np.abs(both).max())


def srt(cues: list[Cue]) -> str:
    """Return the lines as SubRip subtitles."""
    blocks = (f"{n}\n{clock(c.start_s)} --> {clock(c.end_s)}\n{c.text}\n" for n, c in enumerate(cues, 1))
    return "\n".join(blocks)


def clock(seconds: float) -> str:
    """Return seconds as SubRip writes them, 00:00:01,100."""
    whole, ms = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02},{ms:03}"


def encode(path: Path, slides: Slides, sound: Stereo) -> None:
    """Write the clip: H.264 in 4:2:0 with AAC, playable while it downloads."""
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
        picture = container.add_stream(
            "libx264", rate=FPS, options={"crf": CRF, "preset": "veryslow", "tune": "animation"}
        )
        picture.width, picture.height, picture.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        picture.thread_count = 2  # another count gives other bits
        picture.codec_context.color_range, picture.codec_context.colorspace = 1, 1  # limited range, BT.709
        picture.codec_context.color_primaries = picture.codec_context.color_trc = 1
        audio = container.add_stream("aac", rate=RATE, layout="stereo", bit_rate=112_000)
        audio.metadata["language"] = "eng"
        for number in range(round(len(sound) / RATE * FPS)):
            shown = av.VideoFrame.from_ndarray(slides.draw(number / FPS), format="rgba")
            frame = shown.reformat(format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(picture.encode(frame))
            heard = sound[number * RATE // FPS : (number + 1) * RATE // FPS]
            block = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(heard.T, dtype=np.float32), format="fltp", layout="stereo"
            )
            block.sample_rate, block.pts, block.time_base = RATE, number * RATE // FPS, Fraction(1, RATE)
            container.mux(audio.encode(block))
        container.mux(picture.encode(None))
        container.mux(audio.encode(None))


if __name__ == "__main__":
    main()
