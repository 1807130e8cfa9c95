"""What can be dubbed, with which voices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from nemodub_nb import languages as names

from .sentences import parse_languages

if TYPE_CHECKING:
    import pandas as pd

    from .desk import Desk

_ENGLISH: Final = "en"
_TEXTS: Final = ("language", "name", "endonym", "translates", "voice", "sounds", "licence", "command")
COLUMNS: Final = (
    "language",
    "name",
    "endonym",
    "ready",
    "translates",
    "voice",
    "sounds",
    "licence",
    "command",
)
"""The columns of the table of languages."""
_ON_THE_CLOUD: Final = {
    "ready": True,
    "translates": "the cloud",
    "voice": "chosen by the cloud",
    "sounds": "",
    "licence": "",
    "command": "",
}


async def languages(desk: Desk, source: str | None) -> pd.DataFrame:
    """Return the table of languages, one row each, those that are ready first."""
    tag = parse_languages(source)[0] if source else _ENGLISH
    return table(await _told(desk, tag) or [{"language": one, **_ON_THE_CLOUD} for one in names.COMMON])


def table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return rows as a table whose columns always have the same types."""
    import pandas as pd

    known = [row for row in rows if isinstance(row.get("language"), str) and row["language"]]
    full = [
        {
            **row,
            "name": row.get("name") or names.english_name(row["language"]),
            "endonym": names.own_name(row["language"]),
        }
        for row in known
    ]
    columns: dict[str, Any] = {
        column: pd.Series([str(row.get(column) or "") for row in full], dtype="string") for column in _TEXTS
    }
    columns["ready"] = pd.Series([row.get("ready") is True for row in full], dtype="bool")
    frame = pd.DataFrame({column: columns[column] for column in COLUMNS})
    frame.attrs["voices"] = {row["language"]: list(row.get("voices") or ()) for row in known}
    return frame


async def _told(desk: Desk, source: str) -> list[dict[str, Any]] | None:
    connection = desk.connection
    if not connection.extended:
        return None
    client = await connection.client()
    return await connection.guard(client.languages(source))
