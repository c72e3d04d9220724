"""What a run asks of every row: plain data, so that it reaches processes and machines as it is."""

from __future__ import annotations

from typing import Any, NamedTuple

from diffcompare.studies.methods import DEFAULT_METHODS


class Options(NamedTuple):
    """The options of a run on which its results depend, and nothing else."""

    methods: tuple[str, ...] = DEFAULT_METHODS
    wrt: tuple[str, ...] = ()
    step: float | None = None
    budget: float | None = 5.0
    truth: bool = True
    simplify: bool = False
    max_error: float | None = None
    format: str = "jsonl"
    """What is written for every row: `jsonl`, `csv`, or nothing where the format needs all rows together."""

    def plain(self) -> dict[str, Any]:
        """The options as plain data; `from_plain` makes the same of it."""
        return {**self._asdict(), "methods": list(self.methods), "wrt": list(self.wrt)}

    @property
    def patience(self) -> float | None:
        """Seconds after which a row has had its chance: every method and the truth keep to the budget by themselves.

        The budget does not count the start of sympy, which a row needs anew where the one before it ended that process.
        """
        from diffcompare.backends.symbolic import STARTUP

        return None if self.budget is None else (len(self.methods) + 3) * self.budget + 10 + STARTUP


def from_plain(data: dict[str, Any]) -> Options:
    """The options that `plain` wrote."""
    return Options(**{**data, "methods": tuple(data["methods"]), "wrt": tuple(data["wrt"])})
