"""Has the embedded backend measure finished files of its own machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from nemodub_nb.client import errors
from nemodub_nb.client.flows import call
from nemodub_nb.client.requests import Request, json_post, segment

if TYPE_CHECKING:
    from nemodub_nb.client.context import Context
    from nemodub_nb.client.steps import Flow

OnProgress = Callable[[float, float], None]
"""Takes how much is done, and of how much."""

_ROOT: Final = "/api/embedded/checks"


def check(context: Context, order: Mapping[str, Any], on_progress: OnProgress | None) -> Flow[dict[str, Any]]:
    """Measure a file and return what was found: `measured`, `lines`, `notes`.

    order: `source` and `video` (absolute paths), `language`, `lines` (the rows of the export's report), and if wanted
    `source_language`, `subtitles` and `bed`. Raises BadRequestError when it cannot be measured, ForbiddenError for anybody
    but the owner of the server, NotFoundError where the server has no such call.
    """
    begun = yield from call(context, json_post(_ROOT, order))
    look = Request("GET", f"{_ROOT}/{segment(str(begun.get('id')))}")
    while True:
        found = yield from call(context, look)
        result = found.get("result")
        if found.get("status") == "done" and isinstance(result, dict):
            return result
        if found.get("status") != "running":
            raise errors.MalformedResponseError("The server does not say how far the check is.")
        done, total = found.get("done"), found.get("total")
        if on_progress is not None and isinstance(done, int | float) and isinstance(total, int | float):
            on_progress(done, total)
