"""Readers of other notations: LaTeX, and what computer algebra, programs and spreadsheets write."""
