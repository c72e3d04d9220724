"""Domains and kinks as source: the test of a region is read over letters.

The tests of the table are Python functions with `and` and `or`, which ask each comparison whether it holds.  So a test
is run once for every way in which its comparisons can turn out, and the answers make its condition again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from diffcompare.codegen.source import Writer
from diffcompare.language.expression import Expression, Operation, Region, lift
from diffcompare.language.operations import exact_integer

MAX_COMPARISONS = 12
"""Along one path; a test that asks for more would have to be a loop."""


class _Letter:
    """An argument that notes what it is compared with."""

    def __init__(self, value: Expression, ask: Callable[[str, Expression, Expression], bool]) -> None:
        self.value, self.ask = value, ask

    @staticmethod
    def apply_operation(operation: Operation, arguments: Sequence[Any]) -> _Letter:
        """A row applied to a letter, as in `floor(x) != x`."""
        (letter,) = arguments
        return _Letter(operation(letter.value), letter.ask)

    def _compared(self, relation: str, other: Any) -> bool:
        return self.ask(relation, self.value, other.value if isinstance(other, _Letter) else lift(other))

    def __lt__(self, other: Any) -> bool:
        return self._compared("<", other)

    def __le__(self, other: Any) -> bool:
        return self._compared("<=", other)

    def __gt__(self, other: Any) -> bool:
        return self._compared(">", other)

    def __ge__(self, other: Any) -> bool:
        return self._compared(">=", other)

    def __eq__(self, other: object) -> bool:
        return self._compared("==", other)

    def __ne__(self, other: object) -> bool:
        return self._compared("!=", other)

    __hash__ = None  # type: ignore[assignment]


class _Unanswered(Exception):
    """A comparison that the path has no answer for yet."""


def condition(region: Region, arguments: Sequence[Expression], writer: Writer) -> str:
    """The region's test as a condition in JavaScript; "true" or "false" where it compares no letter.

    An argument is a letter or a whole number.
    """
    return _along(region, arguments, writer, [])


def _along(region: Region, arguments: Sequence[Expression], writer: Writer, answers: list[bool]) -> str:
    """The condition that is left once the first comparisons have been answered."""
    waiting = iter(answers)
    asked: list[str] = []

    def ask(relation: str, left: Expression, right: Expression) -> bool:
        answer = next(waiting, None)
        if answer is None:
            asked.append(writer.compared(relation, left, right))
            raise _Unanswered
        return answer

    try:
        stands = [_Letter(each, ask) if each.varies else exact_integer(each) for each in arguments]
        return "true" if region.contains(*stands) else "false"
    except _Unanswered:
        if len(answers) > MAX_COMPARISONS:
            raise RecursionError(f"too many comparisons in the region {region.text}") from None
    yes, no = (_along(region, arguments, writer, [*answers, answer]) for answer in (True, False))
    return _joined(asked[0], yes, no)


def _joined(test: str, yes: str, no: str) -> str:
    """`test ? yes : no` in few words."""
    if yes == no:
        return yes
    if (yes, no) == ("true", "false"):
        return test
    if yes == "true":
        return f"({test} || {no})"
    if no == "false":
        return f"({test} && {yes})"
    return f"({test} ? {yes} : {no})"
