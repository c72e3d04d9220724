"""Derivatives to find, with hints, mistakes and derivations for those that are not found."""
