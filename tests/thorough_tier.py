"""Cases that mostly confirm one another: the suite runs some of them, and CI runs the others once, as `thorough`."""

from collections.abc import Iterable
from typing import Any

import pytest


def one_in(step: int, cases: Iterable[Any]) -> list[Any]:
    """Return the cases as parameters of a test, all but the first of every `step` of them marked as `thorough`."""
    return [
        pytest.param(
            *(case if isinstance(case, tuple) else (case,)), marks=pytest.mark.thorough if place % step else ()
        )
        for place, case in enumerate(cases)
    ]
