"""The panel that chooses the backend, shows its state, and offers what an earlier kernel left under way."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from nemodub_nb.project import BadInputError

from . import connect_words, front, words
from .calls import quoted
from .panel import Panel


class Connect(Panel):
    """Choose this machine or the NemoVideo cloud."""

    _esm = front.esm("connect")
    _css = front.css("connect")
    title = words.CONNECT
    number = 1
    folds = True

    def draw(self) -> dict[str, Any]:
        """Return the backend, its state in words, and the session that can be taken up."""
        flow = self.workflow
        balance = flow.credits
        return {
            "backend": flow.backend,
            "state": flow.phase,
            "say": self._say(),
            "credits": None
            if balance is None or flow.backend == "local"
            else {"available": balance.available, "frozen": balance.frozen},
            "token": connect_words.FOUND_IN_ENVIRONMENT
            if os.environ.get("NEMO_TOKEN")
            else connect_words.STARTER,
            "left": self._left(),
            "session": bool(flow.project and flow.project.session_id),
            "idle": flow.work is None and flow.rendering is None,
        }

    def twin(self) -> str:
        """Return the call that opens the project."""
        flow = self.workflow
        return f"import nemodub_nb as nd\n\nproject = nd.open_project({quoted(flow.name)}, backend={quoted(flow.backend)})"

    def done(self) -> bool:
        """Tell whether the backend is there and nothing of an earlier session waits for a decision."""
        return self.workflow.phase == "ready" and not self._left()

    async def do_connect(self, message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Open the project at the backend that was chosen; a pasted token is handed on and forgotten."""
        self.clear_error()
        backend = message.get("backend")
        if self.workflow.phase == "connecting":
            return  # a second click must not open a second project, nor take the place of a token pasted with the first
        if backend not in ("local", "cloud"):
            raise BadInputError(words.NOT_CONNECTED, words.CONNECT_FIRST)
        token = message.get("token")
        await self.workflow.connect(
            backend, token.strip() if isinstance(token, str) and token.strip() else None
        )

    async def do_resume(self, _message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Take up what an earlier kernel left."""
        if self.workflow.work is not None:
            return
        self.clear_error()
        await self.workflow.resume()

    async def do_fresh(self, _message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Begin anew; the earlier session stays where it is."""
        self.workflow.unfinished = None
        self.workflow.tell("connection")

    async def do_claim(self, _message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Send the page a link that opens this project in the vendor's editor. The link is not kept anywhere."""
        project = self.workflow.project
        if project is not None:
            self.push({"kind": "claim", "url": await project.aclaim_url()})

    def _say(self) -> str:
        if self.workflow.phase == "connecting":
            return connect_words.CONNECTING
        if self.workflow.phase != "ready":
            return connect_words.CHOOSE_BACKEND
        return connect_words.LOCAL_SAY if self.workflow.backend == "local" else connect_words.CLOUD_SAY

    def _left(self) -> str:
        left, project = self.workflow.unfinished, self.workflow.project
        if left is None or project is None or not (left or left.clips):
            return ""
        if project.session_id not in (None, left.session):  # something new was begun
            return ""
        when = left.when.astimezone().strftime("%d %B, %H:%M") if left.when else connect_words.SOME_TIME_AGO
        return connect_words.left_behind(when, left.clips, len(left.messages), len(left.renders))
