"""Serve the NemoVideo API from this machine, for any client that speaks it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import argparse

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
    raise NotImplementedError(arguments)
