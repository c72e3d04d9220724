"""The player: demos shown step by step in a terminal.

`screen` knows what a key does and what is shown, `keyboard` takes and restores the terminal, and `player` is the loop
that joins them.  `screen` touches no terminal.
"""
