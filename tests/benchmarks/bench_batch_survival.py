"""Batches: 200 short clips × 3 languages on two workers of a Dask cluster, with everything killed in the middle.

    python tests/benchmarks/bench_batch_survival.py [CLIPS]          real engines; needs ffmpeg, espeak-ng, distributed

A worker is killed (SIGKILL) five times, the command itself once, and the scheduler is restarted once; the same command
finishes. Targets: every row is there and done, none is lost or doubled, no finished work is repeated: no row that was
written down as done is touched again, and an engine repeats no more than what it was at when it was killed.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1] / "batch"))

from dask_processes import Processes
from short_clips import make_clips

LANGUAGES = ("es", "fr", "de")
WORKER_KILLS = (0.1, 0.25, 0.4, 0.6, 0.8)
COMMAND_KILL, SCHEDULER_KILL = 0.33, 0.5
"""Shares of the rows after which it happens."""
COMMAND = """\
import sys
from dataclasses import replace
from nemodub_nb.batches.run import order, run
folder, out, scheduler, memory, languages = sys.argv[1:]
wanted = order(folder, languages, out, scheduler=scheduler, memory=memory, source="en", fast=True)
made = run(replace(wanted, engine="bench_batch_survival:noted"), show=True)
print(repr(made))
sys.exit(not made.ok)
"""
PATIENCE_S = 4 * 3600.0


def noted(job):
    """Do a job by the real engine, and leave a note of it when it is done."""
    from nemodub_nb.batches.engine import run

    result = run(job)
    if job["kind"] == "render":
        what = ("render", Path(job["picture"][0]["source"]).name, job["audio_language"])
    else:
        what = ("speak" if job["languages"] else "hear", Path(job["source"]).name, ",".join(job["languages"]))
    note = Path(os.environ["NOTES"]) / f"{uuid.uuid4().hex}.json"
    note.write_text(json.dumps({"what": what, "at": time.time()}))
    return result


class Run:
    """The command, started again and again, and the cluster that it works with."""

    def __init__(self, place: Path, clips: int) -> None:
        self.out, self.notes = place / "out", place / "notes"
        self.notes.mkdir()
        os.environ["NOTES"] = str(self.notes)
        self.rows = clips * len(LANGUAGES)
        folder, memory = make_clips(place / "clips", clips, LANGUAGES)
        self.cluster = Processes(place / "dask", Path(__file__).parent)
        for _ in range(2):
            self.cluster.begin_worker()
        self.command = [
            sys.executable, "-c", COMMAND, str(folder), str(self.out), self.cluster.address, str(memory), ",".join(LANGUAGES)
        ]  # fmt: skip
        self.process = subprocess.Popen(self.command)
        self.killed = 0

    def share(self) -> float:
        """Return how many of the rows have their video."""
        return len(list(self.out.glob("*.mp4"))) / self.rows

    def until(self, share: float) -> None:
        ends = time.monotonic() + PATIENCE_S
        while self.share() < share and time.monotonic() < ends:
            if self.process.poll() is not None:
                raise AssertionError(
                    f"the command ended with {self.process.returncode} at {self.share():.0%}"
                )
            time.sleep(0.1)

    def kill_worker(self) -> None:
        self.cluster.workers[self.killed % 2].kill()
        self.cluster.workers[self.killed % 2].wait()
        self.cluster.begin_worker(at=self.killed % 2)
        self.killed += 1

    def kill_command(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process = subprocess.Popen(self.command)

    def done_rows(self) -> dict[tuple[str, str], str]:
        """Return when each row that is written down as done was finished."""
        found: dict[tuple[str, str], str] = {}
        for file in (self.out / ".nemodub" / "journal").glob("*.jsonl"):
            with contextlib.suppress(FileNotFoundError):  # merged by a run that began
                for one in map(json.loads, file.read_text().splitlines()):
                    if one["status"] == "done":
                        found.setdefault((one["clip"], one["language"]), one["finished"])
        return found

    def told(self) -> Counter:
        return Counter(tuple(json.loads(path.read_text())["what"]) for path in self.notes.glob("*.json"))


def broken(out: Path) -> list[Path]:
    """Return the videos of which not every packet is there, or that have no sound, picture or subtitles."""
    found = []
    for path in out.glob("*.mp4"):
        looked = subprocess.run(
            ["ffprobe", "-v", "error", "-count_packets", "-show_entries", "stream=codec_type,nb_read_packets", "-of", "json", str(path)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        streams = json.loads(looked.stdout or "{}").get("streams", [])
        whole = {one["codec_type"] for one in streams if int(one.get("nb_read_packets", 0)) > 0}
        if looked.stderr or whole != {"video", "audio", "subtitle"}:
            found.append(path)
    return found


def survive(clips: int, place: Path) -> bool:
    began = time.monotonic()
    run = Run(place, clips)
    print(f"{clips} clips made in {time.monotonic() - began:.0f} s", flush=True)
    began = time.monotonic()
    known: dict[tuple[str, str], str] = {}
    happenings = [
        *((share, "a worker is killed", run.kill_worker) for share in WORKER_KILLS),
        (COMMAND_KILL, "the command is killed and started again", run.kill_command),
        (SCHEDULER_KILL, "the scheduler is killed and started again", run.cluster.restart_scheduler),
    ]
    for share, text, happen in sorted(happenings, key=lambda one: one[0]):
        run.until(share)
        known = {**run.done_rows(), **known}
        print(f"{time.monotonic() - began:6.0f} s {run.share():5.0%} {text}", flush=True)
        happen()
    code = run.process.wait(PATIENCE_S)
    took = time.monotonic() - began
    table = pd.read_parquet(run.out / "batch.parquet")
    finished = {
        (clip, tag): at
        for clip, tag, at in zip(table["clip"], table["language"], table["finished"], strict=True)
    }
    jobs = run.told()
    again = subprocess.run(run.command, check=False).returncode
    run.cluster.end()
    repeated = sum(count - 1 for count in jobs.values())
    touched = [name for name, at in known.items() if pd.Timestamp(at) != finished.get(name)]
    checks = {
        "the same command finishes": (code == 0, f"exit code {code}"),
        "rows": (len(table) == run.rows, f"{len(table)} of {run.rows}"),
        "rows that are doubled": (not table.duplicated(["clip", "language"]).any(), "0"),
        "rows that are not done": ((table["status"] == "done").all(), str((table["status"] != "done").sum())),
        "videos": (len(list(run.out.glob("*.mp4"))) == run.rows, str(len(list(run.out.glob("*.mp4"))))),
        "videos that do not play to their end": (not (bad := broken(run.out)), str(len(bad))),
        "done rows that were touched again": (not touched, f"{len(touched)} of {len(known)} looked at"),
        "jobs that an engine ended twice": (repeated <= 4 * len(happenings), f"{repeated} of {sum(jobs.values())}"),
        "the same again does nothing": (again == 0 and run.told() == jobs, f"exit code {again}"),
    }  # fmt: skip
    for what, (good, figure) in checks.items():
        print(f"{'ok ' if good else 'BAD'} {what:36} {figure}")
    print(f"{run.rows} rows in {took:.0f} s")
    return all(good for good, _ in checks.values())


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        os.environ["NEMODUB_HOME"] = f"{name}/home"
        sys.exit(not survive(int((sys.argv[1:] or ["200"])[0]), Path(name)))
