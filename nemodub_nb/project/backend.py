"""Starts the embedded backend as a child process and notices at once when it dies."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import re
import subprocess
import sys
import sysconfig
import threading
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .errors import BackendDiedError, BackendMissingError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

START_LIMIT_S: Final = 90.0
"""Seconds until the backend must answer: a cold disk and a busy machine included."""
_STOP_S: Final = 8.0
"""The backend stops its workers first."""
COMMAND: Final = (sys.executable, "-P", "-m", "nemodub_nb.local", "--json", "--exit-with-stdin")
"""-P keeps a file of the user's folder from shadowing a module of the backend."""


class LocalBackend:
    """One child process that serves the API on this machine; it ends when this process does."""

    def __init__(self, home: Path, command: Sequence[str] = COMMAND) -> None:
        self.home = home
        self._command = tuple(command)
        self._lock = threading.Lock()
        self._child: _Child | None = None
        self._users = 0

    def use(self) -> None:
        """Count a project that works with this backend."""
        with self._lock:
            self._users += 1

    def release(self) -> None:
        """Take back one use; without any, the child is ended."""
        with self._lock:
            self._users -= 1
            unused = self._users <= 0
        if unused:
            self.stop()

    def start(self) -> _Child:
        """Return the running child, started first if there is none. Blocks until it answers.

        Raises BackendMissingError when the extra `local` is not installed, BackendDiedError when it does not start.
        """
        with self._lock:
            if self._child is None or not self._child.alive:
                self._child = _Child(self._command, self.home)
                self._child.wait_until_ready()
            return self._child

    def stop(self) -> None:
        """End the child, if there is one."""
        with self._lock:
            if self._child is not None:
                self._child.stop()
                self._child = None


class _Child:
    """A started backend: where it listens, whether it lives, whom to tell when it dies."""

    def __init__(self, command: Sequence[str], home: Path) -> None:
        self.url = ""
        self.token = ""
        self._ready = threading.Event()
        self._dead = threading.Event()
        self._lock = threading.Lock()
        self._callbacks: list[Callable[[], None]] = []
        self._errors: deque[str] = deque(maxlen=40)
        self._stopping = False
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            env=_environment(home),
            # Out of the kernel's process group: the Stop button's SIGINT is not for the backend.
            start_new_session=os.name != "nt",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        for work in (self._read_stdout, self._read_stderr, self._wait):
            threading.Thread(target=work, name="nemodub-backend", daemon=True).start()

    def __repr__(self) -> str:
        return f"<embedded backend {self.url or 'starting'}, pid {self._process.pid}>"

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return not self._dead.is_set() and self._process.poll() is None

    def wait_until_ready(self, limit_s: float = START_LIMIT_S) -> None:
        """Block until the backend has said where it listens; raise when it never does."""
        if not self._ready.wait(limit_s):
            self.stop()
            raise BackendDiedError(
                f"The embedded backend did not answer within {limit_s:.0f} s.",
                "Look at `nemodub doctor`, then try again.",
            )
        if not self.url:
            self._dead.wait(_STOP_S)
            raise self._start_error()

    def on_death(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back, from another thread, when the process ends; return what takes the wish back."""
        with self._lock:
            if not self._dead.is_set():
                self._callbacks.append(callback)
                return lambda: self._forget(callback)
        callback()
        return lambda: None

    def death(self) -> BackendDiedError:
        """Return the error that tells how the process ended."""
        code = self._process.poll()
        how = f"was killed (signal {-code})" if code is not None and code < 0 else f"ended (exit code {code})"
        last = f" Its last words: {self._errors[-1]}" if self._errors else ""
        return BackendDiedError(
            f"The embedded backend {how} while it worked.{last}",
            "Run it again: finished steps are kept.",
        )

    def stop(self) -> None:
        """End the process: by closing its stdin, then by force."""
        self._stopping = True
        with contextlib.suppress(OSError):
            if self._process.stdin:
                self._process.stdin.close()
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_STOP_S)

    def _forget(self, callback: Callable[[], None]) -> None:
        with self._lock, contextlib.suppress(ValueError):
            self._callbacks.remove(callback)

    def _read_stdout(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if not self._ready.is_set() and (answer := _address(line)):
                self.url, self.token = answer
                self._ready.set()
        self._ready.set()

    def _read_stderr(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            if line.strip():
                self._errors.append(line.strip()[:500])

    def _wait(self) -> None:
        self._process.wait()
        with self._lock:
            self._dead.set()
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()

    def _start_error(self) -> BackendMissingError | BackendDiedError:
        said = "\n".join(self._errors)
        if missing := re.search(r"No module named '?([\w.]+)|backend needs ([\w.]+)\. Run: pip", said):
            return BackendMissingError(
                f"The embedded backend is not installed ({missing[1] or missing[2]} is missing).",
                'Install it with: pip install "nemodub_nb[local]"',
            )
        cause = self._errors[-1] if self._errors else f"exit code {self._process.poll()}"
        return BackendDiedError(
            f"The embedded backend did not start: {cause}",
            "Look at `nemodub doctor`, then try again.",
        )


def shared(home: Path) -> LocalBackend:
    """Return the backend of a home folder: one for all projects of this process."""
    with _shared_lock:
        key = (os.getpid(), str(home))
        if key not in _shared:
            backend = LocalBackend(home)
            _shared[key] = backend
            atexit.register(backend.stop)
        return _shared[key]


_shared: dict[tuple[int, str], LocalBackend] = {}
_shared_lock = threading.Lock()


def _address(line: str) -> tuple[str, str] | None:
    """Read the first line of the backend, `{"url", "token"}`."""
    try:
        answer = json.loads(line)
        return str(answer["url"]), str(answer["token"])
    except (ValueError, KeyError, TypeError):
        return None


def _environment(home: Path) -> dict[str, str]:
    """Return the child's environment: the home folder, this package's folder, and no cloud token."""
    env = {**os.environ, "NEMODUB_HOME": str(home), "PYTHONUNBUFFERED": "1"}
    env.pop("NEMO_TOKEN", None)
    folder = Path(__file__).resolve().parents[2]
    installed = {Path(sysconfig.get_path(name)).resolve() for name in ("purelib", "platlib")}
    if folder not in installed:
        env["PYTHONPATH"] = os.pathsep.join(filter(None, [str(folder), env.get("PYTHONPATH")]))
    return env
