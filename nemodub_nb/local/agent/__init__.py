"""The agent: a sentence becomes actions, actions change a plan, a plan becomes a draft."""

from __future__ import annotations

from nemodub_nb.local.agent.conversation import Answer, Desk, Event, cost_of, respond

__all__ = ["Answer", "Desk", "Event", "cost_of", "respond"]
