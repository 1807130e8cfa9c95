"""A project as people use it: each action once blocking, once for await."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NoReturn, Self, Unpack, overload

from . import live
from .actions import Actions, DubOptions, ExportOptions
from .connection import BackendName, Connection, Pace
from .desk import Desk
from .errors import BadInputError
from .home import home_folder
from .journal import Journal
from .loop import LOOP
from .safe import markup, plain
from .sentences import Original, Subtitles, listed, parse_languages, spoken

if TYPE_CHECKING:
    import pandas as pd

    from nemodub_nb.client import SessionState
    from nemodub_nb.timeline import Changes

    from .attachments import Files
    from .talk import OnEvent
    from .values import Clip, Credits, Exports, Reply, Resumed

Path = str | os.PathLike[str]


class Project:
    """One editing session: upload clips, ask for dubs and edits, look at the timeline, export.

    Made by open_project. Every action blocks until it is done; the twin that begins with `a` is for `await`. Ctrl-C and the
    Stop button stop waiting at once; what the backend has begun is then found again by saying the same, or by resume().
    """

    def __init__(self, actions: Actions) -> None:
        self._actions = actions

    # What it is

    @property
    def session_id(self) -> str | None:
        """The session's id; None until the first upload or sentence opens one."""
        return self._actions.desk.session_id

    @property
    def clips(self) -> tuple[Clip, ...]:
        """The clips uploaded so far, the last one last."""
        return tuple(self._actions.desk.clips)

    @property
    def backend(self) -> BackendName:
        """`local` or `cloud`."""
        return self._actions.desk.connection.backend

    def __repr__(self) -> str:
        clips = ", ".join(plain(clip.name, 80) for clip in self.clips) or "no clip yet"
        return f"<Project {self._actions.desk.name!r} on {self.backend}, session {self.session_id or 'not open yet'}: {clips}>"

    def _repr_html_(self) -> str:
        clips = ", ".join(markup(clip.name) for clip in self.clips) or "no clip yet"
        name, session = markup(self._actions.desk.name), markup(self.session_id or "not open yet")
        return f"<p>Project <b>{name}</b> on {self.backend}, session {session}: {clips}</p>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "A project holds connections and is never pickled. Open it elsewhere with open_project(session=…)."
        )

    # Upload

    @overload
    def upload(  # type: ignore[overload-overlap]  # a string is iterable too, but never of paths
        self, path_or_url: Path, *, show: bool = True
    ) -> Clip: ...
    @overload
    def upload(self, path_or_url: Iterable[Path], *, show: bool = True) -> list[Clip]: ...
    def upload(self, path_or_url: Path | Iterable[Path], *, show: bool = True) -> Clip | list[Clip]:
        """Upload a clip by its path or URL, or several.

        Subtitles (SRT, VTT) beside the file are used by a dub. Raises UploadError, UnsupportedTypeError, FileTooLargeError
        or BadInputError before anything is sent.
        """
        view = _view("Upload", show=show)
        found = LOOP.run(self._actions.upload(path_or_url, view))
        return found[0] if isinstance(path_or_url, str | os.PathLike) else found

    async def aupload(self, path_or_url: Path | Iterable[Path], *, show: bool = True) -> Clip | list[Clip]:
        """Upload, as `upload` does."""
        view = _view("Upload", show=show)
        found = await LOOP.follow(self._actions.upload(path_or_url, view))
        return found[0] if isinstance(path_or_url, str | os.PathLike) else found

    # Talk

    def dub(
        self,
        to: str | Iterable[str],
        *,
        clip: Clip | str | None = None,
        source: str | None = None,
        original: Original = "replace",
        background: float | None = None,
        subtitles: Subtitles = "track",
        transcript: Path | bool | None = None,
        memory: Files | None = None,
        voices: Mapping[str, str] | None = None,
        fast: bool = False,
        on_event: OnEvent | None = None,
        show: bool = True,
    ) -> Reply:
        """Dub a clip into one or more languages, given as tags (`es`, `pt-BR`) or names (`Spanish`, `西班牙语`).

        clip: which one, where there are several; the last uploaded one otherwise. source: the spoken language, if known.
        original: `replace` the voice, `duck` it under the dub, or `keep` it. background: volume of music and effects, 0 to 1.
        subtitles: as a `track`, `burned` into the picture, or `off`. transcript: an SRT or VTT file; False ignores the one
        beside the clip. memory: translation memories (CSV, TMX). voices: language to voice. fast: quick voices.
        on_event: called with each AgentEvent, on the project's own thread.

        A language that fails does not stop the others: see `Reply.failed`. Raises UnknownLanguageError and BadInputError
        before anything is sent, then the client's typed errors, BackendDiedError or OutcomeUnknownError.
        """
        options: DubOptions = {
            "clip": clip,
            "source": source,
            "original": original,
            "background": background,
            "subtitles": subtitles,
            "transcript": transcript,
            "memory": memory,
            "voices": voices,
            "fast": fast,
        }
        return LOOP.run(self._actions.dub(*_dub_view(to, show=show), on_event, options))

    async def adub(
        self,
        to: str | Iterable[str],
        *,
        on_event: OnEvent | None = None,
        show: bool = True,
        **options: Unpack[DubOptions],
    ) -> Reply:
        """Dub, as `dub` does, with the same options."""
        return await LOOP.follow(self._actions.dub(*_dub_view(to, show=show), on_event, options))

    def ask(
        self,
        sentence: str,
        *,
        clip: Clip | str | None = None,
        on_event: OnEvent | None = None,
        show: bool = True,
    ) -> Reply:
        """Say any sentence. Export, credits, status and upload are done here; everything else goes to the agent.

        A sentence is a command only when all of it is: `How do I export subtitles?` and `add a title that says Download now`
        go to the agent. Errors are those of `dub` and `export`.
        """
        return LOOP.run(self._actions.ask(sentence, clip, _view(sentence, show=show), on_event))

    async def aask(
        self,
        sentence: str,
        *,
        clip: Clip | str | None = None,
        on_event: OnEvent | None = None,
        show: bool = True,
    ) -> Reply:
        """Say any sentence, as `ask` does."""
        return await LOOP.follow(self._actions.ask(sentence, clip, _view(sentence, show=show), on_event))

    # Look

    def timeline(self, clip: Clip | str | None = None) -> pd.DataFrame:
        """Return what is on the timeline, one row a segment; see nemodub_nb.timeline.COLUMNS."""
        frame: pd.DataFrame = LOOP.run(self._actions.timeline(clip))
        return frame

    async def atimeline(self, clip: Clip | str | None = None) -> pd.DataFrame:
        """Return the timeline, as `timeline` does."""
        frame: pd.DataFrame = await LOOP.follow(self._actions.timeline(clip))
        return frame

    def summary(self) -> str:
        """Return what is on the timeline in one line."""
        return LOOP.run(self._actions.summary())

    async def asummary(self) -> str:
        """Return the summary, as `summary` does."""
        return await LOOP.follow(self._actions.summary())

    def changes(self) -> Changes:
        """Return what changed since the last look: the last call of timeline, summary or changes, also before a restart."""
        return LOOP.run(self._actions.changes())

    async def achanges(self) -> Changes:
        """Return the changes, as `changes` does."""
        return await LOOP.follow(self._actions.changes())

    def state(self) -> SessionState:
        """Return the session's state as the server tells it, the raw draft included."""
        return LOOP.run(self._actions.state())

    async def astate(self) -> SessionState:
        """Return the state, as `state` does."""
        return await LOOP.follow(self._actions.state())

    def credits(self) -> Credits:
        """Return the account's balance."""
        return LOOP.run(self._actions.credits())

    async def acredits(self) -> Credits:
        """Return the balance, as `credits` does."""
        return await LOOP.follow(self._actions.credits())

    # Export

    def export(
        self,
        languages: str | Iterable[str] | None = None,
        *,
        clip: Clip | str | None = None,
        to: Path = ".",
        format: str = "mp4",  # noqa: A002 - the API's own word
        quality: str = "high",
        show: bool = True,
    ) -> Exports:
        """Write one video a language to the folder `to`, with subtitles and a report beside each.

        Files are named `<clip>.<language>.mp4`, `.srt`, `.vtt` and `.report.json`. languages, clip: all when not given.
        quality: high, medium or low. One video failing does not stop the others: see `Exports.failed`. Raises BadInputError
        for a folder that cannot be written, NothingToExportError, PlanBlocksExportError.
        """
        options: ExportOptions = {
            "languages": languages,
            "clip": clip,
            "to": to,
            "format": format,
            "quality": quality,
        }
        return LOOP.run(self._actions.export(_view("Export", show=show), options))

    async def aexport(
        self,
        languages: str | Iterable[str] | None = None,
        *,
        clip: Clip | str | None = None,
        to: Path = ".",
        format: str = "mp4",  # noqa: A002 - the API's own word
        quality: str = "high",
        show: bool = True,
    ) -> Exports:
        """Export, as `export` does."""
        options: ExportOptions = {
            "languages": languages,
            "clip": clip,
            "to": to,
            "format": format,
            "quality": quality,
        }
        return await LOOP.follow(self._actions.export(_view("Export", show=show), options))

    # Beginning and end

    def resume(self, *, show: bool = True) -> Resumed:
        """Take up what an earlier process left: the last session where this project has none yet, lost answers, renders.

        Nothing is sent twice: the state tells what became of a message, and a render is found by its id.
        """
        return LOOP.run(self._actions.resume(_view("Resume", show=show)))

    async def aresume(self, *, show: bool = True) -> Resumed:
        """Take up, as `resume` does."""
        return await LOOP.follow(self._actions.resume(_view("Resume", show=show)))

    def close(self) -> None:
        """Close the connections, and the embedded backend when no other project of this process uses it."""
        LOOP.run(self._actions.close())

    async def aclose(self) -> None:
        """Close, as `close` does."""
        await LOOP.follow(self._actions.close())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def open_project(
    name: str = "project",
    *,
    backend: BackendName | None = None,
    token: str | None = None,
    base_url: str | None = None,
    home: Path | None = None,
    session: str | None = None,
    pace: Pace | None = None,
) -> Project:
    """Open a project on the embedded backend (`local`) or on the NemoVideo cloud (`cloud`).

    Without `backend`: the cloud if a token, a base URL or NEMO_TOKEN is there, else this machine. home: where sessions and
    files are kept (NEMODUB_HOME). session: go on in that one; resume() finds the last one by itself. pace: how long to wait
    for a backend, for tests. Raises BackendMissingError with the command that installs the embedded backend.
    """
    return LOOP.run(_open(name, backend, token, base_url, home, session, pace))


