"""What a batch's panel was asked for: by the cell that made it, by what is typed into it, and as the call that does the same."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from nemodub_nb.project import BadInputError
from nemodub_nb.project.safe import plain

from . import batch_words
from .calls import quoted

if TYPE_CHECKING:
    from nemodub_nb.batches.run import Order

_OPTIONS: Final = (
    "backend",
    "scheduler",
    "workers",
    "resources",
    "budget",
    "memory",
    "glossary",
    "voices",
    "source",
    "fast",
    "slow_video",
    "preset",
    "format",
    "measure",
)
"""What else `nd.batch` takes, but for what a panel does itself."""
_TABLES: Final = (".csv", ".parquet")
_LONGEST: Final = 2000
_WIDE: Final = 88
"""Characters after which a call is written on several lines."""


@dataclass(frozen=True)
class Asked:
    """Clips, languages, folder and options."""

    manifest: Any
    """A text or path, which can be changed on the page, or a table or list, which cannot."""
    to: str
    """Languages as they are typed."""
    out: str
    options: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(
        cls, manifest: Any, to: str | Iterable[str], out: str | os.PathLike[str], options: Mapping[str, Any]
    ) -> Asked:
        """Take what a cell gives. Raises TypeError for an option that there is not."""
        if unknown := [name for name in options if name not in _OPTIONS]:
            raise TypeError(f"Batch() has no option {unknown[0]!r}. It takes: {', '.join(_OPTIONS)}.")
        if isinstance(manifest, os.PathLike):
            manifest = os.fspath(manifest)
        languages = to if isinstance(to, str) else ", ".join(to)
        return cls(manifest, languages, os.fspath(out), options)

    @property
    def whole(self) -> bool:
        """Whether it says all that is needed; a table may name its languages itself."""
        if self.manifest is None:
            return False
        table = not self._can_be_typed or self.manifest.casefold().endswith(_TABLES)
        return table or bool(self.to.strip())

    @property
    def _can_be_typed(self) -> bool:
        return self.manifest is None or isinstance(self.manifest, str)

    def form(self) -> dict[str, Any]:
        """Return what the page's fields hold."""
        given = "" if self._can_be_typed else batch_words.given_clips(len(self.manifest))
        typed = plain(self.manifest, _LONGEST) if isinstance(self.manifest, str) else ""
        return {
            "manifest": typed,
            "given": given,
            "to": plain(self.to, _LONGEST),
            "out": plain(self.out, _LONGEST),
        }

    def typed(self, message: Mapping[str, Any]) -> Asked:
        """Return it with what the page's fields hold now."""
        manifest, to, out = (message.get(name) for name in ("manifest", "to", "out"))
        clips = manifest.strip() if isinstance(manifest, str) and self._can_be_typed else self.manifest
        return replace(
            self,
            manifest=clips or None if isinstance(clips, str) else clips,
            to=plain(to, _LONGEST).strip() if isinstance(to, str) else self.to,
            out=(out.strip() or "dubbed") if isinstance(out, str) else self.out,
        )

    def order(self) -> Order:
        """Return what is to be done. Raises BadInputError and UnknownLanguageError, ModuleNotFoundError for a missing extra."""
        from nemodub_nb.batches.run import order

        if self.manifest is None:
            raise BadInputError(batch_words.BATCH_NO_CLIPS, batch_words.BATCH_NAME_CLIPS)
        options = {"resources": {}, **self.options}
        return order(self.manifest, self.to, self.out, **options)

    def call(self) -> str:
        """Return the Python that does the same batch."""
        to = [part.strip() for part in self.to.split(",") if part.strip()]
        manifest = quoted(self.manifest) if isinstance(self.manifest, str) else "manifest"
        arguments = [manifest if self.manifest is not None else '"clips"', quoted(to)]
        if self.out != "dubbed":
            arguments.append(quoted(self.out))
        arguments += [f"{name}={_value(name, value)}" for name, value in self.options.items() if value]
        line = f"batch = nd.batch({', '.join(arguments)})"
        if len(line) > _WIDE:
            line = "batch = nd.batch(\n" + "".join(f"    {one},\n" for one in arguments) + ")"
        return f"import nemodub_nb as nd\n\n{line}"


def _value(name: str, value: object) -> str:
    """Return an option as code; a Dask client is called as people call theirs."""
    if name == "scheduler" and not isinstance(value, str):
        return "client"
    if isinstance(value, os.PathLike):
        return quoted(os.fspath(value))
    return quoted(value)
