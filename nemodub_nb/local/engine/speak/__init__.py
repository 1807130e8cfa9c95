"""Room local/engine/speak."""
