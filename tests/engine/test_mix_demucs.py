"""Demucs takes the voice out in overlapping segments, whatever the length, and says so when it cannot be had."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nemodub_nb.local.engine import weights
from nemodub_nb.local.engine.clip import look_into
from nemodub_nb.local.engine.errors import SeparationUnavailableError
from nemodub_nb.local.engine.lines import Line
from nemodub_nb.local.engine.media.audio import audio_writer, read_window
from nemodub_nb.local.engine.mix.bed import Separator, make_bed
from nemodub_nb.local.engine.mix.demucs import FILE, Demucs, separated
from nemodub_nb.local.engine.mix.separate import separate
from nemodub_nb.local.engine.progress import silent
from nemodub_nb.local.engine.steps import Steps

RATE = 48_000
SEGMENT = 22_050


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A model with the inputs and outputs of an exported HT-Demucs whose “voice” is what both channels share."""
    from onnx import TensorProto, checker, helper, numpy_helper, save

    # Each stem is a mixture of the two channels; only the vocals' is not zero: the middle.
    mixing = np.zeros((4, 2, 2), np.float32)
    mixing[3] = 0.5
    graph = helper.make_graph(
        [
            helper.make_node("Unsqueeze", ["mix", "axis"], ["one"]),
            helper.make_node("MatMul", ["mixing", "one"], ["stems"]),
        ],
        "tiny",
        [helper.make_tensor_value_info("mix", TensorProto.FLOAT, [1, 2, SEGMENT])],
        [helper.make_tensor_value_info("stems", TensorProto.FLOAT, [1, 4, 2, SEGMENT])],
        [
            numpy_helper.from_array(np.array([1], np.int64), "axis"),
            numpy_helper.from_array(mixing[None], "mixing"),
        ],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    checker.check_model(made)
    folder = tmp_path_factory.mktemp("demucs")
    save(made, str(folder / FILE))
    return folder


def _clip(path, seconds=6.0):
    """A “voice” in the middle and “music” that is the opposite in the two channels."""
    t = np.arange(int(seconds * RATE)) / RATE
    voice = 0.3 * np.sin(2 * np.pi * 300 * t)
    music = 0.2 * np.sin(2 * np.pi * 1100 * t)
    with audio_writer(path, channels=2) as writer:
        writer.write(np.stack([voice + music, voice - music], axis=1).astype(np.float32))
    return voice, music


def test_the_voice_goes_where_it_is_and_the_rest_stays(model, tmp_path):
    voice, music = _clip(tmp_path / "clip.flac")
    seen = []
    separate(
        tmp_path / "clip.flac", tmp_path / "bed.flac", speech=[(2.0, 4.0)], demucs=model,
        on_progress=lambda done, total: seen.append((done, total)),
    )  # fmt: skip
    bed = read_window(tmp_path / "bed.flac", 0.0, 6.0, channels=2)
    assert len(bed) == len(voice)
    inside, outside = slice(2 * RATE, 4 * RATE), slice(0, int(1.7 * RATE))
    assert np.abs(bed[inside, 0] - music[inside]).max() < 0.003, (
        "voice gone, music kept, aligned to the sample"
    )
    assert np.abs(bed[outside, 0] - (voice + music)[outside]).max() < 0.001, "elsewhere nothing changes"
    assert seen[-1] == (6.0, 6.0)


@given(seconds=st.floats(0.01, 3.0), block=st.integers(100, 60_000))
@example(seconds=1.0, block=SEGMENT // 2)  # a segment ends where a block does
@settings(max_examples=25, deadline=None)
def test_segments_join_without_a_seam_for_any_length(model, seconds, block):
    sound = np.random.default_rng(0).normal(0, 0.2, (int(seconds * 44_100), 2)).astype(np.float32)
    blocks = [sound[at : at + block] for at in range(0, len(sound), block)]
    found = np.concatenate([*separated(blocks, Demucs(model), lambda *_: True), np.zeros((0, 2), np.float32)])
    assert found.shape == sound.shape
    middle = sound.mean(axis=1, keepdims=True).repeat(2, axis=1)
    assert np.abs(found - middle).max(initial=0.0) < 1e-5


def test_memory_does_not_grow_with_the_clip(model):
    held, given_out = [], 0

    def blocks():
        for _ in range(200):
            held.append(given_out)
            yield np.zeros((44_100, 2), np.float32)

    for made in separated(blocks(), Demucs(model), lambda *_: False):
        given_out += len(made)
    read_ahead = [44_100 * (n + 1) - out for n, out in enumerate(held)]
    assert max(read_ahead) < 3 * 44_100


def test_a_model_that_is_none_is_told(tmp_path):
    (tmp_path / FILE).write_bytes(b"<html>not found</html>")
    with pytest.raises(SeparationUnavailableError, match="cannot be used") as caught:
        Demucs(tmp_path)
    assert "nemodub models get demucs" in caught.value.advice


def test_without_the_model_the_user_is_told_where_it_comes_from_and_what_else_there_is(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    _clip(tmp_path / "clip.flac", 2.0)
    steps = Steps(tmp_path / "cache")
    clip = look_into(tmp_path / "clip.flac", steps)
    with pytest.raises(SeparationUnavailableError) as caught:
        make_bed(
            clip, [(0.0, 1.0)], list, Separator("demucs", tmp_path / "models"), steps, silent, early=True
        )
    assert "Demucs" in caught.value.message
    assert "HF_HUB_OFFLINE" in caught.value.message
    assert "nemodub models get demucs" in caught.value.advice
    assert "take the voice out with DeepFilterNet" in caught.value.advice


def test_of_a_line_that_was_not_suspected_only_its_own_place_is_made_anew(model, tmp_path, monkeypatch):
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "demucs").symlink_to(model)
    monkeypatch.setenv("NEMODUB_MODELS", str(tmp_path / "kept"))
    voice, music = _clip(tmp_path / "clip.flac", 8.0)
    sure, steps = [(0.5, 2.5)], Steps(tmp_path / "cache")
    clip = look_into(tmp_path / "clip.flac", steps)

    def bed(lines, *, early):
        made = make_bed(
            clip, sure, lambda: lines, Separator("demucs", tmp_path / "models"), steps, silent, early=early
        )
        return made, read_window(made, 0.0, 8.0, channels=2)

    first, before = bed([Line(0, 0.6, 2.4, "x")], early=True)
    again, after = bed([Line(0, 0.6, 2.4, "x"), Line(1, 5.0, 6.0, "y")], early=True)
    assert again != first
    there = slice(int(5.1 * RATE), int(5.9 * RATE))
    assert np.abs(before[there, 0] - (voice + music)[there]).max() < 0.003
    assert np.abs(after[there, 0] - music[there]).max() < 0.003
    assert np.array_equal(before[: int(4.7 * RATE)], after[: int(4.7 * RATE)]), "sample by sample"
    assert np.array_equal(before[int(6.3 * RATE) :], after[int(6.3 * RATE) :])
    assert bed([Line(0, 0.6, 2.4, "x"), Line(1, 5.0, 6.0, "y")], early=False)[0] == again


def test_a_model_brought_by_hand_is_used(model, tmp_path, monkeypatch):
    """The folder of another machine: the whole way from a job to the bed, in the engine's own process."""
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "demucs").symlink_to(model)
    monkeypatch.setenv("NEMODUB_MODELS", str(tmp_path / "kept"))
    assert weights.find("demucs", tmp_path / "models") is not None
    _, music = _clip(tmp_path / "clip.flac", 3.0)
    steps = Steps(tmp_path / "cache")
    clip = look_into(tmp_path / "clip.flac", steps)
    bed = make_bed(
        clip, [(0.5, 2.5)], list, Separator("demucs", tmp_path / "models"), steps, silent, early=False
    )
    assert bed is not None
    found = read_window(bed, 0.0, 3.0, channels=2)
    assert np.abs(found[RATE : 2 * RATE, 0] - music[RATE : 2 * RATE]).max() < 0.003
