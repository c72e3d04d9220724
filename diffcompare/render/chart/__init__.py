"""Drawings of plots and bar charts, with characters or as SVG."""
