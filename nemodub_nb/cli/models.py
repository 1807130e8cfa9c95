"""Show, fetch and find the models that the embedded backend dubs with."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from nemodub_nb.cli import checks, failure
from nemodub_nb.cli.failure import BadInputError, CommandError
from nemodub_nb.cli.lines import Bar

if TYPE_CHECKING:
    import argparse

SUMMARY: Final = "list, fetch and find models"
MORE: Final = """\
examples:
  nemodub models list --for es,de
  nemodub models get kokoro
  nemodub models get --from /media/usb/models
  nemodub models path whisper-base
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    every = actions.add_parser("list", help="every model known by name, those on this machine first")
    every.add_argument("--for", dest="languages", metavar="LANGUAGES", help="only what serves these: es,de")
    every.set_defaults(action=_list)
    get = actions.add_parser("get", help="fetch models, with a progress bar")
    get.add_argument("names", metavar="NAME", nargs="*", help="a name from the list")
    get.add_argument(
        "--from",
        dest="folder",
        metavar="FOLDER",
        type=Path,
        help="copy them from there, such as another machine's models folder (no names: all that it holds)",
    )
    get.set_defaults(action=_get)
    path = actions.add_parser("path", help="print the folder of a model, or of all of them")
    path.add_argument("name", metavar="NAME", nargs="?", help="a name from the list")
    path.set_defaults(action=_path)


def run(arguments: argparse.Namespace) -> int:
    """Do the action."""
    from nemodub_nb.local.engine.errors import EngineError, WeightsUnavailableError

    try:
        return int(arguments.action(arguments))
    except WeightsUnavailableError as error:
        unknown = error.message.startswith("There is no model called")
        raise CommandError(
            error.message, error.advice, failure.BAD_INPUT if unknown else failure.FAILED
        ) from None
    except EngineError as error:
        raise CommandError(error.message, error.advice) from None


def _list(arguments: argparse.Namespace) -> int:
    from nemodub_nb.local.engine.weights import list_models

    languages = checks.languages(arguments.languages) if arguments.languages else []
    rows = list_models(_models(), languages)
    quality = max(len(row.quality) for row in rows)
    name = max(len(row.name) for row in rows)
    purpose = max(len(row.purpose) for row in rows)
    for row in rows:
        here = "*" if row.path else " "
        print(
            f"{here} {row.name:{name}}  {row.size_mb:>4} MB  {row.quality:{quality}}  {row.purpose:{purpose}}  {row.licence}"
        )
    print("\n* on this machine; the others come with `nemodub models get NAME`")
    return failure.OK


def _get(arguments: argparse.Namespace) -> int:
    from nemodub_nb.local.engine.weights import bring, entry, get_model, names_in

    names = arguments.names or (names_in(arguments.folder) if arguments.folder else ())
    if not names:
        raise BadInputError(
            "No model was named.", "Name one of `nemodub models list`, or give --from FOLDER."
        )
    for name in names:
        entry(name)  # an unknown name is told before anything is fetched
    for name in names:
        with Bar(name, sys.stderr) as bar:
            if arguments.folder:
                folder = bring(name, arguments.folder, _models(), bar.bytes)
            else:
                folder = get_model(name, _models(), bar.bytes)
        print(folder)
    return failure.OK


def _path(arguments: argparse.Namespace) -> int:
    from nemodub_nb.local.engine.weights import model_path

    print(model_path(arguments.name, _models()) if arguments.name else _models())
    return failure.OK


def _models() -> Path:
    return checks.home().models
