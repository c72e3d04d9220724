"""Symbolic differentiation by sympy, in a worker process."""
