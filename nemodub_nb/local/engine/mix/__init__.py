"""Room local/engine/mix."""
