"""Studies: each puts questions to the table, the catalogue or the backends, and returns a record of plain data."""
