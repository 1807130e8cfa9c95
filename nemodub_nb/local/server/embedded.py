"""The calls that only this backend has: stopping, languages, voices to try, and small pieces of sound and picture."""

from __future__ import annotations

import asyncio
import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.responses import FileResponse, Response

from nemodub_nb import languages as tags
from nemodub_nb.local.engine import pieces, preview
from nemodub_nb.local.engine.doctor import language_table
from nemodub_nb.local.engine.errors import EngineError
from nemodub_nb.local.engine.fit import voice_pace
from nemodub_nb.local.server.answers import Refusal, bad_request, ok
from nemodub_nb.local.server.callers import Callers
from nemodub_nb.local.server.jobs import JobError
from nemodub_nb.local.server.views import clip_view

if TYPE_CHECKING:
    from starlette.requests import Request

    from nemodub_nb.local.server.backend import Backend
    from nemodub_nb.local.server.running import RunningMessages
    from nemodub_nb.local.store import Clip, StoredFile

_MOST_PEAKS = 20_000
_LONGEST_S = 60.0
_LATEST_S = 1e6
_KINDS = {".wav": "audio/wav", ".jpg": "image/jpeg"}


class EmbeddedCalls:
    """What panels need beyond the contract. All of it asks for the token, and for a session of the caller's own."""

    def __init__(self, backend: Backend, messages: RunningMessages) -> None:
        self._backend = backend
        self._messages = messages
        self._callers = Callers(backend)

    async def stop(self, request: Request) -> Response:
        """Stop the session's message."""
        session = self._callers.own_session(request)
        return ok({"stopped": await self._messages.stop(session.id)})

    async def languages(self, request: Request) -> Response:
        """Tell what can be dubbed into, and by which voices."""
        self._callers.user(request)
        source = _language(request.query_params.get("source") or "en")
        # Apertium is asked for its pairs once; that is a process.
        rows = await asyncio.to_thread(language_table, self._backend.home.root, source)
        return ok({"source": source, "languages": rows})

    async def approved(self, request: Request) -> Response:
        """Tell what the user approved."""
        user = self._callers.user(request)
        return ok({"approved": [asdict(one) for one in self._backend.approvals.of(user.id)]})

    async def pace(self, request: Request) -> Response:
        """Tell how fast a voice speaks, as far as it was heard here."""
        self._callers.user(request)
        language = _language(request.query_params.get("language") or "")
        wanted = request.query_params.get("voice") or None
        try:
            told = await asyncio.to_thread(voice_pace, language, wanted, self._backend.home.root)
        except EngineError as error:
            raise bad_request(f"{error.message} {error.advice}") from None
        return ok({"language": language, **told})

    async def voice(self, request: Request) -> Response:
        """Let a voice say a sentence."""
        self._callers.user(request)
        language = _language(request.query_params.get("language") or "")
        wanted = request.query_params.get("voice") or None
        try:
            piece = preview.voice_piece(language, wanted, self._backend.home.root)
        except EngineError as error:
            raise bad_request(f"{error.message} {error.advice}") from None
        return _file(await self._made(piece))

    async def peaks(self, request: Request) -> Response:
        """Tell the shape of a clip's sound."""
        clip = self._clip(request)
        count = round(_number(request, "n", 1200))
        if not 1 <= count <= _MOST_PEAKS:
            raise bad_request(f"n is the number of peaks, 1 to {_MOST_PEAKS}.")
        if not clip.has_audio:
            raise Refusal(404, 404, f"{clip.name} has no sound.")
        return await self._told(
            pieces.peaks_piece(clip.file.sha256, self._path(clip.file), count, self._cache)
        )

    async def poster(self, request: Request) -> Response:
        """Give a picture of a clip."""
        clip = self._clip(request)
        if clip.kind == "audio":
            raise Refusal(404, 404, f"{clip.name} has no picture.")
        return _file(
            await self._made(pieces.poster_piece(clip.file.sha256, self._path(clip.file), self._cache))
        )

    async def facts(self, request: Request) -> Response:
        """Tell what a clip holds."""
        clip = self._clip(request)
        known = {
            "clip": clip.name,
            "kind": clip.kind,
            "duration_s": clip.duration_s,
            "width": clip.width,
            "height": clip.height,
            "fps": clip.fps,
            "size_bytes": clip.file.size,
        }
        if clip.kind == "image":
            return ok({**known, "audio_tracks": 0, "subtitle_tracks": 0, "audio": []})
        path = await self._made(pieces.facts_piece(clip.file.sha256, self._path(clip.file), self._cache))
        return ok({**known, **json.loads(path.read_bytes())})

    async def sound(self, request: Request) -> Response:
        """Give a piece of a clip's own sound, or of a language's new voice."""
        clip = self._clip(request)
        start_s, end_s = _number(request, "start_s", 0.0), _number(request, "end_s", _LONGEST_S)
        if not 0 <= start_s < end_s <= _LATEST_S or end_s - start_s > _LONGEST_S + 1e-6:
            raise bad_request(f"Give start_s and end_s in seconds, at most {_LONGEST_S:.0f} s apart.")
        language = request.query_params.get("language")
        if language:
            sha256, path = self._stem(clip, _language(language))
        elif clip.has_audio:
            sha256, path = clip.file.sha256, self._path(clip.file)
        else:
            raise Refusal(404, 404, f"{clip.name} has no sound.")
        return _file(await self._made(pieces.sound_piece(sha256, path, start_s, end_s, self._cache)))

    # --- what they share

    @property
    def _cache(self) -> Path:
        return self._backend.home.cache

    def _path(self, file: StoredFile) -> Path:
        return self._backend.files.path(file.sha256, file.suffix)

    def _clip(self, request: Request) -> Clip:
        """Return the clip of that name, the one uploaded last without a name. Raises Refusal."""
        session = self._callers.own_session(request)
        clips = self._backend.clips.of(session.id)
        wanted = request.query_params.get("clip")
        found = next((clip for clip in reversed(clips) if not wanted or clip.name == wanted), None)
        if found is None:
            raise Refusal(404, 404, "There is no such clip in this session.")
        return found

    def _stem(self, clip: Clip, language: str) -> tuple[str, Path]:
        """Return the content and the place of a language's voice alone. Raises Refusal."""
        dub = clip_view(self._backend, clip).dubs.get(language)
        asset = self._backend.clips.assets(clip.session_id).get(str(dub["stem"])) if dub else None
        if asset is None:
            raise Refusal(
                404, 404, f"{clip.name} is not dubbed into {tags.english_name(language)}. Dub it first."
            )
        sha256, suffix, _ = asset
        return sha256, self._backend.files.path(sha256, suffix)

    async def _told(self, piece: pieces.Piece) -> Response:
        return ok(json.loads((await self._made(piece)).read_bytes()))

    async def _made(self, piece: pieces.Piece) -> Path:
        """Return a piece's file, made by a worker unless it is there. Raises Refusal."""
        if not piece.path.exists():
            try:
                await self._backend.workers.result(piece.job)
            except JobError as error:
                raise bad_request(f"{error.message} {error.advice}".strip()) from error
        if not piece.path.stat().st_size:
            raise Refusal(404, 404, "The clip has nothing to show there.")
        return piece.path


def _language(text: str) -> str:
    try:
        return tags.parse(text[:100])
    except tags.UnknownLanguageError as error:
        raise bad_request(str(error)) from None


def _number(request: Request, name: str, otherwise: float) -> float:
    text = request.query_params.get(name)
    try:
        number = otherwise if text is None else float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise bad_request(f"{name} is not a number.")
    return number


def _file(path: Path) -> Response:
    headers: dict[str, Any] = {
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, max-age=3600",
    }
    return FileResponse(path, media_type=_KINDS[path.suffix], headers=headers)
