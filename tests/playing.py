"""Every demo is played once in a process, whoever asks for its frames."""

import functools

from diffcompare.classroom.demos import load_demo
from diffcompare.classroom.demos.report import compute


@functools.cache
def played(name):
    """A demo with its frames."""
    return compute(load_demo(name))
