"""The client understands Google ADK's own server: streaming and not, failing in the middle, staying silent."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import socket
import subprocess
import sys
import time

import httpx
import pytest

import nemodub_nb.client as nc

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("google.adk") is None, reason="google-adk is not installed"
)

AGENT = """
import asyncio

from google.adk.agents import BaseAgent
from google.adk.events import Event
from google.genai import types


def event(context, *parts, partial=None):
    content = types.Content(role="model", parts=list(parts))
    return Event(author="nemo_agent", invocation_id=context.invocation_id, content=content, partial=partial)


def words(context, text, partial=None):
    return event(context, types.Part(text=text), partial=partial)


class Scripted(BaseAgent):
    async def _run_async_impl(self, context):
        said = context.user_content.parts[0].text
        if said == "stream":
            for each in ("Dub", "bing\\u2028 ", "done \\u0085 €."):
                yield words(context, each, partial=True)
            yield words(context, "Dubbing\\u2028 done \\u0085 €.")
        elif said == "plain":
            yield words(context, "All at once.")
        elif said == "tools":
            call = types.FunctionCall(id="c1", name="dub_video", args={"to": ["es"]})
            yield event(context, types.Part(function_call=call))
            for more, response in ((True, {"status": "working", "done": 3}), (None, {"status": "done"})):
                answer = types.FunctionResponse(id="c1", name="dub_video", response=response, will_continue=more)
                yield event(context, types.Part(function_response=answer))
            yield words(context, "Dubbed.")
        elif said == "fail":
            yield words(context, "Half", partial=True)
            raise RuntimeError('the "model"\\nfell over')
        elif said == "model error":
            yield Event(author="nemo_agent", invocation_id=context.invocation_id, error_code="503", error_message="overloaded")
        elif said == "stuck":
            await asyncio.sleep(60)


root_agent = Scripted(name="nemo_agent")
"""
SERVER = """
import sys

import uvicorn
from google.adk.cli.fast_api import get_fast_api_app

app = get_fast_api_app(agents_dir=sys.argv[1], web=False, session_service_uri="memory://", artifact_service_uri="memory://")
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="error")
"""


@pytest.fixture(scope="module")
def adk(tmp_path_factory):
    folder = tmp_path_factory.mktemp("agents")
    (folder / "nemo_agent").mkdir()
    (folder / "nemo_agent" / "__init__.py").write_text("from . import agent\n")
    (folder / "nemo_agent" / "agent.py").write_text(AGENT)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = (folder / "log").open("w")
    command = [sys.executable, "-c", SERVER, str(folder), str(port)]
    process = subprocess.Popen(
        command, stdout=log, stderr=log, env={**os.environ, "OTEL_SDK_DISABLED": "true"}
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                if httpx.get(url + "/list-apps", trust_env=False).is_success:
                    break
            except httpx.TransportError:
                time.sleep(0.1)
            assert process.poll() is None, (folder / "log").read_text()
        yield url
    finally:
        process.kill()
        process.wait()
        log.close()


@pytest.fixture
def session(adk):
    answer = httpx.post(f"{adk}/apps/nemo_agent/users/me/sessions", json={}, trust_env=False)
    answer.raise_for_status()
    return answer.json()["id"]


@pytest.fixture(params=["sync", "async"])
def say(request, adk, session):
    def sync(text, limits=None):
        with nc.NemoClient("any-token", adk, limits=limits) as client, client.run(session, text) as events:
            return list(events), events.final_text

    async def aio(text, limits):
        async with (
            nc.AsyncNemoClient("any-token", adk, limits=limits) as client,
            client.run(session, text) as events,
        ):
            return [each async for each in events], events.final_text

    return sync if request.param == "sync" else lambda text, limits=None: asyncio.run(aio(text, limits))


def test_a_streamed_answer_is_told_once(say):
    events, text = say("stream")
    assert text == "Dubbing\u2028 done \u0085 €."
    assert [each.text for each in events if each.kind == "text"] == ["Dub", "bing\u2028 ", "done \u0085 €."]


def test_an_answer_in_one_piece(say):
    assert say("plain")[1] == "All at once."


def test_tools_and_their_progress(say):
    events, text = say("tools")
    assert [each.kind for each in events] == ["tool_call", "progress", "tool_result", "text"]
    assert events[0].payload == {"to": ["es"]}
    assert events[1].payload["done"] == 3
    assert text == "Dubbed."


def test_a_failure_in_the_middle_raises_with_the_words_so_far(say):
    with pytest.raises(nc.AgentError, match="fell over") as caught:
        say("fail")
    assert caught.value.text_so_far == "Half"


def test_a_models_error_raises(say):
    with pytest.raises(nc.AgentError, match="overloaded"):
        say("model error")


def test_an_answer_without_a_word_is_a_silent_end(say):
    assert say("nothing")[1] == ""


def test_a_server_that_stays_silent_is_a_timeout(say):
    with pytest.raises(nc.NemoTimeoutError) as caught:
        say("stuck", nc.Limits(silence_s=0.5))
    assert caught.value.outcome_unknown


def test_an_unknown_session_is_its_own_error(adk):
    with (
        nc.NemoClient("any-token", adk) as client,
        pytest.raises(nc.SessionNotFoundError),
        client.run("nope", "x"),
    ):
        pass
