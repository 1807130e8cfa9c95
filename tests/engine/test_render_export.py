"""An export plays: right picture, right length, right loudness, right words at the right time."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from clips import clicks, make_clip, tone

from nemodub_nb.local.engine.errors import BadJobError, NoSpaceError, NotMediaError
from nemodub_nb.local.engine.media.audio import decode_blocks, write_audio
from nemodub_nb.local.engine.media.probe import probe
from nemodub_nb.local.engine.media.subtitles_in import embedded_subtitles
from nemodub_nb.local.engine.render import render
from nemodub_nb.local.engine.render_job import RenderJob

FRAME_S = 0.04
CUES = [
    {"start_s": 0.4, "end_s": 1.2, "text": "Hola, señor"},
    {"start_s": 1.6, "end_s": 2.4, "text": "dos\nlíneas"},
]


@pytest.fixture
def stem(tmp_path):
    t = np.arange(3 * 48_000) / 48_000
    voice = 0.2 * np.sin(2 * np.pi * 700 * t) * (np.sin(2 * np.pi * 2 * t) > 0)
    write_audio(tmp_path / "stem.flac", voice.astype(np.float32))
    return tmp_path / "stem.flac"


def job(clip, stem, out, **changes):
    info = probe(clip)
    length = changes.pop("length", info.duration_s)
    span = {"start_s": 0.0, "in_s": 0.0, "out_s": length}
    order = {
        "picture": [{"source": str(clip), "in_s": 0.0, "out_s": length}],
        "duration_s": length,
        "audio": [
            {"source": str(clip), "role": "bed", "volume": 0.3, **span},
            {"source": str(stem), "role": "dub", **span},
        ],
        "subtitles": {"language": "es", "mode": "track", "cues": CUES},
        "audio_language": "es",
        "output": str(out),
    }
    return RenderJob.from_dict(order | changes)


def packets(path):
    with av.open(str(path)) as container:
        return [hashlib.sha256(bytes(packet)).digest() for packet in container.demux(video=0) if packet.size]


def frame_at(path, seconds):
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            if frame.time >= seconds - 1e-3:
                return frame.to_ndarray(format="rgb24").astype(int)
    raise AssertionError


def stream_lengths(path):
    with av.open(str(path)) as container:
        return [float(s.duration * s.time_base) for s in (*container.streams.video, *container.streams.audio)]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.mp4", {}),
        ("a.mov", {}),
        ("a.mkv", {}),
        ("a.mp4", {"rotation": -90}),
        ("a.mp4", {"frame_times": [0, 0.1, 0.15, 0.5, 0.9, 1.0, 1.04, 2.0, 2.5]}),
        ("a.mp4", {"audio": [tone()] * 20}),
        ("a.mp4", {"audio": None}),
        ("a.mp4", {"channels": 6}),
        ("a.mp4", {"fps": 30, "audio_rate": 22_050, "channels": 1}),
    ],
)
def test_a_picture_that_does_not_change_is_passed_on_packet_by_packet(tmp_path, stem, name, options):
    clip = make_clip(tmp_path / name, 3.0, **options)
    made = render(job(clip, stem, tmp_path / "out.mp4"))
    assert made.picture == "copied"
    assert packets(clip) == packets(tmp_path / "out.mp4")
    assert probe(tmp_path / "out.mp4").rotation == options.get("rotation", 0)
    assert (made.width, made.height) == (probe(clip).width, probe(clip).height)


@pytest.mark.parametrize(
    ("name", "options", "size"),
    [
        ("a.webm", {}, (320, 180)),
        ("a.avi", {}, (320, 180)),
        ("a.avi", {"video_codec": "libx264"}, (320, 180)),
        ("a.mp4", {"pixel_format": "yuv420p10le"}, (320, 180)),
        ("a.mp4", {"size": (321, 181), "pixel_format": "yuv444p"}, (320, 180)),
        ("a.webm", {"size": (180, 320)}, (180, 320)),
    ],
)
def test_what_does_not_play_everywhere_is_encoded(tmp_path, stem, name, options, size):
    clip = make_clip(tmp_path / name, 3.0, **options)
    made = render(job(clip, stem, tmp_path / "out.mp4"))
    info = probe(tmp_path / "out.mp4")
    assert (made.picture, info.video_codec, info.pixel_format) == ("encoded", "h264", "yuv420p")
    assert (info.width, info.height) == size
    assert abs(stream_lengths(tmp_path / "out.mp4")[0] - 3.0) <= 2 * FRAME_S
    assert (
        np.abs(
            frame_at(clip, 1.52)[:180, :180].mean() - frame_at(tmp_path / "out.mp4", 1.52)[:180, :180].mean()
        )
        < 8
    )


@pytest.mark.parametrize(
    ("name", "options"),
    [("a.mp4", {}), ("a.mkv", {}), ("a.webm", {}), ("a.mp4", {"audio_rate": 44_100}), ("a.ts", {})],
)
def test_sound_is_not_late_and_both_lengths_are_the_source_s(tmp_path, name, options):
    clip = make_clip(tmp_path / name, 3.0, audio=tone(level=0.001), **options)
    clicking = tmp_path / "clicks.flac"
    write_audio(clicking, clicks()(np.arange(3 * 48_000) / 48_000).astype(np.float32) * 0.5)
    render(job(clip, clicking, tmp_path / "out.mp4"))
    for length in stream_lengths(tmp_path / "out.mp4"):
        assert abs(length - probe(clip).duration_s) <= FRAME_S
    samples = np.concatenate(list(decode_blocks(tmp_path / "out.mp4")))[:, 0]
    for second in (1, 2):
        around = np.abs(samples[second * 48_000 - 4800 : second * 48_000 + 4800])
        assert (np.flatnonzero(around > 0.5 * around.max())[0] - 4800) / 48_000 == pytest.approx(0, abs=0.002)


def test_loudness_is_on_target_and_reported_as_it_is(tmp_path, stem):
    clip = make_clip(tmp_path / "a.mp4", 3.0)
    made = render(job(clip, stem, tmp_path / "out.mp4"))
    assert made.loudness_lufs == pytest.approx(-16, abs=1)
    assert made.true_peak_dbtp <= -1
    if shutil.which("ffmpeg"):
        command = [
            "ffmpeg",
            "-nostats",
            "-i",
            str(tmp_path / "out.mp4"),
            "-af",
            "ebur128=peak=true",
            "-f",
            "null",
            "-",
        ]
        report = subprocess.run(command, capture_output=True, text=True, check=True).stderr
        heard = re.findall(r"I:\s+(-[\d.]+) LUFS", report)[-1]
        assert float(heard) == pytest.approx(made.loudness_lufs, abs=0.11), "another decoder rounds otherwise"


def test_without_a_dub_the_level_is_left_alone(tmp_path, stem):
    clip = make_clip(tmp_path / "a.mp4", 3.0, audio=tone(level=0.05))
    span = {"start_s": 0.0, "in_s": 0.0, "out_s": 3.0}
    made = render(
        job(clip, stem, tmp_path / "out.mp4", audio=[{"source": str(clip), "role": "original", **span}])
    )
    assert made.loudness_lufs < -25


def test_subtitles_are_a_track_in_their_language(tmp_path, stem):
    clip = make_clip(tmp_path / "a.mp4", 3.0)
    render(job(clip, stem, tmp_path / "out.mp4"))
    found = embedded_subtitles(tmp_path / "out.mp4")
    assert found.language == "spa"
    assert [text for _, _, text in found.cues] == [cue["text"] for cue in CUES]
    assert [start for start, _, _ in found.cues] == pytest.approx([cue["start_s"] for cue in CUES])
    assert [end for _, end, _ in found.cues] == pytest.approx([cue["end_s"] for cue in CUES])
    assert probe(tmp_path / "out.mp4").audio_tracks[0].language == "spa"


def test_the_file_starts_playing_before_it_is_loaded(tmp_path, stem):
    render(job(make_clip(tmp_path / "a.mp4", 3.0), stem, tmp_path / "out.mp4"))
    data = (tmp_path / "out.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_sound_alone_becomes_an_mp4_with_sound_alone(tmp_path, stem):
    clip = make_clip(tmp_path / "a.m4a", 3.0, None)
    made = render(
        job(clip, stem, tmp_path / "out.mp4", picture=[{"source": str(clip), "in_s": 0, "out_s": 3}])
    )
    info = probe(tmp_path / "out.mp4")
    assert (made.picture, info.has_video) == ("none", False)
    assert info.duration_s == pytest.approx(3.0, abs=0.01)


def test_a_clip_without_picture_change_but_no_sound_at_all_is_exported(tmp_path, stem):
    clip = make_clip(tmp_path / "a.mp4", 2.0, audio=None)
    made = render(job(clip, stem, tmp_path / "out.mp4", audio=[], subtitles=None))
    assert (made.picture, made.loudness_lufs) == ("copied", None)
    assert not probe(tmp_path / "out.mp4").audio_tracks


@pytest.mark.parametrize(
    ("parts", "length", "how"),
    [
        ([(0.0, 2.0)], 2.0, "copied"),
        ([(2.0, 3.0)], 1.0, "copied"),
        ([(0.5, 1.5), (2.02, 3.0)], 1.98, "encoded"),
    ],
)
def test_a_trimmed_clip_has_the_length_and_pictures_that_were_kept(tmp_path, stem, parts, length, how):
    clip = make_clip(tmp_path / "a.mp4", 3.0)
    picture = [{"source": str(clip), "in_s": a, "out_s": b} for a, b in parts]
    made = render(job(clip, stem, tmp_path / "out.mp4", length=length, picture=picture))
    assert made.picture == how
    for found in stream_lengths(tmp_path / "out.mp4"):
        assert found == pytest.approx(length, abs=FRAME_S)
    kept = frame_at(tmp_path / "out.mp4", 0.0).mean()
    assert kept == pytest.approx(frame_at(clip, parts[0][0]).mean(), abs=3)


def test_a_turned_clip_is_upright_when_it_is_encoded(tmp_path, stem):
    clip = make_clip(tmp_path / "a.mp4", 1.0, rotation=-90)
    render(job(clip, stem, tmp_path / "out.mp4", titles=[{"text": "x", "start_s": 5, "end_s": 6}]))
    info = probe(tmp_path / "out.mp4")
    assert (info.width, info.height, info.rotation) == (180, 320, 0)
    turned = np.rot90(frame_at(clip, 0.2), -1)
    assert np.abs(turned - frame_at(tmp_path / "out.mp4", 0.2)).mean() < 4


@pytest.mark.parametrize(
    ("aspect", "size", "made_size"),
    [
        ("9:16", (320, 180), (320, 568)),
        ("1:1", (320, 180), (320, 320)),
        ("16:9", (180, 320), (568, 320)),
        ("9:16", (1920, 1080), (1080, 1920)),
    ],
)
def test_another_aspect_ratio_fits_the_whole_picture(tmp_path, stem, aspect, size, made_size):
    clip = make_clip(tmp_path / "a.mp4", 0.4, size)
    made = render(job(clip, stem, tmp_path / "out.mp4", aspect=aspect))
    assert (made.width, made.height) == made_size
    whole = frame_at(tmp_path / "out.mp4", 0.2)
    height = round(size[1] * min(made_size[0] / size[0], made_size[1] / size[1]))
    width = round(size[0] * min(made_size[0] / size[0], made_size[1] / size[1]))
    top, left = (made_size[1] - height) // 2, (made_size[0] - width) // 2
    inner = whole[top : top + height, left : left + width]
    assert inner.mean() == pytest.approx(frame_at(clip, 0.2).mean(), abs=4)
    assert whole[:, :].min(axis=2).mean() > 10


def test_the_same_aspect_ratio_changes_nothing(tmp_path, stem):
    clip = make_clip(tmp_path / "a.mp4", 1.0, (320, 180))
    assert render(job(clip, stem, tmp_path / "out.mp4", aspect="16:9")).picture == "copied"


def test_titles_and_burned_subtitles_are_seen_while_they_last(tmp_path, stem):
    clip = make_clip(tmp_path / "a.mp4", 3.0, (640, 360))
    burned = {"language": "es", "mode": "burned", "cues": CUES}
    titles = [{"text": "Un título", "start_s": 2.6, "end_s": 3.0}]
    render(job(clip, stem, tmp_path / "out.mp4", subtitles=burned, titles=titles))
    out = tmp_path / "out.mp4"
    white = [int((frame_at(out, t)[half].min(axis=2) > 235).sum()) for t, half in (
        (0.2, slice(180, 360)), (0.8, slice(180, 360)), (1.4, slice(180, 360)), (2.8, slice(0, 180)), (2.5, slice(0, 180))
    )]  # fmt: skip
    assert white[0] == white[2] == white[4] == 0
    assert white[1] > 200
    assert white[3] > 200
    assert not probe(out).subtitle_tracks


def test_letters_that_no_font_has_are_refused_with_the_font_to_install(tmp_path, stem):
    clip = make_clip(tmp_path / "a.mp4", 1.0)
    from nemodub_nb.local.engine.media import fonts

    with pytest.raises(fonts.NoFontError, match="Noto"):
        render(
            job(
                clip,
                stem,
                tmp_path / "out.mp4",
                titles=[{"text": "\U0001e900\U00012000", "start_s": 0, "end_s": 1}],
            )
        )
    assert not (tmp_path / "out.mp4").exists()


def test_progress_grows_and_ends_at_the_end(tmp_path, stem):
    seen = []
    render(
        job(make_clip(tmp_path / "a.mp4", 3.0), stem, tmp_path / "out.mp4"), lambda *pair: seen.append(pair)
    )
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1][0] == seen[-1][1]


def test_a_full_disk_is_named_and_leaves_nothing_behind(tmp_path, stem):
    clip = make_clip(tmp_path / "a.mp4", 3.0)
    folder = tmp_path / "out"
    code = (
        "import resource, signal, sys\n"
        "from nemodub_nb.local.engine.render import render\n"
        "from nemodub_nb.local.engine.render_job import RenderJob\n"
        "from nemodub_nb.local.engine.errors import NoSpaceError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "span = dict(start_s=0, in_s=0, out_s=3)\n"
        "clip, stem, out = sys.argv[1:]\n"
        "job = dict(picture=[dict(source=clip, in_s=0, out_s=3)], duration_s=3, output=out,\n"
        "           audio=[dict(source=stem, role='dub', **span)])\n"
        "try:\n    render(RenderJob.from_dict(job))\n"
        "except NoSpaceError as error:\n    print(error.message)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(clip), str(stem), str(folder / "x.mp4")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "no space left" in done.stdout, done.stderr
    assert list(folder.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_named(tmp_path, stem):
    clip = make_clip(tmp_path / "a.mp4", 1.0)
    with pytest.raises(NoSpaceError, match="cannot be written"):
        render(job(clip, stem, stem / "out.mp4"))


def test_bad_orders_are_refused_with_what_is_possible(tmp_path, stem):
    clip = make_clip(tmp_path / "a.mp4", 1.0)
    with pytest.raises(BadJobError, match="9:16"):
        job(clip, stem, tmp_path / "o.mp4", aspect="5:1")
    with pytest.raises(BadJobError, match="cannot be read"):
        RenderJob.from_dict({"output": "x"})
    with pytest.raises(NotMediaError):
        render(job(clip, tmp_path / "nothing.flac", tmp_path / "o.mp4"))
