"""Swell: how formulas of derivatives grow, as trees and as DAGs, and what the growth does to their accuracy."""
