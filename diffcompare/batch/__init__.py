"""Files of many expressions, read as a stream of rows: lines of text, TOML, CSV and JSON lines.

E621  no such file, folder or format        E625  a line, or a cell, that is too long
E622  a table without the columns it needs  E626  a row that does not say what is to be differentiated
E623  malformed CSV                         E627  a row that says something twice
E624  malformed JSON                        W632  columns that were left out

Of files as such: E612 no such encoding, E613 a kind that cannot be read, E614 a workbook without what reads it, E615
one that is damaged.
"""
