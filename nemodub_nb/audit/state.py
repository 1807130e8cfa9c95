"""Looks into the state of widgets as notebooks and pages keep it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from . import blobs
from .finding import Finding
from .strings import strings

MIME: Final = "application/vnd.jupyter.widget-state+json"
_WHERE: Final = "widget state"
_PASSWORDS: Final = frozenset({"PasswordModel"})
_UPLOADS: Final = frozenset({"FileUploadModel"})


def look(state: Any, fix: str) -> Iterator[Finding]:
    """Yield what is in the state of a notebook's widgets: `state` is what stands under MIME."""
    models = state.get("state") if isinstance(state, Mapping) else None
    if not isinstance(models, Mapping) or not models:
        return
    yield Finding(_WHERE, f"the state of {len(models)} widget{'s' if len(models) > 1 else ''}", fix)
    for model in models.values():
        if isinstance(model, Mapping):
            yield from _model(model, fix)


def _model(model: Mapping[str, Any], fix: str) -> Iterator[Finding]:
    name = model.get("model_name")
    values = model.get("state")
    values = values if isinstance(values, Mapping) else {}
    if name in _PASSWORDS and values.get("value"):
        yield Finding(
            _WHERE, "a password typed into a widget", f"{fix} Change the password, or get a new token."
        )
    if name in _UPLOADS and (values.get("value") or values.get("data") or model.get("buffers")):
        yield Finding(_WHERE, "an uploaded file", fix)
        return
    size = max((_size(key, text) for key, text in strings(model)), default=0)
    if size:
        yield Finding(_WHERE, f"{blobs.said(size)} of encoded bytes", fix)


def _size(key: str, text: str) -> int:
    # A buffer's data is nothing but base64; other values may hold some.
    return blobs.largest(text) or (len(text) if key == "data" and len(text) >= blobs.LARGE else 0)
