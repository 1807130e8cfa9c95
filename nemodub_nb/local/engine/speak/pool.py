"""A pool of speaking processes shared by all languages of a dub."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from nemodub_nb.local.engine.errors import EngineError, NoVoiceError
from nemodub_nb.local.engine.speak.text import speakable
from nemodub_nb.local.engine.weights import find

if TYPE_CHECKING:
    from pathlib import Path

    from nemodub_nb.local.engine.speak.voices import Voice

MOST_WORKERS = 4
"""A worker with Kokoro holds about half a gigabyte, so more cores go to threads."""

_TRIES = 2


class SpeechError(EngineError):
    """A line could not be spoken."""


@dataclass(frozen=True)
class SpeakRequest:
    """A line to be spoken."""

    text: str
    """The line as it stands in the script."""
    voice: Voice
    """Who speaks it, in which language."""
    out: Path
    """WAV file to write; its folder exists."""
    speed: float = 1.0
    """Rate of speech, 0.5 to 2.0; the engine's own rate, so the pitch stays."""


@dataclass(frozen=True)
class Spoken:
    """A line that was spoken."""

    path: Path
    """WAV file, mono, 16 bits, trimmed to the speech."""
    duration_s: float
    """Its length in seconds."""
    rate: int
    """Samples a second."""


class VoicePool:
    """Speaks lines in worker processes, started when they are needed.

    Safe to use from several threads. `speak` returns at once; a worker that dies is replaced and its line tried
    once more.
    """

    def __init__(self, models_dir: Path, workers: int | None = None) -> None:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        self._models_dir = models_dir
        self._most = max(1, workers or min(cores, MOST_WORKERS))
        self._threads = max(1, cores // self._most)
        self._jobs: queue.SimpleQueue[tuple[SpeakRequest, Future[Spoken]] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._slots: list[_Slot] = []
        self._waiting = 0
        self._closed = False

    def speak(self, request: SpeakRequest) -> Future[Spoken]:
        """Have a line spoken.

        The future raises SpeechError when the engine cannot, NoVoiceError when the voice's model is missing,
        and is cancelled when the pool is closed first.
        """
        future: Future[Spoken] = Future()
        with self._lock:
            if self._closed:
                raise RuntimeError("the voice pool is closed")
            self._waiting += 1
            self._jobs.put((request, future))
            if self._waiting > sum(slot.idle for slot in self._slots) and len(self._slots) < self._most:
                slot = _Slot(self)
                self._slots.append(slot)
                slot.thread.start()
        return future

    def warm(self, voice: Voice) -> None:
        """Start every worker and let it load a voice's model, so that the first lines do not wait for it."""
        with self._lock:
            while not self._closed and len(self._slots) < self._most:
                slot = _Slot(self, warm=voice)
                self._slots.append(slot)
                slot.thread.start()

    def close(self) -> None:
        """End the workers; lines that nobody has begun are cancelled. May be called twice."""
        with self._lock:
            self._closed = True
            slots, self._slots = self._slots, []
        while True:
            with contextlib.suppress(queue.Empty):
                job = self._jobs.get_nowait()
                if job is not None:
                    job[1].cancel()
                continue
            break
        for _ in slots:
            self._jobs.put(None)
        for slot in slots:
            slot.stop()
        for slot in slots:
            slot.thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _begun(self) -> None:
        with self._lock:
            self._waiting -= 1


class _Slot:
    """One place in the pool: a thread that feeds one process after another."""

    def __init__(self, pool: VoicePool, warm: Voice | None = None) -> None:
        self._pool = pool
        self._warm = warm
        self._process: subprocess.Popen[str] | None = None
        self._stopping = False
        self.idle = True
        self.thread = threading.Thread(target=self._run, name="nemodub-voice", daemon=True)

    def stop(self) -> None:
        """End the process at once; the thread ends by itself."""
        self._stopping = True
        process = self._process
        if process is not None:
            process.kill()

    def _run(self) -> None:
        if self._warm is not None:
            # A voice that cannot be loaded says so with its first line.
            with contextlib.suppress(EngineError):
                self._ask(
                    json.dumps(self._about(self._warm) | {"text": "a", "speed": 1.0}) + "\n", limit_s=60
                )
        while (job := self._pool._jobs.get()) is not None:  # noqa: SLF001 - the pool's own half
            self.idle = False
            self._pool._begun()  # noqa: SLF001
            request, future = job
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(self._speak(request))
                except BaseException as error:  # noqa: BLE001 - it belongs to whoever waits for the line
                    future.set_exception(error)
            self.idle = True
        self._end()

    def _speak(self, request: SpeakRequest) -> Spoken:
        line = json.dumps(self._message(request)) + "\n"
        for _ in range(_TRIES):
            answer = self._ask(line, limit_s=60 + len(request.text) / 2)
            if answer is None:
                continue
            if "error" in answer:
                raise SpeechError(
                    f"The voice {request.voice.id} could not speak “{request.text[:60]}”: {answer['error']}.",
                    "Choose another voice for this language, or change the line.",
                )
            return Spoken(request.out, float(answer["seconds"]), int(answer["rate"]))
        raise SpeechError(
            f"The voice {request.voice.id} ended twice while speaking “{request.text[:60]}”.",
            "Choose another voice for this language, or free some memory.",
        )

    def _message(self, request: SpeakRequest) -> dict[str, Any]:
        return self._about(request.voice) | {
            "id": id(request),
            "text": speakable(request.text, request.voice.language),
            "speed": request.speed,
            "out": str(request.out),
        }

    def _about(self, voice: Voice) -> dict[str, Any]:
        """Return what a worker must know to load a voice."""
        folder = find(voice.weights, self._pool._models_dir) if voice.weights else None  # noqa: SLF001
        if voice.weights and folder is None:
            raise NoVoiceError(
                f"The voice {voice.id} is not on this machine.", f"Run `nemodub models get {voice.weights}`."
            )
        return {
            "engine": voice.engine,
            "voice": voice.speaker,
            "code": voice.code,
            "folder": str(folder or ""),
        }

    def _ask(self, line: str, limit_s: float) -> dict[str, Any] | None:
        """Return the worker's answer, None when it died or took too long."""
        process = self._alive()
        assert process.stdin is not None
        assert process.stdout is not None
        timer = threading.Timer(limit_s, process.kill)
        timer.start()
        try:
            process.stdin.write(line)
            process.stdin.flush()
            answer = json.loads(process.stdout.readline() or "null")
        except (OSError, ValueError):
            answer = None
        finally:
            timer.cancel()
        if isinstance(answer, dict):
            return answer
        self._end()
        return None

    def _alive(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            if self._stopping:
                raise SpeechError("The dub was stopped.", "Start it again to go on.")
            module = "nemodub_nb.local.engine.speak.worker"
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, "--threads", str(self._pool._threads)],  # noqa: SLF001
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                bufsize=1,
            )
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
