"""Runs a batch on the NemoVideo cloud: a few sessions at once, as fast as the cloud allows and as far as the credits go."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from nemodub_nb import timeline
from nemodub_nb.client import NemoError, OutOfCreditsError, RateLimitedError, TokenError
from nemodub_nb.project import Export, Exports, Project, StoppedByUserError, aopen_project
from nemodub_nb.project.estimates import EDIT_CREDITS
from nemodub_nb.project.loop import LOOP
from nemodub_nb.project.outputs import beside

from .events import Ended, Note, Running, Tell
from .frame import now, row
from .store import Store, fetch, scratch
from .tasks import measured_columns
from .work import Clip, Place, Refusal, digest

SESSIONS: Final = 2
"""Sessions at once: the API says nothing of a limit, and a guest may be one of many."""
_PAUSE_S: Final = 30.0
"""How long everything waits after a 429 that names no time."""
_TRIES: Final = 5
_STOP_S: Final = 5.0
_NO_VIDEO: Final = "The cloud gave no video of this language."
_GO_ON: Final = "Run the same again when there are more: what is done is kept."


class Cloud:
    """Sessions of the account that NEMO_TOKEN opens."""

    dashboard = ""

    def __init__(self, place: Place, sessions: int | None, budget: float | None) -> None:
        self._store = Store(place.out)
        self._sessions = sessions or SESSIONS
        self._purse = Purse(budget)
        self._tell: Tell = lambda _: None
        self._work: Future[None] | None = None
        self._quiet_until = 0.0

    def start(self, clips: Sequence[Clip], tell: Tell) -> None:
        """Begin, and return at once; the last that is told is None."""
        self._tell = tell
        self._work = LOOP.spawn(self._all(clips))

    def stop(self) -> None:
        """Stop waiting. What the cloud has begun is taken up by the next run."""
        if self._work is not None and not self._work.done():
            self._work.cancel()
            with contextlib.suppress(BaseException):
                self._work.result(_STOP_S)

    async def _all(self, clips: Sequence[Clip]) -> None:
        waiting = list(reversed(clips))

        async def session() -> None:
            while waiting:
                clip = waiting.pop()
                if self._purse.closed is None:
                    await self._clip(clip)
                else:
                    self._skip(clip, clip.languages)

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(self._sessions, len(clips))):
                    group.create_task(session())
        finally:
            self._tell(None)

    async def _clip(self, clip: Clip) -> None:
        """Dub one clip; whatever happens to it is told of it alone, unless all would meet it."""
        began, started = time.monotonic(), now()
        try:
            async with self._project(clip) as project, self._purse.paying(project, clip) as paid:
                fits = clip.languages[: paid.languages]
                if fits:
                    for language in fits:
                        self._tell(Running(clip.source, language))
                    rows = await self._patiently(project, replace(clip, languages=fits))
                    await paid.settle()
                    self._told(
                        clip, rows, paid.cost, {"started": started, "seconds": time.monotonic() - began}
                    )
                self._skip(clip, clip.languages[len(fits) :])
        except (OutOfCreditsError, TokenError) as error:
            self._purse.close(Refusal(error.message, error.advice))
            self._tell(
                Note(f"{error.message} {_GO_ON if isinstance(error, OutOfCreditsError) else error.advice}")
            )
            self._skip(clip, clip.languages)
        except StoppedByUserError:
            raise
        except (NemoError, OSError) as error:
            message = getattr(error, "message", None) or f"The clip cannot be read ({error})."
            self._fail(clip, message, getattr(error, "advice", "Check its path and who may read it."))
        except Exception as error:  # noqa: BLE001 - one clip never stops the rest
            self._fail(clip, f"It failed unexpectedly ({type(error).__name__}: {error}).", "Run it again.")

    @contextlib.asynccontextmanager
    async def _project(self, clip: Clip) -> AsyncIterator[Project]:
        """Open the clip's project, in the session that an earlier run left if there is one."""
        left = await asyncio.to_thread(self._store.value, _session_at(clip)) or {}
        project = await aopen_project(
            clip.name, backend="cloud", base_url=os.environ.get("NEMO_API_URL"), session=left.get("session")
        )
        try:
            yield project
        finally:
            await project.aclose()

    async def _patiently(self, project: Project, clip: Clip) -> dict[str, dict[str, Any]]:
        """Dub and export; after a 429 everything waits, then the same session goes on."""
        for _ in range(_TRIES - 1):
            await asyncio.sleep(max(0.0, self._quiet_until - time.monotonic()))
            try:
                return await self._dubbed(project, clip)
            except RateLimitedError as error:
                pause = error.retry_after_s or _PAUSE_S
                self._quiet_until = max(self._quiet_until, time.monotonic() + pause)
                self._tell(Note(f"The cloud asks for patience (429); waiting {pause:.0f} s."))
        await asyncio.sleep(max(0.0, self._quiet_until - time.monotonic()))
        return await self._dubbed(project, clip)

    async def _dubbed(self, project: Project, clip: Clip) -> dict[str, dict[str, Any]]:
        """Return the fields of each language's row. What the session already holds is not paid twice."""
        if project.session_id is not None:
            await project.aresume(show=False)
        if not project.clips:
            await project.aupload(await asyncio.to_thread(_sendable, clip), show=False)
            self._store.keep(_session_at(clip), {"session": project.session_id})
        # Not every backend's timeline says which languages it holds.
        left = self._store.value(_session_at(clip)) or {}
        there = {*timeline.languages((await project.astate()).draft), *left.get("dubbed", ())}
        missing = [tag for tag in clip.languages if tag not in there]
        failed: dict[str, str] = {}
        if missing:
            reply = await self._said(project, clip, missing)
            failed.update(reply.failed)
            there.update(tag for tag in missing if tag not in failed)
            self._store.keep(_session_at(clip), {"session": project.session_id, "dubbed": sorted(there)})
        wanted = [tag for tag in clip.languages if tag not in failed]
        made: dict[str, dict[str, Any]] = {}
        if wanted:
            with tempfile.TemporaryDirectory(dir=_folder("exports")) as folder:
                exports = await project.aexport(
                    wanted, to=folder, preset=clip.choices.preset, format=clip.choices.format, show=False
                )
                unmeasured = await self._measured(project, clip, exports) if clip.choices.measure else ""
                for export in exports:
                    language = export.language or wanted[0]
                    made[language] = await asyncio.to_thread(self._kept, clip, language, export, unmeasured)
                failed.update(exports.failed)
        failed.update({tag: _NO_VIDEO for tag in wanted if tag not in made and tag not in failed})
        for language, why in failed.items():
            made[language] = {
                "status": "failed",
                "error": why,
                "advice": "Run the same again, or leave it out.",
            }
        return made

    async def _said(self, project: Project, clip: Clip, languages: list[str]) -> Any:
        choices = clip.choices
        if choices.sentence:
            return await project.aask(choices.sentence, show=False)
        transcript = fetch(choices.transcript, clip.stamp) if choices.transcript else None
        return await project.adub(
            languages,
            source=choices.source_language,
            transcript=transcript,
            memory=[fetch(url, clip.stamp) for url in choices.memories] or None,
            glossary=[fetch(url, clip.stamp) for url in choices.glossaries] or None,
            voices={tag: voice for tag, voice in choices.voices if tag in languages} or None,
            fast=choices.fast,
            slow_video=choices.slow_video,
            show=False,
        )

    async def _measured(self, project: Project, clip: Clip, exports: Exports) -> str:
        """Measure on this machine what the cloud has made; return why that was not possible, if so."""
        try:
            source = await asyncio.to_thread(fetch, clip.source, clip.stamp)
            found = await project.acheck(exports, source=source, show=False)
        except (NemoError, OSError) as error:
            return getattr(error, "message", str(error))
        return " ".join(dict.fromkeys(found.failed.values()))

    def _kept(self, clip: Clip, language: str, export: Export, unmeasured: str) -> dict[str, Any]:
        """Put a video with its subtitles and report in place, and return its fields."""
        stem, kind = f"{clip.name}.{language}", export.video.suffix.removeprefix(".")
        report = json.loads(export.report.read_text(encoding="utf-8"))
        names = [beside(stem, kind, path.suffix) for path in export.subtitles]
        report["outputs"] = {"video": f"{stem}.{kind}", "subtitles": names}
        if unmeasured and "checked_by" not in report["measured"]:
            report["not_measured"] = [f"Nothing was measured: {unmeasured}"]
        for path, name in zip((export.video, *export.subtitles), (f"{stem}.{kind}", *names), strict=True):
            with self._store.making(name) as target:
                shutil.move(path, target)
        self._store.keep(beside(stem, kind, ".report.json"), report)
        return {
            "status": "done",
            "output": self._store.link(report["outputs"]["video"]),
            "subtitles": self._store.link(names[0]) if names else None,
            "report": self._store.link(beside(stem, kind, ".report.json")),
            "key": digest([_key(clip), language]),
            **measured_columns(report, clip),
        }

    def _told(self, clip: Clip, rows: dict[str, dict[str, Any]], cost: float, common: dict[str, Any]) -> None:
        done = [language for language, fields in rows.items() if fields["status"] == "done"]
        for language in clip.languages:
            fields = rows.get(language)
            if fields is not None:
                price = cost / len(done) if language in done else 0.0
                self._tell(Ended(row(clip, language, backend="cloud", cost=price, **common, **fields)))

    def _fail(self, clip: Clip, message: str, advice: str) -> None:
        for language in clip.languages:
            self._tell(
                Ended(row(clip, language, status="failed", backend="cloud", error=message, advice=advice))
            )

    def _skip(self, clip: Clip, languages: Sequence[str]) -> None:
        why = self._purse.closed
        for language in languages:
            assert why is not None
            self._tell(
                Ended(
                    row(
                        clip,
                        language,
                        status="skipped",
                        backend="cloud",
                        error=why.message,
                        advice=why.advice,
                    )
                )
            )


