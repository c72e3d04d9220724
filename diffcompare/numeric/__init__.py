"""Expressions evaluated and differentiated over numbers: one number type a file."""
