"""The cache of steps: nothing twice, nothing half."""

from __future__ import annotations

import errno
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from nemodub_nb.local.engine.errors import NoSpaceError
from nemodub_nb.local.engine.steps import Steps, file_digest


def test_a_finished_step_is_not_run_again(tmp_path: Path) -> None:
    runs: list[int] = []
    for _ in range(2):
        value = Steps(tmp_path).value("add", {"a": 1}, lambda: runs.append(1) or "done")
        assert value == "done"
    assert runs == [1]


def test_a_step_that_fails_half_way_leaves_no_file(tmp_path: Path) -> None:
    def broken(path: Path) -> None:
        path.write_text("half")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        Steps(tmp_path).file("mix", 1, ".flac", broken)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("number", "words"), [(errno.ENOSPC, "no space left"), (errno.EACCES, "cannot be written")]
)
def test_a_full_disk_is_said_in_words(tmp_path: Path, number: int, words: str) -> None:
    def full(_: Path) -> None:
        raise OSError(number, "no")

    with pytest.raises(NoSpaceError, match=words):
        Steps(tmp_path).file("mix", 1, ".flac", full)


def test_a_changed_file_has_another_identity(tmp_path: Path) -> None:
    steps, clip = Steps(tmp_path / "cache"), tmp_path / "clip"
    clip.write_bytes(b"one")
    first = file_digest(clip, steps)
    clip.write_bytes(b"three")
    assert file_digest(clip, steps) != first


def test_what_a_killed_process_left_is_swept_but_not_what_is_being_written(tmp_path: Path) -> None:
    old, new = tmp_path / "bed" / ".a.flac.1-00.part", tmp_path / "bed" / ".b.flac.2-00.part"
    old.parent.mkdir()
    old.touch()
    new.touch()
    os.utime(old, (0, 0))
    Steps(tmp_path).sweep()
    assert not old.exists()
    assert new.exists()


def test_two_who_want_the_same_make_it_once(tmp_path: Path) -> None:
    runs: list[int] = []
    steps = Steps(tmp_path)

    def slow(path: Path) -> None:
        runs.append(1)
        time.sleep(0.1)
        path.write_text(str(len(runs)))

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: steps.file("say", "hello", ".wav", slow).read_text(), range(8)))
    assert found == ["1"] * 8
    assert (steps.computed, steps.reused) == (1, 7)
