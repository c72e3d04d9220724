"""Property tests draw the same examples every time; `--hypothesis-profile explore` looks at new ones.

`-m "thorough or hypothesis" --hypothesis-profile thorough` runs more of the same, as CI does: cases that are left out
of the suite (their mark is `thorough`), and property tests with three times as many examples.

With REQUIRE_ENGINES in the environment the engines of the extra `engines` have to be installed, so that none of their
tests is skipped.
"""

import gc
import os
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis.strategies import none

from diffcompare.engines.registry import how_to_install, version

settings.register_profile("repeatable", derandomize=True, deadline=None, max_examples=30)
settings.register_profile("thorough", derandomize=True, deadline=None, max_examples=100)
settings.register_profile("explore", deadline=None)
settings.load_profile("repeatable")

# Hundreds of tests start the program: it is compiled once.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_configure(config):
    """Refuse to run without the engines that are required."""
    if not os.environ.get("REQUIRE_ENGINES"):
        return
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (listed,) = project["optional-dependencies"]["engines"]
    names = listed.partition("[")[2].rstrip("]").split(",")
    if missing := [how_to_install(name) for name in names if version(name) is None]:
        raise pytest.UsageError(f"engines are required and missing: {'; '.join(missing)}")


@given(none())
def _draw_once(_):
    """Let Hypothesis meet NumPy's random numbers: older ones warn of them if their referrers are frozen by then."""


def pytest_collection_finish():
    """Keep the collected tests, which live to the end, from being walked by every garbage collection."""
    import numpy  # noqa: F401

    _draw_once()
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True, scope="session")
def _no_engine_is_installed_where_demos_look():
    """Let demos show what was measured: what is installed on this machine is asked by tests of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("diffcompare.classroom.other_libraries.installed_engines", tuple)
        yield
