"""What a process that stays for more jobs keeps between them: its voices, so that no model is loaded twice."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from nemodub_nb.local.engine.memory import give_back

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from nemodub_nb.local.engine.speak import VoicePool


_MOST_BYTES: Final = 900 * 1024**2
"""Voices that hold more between jobs are dropped: a model in two sessions and its room for ordinary lines is 550 MB."""


class Keeper:
    """Gives out pools of voices: a new one each time, or in a process that stays always the same one."""

    def __init__(self) -> None:
        self.stays = False
        """Whether pools outlive their jobs. Set once, before the first job."""
        self._pool: VoicePool | None = None
        self._models_dir: Path | None = None

    @contextmanager
    def voices(self, models_dir: Path) -> Iterator[VoicePool]:
        """Give a pool that speaks with the models in a folder; only one is kept, with one voice process."""
        from nemodub_nb.local.engine.speak import VoicePool

        if not self.stays:
            with VoicePool(models_dir) as pool:
                yield pool
            return
        if self._pool is None or self._models_dir != models_dir:
            self.close()
            self._pool, self._models_dir = VoicePool(models_dir), models_dir
        yield self._pool

    def rest(self) -> None:
        """Hold no more than is useful while there is nothing to do."""
        give_back()
        if self._pool is None:
            return
        if self._pool.resident_bytes() > _MOST_BYTES:
            self.close()
        else:
            self._pool.rest()

    def close(self) -> None:
        """End what is kept."""
        if self._pool is not None:
            self._pool.close()
        self._pool = None


KEPT = Keeper()
"""This process's own."""
