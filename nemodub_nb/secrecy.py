"""What a secret looks like in text: the one place that knows it."""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from nemodub_nb.contract import CLAIM_PREFIX, TOKEN_PREFIX

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

HIDDEN: Final = "•••"
"""What stands where a secret was."""
_LEAST: Final = 8
"""A known secret that is shorter occurs in ordinary words."""

_SHAPES: Final = (
    ("a NemoVideo token", re.compile(rf"{TOKEN_PREFIX}(?P<secret>[\w.~+/-]{{4,}})", re.ASCII)),
    ("a claim token", re.compile(rf"(?<![A-Za-z0-9]){CLAIM_PREFIX}(?P<secret>[\w-]{{6,}})", re.ASCII)),
    (
        "a bearer token",
        re.compile(r"\bBearer\s+(?P<secret>(?=[\w.~+/-]*\d)[\w.~+/-]{8,}=*)", re.ASCII | re.IGNORECASE),
    ),
    # In code, JSON or YAML: NEMO_TOKEN = "…", os.environ["NEMO_TOKEN"] = '…', setdefault("NEMO_TOKEN", "…")
    (
        "a value of NEMO_TOKEN",
        re.compile(
            r"NEMO_TOKEN\\?[\"']?\]?\s*[=:,]\s*[rbuf]?\\?[\"'](?P<secret>[^\s\"'<>{}$\\]{4,})\\?[\"']"
        ),
    ),
    # In a shell, a magic or a settings file: NEMO_TOKEN=…, %env NEMO_TOKEN …; what follows must not be code.
    (
        "a value of NEMO_TOKEN",
        re.compile(
            r"NEMO_TOKEN(?:=|: ?(?=\S*\d)| (?=\S*\d))(?P<secret>[\w.~+/=-]{8,})(?![\w.~+/=\-(\[])", re.ASCII
        ),
    ),
)
"""What each secret is called, and how it looks, the more certain ones first."""
_EXAMPLE: Final = re.compile(
    r"[x*.\-_~]+|(?:your|my|the|an?|some|example|sample|fake|dummy)(?:[-_.].*|token)?|token|secret|value|changeme|placeholder|"
    r"redacted|hidden|none|null|false|true",
    re.IGNORECASE,
)
"""What documentation writes in a secret's place."""


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a secret stands in a text; never the secret itself."""

    what: str
    start: int
    end: int


def find(text: str, known: Collection[str] = ()) -> list[Secret]:
    """Return the secrets in a text, in order and without overlaps. `known` are secrets that are found by themselves."""
    found: list[Secret] = []
    for secret in sorted(_candidates(text, known), key=lambda one: one.start):
        if found and secret.start < found[-1].end:
            last = found[-1]
            found[-1] = Secret(last.what, last.start, max(last.end, secret.end))
        else:
            found.append(secret)
    return found


def redact(text: str, known: Collection[str] = ()) -> str:
    """Return a text with a mark in place of each secret."""
    for secret in reversed(find(text, known)):
        text = text[: secret.start] + HIDDEN + text[secret.end :]
    return text


def _candidates(text: str, known: Collection[str]) -> Iterator[Secret]:
    for what, shape in _SHAPES:
        for match in shape.finditer(text):
            if not _EXAMPLE.fullmatch(match["secret"]):
                yield Secret(what, *match.span("secret"))
    for form in {form for one in known if len(one) >= _LEAST for form in _forms(one)}:
        for match in re.finditer(re.escape(form), text):
            yield Secret("the token in use here", *match.span())


def _forms(secret: str) -> set[str]:
    """Return a secret as it stands in text, in HTML, in JSON and in a URL."""
    return {secret, html.escape(secret), json.dumps(secret)[1:-1], quote(secret, safe="")}
