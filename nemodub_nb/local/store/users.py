"""Who may speak to the backend: users, their tokens and what they have spent."""

from __future__ import annotations

import hashlib
import secrets
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nemodub_nb.contract import ANONYMOUS_TOKEN_DAYS, TOKEN_PREFIX

if TYPE_CHECKING:
    from nemodub_nb.local.store.database import Database

_DAY_S = 86_400.0
_ADDRESS_LIMIT = 60
_ADDRESS_WINDOW_S = 3600.0
_OWNER = "local"


class TokenRefusedError(Exception):
    """The token is unknown or no longer valid."""


class TooManyTokensError(Exception):
    """This client id or address has had its tokens; `retry_after_s` says when to come back."""

    def __init__(self, message: str, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = max(1, round(retry_after_s))


@dataclass(frozen=True)
class User:
    """One person or program."""

    id: str
    """A name that is stable over tokens and restarts."""
    kind: str
    """`owner`: whoever started the server; `anonymous`: a starter token."""


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class Users:
    """Tokens are kept as digests only: the file does not let anyone in."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def issue_owner_token(self) -> str:
        """Return a new token for whoever starts the server; it ends with the year."""
        self._db.run("INSERT OR IGNORE INTO users VALUES(?, 'owner', NULL, NULL, ?)", _OWNER, time.time())
        return self._issue(_OWNER, 365 * _DAY_S)[0]

    def issue_anonymous_token(self, client_id: str, address: str) -> tuple[User, str, float]:
        """Return `(user, token, expires_at)` for a client id that has none yet.

        Raises TooManyTokensError for a second token within seven days, or for too many from one address.
        """
        now = time.time()
        with self._db.transaction():
            row = self._db.one("SELECT id FROM users WHERE client_id = ?", client_id)
            if row:
                last = self._db.one("SELECT MAX(expires_at) AS ends FROM tokens WHERE user_id = ?", row["id"])
                if last and last["ends"] and last["ends"] > now:
                    raise TooManyTokensError(
                        "This client id already has a token that is still valid.", last["ends"] - now
                    )
            recent = self._db.all(
                "SELECT t.created_at AS at FROM tokens t JOIN users u ON u.id = t.user_id"
                " WHERE u.address = ? AND t.created_at > ? ORDER BY 1",
                address,
                now - _ADDRESS_WINDOW_S,
            )
            if len(recent) >= _ADDRESS_LIMIT:
                raise TooManyTokensError(
                    "This address has asked for too many tokens.", recent[0]["at"] + _ADDRESS_WINDOW_S - now
                )
            user = User(row["id"] if row else uuid.uuid4().hex, "anonymous")
            self._db.run(
                "INSERT INTO users VALUES(?, 'anonymous', ?, ?, ?) ON CONFLICT DO NOTHING",
                user.id,
                client_id,
                address,
                now,
            )
            token, expires_at = self._issue(user.id, ANONYMOUS_TOKEN_DAYS * _DAY_S)
        return user, token, expires_at

    def _issue(self, user_id: str, seconds: float) -> tuple[str, float]:
        token = TOKEN_PREFIX + secrets.token_urlsafe(32)
        now = time.time()
        self._db.run("DELETE FROM tokens WHERE expires_at < ?", now - 30 * _DAY_S)
        self._db.run("INSERT INTO tokens VALUES(?, ?, ?, ?)", _digest(token), user_id, now, now + seconds)
        return token, now + seconds

    def by_token(self, token: str) -> User:
        """Return the token's user. Raises TokenRefusedError."""
        row = self._db.one(
            "SELECT u.id, u.kind, t.expires_at FROM tokens t JOIN users u ON u.id = t.user_id WHERE t.digest = ?",
            _digest(token),
        )
        if row is None:
            raise TokenRefusedError("The token is not known here.")
        if row["expires_at"] < time.time():
            raise TokenRefusedError("The token has expired.")
        return User(row["id"], row["kind"])

    def revoke(self, token: str) -> None:
        """Forget one token."""
        self._db.run("DELETE FROM tokens WHERE digest = ?", _digest(token))

    def spending(self, user_id: str) -> tuple[int, int]:
        """Return `(spent, frozen)` credits: of finished messages, and of those that run."""
        row = self._db.one(
            "SELECT COALESCE(SUM(CASE WHEN m.status = 'running' THEN 0 ELSE m.cost END), 0) AS spent,"
            " COALESCE(SUM(CASE WHEN m.status = 'running' THEN m.cost ELSE 0 END), 0) AS frozen"
            " FROM messages m JOIN sessions s ON s.id = m.session_id WHERE s.user_id = ?",
            user_id,
        )
        assert row is not None
        return int(row["spent"]), int(row["frozen"])
