"""User input: expressions, points, formulas by hand, and entries of the catalogue or of files."""