async def aopen_project(
    name: str = "project",
    *,
    backend: BackendName | None = None,
    token: str | None = None,
    base_url: str | None = None,
    home: Path | None = None,
    session: str | None = None,
    pace: Pace | None = None,
) -> Project:
    """Open a project, as open_project does."""
    return await LOOP.follow(_open(name, backend, token, base_url, home, session, pace))


async def _open(
    name: str,
    backend: BackendName | None,
    token: str | None,
    base_url: str | None,
    home: Path | None,
    session: str | None,
    pace: Pace | None,
) -> Project:
    if backend not in {None, "local", "cloud"}:
        raise BadInputError(f"backend={backend!r} is not a choice.", "Use local or cloud.")
    folder = home_folder(home)
    given = token or base_url or os.environ.get("NEMO_TOKEN")
    try:
        journal = Journal(folder / "journal.sqlite")
    except (OSError, sqlite3.Error) as error:
        raise BadInputError(
            f"The home folder {folder} cannot be used ({error}).", "Set NEMODUB_HOME to another."
        ) from error
    connection = Connection(
        backend or ("cloud" if given else "local"),
        home=folder,
        token=token,
        base_url=base_url,
        pace=pace,
    )
    try:
        await connection.client()
    except BaseException:
        await connection.close()
        journal.close()
        raise
    return Project(Actions(Desk(name, connection, journal, session)))


def _view(title: str, *, show: bool) -> live.View:
    view = live.view(title, show=show)
    view.open()
    return view


def _dub_view(to: str | Iterable[str], *, show: bool) -> tuple[Sequence[str], live.View]:
    """Read the languages before anything appears, so that a wrong one leaves no empty view behind."""
    tags = parse_languages(to)
    return tags, _view(f"Dub into {listed([spoken(tag) for tag in tags])}", show=show)
