"""The demo `swell`: expressions explode as trees, not as DAGs, and a simplified formula may be the worse program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Context, Decimal
from fractions import Fraction
from functools import cache
from typing import NamedTuple

from diffcompare.backends.automatic import gradient_at
from diffcompare.backends.problem import Problem
from diffcompare.backends.symbolic.client import prepare
from diffcompare.classroom.demos.frame import Broken, Frame, at_point, mask, table
from diffcompare.document import Approximate, Axis, Bars, Cell, Code
from diffcompare.language.wengert import dag_size, tree_size
from diffcompare.localization import phrase
from diffcompare.studies.swell.families import FAMILIES, of_family
from diffcompare.studies.swell.measure import TimeBudget, by_rules, table_rows

MEMBERS = range(1, 13)
# The last n of each frame with bars, and what to notice in it.
SIZES = {
    4: "Light: zeros and ones are left out. As a tree it more than doubles with every step, as f itself does.",
    8: "Four more steps multiply the tree, but add only 8 nodes a step to the DAG.",
    12: "Written out it explodes, as f itself does; with shared parts drawn once it grows by 8 nodes a step.",
}
EXPANDED = range(4, 11)
STEPS = (
    "The loop begins with x itself.",
    "One step of the loop, and a product to differentiate.",
    "Every step squares one more factor, and the product rule repeats all the others.",
    "Four steps of one short loop, and the formula fills the blackboard.",
)
X, ASIDE = 0.2, 0.9
SECONDS = 5.0  # for sympy to find all rows of the table
MAX_BARS = 8  # groups of bars that fit on a small screen; of more, every second one is drawn


def frames() -> Iterator[Frame]:
    """Yield three acts: formulas grow; as DAGs they hardly do; the expanded one is wrong in every digit."""
    yield from _formulas()
    yield from _sizes()
    yield from _accuracy()


def _formulas() -> Iterator[Frame]:
    members = of_family(FAMILIES["logistic"], range(1, 5), None)
    prepare()  # sympy is imported in a process of its own, in the meantime
    problems = [(Problem(member.expression, member.point, member.wrt), 1) for member in members]
    for member, row in zip(members, table_rows(problems, SECONDS), strict=True):
        forms = row.formulas if row and row.formulas else {}
        n = member.number
        kinds = ("factored", "unsimplified", "simplified")
        cells = (f"l{n}", *[Code(str(forms[kind])) if kind in forms else None for kind in kinds])
        value, slope = (f.exactly(Fraction(1, 5)) for f in (logistic(n), derivative_of_logistic(n)))
        yield Frame(
            phrase("Act 1: the derivative of l{n}", n=n),
            (table("formulas", "Table 1 of the survey", "n | l | l' by the product rule | l' simplified", [cells]),),
            phrase(
                "l(n+1) = 4*l(n)*(1 - l(n)); at x = 1/5: l{n} = {value}, l{n}' = {slope}", n=n, value=value, slope=slope
            ),
            STEPS[n - 1],
            {
                f"characters {n}": len(str(forms["unsimplified"])) if "unsimplified" in forms else None,
                f"l{n}(1/5)": str(value),
                f"l{n}'(1/5)": str(slope),
            },
        )


class Sizes(NamedTuple):
    """Nodes of a member of the family and of its derivative, with (raw) and without (light) zeros and ones."""

    n: int
    f_tree: int
    f_dag: int
    raw_tree: int
    raw_dag: int
    tree: int
    dag: int


def _sizes() -> Iterator[Frame]:
    rows: list[Sizes] = []
    for member in of_family(FAMILIES["logistic"], MEMBERS, None):
        raw, light = (by_rules(member.expression, member.wrt, form, TimeBudget(None)).size for form in ("raw", "light"))
        assert raw is not None
        assert light is not None
        f = (tree_size(member.expression), dag_size(member.expression))
        rows.append(Sizes(member.number, *f, raw.tree, raw.dag, light.tree, light.dag))
    for count in SIZES:
        bars = _bars(rows[:count])
        last = rows[count - 1]
        yield Frame(
            phrase("Act 2: the same derivative as tree and as DAG, to n = {n}", n=last.n),
            (bars,),
            phrase(
                "for n >= 2: light tree (6n - 5)·2^(n-1) - 1 = {tree}, light DAG 8n - 6 = {dag};"
                " raw, with its zeros and ones: 9(n - 1)·2^(n-1) + 1 = {raw_tree}, 10n - 7 = {raw_dag}",
                tree=last.tree,
                dag=last.dag,
                raw_tree=last.raw_tree,
                raw_dag=last.raw_dag,
            ),
            SIZES[count],
            {
                "n": last.n,
                "f tree": last.f_tree,
                "f dag": last.f_dag,
                "light tree": last.tree,
                "light dag": last.dag,
                "raw tree": last.raw_tree,
                "raw dag": last.raw_dag,
            },
            phrase("How many distinct nodes does l{n}' need?", n=last.n),
            (mask(bars.table, (-1, 4), (-1, 6)),),
        )


def _bars(rows: list[Sizes]) -> Bars:
    columns = "n | >f tree | >f DAG | >raw tree | >raw DAG | >light tree | >light DAG"
    sizes = table("sizes", "Nodes of l(n) and of its derivative", columns, rows)
    drawn = rows if len(rows) <= MAX_BARS else [row for row in rows if row.n == 1 or row.n % 2 == 0]
    trees, dags = tuple([row.tree for row in drawn]), tuple([row.dag for row in drawn])
    series = (("light tree", trees), ("light DAG", dags))
    return Bars(f"sizes{len(rows)}", Axis("nodes", True), tuple(str(row.n) for row in drawn), series, sizes, "")


def _accuracy() -> Iterator[Frame]:
    rows: list[tuple[Cell, ...]] = []
    numbers: dict[str, Cell] = {}
    for n in EXPANDED:
        polynomial = derivative_of_logistic(n)
        errors = []
        for x in (X, ASIDE):
            expanded, ad = error_in_doubles(polynomial, x), polynomial.error_of(_by_reverse(n, x), x)
            errors += [_error_cell(expanded), _error_cell(ad)]
            where = "" if x == X else f" at {x}"
            numbers |= {f"expanded {n}{where}": expanded, f"ad {n}{where}": ad}
        rows.append((n, polynomial.magnitude, *errors))
        numbers[f"largest coefficient {n}"] = polynomial.magnitude
    columns = ["n", "largest coefficient"]
    for x in (X, ASIDE):
        columns += [phrase(">expanded({x})", x=x), f">AD({x})"]
    errors_table = table("accuracy", "Relative errors", columns, rows)
    eight = next(row for row in rows if row[0] == 8)
    yield Frame(
        "Act 3: simplify the formula, and look at its value",
        (errors_table,),
        phrase("n = 8: expanded {expanded}, AD {ad}", expanded=_text(eight[2]), ad=_text(eight[3])),
        "The polynomial is right on paper. In doubles its terms cancel, and from n = 10 on its coefficients overflow.",
        numbers,
        "At n = 8, how wrong is the expanded derivative?",
        (mask(errors_table, 2, 4),),
        _expanded(8),
    )


def _expanded(n: int) -> Broken:
    """Return the values behind the errors."""
    polynomial, ad = derivative_of_logistic(n), _by_reverse(n, X)
    truth, broken = float(polynomial.exactly(X)), polynomial.by_powers(X)
    rows = [(phrase("truth"), truth), (phrase("reverse AD"), ad), (phrase("the expanded polynomial"), broken)]
    return Broken(
        "the expanded form",
        (table("broken", at_point(f"l{n}'", {"x": X}), "who | >value", rows),),
        "The textbook formula is the worse program: its huge terms cancel, and what is left is rounding error.",
        {"truth": truth, "ad": ad, "broken": broken},
    )


def _by_reverse(n: int, x: float) -> float:
    """Return the derivative of l(n) by reverse mode."""
    gradient = gradient_at(FAMILIES["logistic"].build(n), {"x": x})
    assert gradient is not None, "a polynomial has a derivative everywhere"
    return gradient["x"]


def _error_cell(error: float | None) -> Cell:
    return phrase("overflow") if error is None else Approximate(error)


def _text(cell: Cell) -> str:
    return f"{cell.value:.1e}" if isinstance(cell, Approximate) else cell if isinstance(cell, str) else str(cell)


# --- The logistic map multiplied out: integer coefficients, and the exact error of its values in doubles --------------


class Polynomial(NamedTuple):
    """A polynomial with integer coefficients, the constant term first."""

    coefficients: tuple[int, ...]

    def exactly(self, x: float | Fraction) -> Fraction:
        """Return the exact value at a double or a fraction, by Horner's scheme over fractions."""
        total = Fraction(0)
        for coefficient in reversed(self.coefficients):
            total = total * Fraction(x) + coefficient
        return total

    def by_powers(self, x: float) -> float:
        """Return the sum of the terms in doubles, highest power first.

        Raises OverflowError for a coefficient that is not a double.
        """
        total = 0.0
        for power in range(len(self.coefficients) - 1, -1, -1):
            total += float(self.coefficients[power]) * x**power
        return total

    def by_horner(self, x: float) -> float:
        """Return the value by Horner's scheme in doubles.  Raises OverflowError."""
        total = 0.0
        for coefficient in reversed(self.coefficients):
            total = total * x + float(coefficient)
        return total

    def error_of(self, value: float, x: float) -> float:
        """Return the relative error of a double that approximates the value at x."""
        truth = self.exactly(x)
        return float(abs((Fraction(value) - truth) / truth))

    @property
    def magnitude(self) -> str:
        """Largest absolute coefficient, to two digits."""
        largest = Decimal(max(map(abs, self.coefficients)))
        return f"{Context(prec=2).plus(largest):.1e}".replace("e+", "e") if largest >= 10 else str(largest)


@cache
def logistic(n: int) -> Polynomial:
    """Return l(n) multiplied out: l(1) = x, l(n+1) = 4 l(n) (1 - l(n))."""
    if n == 1:
        return Polynomial((0, 1))
    coefficients = logistic(n - 1).coefficients
    square = _squared(coefficients)
    padded = (*coefficients, *[0] * (len(square) - len(coefficients)))
    return Polynomial(tuple([4 * (a - b) for a, b in zip(padded, square, strict=True)]))


def derivative_of_logistic(n: int) -> Polynomial:
    """Return the derivative of l(n), multiplied out."""
    return Polynomial(tuple(k * c for k, c in enumerate(logistic(n).coefficients))[1:])


def error_in_doubles(polynomial: Polynomial, x: float) -> float | None:
    """Return the relative error of the sum of terms in doubles; None where a coefficient overflows."""
    try:
        return polynomial.error_of(polynomial.by_powers(x), x)
    except OverflowError:
        return None


def _squared(coefficients: Sequence[int]) -> list[int]:
    square = [0] * (2 * len(coefficients) - 1)
    for i, a in enumerate(coefficients):
        for j, b in enumerate(coefficients):
            square[i + j] += a * b
    return square
