"""Symbolic differentiation by sympy, in a process of its own."""
