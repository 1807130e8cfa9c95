"""Batches: a graph of 10,000 clips × 10 languages on a LocalCluster, and two workers against one on eight short clips.

    python tests/benchmarks/bench_batch.py submit [CLIPS]            the whole graph at once
    python tests/benchmarks/bench_batch.py graph [CLIPS] [SECONDS]   trivial engines; looks at memory for so many seconds
    python tests/benchmarks/bench_batch.py workers [SECONDS]         real engines, clips of so many seconds; needs ffmpeg

Targets: the graph is built and submitted within 10 s, client and scheduler together (they share a process) stay below 1 GiB
and flat; two workers are at least 1.8 times as fast as one.
"""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parents[1] / "batch"))

from nemodub_nb.batches.run import Order, order, run
from nemodub_nb.batches.store import Store
from nemodub_nb.batches.work import Place

LANGUAGES = ("es", "fr", "de", "it", "pt", "nl", "pl", "sv", "cs", "ro")
SAMPLE = Path(__file__).parents[2] / "notebooks" / "sample" / "explainer.mp4"
MIB = 1024**2
LOOK_S = 5.0
PATIENCE_S = 120.0


def engine(job):
    """Do nothing, at once."""
    home = Path(job["home"])
    if job["kind"] == "render":
        Path(job["output"]).touch()
        return {"output": job["output"], "duration_s": 1.0}
    (home / "cache" / "heard").touch()
    made = {}
    for language in job["languages"]:
        stem = home / f"{language}.flac"
        stem.touch()
        made[language] = {"voice_stem": str(stem), "lines": [], "cues": []}
    return {
        "media": {"duration_s": 1.0, "has_video": True},
        "source_language": "en",
        "transcript_by": "none",
        "transcript": [],
        "bed": None,
        "languages": made,
        "failed": {},
    }


def _order(count: int, folder: Path) -> Order:
    clips = folder / "clips"
    clips.mkdir()
    for number in range(count):
        (clips / f"clip{number:05d}.mp4").write_text(str(number))
    return replace(order(clips, LANGUAGES, folder / "out"), engine="bench_batch:engine")


def submit(count: int, folder: Path) -> None:
    """Hand the whole graph to a scheduler without workers."""
    from distributed import Client, LocalCluster

    from nemodub_nb.batches.cluster import Cluster, _chunks

    wanted = _order(count, folder)
    began = time.monotonic()
    clips = wanted.clips()
    print(f"{count} clips looked at in {time.monotonic() - began:.1f} s")
    me, tasks = psutil.Process(), count * (len(LANGUAGES) + 1)
    with LocalCluster(n_workers=0, dashboard_address=None, silence_logs=50) as local, Client(local) as client:
        workers = Cluster(Place(wanted.out, wanted.engine), client, {})
        began, cpu, before = time.monotonic(), time.process_time(), me.memory_info().rss / MIB
        futures = [one for turn, chunk in enumerate(_chunks(clips)) for one in workers.submit(chunk, turn)]
        took, cpu = time.monotonic() - began, time.process_time() - cpu
        print(
            f"{len(futures)} rows, {tasks} tasks built and submitted in {took:.1f} s ({cpu:.1f} s of processor)"
        )
        while len(local.scheduler.tasks) < tasks and time.monotonic() - began < PATIENCE_S:
            time.sleep(0.2)
        print(
            f"the scheduler has {len(local.scheduler.tasks)} of them after {time.monotonic() - began:.1f} s"
        )
        print(
            f"client and scheduler: {before:.0f} MiB before, {me.memory_info().rss / MIB:.0f} after",
            flush=True,
        )
        os._exit(0)  # taking so many tasks back is not what is measured


