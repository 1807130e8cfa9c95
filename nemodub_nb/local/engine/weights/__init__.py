"""Room local/engine/weights."""
