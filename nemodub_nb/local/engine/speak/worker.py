"""A process that speaks: JSON requests on stdin, JSON answers on stdout, one a line.

A request is `{"id", "engine", "voice", "code", "folder", "text", "speed", "out"}`; the answer is
`{"id", "ok": true, "seconds", "rate"}` once the WAV is complete under `out`, or `{"id", "error"}`. A request without
`out` only makes the voice ready and is answered `{"ok": true}`.
The process ends when stdin closes.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nemodub_nb.local.engine.speak import wav

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from nemodub_nb.local.engine.speak.kokoro import KokoroVoices
    from nemodub_nb.local.engine.speak.piper import PiperSpeaker


def main() -> None:
    """Answer requests until stdin closes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=1, help="processor cores this process may use")
    threads: int = parser.parse_args().threads
    # Libraries print what they like; the answers keep a channel of their own.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    for line in sys.stdin:
        if line.strip():
            answers.write(json.dumps(_answer(json.loads(line), threads)) + "\n")


def _answer(request: dict[str, Any], threads: int) -> dict[str, Any]:
    try:
        samples, rate = _speak(request, threads)
        if "out" not in request:
            return {"ok": True}
        trimmed = wav.trim(samples, rate)
        if len(trimmed) == 0:
            raise ValueError("nothing was spoken")  # noqa: TRY301 - told like every other failure of this request
        seconds = wav.write(Path(request["out"]), trimmed, rate)
    except Exception as error:  # noqa: BLE001 - one request that fails must not end the others' worker
        return {"id": request.get("id"), "error": f"{type(error).__name__}: {error}"}
    return {"id": request["id"], "ok": True, "seconds": seconds, "rate": rate}


def _speak(request: dict[str, Any], threads: int) -> tuple[NDArray[np.float32], int]:
    text, speed = str(request["text"]), float(request["speed"])
    match request["engine"]:
        case "kokoro":
            return _kokoro(request["folder"], threads).speak(text, request["voice"], request["code"], speed)
        case "piper":
            return _piper(request["folder"], request["voice"], threads).speak(text, speed)
        case "espeak":
            from nemodub_nb.local.engine.speak import espeak

            return espeak.speak(text, request["code"], speed)
        case other:
            raise ValueError(f"there is no voice engine {other}")


@lru_cache(maxsize=1)
def _kokoro(folder: str, threads: int) -> KokoroVoices:
    from nemodub_nb.local.engine.speak.kokoro import KokoroVoices

    return KokoroVoices(Path(folder), threads)


@lru_cache(maxsize=2)
def _piper(folder: str, voice: str, threads: int) -> PiperSpeaker:
    from nemodub_nb.local.engine.speak.piper import PiperSpeaker

    return PiperSpeaker(Path(folder), voice, threads)


if __name__ == "__main__":
    main()
