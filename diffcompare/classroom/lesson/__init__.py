"""The lesson: demos as one page that opens from a file, without a network.

`page` puts it together, with its panels; `programs` has the figures that the page computes with and shows, `texts`
all its words, `style` its style sheet, and `scripts` its JavaScript.
"""
