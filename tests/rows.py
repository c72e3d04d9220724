"""Many small rows in one test: pytest's own work for a test takes longer than such a row does."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any

import pytest


def every_row(
    names: str | tuple[str, ...], rows: Iterable[Any]
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return a decorator: the test is one, which is called with every row and reports all rows that fail.

    Args:
        names: The parameters that a row is for, as `pytest.mark.parametrize` takes them. The others remain parameters
            of the test, such as fixtures, which all rows share.
        rows: What they are, a tuple for several names. Where rows are skipped and no other fails, the test counts as
            skipped, and says how many of its rows passed.
    """
    names = tuple(name.strip() for name in names.split(",")) if isinstance(names, str) else names
    cases = [row if len(names) > 1 else (row,) for row in rows]
    assert cases, "a table without rows says nothing"

    def decorated(function: Callable[..., None]) -> Callable[..., None]:
        signature = inspect.signature(function)

        @functools.wraps(function)
        def test(**fixtures: Any) -> None:
            failures: list[BaseException] = []
            skipped: list[str] = []
            for place, case in enumerate(cases, 1):
                row = dict(zip(names, case, strict=True))
                try:
                    function(**row, **fixtures)
                except pytest.skip.Exception as skip:
                    skipped.append(str(skip))
                except (Exception, pytest.fail.Exception) as failure:
                    shown = ", ".join(f"{name} = {_shown(value)}" for name, value in row.items())
                    failure.add_note(f"in row {place}: {shown}")
                    failures.append(failure)
            if len(failures) == 1:
                raise failures[0]
            if failures:
                raise BaseExceptionGroup(f"{len(failures)} of {len(cases)} rows fail", failures)
            if skipped:
                reasons = "; ".join(dict.fromkeys(skipped))
                pytest.skip(f"{len(cases) - len(skipped)} of {len(cases)} rows pass, the others are skipped: {reasons}")

        others = [parameter for name, parameter in signature.parameters.items() if name not in names]
        test.__signature__ = signature.replace(parameters=others)  # type: ignore[attr-defined]
        return test

    return decorated


def _shown(value: Any) -> str:
    """Return a value as a message names it: a function, which may have no name, with its line."""
    if inspect.isfunction(value):
        return f"{value.__qualname__} of line {value.__code__.co_firstlineno}"
    return f"{value!r:.300}"
