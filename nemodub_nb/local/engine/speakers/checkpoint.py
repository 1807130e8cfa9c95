"""Reads the arrays of a PyTorch checkpoint without PyTorch, and without running anything that it holds."""

from __future__ import annotations

import pickle
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_MAGIC: Final = 0x1950A86A20F9469CFC6C
"""What the format that PyTorch wrote before 1.6 begins with."""


class CheckpointError(ValueError):
    """The file is no checkpoint of this kind."""


@dataclass
class _Storage:
    """Numbers that tensors are views of; they come after all tensors."""

    size: int
    numbers: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class _Tensor:
    storage: _Storage
    offset: int
    shape: tuple[int, ...]

    def array(self) -> NDArray[np.float32]:
        assert self.storage.numbers is not None
        count = int(np.prod(self.shape))
        return self.storage.numbers[self.offset : self.offset + count].reshape(self.shape)


def _tensor(storage: _Storage, offset: int, shape: tuple[int, ...], _strides: Any, *_: Any) -> _Tensor:
    return _Tensor(storage, offset, tuple(shape))


class _FloatStorage:
    """Stands for the only kind of storage there is."""


class _Unpickler(pickle.Unpickler):
    """Knows tensors of floats in ordered dictionaries and nothing else, so that no code can come with them."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self.storages: dict[str, _Storage] = {}

    def find_class(self, module: str, name: str) -> Any:
        known: dict[tuple[str, str], Any] = {
            ("collections", "OrderedDict"): OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2"): _tensor,
            ("torch", "FloatStorage"): _FloatStorage,
        }
        if (module, name) not in known:
            raise CheckpointError(f"the checkpoint holds a {module}.{name}")
        return known[module, name]

    def persistent_load(self, pid: Any) -> _Storage:
        _, _, key, _, size, _ = pid
        return self.storages.setdefault(key, _Storage(size))


def read(path: Path, section: str) -> dict[str, NDArray[np.float32]]:
    """Return the arrays by name under one key of a checkpoint. Raises CheckpointError."""
    try:
        with path.open("rb") as file:
            if _Unpickler(file).load() != _MAGIC:
                raise CheckpointError(f"{path.name} is no checkpoint")
            for _ in range(2):  # versions and sizes of numbers
                _Unpickler(file).load()
            reader = _Unpickler(file)
            tensors = reader.load()[section]
            for key in _Unpickler(file).load():
                _fill(reader.storages[key], file)
    except (pickle.UnpicklingError, EOFError, KeyError, TypeError, IndexError) as error:
        raise CheckpointError(f"{path.name} cannot be read: {error}") from error
    return {str(name): tensor.array() for name, tensor in tensors.items()}


def _fill(storage: _Storage, file: BinaryIO) -> None:
    size = int.from_bytes(file.read(8), "little")
    data = file.read(4 * size)
    if size != storage.size or len(data) != 4 * size:
        raise CheckpointError("the checkpoint is cut off")
    storage.numbers = np.frombuffer(data, "<f4")
