"""A small chat server that really translates, by the Firefox model, and can misbehave in the ways that servers do."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route


class ChatServer:
    """OpenAI's chat API on loopback. `faults` are taken one a request, then it answers rightly."""

    def __init__(self) -> None:
        self.translate: Callable[[list[str]], list[str]] = list
        self.faults: list[str] = []
        self.asked: list[dict[str, Any]] = []
        """The JSON object of each user message."""
        self.headers: list[dict[str, str]] = []
        self.url = ""

    async def chat(self, request: Request) -> Response:
        body = await request.json()
        self.asked.append(json.loads(body["messages"][1]["content"]))
        self.headers.append(dict(request.headers))
        fault = self.faults.pop(0) if self.faults else ""
        return await self._misbehave(fault, body) if fault else _completion(self._answer(self.asked[-1]))

    async def _misbehave(self, fault: str, body: dict[str, Any]) -> Response:
        asked = self.asked[-1]
        if fault.isdigit():
            return PlainTextResponse("<html>trouble</html>", int(fault), {"Retry-After": "0"})
        if fault == "hangs":
            await asyncio.sleep(2)
        if fault == "no response_format":
            return (
                PlainTextResponse("unknown field", 400)
                if "response_format" in body
                else _completion(self._answer(asked))
            )
        if fault == "redirects":
            return RedirectResponse("http://127.0.0.1:1/v1/chat/completions", 307)
        lines = json.loads(self._answer(asked))["lines"]
        made = {
            "is no JSON": "Sure! Here is the translation: Olá.",
            "misses a line": json.dumps({"lines": lines[1:]}),
            "repeats a line": json.dumps({"lines": [*lines, lines[0]]}),
            "invents an id": json.dumps({"lines": [{**lines[0], "id": 99}, *lines[1:]]}),
            "has an empty line": json.dumps({"lines": [{**lines[0], "text": " "}, *lines[1:]]}),
            "has a number for text": json.dumps({"lines": [{**lines[0], "text": 7}, *lines[1:]]}),
            "has an endless line": json.dumps({"lines": [{**lines[0], "text": "x" * 100_000}, *lines[1:]]}),
            "nests deeply": "[" * 100_000,
            "is fenced": f"<think>hm {{</think>```json\n{self._answer(asked)}\n```",
            "is a list": "[]",
            "ignores the glossary": self._answer({"lines": asked["lines"]}),
        }
        if fault == "is no completion":
            return JSONResponse({"choices": []})
        if fault == "is huge":
            return PlainTextResponse("x" * 3_000_000)
        return _completion(made[fault])

    def _answer(self, asked: dict[str, Any]) -> str:
        """Translate as a model would that does what it is told: the glossary kept, a shorter wording where it is asked for."""
        lines = []
        for line in asked["lines"]:
            text = line["text"]
            for term, wanted in asked.get("glossary", {}).items():
                text = re.sub(rf"\b{re.escape(term)}\b", wanted, text)
            (said,) = self.translate([text])
            shorter = " ".join(said.split()[: max(1, len(said.split()) // 2)])
            lines.append(
                {"id": line["id"], "text": said}
                | ({"shorter": shorter} if line.get("most_characters") else {})
            )
        return json.dumps({"lines": lines}, ensure_ascii=False)


def _completion(content: str) -> Response:
    return JSONResponse({"choices": [{"message": {"role": "assistant", "content": content}}]})


@contextlib.contextmanager
def serving(open_translator: Callable[[], Callable[[list[str]], list[str]]]) -> Iterator[ChatServer]:
    """Run the server while the block lasts; the translator lives and dies in its thread, as the models want it."""
    server = ChatServer()
    app = Starlette(routes=[Route("/v1/chat/completions", server.chat, methods=["POST"])])
    listener = socket.create_server(("127.0.0.1", 0))
    server.url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    running = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))

    def run() -> None:
        server.translate = open_translator()
        running.run(sockets=[listener])
        server.translate = list

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        running.should_exit = True
        thread.join(10)
