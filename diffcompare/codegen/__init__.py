"""Gradients and the table of operations as programs in Python, NumPy and JavaScript."""
