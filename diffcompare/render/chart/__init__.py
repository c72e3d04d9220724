"""Plots and bars."""
