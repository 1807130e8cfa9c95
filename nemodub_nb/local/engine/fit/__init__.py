"""Room local/engine/fit."""
