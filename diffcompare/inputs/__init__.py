"""What a user hands in: expressions, points, formulas by hand, the catalogue and files of expressions."""
