"""Measures a media file; run as a program, so that a hostile file cannot hurt the server."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

_LIMIT_S = 120.0


class UnreadableError(Exception):
    """The file holds nothing that can be played; the message says why."""


async def measure(path: Path, kind: str) -> dict[str, Any]:
    """Return `{"duration_s", "width", "height", "fps", "has_audio", "has_video"}`.

    `kind` is `image` or anything else. Raises UnreadableError.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "nemodub_nb.local.server.measure",
        kind,
        str(path),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), _LIMIT_S)
        media: dict[str, Any] = json.loads(output)
    except (TimeoutError, ValueError) as error:
        raise UnreadableError("Its content cannot be read.") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if "error" in media:
        raise UnreadableError(media["error"])
    return media


def _measured(kind: str, path: Path) -> dict[str, Any]:
    if kind == "image":
        from PIL import Image

        with Image.open(path) as image:
            width, height = image.size
        return {
            "duration_s": 0.0,
            "width": width,
            "height": height,
            "fps": 0.0,
            "has_audio": False,
            "has_video": True,
        }
    from nemodub_nb.local.engine.media.probe import probe

    info = probe(path)
    return {
        "duration_s": round(info.duration_s, 3),
        "width": info.width,
        "height": info.height,
        "fps": round(info.fps, 3),
        "has_audio": bool(info.audio_tracks),
        "has_video": info.has_video,
    }


def _main(kind: str, path: str) -> None:
    try:
        answer = _measured(kind, Path(path))
    except Exception as error:  # noqa: BLE001 - whatever a hostile file does is told to the server
        answer = {"error": getattr(error, "message", "Its content cannot be read.")}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    _main(*sys.argv[1:3])
