"""What is said about a wrong derivative."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from diffcompare.expression import Expression


class Step(NamedTuple):
    """A line of the right derivation, d/dx[node] = ..., with `Open` derivatives left to do."""

    rule: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Mistake:
    """The mistake that turns a derivative into the answer that was given."""

    kind: str
    """Its slug in `KINDS`."""
    sentence: str
    node: Expression | None
    """The subexpression of the function where it was made; None where it is about the whole."""
    shows: tuple[Expression, ...]
    """The summands of the answer in which it shows; the whole answer where that cannot be told."""
    step: Step | None
    """The right rule at that node."""
    also: tuple[str, ...] = ()
    """Other kinds that give the very same answer at once."""
    second: Mistake | None = None
    """The other mistake, where two were made at once."""
