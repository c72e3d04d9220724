"""What the tests of demos look at."""

import playing
import pytest


@pytest.fixture
def played():
    return playing.played


@pytest.fixture
def figures():
    """All figures of a demo by name; of equal names the last frame's."""

    def collected(name):
        return {key: value for frame in playing.played(name).frames for key, value in frame.numbers.items()}

    return collected


@pytest.fixture
def bugs():
    """The figures of a demo's bugs, by the bug."""
    return lambda name: {
        frame.broken.bug: frame.broken.numbers for frame in playing.played(name).frames if frame.broken
    }
