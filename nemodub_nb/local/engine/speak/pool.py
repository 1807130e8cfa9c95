"""Speech in a process of its own, several lines at once, shared by all languages of a dub."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any, Self

from nemodub_nb.cores import cores
from nemodub_nb.local.engine.errors import EngineError, NoVoiceError
from nemodub_nb.local.engine.media.files import FULL, no_space
from nemodub_nb.local.engine.memory import resident_bytes
from nemodub_nb.local.engine.speak.text import speakable
from nemodub_nb.local.engine.weights import find

if TYPE_CHECKING:
    from pathlib import Path

    from nemodub_nb.local.engine.speak.voices import Voice

MOST_AT_ONCE = 8
"""Lines spoken at once. One model serves them all, each on one core: faster than one line on all cores."""
_CORES_ALONE = 2
"""A line is alone when there is room for so many lines for each one that is on its way."""

_TRIES = 2
_LOADING_S = 60.0


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


@dataclass
class _Line:
    """A line on its way."""

    message: dict[str, Any]
    future: Future[Spoken]
    request: SpeakRequest | None = None
    """None when the voice is only made ready."""
    tries: int = 0
    timer: threading.Timer | None = None

    @property
    def limit_s(self) -> float:
        """How long the process may take before it is taken for hung."""
        return _LOADING_S + len(self.message["text"]) / 2


class VoicePool:
    """Speaks lines in a worker process, started when it is needed.

    Safe to use from several threads. `speak` returns at once. A process that dies is replaced and the lines it was
    at are tried once more, one by one, so that a line that kills it fails alone.
    """

    def __init__(self, models_dir: Path, workers: int | None = None) -> None:
        self._models_dir = models_dir
        self._at_once = max(1, workers or min(cores(), MOST_AT_ONCE))
        self._lock = threading.RLock()
        self._queue: deque[_Line] = deque()
        self._spoken: dict[int, _Line] = {}
        self._ids = count()
        self._process: subprocess.Popen[str] | None = None
        self._warmed: list[dict[str, Any]] = []
        self._busy: str | None = None
        """Folder of the Kokoro model that has spoken since the last rest."""
        self._closed = False

    def speak(self, request: SpeakRequest) -> Future[Spoken]:
        """Have a line spoken.

        The future raises SpeechError when the engine cannot, NoVoiceError when the voice's model is missing,
        and is cancelled when the pool is closed first.
        """
        future: Future[Spoken] = Future()
        try:
            message = self._about(request.voice) | {
                "text": speakable(request.text, request.voice.language),
                "speed": request.speed,
                "out": str(request.out),
            }
        except EngineError as error:
            future.set_exception(error)
            return future
        self._take(_Line(message, future, request))
        return future

    def warm(self, voice: Voice) -> None:
        """Start the process and load a voice's model, so that the first lines do not wait for it."""
        # A voice that cannot be loaded says so with its first line.
        with contextlib.suppress(EngineError):
            about = self._about(voice)
            with self._lock:
                if about not in self._warmed:
                    self._warmed.append(about)
                    self._take(_Line(about | {"text": ""}, Future()))

    def rest(self) -> None:
        """Say that nothing is to be spoken for a while; the process makes itself small, and quick for a single line."""
        with self._lock:
            folder, self._busy = self._busy, None
            if self._process is not None and folder is not None:
                _write(self._process, {"rest": folder})

    def resident_bytes(self) -> int:
        """Return how much memory the process holds; 0 without one, or where the system does not say."""
        with self._lock:
            return 0 if self._process is None else resident_bytes(self._process.pid) or 0

    def close(self) -> None:
        """End the process; lines that nobody has begun are cancelled. May be called twice."""
        with self._lock:
            self._closed = True
            waiting, self._queue = self._queue, deque()
            begun, self._spoken = list(self._spoken.values()), {}
            process, self._process = self._process, None
        for line in waiting:
            line.future.cancel()
        for line in begun:
            self._answered(line, SpeechError("The dub was stopped.", "Start it again to go on."))
        if process is not None:
            _end(process)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _take(self, line: _Line) -> None:
        with self._lock:
            if self._closed:
                raise RuntimeError("the voice pool is closed")
            self._queue.append(line)
            self._dispatch()

    def _dispatch(self) -> None:
        """Give the process as many lines as it speaks at once; a line that is tried again has it for itself."""
        while self._queue and not self._closed:
            again = self._queue[0].tries > 0 or any(line.tries > 1 for line in self._spoken.values())
            if len(self._spoken) >= (1 if again else self._at_once):
                return
            line = self._queue.popleft()
            if line.tries or line.future.set_running_or_notify_cancel():
                self._send(line)

    def _send(self, line: _Line) -> None:
        if self._process is None:
            self._process = self._start()
        process = self._process
        number = next(self._ids)
        line.tries += 1
        line.timer = threading.Timer(line.limit_s, process.kill)
        line.timer.daemon = True
        line.timer.start()
        self._spoken[number] = line
        if line.message["engine"] == "kokoro":
            self._busy = line.message["folder"]
        alone = _CORES_ALONE * (len(self._spoken) + len(self._queue)) <= self._at_once
        _write(process, line.message | {"id": number, "alone": alone})

    def _start(self) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "nemodub_nb.local.engine.speak.worker", "--at-once", str(self._at_once)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        threading.Thread(target=self._listen, args=(process,), name="nemodub-voice", daemon=True).start()
        return process

    def _listen(self, process: subprocess.Popen[str]) -> None:
        """Hand out answers until the process ends, then see to the lines that it left."""
        assert process.stdout is not None
        with contextlib.suppress(ValueError, OSError):
            for text in process.stdout:
                answer = json.loads(text)
                with self._lock:
                    line = self._spoken.pop(answer["id"], None)
                    self._dispatch()
                if line is not None:
                    self._answered(line, _outcome(line, answer))
        _end(process)
        with self._lock:
            if self._process is not process:
                return
            self._process = None
            self._warmed.clear()
            left, self._spoken = list(self._spoken.values()), {}
            lost = [line for line in left if line.tries >= _TRIES]
            self._queue.extendleft(line for line in left if line.tries < _TRIES)
            self._dispatch()
        for line in lost:
            text = line.message["text"][:60]
            self._answered(
                line,
                SpeechError(
                    f"The voice {line.message['engine']}:{line.message['voice']} ended twice while speaking “{text}”.",
                    "Choose another voice for this language, or free some memory.",
                ),
            )

    def _answered(self, line: _Line, outcome: Spoken | EngineError | None) -> None:
        if line.timer is not None:
            line.timer.cancel()
        if isinstance(outcome, Spoken):
            line.future.set_result(outcome)
        elif outcome is not None:
            line.future.set_exception(outcome)

    def _about(self, voice: Voice) -> dict[str, Any]:
        """Return what the process must know to load a voice. Raises NoVoiceError."""
        folder = find(voice.weights, self._models_dir) if voice.weights else None
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


def _outcome(line: _Line, answer: dict[str, Any]) -> Spoken | EngineError | None:
    """Return what an answer means; None when a voice was only made ready."""
    if line.request is None:
        return None
    if answer.get("errno") in FULL:
        return no_space(line.request.out.parent)
    if "error" in answer:
        return SpeechError(
            f"The voice {line.request.voice.id} could not speak “{line.request.text[:60]}”: {answer['error']}.",
            "Choose another voice for this language, or change the line.",
        )
    return Spoken(line.request.out, float(answer["seconds"]), int(answer["rate"]))


def _write(process: subprocess.Popen[str], message: dict[str, Any]) -> None:
    assert process.stdin is not None
    # A process that is dead already, its input closed, is noticed by whoever reads its answers.
    with contextlib.suppress(OSError, ValueError):
        process.stdin.write(json.dumps(message) + "\n")
        process.stdin.flush()


def _end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with contextlib.suppress(OSError, ValueError):
                stream.close()
