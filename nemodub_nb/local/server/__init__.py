"""The embedded backend's HTTP side: the NemoVideo contract, served from this machine."""

from __future__ import annotations

from nemodub_nb.local.server.serving import serve

__all__ = ["serve"]
