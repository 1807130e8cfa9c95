from __future__ import annotations

import base64
import json
import os
import stat
import subprocess
import sys

import pytest

nbformat = pytest.importorskip("nbformat")

TOKEN = "nmv_usr_7fK2pQ9xL4mN8vR3"
STATE = "application/vnd.jupyter.widget-state+json"


@pytest.fixture
def run(tmp_path):
    def run(*arguments, **environment):
        return subprocess.run(
            [sys.executable, "-m", "nemodub_nb.cli", "audit", *map(str, arguments)],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            timeout=60,
            check=False,
            env={**os.environ, "NEMODUB_HOME": str(tmp_path / "home"), **environment},
        )

    return run


def notebook(path, *cells, widgets=None, **metadata):
    """Write a notebook: each cell is its text and what it printed."""
    document = nbformat.v4.new_notebook(metadata=metadata)
    for source, printed in cells:
        cell = nbformat.v4.new_code_cell(source)
        if isinstance(printed, dict):
            cell.outputs = [nbformat.v4.new_output("display_data", data=printed)]
        elif printed:
            cell.outputs = [nbformat.v4.new_output("stream", text=printed)]
        document.cells.append(cell)
    if widgets:
        document.metadata["widgets"] = {
            STATE: {"version_major": 2, "version_minor": 0, "state": dict(enumerate(widgets))}
        }
        document = json.loads(json.dumps(document))
        path.write_text(json.dumps(document))
    else:
        nbformat.write(document, path)
    return path


def found(done):
    assert "Traceback" not in done.stderr, done.stderr
    assert TOKEN not in done.stdout + done.stderr
    return json.loads(done.stdout)["findings"]


def kinds(done):
    return {(one["where"], one["what"]) for one in found(done)}


def test_clean_files_say_so_and_end_with_0(run, tmp_path):
    notebook(
        tmp_path / "clean.ipynb",
        ("import os\nos.environ['NEMO_TOKEN']", "fine"),
        ("plot()", {"image/png": "A" * 200_000}),
    )
    (tmp_path / "README.md").write_text(
        "Set NEMO_TOKEN=<your token>, such as nmv_usr_xxxxxxxx, or NEMO_TOKEN=your-token.\n"
        "Authorization: Bearer $NEMO_TOKEN. Bearer authentication. `nmv_usr_…` and nmv_usr_•••\n"
    )
    (tmp_path / "code.py").write_text(
        'token = os.environ.get("NEMO_TOKEN", default)\nNEMO_TOKEN=getpass.getpass()\nNEMO_TOKEN = None\n'
        'PREFIX = "nmv_usr_"\n'
    )
    done = run(".")
    assert (done.returncode, done.stdout) == (0, "Nothing found in 3 files.\n"), done.stdout


def test_a_token_is_told_with_its_file_its_cell_and_what_to_do_and_is_never_shown(run, tmp_path):
    notebook(
        tmp_path / "talk.ipynb", ("1 + 1", ""), (f"nd.open_project(token='{TOKEN}')", f"using {TOKEN} now")
    )
    done = run("talk.ipynb")
    assert done.returncode == 1
    text, output, total = done.stdout.splitlines()
    assert text.startswith("talk.ipynb: cell 2, text: a NemoVideo token. ")
    assert "outside of the notebook" in text
    assert output.startswith("talk.ipynb: cell 2, output: a NemoVideo token. ")
    assert "audit --fix" in output
    assert total == "2 findings in 1 file."
    assert TOKEN not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (f"token = '{TOKEN}'", "a NemoVideo token"),
        ("https://nemovideo.com/claim?token=clm_9aXb2Kq8LmPz", "a claim token"),
        ("curl -H 'Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.e30.abc-123'", "a bearer token"),
        ("export NEMO_TOKEN=abcdefgh-ijkl", "a value of NEMO_TOKEN"),
        ("%env NEMO_TOKEN abcdefgh1234", "a value of NEMO_TOKEN"),
        ('os.environ["NEMO_TOKEN"] = "abcd-efgh"', "a value of NEMO_TOKEN"),
        ("os.environ.setdefault('NEMO_TOKEN', 'abcd-efgh')", "a value of NEMO_TOKEN"),
        ("NEMO_TOKEN: abc123def456", "a value of NEMO_TOKEN"),
        ('{"NEMO_TOKEN": "abcdefgh"}', "a value of NEMO_TOKEN"),
    ],
)
def test_each_shape_of_a_secret_is_known_in_each_kind_of_file(run, tmp_path, line, what):
    notebook(tmp_path / "talk.ipynb", ("", line))
    names = ("script.py", "notes.md", "page.html", ".env")
    for name in names:
        (tmp_path / name).write_text(f"first line\n{line}\n")
    done = run(".", "--json")
    assert done.returncode == 1
    expected = {(name, "line 2", what) for name in names} | {("talk.ipynb", "cell 1, output", what)}
    assert {(one["file"], one["where"], one["what"]) for one in found(done)} == expected


