"""Drawings of plots and bar charts."""
