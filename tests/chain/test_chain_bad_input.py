"""What a user can get wrong, told in one line before anything is started or lost."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

av = pytest.importorskip("av")


@pytest.fixture
def clip(tmp_path):
    """A second of a tone: enough to be a clip."""
    path = tmp_path / "clip.wav"
    with av.open(str(path), "w") as container:
        sound = container.add_stream("pcm_s16le", rate=16_000, layout="mono")
        block = av.AudioFrame(format="s16", layout="mono", samples=16_000)
        block.sample_rate = 16_000
        for plane in block.planes:
            plane.update(bytes(plane.buffer_size))
        container.mux(sound.encode(block))
        container.mux(sound.encode(None))
    return path


def dub(clip, *arguments, **environment):
    done = subprocess.run(
        [sys.executable, "-m", "nemodub_nb.cli", "dub", "--json", "--to", "pt", *map(str, arguments), "--", os.fspath(clip)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, **environment},
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done.returncode, json.loads(done.stdout.splitlines()[-1]), done.stderr


@pytest.mark.parametrize(
    ("option", "name", "content"),
    [
        ("--transcript", "talk.srt", b"1\n00:00:99,000 --> soon\nHello\n"),
        ("--transcript", "talk.srt", bytes(range(256)) * 8),
        ("--transcript", "talk.vtt", b"WEBVTT\n"),
        ("--memory", "terms.csv", b"one,two\n1,2\n"),
        ("--memory", "terms.csv", b""),
        ("--memory", "terms.csv", bytes(range(256)) * 8),
        ("--memory", "terms.tmx", b"<tmx><bo"),
        ("--glossary", "terms.csv", b"one,two\n1,2\n"),
        ("--glossary", "terms.csv", b"source,target,target_language\na,b,Klingonish\n"),
        ("--memory", "terms.tmx", b'<!DOCTYPE t [<!ENTITY a "aa">]><tmx>&a;</tmx>'),
    ],
)
def test_a_transcript_or_memory_that_cannot_be_read_is_told_by_its_own_name(
    clip, tmp_path, option, name, content
):
    (tmp_path / name).write_bytes(content)
    code, result, said = dub(clip, option, tmp_path / name, "--out", tmp_path / "out")
    assert code == 2
    assert name in result["error"]
    assert said.count("\n") == 1
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "home").exists()


def test_a_memory_from_a_spreadsheet_may_part_its_columns_otherwise(tmp_path):
    from nemodub_nb.local.engine.translate.memory import read

    for mark in ";\t":
        path = tmp_path / "terms.csv"
        path.write_text(f"source{mark} target{mark}target_language\nHello, you{mark}Olá{mark}pt\n", "utf-8")
        (entry,) = read(path)
        assert (entry.source, entry.target, entry.target_language) == ("Hello, you", "Olá", "pt")


@pytest.mark.parametrize("command", [["models", "list"], ["doctor"], ["serve", "--json"]])
def test_a_home_that_cannot_be_used_is_told_with_the_variable_that_moves_it(tmp_path, command):
    (tmp_path / "file").touch()
    done = subprocess.run(
        [sys.executable, "-m", "nemodub_nb.cli", *command],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "NEMODUB_HOME": str(tmp_path / "file" / "home")},
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "Set NEMODUB_HOME" in done.stderr


HOSTILE = [
    "a b.wav",
    'it\'s “a” "clip".wav',
    "new\nline.wav",
    "-dash.wav",
    "🎬 片.wav",
    "<img src=x onerror=alert(1)>.wav",
    "$(touch pwned).wav",
    "*.wav",
    " .wav",
    "..wav.wav",
    "%s%d%2e%2e.wav",
    "\x1b[31mred.wav",
    "right\u202eleft.wav",
    "x" * 240 + ".wav",
    "字" * 80 + ".wav",
    os.fsdecode(b"not \xff\xfe utf-8.wav"),
]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_hostile_file_names_are_only_names(clip, tmp_path, monkeypatch):
    from nemodub_nb.local.server.kinds import clean_name, type_of

    pytest.importorskip("faster_whisper")
    for name in HOSTILE:
        cleaned = clean_name(os.fsencode(name).decode("utf-8", "replace"))
        assert type_of(cleaned) == "wav", name
        assert cleaned.isprintable()
        assert not set(cleaned) & set('/\\"<>|*?:')
    monkeypatch.chdir(tmp_path)
    for name in (HOSTILE[2], HOSTILE[-1]):
        shutil.copy(clip, name)
        (tmp_path / "lines.srt").write_text("1\n00:00:00,000 --> 00:00:00,900\nHello\n", "utf-8")
        # Nothing translates Irish into Klingon: all the way to the engine, and quickly back.
        code, result, said = dub(
            name, "--to", "tlh", "--from", "ga", "--transcript", "lines.srt", "--out", "out"
        )
        assert code == 3, said
        assert [failed["language"] for failed in result["failed"]] == ["tlh"]
        assert "\x1b" not in said
    assert not Path("pwned").exists()
