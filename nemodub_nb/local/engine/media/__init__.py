"""Room local/engine/media."""
