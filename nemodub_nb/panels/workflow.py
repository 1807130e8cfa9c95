"""What the panels of one Studio do with the project they share, one thing at a time."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

from nemodub_nb.client import ConnectionFailedError, NemoError, TokenError
from nemodub_nb.languages import UnknownLanguageError, parse
from nemodub_nb.project import BadInputError, Exports, Project, Reply, View, aopen_project
from nemodub_nb.project.safe import plain

from . import onscreen, words
from .choices import Work
from .flow_state import Backend, FlowState
from .told import Told

if TYPE_CHECKING:
    from nemodub_nb.project import Clip, Resumed

T = TypeVar("T")
_STOP_S: Final = 3.0
"""How long a stopped work may take to end by itself."""
_KNOCK_S: Final = 10.0
"""How long the first answer of the cloud is waited for."""
_LONGEST_TAG: Final = 40
_MOST_LANGUAGES: Final = 100


class Workflow(FlowState):
    """The shared state with what is done to it. Made on any thread; everything else happens on the project's loop."""

    def __init__(
        self, project: Project | None = None, *, name: str = "project", backend: Backend | None = None
    ) -> None:
        super().__init__(project, name=name, backend=backend)
        self._running: asyncio.Future[Any] | None = None
        self._begun = False
        self._doing = 0
        """How many actions of ours are under way; the others are somebody's code, and the panels follow it."""
        self._following: set[asyncio.Task[None]] = set()
        self._unwatch: Callable[[], None] = lambda: None

    @classmethod
    def of(cls, project: Project | Workflow | None) -> Workflow:
        """Return the workflow itself, or one of its own for a project, or for a new one."""
        return project if isinstance(project, Workflow) else cls(project)

    # Doing

    async def begin(self) -> None:
        """Get ready without being asked where that costs nothing: this machine, or a project that is open."""
        if self._begun:
            return
        self._begun = True
        if self.project is not None:
            await self._arrive()
        elif self.backend == "local":
            await self.connect("local")

    async def connect(self, backend: Backend, token: str | None = None) -> None:
        """Open the project at a backend; an earlier one is closed. The token is handed on and not kept here."""
        self._must_be_idle()
        if self.rendering is not None or self._doing or self.phase == "connecting":
            raise BadInputError(words.BUSY, words.WAIT)
        old, self.project = self.project, None
        self.forget()
        if backend != self.backend:
            self.choices = replace(self.choices, voices={})
        self.backend, self.phase = backend, "connecting"
        self.tell("connection")
        try:
            if old is not None:
                self._unwatch()
                await old.aclose()
            self.project = await aopen_project(self.name, backend=backend, token=token)
            if backend == "cloud":
                await self._knock()
            await self._arrive()
        except BaseException:
            self.phase = "failed"
            self.tell("connection")
            raise

    async def resume(self) -> Resumed:
        """Take up what an earlier kernel left."""
        project = self._open()
        self._must_be_idle()
        left, self.unfinished = self.unfinished, None
        try:
            found = await self.run("resume", words.RESUME, lambda view: project.aresume(show=view))
        except BaseException:
            self.unfinished = left  # it can be tried again
            raise
        self.tell("clips")
        self._exported(found.exports)
        for reply in found.replies:
            self.say("agent", reply.text)
        return found

    def choose_clip(self, name: str) -> None:
        """Work on another clip."""
        self.chosen_clip = name
        self.scripts = usable(onscreen.scripts(self.draft, self.clip))
        self.tell("clips")

    async def upload(
        self,
        sources: Iterable[str | os.PathLike[str]],
        on_progress: Callable[[int, int], object] | None = None,
    ) -> list[Clip]:
        """Take clips to the backend."""
        project = self._open()
        with self._ours():
            clips = await project.aupload(list(sources), show=False, on_progress=on_progress)
        assert isinstance(clips, list)
        self.chosen_clip = clips[-1].name
        self.tell("clips")
        await self.look()
        return clips

    async def dub(self) -> Reply:
        """Dub the clip as chosen, or say the sentence that was edited by hand."""
        project, chosen, clip = self._open(), self.choices, self.clip
        title = words.dubbing(chosen.to)
        if chosen.sentence is not None:
            return await self.ask(chosen.sentence)
        several = clip if len(self.clips) > 1 else None
        return await self.run(
            "dub",
            title,
            lambda view: project.adub(
                chosen.to,
                clip=several,
                source=chosen.source,
                original=chosen.original,
                background=chosen.background,
                subtitles=chosen.subtitles,
                slow_video=chosen.slow_video,
                memory=chosen.memory,
                glossary=chosen.glossary.given(),
                voices=chosen.voices_used(),
                show=view,
            ),
        )

    async def ask(self, sentence: str) -> Reply:
        """Say a sentence: the agent answers, or the project itself where it asks for an export, credits or the state."""
        project = self._open()
        self._must_be_idle()
        clip = self.clip if len(self.clips) > 1 else None
        self.say("you", sentence)
        reply = await self.run("ask", sentence, lambda view: project.aask(sentence, clip=clip, show=view))
        if reply.exports is not None:
            self._exported(reply.exports)
        return reply

    async def stop(self) -> None:
        """Stop the work under way; what is finished is kept."""
        if self._running is None or self.work is None:
            return
        rendering = any("export" in steps for steps in self.work.progress.steps.values())
        if rendering or self.work.kind == "resume":  # nothing is being said that could be stopped
            self._running.cancel()
            return
        self.say("note", await self._open().astop())
        if self._running is not None:
            await asyncio.wait({self._running}, timeout=_STOP_S if self.backend == "local" else 0)
        if self._running is not None:
            self._running.cancel()

    async def export(self, languages: Sequence[str] | None = None, **options: Any) -> Exports:
        """Render and save the videos of the clip."""
        project = self._open()
        if self.rendering is not None:
            raise BadInputError(words.EXPORT_RUNS, words.WAIT)
        view = Told(words.EXPORT, self.tell, self.say)
        self.rendering = Work("export", words.EXPORT, view.progress)
        self.tell("exports")
        clip = self.clip if len(self.clips) > 1 else None
        try:
            with self._ours():
                found = await project.aexport(languages, clip=clip, show=view, **options)
        finally:
            self.rendering = None
            self.tell("exports")
        self._exported(found)
        await self.balance()
        return found

    async def run(
        self,
        kind: Literal["dub", "ask", "resume", "review", "lines"],
        title: str,
        make: Callable[[View], Coroutine[Any, Any, T]],
        call: str = "",
    ) -> T:
        """Do what takes a while, one thing at a time, with the panels looking on. `call` is the Python that does the same."""
        self._must_be_idle()
        view = Told(title, self.tell, self.say)
        self.work, self.failure = Work(kind, title, view.progress, call), None
        self.tell("work")
        self._running = running = asyncio.ensure_future(make(view))
        try:
            with self._ours():
                found = await running
        except asyncio.CancelledError:
            self.say("note", words.STOPPED)
            raise
        except Exception as error:
            self.failure = error
            self.failures.append(error)
            raise
        finally:
            self._running = None
            self.work = None
            self.tell("work")
            with contextlib.suppress(NemoError):
                await self.look()
            await self.balance()
        if isinstance(found, Reply):
            self.last = found
            self.say("agent", found.text)
        return found

    async def look(self) -> None:
        """Read the timeline."""
        from nemodub_nb import timeline

        project = self._open()
        # Not project.changes(): that is for whoever works in code, and looking here must not use it up.
        before = self.draft
        self.draft = (await project.astate()).draft if project.session_id else None
        self.changes = timeline.diff(before, self.draft) if before is not None else None
        self.languages = usable(timeline.languages(self.draft))
        self.scripts = usable(onscreen.scripts(self.draft, self.clip))
        self.summary = timeline.summary(self.draft) if self.draft is not None else ""
        if not self.choices.to and (to := tuple(tag for tag in self.languages if _is_language(tag))):
            self.choose(to=to)
        self.tell("timeline")

    async def balance(self) -> None:
        """Read the credits; not knowing them stops nothing."""
        with contextlib.suppress(NemoError):
            self.credits = await self._open().acredits()
        self.tell("credits")

    # The inside

    async def _knock(self) -> None:
        """See that the cloud is there and takes the token; whatever else is wrong shows when it matters."""
        try:
            self.credits = await asyncio.wait_for(self._open().acredits(), _KNOCK_S)
        except (TokenError, ConnectionFailedError):
            raise
        except (NemoError, TimeoutError):
            return

    async def _arrive(self) -> None:
        """Read what is there, once a project is open."""
        project = self._open()
        if project.session_id is None:
            found = await project.aunfinished()
            self.unfinished = found if found.session else None
        self._unwatch = project.watch(self._done)
        self.phase = "ready"
        self.tell("connection")
        if self.credits is None:
            await self.balance()
        else:
            self.tell("credits")
        if project.session_id is not None:
            await self.look()

    @contextlib.contextmanager
    def _ours(self) -> Iterator[None]:
        self._doing += 1
        try:
            yield
        finally:
            self._doing -= 1

    def _done(self, done: object) -> None:
        if not self._doing:
            task = asyncio.ensure_future(self._follow(done))
            self._following.add(task)
            task.add_done_callback(self._following.discard)

    async def _follow(self, done: object) -> None:
        """Show what code has done with the same project."""
        if isinstance(done, Exports):
            self._exported(done)
        elif isinstance(done, Reply):
            self.last = done
            self.say("agent", done.text)
        self.tell("clips")
        with contextlib.suppress(NemoError):
            await self.look()
        await self.balance()

    def _exported(self, found: Exports) -> None:
        fresh = {one.video for one in found}
        self.exports = (*(one for one in self.exports if one.video not in fresh), *found)
        self.failed_exports = dict(found.failed)
        self.tell("exports")

    def _open(self) -> Project:
        if self.project is None:
            raise BadInputError(words.NOT_CONNECTED, words.CONNECT_FIRST)
        return self.project

    def _must_be_idle(self) -> None:
        if self.work is not None:
            raise BadInputError(words.BUSY, words.WAIT_OR_STOP)


def usable(tags: Iterable[str]) -> tuple[str, ...]:
    """Return the languages of a timeline that can be named and chosen; a server may have written anything there."""
    return tuple(tag for tag in tags if plain(tag, _LONGEST_TAG) == tag)[:_MOST_LANGUAGES]


def _is_language(tag: str) -> bool:
    try:
        parse(tag)
    except UnknownLanguageError:
        return False
    return True
