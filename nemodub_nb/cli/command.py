"""Reads the command line and runs the command it names; whatever goes wrong becomes one line and an exit code."""

from __future__ import annotations

import argparse
import io
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, NoReturn

from nemodub_nb.cli.failure import BAD_INPUT, FAILED, INTERRUPTED, OK, CommandError, cause, one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

_ABOUT: Final = """\
Dub videos into other languages, on this machine or in the NemoVideo cloud.

The embedded backend needs no account and no network once its models are here. It hears what is said,
translates it, speaks it in time with the picture, and leaves the music where it was.
"""

_MORE: Final = """\
examples:
  nemodub demo                                    dub the sample clip into three languages and show how
  nemodub dub talk.mp4 --to es,fr                 talk.es.mp4 and talk.fr.mp4, with subtitles and reports
  nemodub dub talk.mp4 --to German --out videos   a language may be a tag or a name
  nemodub doctor                                  what can be dubbed here, and what to add

exit codes:
  0    everything is done
  1    it failed; the line on standard error says why
  2    something given cannot be used; nothing was started
  3    some languages failed, the others are done
  130  stopped with Ctrl-C; what was finished is kept

environment:
  NEMODUB_HOME     folder of models, sessions and finished steps
  NEMODUB_MODELS   folder of models that someone else keeps; looked at first, never written to
  NEMODUB_DEBUG    show where an unexpected error came from
  NEMO_TOKEN       token for the cloud; --backend cloud gets a free starter token without it

`nemodub COMMAND --help` tells more about a command.
"""

_COMMANDS: Final = (
    "dub",
    "fit",
    "review",
    "batch",
    "report",
    "demo",
    "lab",
    "serve",
    "models",
    "doctor",
    "audit",
)
"""Each is a module of this package with `SUMMARY`, `add_arguments` and `run`, in the order of the help."""


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line that says how to see more."""

    def error(self, message: str) -> NoReturn:
        self.exit(
            BAD_INPUT, f"nemodub: {one_line(message)}. Run `{self.prog} --help` to see how it is used.\n"
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code. Never raises but for `--help` and `--version`, which exit."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A file name may hold what the terminal's encoding, or any encoding, lacks.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        parsed = parser().parse_args(arguments)
        return int(parsed.run(parsed))
    except CommandError as error:
        return _said(str(error), error.exit_code)
    except KeyboardInterrupt:
        return _said("stopped. What was finished is kept; run the same command again to go on.", INTERRUPTED)
    except BrokenPipeError:
        # Whoever read the output has seen enough, such as `nemodub models list | head`.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except Exception as error:
        if os.environ.get("NEMODUB_DEBUG"):
            raise
        return _said(cause(error), FAILED)


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    top = _Parser(
        prog="nemodub", description=_ABOUT, epilog=_MORE, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    top.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=_Parser)
    for name in _COMMANDS:
        command = import_module(f"nemodub_nb.cli.{name}")
        one = commands.add_parser(
            name,
            help=command.SUMMARY,
            description=command.__doc__,
            epilog=getattr(command, "MORE", None),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.add_arguments(one)
        one.set_defaults(run=command.run)
    return top


class _Version(argparse.Action):
    """Prints the installed version; looked up only when asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> NoReturn:
        from importlib.metadata import version

        print(f"nemodub {version('nemodub_nb')}")
        parser.exit()


def _said(text: str, exit_code: int) -> int:
    print(f"nemodub: {text}", file=sys.stderr)
    return exit_code
