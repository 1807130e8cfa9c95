from __future__ import annotations

import pytest


def test_tab_offers_the_commands_and_nothing_else(shell):
    offered = shell.complete("%nemodub ")
    assert {"status", "timeline", "export", "dub", "upload", "help"} <= set(offered)
    assert "print" not in offered
    assert shell.complete("%nemodub st") == ["status", "stop"]
    assert shell.complete("table = %nemodub tim") == ["timeline"]
    assert shell.complete("if ready:\n    %nemodub res") == ["resume"]


def test_tab_offers_languages_by_tag_and_by_name(shell):
    assert {"es", "pt-BR", "French"} <= set(shell.complete("%nemodub dub "))
    assert shell.complete("%nemodub dub es Fren") == ["French"]
    assert shell.complete("%nemodub export es,Ger") == ["German"]
    assert shell.complete("%nemodub dub españ") == ["español"]
    assert shell.complete('%nemodub dub "Portuguese (B') == ['"Portuguese (Brazil)"']
    assert "en" in shell.complete("%nemodub dub es --from ")


def test_tab_offers_options_and_their_values(shell):
    assert shell.complete("%nemodub export --q") == ["--quality"]
    assert shell.complete("%nemodub export --quality ") == ["high", "medium", "low"]
    assert "--clip" not in shell.complete("%nemodub export --clip x --")
    assert shell.complete("%%nemodub --") == ["--clip", "--project"]
    assert shell.complete("%nemodub help doc") == ["doctor"]


def test_tab_offers_clips_to_upload_and_folders_to_export_to(shell, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "talk.mp4").touch()
    (tmp_path / "talk one.MOV").touch()
    (tmp_path / "talk.txt").touch()
    (tmp_path / "talks").mkdir()
    (tmp_path / "talks" / "last.webm").touch()
    assert set(shell.complete("%nemodub upload ta")) == {"talk.mp4", '"talk one.MOV"', "talks/"}
    assert shell.complete("%nemodub upload talks/") == ["talks/last.webm"]
    assert shell.complete('%nemodub upload "talk o') == ['"talk one.MOV"']
    assert shell.complete(f"%nemodub upload {tmp_path}/talk.") == [f"{tmp_path}/talk.mp4"]
    assert shell.complete("%nemodub export --to t") == ["talks/"]


def test_tab_offers_the_project_s_clips_and_the_variables_that_hold_projects(shell, project):
    shell.ip.push({"mine": project})
    assert shell.complete("%nemodub timeline --clip ") == ["clip.mp4"]
    assert shell.complete("%nemodub timeline --project mine --clip c") == ["clip.mp4"]
    assert shell.complete("%nemodub status --project ") == ["project", "mine"]


def test_tab_opens_no_project(shell):
    shell.complete("%nemodub timeline --clip ")
    assert "project" not in shell.ip.user_ns


@pytest.mark.parametrize("text", ["impor", "%tim", "nemodub_thing = 5\nnemodu"])
def test_other_lines_complete_as_before(shell, text):
    offered = shell.complete(text)
    assert "status" not in offered


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
def test_the_line_editor_s_way_of_asking_gets_the_same(shell):
    _, offered = shell.ip.complete(None, "%nemodub expo", len("%nemodub expo"))
    assert offered == ["export"]