def test_a_setting_is_found_in_a_page_whose_code_is_coloured(run, tmp_path):
    (tmp_path / "page.html").write_text(
        '<pre>\n<span class="s2">&quot;NEMO_TOKEN&quot;</span><span class="p">]</span> <span class="o">=</span> '
        '<span class="s2">&quot;abcd-efgh&quot;</span></pre>'
    )
    done = run("page.html", "--json")
    assert kinds(done) == {("line 2", "a value of NEMO_TOKEN")}


def test_the_token_in_use_is_found_whatever_it_looks_like(run, tmp_path):
    secret = 'odd"one&with/quotes'
    notebook(tmp_path / "talk.ipynb", ("", f"said {secret}"))
    (tmp_path / "page.html").write_text("<p>odd&quot;one&amp;with/quotes</p>")
    assert run(".").returncode == 0
    done = run(".", "--json", NEMO_TOKEN=secret)
    assert done.returncode == 1
    assert {one["what"] for one in found(done)} == {"the token in use here"}
    assert len(found(done)) == 2
    assert "with/quotes" not in done.stdout


def test_the_free_token_that_is_kept_is_found_too(run, tmp_path, monkeypatch):
    import httpx

    from nemodub_nb.client import Secret
    from nemodub_nb.client.auth import origin_of
    from nemodub_nb.client.tokens import StoredToken, default_store
    from nemodub_nb.contract import API_URL

    monkeypatch.setenv("NEMODUB_HOME", str(tmp_path / "home"))
    default_store().save(origin_of(httpx.URL(API_URL)), StoredToken(Secret("plain-words-token"), 2e9))
    (tmp_path / "notes.txt").write_text("plain-words-token")
    assert kinds(run("notes.txt", "--json")) == {("line 1", "the token in use here")}


def test_passwords_uploads_and_the_state_of_widgets_are_told(run, tmp_path):
    big = base64.b64encode(b"\x00\x01video" * 20_000).decode()
    notebook(
        tmp_path / "talk.ipynb",
        ("", ""),
        widgets=[
            {"model_name": "PasswordModel", "state": {"value": "hunter2"}},
            {
                "model_name": "FileUploadModel",
                "state": {"value": [{"name": "a.mp4"}]},
                "buffers": [{"encoding": "base64", "path": ["value", 0, "content"], "data": "AAAA"}],
            },
            {
                "model_name": "VideoModel",
                "state": {},
                "buffers": [{"encoding": "base64", "path": ["value"], "data": big}],
            },
        ],
    )
    done = run("talk.ipynb", "--json")
    assert kinds(done) == {
        ("widget state", "the state of 3 widgets"),
        ("widget state", "a password typed into a widget"),
        ("widget state", "an uploaded file"),
        ("widget state", "137 kB of encoded bytes"),
    }
    assert "hunter2" not in done.stdout


def test_the_state_of_widgets_is_found_in_a_page(run, tmp_path):
    state = {"state": {"a": {"model_name": "PasswordModel", "state": {"value": "hunter2"}}}}
    (tmp_path / "page.html").write_text(f'<script type="{STATE}">{json.dumps(state)}</script>')
    assert kinds(run("page.html", "--json")) == {
        ("widget state", "the state of 1 widget"),
        ("widget state", "a password typed into a widget"),
    }


def test_large_encoded_bytes_in_an_output_are_told(run, tmp_path):
    sound = base64.b64encode(b"\x00\xffsound" * 150_000).decode()
    plot = sound[: 100 * 1024]
    notebook(
        tmp_path / "talk.ipynb",
        ("", {"text/html": f'<audio src="data:audio/wav;base64,{sound}"></audio>'}),
        ("", {"video/mp4": sound}),
        ("", {"text/html": f'<img src="data:image/png;base64,{plot}">'}),
    )
    assert {one["cell"] for one in found(run("talk.ipynb", "--json"))} == {1, 2}


