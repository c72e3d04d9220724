"""The graph of a function, its derivative, tangent and secants."""
