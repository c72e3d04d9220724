"""Every demo is played once in a process, whoever asks for its frames."""

import functools

from diffcompare.classroom.demos.report import play


@functools.cache
def played(name):
    """A demo with its frames."""
    return play(name)
