"""Room local/engine/translate."""