class Purse:
    """What a batch has spent and may spend, in credits.

    The account is asked before and after each clip; what it is lighter by goes to whichever clip ends, so that the sum is
    right although several work at once.
    """

    def __init__(self, budget: float | None) -> None:
        self._budget = budget
        self._lock = asyncio.Lock()
        self._known: float | None = None
        self._spent = 0.0
        self._made = 0
        self._promised = 0.0
        self.closed: Refusal | None = None
        """Why nothing more is begun."""

    def close(self, why: Refusal) -> None:
        """Begin nothing more."""
        self.closed = self.closed or why

    @contextlib.asynccontextmanager
    async def paying(self, project: Project, clip: Clip) -> AsyncIterator[Paid]:
        """Set aside what a clip will cost, as many of its languages as fit into the budget."""
        async with self._lock:
            if self._known is None:
                self._known = (await project.acredits()).total
            each = self._spent / self._made if self._made and self._spent else EDIT_CREDITS
            count = self._affordable(each, len(clip.languages))
            self._promised += each * count
        try:
            yield Paid(self, project, count)
            self._made += count
        finally:
            self._promised -= each * count

    async def settle(self, project: Project) -> float:
        """Return what was spent since the account was last asked."""
        async with self._lock:
            total = (await project.acredits()).total
            spent, self._known = max(0.0, (self._known or 0.0) - total), total
            self._spent += spent
            return spent

    def _affordable(self, each: float, wanted: int) -> int:
        if self.closed is not None:
            return 0
        if self._budget is None:
            return wanted
        left = self._budget - self._spent - self._promised
        count = max(0, min(wanted, int(left / each)))
        if count < wanted:
            self.close(
                Refusal(
                    f"The budget of {self._budget:g} credits is used up: {self._spent:g} spent, a language costs about {each:g}.",
                    "Give a larger budget and run the same again: what is done is kept.",
                )
            )
        return count


