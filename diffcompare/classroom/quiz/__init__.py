"""Quizzes: derivatives to find, with hints, named misconceptions, and derivations."""
