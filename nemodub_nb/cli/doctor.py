"""Show what this machine can dub, language by language, and the one command that adds what is missing."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from nemodub_nb.cli import checks, failure

if TYPE_CHECKING:
    import argparse

SUMMARY: Final = "show what can be dubbed here, and what to add"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument(
        "--from", dest="source", metavar="LANGUAGE", default="en", help="language of the clips (default: en)"
    )
    parser.add_argument(
        "--to", metavar="LANGUAGES", help="only these, parted by commas (default: the common ones)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")


def run(arguments: argparse.Namespace) -> int:
    """Look, fetch nothing, and print."""
    source = checks.language(arguments.source)
    wanted = checks.languages(arguments.to) if arguments.to else None
    from nemodub_nb.local.engine.doctor import as_text, report

    home = checks.home().root
    found = report(home, source, wanted) if wanted else report(home, source)
    print(json.dumps(asdict(found), ensure_ascii=False) if arguments.json else as_text(found))
    return failure.OK
