"""Films come to the page in pieces: nothing else can be fetched, and what comes is the identical file."""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemodub_nb.panels import export_words
from nemodub_nb.panels.shelf import PIECE_BYTES, FileGoneError, Item, piece, shelf
from nemodub_nb.project import Clip

_SPEC = importlib.util.spec_from_file_location("export_page", Path(__file__).with_name("export_page.py"))
room = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(room)
lab, clip, clip_source, dubbed, page = room.lab, room.clip, room.clip_source, room.dubbed, room.page
export = room.export


def test_a_video_comes_to_the_page_in_pieces_that_make_the_identical_file(page):
    export(page, "es", "fr")
    film = next(film for film in page.panel.view["films"] if film["lang"] == "es")
    got = page.fetch(film["key"], film["size"], each=3000)
    assert hashlib.sha256(got).digest() == hashlib.sha256(Path("clip.es.mp4").read_bytes()).digest()
    assert page.fetch(film["captions"]["key"], film["captions"]["size"]).startswith(b"WEBVTT")
    source = page.panel.view["films"][0]
    assert source["key"] == "source"
    assert page.fetch("source", source["size"]) == page.panel.workflow.clip.path.read_bytes()


def test_what_the_source_says_comes_as_subtitles(page):
    message, _ = page.ask("captions")
    assert "Hello there." in message["text"]


REFUSED = [
    ("/etc/passwd", 0, 100),
    ("../secret.txt", 0, 100),
    ("clip.es.mp4", 0, 100),
    ("es.exe", 0, 100),
    (["source"], 0, 100),
    ({"path": "/etc/passwd"}, 0, 100),
    (None, 0, 100),
    ("source", -1, 100),
    ("source", 0, 0),
    ("source", 0, 1.5),
    ("source", True, 100),
    ("source", "0", 100),
    ("source", 0, None),
]


def test_a_path_from_the_page_is_refused_and_so_is_what_is_no_piece(page):
    Path("../secret.txt").write_text("secret")
    for key, offset, length in REFUSED:
        message, buffers = page.ask("video", key=key, offset=offset, length=length)
        assert message["refused"] == export_words.NO_SUCH_FILE
        assert buffers == []


def test_no_piece_is_larger_than_promised_whatever_is_asked_for(tmp_path):
    path = tmp_path / "long.mp4"
    path.write_bytes(b"x" * (PIECE_BYTES + 10))
    item = shelf(Clip("long.mp4", path=path), [])["source"]
    assert len(piece(item, 0, 10**9)) == PIECE_BYTES
    assert piece(item, PIECE_BYTES, 10**9) == b"x" * 10
    assert piece(item, 10**9, 10) == b""


@given(st.binary(max_size=3000), st.integers(1, 700))
def test_pieces_of_any_length_make_the_file_again(tmp_path_factory, content, each):
    path = tmp_path_factory.mktemp("pieces") / "any.mp4"
    path.write_bytes(content)
    item = shelf(Clip("any.mp4", path=path), [])["source"]
    assert b"".join(piece(item, at, each) for at in range(0, len(content), each)) == content


def test_a_file_that_changed_is_not_mixed_with_its_earlier_self(tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"first")
    item = shelf(Clip("clip.mp4", path=path), [])["source"]
    path.write_bytes(b"second one")
    with pytest.raises(FileGoneError):
        piece(item, 0, 5)


def test_folders_and_files_that_are_gone_are_not_offered(tmp_path):
    assert shelf(Clip("x.mp4", path=tmp_path), []) == {}
    assert shelf(Clip("x.mp4", path=tmp_path / "none.mp4"), []) == {}
    assert shelf(Clip("x.mp4"), []) == {}
    assert not Item("source", Path("x.mkv"), 1, "s").plays
