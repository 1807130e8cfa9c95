from __future__ import annotations

import asyncio
import io
import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemodub_nb.client import AgentEvent
from nemodub_nb.project import live
from nemodub_nb.project.display import exports_html
from nemodub_nb.project.progress import SILENCE_S, Progress
from nemodub_nb.project.safe import file_part, file_stem, markup, plain
from nemodub_nb.project.values import Export

HOSTILE = "<script>alert(1)</script>\x1b[31mred\x1b[0m \u202egpj.exe nmv_usr_abcdefgh"


def progress_event(language, step, done, total):
    return AgentEvent(
        "progress", payload={"language": language, "step": step, "done": done, "total": total, "message": ""}
    )


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def test_the_view_shows_languages_by_steps_with_the_agents_words():
    progress = Progress("Dub into Spanish")
    progress.take(progress_event("es", "speak", 3, 14))
    progress.take(progress_event("es", "translate", 14, 14))
    progress.take(progress_event(None, "transcribe", 1, 1))
    progress.take(AgentEvent("text", "Hello "))
    progress.take(AgentEvent("text", "there"))
    page, text = live.page(progress), live.text(progress)
    assert re.search(r"<td[^>]*>3/14 <progress[^>]*></progress></td><td[^>]*>✓</td>", page)
    assert "Hello there" in page
    assert "es: speak 3/14, translate ✓" in text
    assert "\ntranscribe ✓" in text


def test_text_of_a_server_is_shown_and_does_nothing():
    progress = Progress(HOSTILE)
    progress.take(AgentEvent("text", HOSTILE))
    progress.step(HOSTILE, HOSTILE, 1, 2, HOSTILE)
    progress.note(HOSTILE)
    page = live.page(progress)
    assert "<script" not in page
    assert "\x1b" not in page + live.text(progress)
    assert "\u202e" not in page
    assert "abcdefgh" not in page


@given(st.text())
def test_no_text_becomes_markup(text):
    shown = markup(text)
    assert "<" not in shown
    plain(text).encode()


@given(st.text())
def test_no_name_of_a_server_leaves_the_folder(name):
    for part in (file_stem(name), file_part(name)):
        assert not set(part) & set('/\\:\0<>"|?*')
        assert part not in {".", ".."}
        assert len(part) <= 121


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("clip.mp4", "clip"), ("../../etc/passwd", "passwd"), ("C:\\x\\y.mov", "y"), ("..", "video"), ("", "video"),
        ("a.b.c.mp4", "a.b.c"), ("视频.mp4", "视频"), ("CON.mp4", "_CON"),
    ],
)  # fmt: skip
def test_files_are_named_after_the_clip(name, stem):
    assert file_stem(name) == stem


@given(
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.text(), st.integers()),
            st.one_of(st.none(), st.text()),
            st.one_of(st.none(), st.floats(), st.text(), st.booleans()),
        )
    )
)
def test_progress_of_any_shape_is_taken_and_bounded(rows):
    progress = Progress("x")
    for language, step, done in rows:
        progress.step(language, step, done, done)
    live.page(progress)


def test_a_flood_of_rows_and_words_is_bounded():
    progress = Progress("x")
    for number in range(2000):
        progress.step(f"l{number}", f"s{number}", 1, 2)
        progress.step("l0", f"s{number}", 1, 2)
        progress.take(AgentEvent("text", "word " * 100))
    assert len(live.page(progress)) < 200_000


def test_a_long_silence_is_broken_once():
    clock = Clock()
    progress = Progress("x", clock)
    clock.now = SILENCE_S - 1
    progress.take(AgentEvent("heartbeat"))
    assert not progress.long_silence()
    clock.now = SILENCE_S + 1
    assert progress.long_silence()
    assert not progress.long_silence()


