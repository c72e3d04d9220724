"""One trace: its frames, and how it is told as data and as tables."""
