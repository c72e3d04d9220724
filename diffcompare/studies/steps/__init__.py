"""The parts of a sweep over steps: the steps, the curves of errors, their slopes, what theory says, how it is told."""
