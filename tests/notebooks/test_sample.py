import ast
import csv
import itertools
import re
from pathlib import Path

import av
import pytest

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
SAMPLE = NOTEBOOKS / "sample"


def transcript():
    blocks = (SAMPLE / "explainer.transcript.srt").read_text("utf-8").strip().split("\n\n")
    return [block.split("\n")[2] for block in blocks]


def times():
    text = (SAMPLE / "explainer.transcript.srt").read_text("utf-8")
    found = re.findall(r"(\d+):(\d+):(\d+),(\d+)", text)
    stamps = [int(h) * 3600 + int(m) * 60 + int(s) + int(ms) / 1000 for h, m, s, ms in found]
    return list(zip(stamps[::2], stamps[1::2], strict=True))


def memory():
    with (SAMPLE / "explainer.memory.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def clip():
    with av.open(str(SAMPLE / "explainer.mp4")) as container:
        yield container


def test_the_clip_is_a_short_full_hd_video_that_plays_everywhere(clip):
    picture, sound = clip.streams.video[0], clip.streams.audio[0]
    assert (picture.width, picture.height, float(picture.average_rate)) == (1920, 1080, 30.0)
    assert (picture.codec_context.name, picture.pix_fmt) == ("h264", "yuv420p")
    assert (sound.codec_context.name, sound.channels, sound.rate) == ("aac", 2, 48_000)
    assert 28 <= clip.duration / av.time_base <= 34
    assert clip.size < 2_000_000


def test_every_frame_and_every_sample_of_the_clip_decodes():
    with av.open(str(SAMPLE / "explainer.mp4")) as container:
        frames = sum(1 for _ in container.decode(video=0))
    with av.open(str(SAMPLE / "explainer.mp4")) as container:
        samples = sum(frame.samples for frame in container.decode(audio=0))
    assert abs(frames / 30 - samples / 48_000) < 0.1


def test_no_subtitles_lie_beside_the_clip_that_would_win_over_the_recogniser():
    assert not (SAMPLE / "explainer.srt").exists()
    assert not (SAMPLE / "explainer.vtt").exists()


def test_the_transcript_is_what_the_script_makes_the_voice_say():
    tree = ast.parse((SAMPLE / "make_sample.py").read_text("utf-8"))
    spoken = [
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Line"
    ]
    assert spoken == transcript()


def test_the_lines_follow_each_other_with_room_for_longer_languages():
    lines = times()
    assert all(start < end for start, end in lines)
    pauses = [later[0] - earlier[1] for earlier, later in itertools.pairwise(lines)]
    assert all(0.4 <= pause <= 0.9 for pause in pauses)


@pytest.mark.parametrize("language", ["es", "fr", "de"])
def test_every_line_has_a_reviewed_translation(language):
    rows = [row for row in memory() if row["target_language"] == language]
    assert [row["source"] for row in rows] == transcript()
    assert all(row["source_language"] == "en" and row["target"].strip() for row in rows)


def test_translations_keep_the_numbers_and_the_name_of_the_product():
    for row in memory():
        assert re.findall(r"\d+", row["target"]) == re.findall(r"\d+", row["source"]), row
        assert ("Panorama" in row["target"]) == ("Panorama" in row["source"]), row


def test_translations_can_be_read_as_subtitles_while_they_are_spoken():
    slots = dict(
        zip(
            transcript(),
            [
                later[0] - start
                for (start, _), later in zip(times(), [*times()[1:], (34.0, 34.0)], strict=True)
            ],
            strict=True,
        )
    )
    for row in memory():
        assert len(row["target"]) <= 20 * slots[row["source"]], row
        assert len(row["alternative"]) <= len(row["target"]), row
