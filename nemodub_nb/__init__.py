"""Multilingual video dubbing in a notebook."""
