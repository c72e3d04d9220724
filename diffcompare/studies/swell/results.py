"""The record of a swell study: formulas of every member in every form, and AD beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from diffcompare.backends.problem import Size
from diffcompare.diagnostics import Diagnostic
from diffcompare.language.expression import Expression
from diffcompare.studies.record import Record
from diffcompare.studies.swell.families import FAMILIES, Member
from diffcompare.truth.rounding import TrueNumber

OWN = ("raw", "light")
SYMPY = ("sympy", "cse", "expanded", "simplified")
# The forms of a derivative, with their titles.
FORMS = {
    "raw": "textbook rules, raw",
    "light": "textbook rules, light",
    "sympy": "sympy",
    "cse": "sympy, after CSE",
    "expanded": "sympy, expanded",
    "simplified": "sympy, simplified",
}

SWEEPS = {"forward": "forward AD", "reverse": "reverse AD"}


class DerivativeForm(NamedTuple):
    """A derivative as formulas, one for every variable, or the reason why there are none."""

    trouble: str | None = None
    """The reason why there are no formulas, in words: `timed out after 5 s`, `not asked`."""
    status: str = "ok"
    """The status of the method, or `not-asked` or `too-large`."""
    formulas: Mapping[str, Expression] | None = None
    size: Size | None = None
    work: int | None = None
    """Operations to evaluate the formulas, shared subexpressions once."""
    written: int | None = None
    """Operations of the formulas written out, with every subexpression as often as it appears."""
    values: Mapping[str, float | None] | None = None
    """The values of the formulas at the point, in doubles."""
    error: float | None = None
    """The largest relative error of the values."""
    outside: str | None = None
    """The reason why a value is missing: `undefined`, or `overflow` for inf and nan."""


class SweepWork(NamedTuple):
    """One mode of automatic differentiation: its operations, its gradient and the largest relative error."""

    status: str
    work: int | None = None
    values: Mapping[str, float | None] | None = None
    error: float | None = None


class SwellRow(NamedTuple):
    """One member, or one order of the derivative of an expression."""

    member: Member
    size: Size
    """The size of f, which is the same in all orders."""
    operations: int
    """The operations to evaluate f."""
    forms: Mapping[str, DerivativeForm]
    sweeps: Mapping[str, SweepWork]
    status: str
    """The status of the truth."""
    true: Mapping[str, TrueNumber | None]
    polynomial: DerivativeForm | None = None
    """The polynomial `factored`, and its derivative `unsimplified` and `simplified`, as in Table 1 of Baydin et al.
    2018; None for a function that is no polynomial of small degree in one variable."""


@dataclass(frozen=True, repr=False)
class Swell(Record):
    """The growth of derivatives: a row for every member of a family, or for every order of the derivative."""

    report = "diffcompare.studies.swell.report"

    kind: str
    """`order`, or the name of the family, or the path of the file."""
    title: str
    definition: str
    """The definition of the family, the number of expressions of a file, or the variable of differentiation."""
    rows: tuple[SwellRow, ...]
    budget: float | None
    notes: tuple[Diagnostic, ...] = ()
    failure: Diagnostic | None = None

    @property
    def by_order(self) -> bool:
        """True if the rows are orders of one expression."""
        return self.kind == "order"

    @property
    def is_numbered(self) -> bool:
        """True if the rows are members of a family, which have numbers (the expressions of a file have names)."""
        return self.kind in FAMILIES

    @cached_property
    def verdict(self) -> str:
        """Sentences that say what the tables teach, with their figures."""
        text: str = self.from_report("verdict")
        return text
