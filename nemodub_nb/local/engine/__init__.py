"""Dubbing itself: files in, files and a report out. It knows no HTTP and no notebook."""