def test_fix_clears_widget_state_and_redacts_everything_but_the_code(run, tmp_path):
    path = notebook(
        tmp_path / "talk.ipynb",
        ("print(token)", f"token {TOKEN}\nNEMO_TOKEN=abcdefgh-ijkl"),
        ("x", {"text/html": f"<b>{TOKEN}</b>", "text/plain": "ä"}),
        widgets=[{"model_name": "PasswordModel", "state": {"value": TOKEN}}],
        papermill={"parameters": {"token": TOKEN}},
    )
    path.chmod(0o640)
    done = run("--fix", "talk.ipynb")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    text = path.read_text()
    assert TOKEN not in text
    assert "abcdefgh-ijkl" not in text
    assert "ä" in text
    document = nbformat.reads(text, as_version=4)
    nbformat.validate(document)
    assert document.cells[0].source == "print(token)"
    assert document.cells[0].outputs[0].text == "token nmv_usr_•••\nNEMO_TOKEN=•••"
    assert "widgets" not in document.metadata
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [one.name for one in tmp_path.iterdir()] == ["talk.ipynb"]
    assert run("talk.ipynb").returncode == 0


def test_fix_leaves_code_alone_and_says_what_is_left(run, tmp_path):
    path = notebook(tmp_path / "talk.ipynb", (f"token = '{TOKEN}'", TOKEN))
    done = run("--fix", "--json", "talk.ipynb")
    assert done.returncode == 1
    assert kinds(done) == {("cell 1, text", "a NemoVideo token")}
    assert json.loads(done.stdout)["fixed"] == ["talk.ipynb"]
    assert f"token = '{TOKEN}'" in path.read_text()


def test_fix_does_not_touch_what_is_clean(run, tmp_path):
    path = notebook(tmp_path / "talk.ipynb", ("1", "1"))
    path.write_text(path.read_text().replace(" ", "  "))
    before = path.read_bytes()
    assert run("--fix", "talk.ipynb").returncode == 0
    assert path.read_bytes() == before


def test_a_folder_is_searched_with_its_checkpoints_and_without_installed_packages(run, tmp_path):
    for folder in (".ipynb_checkpoints", "deep/er", "venv/lib", ".git", "node_modules"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "a.md").write_text(TOKEN)
    (tmp_path / "venv" / "pyvenv.cfg").touch()
    (tmp_path / "clip.mp4").write_text(TOKEN)
    files = {one["file"] for one in found(run(".", "--json"))}
    assert files == {".ipynb_checkpoints/a.md", "deep/er/a.md"}


def test_a_broken_notebook_is_searched_as_text(run, tmp_path):
    (tmp_path / "half.ipynb").write_text('{"cells": [\n "' + TOKEN)
    assert kinds(run("half.ipynb", "--json")) == {("line 2", "a NemoVideo token")}
    (tmp_path / "odd.ipynb").write_text(
        '{"cells": [1, {"outputs": 5}, null], "metadata": [], "worksheets": 3}'
    )
    (tmp_path / "deep.ipynb").write_text('{"a":' * 900 + "1" + "}" * 900)
    assert run("--fix", "odd.ipynb", "deep.ipynb").returncode == 0


def test_a_file_in_utf_16_is_read(run, tmp_path):
    (tmp_path / "notes.txt").write_text(f"a\n{TOKEN}\n", encoding="utf-16")
    assert kinds(run("notes.txt", "--json")) == {("line 2", "a NemoVideo token")}


def test_a_path_that_is_not_there_ends_with_2(run):
    done = run("nowhere.ipynb")
    assert done.returncode == 2
    assert done.stderr == "nemodub: nowhere.ipynb does not exist. Check the path.\n"


@pytest.mark.skipif(os.geteuid() == 0 if hasattr(os, "geteuid") else True, reason="root reads everything")
def test_a_file_that_cannot_be_read_ends_with_2_after_the_others(run, tmp_path):
    (tmp_path / "a.md").touch(mode=0)
    (tmp_path / "b.md").write_text(TOKEN)
    done = run(".")
    assert done.returncode == 2
    assert "b.md: line 1" in done.stdout
    assert "a.md" in done.stderr


def test_a_hostile_notebook_is_searched_in_reasonable_time():
    import time

    from nemodub_nb.audit import scan

    texts = ("A" * 60_000 + " ") * 40, "Bearer " * 200_000, "NEMO_TOKEN" * 200_000, "data:" * 300_000
    began = time.monotonic()
    for text in texts:
        scan("a.html", text)
        scan("a.md", text, ["secret-token"])
    assert time.monotonic() - began < 10
