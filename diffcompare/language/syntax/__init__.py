"""Diagnostics of a text that cannot be parsed, with fixes, and warnings about one that can."""
