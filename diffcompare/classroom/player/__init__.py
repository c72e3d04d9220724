"""The player: demos shown step by step in a terminal.

`screen` knows what a key does and what is shown, and touches no terminal; `player` is the loop, which takes the
terminal and restores it.
"""
