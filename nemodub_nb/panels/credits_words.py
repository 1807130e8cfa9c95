"""The English words of the Credits panel."""

from __future__ import annotations

from typing import Final

FREE_HERE: Final = "This machine is free: nothing is charged."
CREDITS_UNKNOWN: Final = "The balance is not known yet."
HERE: Final = "this machine"
THERE: Final = "cloud"
NO_CREDITS_HERE: Final = "The rehearsal quota of this machine is used up."
NO_CREDITS_HERE_ADVICE: Final = "Raise NEMODUB_QUOTA or leave it out, and connect again."
OUT_OF_CREDITS: Final = "No credits are left."
REGISTER: Final = "Register to get more: this project comes along."
TOP_UP: Final = "Top up on the NemoVideo site, then say it again."
PLAN_BLOCKS: Final = "The plan does not include export. It is the plan, not the credits: none were taken."
PLAN_ADVICE: Final = "Register or change the plan on the NemoVideo site, then export again."
RATE_LIMITED: Final = "The service asks to wait. It was already asked a second time after the wait it wanted."


def wait_for(seconds: float) -> str:
    """Return how long the service asks to wait."""
    return f"It asks for {seconds:.0f} s; then do it again."


def balance(available: float, held: float, total: float) -> str:
    """Return the credits on one line."""
    return f"{available:g} available · {held:g} held · {total:g} in all"


def balance_low(edit: int) -> str:
    """Return the hint that what is left is not enough for an edit."""
    return f"An edit costs about {edit} credits: what is left is not enough for one. Exports are free."


def free_ledger(seconds: str) -> str:
    """Return what the work on this machine took."""
    return f"{FREE_HERE} {seconds} of work so far." if seconds else FREE_HERE
