"""A server that speaks the contract and puts hostile text wherever text may stand; and a wire that refuses it."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from comm.base_comm import BaseComm

_SPEC = importlib.util.spec_from_file_location(
    "client_room", Path(__file__).parents[1] / "client/conftest.py"
)
client_room = importlib.util.module_from_spec(_SPEC)
sys.modules[_SPEC.name] = client_room  # its dataclasses look for themselves there
_SPEC.loader.exec_module(client_room)
http, ok = client_room.http, client_room.ok

TOKEN = "nmv_usr_" + "never0seen0by0anybody"
SAID = "nmv_usr_" + "said0by0a0server"
EVIL = (
    f'<img src=x onerror="window.hacked=1">\x1b[31mred\x1b[0m\x1b]0;title\x07 \u202egpj.exe\u2066 \x00\x85\u2028" \' \\ {{x}} ${{y}} '
    f"</script><script>window.hacked=1</script>\n日本語 עברית {SAID} 👨‍👩‍👧"
)
BROKEN = f"{EVIL}\ud800"
CLIP = f"{EVIL}.mp4".replace("/", "|")
LINE = "x<b>" * 250_000
"""A megabyte."""
LONG = "y " * 2500
TAGS = ("es", "<b>fr</b>", '"]); import os  # "', "\u202eed", "\ud800", "x" * 1_000_000, "zz-<i>")


def draft(*tags: str) -> dict:
    """Return a timeline in which nothing is what it should be."""
    report = {"verdict": "bad", "flags": [BROKEN, "overflow", LONG], "stretch": float("nan"), "fill": 1e308, "overflow_s": float("inf")}  # fmt: skip
    report |= {"source_text": EVIL, "index": -1, "source_start_s": -1e300, "source_end_s": 1e299}
    lines = [
        {"d": 1500, "m": {"start_ms": 500, "text": text, "name": BROKEN, "report": report}}
        for text in (BROKEN, LONG, EVIL, "plain")
    ]
    lines_of = {"es": [*lines, {"d": 10, "m": {"start_ms": 3000, "text": LINE}}]}
    whole = [{"d": 6000, "m": {"start_ms": 0, "name": BROKEN, "source": "javascript:alert(1)"}}]

    def track(kind, role, segments, **meta):
        return {"tt": kind, "sg": segments, "m": {"role": role, "clip": CLIP, "name": BROKEN, **meta}}

    return {
        "t": [
            track(0, "picture", whole, aspect=BROKEN),
            track(1, "original", whole, language=BROKEN, volume=float("nan")),
            track(1, EVIL, whole, mode=EVIL),
            track(7, "transcript", lines, language=EVIL),
            *(track(1, "dub", lines_of.get(tag, lines), language=tag) for tag in tags),
            *(track(7, "subtitles", lines, language=tag, mode=BROKEN) for tag in tags),
            track(7, "title", [{"d": -5, "m": {"text": LINE}}, {"d": 1e400, "m": {"text": EVIL}}]),
            {"tt": BROKEN, "sg": BROKEN, "m": 7},
            BROKEN,
        ],
        "d": float("inf"),
        "m": {"title": BROKEN, "width": BROKEN},
    }


def events(last: str) -> list:
    """Return what the agent says and does."""

    def part(**content):
        return json.dumps({"content": {"role": "model", "parts": [content]}, "author": "nemo_agent"})

    def answer(more, **response):
        return part(functionResponse={"id": "1", "name": BROKEN, "response": response, **more})

    working = {"status": "working", "step": BROKEN, "language": BROKEN, "message": LINE}
    return [
        part(functionCall={"id": "1", "name": BROKEN, "args": {BROKEN: LINE}}),
        answer({"willContinue": True}, **working, done=float("nan"), total=-1),
        answer({"willContinue": True}, **working, done=LINE, total=BROKEN),
        json.dumps({"content": {"parts": [{"text": EVIL}]}, "partial": True, "author": EVIL}),
        json.dumps({"content": {"parts": [{"text": LINE}]}, "partial": True}),
        answer(
            {},
            status="done",
            done=[BROKEN, 7],
            failed={BROKEN: {"message": BROKEN, "advice": LINE}, LINE: LINE},
        ),
        part(text=last),
    ]


def flow(*frames: str) -> list:
    return client_room.stream(*frames)


@contextlib.contextmanager
def hostile_server() -> Iterator[client_room.Faults]:
    """Serve it; `on(route, …)` changes an answer."""
    with client_room.running_server() as server:
        server.state = draft()
        file = {"filename": CLIP, "file_type": EVIL, "cdn_url": "javascript:alert(1)", "duration": 6, "width": 64, "height": 48}  # fmt: skip

        def state(_):
            inner = {"draft": server.state, "video_infos": [EVIL], "generated_media": [BROKEN]}
            return ok({"state": inner, "task_id": "t", "task_name": BROKEN})

        rendered = {
            "status": "failed",
            "error": BROKEN,
            "outputUrl": "javascript:alert(1)",
            "progress": BROKEN,
        }

        def talk(_):
            server.state = draft(*TAGS)
            return flow(*events(f"{EVIL} That is done."))

        server.on("POST /api/tasks/me/with-session", ok({"session_id": "s1", "task_id": "t"}))
        server.on("POST /api/upload-video", ok({"files": [file]}))
        server.on("GET /api/credits", ok({"available": 90, "frozen": 5, "total": 95}))
        server.on("GET /api/state", state)
        server.on("POST /run_sse", talk)
        server.on("POST /api/render/proxy/lambda", ok({"id": "r", "status": "queued"}))
        server.on("GET /api/render/proxy/lambda", ok(rendered))
        server.on("POST /api/auth/claim-token", ok({"claim_token": "ct_javascript:alert(1)//\ud800"[:-1]}))
        yield server


class StrictWire(BaseComm):
    """Stands where Jupyter's connection is: keeps what is sent, and what could not be."""

    sent: list
    refused: list

    def publish_msg(self, _type, data=None, metadata=None, buffers=None, **_):  # noqa: ARG002
        try:
            json.dumps(data, ensure_ascii=False, allow_nan=False).encode()
        except ValueError as error:
            self.refused.append(repr(error))
        self.sent.append((json.loads(json.dumps(data)), buffers or []))


class Tags(HTMLParser):
    """What a piece of HTML makes a browser do."""

    HARMLESS = frozenset(
        {
            "div",
            "span",
            "p",
            "b",
            "i",
            "small",
            "table",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
            "ul",
            "li",
            "blockquote",
            "bdi",
            "br",
            "svg",
            "rect",
            "text",
            "figure",
            "figcaption",
            "video",
            "audio",
            "a",
            "code",
        }
    )

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.bad: list[str] = []
        self.feed(markup)

    def handle_starttag(self, tag, attrs):
        if tag not in self.HARMLESS:
            self.bad.append(tag)
        for name, value in attrs:
            if name.startswith("on") or (value or "").strip().lower().startswith(("javascript:", "file:")):
                self.bad.append(f"{tag} {name}")