def graph(count: int, seconds: float, folder: Path) -> None:
    """Run the graph on one worker for a while."""
    from distributed import Client, LocalCluster

    from nemodub_nb.batches.board import Board
    from nemodub_nb.batches.cluster import Cluster
    from nemodub_nb.batches.events import Ended

    wanted = _order(count, folder)
    clips = wanted.clips()
    me = psutil.Process()
    with (
        LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None, silence_logs=50) as local,
        Client(local) as client,
    ):
        workers = Cluster(Place(wanted.out, wanted.engine), client, {})
        board = Board(clips, Store(wanted.out), wanted.version, "local")
        told: queue.SimpleQueue = queue.SimpleQueue()
        workers.start(clips, told.put)
        ends, looked = time.monotonic() + seconds, 0.0
        while time.monotonic() < ends:
            with contextlib.suppress(queue.Empty):
                event = told.get(timeout=0.5)
                if event is None:
                    break
                if isinstance(event, Ended):
                    board.end(event.row)
            board.keep()
            if time.monotonic() - looked > LOOK_S:
                looked = time.monotonic()
                print(
                    f"{board.ended:7d} rows done, client and scheduler {me.memory_info().rss / MIB:.0f} MiB",
                    flush=True,
                )
        workers.stop()


def two_workers(seconds: float, folder: Path) -> None:
    """Dub eight clips by one worker, then by two, each after a clip that makes its engine warm."""
    clips = [_cut(number, seconds, folder / f"clip{number}.mp4") for number in range(8)]
    warming = [_cut(number + 0.5, seconds, folder / f"warm{number}.mp4") for number in range(2)]
    print(f"two processes that only count are {_counting(2) / _counting(1):.2f} × as fast as one", flush=True)
    took = {}
    for workers in (1, 2):
        took[workers] = _timed(warming[:workers], clips, workers, folder / f"out{workers}")
    cold, warm = (took[1][at] / took[2][at] for at in (0, 1))
    print(
        f"two workers are {warm:.2f} × as fast as one (target 1.8), {cold:.2f} × with starting and loading models"
    )


def _timed(warming: list[Path], clips: list[Path], workers: int, out: Path) -> tuple[float, float]:
    """Return how long it took from its begin, and from when every worker was warm."""
    wanted = order([*warming, *clips], ["es"], out, source="en", workers=workers)
    names = {path.stem for path in warming}
    seen = {"warm": 0.0, "busy": psutil.cpu_times()}

    def ended(row):
        names.discard(row["clip"])
        if not names and not seen["warm"]:
            seen.update(warm=time.monotonic(), busy=psutil.cpu_times())

    began = time.monotonic()
    made = run(wanted, show=False, on_row=ended)
    ends, now, before = time.monotonic(), psutil.cpu_times(), seen["busy"]
    assert made.ok, made.frame[["status", "error"]]
    wall = ends - seen["warm"]
    busy = (now.user - before.user) + (now.system - before.system) + (now.nice - before.nice)
    steal = getattr(now, "steal", 0.0) - getattr(before, "steal", 0.0)
    print(
        f"{workers} worker(s): {ends - began:.1f} s, {wall:.1f} s of it warm; {busy / wall:.2f} cores busy, {steal / wall:.2f} taken by other machines",
        flush=True,
    )
    return ends - began, wall


def _cut(at: float, seconds: float, path: Path) -> Path:
    cut = ["-ss", str(at * 2.5), "-t", str(seconds)]
    subprocess.run(
        ["ffmpeg", "-v", "error", "-i", str(SAMPLE), *cut, "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", str(path)],
        check=True,
    )  # fmt: skip
    return path


def _counting(processes: int) -> float:
    """Return how far so many processes count together in a few seconds: what this machine can give at most."""
    count = "import time\nends, n = time.monotonic() + 4, 0\nwhile time.monotonic() < ends: n += 1\nprint(n)"
    begun = [
        subprocess.Popen([sys.executable, "-c", count], stdout=subprocess.PIPE) for _ in range(processes)
    ]
    return float(sum(int(one.communicate()[0]) for one in begun))


if __name__ == "__main__":
    os.environ.setdefault(
        "PYTHONPATH", os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parents[2])])
    )
    with tempfile.TemporaryDirectory() as name:
        os.environ["NEMODUB_HOME"] = f"{name}/home"
        what, *numbers = sys.argv[1:]
        if what == "submit":
            submit(int((numbers or ["10000"])[0]), Path(name))
        elif what == "graph":
            graph(int((numbers or ["10000"])[0]), float((numbers[1:] or ["60"])[0]), Path(name))
        else:
            two_workers(float((numbers or ["8"])[0]), Path(name))
