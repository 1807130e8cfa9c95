"""Tells what is in a project, in a few lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .page import Page

if TYPE_CHECKING:
    from nemodub_nb.project import Project


def status(project: Project) -> Page:
    """Return the project, its clips and its timeline. Reading the timeline counts as a look: see `changes`."""
    lines = [repr(project), *(f"Clip {clip!r}" for clip in project.clips), project.summary()]
    if left := project.unfinished():
        lines.append(repr(left))
    return Page("\n".join(lines))
