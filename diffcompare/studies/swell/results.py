"""The record of swell: for every member its formulas in every form, the work of the sweeps, and how right they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from diffcompare.backends.problem import Size
from diffcompare.diagnostics import Diagnostic
from diffcompare.language.expression import Expression
from diffcompare.studies.record import Record
from diffcompare.studies.swell.families import FAMILIES, Member

if TYPE_CHECKING:
    from diffcompare.truth.rounding import TrueNumber

OWN = ("raw", "light")
SYMPY = ("sympy", "cse", "expanded", "simplified")
FORMS = {
    "raw": "textbook rules, raw",
    "light": "textbook rules, light",
    "sympy": "sympy",
    "cse": "sympy, after CSE",
    "expanded": "sympy, expanded",
    "simplified": "sympy, simplified",
}
"""The forms of a derivative, and what to call them."""

SWEEPS = {"forward": "forward AD", "reverse": "reverse AD"}


class DerivativeForm(NamedTuple):
    """A derivative as formulas, one for every variable asked for, or the reason why there are none."""

    trouble: str | None = None
    """Why there are no formulas, for people: `timed out after 5 s`, `not asked`."""
    status: str = "ok"
    """The same for machines: a status of a method, or `not-asked` or `too-large`."""
    formulas: Mapping[str, Expression] | None = None
    size: Size | None = None
    work: int | None = None
    """Operations of evaluating the formulas, equal parts once."""
    written: int | None = None
    """Operations of the formulas written out."""
    values: Mapping[str, float | None] | None = None
    error: float | None = None
    """The largest relative error of the values."""
    outside: str | None = None
    """Why a value is missing: `undefined`, or `overflow` for inf and nan."""


class SweepWork(NamedTuple):
    """What a mode of automatic differentiation does and says."""

    status: str
    work: int | None = None
    values: Mapping[str, float | None] | None = None
    error: float | None = None


class SwellRow(NamedTuple):
    """One member, or one order of the derivative of an expression."""

    member: Member
    size: Size
    """Of f; from the second order on, of nothing that grows: the expression stays the same."""
    operations: int
    forms: Mapping[str, DerivativeForm]
    sweeps: Mapping[str, SweepWork]
    status: str
    """Of the truth."""
    true: Mapping[str, TrueNumber | None]
    polynomial: DerivativeForm | None = None
    """What is differentiated, factored, and its derivative `unsimplified` and `simplified`, as the survey's Table 1
    has them; None for what is no polynomial of a small degree in one variable."""


@dataclass(frozen=True, repr=False)
class Swell(Record):
    """Rows of members or of orders."""

    report = "diffcompare.studies.swell.report"

    kind: str
    """`order`, or the name of the family, or the path of the file."""
    title: str
    definition: str
    rows: tuple[SwellRow, ...]
    budget: float | None
    notes: tuple[Diagnostic, ...] = ()
    failure: Diagnostic | None = None

    @property
    def by_order(self) -> bool:
        """Whether the rows are orders of one expression."""
        return self.kind == "order"

    @property
    def is_numbered(self) -> bool:
        """Whether the rows are members of a family, whose numbers mean something (the lines of a file have names)."""
        return self.kind in FAMILIES

    @cached_property
    def verdict(self) -> str:
        """What to learn from the tables, with their figures."""
        text: str = self.from_report("verdict")
        return text
