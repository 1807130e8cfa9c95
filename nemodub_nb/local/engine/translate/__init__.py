"""From source lines to target lines: what people approved first, then machines, by the best route there is."""
