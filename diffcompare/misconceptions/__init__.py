"""Why is it not?  Which mistake turns the derivative of a function into the answer that somebody gave."""
