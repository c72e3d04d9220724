"""Which engines a run of the tests needs: CI installs some, and fails without them; the others are a tier of their own.

`pytest -m heavy` runs the tests of the others, where they are installed; `-m "not heavy"` leaves them out.
"""

import os

import pytest

from diffcompare.engines import engine_client
from diffcompare.engines.registry import engine_names, how_to_install, version
from diffcompare.processes import WorkerLost

INSTALLED_BY_CI = ("ad", "autograd", "casadi", "jax", "mygrad", "numdifftools", "symengine", "uncertainties")


def marks(name):
    """Return the marks of a test of an engine."""
    return () if name in INSTALLED_BY_CI else (pytest.mark.heavy,)


def every_engine():
    """Return all engines, as parameters of a test."""
    return [pytest.param(name, marks=marks(name)) for name in engine_names()]


def needs(name, pinned=None):
    """Skip a test whose engine cannot be asked, or has not the version that it is about; CI has to have its own."""
    installed, reason = version(name), ""
    if installed is None:
        reason = f"{name} is not installed: {how_to_install(name)}"
    else:
        try:
            engine_client.digits_of(name)
        except WorkerLost as why:
            reason = f"{name} {installed} is installed and does not start: {why}"
    if reason:
        (pytest.fail if "REQUIRE_ENGINES" in os.environ and name in INSTALLED_BY_CI else pytest.skip)(reason)
    if pinned is not None and installed.partition("+")[0] != pinned:  # + names the build, such as 2.13.0+cpu
        pytest.skip(f"measured with {name} {pinned}; installed is {installed}")
