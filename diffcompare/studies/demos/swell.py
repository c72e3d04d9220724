"""Swell is a property of trees, and a simplified formula may be the worse one."""

from __future__ import annotations

from collections.abc import Iterator

from diffcompare.document import Approximate, Axis, Bars, Cell, Code, Table
from diffcompare.studies.demos.frame import Demo, Frame, masked, table
from diffcompare.studies.demos.polynomial import derivative_of_logistic, error_in_doubles
from diffcompare.studies.swell.families import swell_family
from diffcompare.studies.swell.measure import Purse, by_rules
from diffcompare.studies.swell.members import FAMILIES, of_family
from diffcompare.studies.trace import trace
from diffcompare.wengert import dag_size, tree_size

MEMBERS = range(1, 13)
EXPANDED = range(4, 11)
X = 0.2
MOST_BARS = 8
"""Groups of bars that fit a small screen: of more, every second one is drawn."""


def frames() -> Iterator[Frame]:
    """Act 1: formulas grow.  Act 2: as DAGs they do not.  Act 3: the expanded one is wrong in every digit."""
    yield from _formulas()
    yield from _sizes()
    yield from _accuracy()


def _formulas() -> Iterator[Frame]:
    rows: list[tuple[Cell, ...]] = []
    for row in swell_family("logistic", range(1, 5)).rows:
        forms = row.polynomial.formulas if row.polynomial and row.polynomial.formulas else {}
        rows.append(
            (
                f"l{row.member.number}",
                *[
                    Code(str(forms[each])) if each in forms else None
                    for each in ("factored", "unsimplified", "simplified")
                ],
            )
        )
        yield Frame(
            f"Act 1: the derivative of l{row.member.number}",
            (table("formulas", "Table 1 of the survey", "n | l | l' by the product rule | l' simplified", rows[-1:]),),
            "l(n+1) = 4*l(n)*(1 - l(n))",
            "Four steps of one short loop, and the formula fills the blackboard.",
            {f"characters {row.member.number}": len(str(forms["unsimplified"])) if "unsimplified" in forms else None},
        )


def _sizes() -> Iterator[Frame]:
    rows: list[tuple[int, int, int, int, int]] = []
    for member in of_family(FAMILIES["logistic"], MEMBERS, None):
        form = by_rules(member.expression, member.wrt, "light", Purse(None))
        assert form.size is not None
        rows.append(
            (member.number, tree_size(member.expression), dag_size(member.expression), form.size.tree, form.size.dag)
        )
    for count in (4, 8, len(rows)):
        shown = _bars(rows[:count])
        n, _, _, tree, dag = rows[count - 1]
        yield Frame(
            f"Act 2: the same derivative as tree and as DAG, to n = {n}",
            (shown,),
            f"tree (6n - 5)·2^(n-1) - 1 = {tree}, DAG 8n - 6 = {dag}",
            "Written out it explodes, as f itself does; with shared parts drawn once it grows by 8 nodes a step.",
            {"n": n, "f tree": rows[count - 1][1], "f dag": rows[count - 1][2], "light tree": tree, "light dag": dag},
            f"How many distinct nodes does l{n}' need?",
            (masked(shown.table, (-1, 4)),),
        )


def _bars(rows: list[tuple[int, int, int, int, int]]) -> Bars:
    shown = table("sizes", "Nodes of l(n) and of its derivative", "n | >f tree | >f DAG | >f' tree | >f' DAG", rows)
    drawn = rows if len(rows) <= MOST_BARS else [row for row in rows if row[0] == 1 or row[0] % 2 == 0]
    series = tuple(
        (head, tuple(row[place] for row in drawn)) for place, head in ((3, "f' as a tree"), (4, "f' as a DAG"))
    )
    return Bars(f"sizes{len(rows)}", Axis("nodes", True), tuple(str(row[0]) for row in drawn), series, shown, "")


def _accuracy() -> Iterator[Frame]:
    rows: list[tuple[Cell, ...]] = []
    numbers: dict[str, Cell] = {}
    for n in EXPANDED:
        polynomial = derivative_of_logistic(n)
        ad = float(trace(FAMILIES["logistic"].build(n), {"x": X}, mode="reverse").data()["gradient"]["x"])
        wrong, right = error_in_doubles(polynomial, X), polynomial.error_of(ad, X)
        rows.append((n, polynomial.magnitude, _cell(wrong), _cell(right)))
        numbers |= {f"expanded {n}": wrong, f"ad {n}": right}
    shown = table(
        "accuracy", f"Relative errors at x = {X}", "n | largest coefficient | >expanded polynomial | >reverse AD", rows
    )
    eight = next(row for row in rows if row[0] == 8)
    yield Frame(
        "Act 3: simplify it, and look at the number",
        (shown,),
        f"n = 8: expanded {_text(eight[2])}, AD {_text(eight[3])}",
        "The polynomial is right on paper. In doubles its terms cancel, and from n = 10 on its coefficients overflow.",
        numbers,
        "At n = 8, how wrong is the expanded derivative?",
        (_hidden(shown),),
    )


def _hidden(shown: Table) -> Table:
    return masked(shown, *[(row, 2) for row in range(len(shown.rows))])


def _cell(error: float | None) -> Cell:
    return "overflow" if error is None else Approximate(error)


def _text(cell: Cell) -> str:
    return f"{cell.value:.0e}" if isinstance(cell, Approximate) else str(cell)


DEMO = Demo(
    "swell",
    8,
    "Swell is a property of trees.",
    "Do not blame the derivative: write f as a tree and f has already exploded"
    " - and a shorter formula is not a better one.",
    frames,
)
