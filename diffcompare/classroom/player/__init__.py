"""The player: demos stepped through in a terminal.

`state` knows what a key does, `screen` what is to be seen, `keys` how a terminal is held and given back, and `play`
puts them together.  The first two touch no terminal.
"""
