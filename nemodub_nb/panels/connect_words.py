"""The English words of the Connect panel, and of work that an earlier session has left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from .words import listed

LOCAL_SAY: Final = "This machine. Nothing leaves it, nothing is charged."
CLOUD_SAY: Final = "NemoVideo cloud. An edit costs about 50 credits; exports are free."
CONNECTING: Final = "Connecting…"
SOME_TIME_AGO: Final = "some time ago"
CHOOSE_BACKEND: Final = "Where should the work be done?"
FOUND_IN_ENVIRONMENT: Final = "A token was found in NEMO_TOKEN."
STARTER: Final = (
    "Without a token of your own, a free starter token with 100 credits is made; it is valid for seven days."
)


def left_behind(when: str, clips: Sequence[str], messages: int, renders: int) -> str:
    """Return the sentence about an earlier session."""
    under_way = listed(
        [
            *([f"{messages} message{'s'[: messages != 1]}"] if messages else []),
            *([f"{renders} export{'s'[: renders != 1]}"] if renders else []),
        ]
    )
    what = f"{under_way} under way" if under_way else listed(list(clips)) or "no clip"
    return f"An earlier session ({when}) has {what}."
