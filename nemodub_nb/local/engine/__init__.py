"""Room local/engine."""
