"""Speed of the engine against its bare parts: python tests/benchmarks/bench_dub.py [CLIP MEMORY.csv]

Prints a table. The bare calls (decode, recognise, translate, speak, encode) run one after the other in this process,
with the same models, the same lines and as many threads as there are cores; the dub runs as users run it, in a worker
process that starts with the first job of a round and stays for the others. Ratios of one run on one machine; the
medians of a few rounds.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from nemodub_nb.local.server.jobs import WORKER

SAMPLE = Path(__file__).parents[2] / "notebooks" / "sample"
CORES = os.cpu_count() or 1


class Worker:
    """A worker as the backend keeps it; started when it is first needed."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def __call__(self, job: dict[str, Any]) -> dict[str, Any]:
        """Run one job."""
        if self._process is None:
            self._process = subprocess.Popen(WORKER, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(job).encode() + b"\n")
        self._process.stdin.flush()
        for line in self._process.stdout:
            message = json.loads(line)
            if message["event"] != "progress":
                assert message["event"] == "result", message
                return dict(message["result"])
        raise AssertionError("the worker died")

    def end(self) -> None:
        """End it as the backend does."""
        if self._process is not None:
            self._process.communicate()


def render_job(clip: Path, dubbed: dict[str, Any], language: str, home: Path) -> dict[str, Any]:
    """Return the render of one language as the backend asks for it."""
    seconds = dubbed["media"]["duration_s"]
    made = dubbed["languages"][language]
    window = {"start_s": 0.0, "in_s": 0.0, "out_s": seconds, "volume": 1.0, "duck": False}
    return {
        "kind": "render",
        "picture": [{"source": str(clip), "in_s": 0.0, "out_s": seconds}],
        "duration_s": seconds,
        "audio": [
            {"source": dubbed["bed"], "role": "bed", **window},
            {"source": made["voice_stem"], "role": "dub", **window},
        ],
        "titles": [],
        "subtitles": {"language": language, "mode": "track", "cues": made["cues"]},
        "aspect": None,
        "format": "mp4",
        "quality": "high",
        "audio_language": language,
        "loudness_lufs": -16.0,
        "output": str(home / f"{language}.mp4"),
        "home": str(home),
    }


def bare(clip: Path, dubbed: dict[str, Any], language: str, models: Path, home: Path) -> dict[str, float]:
    """Time the bare calls for what the dub produced: the same lines, the same voice, the same rates."""
    code = """
import json, sys, time, wave
import numpy as np
dubbed, language, clip, models, out, cores = json.loads(sys.stdin.read())
spent = {}
def timed(name, start): spent[name] = spent.get(name, 0.0) + time.perf_counter() - start
start = time.perf_counter()
from faster_whisper import WhisperModel
from faster_whisper.audio import decode_audio
timed("recognise", start)
start = time.perf_counter(); samples = decode_audio(clip); timed("decode", start)
start = time.perf_counter()
model = WhisperModel(models + "/whisper-base", device="cpu", compute_type="int8", cpu_threads=cores)
list(model.transcribe(samples, vad_filter=True, word_timestamps=True, condition_on_previous_text=False)[0])
timed("recognise", start)
start = time.perf_counter()
import onnxruntime
from kokoro_onnx import Kokoro
options = onnxruntime.SessionOptions(); options.intra_op_num_threads = cores
session = onnxruntime.InferenceSession(models + "/kokoro/kokoro.onnx", options, providers=["CPUExecutionProvider"])
kokoro = Kokoro.from_session(session, models + "/kokoro/voices.npz")
made = dubbed["languages"][language]
codes = {"es": "es", "fr": "fr-fr", "de": "de", "pt": "pt-br", "en": "en-us", "it": "it"}
spoken = [kokoro.create(row["text"], row["voice"].split(":")[1], row["rate"], codes[language])[0] for row in made["lines"]]
timed("speak", start)
sound = decode_audio(clip, sampling_rate=48000)  # real sound: silence is encoded in no time
start = time.perf_counter()
import av
with av.open(out, "w", format="mp4") as container:
    stream = container.add_stream("aac", rate=48000, layout="stereo"); stream.bit_rate = 192000
    for at in range(0, len(sound), 48000):
        frame = av.AudioFrame.from_ndarray(np.stack([sound[at:at+48000]] * 2), format="fltp", layout="stereo")
        frame.sample_rate = 48000; frame.pts = at
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))
timed("encode", start)
print(json.dumps(spent))
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps([dubbed, language, str(clip), str(models), str(home / "bare.mp4"), CORES]),
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def timed(call: Any, *arguments: Any) -> tuple[float, Any]:
    """Return the seconds that a call took, and its result."""
    start = time.perf_counter()
    result = call(*arguments)
    return time.perf_counter() - start, result


def one_round(clip: Path, memory: Path, models: Path, scratch: Path) -> dict[str, float]:
    """Run every case once, in a cold cache, and return the ratios."""
    worker = Worker()
    home = scratch / "home"
    shutil.rmtree(home, ignore_errors=True)
    job = {
        "kind": "dub",
        "source": str(clip),
        "languages": ["es"],
        "memories": [str(memory)],
        "home": str(home),
    }

    first_s, dubbed = timed(worker, job)
    render_s, _ = timed(worker, render_job(clip, dubbed, "es", home))
    again_s, _ = timed(worker, job)
    spanish = bare(clip, dubbed, "es", models, scratch)

    both = job | {"languages": ["es", "fr"]}
    further_s, dubbed_fr = timed(worker, both)
    further_render_s, _ = timed(worker, render_job(clip, dubbed_fr, "fr", home))
    french = bare(clip, dubbed_fr, "fr", models, scratch)

    changed = scratch / "changed.csv"
    row = dubbed["languages"]["es"]["lines"][3]
    text = memory.read_text(encoding="utf-8").replace(row["text"], row["text"].rstrip(".") + " ya.")
    changed.write_text(text, encoding="utf-8")
    line_s, edited = timed(worker, job | {"memories": [str(changed)]})
    assert edited["languages"]["es"]["lines"][3]["text"] != row["text"]

    worker.end()
    bare_es = sum(spanish.values())
    bare_fr = french["speak"] + french["encode"]
    return {
        "seconds: first dub + render": first_s + render_s,
        "seconds: bare calls": bare_es,
        "one language / bare calls (<= 1.15)": (first_s + render_s) / bare_es,
        "further language / its bare calls (<= 1.15)": (further_s + further_render_s) / bare_fr,
        "one changed line / first dub (<= 0.10 + mux)": line_s / first_s,
        "unchanged re-run / first dub (<= 0.05)": again_s / first_s,
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clip", nargs="?", type=Path, default=SAMPLE / "explainer.mp4")
    parser.add_argument("memory", nargs="?", type=Path, default=SAMPLE / "explainer.memory.csv")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    from platformdirs import user_data_dir

    home = Path(os.environ.get("NEMODUB_HOME") or user_data_dir("nemodub"))
    models = Path(os.environ.get("NEMODUB_MODELS") or home / "models")
    os.environ["NEMODUB_MODELS"] = str(models)
    with tempfile.TemporaryDirectory() as scratch:
        rounds = [one_round(asked.clip, asked.memory, models, Path(scratch)) for _ in range(asked.rounds)]
    for name in rounds[0]:
        figures = [figures[name] for figures in rounds]
        print(
            f"{name:48} median {statistics.median(figures):7.3f}   min {min(figures):7.3f}   max {max(figures):7.3f}"
        )


if __name__ == "__main__":
    main()
