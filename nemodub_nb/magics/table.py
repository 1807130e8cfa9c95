"""Every command of `%nemodub`: what it is called, takes and does."""

from __future__ import annotations

from typing import Final

from nemodub_nb.presets import FORMATS, PRESETS, QUALITIES

from .doctor import doctor
from .grammar import CLIP, Choose, Command, Given, Option
from .help import help_page
from .page import Page
from .spoken import read_languages
from .status import status


def _upload(project: Choose, given: Given) -> object:
    return project().upload(given.words[0] if len(given.words) == 1 else given.words)


def _dub(project: Choose, given: Given) -> object:
    tags = read_languages(given.words)  # before a project is opened for a line that cannot be read
    return project().dub(tags, **given.options)


def _export(project: Choose, given: Given) -> object:
    tags = read_languages(given.words)
    return project().export(tags or None, **given.options)


COMMANDS: Final[dict[str, Command]] = {
    command.name: command
    for command in (
        Command(
            "status", "what is in the project and on the timeline", "", lambda project, _: status(project())
        ),
        Command("upload", "upload clips", "explainer.mp4", _upload, takes="PATH|URL", kind="file", least=1),
        Command(
            "dub",
            "dub a clip",
            "es fr Brazilian Portuguese",
            _dub,
            takes="LANG",
            kind="language",
            least=1,
            options=(
                CLIP,
                Option("--from", "the spoken language, if known", "LANG", "language", keyword="source"),
                Option("--original", "what becomes of the voice", choices=("replace", "duck", "keep")),
                Option("--background", "volume of music and effects, 0 to 1", "VOLUME", number=True),
                Option("--subtitles", "where subtitles go", choices=("track", "burned", "off")),
                Option("--fast", "quick voices"),
            ),
        ),
        Command(
            "timeline",
            "the timeline as a DataFrame",
            "--clip explainer.mp4",
            lambda project, given: project().timeline(**given.options),
            options=(CLIP,),
        ),
        Command("changes", "what changed since the last look", "", lambda project, _: project().changes()),
        Command(
            "export",
            "write the videos",
            "es --to dubbed",
            _export,
            takes="LANG",
            kind="language",
            options=(
                CLIP,
                Option("--to", "the folder", "DIR", "folder"),
                Option("--format", "of the files", choices=tuple(FORMATS)),
                Option("--quality", "of the videos", choices=QUALITIES),
                Option("--preset", "shape, loudness and format for a platform", choices=tuple(PRESETS)),
                Option("--together", "all languages in one file"),
                Option("--original", "with --together: the clip's own sound too"),
            ),
        ),
        Command("credits", "the balance", "", lambda project, _: project().credits()),
        Command("ledger", "what each step cost", "", lambda project, _: project().ledger()),
        Command("languages", "what can be dubbed here", "", lambda project, _: project().languages()),
        Command("resume", "take up what was under way", "", lambda project, _: project().resume()),
        Command("stop", "stop what the backend is doing", "", lambda project, _: Page(project().stop())),
        Command("doctor", "what this machine can dub, and what to add", "", lambda *_: doctor()),
        Command(
            "help",
            "this page, or more about one command",
            "export",
            lambda _, given: help_page(COMMANDS, given.words),
            takes="COMMAND",
            kind="command",
        ),
    )
}
"""By name, in the order of the help."""
