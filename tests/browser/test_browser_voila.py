"""What the Voilà variant promises besides the panels: settings that let videos through and end forgotten kernels."""

from __future__ import annotations

import re

import pytest
import servers
from pages import Voila, write_notebook

CELL = "from ipywidgets import Button\n\nButton(description='Here')"


def test_videos_beside_the_notebook_are_served_and_notebooks_are_not(voila):
    (voila.folder / "clip.es.mp4").write_bytes(bytes(range(100)))
    address = f"/voila/files/{voila.folder.name}"
    part = voila.server.http.get(f"{address}/clip.es.mp4", headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, bytes(range(10, 20)))
    write_notebook(voila.folder / "studio.ipynb", CELL)
    assert voila.server.http.get(f"{address}/studio.ipynb").status_code == 403


@pytest.mark.usefixtures("_there")
def test_a_kernel_ends_after_its_tab_is_closed_and_not_before(tmp_path, request):
    server = servers.voila(
        tmp_path / "voila",
        tmp_path / "models",
        "--MappingKernelManager.cull_idle_timeout=2",
        "--MappingKernelManager.cull_interval=1",
    )
    try:
        tab = Voila(server, request.getfixturevalue("browser"), server.root)
        tab.open(write_notebook(server.root / "page.ipynb", CELL))
        tab.page.get_by_role("button", name=re.compile("Here")).wait_for()
        tab.page.wait_for_timeout(4_000)
        assert server.kernels() == 1, "an idle kernel with someone at the page stays"
        tab.page.goto("about:blank")
        tab.until(lambda: server.kernels() == 0, 15, "the kernel is still there")
        tab.close()
    finally:
        server.stop()
