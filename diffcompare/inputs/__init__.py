"""Read what a user gives: expressions, points, formulas by hand, and entries of the catalogue or of files."""
