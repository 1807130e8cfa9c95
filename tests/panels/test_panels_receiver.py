from __future__ import annotations

import hashlib
import os
import tempfile
import threading
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemodub_nb.client import FileTooLargeError, NemoError, UnsupportedTypeError, UploadError
from nemodub_nb.contract import MAX_UPLOAD_BYTES
from nemodub_nb.panels import receiver as room
from nemodub_nb.panels.receiver import ChangedError, DiskFullError, Offer, ReceiveError, Receiver

AHEAD = 64
"""Small, so that short files meet the limit too."""


def offer(size: int, name: str = "clip.mp4", modified: int = 7) -> Offer:
    return Offer.read({"name": name, "size": size, "modified": modified})


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def deliver(receiver: Receiver, data: bytes, slice_size: int = 10) -> None:
    """Send all that is missing, in order."""
    while receiver.mark < len(data):
        at = receiver.mark
        assert receiver.write(at, data[at : at + slice_size])


@st.composite
def _journeys(draw: st.DrawFn) -> tuple[bytes, list[tuple[str, int, int]]]:
    data = draw(st.binary(min_size=1, max_size=300))
    events = st.tuples(
        st.sampled_from(["slice", "slice", "slice", "slice", "pause", "kernel starts again"]),
        st.integers(0, len(data) - 1),
        st.integers(1, 80),
    )
    return data, draw(st.lists(events, max_size=40))


@given(_journeys())
def test_slices_in_any_order_twice_or_lost_give_the_same_file_and_hash(
    journey: tuple[bytes, list[tuple[str, int, int]]],
) -> None:
    data, events = journey
    with tempfile.TemporaryDirectory() as where, patch.object(room, "AHEAD", AHEAD):
        folder = Path(where)
        receiver = Receiver(folder, offer(len(data)))
        receiver.open()
        for event, at, length in events:
            before = receiver.mark
            if event == "slice":
                taken = receiver.write(at, data[at : at + length])
                assert taken == (min(at + length, len(data)) <= before + AHEAD)
            elif event == "pause":
                receiver.pause()
                assert not receiver.write(at, data[at : at + length])
                assert receiver.open() == before
            else:
                receiver.pause()
                receiver = Receiver(folder, offer(len(data)))
                assert receiver.open() <= before, "nothing that never arrived counts as there"
                continue
            assert receiver.mark >= before
            assert receiver.digest == sha256(data[: receiver.mark])
        deliver(receiver, data)
        path = receiver.finish(sha256(data))
        assert path.read_bytes() == data
        assert [one.name for one in folder.iterdir()] == ["clip.mp4"]


def test_a_file_goes_on_where_an_earlier_kernel_left_it(tmp_path: Path) -> None:
    data = os.urandom(room.AHEAD + 5_000_000)
    first = Receiver(tmp_path, offer(len(data)))
    first.open()
    deliver(first, data[:-1], 1_000_000)
    first.pause()
    again = Receiver(tmp_path, offer(len(data)))
    assert again.open() == len(data) - 1 - room.AHEAD
    deliver(again, data, 4_000_000)
    assert again.finish(sha256(data)).read_bytes() == data


def test_a_part_that_somebody_removed_meanwhile_is_begun_anew(tmp_path: Path) -> None:
    data = os.urandom(100)
    receiver = Receiver(tmp_path, offer(100))
    receiver.open()
    receiver.write(0, data[:50])
    receiver.pause()
    receiver.part.unlink()
    assert receiver.open() == 0
    deliver(receiver, data)
    assert receiver.finish(sha256(data)).read_bytes() == data


def test_the_same_file_is_kept_once_and_another_of_its_name_beside_it(tmp_path: Path) -> None:
    kept = []
    for number, data in enumerate([b"one", b"two", b"one", b"two", b"three"]):
        receiver = Receiver(tmp_path, offer(len(data), modified=number))
        receiver.open()
        deliver(receiver, data)
        kept.append(receiver.finish(sha256(data)).name)
    assert kept == ["clip.mp4", "clip-2.mp4", "clip.mp4", "clip-2.mp4", "clip-3.mp4"]
    assert (tmp_path / "clip.mp4").read_bytes() == b"one"


