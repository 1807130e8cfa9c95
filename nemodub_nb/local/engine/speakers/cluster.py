"""Groups directions that belong together, without being told how many groups there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Labels = NDArray[np.int64]

MOST: Final = 1200
"""More points than this are joined to the groups of an even choice among them: time and memory grow with the square."""


def grouped(points: Floats, weights: Floats, likeness: float) -> Labels:
    """Return the group of each unit vector, numbered from 0 by first appearance.

    Two groups are joined for as long as the mean of the likenesses (cosines) between them, weighted by `weights`, is
    at least `likeness`.
    """
    if not len(points):
        return np.zeros(0, np.int64)
    if len(points) > MOST:
        chosen = np.linspace(0, len(points) - 1, MOST).astype(np.int64)
        found = _joined(points[chosen], weights[chosen], likeness)
        return in_order(nearest(points, centres(points[chosen], weights[chosen], found)))
    return in_order(_joined(points, weights, likeness))


def centres(points: Floats, weights: Floats, groups: Labels) -> Floats:
    """Return the direction (k, n) of each group, numbered from 0."""
    sums = np.zeros((int(groups.max()) + 1, points.shape[1]))
    np.add.at(sums, groups, points * weights[:, None])
    return np.asarray(sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9), np.float32)


def nearest(points: Floats, middles: Floats) -> Labels:
    """Return for each point the group whose centre is most like it."""
    return np.asarray(np.argmax(points @ middles.T, axis=1), np.int64)


def in_order(groups: Labels) -> Labels:
    """Return the groups numbered by their first appearance."""
    _, first, inverse = np.unique(groups, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[inverse.reshape(-1)]


def _joined(points: Floats, weights: Floats, likeness: float) -> Labels:
    """Join the two most alike groups again and again (average linkage)."""
    size = weights.astype(np.float64).copy()
    alike = points.astype(np.float64) @ points.T.astype(np.float64)
    np.fill_diagonal(alike, -np.inf)
    groups = np.arange(len(points), dtype=np.int64)
    best = alike.max(axis=1)
    while len(points) > 1:
        one = int(np.argmax(best))
        if best[one] < likeness:
            break
        other = int(np.argmax(alike[one]))
        share = size[one] / (size[one] + size[other])
        row = share * alike[one] + (1 - share) * alike[other]
        row[[one, other]] = -np.inf
        size[one] += size[other]
        alike[one], alike[:, one] = row, row
        alike[other], alike[:, other] = -np.inf, -np.inf
        groups[groups == other] = one
        best = alike.max(axis=1)
        if not np.isfinite(best).any():
            break
    return groups
