"""Keeps free starter tokens with their expiry: in the system's keyring where there is one, else in private files."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import re
import secrets
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import platformdirs

from nemodub_nb.client.requests import environment
from nemodub_nb.client.secret import Secret

log = logging.getLogger(__name__)

_SERVICE: Final = "nemodub"
_MARGIN_S: Final = 600.0
"""A token that ends within ten minutes would end in the middle of the work."""


@dataclass(frozen=True)
class StoredToken:
    """A free token as it is kept."""

    token: Secret
    expires_at: float
    """Seconds since the epoch."""
    user_id: str = ""

    def valid(self, now: float) -> bool:
        """Whether it can still be used at `now` (seconds since the epoch)."""
        return now < self.expires_at - _MARGIN_S


class Vault(Protocol):
    """Where secret texts are kept by name."""

    def read(self, name: str) -> str | None:
        """Return the text; None when there is none."""

    def write(self, name: str, text: str | None) -> None:
        """Keep the text, or remove it when None. Raises OSError when that is not possible."""


class TokenStore:
    """The tokens of one user, by API origin, and the client id that they were given to."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._client_id: str | None = None

    def load(self, origin: str) -> StoredToken | None:
        """Return the token kept for an origin; None when there is none or it cannot be read."""
        try:
            kept = json.loads(self._vault.read(origin) or "null")
            return StoredToken(
                Secret(str(kept["token"])), float(kept["expires_at"]), str(kept.get("user_id", ""))
            )
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return None

    def save(self, origin: str, stored: StoredToken) -> None:
        """Keep a token. When that is not possible it is used for this process only, and a warning is logged."""
        kept = {"token": stored.token.reveal(), "expires_at": stored.expires_at, "user_id": stored.user_id}
        self._write(origin, json.dumps(kept))

    def forget(self, origin: str, token: Secret) -> None:
        """Remove a token that the server no longer takes, unless another one has replaced it."""
        kept = self.load(origin)
        if kept is not None and kept.token == token:
            self._write(origin, None)

    def client_id(self) -> str:
        """Return the client's own id: `NEMO_CLIENT_ID`, else the one made at the first need and kept since."""
        if named := environment("NEMO_CLIENT_ID"):
            return named
        if self._client_id is None:
            kept = (self._vault.read("client-id") or "").strip()
            if not re.fullmatch(r"[\x21-\x7e]{1,128}", kept):
                kept = str(uuid.uuid4())
                self._write("client-id", kept)
            self._client_id = kept
        return self._client_id

    def _write(self, name: str, text: str | None) -> None:
        try:
            self._vault.write(name, text)
        except OSError as error:
            log.warning(
                "The free token cannot be kept for the next time: %s", error.strerror or type(error).__name__
            )


class FileVault:
    """Private files in one folder, each replaced as a whole."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, name: str) -> str | None:
        """Return the text; None when there is none."""
        try:
            return self._path(name).read_text("utf-8")
        except (OSError, ValueError):
            return None

    def write(self, name: str, text: str | None) -> None:
        """Keep the text for its owner's eyes only, or remove it. Raises OSError."""
        path = self._path(name)
        if text is None:
            path.unlink(missing_ok=True)
            return
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        half = path.with_name(f".{path.name}.{secrets.token_hex(6)}.part")
        try:
            # The mode is given at creation: there is no moment at which others could read it.
            with os.fdopen(
                os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
            ) as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            half.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                half.unlink(missing_ok=True)
            raise

    def _path(self, name: str) -> Path:
        # An origin holds characters that file systems refuse; the readable part is for people, the hash decides.
        readable = re.sub(r"[^a-z0-9.-]+", "-", name.casefold())[:60]
        return self._folder / f"{readable}-{hashlib.sha256(name.encode()).hexdigest()[:12]}.json"


class KeyringVault:
    """The system's keyring, through the optional `keyring` package; any trouble with it falls back to files."""

    def __init__(self, keyring: Any, fallback: FileVault) -> None:
        self._keyring = keyring
        self._fallback = fallback

    def read(self, name: str) -> str | None:
        """Return the text; None when there is none."""
        with contextlib.suppress(Exception):  # backends raise errors of their own, without a common base
            kept = self._keyring.get_password(_SERVICE, name)
            if isinstance(kept, str):
                return kept
        return self._fallback.read(name)

    def write(self, name: str, text: str | None) -> None:
        """Keep the text, or remove it. Raises OSError when neither place takes it."""
        try:
            if text is not None:
                self._keyring.set_password(_SERVICE, name, text)
            elif self._keyring.get_password(_SERVICE, name) is not None:
                self._keyring.delete_password(_SERVICE, name)
        except Exception:  # noqa: BLE001 - as above; a locked keyring must not stop the work
            self._fallback.write(name, text)
        else:
            # A file left from before the keyring worked would be found again later.
            self._fallback.write(name, None)


def default_store() -> TokenStore:
    """Return the user's own store, below `NEMODUB_HOME` or the user data folder."""
    home = environment("NEMODUB_HOME")
    folder = Path(home).expanduser() if home else Path(platformdirs.user_data_dir("nemodub"))
    files = FileVault(folder / "credentials")
    # A home folder that was named on purpose is the whole state: nothing of it goes elsewhere.
    keyring = None if home else _usable_keyring()
    return TokenStore(files if keyring is None else KeyringVault(keyring, files))


def _usable_keyring() -> Any:
    """Return the keyring package when it has a real backend; imported here, since it is optional and slow."""
    try:
        import keyring

        backend = keyring.get_keyring()
        return keyring if float(backend.priority) > 0 else None
    except Exception:  # noqa: BLE001 - a broken desktop session shows itself in many ways
        return None
