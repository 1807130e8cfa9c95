"""Time of a 10,000-segment draft as a DataFrame against json.loads of the same draft (target: 5 times)."""

from __future__ import annotations

import json
import statistics
import time

from nemodub_nb import timeline

SEGMENTS = 10_000


def draft(*, report: bool) -> dict:
    def segment(index: int) -> dict:
        meta = {"start_ms": index * 2000, "text": f"Line {index}: a sentence as long as lines usually are."}
        if report:
            meta["report"] = {
                "index": index, "language": "es", "start_s": index * 2.0, "end_s": index * 2 + 1.9, "stretch": 1.05,
                "fill": 0.93, "onset_error_s": 0.0, "overflow_s": 0.0, "verdict": "good", "flags": [], "numbers_kept": True,
            }  # fmt: skip
        return {"d": 1900, "m": meta}

    return {
        "t": [
            {
                "tt": 1,
                "m": {"role": "dub", "language": "es", "clip": "a.mp4"},
                "sg": [segment(i) for i in range(SEGMENTS)],
            },
        ],
        "d": SEGMENTS * 2000,
        "m": {"width": 1920, "height": 1080},
    }


def median_s(work: object, rounds: int = 15) -> float:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> None:
    for name, value in {"plain": draft(report=False), "with reports": draft(report=True)}.items():
        text = json.dumps(value)
        loads, frame = median_s(lambda t=text: json.loads(t)), median_s(lambda v=value: timeline.frame(v))
        print(
            f"{name:13} json.loads {loads * 1e3:6.1f} ms   frame {frame * 1e3:6.1f} ms   {frame / loads:.2f} x"
        )


if __name__ == "__main__":
    main()
