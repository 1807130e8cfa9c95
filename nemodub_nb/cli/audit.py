"""Find what should not be passed on with notebooks, pages and code: tokens, passwords, uploads, widget state.

Nothing secret is printed. --fix rewrites notebooks: it clears widget state, and puts a mark in place of each token that
stands outside of the cells' own text.
"""

from __future__ import annotations

import codecs
import contextlib
import json
import os
import secrets
import shutil
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from nemodub_nb.cli import failure
from nemodub_nb.cli.failure import BadInputError, one_line

if TYPE_CHECKING:
    import argparse
    from collections.abc import Collection, Iterator

    from nemodub_nb.audit import Finding

SUMMARY: Final = "find tokens and private data in notebooks before you share them"
MORE: Final = """\
examples:
  nemodub audit talk.ipynb talk.html
  nemodub audit .                     every notebook, page and text file below this folder
  nemodub audit --fix talk.ipynb      clear widget state and take tokens out of outputs

exit codes:
  0    nothing was found, or --fix has taken all of it out
  1    something was found
  2    a file or folder cannot be read or written
"""

_KINDS: Final = frozenset((
    ".ipynb", ".html", ".htm", ".py", ".md", ".markdown", ".rst", ".txt", ".log", ".json", ".jsonl", ".yml", ".yaml", ".toml",
    ".cfg", ".ini", ".env", ".sh", ".bat", ".ps1", ".js", ".ts", ".css", ".csv", ".tsv", ".xml", ".svg", ".srt", ".vtt", ".r", ".jl",
))  # fmt: skip
_SETTINGS: Final = (".env", ".envrc", ".netrc", ".bash_history", ".python_history")
"""Files without a suffix that hold secrets."""
_SKIPPED: Final = frozenset(
    {".git", ".hg", ".svn", "node_modules", "__pycache__", ".mypy_cache", ".ruff_cache"}
)


@dataclass
class _Report:
    """What was found in all files."""

    files: int = 0
    findings: list[dict[str, Any]] = field(default_factory=list)
    """One for each thing: file, where, what, fix, cell, line."""
    fixed: list[str] = field(default_factory=list)
    """The notebooks that were rewritten."""
    unread: list[str] = field(default_factory=list)
    """One sentence for each file that could not be read or written."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument("paths", metavar="FILE|FOLDER", nargs="+", type=Path, help="what to look into")
    parser.add_argument("--fix", action="store_true", help="rewrite notebooks without what was found")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """Look into each file, fix what was asked to be fixed, and print what is left."""
    files = list(dict.fromkeys(file for path in arguments.paths for file in _files(path)))
    known = _known()
    report = _Report()
    for file in files:
        _audit(file, known, report, fix=arguments.fix)
    if arguments.json:
        print(json.dumps(asdict(report), ensure_ascii=False))
    else:
        _print(report)
    for sentence in report.unread:
        print(f"nemodub: {one_line(sentence)}", file=sys.stderr)
    if report.unread:
        return failure.BAD_INPUT
    return failure.FAILED if report.findings else failure.OK


def _audit(path: Path, known: Collection[str], report: _Report, *, fix: bool) -> None:
    from nemodub_nb.audit import scan

    report.files += 1
    try:
        text = _read(path)
        found = scan(path.name, text, known)
        if fix and found and (cleaned := _cleaned(path, text, known)) is not None:
            _replace(path, cleaned)
            report.fixed.append(str(path))
            found = scan(path.name, cleaned, known)
    except OSError as error:
        report.unread.append(f"{path}: {error.strerror or error}.")
        return
    report.findings += [_row(path, one) for one in found]


def _row(path: Path, found: Finding) -> dict[str, Any]:
    return {"file": str(path), **asdict(found)}


def _print(report: _Report) -> None:
    for path in report.fixed:
        print(one_line(f"{path}: rewritten."))
    for row in report.findings:
        print(one_line(f"{row['file']}: {row['where']}: {row['what']}. {row['fix']}"))
    number = len(report.findings)
    things = f"{number} finding{'s' if number > 1 else ''}" if number else "Nothing found"
    print(f"{things} in {report.files} file{'' if report.files == 1 else 's'}.")


def _files(path: Path) -> Iterator[Path]:
    """Yield the file, or the files below the folder that may hold text. Raises BadInputError."""
    if path.is_file():
        yield path
        return
    if not path.is_dir():
        raise BadInputError(f"{path} does not exist.", "Check the path.")
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(
            name for name in folders if name not in _SKIPPED and not Path(folder, name, "pyvenv.cfg").exists()
        )
        for name in sorted(names):
            file = Path(folder, name)
            if (file.suffix.lower() in _KINDS or name.startswith(_SETTINGS)) and file.is_file():
                yield file


def _read(path: Path) -> str:
    data = path.read_bytes()
    # Windows' shells write what they redirect in UTF-16.
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return data.decode("utf-16" if wide else "utf-8-sig", errors="replace")


def _cleaned(path: Path, text: str, known: Collection[str]) -> str | None:
    """Return the text of a notebook after cleaning, None where there is nothing to clean."""
    from nemodub_nb.audit import clean
    from nemodub_nb.audit.scan import as_notebook

    document = as_notebook(path.name, text)
    if document is None:
        return None
    cleaned = clean(document, known)
    # As nbformat writes it, so that nothing else changes.
    return f"{json.dumps(cleaned, ensure_ascii=False, indent=1)}\n" if cleaned != document else None


def _replace(path: Path, text: str) -> None:
    """Replace a file as a whole, behind a link too. Raises OSError."""
    path = path.resolve()
    half = path.with_name(f".{path.name}.{secrets.token_hex(6)}.part")
    try:
        with half.open("x", encoding="utf-8", newline="\n") as file:
            shutil.copymode(path, half)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            half.unlink(missing_ok=True)
        raise


def _known() -> list[str]:
    """Return the tokens that this machine uses: of the environment, and the free one that is kept."""
    import httpx

    from nemodub_nb.client.auth import origin_of
    from nemodub_nb.client.tokens import default_store
    from nemodub_nb.contract import API_URL

    found = [os.environ.get("NEMO_TOKEN", "").strip()]
    store = default_store()
    for url in (API_URL, os.environ.get("NEMO_API_URL", "")):
        with contextlib.suppress(httpx.InvalidURL):
            stored = store.load(origin_of(httpx.URL(url)))
            if stored is not None:
                found.append(stored.token.reveal())
    return [token for token in found if token]