def test_two_uploads_of_one_name_that_end_together_never_write_over_each_other(tmp_path: Path) -> None:
    receivers = []
    for number in range(8):
        receiver = Receiver(tmp_path, offer(3, modified=number))
        receiver.open()
        receiver.write(0, f"{number:03}".encode())
        receivers.append(receiver)
    threads = [
        threading.Thread(target=one.finish, args=(sha256(f"{number:03}".encode()),))
        for number, one in enumerate(receivers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.read_text() for one in tmp_path.iterdir()) == [f"{number:03}" for number in range(8)]


def test_what_did_not_arrive_as_it_was_read_is_not_kept(tmp_path: Path) -> None:
    receiver = Receiver(tmp_path, offer(4))
    receiver.open()
    receiver.write(0, b"abcd")
    with pytest.raises(ChangedError, match="did not arrive as it was read"):
        receiver.finish(sha256(b"abcX"))
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_cancelled_leaves_nothing(tmp_path: Path) -> None:
    receiver = Receiver(tmp_path, offer(4))
    receiver.open()
    receiver.write(0, b"ab")
    receiver.discard()
    assert list(tmp_path.iterdir()) == []
    assert not receiver.write(2, b"cd"), "a slice that comes late is no longer taken"


def test_a_slice_outside_the_file_is_refused(tmp_path: Path) -> None:
    receiver = Receiver(tmp_path, offer(4))
    receiver.open()
    for at, data in [(-1, b"a"), (3, b"ab"), (1 << 60, b"a")]:
        with pytest.raises(ReceiveError, match="outside"):
            receiver.write(at, data)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
def test_a_full_disk_is_named_and_the_upload_can_go_on(tmp_path: Path) -> None:
    receiver = Receiver(tmp_path, offer(4))
    receiver.part.symlink_to("/dev/full")
    receiver.open()
    with pytest.raises(DiskFullError, match="no room"):
        receiver.write(0, b"abcd")
    receiver.part.unlink()
    assert receiver.open() == 0
    receiver.write(0, b"abcd")
    assert receiver.finish(sha256(b"abcd")).read_bytes() == b"abcd"


def test_a_disk_that_is_too_small_is_named_before_a_byte_is_sent(tmp_path: Path) -> None:
    with patch.object(room.shutil, "disk_usage") as usage:
        usage.return_value.free = 1000
        with pytest.raises(DiskFullError, match="no room"):
            Receiver(tmp_path, offer(1001)).open()
        assert Receiver(tmp_path, offer(1000)).open() == 0


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ReceiveError, match="cannot be written") as caught:
        Receiver(tmp_path / "file" / "uploads", offer(4)).open()
    assert caught.value.advice


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.mp4", "passwd.mp4"),
        ("C:\\Users\\me\\clip.MP4", "clip.mp4"),
        ("/absolute.mov", "absolute.mov"),
        ("..mp4", "video.mp4"),
        (".mp4", "mp4.mp4"),
        ("con.mp4", "_con.mp4"),
        ("a\0b\n\x1b[31m.mp4", "ab_.mp4"),
        ("evil\u202egpj.mp4", "evilgpj.mp4"),
        ("what?*|<>.mp4", "what_____.mp4"),
        ("Größe 影片 🎬.webm", "Größe 影片 🎬.webm"),
    ],
)
def test_a_hostile_name_becomes_a_harmless_one(name: str, kept: str) -> None:
    assert offer(1, name).name == kept


@given(st.text(max_size=400))
def test_any_name_stays_inside_the_folder_and_fits_the_file_system(name: str) -> None:
    with tempfile.TemporaryDirectory() as where:
        folder = Path(where) / "uploads"
        receiver = Receiver(folder, offer(1, f"{name}.mp4"))
        receiver.open()
        receiver.write(0, b"x")
        path = receiver.finish(sha256(b"x"))
        assert path.parent == folder
        assert [one.name for one in Path(where).iterdir()] == ["uploads"]


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"name": "notes.txt", "size": 1, "modified": 1}, UnsupportedTypeError),
        ({"name": "mp4", "size": 1, "modified": 1}, UnsupportedTypeError),
        ({"name": "a.mp4", "size": 0, "modified": 1}, UploadError),
        ({"name": "a.mp4", "size": -1, "modified": 1}, UploadError),
        ({"name": "a.mp4", "size": MAX_UPLOAD_BYTES + 1, "modified": 1}, FileTooLargeError),
        ({"name": "a.mp4", "size": 1.5, "modified": 1}, UploadError),
        ({"name": None, "size": 1, "modified": 1}, UploadError),
        ({}, UploadError),
    ],
)
def test_what_is_not_accepted_is_refused_before_a_byte_is_sent(
    said: dict[str, object], error: type[NemoError]
) -> None:
    with pytest.raises(error) as caught:
        Offer.read(said)
    assert caught.value.message
    assert caught.value.advice
