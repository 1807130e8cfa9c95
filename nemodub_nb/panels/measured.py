"""What was measured of an export, as one line of a panel."""

from __future__ import annotations

from nemodub_nb.project import Export
from nemodub_nb.project.display import length

from . import export_words


def measured_facts(one: Export) -> str:
    """Return what was measured of an export, on one line."""
    measured = one.measured
    width, height = _number(measured.get("width")), _number(measured.get("height"))
    loudness, peak = _number(measured.get("loudness_lufs")), _number(measured.get("true_peak_dbtp"))
    picture = export_words.PICTURES.get(str(measured.get("picture")), "")
    parts = [
        length(one.duration_s),
        f"{width:.0f} × {height:.0f}" if width and height else "",
        f"{loudness:.1f} LUFS".replace("-", "−") if loudness is not None else "",
        f"{peak:.1f} dBTP".replace("-", "−") if peak is not None else "",
        picture,
    ]
    return " · ".join(filter(None, parts))


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
