"""What people see of a batch: a table that is safe to show, and a line where there is no page."""

from __future__ import annotations

import io
from types import SimpleNamespace

from nemodub_nb.batches import show


def rows(count, status="done", **fields):
    return [
        {"clip": f"clip{number}", "language": "es", "status": status, **fields} for number in range(count)
    ]


def test_the_page_shows_how_far_it_is_with_a_row_each_and_a_link_to_the_dashboard():
    found = [*rows(2, seconds=3.2, verdict="good", output="/out/x.mp4"), *rows(1, "queued")]
    shown = show.page(found, {"done": 2, "queued": 1}, 12, "http://127.0.0.1:8787/status")
    assert "2 done, 1 queued" in shown
    assert "<progress max='3' value='2'>" in shown
    assert shown.count("<tr><th scope='row'") == 3
    assert "href='http://127.0.0.1:8787/status'" in shown
    assert "Spanish" in shown


def test_many_rows_show_those_that_matter():
    found = [*rows(500, "queued"), *rows(1, "failed", error="No voice.")]
    shown = show.page(found, {"queued": 500, "failed": 1}, 1)
    assert "No voice." in shown
    assert "more rows in batch.csv" in shown
    assert len(shown) < 30_000


def test_what_a_server_or_a_file_name_says_is_text():
    shown = show.page(rows(1, "failed", error="<script>alert(1)</script>\u202e"), {"failed": 1}, 1)
    assert "<script>" not in shown
    assert "\u202e" not in shown


def test_a_page_is_updated_a_few_times_a_second_at_most_and_always_at_the_end(monkeypatch):
    updates = []
    handle = SimpleNamespace(update=lambda bundle, **_: updates.append(bundle["text/html"]))
    monkeypatch.setattr("IPython.display.display", lambda *_, **__: handle)
    page = show.Page()
    board = SimpleNamespace(rows={}, counts={}, seconds=0.0, dashboard="", notes=[])
    for number in range(200):
        board.rows[number] = rows(1)[0]
        board.counts = {"done": number + 1}
        page.update(board)
    page.update(board, last=True)
    assert len(updates) <= 3
    assert "200 done" in updates[-1]


def test_where_there_is_no_page_a_line_is_said_now_and_then():
    stream = io.StringIO()
    lines = show.Lines(stream)
    board = SimpleNamespace(counts={"done": 1}, ended=1, seconds=2.0, notes=["Waiting."])
    for _ in range(50):
        lines.update(board)
    lines.update(board, last=True)
    assert stream.getvalue().splitlines() == ["Waiting.", "Batch: 1 done (2 s)"]
