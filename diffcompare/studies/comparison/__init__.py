"""One comparison: the record of what every method answered, and how it is told as data, as tables and in words."""
