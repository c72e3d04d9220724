"""Files of many expressions, read as a stream of rows and answered by a pool of workers.

E621  no such file, folder or format        E625  a line or a cell that is too long
E622  a table without the columns it needs  E626  a row without an expression
E623  malformed CSV                         E627  something given twice
E624  malformed JSON                        W632  columns that were left out

Columns named by `--columns`: E637 a malformed choice, E638 a column that the table does not have.
Files in general: E612 unknown encoding, E613 unreadable kind of file, E614 openpyxl or
calamine is missing, E615 damaged workbook.
"""
