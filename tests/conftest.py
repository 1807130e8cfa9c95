"""What several rooms' tests share: models, real speech, and the rule for what may be skipped."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import settings

settings.register_profile("project", deadline=None)  # a slow moment of the machine is no counter-example
settings.load_profile("project")

LIBRIVOX = Path("/usr/share/pocketsphinx/test/data/librivox")
"""Five sentences of Sense and Sensibility read by a person (Debian's pocketsphinx-testdata, public domain)."""
SAMPLE = Path(__file__).parents[1] / "notebooks" / "sample"


GIVEN_HOME = os.environ.get("NEMODUB_HOME")
GIVEN_MODELS = os.environ.get("NEMODUB_MODELS")
"""Where models are looked for and kept between runs; nothing else of the user's is touched."""


_ONCE_MORE = {"batch", "binder", "browser", "chain", "kernels", "notebooks"}
"""Rooms whose tests drive browsers, notebook servers, kernels and clusters, or kill processes at a chosen moment."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give a test of many programs one more try: a slow moment of the machine passes, a mistake stays."""
    for item in items:
        if item.path.parent.name in _ONCE_MORE:
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give every test a home folder of its own, and no token, model or backend of the user's."""
    for name in (
        "NEMODUB_MODELS",
        "NEMODUB_LLM_URL",
        "NEMODUB_LLM_MODEL",
        "NEMODUB_LLM_KEY",
        "NEMODUB_LLM_FIRST",
        "NEMO_TOKEN",
        "NEMO_API_URL",
        "NEMO_WEB_URL",
        "NEMO_CLIENT_ID",
        "SKILL_SOURCE",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NEMODUB_HOME", str(tmp_path / "home"))


def lacking(what: str) -> NoReturn:
    """Skip a test for want of a program or package; where everything must be there, fail instead."""
    if os.environ.get("NEMODUB_TESTS_COMPLETE"):
        pytest.fail(f"{what} is missing, and this run must be complete")
    pytest.skip(f"needs {what}")


@pytest.fixture(name="lacking")
def _lacking() -> Callable[[str], NoReturn]:
    return lacking


@pytest.fixture(scope="session")
def models() -> Path:
    """The folder of models, with those that the default engines need; shared with the user's own."""
    from platformdirs import user_data_dir

    from nemodub_nb.local.engine import weights
    from nemodub_nb.local.engine.errors import WeightsUnavailableError

    folder = Path(GIVEN_MODELS or Path(GIVEN_HOME or user_data_dir("nemodub")) / "models")
    try:
        for name in ("whisper-base", "kokoro", "firefox-en-pt", "speakers"):
            weights.ensure(name, folder)
    except WeightsUnavailableError as error:
        lacking(error.message)
    return folder


@pytest.fixture
def home(tmp_path: Path, models: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home folder that finds the models."""
    monkeypatch.setenv("NEMODUB_MODELS", str(models))
    return tmp_path / "home"


@pytest.fixture(scope="session")
def speech_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A 28 s clip of a person reading English over a quiet tone, with a moving picture."""
    if not LIBRIVOX.is_dir():
        lacking("Debian's pocketsphinx-testdata")
    if shutil.which("ffmpeg") is None:
        lacking("ffmpeg")
    folder = tmp_path_factory.mktemp("speech")
    spoken = sorted(LIBRIVOX.glob("*.wav"))
    inputs = [part for wav in spoken for part in ("-i", str(wav))]
    pads = "".join(f"[{i}:a]apad=pad_dur=0.7[p{i}];" for i in range(len(spoken)))
    joined = "".join(f"[p{i}]" for i in range(len(spoken)))
    graph = (
        f"{pads}{joined}concat=n={len(spoken)}:v=0:a=1,aresample=48000[voice];"
        "sine=f=220:r=48000,volume=0.25,tremolo=f=2[tone];[voice][tone]amix=2:normalize=0:duration=first[a];"
        "testsrc2=s=640x360:r=25[v]"
    )
    clip = folder / "austen.mp4"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", *inputs, "-filter_complex", graph, "-map", "[v]", "-map", "[a]", "-shortest",
         "-t", "28.2", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", str(clip)],
        check=True,
    )  # fmt: skip
    return clip
