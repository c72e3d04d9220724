"""Drawings of computational graphs."""
