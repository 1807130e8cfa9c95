"""The agent's desk in one session: its clips from the store, its dubs from the engine's workers."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nemodub_nb.local.agent.desk import DubError
from nemodub_nb.local.agent.plan import ClipPlan, analysis_key, language_key, script_key
from nemodub_nb.local.server.jobs import JobError
from nemodub_nb.local.store import is_full
from nemodub_nb.local.store.approved import as_csv

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping, Sequence

    from nemodub_nb.local.server.backend import Backend
    from nemodub_nb.local.store import Clip


class SessionDesk:
    """What `agent.desk.Desk` asks for."""

    def __init__(self, backend: Backend, session_id: str) -> None:
        self._backend = backend
        self._session_id = session_id

    def clips(self) -> Sequence[Clip]:
        """Return the session's clips."""
        return self._backend.clips.of(self._session_id)

    def current(self) -> Clip | None:
        """Return the clip uploaded or spoken of last."""
        session = self._backend.sessions.get(self._session_id)
        wanted = session.clip_id if session else None
        return next((clip for clip in self.clips() if clip.id == wanted), None)

    def plan(self, clip: Clip, back: int = 0) -> ClipPlan:
        """Return a clip's plan, `back` revisions ago."""
        return ClipPlan.from_dict(self._backend.clips.plan(clip.id, back))

    def revisions(self, clip: Clip) -> int:
        """Return how many plans a clip has."""
        return self._backend.clips.revisions(clip.id)

    def made(self, clip: Clip, key: str) -> Mapping[str, Any] | None:
        """Return what the engine has already made under a key."""
        return self._backend.dubs.get(clip.id, key)

    def keep_text(self, content: str, name: str) -> str:
        """Keep an attachment and return its asset id."""
        stored = self._backend.files.add_bytes(content.encode(), Path(name).suffix.lower())
        self._backend.clips.add_asset(self._session_id, stored, None)
        return stored.asset_id

    def learned(self, language: str) -> str | None:
        """Return the asset id of what the user has approved in a language, None when there is nothing."""
        session = self._backend.sessions.get(self._session_id)
        known = self._backend.approvals.of(session.user_id, language) if session else []
        return self.keep_text(as_csv(known), f"approved.{language}.csv") if known else None

    async def dub(
        self, clip: Clip, plan: ClipPlan, languages: Sequence[str], *, speak: bool = True
    ) -> AsyncGenerator[Mapping[str, Any], None]:
        """Dub into these languages, or write their scripts and the transcript only.

        Yields progress, then one `{"dubbed": [...], "failed": {...}}`. Raises DubError.
        """
        result: dict[str, Any] = {}
        try:
            job = self._job(clip, plan, languages, speak=speak)
            async with contextlib.aclosing(self._backend.workers.run(job)) as lines:
                async for line in lines:
                    if line["event"] == "result":
                        result = line["result"]
                    else:
                        yield {key: value for key, value in line.items() if key != "event"}
        except JobError as error:
            stored = (
                clip.file.sha256 + clip.file.suffix
            )  # the engine sees the file under the name of its content
            raise DubError(error.message.replace(stored, clip.name), error.advice) from error
        try:
            await self._keep(clip, plan, result, speak=speak)
        except OSError as error:
            if is_full(error):
                raise DubError(
                    "There is no space left to keep the dub.", "Free some disk space; then say it again."
                ) from error
            raise
        yield {"dubbed": list(result["languages"]), "failed": result["failed"]}

    def _job(self, clip: Clip, plan: ClipPlan, languages: Sequence[str], *, speak: bool) -> dict[str, Any]:
        assets = self._backend.clips.assets(self._session_id)

        def path(asset_id: str) -> str:
            sha256, suffix, _ = assets[asset_id]
            return str(self._backend.files.path(sha256, suffix))

        return {
            "kind": "dub",
            "source": path(clip.file.asset_id),
            "source_language": plan.source_language,
            "languages": list(languages),
            "transcript": path(plan.transcript) if plan.transcript else None,
            # What was approved comes first: a memory that was given with the clip wins over it.
            "memories": [
                *(path(asset) for tag, asset in plan.learned if tag in languages),
                *(path(asset) for asset in plan.memories),
            ],
            "glossaries": [path(asset) for asset in plan.glossaries],
            "voices": {tag: chosen for tag in languages if (chosen := plan.voices_of(tag))},
            "speakers": "auto" if plan.apart else "one",
            "quality": plan.quality,
            "speed": plan.speed,
            "slow_video": plan.slow_video,
            "separate": plan.original == "remove",
            "separator": plan.separator,
            "kept": plan.original == "keep",
            "edits": [edit.to_dict() for edit in plan.edits if edit.language in (None, *languages)],
            "speak": speak,
            "home": str(self._backend.home.root),
        }

    async def _keep(self, clip: Clip, plan: ClipPlan, result: Mapping[str, Any], *, speak: bool) -> None:
        """Take the engine's files into the store and its figures into the tables."""
        separated = speak and plan.original == "remove"
        bed = await self._adopt(result["bed"], clip.duration_s) if result["bed"] else None
        spoken = result["languages"].items() if speak else ()
        stems = {tag: await self._adopt(dub["voice_stem"], dub["duration_s"]) for tag, dub in spoken}
        old = self.made(clip, analysis_key(plan)) or {}
        analysis = {
            "source_language": result["source_language"],
            "transcript_by": result["transcript_by"],
            "transcript": result["transcript"],
            "speakers": result.get("speakers") or old.get("speakers", []),
            "separated": separated or old.get("separated", False),
            "separator": plan.separator if separated else old.get("separator", "deepfilternet"),
            "bed": bed or old.get("bed"),
        }
        with self._backend.database.transaction():
            self._backend.dubs.put(clip.id, analysis_key(plan), analysis)
            if not speak:
                for tag, script in result["languages"].items():
                    self._backend.dubs.put(clip.id, script_key(plan, tag), script)
            for tag, dub in spoken:
                kept = {key: dub[key] for key in ("voice", "lines", "cues", "summary")}
                self._backend.dubs.put(clip.id, language_key(plan, tag), {**kept, "stem": stems[tag]})

    async def _adopt(self, path: str, duration_s: float | None) -> str:
        stored = await asyncio.to_thread(self._backend.files.adopt, Path(path))
        self._backend.clips.add_asset(self._session_id, stored, duration_s)
        return stored.asset_id
