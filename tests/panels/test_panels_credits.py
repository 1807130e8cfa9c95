from __future__ import annotations

import importlib.util
import time
from pathlib import Path

import pytest

from nemodub_nb.client import OutOfCreditsError, PlanBlocksExportError, RateLimitedError, ServerError
from nemodub_nb.panels import credits_words, words
from nemodub_nb.panels.credits import Credits
from nemodub_nb.panels.workflow import Workflow
from nemodub_nb.project import Credits as Balance
from nemodub_nb.project.loop import LOOP

_ROOM = importlib.util.spec_from_file_location(
    "project_room", Path(__file__).parents[1] / "project/conftest.py"
)
project_room = importlib.util.module_from_spec(_ROOM)
_ROOM.loader.exec_module(project_room)
lab, clip, clip_source = project_room.lab, project_room.clip, project_room.clip_source


def until(check, seconds=60.0):
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if found := check():
            return found
        time.sleep(0.03)
    raise AssertionError("it did not happen in time")


async def tell(flow, topic, detail=None):
    flow.tell(topic, detail)


async def choose(flow, *tags):
    flow.choose(to=tags)


@pytest.fixture
def cloud():
    """A panel of a workflow on the cloud, which is never spoken to."""
    flow = Workflow(backend="cloud")
    flow.phase = "ready"
    panel = Credits(flow, alone=False)
    until(lambda: flow._listeners)
    yield panel
    panel.shut()


def failed(panel, error):
    LOOP.run(tell(panel.workflow, "failed", error))
    return until(lambda: panel.view["trouble"])


def test_on_this_machine_it_says_plainly_that_nothing_is_charged_and_lists_the_steps(lab, clip, monkeypatch):
    monkeypatch.delenv("NEMODUB_QUOTA", raising=False)
    project = lab.open()
    panel = Credits(project)
    LOOP.run(panel.workflow.upload([clip]))
    LOOP.run(choose(panel.workflow, "es"))
    LOOP.run(panel.workflow.dub())
    rows = until(lambda: len(panel.view["rows"]) == 2 and panel.view["rows"])
    assert [row["step"] for row in rows] == ["Dub into Spanish", "Upload clip.mp4"]
    assert {row["backend"] for row in rows} == {credits_words.HERE}
    assert {row["cost"] for row in rows} == {0}
    assert all(row["seconds"] >= 0 for row in rows)
    assert panel.view["free"]
    assert panel.view["figures"] is None
    assert credits_words.FREE_HERE in panel.view["say"]
    assert "Dub into Spanish" in panel.story().html
    assert "Dub into Spanish" in panel.story().text
    compile(panel.view["code"], "twin", "exec")
    panel.shut()


def test_a_quota_to_rehearse_with_shows_figures_and_what_to_do_when_it_is_gone(lab, clip, monkeypatch):
    monkeypatch.setenv("NEMODUB_QUOTA", "60")
    project = lab.open()
    panel = Credits(project)
    LOOP.run(panel.workflow.upload([clip]))
    LOOP.run(choose(panel.workflow, "es"))
    LOOP.run(panel.workflow.dub())
    until(lambda: panel.view["figures"] and panel.view["figures"]["available"] < 60)
    assert not panel.view["free"]
    with pytest.raises(OutOfCreditsError):
        LOOP.run(panel.workflow.ask("Dub this video into French."))
    trouble = until(lambda: panel.view["trouble"])
    assert trouble["cause"] == credits_words.NO_CREDITS_HERE
    assert "NEMODUB_QUOTA" in trouble["advice"]
    assert trouble["link"] is None
    panel.shut()


def test_out_of_credits_shows_the_registration_link_with_its_bind(cloud):
    error = OutOfCreditsError("No credits.")
    error.registration_url = "https://nemovideo.com/?bind=abc-123"
    trouble = failed(cloud, error)
    assert trouble["link"] == "https://nemovideo.com/?bind=abc-123"
    assert trouble["register"]


def test_a_registered_user_out_of_credits_is_told_to_top_up(cloud):
    trouble = failed(cloud, OutOfCreditsError("No credits."))
    assert (trouble["advice"], trouble["link"]) == (credits_words.TOP_UP, "https://nemovideo.com")


@pytest.mark.parametrize(
    "url",
    [
        "http://nemovideo.com/?bind=a",
        "https://evil.example/?bind=a",
        "https://nemovideo.com.evil.example/",
        "https://nemovideo.com@evil.example/",
        "https://user@nemovideo.com/",
        "https://nemovideo.com:8443/",
        "javascript:alert(1)//nemovideo.com",
        "//nemovideo.com",
        "https://[broken",
    ],
)
def test_a_link_that_leads_elsewhere_is_never_shown(cloud, url):
    error = OutOfCreditsError("No credits.")
    error.registration_url = url
    assert failed(cloud, error)["link"] == "https://nemovideo.com"


def test_a_plan_without_export_is_said_to_be_the_plan_and_not_the_credits(cloud):
    trouble = failed(cloud, PlanBlocksExportError("No export."))
    assert trouble["kind"] == "plan"
    assert "not the credits" in trouble["cause"]
    assert trouble["link"] == "https://nemovideo.com"


def test_a_rate_limit_says_how_long_to_wait(cloud):
    error = RateLimitedError("Too many requests.")
    error.retry_after_s = 42.0
    trouble = failed(cloud, error)
    assert trouble["wait_s"] == 42.0
    assert "42 s" in trouble["advice"]
    assert 0 < trouble["until"] - time.time() <= 42


def test_a_wait_without_end_is_bounded(cloud):
    error = RateLimitedError("Too many requests.")
    error.retry_after_s = 1e9
    assert failed(cloud, error)["wait_s"] == 600.0


def test_other_errors_are_no_matter_of_credits(cloud):
    LOOP.run(tell(cloud.workflow, "failed", ServerError("It broke.")))
    time.sleep(0.2)
    assert cloud.view["trouble"] is None


def test_the_failure_of_a_message_is_heard_and_forgotten_when_something_new_begins(cloud):
    flow = cloud.workflow
    flow.failure = OutOfCreditsError("No credits.")
    LOOP.run(tell(flow, "work"))
    until(lambda: cloud.view["trouble"])
    flow.work = object()
    LOOP.run(tell(flow, "work"))
    until(lambda: cloud.view["trouble"] is None)


def test_figures_and_the_hint_that_an_edit_is_out_of_reach(cloud):
    cloud.workflow.credits = Balance(30, 10, 100)
    LOOP.run(tell(cloud.workflow, "credits"))
    until(lambda: cloud.view["figures"] == {"available": 30, "frozen": 10, "total": 100})
    assert cloud.view["say"] == "30 available · 10 held · 100 in all"
    assert "50 credits" in cloud.view["hint"]


def test_a_refresh_that_is_limited_is_repeated_once_after_the_wait(cloud):
    asked = []

    class Limited:
        async def acredits(self):
            asked.append(time.monotonic())
            error = RateLimitedError("Too many requests.")
            error.retry_after_s = 1.0
            raise error

    cloud.workflow.project = Limited()
    cloud._hear(cloud, {"do": "refresh"}, [])
    until(lambda: len(asked) == 2)
    assert asked[1] - asked[0] >= 0.95
    time.sleep(1.3)
    assert len(asked) == 2


def test_without_a_backend_it_says_what_to_do_first():
    panel = Credits(Workflow(), alone=False)
    assert panel.view["why"] == words.CONNECT_BEFORE
    panel.shut()
