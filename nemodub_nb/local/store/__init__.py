"""Room local/store."""
