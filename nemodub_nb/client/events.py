"""Frames of the event stream, in both documented shapes, turned into AgentEvents."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from nemodub_nb.client.errors import AgentError
from nemodub_nb.client.text import clean
from nemodub_nb.client.utterances import Utterances
from nemodub_nb.client.values import AgentEvent, EventKind

# Some servers paste the exception into the frame without quoting it.
_BROKEN_ERROR: Final = re.compile(
    r'^\s*\{\s*"(?:error|errorMessage)"\s*:\s*"?(?P<said>.*?)"?\s*\}?\s*$', re.DOTALL
)
_END_MARK: Final = "[DONE]"

_json: Final = json.JSONDecoder()


class EventDecoder:
    """Turns one frame after the other into events; remembers what was said, so that it is told once."""

    def __init__(self) -> None:
        self._words = Utterances()
        self.unreadable = 0
        """Frames that were neither JSON objects nor known marks."""
        self.understood = 0
        """Frames with something other than a heartbeat in them."""

    @property
    def text(self) -> str:
        """All the words so far."""
        return self._words.text

    def frame(self, data: str) -> list[AgentEvent]:
        """Return the events of one frame. Raises AgentError when it reports an error."""
        try:
            # Half the time of json.loads, which counts at thousands of frames a second.
            frame, end = _json.raw_decode(data)
        except (ValueError, RecursionError):
            frame, end = None, 0
        if end != len(data) or type(frame) is not dict:
            frame = _object(data)
            if frame is None:
                return self._no_object(data)
        content = frame.get("content")
        if isinstance(content, dict):
            parts = content.get("parts")
            if isinstance(parts, list) and parts:
                return self._content(frame, parts)
        if error := self._error(frame):
            raise error
        return self._plain(frame, content)

    def end(self) -> list[AgentEvent]:
        """Return what was held back until the end."""
        words = self._words.end()
        return [AgentEvent("text", words)] if words else []

    def _content(self, frame: dict[str, Any], parts: list[Any]) -> list[AgentEvent]:
        """Read the ADK shape."""
        self.understood += 1
        events: list[AgentEvent] = []
        if len(parts) == 1 and _is_text(parts[0]):  # nearly all frames of a stream
            self._say([parts[0]["text"]], frame, events)
            return events
        texts: list[str] = []
        for part in parts:
            if not isinstance(part, dict):
                continue
            if isinstance(part.get("text"), str):
                if _is_text(part):
                    texts.append(part["text"])
            elif isinstance(call := part.get("functionCall"), dict):
                self._say(texts, frame, events)
                self._tool("tool_call", call, _mapping(call.get("args")), frame, events)
            elif isinstance(answer := part.get("functionResponse"), dict):
                self._say(texts, frame, events)
                kind: EventKind = "progress" if answer.get("willContinue") else "tool_result"
                self._tool(kind, answer, _mapping(answer.get("response")), frame, events)
        self._say(texts, frame, events)
        return events

    def _plain(self, frame: dict[str, Any], content: Any) -> list[AgentEvent]:
        """Read the shape whose frames name their type."""
        events: list[AgentEvent] = []
        kind = frame.get("type")
        if kind == "text" and isinstance(content, str):
            if words := self._words.unmarked(content):
                events.append(AgentEvent("text", words, raw=frame))
        elif kind == "tool_call":
            self._tool("tool_call", frame, _mapping(frame.get("args")), frame, events)
        elif kind == "tool_result":
            self._tool("tool_result", frame, _mapping(frame.get("result")), frame, events)
        else:
            return [AgentEvent("heartbeat", raw=frame)]
        self.understood += 1
        return events

    def _say(self, texts: list[str], frame: dict[str, Any], events: list[AgentEvent]) -> None:
        if not texts:
            return
        text = "".join(texts)
        texts.clear()
        words = self._words.fragment(text) if frame.get("partial") else self._words.whole(text)
        if words:
            events.append(AgentEvent("text", words, "", frame))

    def _tool(
        self,
        kind: EventKind,
        source: Mapping[str, Any],
        payload: Mapping[str, Any],
        frame: dict[str, Any],
        events: list[AgentEvent],
    ) -> None:
        if words := self._words.step():
            events.append(AgentEvent("text", words, raw=frame))
        name = source.get("name")
        events.append(
            AgentEvent(kind, name=name if isinstance(name, str) else "", raw=frame, payload=payload)
        )

    def _error(self, frame: Mapping[str, Any]) -> AgentError | None:
        said = frame.get("error")
        code = frame.get("errorCode")
        if not said and frame.get("type") == "error":
            said = frame.get("message") or frame.get("content") or "no reason given"
        if not said and (code or frame.get("errorMessage")):
            said = frame.get("errorMessage") or code
        if not said:
            return None
        if isinstance(said, dict):
            code = code or said.get("code")
            said = said.get("message") or json.dumps(said, ensure_ascii=False)
        return self._agent_error(str(said), None if code is None else str(code))

    def _no_object(self, data: str) -> list[AgentEvent]:
        if not data.strip() or data.strip() == _END_MARK:
            return [AgentEvent("heartbeat")]
        if found := _BROKEN_ERROR.match(data[:4096]):
            raise self._agent_error(found["said"], None)
        self.unreadable += 1
        return [AgentEvent("heartbeat", raw={"data": data})]

    def _agent_error(self, said: str, code: str | None) -> AgentError:
        reason = clean(said) or "no reason given"
        return AgentError(
            f"The agent reported an error: “{reason}”.", text_so_far=self.text, code=code and clean(code, 60)
        )


def _is_text(part: Any) -> bool:
    """Return whether a part is something said; what the model thinks is not."""
    return isinstance(part, dict) and isinstance(part.get("text"), str) and not part.get("thought")


def _object(data: str) -> dict[str, Any] | None:
    """Return the JSON object in a frame that has blanks around it, or none in it."""
    try:
        frame = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return frame if isinstance(frame, dict) else None


def _mapping(value: Any) -> Mapping[str, Any]:
    """Return a tool's arguments or response; a bare value is put under the name that ADK itself uses."""
    if isinstance(value, dict):
        return value
    return {} if value is None else {"result": value}
