"""Room local/engine/transcribe."""
