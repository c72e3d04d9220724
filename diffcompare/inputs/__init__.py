"""A user's input: expressions, points, formulas by hand, the catalogue and files of expressions."""
