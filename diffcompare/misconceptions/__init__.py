"""The mistake behind a wrong derivative: which one turns the derivative of a function into the answer given."""
