"""The command `nemodub`."""

from nemodub_nb.cli.command import main

__all__ = ["main"]
