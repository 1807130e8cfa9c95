"""Which hops to take from one language to another: one direct, or two over a pivot, the best first."""

from __future__ import annotations

from collections.abc import Iterable

from nemodub_nb.local.engine.translate.engines import Hop

PIVOT_COST = 0.5
"""What a second hop loses in itself."""

Route = tuple[Hop, ...]


def routes(hops: Iterable[Hop], source: str, target: str) -> list[Route]:
    """Return every route of one or two hops between two base languages, the one that reads best first."""
    available = list(hops)
    found: list[Route] = [(hop,) for hop in available if (hop.source, hop.target) == (source, target)]
    found += [
        (first, second)
        for first in available
        if first.source == source and first.target not in {source, target}
        for second in available
        if second.source == first.target and second.target == target
    ]
    return sorted(found, key=cost)


def cost(route: Route) -> float:
    """Return how much a route loses; only the order matters."""
    return sum(hop.cost for hop in route) + PIVOT_COST * (len(route) - 1)


def name(route: Route) -> str:
    """Return the route as it stands in the report, such as `firefox en→pt + apertium pt→es`."""
    return " + ".join(hop.name for hop in route)
