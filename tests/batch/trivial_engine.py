"""An engine that writes small files at once and leaves a note of each job; what a clip's bytes say, it does.

`slow` takes a moment, `mute` has no sound, `die` loses the engine, `die once` only the first time, `boom` is a bug; what is
`unmeasurable` is dubbed, but cannot be measured; a `long` line makes the picture wait as far as it may. What it measures, it
calls misheard.
"""

from __future__ import annotations

import json
import os
import time
import uuid
from pathlib import Path

from nemodub_nb.batches.engine import JobFailedError, JobLostError


def run(job):
    content = Path(job["picture"][0]["source"] if job["kind"] == "render" else job["source"]).read_text()
    note(job, content)
    if "slow" in content:
        time.sleep(0.3)
    if job["kind"] == "check":
        return check(job, content)
    return dub(job, content) if job["kind"] == "dub" else render(job)


def note(job, content):
    folder = Path(os.environ["TRIVIAL_NOTES"])
    what = {"kind": job["kind"], "content": content, "pid": os.getpid()}
    what["language"] = {
        "render": lambda: job["audio_language"],
        "check": lambda: job["language"],
        "dub": lambda: ",".join(job["languages"]),
    }[job["kind"]]()
    (folder / f"{uuid.uuid4().hex}.json").write_text(json.dumps({**what, "home": job["home"]}))


def jobs(folder):
    written = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
    return [json.loads(text) for path in written if (text := path.read_text())]


def dub(job, content):
    home = Path(job["home"])
    heard = home / "cache" / "transcribe" / "heard.json"
    if not job["languages"]:
        if "mute" in content:
            raise JobFailedError("NoAudioError", "The clip has no sound.", "Use another.")
        heard.parent.mkdir(parents=True)
        heard.write_text(content)
        (home / "bed.flac").write_text(f"bed of {content}")
    assert heard.read_text() == content, "what was heard once is here, and is not heard again"
    if "die once" in content and not (Path(os.environ["TRIVIAL_NOTES"]) / "died").exists():
        (Path(os.environ["TRIVIAL_NOTES"]) / "died").touch()
        raise JobLostError("The engine was lost.")
    if content == "boom":
        raise RuntimeError("boom")
    if content == "die":
        raise JobLostError("The engine was lost.")
    made, failed = {}, {}
    for language in job["languages"]:
        if language == "tlh":
            failed[language] = {
                "type": "NoVoiceError",
                "message": "No voice speaks tlh.",
                "advice": "Add one.",
            }
            continue
        stem = home / f"{language}.flac"
        stem.write_text(f"{language} of {content}")
        voice = job["voices"].get(language, "trivial")
        verdict = "look" if voice == "odd" else "good"
        line = {
            "index": 0,
            "language": language,
            "start_s": 0.5,
            "end_s": 1.5,
            "text": "Hola.",
            "verdict": verdict,
        }
        if "long" in content and job["slow_video"] > 1:
            line["slow"] = job["slow_video"]
        cues = [{"start_s": 0.5, "end_s": 1.5, "text": "Hola."}]
        made[language] = {
            "voice_stem": str(stem),
            "voice": voice,
            "lines": [line],
            "cues": cues,
            "summary": {},
        }
    return {
        "media": {
            "duration_s": 2.0,
            "width": 320,
            "height": 180,
            "fps": 25.0,
            "audio_tracks": 1,
            "has_video": True,
        },
        "source_language": "en",
        "transcript_by": "trivial",
        "transcript": [],
        "bed": str(home / "bed.flac") if job["separate"] else None,
        "languages": made,
        "failed": failed,
    }


def render(job):
    parts = [Path(one["source"]).read_text() for one in job["audio"]]
    wanted = [f"{name}={job[name]}" for name in ("format", "aspect", "loudness_lufs") if name in job]
    kept = [one for one in wanted if one != "format=mp4"]
    slowed = [one for one in (*job["picture"], *job["audio"]) if one.get("slow", 1.0) > 1]
    kept += [
        f"{one['in_s']}-{one['out_s']} s of {Path(one['source']).suffix} {one['slow']} times as long"
        for one in slowed
    ]
    Path(job["output"]).write_text(" + ".join([*parts, *kept]))
    return {
        "output": job["output"],
        "duration_s": job["duration_s"],
        "loudness_lufs": -16.0,
        "picture": "copied",
    }


def check(job, content):
    assert Path(job["video"]).read_text().startswith("bed of ")
    assert Path(job["bed"]).read_text() == f"bed of {content}"
    if "unmeasurable" in content:
        raise JobFailedError("NotMediaError", "It cannot be read.", "Use another.")
    return {
        "measured": {"checked_by": "trivial", "wer": 0.6},
        "lines": [{"index": line["index"], "heard": "Adiós.", "wer": 0.6} for line in job["lines"]],
        "notes": ["The subtitles were not checked."],
    }
