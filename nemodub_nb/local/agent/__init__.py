"""The agent: a sentence becomes actions, actions change a plan, a plan becomes a draft."""

from __future__ import annotations

from nemodub_nb.local.agent.conversation import cost_of, respond
from nemodub_nb.local.agent.desk import Answer, Desk, Event

__all__ = ["Answer", "Desk", "Event", "cost_of", "respond"]
