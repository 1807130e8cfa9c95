"""What a clip holds is found, and what is no clip is refused with a reason."""

from __future__ import annotations

import sys
from pathlib import Path

import av
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from clips import clicks, make_clip, tone

from nemodub_nb.local.engine.errors import NotMediaError
from nemodub_nb.local.engine.media.probe import probe
from nemodub_nb.local.engine.media.subtitles_in import embedded_subtitles


@pytest.mark.parametrize("kind", ["mp4", "mov", "mkv", "webm", "avi", "ts"])
def test_every_container_tells_length_size_and_sound(tmp_path, kind):
    info = probe(make_clip(tmp_path / f"clip.{kind}", 2.0, (320, 180)))
    assert info.duration_s == pytest.approx(2.0, abs=0.09)
    assert (info.width, info.height, info.has_video) == (320, 180, True)
    assert info.fps == pytest.approx(25, abs=0.01)
    assert len(info.audio_tracks) == 1
    assert info.audio_tracks[0].channels == 2
    assert info.size_bytes == (tmp_path / f"clip.{kind}").stat().st_size


@pytest.mark.parametrize(
    ("name", "codec", "container"),
    [("s.m4a", "aac", None), ("s.mp3", "mp3", None), ("s.wav", "pcm_s16le", None), ("s.aac", "aac", "adts")],
)
def test_sound_without_a_picture_is_media_too(tmp_path, name, codec, container):
    info = probe(make_clip(tmp_path / name, 3.0, None, container, audio_codec=codec))
    assert not info.has_video
    assert info.duration_s == pytest.approx(3.0, abs=0.05)


def test_a_length_is_found_where_the_container_has_none(tmp_path):
    path = make_clip(tmp_path / "a.mkv", 2.0)
    bare = tmp_path / "b.mkv"
    with (
        av.open(str(path)) as source,
        av.open(str(bare), "w", format="matroska", options={"live": "1"}) as out,
    ):
        streams = {s.index: out.add_stream_from_template(s, opaque=True) for s in source.streams}
        for packet in source.demux():
            if packet.size:
                packet.stream = streams[packet.stream.index]
                out.mux(packet)
    with av.open(str(bare)) as container:
        assert not container.duration
    assert probe(bare).duration_s == pytest.approx(2.0, abs=0.1)


@pytest.mark.parametrize(("rotation", "size"), [(90, (180, 320)), (-90, (180, 320)), (180, (320, 180))])
def test_a_phone_clip_has_the_size_that_is_shown(tmp_path, rotation, size):
    info = probe(make_clip(tmp_path / "phone.mp4", 1.0, rotation=rotation))
    assert (info.width, info.height) == size
    assert abs(info.rotation) == abs(rotation)


def test_all_tracks_and_their_languages_are_listed(tmp_path):
    info = probe(make_clip(tmp_path / "many.mp4", 1.0, audio=[tone()] * 20, languages=["eng", "spa"]))
    assert len(info.audio_tracks) == 20
    assert [track.language for track in info.audio_tracks[:3]] == ["eng", "spa", None]


def test_a_cover_image_is_no_picture(tmp_path):
    path = tmp_path / "song.mp4"
    with av.open(str(path), "w", format="mp4") as out:
        cover = out.add_stream("mjpeg", rate=1)
        cover.width, cover.height, cover.pix_fmt = 64, 64, "yuvj420p"
        cover.disposition = 0x400
        sound = out.add_stream("aac", rate=48_000)
        image = av.VideoFrame(64, 64, "yuvj420p")
        image.pts = 0
        out.mux(cover.encode(image))
        out.mux(cover.encode(None))
        frame = av.AudioFrame.from_ndarray(np.zeros((2, 48_000), np.float32), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts = 48_000, 0
        out.mux(sound.encode(frame))
        out.mux(sound.encode(None))
    info = probe(path)
    assert not info.has_video
    assert info.duration_s == pytest.approx(1.0, abs=0.05)


def test_a_text_file_named_mp4_is_called_a_text_file(tmp_path):
    path = tmp_path / "notes.mp4"
    path.write_text("Buy milk.\n" * 300)
    with pytest.raises(NotMediaError, match=r"notes\.mp4 is a text file"):
        probe(path)


def test_an_empty_file_a_folder_and_nothing_are_told_apart(tmp_path):
    (tmp_path / "empty.mp4").touch()
    with pytest.raises(NotMediaError, match="empty"):
        probe(tmp_path / "empty.mp4")
    with pytest.raises(NotMediaError, match="folder"):
        probe(tmp_path)
    with pytest.raises(NotMediaError, match="no readable file"):
        probe(tmp_path / "missing.mp4")


@pytest.mark.parametrize("options", [{}, {"movflags": "+faststart"}])
def test_a_download_that_broke_is_called_cut_off(tmp_path, options):
    whole = make_clip(tmp_path / "whole.mp4", 3.0)
    path = tmp_path / "part.mp4"
    with av.open(str(whole)) as source, av.open(str(path), "w", format="mp4", options=options) as out:
        streams = {s.index: out.add_stream_from_template(s, opaque=True) for s in source.streams}
        for packet in source.demux():
            if packet.size:
                packet.stream = streams[packet.stream.index]
                out.mux(packet)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    with pytest.raises(NotMediaError, match="cut off"):
        probe(path)


@pytest.mark.parametrize(
    "text",
    [
        "#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1:9/secret.ts\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile /etc/passwd\n",
    ],
)
def test_a_playlist_cannot_make_us_read_other_files(tmp_path, text):
    path = tmp_path / "clip.mp4"
    path.write_text(text)
    with pytest.raises(NotMediaError, match="text file"):
        probe(path)


@pytest.mark.parametrize("kind", ["mp4", "mkv"])
def test_subtitles_inside_a_clip_are_read(tmp_path, kind):
    cues = [(0.2, 1.0, "Hello, world"), (1.2, 1.8, "and\nmore")]
    found = embedded_subtitles(make_clip(tmp_path / f"s.{kind}", 2.0, subtitles=cues))
    assert found is not None
    assert found.language == "eng"
    assert [text for _, _, text in found.cues] == ["Hello, world", "and\nmore"]
    assert [start for start, _, _ in found.cues] == pytest.approx([0.2, 1.2], abs=0.002)
    assert [end for _, end, _ in found.cues] == pytest.approx([1.0, 1.8], abs=0.002)


def test_no_subtitles_is_none(tmp_path):
    assert embedded_subtitles(make_clip(tmp_path / "s.mp4", 0.5, audio=clicks())) is None
