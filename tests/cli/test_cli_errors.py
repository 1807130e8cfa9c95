import json
import os
import subprocess
import sys

import pytest

CLIP = "explainer.mp4"


@pytest.fixture
def run(tmp_path):
    def run(*arguments, **environment):
        return subprocess.run(
            [sys.executable, "-m", "nemodub_nb.cli", *map(str, arguments)],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            timeout=60,
            check=False,
            env={**os.environ, "NEMODUB_HOME": str(tmp_path / "home"), **environment},
        )

    return run


def refused(done, *words):
    assert done.returncode == 2, done
    assert done.stderr.startswith("nemodub: ")
    assert done.stderr.count("\n") == 1, done.stderr
    for word in words:
        assert word in done.stderr
    assert "Traceback" not in done.stderr


def test_help_reads_like_a_page_of_a_manual(run):
    done = run("--help")
    assert done.returncode == 0
    for word in (
        "dub",
        "demo",
        "lab",
        "serve",
        "models",
        "doctor",
        "examples:",
        "exit codes:",
        "NEMODUB_HOME",
    ):
        assert word in done.stdout


@pytest.mark.parametrize("command", ["dub", "demo", "lab", "serve", "models", "doctor"])
def test_every_command_has_its_own_help(run, command):
    done = run(command, "--help")
    assert done.returncode == 0
    assert f"usage: nemodub {command}" in done.stdout


def test_help_loads_none_of_the_heavy_packages(tmp_path):
    code = (
        "import sys\nfrom nemodub_nb.cli import command\ncommand.parser().format_help()\n"
        "print([m for m in ('pandas', 'httpx', 'numpy', 'av', 'starlette', 'langcodes', 'nbclient') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    assert done.stdout.strip() == "[]"


def test_an_unknown_command_is_one_line(run):
    refused(run("dubb"), "dubb", "--help")


def test_a_missing_language_is_one_line(run):
    refused(run("dub", CLIP), "--to")


def test_a_missing_clip_is_told_before_anything_starts(run, tmp_path):
    refused(run("dub", "nowhere.mp4", "--to", "es"), "nowhere.mp4 does not exist")
    assert not (tmp_path / "dubbed").exists()
    assert not (tmp_path / "home").exists()


def test_a_folder_instead_of_a_clip_is_told(run, tmp_path):
    refused(run("dub", tmp_path, "--to", "es"), "is a folder")


def test_an_empty_clip_is_told(run, tmp_path):
    (tmp_path / CLIP).touch()
    refused(run("dub", CLIP, "--to", "es"), "empty")


def test_a_text_file_that_is_named_like_a_clip_is_told(run, tmp_path):
    pytest.importorskip("av")
    (tmp_path / CLIP).write_text("Hello.\n" * 100)
    refused(run("dub", CLIP, "--to", "es"), CLIP)


def test_a_kind_of_file_that_cannot_be_dubbed_is_told(run, tmp_path):
    (tmp_path / "slides.pdf").write_bytes(b"%PDF")
    refused(run("dub", "slides.pdf", "--to", "es"), "slides.pdf", "mp4")


def test_a_clip_above_the_limit_is_told(run, tmp_path):
    with (tmp_path / CLIP).open("wb") as file:
        file.truncate(501 * 1024**2)
    refused(run("dub", CLIP, "--to", "es"), "501 of 500 MB")


def test_an_unknown_language_is_told(run):
    refused(run("dub", CLIP, "--to", "es,asdfasdf"), "asdfasdf")


def test_an_unreadable_transcript_is_told(run, tmp_path, tiny_clip):
    (tmp_path / "lines.srt").write_bytes(b"\xff\xfe\x00\xd8")
    refused(run("dub", tiny_clip, "--to", "es", "--transcript", "lines.srt"), "lines.srt")
    refused(run("dub", tiny_clip, "--to", "es", "--transcript", "none.srt"), "none.srt cannot be read")


def test_a_transcript_in_an_old_encoding_is_no_error(tmp_path):
    from nemodub_nb.cli import checks

    (tmp_path / "old.srt").write_bytes("1\n00:00:00,000 --> 00:00:01,000\nCafé\n".encode("cp1252"))
    checks.texts(tmp_path / "old.srt", [])


def test_a_memory_of_a_wrong_kind_is_told(run, tmp_path, tiny_clip):
    (tmp_path / "terms.xlsx").write_bytes(b"PK")
    refused(run("dub", tiny_clip, "--to", "es", "--memory", "terms.xlsx"), "terms.xlsx", "csv")


def test_a_folder_that_cannot_be_written_is_told(run, tmp_path, tiny_clip):
    (tmp_path / "file").write_text("in the way")
    refused(run("dub", tiny_clip, "--to", "es", "--out", "file/videos"), "cannot be written")
    refused(run("demo", "--out", "file/demo"), "cannot be written")


def test_a_clip_without_sound_is_told(run, silent_clip):
    refused(run("dub", silent_clip, "--to", "es"), "no sound")


def test_json_ends_with_one_object_also_when_the_input_is_bad(run):
    done = run("dub", "nowhere.mp4", "--to", "es", "--json")
    refused(done)
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["outputs"] == []
    assert result["failed"] == []
    assert "nowhere.mp4" in result["error"]
    assert result["source"] == "nowhere.mp4"


def test_a_port_that_is_none_is_told(run):
    refused(run("serve", "--port", "70000"), "70000")


def test_a_port_that_is_taken_is_told(run):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run("serve", "--port", taken.getsockname()[1])
    refused(done, "cannot be used")


def test_a_model_that_nobody_knows_is_told(run):
    refused(run("models", "get", "shrug"), "shrug", "models list")
    refused(run("models", "path", "shrug"), "shrug")


def test_a_model_that_is_not_here_is_told_with_the_command_that_brings_it(run, tmp_path):
    done = run("models", "path", "kokoro", NEMODUB_MODELS=str(tmp_path))
    assert done.returncode == 1
    assert "nemodub models get kokoro" in done.stderr


def test_output_that_nobody_reads_to_the_end_is_no_error(tmp_path):
    command = f"{sys.executable} -m nemodub_nb.cli models list | head -n 1; exit ${{PIPESTATUS[0]}}"
    environment = {**os.environ, "NEMODUB_HOME": str(tmp_path)}
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
