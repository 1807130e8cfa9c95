"""Puts the magics and their completions into an IPython shell, and takes them out again."""

from __future__ import annotations

from typing import Any, Final

from IPython.core.completer import CompletionContext, SimpleCompletion, SimpleMatcherResult, context_matcher
from IPython.core.magic import Magics, line_cell_magic, magics_class

from .choose import Chooser
from .complete import suggest
from .failure import told
from .help import overview
from .run import run, say
from .table import COMMANDS

_NAME: Final = "nemodub"
_MATCHER: Final = "nemodub_nb.magics"


@magics_class
class NemodubMagics(Magics):  # type: ignore[misc]  # IPython is untyped here
    """The magics of one shell."""

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self._chooser = Chooser(shell.user_ns)

    @line_cell_magic(_NAME)  # type: ignore[untyped-decorator]
    def nemodub(self, line: str, cell: str | None = None) -> object:  # noqa: D102 - its docstring is made of the table
        with told():
            if cell is None:
                return run(line, self._chooser)
            return say(line, cell, self._chooser)

    nemodub.__doc__ = overview(COMMANDS)


def load_ipython_extension(shell: Any) -> None:
    """Add the magics: what `%load_ext nemodub_nb` calls."""
    shell.register_magics(NemodubMagics)
    _remove_matcher(shell)
    shell.Completer.custom_matchers.append(_matcher(shell))


def unload_ipython_extension(shell: Any) -> None:
    """Take the magics away: what `%unload_ext nemodub_nb` calls."""
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop(_NAME, None)
    _remove_matcher(shell)


def _matcher(shell: Any) -> Any:
    @context_matcher(identifier=_MATCHER, priority=1000)  # type: ignore[untyped-decorator]
    def matcher(context: CompletionContext) -> SimpleMatcherResult:
        found = suggest(context.full_text, context.cursor_line, context.text_until_cursor, shell.user_ns)
        if found is None:
            return {"completions": [], "suppress": False}
        # Nothing else fits here: neither Python's names nor the files that IPython would offer. A matcher without
        # completions is not heard, so what stands there stands for “nothing better”.
        texts = found.texts or [found.fragment]
        return {
            "completions": [SimpleCompletion(text=one, type=found.kind) for one in texts if one],
            "matched_fragment": found.fragment,
            "suppress": True,
            "ordered": True,
        }

    return matcher


def _remove_matcher(shell: Any) -> None:
    matchers = shell.Completer.custom_matchers
    matchers[:] = [one for one in matchers if getattr(one, "matcher_identifier", None) != _MATCHER]
