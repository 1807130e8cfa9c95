"""Who is calling, and which session is theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nemodub_nb.local.server.answers import no_session, token_refused
from nemodub_nb.local.store import TokenRefusedError

if TYPE_CHECKING:
    from starlette.requests import Request

    from nemodub_nb.local.server.backend import Backend
    from nemodub_nb.local.store import Session, User


class Callers:
    """The guard of every call but the first."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def user(self, request: Request) -> User:
        """Return whose token came with a request. Raises Refusal (1001)."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise token_refused("There is no bearer token in the Authorization header.")
        try:
            return self._backend.users.by_token(token.strip())
        except TokenRefusedError as error:
            raise token_refused(str(error)) from None

    def session(self, session_id: object, user: User) -> Session:
        """Return a session of a user. Raises Refusal (1002), the same for a session of somebody else."""
        session = self._backend.sessions.get(str(session_id), user.id)
        if session is None:
            raise no_session(str(session_id))
        return session

    def own_session(self, request: Request) -> Session:
        """Return the session in a request's path. Raises Refusal."""
        return self.session(request.path_params["session_id"], self.user(request))
