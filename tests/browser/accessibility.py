"""What axe-core finds wrong with a part of a page."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from playwright.sync_api import Locator

GRAVE: Final = ("serious", "critical")
_RUN: Final = "(part) => axe.run(part, { resultTypes: ['violations'] })"


def grave_findings(part: Locator) -> list[str]:
    """Return a line for each serious or critical finding in a part of the page."""
    if not part.evaluate("() => 'axe' in window"):
        code = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
        part.page.evaluate(f"{code}; undefined")
    return [
        f"{finding['id']}: {finding['help']}: {node['html'][:200]} | {node.get('failureSummary', '')}"
        for finding in part.evaluate(_RUN)["violations"]
        if finding["impact"] in GRAVE
        for node in finding["nodes"]
    ]
