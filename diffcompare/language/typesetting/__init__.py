"""Mathematics in print: one reading of an expression, and a writer for each form (LaTeX, MathML, characters)."""
