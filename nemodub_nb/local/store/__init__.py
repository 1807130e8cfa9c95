"""What the embedded backend remembers: rows in SQLite and files named by their content."""

from __future__ import annotations

from nemodub_nb.local.store.approved import Approval, Approvals
from nemodub_nb.local.store.clips import Clip, Clips
from nemodub_nb.local.store.database import Database
from nemodub_nb.local.store.dubs import Dubs
from nemodub_nb.local.store.files import Files, StoredFile, is_full
from nemodub_nb.local.store.home import Home
from nemodub_nb.local.store.messages import Message, Messages, Outcome
from nemodub_nb.local.store.owners import Owner
from nemodub_nb.local.store.renders import Render, Renders
from nemodub_nb.local.store.sessions import Session, Sessions
from nemodub_nb.local.store.users import TokenRefusedError, TooManyTokensError, User, Users

__all__ = [
    "Approval",
    "Approvals",
    "Clip",
    "Clips",
    "Database",
    "Dubs",
    "Files",
    "Home",
    "Message",
    "Messages",
    "Outcome",
    "Owner",
    "Render",
    "Renders",
    "Session",
    "Sessions",
    "StoredFile",
    "TokenRefusedError",
    "TooManyTokensError",
    "User",
    "Users",
    "is_full",
]
