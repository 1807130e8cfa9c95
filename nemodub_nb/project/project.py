"""A project as people use it: each action once blocking, once for await."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NoReturn, Self, Unpack, overload

from . import live
from .connection import BackendName
from .editing import Editing
from .listening import Listening
from .looking import Looking
from .loop import LOOP
from .measured import Measuring
from .options import DubOptions, ExportOptions
from .safe import markup, plain
from .sentences import Original, Subtitles, listed, parse_languages, spoken

if TYPE_CHECKING:
    from .attachments import Files, Glossary
    from .live import View
    from .talk import OnEvent
    from .uploads import OnProgress
    from .values import Clip, Exports, Reply, Resumed, Unfinished
    from .watchers import OnDone

Path = str | os.PathLike[str]


class Project(Looking, Listening, Editing, Measuring):
    """One editing session: upload clips, ask for dubs and edits, look at the timeline, export.

    Made by open_project. Every action blocks until it is done; the twin that begins with `a` is for `await`. Ctrl-C and the
    Stop button stop waiting at once; what the backend has begun is then found again by saying the same, or by resume().

    show: True for a live view of the work, False for none, or a View of your own, which is then used.
    """

    # What it is

    @property
    def name(self) -> str:
        """The project's name."""
        return self._actions.desk.name

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
        self, path_or_url: Path, *, on_progress: OnProgress | None = None, show: bool | View = True
    ) -> Clip: ...
    @overload
    def upload(
        self, path_or_url: Iterable[Path], *, on_progress: OnProgress | None = None, show: bool | View = True
    ) -> list[Clip]: ...
    def upload(
        self,
        path_or_url: Path | Iterable[Path],
        *,
        on_progress: OnProgress | None = None,
        show: bool | View = True,
    ) -> Clip | list[Clip]:
        """Upload a clip by its path or URL, or several.

        Subtitles (SRT, VTT) beside the file are used by a dub. on_progress: called with the bytes sent so far and the
        bytes of all files, on the project's own thread. Raises UploadError, UnsupportedTypeError, FileTooLargeError
        or BadInputError before anything is sent.
        """
        view = _view("Upload", show=show)
        found = LOOP.run(self._actions.upload(path_or_url, view, on_progress))
        return found[0] if isinstance(path_or_url, str | os.PathLike) else found

    async def aupload(
        self,
        path_or_url: Path | Iterable[Path],
        *,
        on_progress: OnProgress | None = None,
        show: bool | View = True,
    ) -> Clip | list[Clip]:
        """Upload, as `upload` does."""
        view = _view("Upload", show=show)
        found = await LOOP.follow(self._actions.upload(path_or_url, view, on_progress))
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
        glossary: Glossary | None = None,
        voices: Mapping[str, str | Mapping[str, str]] | None = None,
        fast: bool = False,
        slow_video: bool | float = False,
        on_event: OnEvent | None = None,
        show: bool | View = True,
    ) -> Reply:
        """Dub a clip into one or more languages, given as tags (`es`, `pt-BR`) or names (`Spanish`, `西班牙语`).

        clip: which one, where there are several; the last uploaded one otherwise. source: the spoken language, if known.
        original: `replace` the voice, `duck` it under the dub, or `keep` it. background: volume of music and effects, 0 to 1.
        subtitles: as a `track`, `burned` into the picture, or `off`. transcript: an SRT or VTT file; False ignores the one
        beside the clip. memory: translation memories (CSV, TMX). glossary: terms with their wording, and names that are not
        translated: CSV files, a DataFrame, or a mapping such as `{"dashboard": {"es": "panel"}, "NemoVideo": None}`. It holds for
        the clip's dubs from then on, until another takes its place or an empty one (`{}`) takes it away; None leaves it.
        voices: language to voice, or to voices by speaker. fast: quick voices. slow_video: how many times as long the picture may
        be shown under a line that fits in no other way (True: 2, the most); the exported video becomes that much longer.
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
            "glossary": glossary,
            "voices": voices,
            "fast": fast,
            "slow_video": slow_video,
        }
        return LOOP.run(self._actions.dub(*_dub_view(to, show=show), on_event, options))

    async def adub(
        self,
        to: str | Iterable[str],
        *,
        on_event: OnEvent | None = None,
        show: bool | View = True,
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
        show: bool | View = True,
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
        show: bool | View = True,
    ) -> Reply:
        """Say any sentence, as `ask` does."""
        return await LOOP.follow(self._actions.ask(sentence, clip, _view(sentence, show=show), on_event))

    def stop(self) -> str:
        """Stop the message under way, and say in a sentence what became of it.

        The embedded backend ends its work; finished steps are kept, so that saying the same goes on from there. The cloud
        cannot be stopped: only the waiting for it is. Whoever waits gets StoppedByUserError.
        """
        return LOOP.run(self._actions.stop())

    async def astop(self) -> str:
        """Stop, as `stop` does."""
        return await LOOP.follow(self._actions.stop())

    # Export

    def export(
        self,
        languages: str | Iterable[str] | None = None,
        *,
        clip: Clip | str | None = None,
        to: Path = ".",
        format: str | None = None,  # noqa: A002 - the API's own word
        quality: str = "high",
        preset: str | None = None,
        together: bool = False,
        original: bool = False,
        show: bool | View = True,
    ) -> Exports:
        """Write one video a language to the folder `to`, with subtitles and a report beside each.

        Files are named `<clip>.<language>.mp4`, `.srt`, `.vtt` and `.report.json`; beside another format than MP4 its name stays,
        as in `<clip>.<language>.webm.srt`. languages, clip: all when not given.
        format: mp4, webm, or sound alone as m4a, mp3, wav or opus. quality: high, medium or low. preset: shape, loudness and
        format for a platform: youtube, youtube-shorts, tiktok, instagram-reel, instagram-feed, linkedin, podcast or
        broadcast; see nemodub_nb.presets. together: one file, `<clip>.mul.mp4`, with a sound and a subtitle track a language,
        the first language being what players choose; original: the clip's own sound as one more track of it.

        One video failing does not stop the others: see `Exports.failed`. Raises BadInputError for a folder that cannot be
        written, NotHereError for what the backend refuses, NotDubbedError when every language that was asked for failed to
        be dubbed, NothingToExportError, PlanBlocksExportError.
        """
        options: ExportOptions = {
            "languages": languages,
            "clip": clip,
            "to": to,
            "format": format,
            "quality": quality,
            "preset": preset,
            "together": together,
            "original": original,
        }
        return LOOP.run(self._actions.export(_view("Export", show=show), options))

    async def aexport(
        self,
        languages: str | Iterable[str] | None = None,
        *,
        clip: Clip | str | None = None,
        to: Path = ".",
        format: str | None = None,  # noqa: A002 - the API's own word
        quality: str = "high",
        preset: str | None = None,
        together: bool = False,
        original: bool = False,
        show: bool | View = True,
    ) -> Exports:
        """Export, as `export` does."""
        options: ExportOptions = {
            "languages": languages,
            "clip": clip,
            "to": to,
            "format": format,
            "quality": quality,
            "preset": preset,
            "together": together,
            "original": original,
        }
        return await LOOP.follow(self._actions.export(_view("Export", show=show), options))

    # Beginning and end

    def resume(self, *, show: bool | View = True) -> Resumed:
        """Take up what an earlier process left: the last session where this project has none yet, lost answers, renders.

        Nothing is sent twice: the state tells what became of a message, and a render is found by its id.
        """
        return LOOP.run(self._actions.resume(_view("Resume", show=show)))

    async def aresume(self, *, show: bool | View = True) -> Resumed:
        """Take up, as `resume` does."""
        return await LOOP.follow(self._actions.resume(_view("Resume", show=show)))

    def watch(self, callback: OnDone) -> Callable[[], None]:
        """Call back on the project's thread with what each action returns, whoever asked for it; returns what ends that."""
        return self._actions.watchers.add(callback)

    def unfinished(self) -> Unfinished:
        """Return what resume() would take up: the session used last and what was under way in it. Nothing is changed."""
        return self._actions.unfinished()

    async def aunfinished(self) -> Unfinished:
        """Return what was left, as `unfinished` does."""
        return self._actions.unfinished()

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


def _view(title: str, *, show: bool | View) -> live.View:
    view = live.view(title, show=show)
    view.open()
    return view


def _dub_view(to: str | Iterable[str], *, show: bool | View) -> tuple[Sequence[str], live.View]:
    """Read the languages before anything appears, so that a wrong one leaves no empty view behind."""
    tags = parse_languages(to)
    return tags, _view(f"Dub into {listed([spoken(tag) for tag in tags])}", show=show)
