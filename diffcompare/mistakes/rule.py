"""What a wrong rule is: a row of the table of mistakes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, NamedTuple, TypeAlias

from diffcompare.mistakes.views import View

Inner: TypeAlias = Literal["times", "missing", "over"]


class Rule(NamedTuple):
    """A wrong rule: what it makes of the numbers that its view sees, and how a teacher would put it."""

    kind: str
    view: View
    wrong: Callable[..., Any]
    says: str
    inner: Inner | None = None
    names: tuple[str, ...] = ()
    """The operations it is about, where the view does not say."""
    rare: bool = False
    """Whether it is what a teacher would think of last, whatever its kind."""
