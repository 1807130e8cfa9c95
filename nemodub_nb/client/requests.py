"""Every call of the API as a plain request value: built here, sent elsewhere."""

from __future__ import annotations

import json
import os
import re
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from nemodub_nb.contract import SKILL_HEADERS, SKILL_SOURCE, SKILL_VERSION

if TYPE_CHECKING:
    from nemodub_nb.client.multipart import MultipartBody
    from nemodub_nb.client.values import Draft

AGENT: Final = "nemo_agent"
CLIENT_ID_HEADER: Final = "X-Client-Id"


@dataclass(frozen=True)
class Request:
    """One HTTP request. `url` is a path below the base URL, or a whole address."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | MultipartBody | None = None
    authorized: bool = True
    """Whether the call needs a token at all."""
    read_s: float | None = None
    """Longest wait for the next byte of the answer; None: the client's usual limit."""
    follow: bool = False
    """Whether a redirect is an answer that the caller looks at; elsewhere it is an error."""

    @property
    def repeatable(self) -> bool:
        """Whether sending it twice can do no harm and cost nothing."""
        return self.method == "GET"

    def with_header(self, name: str, value: str) -> Request:
        """Return the same request with one more header."""
        return replace(self, headers={**self.headers, name: value})


def skill_headers(environ: Mapping[str, str], install_path: Path = Path(__file__)) -> dict[str, str]:
    """Return the three headers without which export is refused."""
    values = (SKILL_SOURCE, SKILL_VERSION, platform(environ.get("SKILL_SOURCE", ""), install_path))
    return dict(zip(SKILL_HEADERS, values, strict=True))


def platform(named: str, install_path: Path) -> str:
    """Return where the skill is installed: `named` when it can stand in a header, else what the path tells."""
    if re.fullmatch(r"[\w.-]{1,64}", named, re.ASCII):
        return named
    path = install_path.as_posix()
    if ".clawhub" in path:
        return "clawhub"
    return "cursor" if ".cursor/skills" in path else "unknown"


def anonymous_token(client_id: str) -> Request:
    """Ask for a free starter token."""
    return Request("POST", "/api/auth/anonymous-token", {CLIENT_ID_HEADER: client_id}, authorized=False)


def create_session(task_name: str, language: str) -> Request:
    """Open a session."""
    return json_post(f"/api/tasks/me/with-session/{AGENT}", {"task_name": task_name, "language": language})


def claim_token(task_id: str, session_id: str) -> Request:
    """Ask for a token that opens the project in a browser and nothing else."""
    return json_post("/api/auth/claim-token", {"task_id": task_id, "session_id": session_id})


def run(session_id: str, text: str, parts: Iterable[str] = ()) -> Request:
    """Say one sentence to the agent, with further text parts after it."""
    message = {"parts": [{"text": each} for each in (text, *parts)]}
    body = {"app_name": AGENT, "user_id": "me", "session_id": session_id, "new_message": message}
    # Unasked compression would hold back small frames.
    headers = {"Accept": "text/event-stream", "Accept-Encoding": "identity", "Cache-Control": "no-store"}
    return json_post("/run_sse", body, headers)


def upload(session_id: str, body: MultipartBody) -> Request:
    """Send files."""
    headers = {"Content-Type": body.content_type, "Content-Length": str(body.content_length)}
    return Request("POST", _upload_path(session_id), headers, body)


def upload_urls(session_id: str, urls: Sequence[str]) -> Request:
    """Have the server fetch files by their addresses."""
    return json_post(_upload_path(session_id), {"urls": list(urls), "source_type": "url"})


def credits_balance() -> Request:
    """Ask for the balance."""
    return Request("GET", "/api/credits/balance/simple")


def state(session_id: str) -> Request:
    """Ask for the session's timeline and files."""
    return Request("GET", f"/api/state/{AGENT}/me/{segment(session_id)}/latest")


def submit_render(render_id: str, session_id: str, draft: Draft, output: Mapping[str, Any]) -> Request:
    """Start an export. `output`: format, quality and perhaps more; what is None is left to the server."""
    wanted = {name: value for name, value in output.items() if value is not None}
    return json_post(
        "/api/render/proxy/lambda",
        {"id": render_id, "sessionId": session_id, "draft": draft, "output": wanted},
    )


def render_status(render_id: str) -> Request:
    """Ask where an export stands."""
    return Request("GET", f"/api/render/proxy/lambda/{segment(render_id)}")


def render_file(render_id: str) -> Request:
    """Fetch an export from the API itself."""
    return Request(
        "GET",
        f"/api/render/proxy/{segment(render_id)}/download",
        {"Accept-Encoding": "identity"},
        follow=True,
    )


def cancel_render(render_id: str) -> Request:
    """Stop an export."""
    return Request("POST", f"/api/render/proxy/lambda/{segment(render_id)}/cancel")


def file_at(url: str) -> Request:
    """Fetch a file from wherever it is."""
    return Request("GET", url, {"Accept-Encoding": "identity"}, authorized=False, follow=True)


def environment(name: str) -> str:
    """Return an environment variable without the blanks around it; empty when unset."""
    return os.environ.get(name, "").strip()


def new_render_id() -> str:
    """Return an id for a new export: `render_<ms>`, never the same twice in one process."""
    return f"render_{_clock.next_ms()}"


class _MonotonicMs:
    """The time in milliseconds, moved on by one where two calls fall into the same."""

    def __init__(self) -> None:
        self._last = 0
        self._lock = threading.Lock()

    def next_ms(self) -> int:
        with self._lock:
            self._last = max(self._last + 1, time.time_ns() // 1_000_000)
            return self._last


_clock = _MonotonicMs()


def json_post(path: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Request:
    """Return a request with a JSON body."""
    content = json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode(
        "utf-8", "replace"
    )
    return Request("POST", path, {"Content-Type": "application/json", **(headers or {})}, content)


def _upload_path(session_id: str) -> str:
    return f"/api/upload-video/{AGENT}/me/{segment(session_id)}"


def segment(text: str) -> str:
    """Quote an id so that it cannot leave its place in a path."""
    # Dots alone would be resolved as "here" and "one up" by servers and by httpx.
    return quote(text, safe="").replace(".", "%2E") if set(text) <= {"."} else quote(text, safe="")
