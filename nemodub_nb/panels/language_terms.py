"""The part of the Languages panel that takes a glossary: none, a few terms typed, or a CSV file."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, get_args

from nemodub_nb.project import BadInputError
from nemodub_nb.project.attachments import glossary_parts

from . import terms, words
from .panel import Panel


class Glossing(Panel):
    """Say how some terms are translated, and which names stay as they are."""

    def glossary(self) -> dict[str, Any]:
        """Return what was typed, for the page."""
        chosen = self.workflow.choices.glossary
        return {
            "use": chosen.use,
            "terms": [[term.source, dict(term.targets)] for term in chosen.terms],
            "file": chosen.file,
            "most": terms.MOST,
        }

    def must_be_usable(self) -> None:
        """Raise BadInputError for terms that cannot be meant."""
        if (wrong := self.workflow.choices.glossary.problem()) is not None:
            raise wrong

    # What the page asks for

    async def do_glossary(self, message: Mapping[str, Any], _buffers: Sequence[memoryview]) -> None:
        """Take over which glossary counts, the terms or the file; what cannot be meant yet is kept and told."""
        self.clear_error()
        chosen = replace(self.workflow.choices.glossary, decided=True)
        if "use" in message:
            if message["use"] not in get_args(terms.Use):
                raise BadInputError(words.NO_CHOICE, words.CHOOSE_OFFERED)
            chosen = replace(chosen, use=message["use"])
        if "terms" in message:
            chosen = replace(chosen, terms=terms.read(message["terms"]))
        if "file" in message:
            path = message["file"]
            if not isinstance(path, str):
                raise BadInputError(words.NO_CHOICE, words.CHOOSE_OFFERED)
            await asyncio.to_thread(glossary_parts, path.strip() or None)  # whether it is one
            chosen = replace(chosen, file=path.strip())
        self.workflow.choose(glossary=chosen)
        if "use" not in message:  # what was chosen just now is not filled in yet
            self.must_be_usable()
