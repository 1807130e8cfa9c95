"""Room local/server."""
