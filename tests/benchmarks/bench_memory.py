"""Peak memory of separation, stem, export and check on a clip of 60 minutes against one of 1 minute (target: at most 1.5 times)."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import av

HERE = Path(__file__).resolve().parent
STEPS = {
    "separate": """
from nemodub_nb.local.engine.mix.separate import separate
separate(clip, folder / "bed.flac", speech=[(t, t + 8.0) for t in range(2, int(seconds) - 8, 12)])
""",
    "stem": """
import numpy as np
from nemodub_nb.local.engine.mix.stem import place
line = lambda: (0.1 * np.random.default_rng(1).standard_normal(48_000 * 5)).astype(np.float32)
place(((float(t), line) for t in range(2, int(seconds) - 8, 12)), seconds, folder / "stem.flac")
""",
    "render": """
from nemodub_nb.local.engine.render import render
from nemodub_nb.local.engine.render_job import RenderJob
sound = dict(start_s=0.0, in_s=0.0, out_s=seconds)
render(RenderJob.from_dict(dict(
    picture=[dict(source=str(clip), in_s=0.0, out_s=seconds)], duration_s=seconds, output=str(folder / "out.mp4"),
    audio=[dict(source=str(folder / "bed.flac"), role="bed", duck=True, **sound),
           dict(source=str(folder / "stem.flac"), role="dub", **sound)],
)))
""",
    "check": """
from nemodub_nb.local.engine.check import CheckJob, check
check(CheckJob(clip, folder / "out.mp4", "en", folder / "home", source_language="en"))
""",
}
BEFORE = """
import resource, sys, time
from pathlib import Path
clip, seconds = Path(sys.argv[1]), float(sys.argv[2])
folder = clip.parent
began = time.perf_counter()
"""
AFTER = """
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, round(time.perf_counter() - began, 1))
"""


def run(step: str, clip: Path, seconds: float) -> tuple[int, float]:
    """Run one step in a process of its own; return its peak memory in MiB and its time in seconds."""
    command = [sys.executable, "-c", BEFORE + STEPS[step] + AFTER, str(clip), str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=HERE.parents[1])
    memory, time = done.stdout.split()
    return int(memory), float(time)


def repeat(path: Path, out: Path, times: int) -> None:
    """Write a minute's packets again and again."""
    with av.open(str(out), "w", format="mp4") as target:
        streams, last = {}, {}
        for turn in range(times):
            with av.open(str(path)) as source:
                streams = streams or {
                    s.index: target.add_stream_from_template(s, opaque=True) for s in source.streams
                }
                for packet in source.demux():
                    if packet.size:
                        packet.pts += round(60 * turn / packet.time_base)
                        packet.dts += round(60 * turn / packet.time_base)
                        packet.stream = streams[packet.stream.index]
                        if packet.dts > last.get(packet.stream.index, -(10**9)):
                            last[packet.stream.index] = packet.dts
                            target.mux(packet)


def main(minutes: int = 60) -> None:
    """Print one row a step."""
    sys.path.insert(0, str(HERE.parent / "engine"))
    from clips import make_clip, noise

    with tempfile.TemporaryDirectory() as folder:
        clips = {}
        for length in (1, minutes):
            place = Path(folder) / str(length)
            place.mkdir()
            clips[length] = place / "clip.mp4"
        make_clip(clips[1], 60.0, (320, 180), fps=10, audio=noise(), b_frames=0)
        repeat(clips[1], clips[minutes], minutes)
        print(f"{'step':10} {'1 min':>10} {f'{minutes} min':>10} {'ratio':>7} {'time/length':>12}")
        for step in STEPS:
            short, _ = run(step, clips[1], 60.0)
            long, time = run(step, clips[minutes], minutes * 60.0)
            print(
                f"{step:10} {short:>6} MiB {long:>6} MiB {long / short:>7.2f} {time / minutes / 60:>12.4f}",
                flush=True,
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
