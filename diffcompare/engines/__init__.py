"""Real engines: other libraries that differentiate, each asked in a process of its own, by its own functions."""
