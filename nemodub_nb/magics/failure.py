"""How a magic fails: the error's own sentences, and no traceback."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from IPython.core.error import UsageError

from nemodub_nb.client import NemoError
from nemodub_nb.languages import UnknownLanguageError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def told() -> Iterator[None]:
    """Let an error through as itself, for those who catch it, but make a notebook show its sentences only."""
    try:
        yield
    except UsageError:  # IPython shows it as one line by itself
        raise
    except (NemoError, UnknownLanguageError) as error:
        _quiet(error, str(error))
        raise
    except KeyboardInterrupt as error:
        if not hasattr(error, "_render_traceback_"):
            _quiet(error, "Stopped.")
        raise
    except Exception as error:
        if not os.environ.get("NEMODUB_DEBUG"):
            cause = " ".join(str(error).split()).rstrip(".") or "Something unexpected happened"
            _quiet(error, f"{type(error).__name__}: {cause}. Set NEMODUB_DEBUG=1 to see where.")
        raise


def _quiet(error: BaseException, text: str) -> None:
    # IPython asks the error itself first how it wants to be shown.
    error.__dict__["_render_traceback_"] = lambda: [text]
