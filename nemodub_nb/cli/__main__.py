"""Lets `python -m nemodub_nb.cli` be the command where its script is not on PATH."""

import sys

from nemodub_nb.cli.command import main

sys.exit(main())