def test_steps_are_shown_in_round_numbers_and_done_when_all_but_done():
    progress = Progress("x")
    progress.take(progress_event(None, "wait", 0, 0))
    progress.take(progress_event(None, "probe", 0, 1))
    progress.take(progress_event(None, "transcribe", 12.4166, 33.0333))
    progress.take(progress_event(None, "separate", 33.033, 33.0333))
    progress.take(progress_event(None, "models", 12_345_678, 31_000_000))
    progress.take(progress_event("es", "fit", 0, 1))
    shown, words = live.page(progress), live.text(progress)
    assert "transcribe 12/33, separate ✓, models 39 %" in words
    assert "es: fit …" in words
    for view in (shown, words):
        assert "probe" not in view
        assert "wait" not in view
        assert "0/1" not in view


def test_lines_say_nothing_of_steps_that_are_over_at_once():
    out = io.StringIO()
    view = live.LinesView("Dub", out)

    async def work():
        view.event(progress_event(None, "probe", 0, 1))
        view.event(progress_event(None, "probe", 1, 1))
        view.event(progress_event(None, "separate", 33.033, 33.0333))

    run(view, work)
    assert out.getvalue().splitlines() == ["separate done"]


def test_still_working_is_gone_as_soon_as_something_is_heard():
    clock = Clock()
    progress = Progress("x", clock)
    clock.now = SILENCE_S + 1
    assert progress.long_silence()
    assert "still working after 121 s" in live.page(progress)
    progress.take(progress_event("es", "speak", 3, 14))
    assert "still working" not in live.page(progress)


def run(view, work):
    async def main():
        async with view:
            await work()

    asyncio.run(main())


def test_lines_are_few_and_whole():
    out = io.StringIO()
    view = live.LinesView("Dub", out)

    async def work():
        for number in range(100):
            view.event(progress_event("es", "speak", number, 100))
        view.event(progress_event("es", "speak", 100, 100))
        for word in ("All ", "is ", "done.\n", "Bye"):
            view.event(AgentEvent("text", word))

    run(view, work)
    assert out.getvalue().splitlines() == ["es: speak 0/100", "es: speak done", "All is done.", "Bye"]


def test_a_notebook_gets_one_display_that_is_updated_a_few_times_a_second(monkeypatch):
    shown, updates = [], []

    class Handle:
        def update(self, bundle, *, raw):
            assert raw
            updates.append(bundle)

    def display(bundle, *, raw, display_id):
        assert raw
        assert display_id
        shown.append(bundle)
        return Handle()

    monkeypatch.setattr("IPython.display.display", display)
    view = live.NotebookView("Dub")
    view.open()

    async def work():
        for number in range(500):
            view.event(progress_event("es", "speak", number, 500))
            await asyncio.sleep(0.001)

    run(view, work)
    assert len(shown) == 1
    assert 2 <= len(updates) <= 8
    assert set(updates[-1]) == {"text/html", "text/plain"}
    assert "finished after" in updates[-1]["text/plain"]


def test_without_ipython_there_are_plain_lines(monkeypatch):
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    assert not live.in_notebook()
    assert isinstance(live.view("x", show=True), live.LinesView)
    assert type(live.view("x", show=False)) is live.View


def test_a_closed_stderr_does_not_end_the_work():
    stream = io.StringIO()
    stream.close()
    view = live.LinesView("x", stream)
    view.note("still here")


def test_exports_are_shown_by_relative_paths_and_stay_small(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    video = tmp_path / "my clip <b>.es.mp4"
    video.write_bytes(b"x" * 300_000)
    export = Export("c", "es", video, (), tmp_path / "r.json", 300_000, 2.0)
    html = exports_html([export], {"de": "<i>no</i>"})
    assert 'src="my%20clip%20%3Cb%3E.es.mp4"' in html
    assert "<i>" not in html
    assert len(html) < 2000
    elsewhere = Export("c", "es", tmp_path.parent / "x.mp4", (), tmp_path.parent / "r.json", 1, None)
    assert "<video" not in exports_html([elsewhere], {})
