"""Formatting of values: the one place that decides how a number looks.

`text` writes for people (few digits where few are enough, long formulas cut with a remark), `exact` for machines (all
digits, nothing cut, a missing value is empty).  `marked` splits a measured number where it departs from the truth.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from diffcompare.document import Approximate, Cell, Code, Measured, Table
from diffcompare.language.printer import infix, to_text
from diffcompare.language.wengert import dag_size
from diffcompare.localization import translate

if TYPE_CHECKING:
    from decimal import Decimal

    from diffcompare.language.expression import Expression

# Characters of a formula that people are shown; JSON and CSV have the whole formula.
MAX_FORMULA_LENGTH = 2_000

MAX_FORMULA_NODES = 20_000  # nodes up to which a formula is written in full before it is cut

DRAWN_DIGITS = 4  # significant digits of a number in a drawing; the table has all

_FIRST_UNWRITTEN = 10**4_300  # Python refuses str() of longer integers, because it takes quadratic time


class Marked(NamedTuple):
    """A number's text: the digits that agree with the truth, those that do not, and an exponent that does."""

    right: str
    wrong: str = ""
    rest: str = ""


def text(cell: Cell, digits: int | None = None, *, missing: str = "-") -> str:
    """Return a cell as people read it; floats with all digits, or with `digits` significant ones."""
    if cell is None:
        return missing
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, Approximate):
        return approximate(cell.value, cell.digits)
    if isinstance(cell, Measured):
        return decimal(cell.value, digits)
    if isinstance(cell, float):
        return decimal(cell, digits)
    if isinstance(cell, str | int):
        return exact(cell)
    return cut(cell.text) if isinstance(cell, Code) else _formula(cell)


def _formula(expression: Expression) -> str:
    """Return a formula as people read it; of a very large one only the beginning is written at all."""
    nodes = dag_size(expression)
    if nodes <= MAX_FORMULA_NODES:
        return cut(to_text(expression))
    # Every piece has at least one character, so as many pieces as characters are enough.
    return f"{infix(expression, {}, MAX_FORMULA_LENGTH)[:MAX_FORMULA_LENGTH]}… ({nodes:,} nodes in all)"


def exact(cell: Cell) -> str:
    """Return a cell as a machine reads it: every digit and every character, nothing for a missing value."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int):
        return integer(cell)
    if isinstance(cell, float):
        return repr(cell)
    if isinstance(cell, Measured | Approximate):
        return exact(cell.value)
    if isinstance(cell, Code):
        return cell.text
    return to_text(cell)


def is_number(cell: Cell) -> bool:
    """Tell whether the cell's text is a number (and never anybody's prose)."""
    return isinstance(cell, int | float | Measured | Approximate) and not isinstance(cell, bool)


def is_formula(cell: Cell) -> bool:
    """Tell whether the cell is in the language of expressions or of a shell."""
    return not (cell is None or isinstance(cell, str | bool | int | float | Measured | Approximate))


def formula_of(cell: Cell) -> Expression | None:
    """Return the expression that a cell holds, for formats that typeset it; None for any other cell."""
    if isinstance(cell, Code):
        return cell.formula
    return cell if is_formula(cell) else None  # type: ignore[return-value]


def integer(value: int) -> str:
    """Return an integer in full; beyond 4,300 digits `about 10^k`, where k is exact."""
    if abs(value) < _FIRST_UNWRITTEN:
        return str(value)
    return f"about {'-' if value < 0 else ''}10^{_exponent_of_ten(abs(value))}"


def _exponent_of_ten(value: int) -> int:
    """Return the largest k with 10^k <= value."""
    logarithm = math.log10(value)  # takes integers of any size, and is off by far less than the 1e-6 below
    nearest = round(logarithm)
    if abs(logarithm - nearest) > 1e-6:
        return math.floor(logarithm)
    return nearest if value >= 10**nearest else nearest - 1


def decimal(value: float, digits: int | None = None) -> str:
    """Return the shortest text that reads back as the same double, or `digits` significant digits."""
    if digits is None or not math.isfinite(value) or value == 0:
        return repr(value)
    return _without_bare_point(f"{value:#.{digits}g}")


def approximate(value: float, digits: int = 2) -> str:
    """Return a number to a few significant digits: `7.3e-10`, `0.50`, `15.9`.

    Up to 100000 the part before the point is written out, even where it has more digits: 1234 says more than 1.2e+03.
    """
    if value == 0:
        return "0"
    if not math.isfinite(value):
        return repr(value)
    scientific = f"{value:.{digits - 1}e}"
    exponent = int(scientific.partition("e")[2])
    return f"{value:.{max(digits - 1 - exponent, 0)}f}" if -3 <= exponent < 5 else scientific


def short_number(number: float | None) -> str:
    """Return a number as drawings have it: a few digits, zero without a sign, `undefined` for None."""
    return (
        translate("undefined") if number is None else f"{number + 0.0:.{DRAWN_DIGITS}g}".replace("-", "\N{MINUS SIGN}")
    )


def _without_bare_point(number: str) -> str:
    return number.replace(".e", "e").removesuffix(".")


def cut(formula: str) -> str:
    """Return the formula, or the beginning of a long one with its length, so that nobody takes it for the whole."""
    if len(formula) <= MAX_FORMULA_LENGTH:
        return formula
    return f"{formula[:MAX_FORMULA_LENGTH]}… ({len(formula):,} characters in all)"


def marked(cell: Measured, digits: int | None = None) -> Marked:
    """Split a number where it departs from the truth, rounded to as many digits as are shown.

    The double nearest to the truth is right in all digits, even where its shortest text rounds otherwise in the last
    place.  If sign or magnitude differ, no digit is right.
    """
    number = decimal(cell.value, digits)
    if cell.truth is None or float(cell.truth) == cell.value:
        return Marked(number)
    from decimal import Context, Decimal

    mine, truth = Decimal(number), Decimal(cell.truth)
    if not (mine.is_finite() and truth.is_finite() and mine and truth):
        return Marked("", number)
    truth = Context(prec=len(mine.as_tuple().digits)).plus(truth)
    if mine.is_signed() != truth.is_signed() or mine.adjusted() != truth.adjusted():
        return Marked("", number)
    return _split(number, _agreeing(mine, truth))


def _agreeing(mine: Decimal, truth: Decimal) -> int:
    """Return the number of leading digits that agree (the truth's text may end early: then zeros follow)."""
    ours = mine.as_tuple().digits
    theirs = truth.as_tuple().digits + (0,) * len(ours)
    return next((place for place, digit in enumerate(ours) if digit != theirs[place]), len(ours))


def _split(number: str, right: int) -> Marked:
    """Mark the text after `right` significant digits as wrong, up to the exponent."""
    mantissa, e, exponent = number.partition("e")
    significant = [place for place, char in enumerate(mantissa) if char.isdecimal()]
    while mantissa[significant[0]] == "0":
        del significant[0]
    if right >= len(significant):
        return Marked(number)
    start = significant[right]
    return Marked(mantissa[:start], mantissa[start:], e + exponent)


def any_wrong(table: Table, digits: int | None = None) -> bool:
    """Tell whether a digit in the table is marked, so that the mark has to be explained."""
    return any(isinstance(cell, Measured) and marked(cell, digits).wrong for row in table.rows for cell in row)
