from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from nemodub_nb.client import UploadError
from nemodub_nb.panels.completion import complete
from nemodub_nb.panels.upload import Upload
from nemodub_nb.panels.workflow import Workflow
from nemodub_nb.project import Clip
from nemodub_nb.project.loop import LOOP

DATA = bytes(range(256)) * 40


class Here(Workflow):
    """Takes every clip, or refuses it."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: tuple[Clip, ...] = ()
        self.sources: list[str] = []
        self.refuse = False

    @property
    def clips(self) -> tuple[Clip, ...]:
        return self.taken

    async def begin(self) -> None:
        self.phase = "ready"

    async def upload(
        self, sources: Iterable[Any], on_progress: Callable[[int, int], object] | None = None
    ) -> list[Clip]:
        if self.refuse:
            raise UploadError("The backend said no.", "Try later.")
        self.sources += [str(one) for one in sources]
        assert on_progress is not None
        on_progress(1, 2)
        found = [Clip(Path(one).name) for one in self.sources[-1:]]
        self.taken += tuple(found)
        self.tell("clips")
        return found


class Page:
    """Speaks to a panel as the browser does, and keeps what it hears."""

    def __init__(self, panel: Upload) -> None:
        self.panel = panel
        self.heard: list[dict[str, Any]] = []
        panel.push = lambda message, _buffers=(): self.heard.append(dict(message))  # type: ignore[method-assign]

    def says(self, what: str, *buffers: bytes, **more: Any) -> dict[str, Any]:
        before = len(self.heard)

        async def told() -> None:
            await getattr(self.panel, f"do_{what}")(
                {"do": what, **more}, [memoryview(one) for one in buffers]
            )
            for task in [*self.panel._tasks]:
                await task

        LOOP.run(told())
        return self.heard[before] if len(self.heard) > before else {}

    def sends(self, name: str = "clip.mp4", data: bytes = DATA, digest: str | None = None) -> dict[str, Any]:
        begun = self.says("begin", n=1, name=name, size=len(data), modified=5)
        at = begun["mark"]
        while at < len(data):
            at = self.says("slice", data[at : at + 3000], id=begun["id"], at=at)["mark"]
        return self.says("end", n=2, id=begun["id"], digest=digest or hashlib.sha256(data).hexdigest())


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    monkeypatch.chdir(tmp_path)
    panel = Upload(Here())
    yield Page(panel)
    panel.shut()


def test_a_dropped_file_lies_beside_the_notebook_and_goes_to_the_backend(page: Page, tmp_path: Path) -> None:
    answer = page.sends()
    assert answer["digest"] == hashlib.sha256(DATA).hexdigest()
    assert (tmp_path / "nemodub-uploads" / "clip.mp4").read_bytes() == DATA
    drawn = page.panel.draw()
    assert drawn["items"] == []
    assert drawn["clips"][0]["digest"] == answer["digest"]
    assert 'clip = project.upload("nemodub-uploads/clip.mp4")' in page.panel.twin()
    compile(page.panel.twin(), "twin", "exec")


def test_the_same_file_dropped_again_is_not_sent_again(page: Page) -> None:
    page.sends()
    assert page.says("begin", n=3, name="clip.mp4", size=len(DATA), modified=5)["known"]
    assert len(page.panel.workflow.clips) == 1


def test_a_file_dropped_again_after_the_backend_refused_it_is_taken_from_the_disk(page: Page) -> None:
    flow = page.panel.workflow
    assert isinstance(flow, Here)
    flow.refuse = True
    page.sends()
    flow.refuse = False
    assert page.says("begin", n=3, name="clip.mp4", size=len(DATA), modified=5)["known"]
    assert [clip.name for clip in flow.clips] == ["clip.mp4"]


def test_a_page_that_comes_back_goes_on_where_it_was(page: Page) -> None:
    begun = page.says("begin", n=1, name="clip.mp4", size=len(DATA), modified=5)
    page.says("slice", DATA[:3000], id=begun["id"], at=0)
    page.says("hello")
    assert page.panel.draw()["items"][0]["state"] == "paused"
    assert page.says("begin", n=2, name="clip.mp4", size=len(DATA), modified=5)["mark"] == 3000
    page.says("pause", id=begun["id"])
    assert page.says("slice", DATA[3000:], id=begun["id"], at=3000) == {}, "what is paused takes nothing"
    assert "digest" in page.sends()


def test_the_mark_tells_what_arrived_of_all_that_was_sent(page: Page) -> None:
    begun = page.says("begin", n=1, name="clip.mp4", size=len(DATA), modified=5)
    page.says("slice", DATA[3000:6000], id=begun["id"], at=3000)
    assert page.says("mark", n=2, id=begun["id"]) == {"kind": "answer", "n": 2, "mark": 0}
    page.says("slice", DATA[:3000], id=begun["id"], at=0)
    assert page.says("mark", n=3, id=begun["id"])["mark"] == 6000


def test_a_hash_that_differs_is_told_and_nothing_is_kept(page: Page, tmp_path: Path) -> None:
    assert "did not arrive" in page.sends(digest="0" * 64)["error"]["cause"]
    assert list((tmp_path / "nemodub-uploads").iterdir()) == []
    assert page.panel.draw()["items"] == []
    assert "error" not in page.sends()


def test_text_under_a_clip_s_name_is_told_and_not_kept(page: Page, tmp_path: Path) -> None:
    assert "holds text" in page.sends(data=b"no film at all")["error"]["cause"]
    assert list((tmp_path / "nemodub-uploads").iterdir()) == []


def test_what_the_backend_refuses_can_be_tried_again_without_sending_it_again(page: Page) -> None:
    flow = page.panel.workflow
    assert isinstance(flow, Here)
    flow.refuse = True
    page.sends()
    row = page.panel.draw()["items"][0]
    assert (row["state"], row["trouble"]["cause"], row["again"]) == ("failed", "The backend said no.", True)
    flow.refuse = False
    page.says("again", id=row["id"])
    assert page.panel.draw()["items"] == []
    assert len(flow.clips) == 1


def test_a_cancelled_file_leaves_nothing(page: Page, tmp_path: Path) -> None:
    begun = page.says("begin", n=1, name="clip.mp4", size=len(DATA), modified=5)
    page.says("slice", DATA[:3000], id=begun["id"], at=0)
    page.says("cancel", id=begun["id"])
    assert list((tmp_path / "nemodub-uploads").iterdir()) == []
    assert page.panel.draw()["items"] == []


def test_a_path_and_an_address_are_taken_too(page: Page, tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(DATA)
    page.says("add", text=" a.mp4 ")
    page.says("add", text="https://example.org/b.mp4?key=1")
    flow = page.panel.workflow
    assert isinstance(flow, Here)
    assert flow.sources == ["a.mp4", "https://example.org/b.mp4?key=1"]
    page.says("choose", clip="a.mp4")
    assert flow.chosen_clip == "a.mp4"


@pytest.mark.parametrize(
    "typed", ["", "nothing.mp4", "file:///etc/passwd", "ftp://example.org/a.mp4", "a\0.mp4", "~nobody/a.mp4"]
)
def test_what_cannot_be_taken_is_said_in_the_panel(page: Page, typed: str) -> None:
    page.panel._hear(page.panel, {"do": "add", "text": typed}, [])
    LOOP.run(_settled(page.panel))
    assert page.panel._error
    assert page.panel._error["advice"]
    assert page.panel.workflow.clips == ()


@pytest.mark.parametrize(
    ("what", "more"),
    [
        ("slice", {"id": "nobody", "at": 0}),
        ("slice", {"id": None, "at": "x"}),
        ("end", {"id": "nobody", "digest": ""}),
        ("mark", {}),
        ("pause", {}),
        ("cancel", {"id": ["x"]}),
        ("again", {"id": "nobody"}),
        ("choose", {"clip": "nobody"}),
        ("begin", {"name": "../x.sh", "size": 3, "modified": 1}),
    ],
)
def test_a_message_that_makes_no_sense_breaks_nothing(page: Page, what: str, more: dict[str, Any]) -> None:
    page.says(what, b"", **more)
    assert page.panel._error is None
    assert "digest" in page.sends()


def test_paths_are_completed_with_folders_and_clips_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("Clip.MP4", "clip2.mov", "clip.txt", ".clip.mp4"):
        (tmp_path / name).touch()
    (tmp_path / "clips").mkdir()
    (tmp_path / "clips" / "a.wav").touch()
    assert complete("cl") == ["Clip.MP4", "clip2.mov", "clips/"]
    assert complete("./CLIPS") == ["./clips/"]
    assert complete("clips/") == ["clips/a.wav"]
    assert complete(".c") == [".clip.mp4"]
    assert complete(f"{tmp_path}/clips/a") == [f"{tmp_path}/clips/a.wav"]
    assert complete("nowhere/") == complete("a\0b/") == complete("~nobody-here/") == []
    for number in range(30):
        (tmp_path / "clips" / f"{number:02}.mp4").touch()
    assert len(complete("clips/")) == 20


async def _settled(panel: Upload) -> None:
    await asyncio.sleep(0.1)
    for task in [*panel._tasks]:
        await asyncio.wait({task})
