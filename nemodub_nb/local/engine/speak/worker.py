"""A process that speaks: JSON requests on stdin, JSON answers on stdout, one a line.

A request is `{"id", "engine", "voice", "code", "folder", "text", "speed", "out"}`; the answer is
`{"id", "ok": true, "seconds", "rate"}` once the WAV is complete under `out`, or `{"id", "error", "errno"}`. A request without
`out` only loads the voice and is answered `{"ok": true}`; one that says `alone` may take several cores.
`{"rest": folder}` says that no line of that Kokoro model is expected for a while; it has no answer.
The process ends when stdin closes.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nemodub_nb.local.engine.memory import give_back, resident_bytes
from nemodub_nb.local.engine.speak import wav

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from nemodub_nb.local.engine.speak.kokoro import KokoroVoices
    from nemodub_nb.local.engine.speak.piper import PiperSpeaker


_MOST_BYTES = 600 * 1024**2
"""More than this is given back when nothing is to be spoken; the next line then takes a tenth of a second more."""

_loading = threading.Lock()
"""Two requests that want the same model must not both load it."""


def main() -> None:
    """Answer requests, several at once, until stdin closes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--at-once", type=int, default=1, help="requests spoken at the same time, each on one core"
    )
    at_once: int = parser.parse_args().at_once
    # Libraries print what they like; the answers keep a channel of their own.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    lock = threading.Lock()

    def answer(request: dict[str, Any]) -> None:
        text = json.dumps(_answer(request)) + "\n"
        with lock, contextlib.suppress(BrokenPipeError):
            answers.write(text)

    threads = ThreadPoolExecutor(at_once)
    for line in sys.stdin:
        if not line.strip():
            continue
        request = json.loads(line)
        if "rest" in request:
            # Not among the lines: one that comes now is spoken at once.
            threading.Thread(target=_rest, args=(request["rest"], at_once), daemon=True).start()
        else:
            threads.submit(answer, request)
    os._exit(0)  # nobody waits any more for what is being spoken


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    try:
        if "out" not in request:
            _load(request)
            return {"id": request["id"], "ok": True}
        samples, rate = _speak(request)
        trimmed = wav.trim(samples, rate)
        if len(trimmed) == 0:
            raise ValueError("nothing was spoken")  # noqa: TRY301 - told like every other failure of this request
        seconds = wav.write(Path(request["out"]), trimmed, rate)
    except Exception as error:  # noqa: BLE001 - one request that fails must not end the others' worker
        number = error.errno if isinstance(error, OSError) else None
        return {"id": request.get("id"), "error": f"{type(error).__name__}: {error}", "errno": number}
    return {"id": request["id"], "ok": True, "seconds": seconds, "rate": rate}


def _load(request: dict[str, Any]) -> None:
    """Load the model of a voice; espeak-ng has none."""
    match request["engine"]:
        case "kokoro":
            _kokoro(request["folder"])
        case "piper":
            _piper(request["folder"], request["voice"])


def _speak(request: dict[str, Any]) -> tuple[NDArray[np.float32], int]:
    text, speed = str(request["text"]), float(request["speed"])
    match request["engine"]:
        case "kokoro":
            return _kokoro(request["folder"]).speak(
                text, request["voice"], request["code"], speed, alone=request.get("alone", False)
            )
        case "piper":
            return _piper(request["folder"], request["voice"]).speak(text, speed)
        case "espeak":
            from nemodub_nb.local.engine.speak import espeak

            return espeak.speak(text, request["code"], speed)
        case other:
            raise ValueError(f"there is no voice engine {other}")


def _rest(folder: str, cores: int) -> None:
    kokoro = _kokoro(folder)
    kokoro.widen(cores)
    if (resident_bytes(os.getpid()) or 0) > _MOST_BYTES:
        kokoro.give_back()
        give_back()


def _kokoro(folder: str) -> KokoroVoices:
    with _loading:
        return _loaded_kokoro(folder)


@lru_cache(maxsize=1)
def _loaded_kokoro(folder: str) -> KokoroVoices:
    from nemodub_nb.local.engine.speak.kokoro import KokoroVoices

    return KokoroVoices(Path(folder))


def _piper(folder: str, voice: str) -> PiperSpeaker:
    with _loading:
        return _loaded_piper(folder, voice)


@lru_cache(maxsize=2)
def _loaded_piper(folder: str, voice: str) -> PiperSpeaker:
    from nemodub_nb.local.engine.speak.piper import PiperSpeaker

    return PiperSpeaker(Path(folder), voice)


if __name__ == "__main__":
    main()
