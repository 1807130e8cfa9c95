from __future__ import annotations

import pandas as pd
import pytest

from nemodub_nb.project import Clip, Credits, Exports, Reply
from nemodub_nb.timeline import Changes


def test_a_clip_is_dubbed_looked_at_and_exported_without_a_line_of_python(shell, lab, clip, monkeypatch):
    monkeypatch.chdir(clip.parent)
    shell.ip.push({"project": lab.open("alone")})
    assert isinstance(shell.run("%nemodub upload clip.mp4"), Clip)
    reply = shell.run("%nemodub dub es Brazilian Portuguese")
    assert isinstance(reply, Reply)
    assert set(reply.languages) == {"es", "pt-BR"}
    assert isinstance(shell.run("%nemodub timeline"), pd.DataFrame)
    assert isinstance(shell.run("%nemodub changes"), Changes)
    exports = shell.run("%nemodub export es --to videos --quality low")
    assert isinstance(exports, Exports)
    assert (clip.parent / "videos" / "clip.es.mp4").is_file()
    assert len(shell.run("%nemodub export")) == 2


@pytest.mark.usefixtures("project")
def test_what_a_command_returns_can_be_kept(shell):
    shell.run("%nemodub dub es")
    shell.run("table = %nemodub timeline")
    assert isinstance(shell.ip.user_ns["table"], pd.DataFrame)
    assert len(shell.ip.user_ns["table"]) > 0


@pytest.mark.usefixtures("project")
def test_a_semicolon_keeps_a_cell_quiet(shell):
    assert shell.run("%nemodub timeline;") is None
    assert shell.error is None


@pytest.mark.usefixtures("project")
def test_a_cell_is_a_sentence(shell):
    reply = shell.run("%%nemodub\nDub this video into Spanish\n")
    assert isinstance(reply, Reply)
    assert reply.languages == ("es",)


@pytest.mark.usefixtures("project")
def test_a_sentence_that_asks_for_the_videos_exports_them(shell, clip):
    shell.run("%nemodub dub es")
    reply = shell.run("%%nemodub --clip clip.mp4\nexport it please")
    assert [one.language for one in reply.exports] == ["es"]
    assert (clip.parent / "clip.es.mp4").is_file()


def test_status_tells_the_project_its_clips_and_its_timeline(shell, project):
    shell.run("%nemodub dub es")
    text = str(shell.run("%nemodub status"))
    assert project.session_id in text
    assert "clip.mp4" in text
    assert "Timeline" in text


@pytest.mark.parametrize("command", ["credits", "ledger", "languages", "stop", "resume"])
@pytest.mark.usefixtures("project")
def test_the_rest_answers_with_something_to_look_at(shell, command):
    found = shell.run(f"%nemodub {command}")
    assert shell.error is None, shell.said
    assert found is not None
    if command == "credits":
        assert isinstance(found, Credits)


def test_the_doctor_looks_at_this_machine(shell):
    text = str(shell.run("%nemodub doctor"))
    assert shell.error is None
    assert "Spanish" in text or " es " in text or "\nes" in text


@pytest.mark.parametrize("line", ["%nemodub", "%nemodub help"])
def test_help_lists_every_command_with_examples(shell, line):
    text = str(shell.run(line))
    for word in (
        "status", "timeline", "changes", "credits", "ledger", "languages", "upload", "dub", "export", "resume", "stop",
        "doctor", "%%nemodub", "--project", "--quality", "Examples",
    ):  # fmt: skip
        assert word in text
    assert repr(text) != text


def test_help_about_one_command_tells_its_options(shell):
    for line in ("%nemodub help dub", "%nemodub dub --help"):
        text = str(shell.run(line))
        assert "--original replace|duck|keep" in text
        assert "%nemodub dub es fr" in text


def test_a_question_mark_shows_the_same_help(shell):
    info = shell.ip.object_inspect("%nemodub")
    assert "%nemodub export" in info["docstring"]
    assert "%%nemodub" in info["docstring"]


@pytest.mark.usefixtures("project")
def test_the_usual_variable_is_taken_and_another_one_on_request(shell, lab):
    other = lab.open("other")
    shell.ip.push({"other": other})
    assert "clip.mp4" in str(shell.run("%nemodub status"))
    assert "'other'" in str(shell.run("%nemodub status --project other"))
    shell.ip.user_ns["project"] = 5
    assert "'other'" in str(shell.run("%nemodub status"))


def test_without_any_project_one_is_opened_and_named(shell, lab, monkeypatch):
    backend = lab.backend.start()
    monkeypatch.setenv("NEMO_TOKEN", backend.token)
    monkeypatch.setenv("NEMO_API_URL", backend.url)
    credits_ = shell.run("%nemodub credits")
    assert isinstance(credits_, Credits)
    assert "project" in shell.said
    assert backend.token not in shell.said
    made = shell.ip.user_ns["project"]
    shell.run("%nemodub credits")
    assert shell.ip.user_ns["project"] is made
    made.close()


def test_after_unloading_nothing_is_left(shell):
    from nemodub_nb.magics import unload_ipython_extension

    unload_ipython_extension(shell.ip)
    assert shell.ip.find_line_magic("nemodub") is None
    assert shell.ip.find_cell_magic("nemodub") is None
    assert "status" not in shell.complete("%nemodub sta")
