"""Arguments that several commands take."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from nemodub_nb.presets import FORMATS, PRESETS

if TYPE_CHECKING:
    import argparse


def add_clip(parser: argparse.ArgumentParser, out: str) -> None:
    """Add what every command about a clip takes: the clip, its languages, where to write (`out`), and what belongs to it."""
    parser.add_argument("clip", metavar="CLIP", type=Path, help="the video or sound file")
    parser.add_argument(
        "--to",
        metavar="LANGUAGES",
        required=True,
        help="tags or names, parted by commas: es,fr,de or Spanish",
    )
    parser.add_argument(
        "--from", dest="source", metavar="LANGUAGE", help="what is spoken (default: found out)"
    )
    parser.add_argument(
        "--out",
        metavar="DIR",
        type=Path,
        default=Path(out),
        help="where to write (default: ./%(default)s)",
    )
    parser.add_argument(
        "--backend",
        choices=("local", "cloud"),
        help="this machine or the NemoVideo cloud (default: cloud if NEMO_TOKEN is set, else local)",
    )
    parser.add_argument("--transcript", metavar="FILE", type=Path, help="what is said, as SRT or VTT")
    parser.add_argument(
        "--memory",
        metavar="FILE",
        type=Path,
        action="append",
        help="reviewed translations, as CSV or TMX; repeatable",
    )
    parser.add_argument(
        "--glossary",
        metavar="FILE",
        type=Path,
        action="append",
        help="terms with their wording, and names to keep, as CSV; repeatable",
    )
    parser.add_argument(
        "--lines",
        metavar="FILE",
        type=Path,
        action="append",
        default=[],
        help="a table of lines that was looked over, as `nemodub review` writes it; repeatable",
    )


def add_kind_of_file(parser: argparse.ArgumentParser) -> None:
    """Add what kind of file is made."""
    parser.add_argument(
        "--preset",
        metavar="NAME",
        choices=tuple(PRESETS),
        help=f"shape, loudness and format for a platform: {', '.join(PRESETS)}",
    )
    parser.add_argument(
        "--format",
        metavar="NAME",
        choices=tuple(FORMATS),
        help=f"of the files (default: mp4, or the preset's): {', '.join(FORMATS)}",
    )


def add_slow_picture(parser: argparse.ArgumentParser) -> None:
    """Add how much the picture may wait for the voice."""
    parser.add_argument(
        "--slow-picture",
        metavar="X",
        type=float,
        default=1.0,
        help="how many times as long the picture may be shown under a line that fits in no other way, 1 to 2 (default: 1)",
    )
