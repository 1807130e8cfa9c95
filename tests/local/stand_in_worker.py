"""A worker that speaks the engine's protocol and writes small real files, without any engine.

Arguments: a folder to leave notes in. A file `hold` there makes jobs wait until it is gone; `die` makes them die.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
import uuid
from pathlib import Path


def say(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def exit_with_parent():
    while sys.stdin.read(4096):
        pass
    os._exit(1)


def decided(job, tag):
    """What a person decided about the line in a language, as the engine's reports tell it."""
    edits = [edit for edit in job.get("edits") or () if edit.get("language") == tag]
    said = {"voice": job["voices"].get(tag, f"stand-in:{tag}"), "sound": "dub", "approved": False}
    if not job.get("speak", True):
        said |= {"voice": None, "slot_s": 1.5, "chars_ratio": 1.0, "route": "memory"}
    for edit in edits:
        said |= {name: value for name, value in edit.items() if name != "line"}
        said["route"] = "edited" if "text" in edit else "memory"
    return said


def dub(job):
    home = Path(job["home"]) / "cache"
    corrected = next((edit for edit in job.get("edits") or () if not edit.get("language")), {})
    heard = corrected.get("text", "Hello there.")
    begins_s, ends_s = corrected.get("start_s", 0.5), corrected.get("end_s", 1.4)
    line = {
        "index": 0,
        "start_s": 0.5,
        "end_s": 1.5,
        "source_start_s": begins_s,
        "source_end_s": ends_s,
        "source_text": heard,
        "natural_s": 1.0,
        "rate": 1.0,
        "stretch": 1.0,
        "overflow_s": 0.0,
        "numbers_kept": True,
        "flags": [],
        "verdict": "good",
    }
    languages, failed = {}, {}
    slow = job["slow_video"]
    for number, tag in enumerate(job["languages"]):
        say(
            {
                "event": "progress",
                "step": "speak",
                "language": tag,
                "done": number,
                "total": len(job["languages"]),
                "message": "",
            }
        )
        if tag == "tlh":
            failed[tag] = {
                "type": "NoTranslationError",
                "message": "Nothing here translates en into tlh.",
                "advice": "Add a memory.",
            }
            continue
        stem = home / f"{tag}.flac"
        stem.write_bytes(b"fLaC" + tag.encode())
        text = f"Hello in {tag}."
        languages[tag] = {
            "voice_stem": str(stem),
            "duration_s": 6.0 + line["end_s"] * (slow - 1) - line["start_s"] * (slow - 1),
            "voice": job["voices"].get(tag, f"stand-in:{tag}"),
            "lines": [{**line, "language": tag, "text": text, "slow": slow, **decided(job, tag)}],
            "cues": [{"start_s": 0.5, "end_s": 1.5, "text": text}],
            "summary": {"lines": 1},
        }
    bed = home / "bed.flac"
    bed.write_bytes(b"fLaCbed")
    return {
        "media": {},
        "source_language": job["source_language"] or "en",
        "transcript_by": "given" if job["transcript"] else "whisper-base",
        "transcript": [{"index": 0, "start_s": begins_s, "end_s": ends_s, "text": heard}],
        "bed": str(bed) if job["separate"] else None,
        "languages": languages,
        "failed": failed,
        "steps": {"computed": 1, "reused": 0},
    }


def render(job):
    say({"event": "progress", "step": "render", "language": None, "done": 1, "total": 2, "message": ""})
    Path(job["output"]).write_bytes(b"0123456789" * 1000)
    return {
        "output": job["output"],
        "duration_s": job["duration_s"],
        "loudness_lufs": -16.0,
        "loudness_target_lufs": job.get("loudness_lufs", -16.0),
        "true_peak_dbtp": -1.2,
        "picture": "copied",
        "tracks": [
            {"language": sound["language"], "loudness_lufs": -16.0 - number}
            for number, sound in enumerate(job.get("sounds", ()))
        ],
    }


def piece(job):
    """The real thing: it needs no model."""
    from nemodub_nb.local.engine.worker import run

    return run(job, lambda _: None)


def check(job):
    return {"measured": {"video": job["video"]}, "lines": [{"index": 0, "wer": 0.0}], "notes": []}


def main():
    notes = Path(sys.argv[1])
    job = json.loads(sys.stdin.readline())
    threading.Thread(target=exit_with_parent, daemon=True).start()
    if job["kind"] == "piece":
        say({"event": "result", "result": piece(job)})
        return
    (notes / f"{uuid.uuid4().hex}.job").write_text(json.dumps({**job, "pid": os.getpid()}))
    say(
        {
            "event": "progress",
            "step": "models",
            "language": None,
            "done": 0,
            "total": 1,
            "message": "Starting.",
        }
    )
    sys.stdout.write("a library prints this\n")
    while (notes / "hold").exists():
        time.sleep(0.05)
    if (notes / "die").exists():
        os.kill(os.getpid(), signal.SIGKILL)
    say({"event": "result", "result": {"dub": dub, "render": render, "check": check}[job["kind"]](job)})


if __name__ == "__main__":
    main()
