"""Backends: ways to differentiate an expression at a point."""
