"""What `nemodub batch` promises: its output, its exit codes, and a plan before anything is begun."""

from __future__ import annotations

import argparse
import json

import pytest
import trivial_engine

from nemodub_nb.cli import batch as command
from nemodub_nb.cli.failure import CommandError


@pytest.fixture
def nemodub(notes, monkeypatch, tmp_path):
    """Run the command with the trivial engine; its exit code."""
    assert notes
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("nemodub_nb.batches.engine.run", trivial_engine.run)

    def run(*arguments):
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        return command.run(parser.parse_args([str(one) for one in arguments]))

    return run


def test_the_command_prints_what_it_made_and_ends_with_0(nemodub, clips, capsys, tmp_path):
    assert nemodub(clips(one="first", two="second"), "--to", "es,French") == 0
    made = capsys.readouterr().out.splitlines()
    assert made == [
        str(tmp_path / "dubbed" / f"{name}.{tag}.mp4") for name in ("one", "two") for tag in ("es", "fr")
    ]


def test_json_is_one_object_with_a_row_each(nemodub, clips, capsys):
    folder = clips(one="first", mute="mute")
    assert nemodub(folder / "one.mp4", folder / "mute.mp4", "--to", "es", "--json") == 3
    found = json.loads(capsys.readouterr().out)
    assert [row["status"] for row in found["rows"]] == ["done", "failed"]
    assert found["rows"][1]["error"] == "The clip has no sound."


def test_nothing_done_ends_with_1_and_what_cannot_be_used_with_2(nemodub, clips, capsys):
    assert nemodub(clips(mute="mute"), "--to", "es") == 1
    for bad in (
        ["nowhere.csv", "--to", "es"],
        [clips(), "--to", "Klingonese"],
        [clips(), "--to", "es", "--workers", "0"],
    ):
        with pytest.raises(CommandError) as caught:
            nemodub(*bad)
        assert caught.value.exit_code == 2
    capsys.readouterr()
    with pytest.raises(CommandError):
        nemodub("nowhere.csv", "--to", "es", "--json")
    assert "cannot be read" in json.loads(capsys.readouterr().out)["error"]


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(nemodub, clips, speech, capsys, jobs, tmp_path):
    folder = clips(broken="no clip", empty="")
    (folder / "talk.wav").write_bytes(speech)
    assert nemodub(folder, "--to", "es", "--dry-run", "--json") == 3
    found = json.loads(capsys.readouterr().out)
    plans = {row["clip"]: (row["plan"], bool(row["error"]), row["seconds"] > 0) for row in found["plan"]}
    assert plans == {
        "broken": ("refused", True, False),
        "empty": ("refused", True, False),
        "talk": ("do", False, True),
    }
    assert found["rows"] == 1
    assert not jobs()
    assert not (tmp_path / "dubbed").exists()


@pytest.fixture
def speech():
    """A short sound."""
    import io
    import wave

    with io.BytesIO() as file:
        with wave.open(file, "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(8000)
            sound.writeframes(bytes(16000))
        return file.getvalue()
