"""Everything that one running server has in hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nemodub_nb.contract import ANONYMOUS_CREDITS
from nemodub_nb.local.server.jobs import Workers
from nemodub_nb.local.store import (
    Approvals,
    Clips,
    Database,
    Dubs,
    Files,
    Messages,
    Owner,
    Renders,
    Sessions,
    Users,
)

if TYPE_CHECKING:
    from nemodub_nb.local.server.settings import Settings
    from nemodub_nb.local.store import Home, User


class Backend:
    """The store, the engine's workers and the settings."""

    def __init__(self, home: Home, settings: Settings) -> None:
        self.home = home
        self.settings = settings
        self.database = Database(home.database)
        self.files = Files(home)
        self.users = Users(self.database)
        self.sessions = Sessions(self.database)
        self.clips = Clips(self.database)
        self.dubs = Dubs(self.database)
        self.approvals = Approvals(self.database)
        self.messages = Messages(self.database)
        self.renders = Renders(self.database)
        self.workers = Workers(settings.worker)
        self.owner = Owner(home)

    def credits(self, user: User) -> tuple[int, int]:
        """Return `(available, frozen)`."""
        if self.settings.quota is None:
            return ANONYMOUS_CREDITS, 0
        spent, frozen = self.users.spending(user.id)
        return max(0, self.settings.quota - spent - frozen), frozen

    def close(self) -> None:
        """Close the store; what still runs is resumed by the next server."""
        self.database.close()
        self.owner.release()
