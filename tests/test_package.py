"""The package as it is imported: what is public, and what an import does not load."""

from __future__ import annotations

import subprocess
import sys

import pytest

import nemodub_nb as nd


def test_every_public_name_is_there_and_sorted() -> None:
    assert list(nd.__all__) == sorted(nd.__all__)
    for name in nd.__all__:
        assert getattr(nd, name) is not None


def test_importing_the_package_loads_no_pandas_and_no_engine() -> None:
    code = "import sys, nemodub_nb; print([m for m in sys.argv[1:] if m in sys.modules])"
    heavy = [
        "pandas",
        "numpy",
        "starlette",
        "av",
        "ctranslate2",
        "faster_whisper",
        "onnxruntime",
        "IPython",
        "keyring",
    ]
    done = subprocess.run([sys.executable, "-c", code, *heavy], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_thing"):
        nd.no_such_thing  # noqa: B018 - the access is the test
