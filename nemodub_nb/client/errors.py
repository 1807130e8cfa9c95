"""The client's typed errors: each says in one sentence what happened and in one what to do."""

from __future__ import annotations

from nemodub_nb.contract import ACCEPTED_TYPES


class NemoError(Exception):
    """Base of every error of the client."""

    outcome_unknown = False
    """True when the request may have been carried out although no answer came: look at the state before repeating."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message, advice)
        self.message = message
        """The cause, one sentence."""
        self.advice = advice
        """What to do, one sentence; may be empty."""

    def rephrase(self, message: str, advice: str | None = None) -> None:
        """Replace the wording, for those who know more than whoever made the error."""
        self.message = message
        self.advice = self.advice if advice is None else advice
        self.args = (self.message, self.advice)

    def __str__(self) -> str:
        return f"{self.message} {self.advice}".strip()


class APIError(NemoError):
    """The server answered, and the answer is an error."""

    default_advice = "Check the base URL and the values that were given."

    def __init__(
        self,
        message: str,
        advice: str | None = None,
        *,
        status_code: int | None = None,
        code: int | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message, self.default_advice if advice is None else advice)
        self.status_code = status_code
        """HTTP status; None when the check failed here, before anything was sent."""
        self.code = code
        """The envelope's own code; None when it had none."""
        self.request_id = request_id
        """The server's name for the request, for its support; None when it gave none."""
        self.said = ""
        """The server's own words, cleaned; empty when it gave none."""


class TokenError(APIError):
    """The token is missing, expired or not valid (1001, 1010, 1011, HTTP 401)."""

    default_advice = "Get a new token on the NemoVideo site under account settings, and set NEMO_TOKEN to it."


class SessionNotFoundError(APIError):
    """The server does not know the session (1002)."""

    default_advice = "Open a new session; the timeline of the old one is gone."


class OutOfCreditsError(APIError):
    """No credits are left (2001)."""

    default_advice = "Top up your credits on the NemoVideo site, then try again."
    registration_url: str | None = None
    """Where an anonymous user registers to get more; None for a registered user."""


class UnsupportedTypeError(APIError):
    """The file's type is not accepted (4001)."""

    default_advice = f"Convert it to one of: {', '.join(ACCEPTED_TYPES)}."


class FileTooLargeError(APIError):
    """The file is larger than 500 MB (4002)."""

    default_advice = "Compress or trim the clip; under 5 minutes works best."


class PlanBlocksExportError(APIError):
    """The plan does not include export (HTTP 402); credits have nothing to do with it."""

    default_advice = "Register or upgrade the plan on the NemoVideo site; this is not about credits."
    registration_url: str | None = None
    """Where to register; None when not known."""


class RateLimitedError(APIError):
    """Too many requests, even after waiting once (HTTP 429)."""

    default_advice = "Wait a minute, then try again."
    retry_after_s: float | None = None
    """Seconds the server asked to wait; None when it did not say."""


class BusyError(APIError):
    """The session is still working on something else (HTTP 409)."""

    default_advice = "Wait until the work under way has finished, then try again."


class BadRequestError(APIError):
    """The server did not accept the request's form (HTTP 400, 422)."""

    default_advice = "Check the values that were given."


class ForbiddenError(APIError):
    """The token may not do this (HTTP 403)."""

    default_advice = "Use a token with the scope for it: free starter tokens may lack export."


class NotFoundError(APIError):
    """The server knows nothing under that name (HTTP 404)."""

    default_advice = "Check the id and the base URL."


class ServerError(APIError):
    """The server failed (HTTP 5xx)."""

    default_advice = "Try again in a few minutes."


class ServerFullError(ServerError):
    """The server has no space left (HTTP 507); waiting does not help."""

    default_advice = (
        "Room is needed where the server keeps its files; for the embedded backend that is NEMODUB_HOME."
    )


class MalformedResponseError(APIError):
    """The answer is not what the API promises: HTML, nothing, junk, wrong types."""

    default_advice = "Check the base URL, or try again later."


class ConnectionFailedError(NemoError):
    """The server could not be reached, or the connection broke."""


class NemoTimeoutError(NemoError, TimeoutError):
    """Something took longer than its limit."""

    text_so_far = ""
    """What the agent had said until then, when the limit was that of a stream."""


class RenderTimeoutError(NemoTimeoutError):
    """The render was not finished within the polls allowed; it goes on on the server."""


class StreamBrokenError(NemoError):
    """The stream broke after the message may have been received: its outcome is unknown, so it is not sent again."""

    outcome_unknown = True

    def __init__(self, message: str, advice: str = "", *, text_so_far: str = "") -> None:
        super().__init__(
            message, advice or "Look at the session's state before saying it again: it may have been done."
        )
        self.text_so_far = text_so_far
        """What the agent had said until then."""


class AgentError(NemoError):
    """The agent reported an error inside its stream."""

    def __init__(
        self, message: str, advice: str = "", *, text_so_far: str = "", code: str | None = None
    ) -> None:
        super().__init__(
            message, advice or "Look at the session's state, then say it again or put it differently."
        )
        self.text_so_far = text_so_far
        """What the agent had said until then."""
        self.code = code
        """The agent's own error code; None when it gave none."""


class RenderFailedError(NemoError):
    """The render failed or was cancelled."""

    def __init__(self, message: str, advice: str = "", *, render_id: str = "") -> None:
        super().__init__(message, advice or "Submit it once more with a new id.")
        self.render_id = render_id
        """The id that failed."""


class UploadError(NemoError):
    """A file cannot be uploaded: it is missing, empty, unreadable, or changed meanwhile."""


class DownloadError(NemoError):
    """A file cannot be downloaded from where it is said to be, or may not be."""


class DiskError(DownloadError):
    """A download cannot be written: the disk is full, or the folder is not writable."""
