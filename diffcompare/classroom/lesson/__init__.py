"""The lesson: demos as one page that opens from a file, without a network.

`page` puts it together: `panels` are what can be moved and typed there, `program` and `bars` the figures that it
computes with and shows, `words` all that it says, `style` what it looks like, and `scripts` what it does.
"""
