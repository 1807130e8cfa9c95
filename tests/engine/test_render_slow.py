"""A picture that is slowed down lasts as long as it should, and its sound with it, at its own pitch."""

from __future__ import annotations

import sys
from pathlib import Path

import av
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
import itertools

from clips import make_clip, tone

from nemodub_nb.local.engine.errors import BadJobError
from nemodub_nb.local.engine.media import slow
from nemodub_nb.local.engine.media.audio import RATE, decode_blocks
from nemodub_nb.local.engine.media.probe import probe
from nemodub_nb.local.engine.render import render
from nemodub_nb.local.engine.render_job import RenderJob

FRAME_S = 0.04


def job(clip, out, factor=1.5):
    """One second as it is, one slowed down, one as it is."""
    edges = [0.0, 1.0, 2.0, 3.0]
    starts = [0.0, 1.0, 1.0 + factor]
    pieces = [
        {"source": str(clip), "in_s": first, "out_s": last, "slow": factor if number == 1 else 1.0}
        for number, (first, last) in enumerate(itertools.pairwise(edges))
    ]
    sounds = [{**piece, "start_s": start, "role": "bed"} for piece, start in zip(pieces, starts, strict=True)]
    order = {"picture": pieces, "audio": sounds, "duration_s": 2.0 + factor, "output": str(out)}
    return RenderJob.from_dict(order)


def brightness(path):
    with av.open(str(path)) as container:
        return [(f.time, f.to_ndarray(format="gray").mean()) for f in container.decode(video=0)]


def test_picture_and_sound_last_as_long_as_asked_and_meet_where_they_met(tmp_path):
    clip = make_clip(tmp_path / "a.mp4", 3.0, audio=tone(440))
    made = render(job(clip, tmp_path / "out.mp4"))
    assert made.picture == "encoded"
    info = probe(tmp_path / "out.mp4")
    assert info.duration_s == pytest.approx(3.5, abs=FRAME_S)
    own, slowed = (np.array(brightness(path)) for path in (clip, tmp_path / "out.mp4"))
    for at, source in ((0.5, 0.5), (1.75, 1.5), (2.6, 2.1), (3.2, 2.7)):
        seen = np.interp(at, slowed[:, 0], slowed[:, 1])
        assert seen == pytest.approx(np.interp(source, own[:, 0], own[:, 1]), abs=3)
    assert (np.diff(slowed[:, 0]) > 0).all()


@pytest.mark.parametrize("program", ["", "rubberband"])
def test_sound_keeps_its_pitch_and_level_and_fills_its_time(tmp_path, monkeypatch, program):
    found = slow.shutil.which("rubberband")
    if program and not found:
        pytest.skip("there is no rubberband")
    monkeypatch.setattr(slow.shutil, "which", lambda _: found if program else None)
    clip = make_clip(tmp_path / "a.mp4", 3.0, audio=tone(440))
    render(job(clip, tmp_path / "out.mp4"))
    samples = np.concatenate(list(decode_blocks(tmp_path / "out.mp4")))[:, 0]
    assert len(samples) / RATE == pytest.approx(3.5, abs=0.03)
    for start in (0.3, 1.5, 2.2, 2.9):
        piece = samples[round(start * RATE) : round(start * RATE) + RATE // 4]
        spectrum = np.abs(np.fft.rfft(piece * np.hanning(len(piece))))
        assert spectrum.argmax() * RATE / len(piece) == pytest.approx(440, abs=5)
        assert np.sqrt(np.mean(piece**2)) == pytest.approx(0.25 / np.sqrt(2), rel=0.1)


@pytest.mark.parametrize("factor", [0.5, 2.5])
def test_more_than_twice_as_long_is_refused(tmp_path, factor):
    with pytest.raises(BadJobError, match="1 to 2"):
        job(tmp_path / "a.mp4", tmp_path / "out.mp4", factor)


def test_music_goes_on_without_a_hole_where_its_pace_changes(tmp_path):
    clip = make_clip(tmp_path / "a.mp4", 3.0, audio=tone(440))
    render(job(clip, tmp_path / "out.mp4"))
    samples = np.concatenate(list(decode_blocks(tmp_path / "out.mp4")))[:, 0]
    window = round(0.005 * RATE)
    whole = samples[RATE // 10 : round(3.4 * RATE) // window * window]
    levels = np.sqrt(np.mean(whole[: len(whole) // window * window].reshape(-1, window) ** 2, axis=1))
    assert levels.min() > 0.5 * np.median(levels)
