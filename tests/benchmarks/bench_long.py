"""A long clip against a short one: python tests/benchmarks/bench_long.py CLIP_OF_SPEECH [MINUTES]

Loops a clip of speech (ffmpeg, without encoding) to one minute and to MINUTES, dubs both into Portuguese with the fast
voices, exports them and measures what was exported, each in worker processes as the backend runs them. Prints seconds, the
peak memory of a job with its voice workers, and the onset errors of the first and of the last tenth of the lines: an error
must not grow.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import psutil
from bench_dub import render_job
from platformdirs import user_data_dir


def looped(clip: Path, minutes: float, to: Path) -> Path:
    """Write a clip that repeats another one for so many minutes."""
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", "-stream_loop", "-1", "-i", str(clip), "-t", str(minutes * 60), "-c", "copy", str(to)],
        check=True,
    )  # fmt: skip
    return to


def held(process: psutil.Process) -> int:
    """Return the bytes that a process holds; what it shares is shared out, or a program would count twice as it starts another."""
    found = process.memory_full_info()
    return int(getattr(found, "pss", found.rss))


def measured(job: dict[str, Any]) -> tuple[dict[str, Any], float, float]:
    """Run a job; return its result, its seconds and the most memory (MiB) that it and its children held at once."""
    start = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "nemodub_nb.local.engine.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps(job).encode() + b"\n")
        process.stdin.flush()
        peak = 0.0

        def watch() -> None:
            nonlocal peak
            whole = psutil.Process(process.pid)
            while process.poll() is None:
                try:
                    family = [whole, *whole.children(recursive=True)]
                    peak = max(peak, sum(held(member) for member in family) / 2**20)
                except psutil.Error:
                    continue
                time.sleep(0.05)

        threading.Thread(target=watch, daemon=True).start()
        last: dict[str, Any] = {}
        for line in process.stdout:
            last = json.loads(line)
        assert last["event"] == "result", last
    return last["result"], time.perf_counter() - start, peak


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clip", type=Path)
    parser.add_argument("minutes", type=float, nargs="?", default=60.0)
    asked = parser.parse_args()
    home = Path(os.environ.get("NEMODUB_HOME") or user_data_dir("nemodub"))
    os.environ.setdefault("NEMODUB_MODELS", str(home / "models"))
    peaks: dict[float, float] = {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for minutes in (1.0, asked.minutes):
            clip = looped(asked.clip, minutes, folder / f"{minutes:g}.mp4")
            job = {
                "kind": "dub", "source": str(clip), "languages": ["pt"], "quality": "fast", "home": str(folder / f"home{minutes:g}"),
            }  # fmt: skip
            dubbed, dub_s, dub_mib = measured(job)
            order = render_job(clip, dubbed, "pt", folder)
            _, render_s, render_mib = measured(order)
            lines = dubbed["languages"]["pt"]["lines"]
            checking = {
                "kind": "check", "source": str(clip), "video": order["output"], "language": "pt", "lines": lines,
                "source_language": dubbed["source_language"], "bed": dubbed["bed"], "home": job["home"],
            }  # fmt: skip
            _, check_s, check_mib = measured(checking)
            tenth = max(len(lines) // 10, 1)
            first, last = (
                [abs(line["onset_error_s"]) for line in part] for part in (lines[:tenth], lines[-tenth:])
            )
            peaks[minutes] = max(dub_mib, render_mib, check_mib)
            print(
                f"{minutes:5g} min: dub {dub_s:6.1f} s {dub_mib:6.0f} MiB, render {render_s:6.1f} s {render_mib:6.0f} MiB, "
                f"check {check_s:6.1f} s {check_mib:6.0f} MiB, {len(lines)} lines, onset error first tenth {max(first):.3f} s, last tenth {max(last):.3f} s",
                flush=True,
            )
    print(
        f"peak memory, {asked.minutes:g} minutes against 1: {peaks[asked.minutes] / peaks[1.0]:.2f} (target <= 1.5)"
    )


if __name__ == "__main__":
    main()
