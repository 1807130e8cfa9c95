"""Serve the NemoVideo API from this machine, for any client that speaks it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nemodub_nb.cli import checks, failure
from nemodub_nb.cli.failure import BadInputError

if TYPE_CHECKING:
    import argparse

_LAST_PORT: Final = 65_535
SUMMARY: Final = "serve the same API from this machine"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument(
        "--host", metavar="H", default="127.0.0.1", help="address to listen on (default: %(default)s)"
    )
    parser.add_argument(
        "--port", metavar="P", type=int, default=0, help="port to listen on (default: a free one)"
    )
    parser.add_argument(
        "--json", action="store_true", help='once it answers, print {"url", "token"} on one line'
    )


def run(arguments: argparse.Namespace) -> int:
    """Serve until Ctrl-C."""
    if not 0 <= arguments.port <= _LAST_PORT:
        raise BadInputError(
            f"{arguments.port} is not a port.", f"Use 1 to {_LAST_PORT}, or 0 for a free one."
        )
    from nemodub_nb.local.server import serve

    checks.home()
    try:
        serve(host=arguments.host, port=arguments.port, as_json=arguments.json)
    except (OSError, ValueError) as error:
        raise BadInputError(getattr(error, "strerror", None) or str(error)) from None
    return failure.OK
