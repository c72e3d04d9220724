"""Why is it not?  The mistake that turns the derivative of a function into the answer that was given."""
