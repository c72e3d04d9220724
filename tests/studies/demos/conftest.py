"""Every demo is played once in a process."""

import functools

import pytest

from diffcompare.studies.demos.play import play


@functools.cache
def _played(name):
    return play(name)


@pytest.fixture
def played():
    return _played


@pytest.fixture
def figures():
    """All figures of a demo by name; of equal names the last frame's."""

    def collected(name):
        return {key: value for frame in _played(name).frames for key, value in frame.numbers.items()}

    return collected


@pytest.fixture
def bugs():
    """The figures of a demo's bugs, by the bug."""
    return lambda name: {each.broken.bug: each.broken.numbers for each in _played(name).frames if each.broken}