class Paid:
    """What one clip may cost, and has cost."""

    def __init__(self, purse: Purse, project: Project, languages: int) -> None:
        self.languages = languages
        """How many languages fit into the budget."""
        self.cost = 0.0
        self._purse, self._project = purse, project

    async def settle(self) -> None:
        """Ask what it has cost."""
        self.cost = await self._purse.settle(self._project)


def _key(clip: Clip) -> str:
    """Return what names a clip's work on the cloud: the same for the same file and choices, also in another run."""
    choices = clip.choices
    slowed = [choices.slow_video] if choices.slow_video > 1 else []
    return digest(
        [
            clip.source,
            clip.stamp,
            choices.source_language,
            choices.sentence,
            choices.voices,
            choices.fast,
            *slowed,
        ]
    )


def _session_at(clip: Clip) -> str:
    """Return where the session of a clip is written down."""
    return f".nemodub/sessions/{_key(clip)}.json"


def _sendable(clip: Clip) -> str:
    """Return what the project can upload: a path, or a URL that the cloud can fetch itself."""
    if clip.source.startswith(("http://", "https://")):
        return clip.source
    path = fetch(clip.source, clip.stamp)
    if "://" not in clip.source:
        return str(path)
    # The server calls the clip by its file's name.
    named = _folder("named") / f"{clip.name}{path.suffix}"
    with contextlib.suppress(FileExistsError):
        named.hardlink_to(path)
    return str(named)


def _folder(name: str) -> Path:
    folder = scratch() / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder
