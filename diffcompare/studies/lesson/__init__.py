"""The lesson: demos as one page that opens from a file, without a network.

`page` puts it together, `style` and `script` are what it looks like and what its keys do, `program` is what its own
small tape computes with.
"""
