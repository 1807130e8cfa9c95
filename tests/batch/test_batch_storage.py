"""A batch with its files elsewhere: S3 by a real server on this machine, and memory."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import fsspec
import pandas as pd
import pytest
from short_clips import make_clips

import nemodub_nb as nd
from nemodub_nb import batch

BUCKET = "clips"


@pytest.fixture(scope="module")
def server():
    """An S3 server on the loopback."""
    moto = pytest.importorskip("moto.server")
    pytest.importorskip("s3fs")
    running = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture
def s3(server, monkeypatch):
    """A file system on that server with an empty bucket."""
    for name, value in {
        "AWS_ENDPOINT_URL": server,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    import s3fs

    s3fs.S3FileSystem.clear_instance_cache()
    files = fsspec.filesystem("s3")
    if files.exists(BUCKET):
        files.rm(BUCKET, recursive=True)
    files.mkdir(BUCKET)
    yield files
    s3fs.S3FileSystem.clear_instance_cache()


def contents(files, root):
    """Return the finished files by their names with the digests of their bytes, tables aside."""
    return {
        path.rpartition("/")[2]: hashlib.sha256(files.cat_file(path)).hexdigest()
        for path in files.ls(root, detail=False)
        if not path.endswith((".nemodub", ".csv", ".parquet"))
    }


def test_s3_gives_the_same_rows_and_identical_files(s3, do, clips, tmp_path):
    folder = clips(one="first", two="second", mute="mute")
    s3.put(str(folder), f"{BUCKET}/in", recursive=True)
    here = do(folder, ["es", "fr"], out=tmp_path / "here")
    there = do(f"s3://{BUCKET}/in", ["es", "fr"], out=f"s3://{BUCKET}/out")
    same = ["clip", "language", "status", "verdict", "lines", "good", "error", "advice", "key", "attempts"]
    pd.testing.assert_frame_equal(there.frame[same], here.frame[same])
    assert contents(s3, f"{BUCKET}/out") == contents(fsspec.filesystem("file"), str(tmp_path / "here"))
    assert there.frame["output"].dropna().to_list()[0] == f"s3://{BUCKET}/out/one.es.mp4"
    stored = pd.read_parquet(f"s3://{BUCKET}/out/batch.parquet")
    pd.testing.assert_frame_equal(stored, there.frame)


@pytest.mark.engine
def test_s3_gives_identical_files_also_by_the_real_engines(s3, lacking, tmp_path):
    if shutil.which("ffmpeg") is None or shutil.which("espeak-ng") is None:
        lacking("ffmpeg and espeak-ng")
    folder, memory = make_clips(tmp_path / "clips", 2, ["es", "fr"])
    other = folder / "encoded.avi"  # its picture is no H.264
    subprocess.run(
        [
            "ffmpeg",
            "-v",
            "error",
            "-i",
            str(folder / "clip001.mp4"),
            "-c:v",
            "mpeg4",
            "-c:a",
            "mp3",
            str(other),
        ],
        check=True,
    )
    shutil.copyfile(folder / "clip001.srt", folder / "encoded.srt")
    s3.put(str(folder), f"{BUCKET}/in", recursive=True)
    s3.put(str(memory), f"{BUCKET}/memory.csv")
    same = {"source": "en", "fast": True, "show": False}
    here = batch(folder, ["es", "fr"], tmp_path / "here", memory=memory, **same)
    there = batch(
        f"s3://{BUCKET}/in", ["es", "fr"], f"s3://{BUCKET}/out", memory=f"s3://{BUCKET}/memory.csv", **same
    )
    assert here.ok, here.frame["error"].to_list()
    columns = ["clip", "language", "status", "verdict", "lines", "good", "look", "bad", "key"]
    pd.testing.assert_frame_equal(there.frame[columns], here.frame[columns])
    made = contents(fsspec.filesystem("file"), str(tmp_path / "here"))
    assert len(made) == 3 * 2 * 4
    assert contents(s3, f"{BUCKET}/out") == made


def test_s3_the_same_again_does_nothing_and_a_change_is_seen(s3, do, clips, jobs):
    s3.put(str(clips(one="first", two="second")), f"{BUCKET}/in", recursive=True)
    do(f"s3://{BUCKET}/in/*.mp4", ["es"], out=f"s3://{BUCKET}/out")
    before = len(jobs())
    assert do(f"s3://{BUCKET}/in/*.mp4", ["es"], out=f"s3://{BUCKET}/out").reused == 2
    assert len(jobs()) == before
    s3.pipe_file(f"{BUCKET}/in/two.mp4", b"changed")
    made = do(f"s3://{BUCKET}/in/*.mp4", ["es"], out=f"s3://{BUCKET}/out")
    assert made.reused == 1
    assert s3.cat_file(f"{BUCKET}/out/two.es.mp4") == b"bed of changed + es of changed"


def test_s3_a_clip_is_fetched_once_a_machine(s3, do, clips, tmp_path):
    s3.put(str(clips(one="first")), f"{BUCKET}/in", recursive=True)
    assert do([f"s3://{BUCKET}/in/one.mp4"], ["es", "fr", "de"], out=tmp_path / "out").ok
    fetched = [
        path for path in (Path(tmp_path) / "home" / "batch" / "fetched").iterdir() if path.suffix == ".mp4"
    ]
    assert len(fetched) == 1


@pytest.fixture
def long_clips(tmp_path):
    """Write clips of which most is picture: with the index first, with it last, one without sound, and none."""
    import av
    import numpy as np

    folder = tmp_path / "long"
    folder.mkdir()
    noise = np.random.default_rng(1).integers(0, 255, (240, 320, 3), np.uint8)
    for name, options in (("first", {"movflags": "faststart"}), ("last", {}), ("mute", {})):
        with av.open(str(folder / f"{name}.mp4"), "w", options=options) as made:
            picture = made.add_stream(
                "mpeg4", rate=10, width=320, height=240, pix_fmt="yuv420p", bit_rate=9_000_000
            )
            sound = None if name == "mute" else made.add_stream("aac", rate=48_000, layout="mono")
            for _ in range(80):
                made.mux(picture.encode(av.VideoFrame.from_ndarray(np.roll(noise, 7, axis=1), "rgb24")))
                noise = np.roll(noise, 11, axis=0)
            made.mux(picture.encode(None))
            for _ in range(80 if sound else 0):
                block = av.AudioFrame.from_ndarray(np.zeros((1, 4800), np.float32), "fltp", "mono")
                block.sample_rate = 48_000
                made.mux(sound.encode(block))
            if sound:
                made.mux(sound.encode(None))
    (folder / "none.mp4").write_bytes(b"no clip" * 100)
    return folder


def test_s3_a_dry_run_says_the_same_and_leaves_the_clips_where_they_are(
    s3, long_clips, tmp_path, monkeypatch
):
    import s3fs

    s3.put(str(long_clips), f"{BUCKET}/in", recursive=True)
    whole = sum(path.stat().st_size for path in long_clips.iterdir())
    read = []
    fetch_range = s3fs.core.S3File._fetch_range

    def counted(self, start, end):
        read.append(end - start)
        return fetch_range(self, start, end)

    monkeypatch.setattr(s3fs.core.S3File, "_fetch_range", counted)
    here = nd.plan_batch(long_clips, ["es"], tmp_path / "out")
    there = nd.plan_batch(f"s3://{BUCKET}/in", ["es"], f"s3://{BUCKET}/out")
    told = ["clip", "plan", "missing"]
    pd.testing.assert_frame_equal(there[told], here[told])
    assert list(there["plan"]) == ["do", "do", "refused", "refused"]
    assert there["minutes"].round(2).tolist() == here["minutes"].round(2).tolist()
    assert not list((tmp_path / "home" / "batch").glob("fetched/*"))
    assert 0 < sum(read) < whole / 3


def test_s3_what_is_missing_or_forbidden_is_refused_with_its_reason(s3, do):
    assert s3.exists(BUCKET)
    made = do([f"s3://{BUCKET}/nowhere.mp4", "s3://no-such-bucket/clip.mp4", "nonsense://clip.mp4"], ["es"])
    assert set(made.frame["status"]) == {"refused"}
    assert made.frame["error"].notna().all()


def test_memory_is_a_place_like_any_other(do, clips):
    folder = clips(one="first")
    assert do(folder, ["es"], out="memory://dubbed").ok
    assert fsspec.filesystem("memory").cat_file("/dubbed/one.es.mp4") == b"bed of first + es of first"
    assert do(folder, ["es"], out="memory://dubbed").reused == 1
