"""One page with every demo and one browser for all tests of the lesson."""

import browser
import playing
import pytest

from diffcompare.classroom.demos import NAMES
from diffcompare.classroom.lesson.page import page


@pytest.fixture(scope="session")
def plays():
    """Every demo, played, by its name; in the order of class."""
    return {name: playing.played(name) for name in NAMES}


@pytest.fixture(scope="session")
def file(plays, tmp_path_factory):
    path = tmp_path_factory.mktemp("lesson") / "lesson.html"
    path.write_text(page([*plays.values()]), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def shared_window(file, tmp_path_factory):
    with browser.showing(file, tmp_path_factory.mktemp("profile")) as window:
        yield window


@pytest.fixture
def window(shared_window):
    """The page as it is after loading, but that it may have been read before; nothing moves."""
    shared_window.run(
        "closeDialog(); if (!state.predict) actions.predict(); if (!state.keys) switchKeys();"
        "if (root.classList.contains('projector')) actions.projector();"
        "document.activeElement.blur(); byId('banner').hidden || check(); restore(); go(traceDemo, 0, false)"
    )
    yield shared_window
    assert shared_window.complaints == []
    assert all(url.startswith(("file:", "about:")) for url in shared_window.requests)


@pytest.fixture
def go(window):
    """To a frame by the name of its demo and its number from 1 on."""

    def to(name, number, revealed=True):
        window.run(f"go({NAMES.index(name)}, {number - 1}, {str(revealed).lower()})")

    return to
