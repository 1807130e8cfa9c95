"""One file of several languages, other formats, platforms: what an independent prober and decoder find in them."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from clips import clicks, make_clip, tone

from nemodub_nb.local.engine.errors import BadJobError
from nemodub_nb.local.engine.media.audio import decode_blocks, write_audio
from nemodub_nb.local.engine.media.probe import probe
from nemodub_nb.local.engine.media.subtitles_in import embedded_subtitles
from nemodub_nb.local.engine.mix.loudness import measure_file
from nemodub_nb.local.engine.render import render
from nemodub_nb.local.engine.render_job import RenderJob
from nemodub_nb.presets import FORMATS

LENGTH_S, FRAME_S = 3.0, 0.04
SPAN = {"start_s": 0.0, "in_s": 0.0, "out_s": LENGTH_S}
CUES = [
    {"start_s": 0.4, "end_s": 1.2, "text": "Tom & <Jerry>"},
    {"start_s": 1.6, "end_s": 2.4, "text": "dos\nlíneas"},
]
needs_ffprobe = pytest.mark.skipif(shutil.which("ffprobe") is None, reason="there is no ffprobe")


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """A clip, and two voices of which one is much quieter than the other."""
    folder = tmp_path_factory.mktemp("together")
    make_clip(folder / "clip.mp4", LENGTH_S, (320, 180), audio=tone(level=0.02))
    t = np.arange(round(LENGTH_S * 48_000)) / 48_000
    for name, hz, level in (("es", 700, 0.2), ("pt", 500, 0.04)):
        voice = level * np.sin(2 * np.pi * hz * t) * ((t % 1) < 0.5) + clicks(level=2 * level)(t)
        write_audio(folder / f"{name}.flac", voice.astype(np.float32))
    return folder


def sound(room, name, tag, **more):
    clip = {"source": str(room / "clip.mp4"), "role": "bed", "volume": 0.3, **SPAN}
    dub = {"source": str(room / f"{name}.flac"), "role": "dub", **SPAN}
    return {"language": tag, "loudness_lufs": -14, "audio": [clip, dub], **more}


def together(room, out, **changes):
    original = {
        "language": "en",
        "title": "English (original)",
        "audio": [{"source": str(room / "clip.mp4"), **SPAN}],
    }
    order = {
        "picture": [{"source": str(room / "clip.mp4"), "in_s": 0.0, "out_s": LENGTH_S}],
        "duration_s": LENGTH_S,
        "sounds": [sound(room, "es", "es"), sound(room, "pt", "pt-BR"), {**original, "loudness_lufs": -14}],
        "subtitles": [{"language": tag, "mode": "track", "cues": CUES} for tag in ("es", "pt-BR")],
        "format": out.suffix.lstrip("."),
        "output": str(out),
    }
    return RenderJob.from_dict(order | changes)


def one(room, out, **changes):
    made = sound(room, "es", "es")
    order = {
        "picture": [{"source": str(room / "clip.mp4"), "in_s": 0.0, "out_s": LENGTH_S}],
        "duration_s": LENGTH_S,
        "audio": made["audio"],
        "audio_language": "es",
        "format": out.suffix.lstrip("."),
        "output": str(out),
    }
    return RenderJob.from_dict(order | changes)


def found(path):
    command = ["ffprobe", "-v", "error", "-show_streams", "-show_format", "-of", "json", str(path)]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


@needs_ffprobe
@pytest.mark.parametrize(
    ("ending", "codecs", "name"),
    [
        ("mp4", ["h264", "aac", "aac", "aac", "mov_text", "mov_text"], "handler_name"),
        ("webm", ["av1", "opus", "opus", "opus", "webvtt", "webvtt"], "title"),
        ("m4a", ["aac", "aac", "aac"], "handler_name"),
    ],
)
def test_every_language_is_a_track_with_its_name_and_the_first_is_the_default(
    room, tmp_path, ending, codecs, name
):
    render(together(room, tmp_path / f"out.{ending}"))
    streams = found(tmp_path / f"out.{ending}")["streams"]
    assert [stream["codec_name"] for stream in streams] == codecs
    for kind, languages in (("audio", ["spa", "por", "eng"]), ("subtitle", ["spa", "por"])):
        tracks = [stream for stream in streams if stream["codec_type"] == kind]
        assert [track["tags"]["language"] for track in tracks] == languages[: len(tracks)]
        defaults = [track["disposition"]["default"] for track in tracks]
        assert defaults == [1, 0, 0][: len(tracks)]
        if kind == "audio":
            titles = [track["tags"][name] for track in tracks]
            assert titles == ["Español", "Português (Brasil)", "English (original)"]


@pytest.mark.parametrize("ending", ["mp4", "webm"])
def test_each_track_is_levelled_by_itself_and_begins_and_ends_with_the_picture(room, tmp_path, ending):
    out = tmp_path / f"out.{ending}"
    made = render(together(room, out))
    for number, track in enumerate(made.tracks):
        assert measure_file(out, number).integrated_lufs == pytest.approx(track.loudness_lufs, abs=0.1)
        assert track.loudness_lufs == pytest.approx(-14, abs=1)
        assert track.true_peak_dbtp <= -1
        samples = np.concatenate(list(decode_blocks(out, track=number)))[:, 0]
        assert len(samples) / 48_000 == pytest.approx(LENGTH_S, abs=FRAME_S)
        if number < 2:
            around = np.abs(samples[43_200:52_800])
            first = np.flatnonzero(around > 0.5 * around.max())[0] - 4800
            assert first / 48_000 == pytest.approx(0, abs=0.002)
    assert (made.loudness_lufs, made.loudness_target_lufs) == (made.tracks[0].loudness_lufs, -14)
    assert probe(out).duration_s == pytest.approx(LENGTH_S, abs=FRAME_S)


@needs_ffprobe
@pytest.mark.parametrize("ending", ["mp4", "webm"])
def test_subtitles_come_back_as_they_were_written(room, tmp_path, ending):
    out = tmp_path / f"out.{ending}"
    render(together(room, out))
    for number in range(2):
        command = ["ffmpeg", "-v", "error", "-i", str(out), "-map", f"0:s:{number}", "-f", "srt", "-"]
        shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        assert [block.split("\n", 2)[2] for block in shown.strip().split("\n\n")] == [
            cue["text"] for cue in CUES
        ]
    found_cues = embedded_subtitles(out).cues
    assert [start for start, *_ in found_cues] == pytest.approx([0.4, 1.6], abs=0.01)
    assert [end for _, end, _ in found_cues] == pytest.approx([1.2, 2.4], abs=0.01)


@needs_ffprobe
@pytest.mark.parametrize(
    ("ending", "codec"),
    [("m4a", "aac"), ("mp3", "mp3"), ("wav", "pcm_s16le"), ("opus", "opus")],
)
def test_sound_alone_has_its_language_its_loudness_and_nothing_else(room, tmp_path, ending, codec):
    out = tmp_path / f"out.{ending}"
    made = render(one(room, out, loudness_lufs=-16))
    said = found(out)
    (stream,) = said["streams"]
    assert stream["codec_name"] == codec
    assert "spa" in (said["format"].get("tags", {}).get("language"), stream.get("tags", {}).get("language"))
    assert (made.picture, made.width) == ("none", 0)
    assert made.loudness_lufs == pytest.approx(-16, abs=1)
    assert made.true_peak_dbtp <= -1
    assert measure_file(out).integrated_lufs == pytest.approx(made.loudness_lufs, abs=0.1)
    samples = np.concatenate(list(decode_blocks(out)))
    assert len(samples) / 48_000 == pytest.approx(LENGTH_S, abs=0.03)


def test_a_picture_that_a_format_knows_is_passed_on(room, tmp_path):
    source = make_clip(tmp_path / "source.webm", 2.0, (320, 180), video_codec="libvpx-vp9")
    picture = [{"source": str(source), "in_s": 0.0, "out_s": 2.0}]
    made = render(one(room, tmp_path / "out.webm", picture=picture, duration_s=2.0))
    assert (made.picture, probe(tmp_path / "out.webm").video_codec) in {
        ("copied", "vp9"),
        ("copied", "libvpx-vp9"),
    }
    assert render(one(room, tmp_path / "out.mp4", picture=picture, duration_s=2.0)).picture == "encoded"


def test_a_turned_picture_is_upright_in_a_format_whose_players_do_not_turn(room, tmp_path):
    source = make_clip(tmp_path / "source.mp4", 1.0, (320, 180), rotation=-90)
    picture = [{"source": str(source), "in_s": 0.0, "out_s": 1.0}]
    render(one(room, tmp_path / "out.webm", picture=picture, duration_s=1.0))
    info = probe(tmp_path / "out.webm")
    assert (info.width, info.height, info.rotation) == (180, 320, 0)


@pytest.mark.parametrize("ending", ["mp3", "wav", "opus"])
def test_a_format_of_one_language_refuses_several(room, tmp_path, ending):
    with pytest.raises(BadJobError, match="one language"):
        together(room, tmp_path / f"out.{ending}")


def test_sound_alone_of_a_clip_without_sound_is_refused(room, tmp_path):
    with pytest.raises(BadJobError, match="no sound"):
        render(one(room, tmp_path / "out.wav", audio=[]))


def test_the_end_of_a_name_is_that_of_the_format():
    from nemodub_nb.local.engine.media.delivery import DELIVERIES

    assert list(DELIVERIES) == list(FORMATS)
    for name, made in DELIVERIES.items():
        assert (made.picture is not None, not made.alone) == (FORMATS[name].picture, FORMATS[name].tracks)


CODE = """
import hashlib, json, os, sys
from nemodub_nb.local.engine.render import render
from nemodub_nb.local.engine.render_job import RenderJob
os.sched_setaffinity(0, json.loads(sys.argv[1]))
job = json.loads(sys.argv[2])
made = render(RenderJob.from_dict(job))
print(made.picture, hashlib.sha256(open(made.output, "rb").read()).hexdigest())
"""


@pytest.mark.skipif(
    not hasattr(__import__("os"), "sched_getaffinity") or len(__import__("os").sched_getaffinity(0)) < 2,
    reason="needs two cores that can be told apart",
)
@pytest.mark.parametrize("ending", ["mp4", "webm"])
def test_an_encoded_file_is_the_same_to_the_byte_on_any_number_of_cores(room, tmp_path, ending):
    import os

    cores = sorted(os.sched_getaffinity(0))
    source = make_clip(tmp_path / "source.mp4", 1.6, (640, 360))
    order = {
        "picture": [{"source": str(source), "in_s": 0.0, "out_s": 1.6}],
        "duration_s": 1.6,
        "audio": sound(room, "es", "es")["audio"],
        "subtitles": {"language": "es", "mode": "burned", "cues": CUES},
        "aspect": "9:16",
        "format": ending,
    }
    seen = set()
    for number, allowed in enumerate((cores[:1], cores)):
        job = {**order, "output": str(tmp_path / f"{number}.{ending}")}
        command = [sys.executable, "-c", CODE, json.dumps(allowed), json.dumps(job)]
        seen.add(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    (only,) = seen
    assert only.startswith("encoded ")


def test_the_same_job_twice_is_the_same_file(room, tmp_path):
    digests = set()
    for number in range(2):
        out = tmp_path / f"{number}.webm"
        render(together(room, out))
        digests.add(hashlib.sha256(out.read_bytes()).hexdigest())
    assert len(digests) == 1
