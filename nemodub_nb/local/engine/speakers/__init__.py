"""Who speaks in a clip, and which voice speaks for them."""
