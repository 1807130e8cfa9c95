"""Runs jobs of the embedded engine in a process of their own, which stays for the next job and may have a core of its own."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Mapping
from typing import Any, Final, Self

from .cores import ONE_THREAD, Core

_STAY_S: Final = 60
"""How long an engine without work waits for some."""
COMMAND: Final = (sys.executable, "-m", "nemodub_nb.local.engine.worker", "--stay", str(_STAY_S))
_LAST_WORDS: Final = 5
_END_S: Final = 2.0
_current = threading.local()


class JobFailedError(Exception):
    """The engine said why it cannot do a job; it would say the same again."""

    def __init__(self, kind: str, message: str, advice: str) -> None:
        super().__init__(kind, message, advice)
        self.kind, self.message, self.advice = kind, message, advice


class JobLostError(Exception):
    """The engine's process ended without a word; the job may be tried again."""


def run(job: Mapping[str, Any]) -> dict[str, Any]:
    """Run a job and return its result. Raises JobFailedError and JobLostError."""
    hand: Hand | None = getattr(_current, "hand", None)
    if hand is None:  # a thread of a Dask worker, which lives as long as the worker
        hand = _current.hand = Hand()
    return hand.do(job)


class Hand:
    """Does one job at a time: what a thread works with. Another thread may stop it."""

    def __init__(self, *, own_core: bool = True) -> None:
        """Work on one core: one that nobody else has where that can be had. Without `own_core`, on all there are."""
        self._core = Core.claim() if own_core else None
        self._environment = ONE_THREAD if own_core and self._core is None else {}
        self._engine: _Engine | None = None
        self.stopped = False

    def __enter__(self) -> Self:
        _current.hand = self
        return self

    def __exit__(self, *_: object) -> None:
        _current.hand = None
        self._drop()
        if self._core is not None:
            self._core.release()

    def stop(self) -> None:
        """End the job at work, and every one that would begin; called from another thread."""
        self.stopped = True
        if engine := self._engine:
            engine.process.kill()

    def do(self, job: Mapping[str, Any]) -> dict[str, Any]:
        """Run a job, with the engine of the job before if that one stayed."""
        if self._engine is not None:
            # It may have ended for want of work or memory: that is no fault of this job.
            with contextlib.suppress(JobLostError):
                return self._asked(self._engine, job)
        self._engine = engine = _Engine(self._core, self._environment)
        return self._asked(engine, job)

    def _asked(self, engine: _Engine, job: Mapping[str, Any]) -> dict[str, Any]:
        stays = False
        try:
            if self.stopped:
                raise JobLostError("The batch was stopped.")
            result, stays = engine.answer(job)
        finally:
            if not stays:
                self._drop()
        return result

    def _drop(self) -> None:
        if self._engine is not None:
            self._engine.end()
        self._engine = None


class _Engine:
    """A process of the engine."""

    def __init__(self, core: Core | None, environment: Mapping[str, str]) -> None:
        # A session of its own: Ctrl-C is for the batch, which then ends its engines.
        self.process = subprocess.Popen(
            COMMAND,
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
        if core is not None:
            core.keep(self.process.pid)
        self._log: deque[str] = deque(maxlen=_LAST_WORDS)
        assert self.process.stderr
        self._listener = threading.Thread(target=self._log.extend, args=(self.process.stderr,), daemon=True)
        self._listener.start()

    def answer(self, job: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
        """Return the result of a job, and whether the process stays for another."""
        assert self.process.stdin
        assert self.process.stdout
        with contextlib.suppress(BrokenPipeError):  # it died at once; its exit code says more
            self.process.stdin.write(json.dumps(dict(job)) + "\n")
            self.process.stdin.flush()
        for line in self.process.stdout:
            event = _decoded(line)
            if event.get("event") == "result":
                return dict(event["result"]), bool(event.get("stays"))
            if event.get("event") == "error":
                error = event["error"]
                raise JobFailedError(str(error["type"]), str(error["message"]), str(error["advice"]))
        code = self.process.wait()
        self._listener.join(1.0)
        words = " ".join(line.strip() for line in self._log)[-300:]
        raise JobLostError(f"The engine's process ended without a result (exit code {code}). {words}".strip())

    def end(self) -> None:
        """End the process: it leaves when its standard input closes."""
        with contextlib.suppress(OSError):
            assert self.process.stdin
            self.process.stdin.close()
        try:
            self.process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._listener.join(1.0)
        for stream in (self.process.stdout, self.process.stderr):
            if stream:
                stream.close()


def _decoded(line: str) -> dict[str, Any]:
    """Return a line's JSON object; a library that prints between the lines is not heard."""
    try:
        event = json.loads(line)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}
