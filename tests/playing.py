"""Every demo is played once in a process, whoever asks for its frames."""

import functools

from diffcompare.classroom.demos import load_demo
from diffcompare.classroom.demos.report import compute
from diffcompare.localization import use_language


@functools.cache
def played(name):
    """A demo with its frames, in English: they are kept, and whoever asks first may be speaking another language."""
    with use_language("en"):
        return compute(load_demo(name))
