"""Backends: the ways of differentiating an expression at a point, a module for each."""
