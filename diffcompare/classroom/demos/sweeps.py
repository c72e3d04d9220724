"""The demo `sweeps`: the cost of a gradient, n forward sweeps or one reverse sweep, counted in operations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from diffcompare.classroom.demos.frame import Broken, Frame, mask, table
from diffcompare.document import Approximate, Axis, Cell, Plot, Series
from diffcompare.language.expression import Expression, Number, Variable
from diffcompare.language.operations import ln, sin
from diffcompare.language.wengert import active_nodes, wengert_list
from diffcompare.localization import phrase
from diffcompare.numeric.sweeps import forward_work, primal_work, reverse_work
from diffcompare.studies.swell.families import FAMILIES

PRODUCT = (2, 10, 100, 1000)
MIXTURE = (1, 8, 22, 43, 50)
PRODUCT_SENTENCES = (
    "For one product, reverse mode costs three: the value, and one product for each of two partials.",
    "Forward mode needs n sweeps, reverse mode still one.",
    "Ten times the variables: forward costs about a hundred times as much, reverse about ten times.",
    "All n partials cost a small multiple of one value, however many there are.",
)
MIXTURE_SENTENCE = "Here the work of f grows with n², and the gradient costs about as much as two values of f."
OUTPUTS, SHARED = 50, 10

Row: TypeAlias = tuple[int, tuple[int, int, int, int]]  # n, and the four counts of `operation_counts`


def frames() -> Iterator[Frame]:
    """Yield functions of many inputs and one output, and then one input with many outputs."""
    for count in range(1, len(PRODUCT) + 1):
        rows = [(n, operation_counts(FAMILIES["speelpenning"].build(n), n)) for n in PRODUCT[:count]]
        written_out = [_written_out(n) for n, _ in rows]
        yield counts_frame("Speelpenning's product", "speelpenning", rows, PRODUCT_SENTENCES[count - 1], written_out)
    rows = [(n, operation_counts(helmholtz(n), n)) for n in MIXTURE]
    yield counts_frame("Helmholtz energy of a mixture", "helmholtz", rows, MIXTURE_SENTENCE)
    yield _plot(rows)
    yield _many_outputs()


def helmholtz(n: int) -> Expression:
    """Return the Helmholtz energy of a Peng-Robinson mixture of n components.

    From Griewank and Walther (2008) and the survey, 3.1.  The constants are literals, so that only operations on the x
    are counted; their values make no difference.
    """
    x = [Variable(f"x{index}") for index in range(1, n + 1)]
    literals = iter(Number(index, 3) for index in range(1001, 10_000))
    b = _sum([next(literals) * xi for xi in x])
    mixing = _sum([xi * ln(xi / (1 - b)) for xi in x])
    attraction = _sum([xi * _sum([next(literals) * xj for xj in x]) for xi in x])
    r8, c1, c2, rt = (next(literals) for _ in range(4))
    return rt * mixing - attraction / (r8 * b) * ln((1 + c1 * b) / (1 + c2 * b))  # type: ignore[no-any-return]


def _sum(terms: Sequence[Expression]) -> Expression:
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def operation_counts(expression: Expression, n: int) -> tuple[int, int, int, int]:
    """Return the operations of f, of n + 1 values and their differences, of n forward sweeps and a reverse one."""
    nodes = wengert_list(expression)
    active = active_nodes(nodes)
    f = primal_work(nodes, active)
    return f, (n + 1) * f + 2 * n, n * forward_work(nodes, active), reverse_work(nodes, active)


def _written_out(n: int) -> int:
    """Return the operations of n partials of the product, each written out as a product of n - 1 variables."""
    nodes = wengert_list(FAMILIES["speelpenning"].build(n - 1))
    return n * primal_work(nodes, active_nodes(nodes))


def counts_frame(title: str, key: str, rows: Sequence[Row], sentence: str, written_out: Sequence[int] = ()) -> Frame:
    """Return the frame of the counts, with a column for those of the gradient written out if they are given.

    Raises ZeroDivisionError if f takes no operation.
    """
    extra: list[tuple[int, ...]] = [(count,) for count in written_out] or [()] * len(rows)
    cells: list[tuple[Cell, ...]] = [
        (n, f, *more, *counts, Approximate(counts[-1] / f, 3))
        for (n, (f, *counts)), more in zip(rows, extra, strict=True)
    ]
    columns = f"n | >f | {'>written out | ' * bool(written_out)}>differences | >forward AD | >reverse AD | >reverse/f"
    counts_table = table(key, "Operations for the gradient", columns, cells)
    numbers: dict[str, Cell] = {}
    for n, (f, differences, forward, reverse) in rows:
        numbers |= {
            f"f {n}": f,
            f"differences/f {n}": differences / f,
            f"forward/f {n}": forward / f,
            f"reverse/f {n}": reverse / f,
        }
        numbers |= {f"differences {n}": differences, f"forward {n}": forward, f"reverse {n}": reverse}
    n, (f, _, _, reverse) = rows[-1]
    if written_out:
        numbers[f"written out {n}"] = written_out[-1]
    return Frame(
        phrase("{title}, n = {n}", title=phrase(title), n=n),
        (counts_table,),
        phrase("reverse/f = {reverse}/{f} = {ratio:.2f}", reverse=reverse, f=f, ratio=reverse / f),
        sentence,
        numbers,
        phrase("{n} partials: how many times the work of f?", n=n),
        (mask(counts_table, (-1, -2), (-1, -1)),),
        _forward_by_habit(rows[-1]),
    )


def _forward_by_habit(row: Row) -> Broken:
    """Return what happens with a forward sweep for each variable, where one reverse sweep would do."""
    n, (f, _, forward, reverse) = row
    counts = ((phrase("reverse AD"), 1, reverse), (phrase("forward AD"), n, forward))
    rows = [(mode, sweeps, operations, Approximate(operations / f, 3)) for mode, sweeps, operations in counts]
    columns = "mode | >sweeps | >operations | >times the work of f"
    return Broken(
        "forward mode for many inputs",
        (table("broken", phrase("The gradient with respect to {n} variables", n=n), columns, rows),),
        "Every number is right, and the work grows with the number of variables.",
        {"truth": reverse / f, "broken": forward / f},
    )


def _plot(rows: Sequence[Row]) -> Frame:
    names = ("f", "differences", "forward AD", "reverse AD")
    series = tuple(
        Series(name, tuple((float(n), float(counts[place])) for n, counts in rows)) for place, name in enumerate(names)
    )
    columns = "n | >f | >differences | >forward AD | >reverse AD"
    numbers = table("helmholtz", "Operations", columns, [(n, *counts) for n, counts in rows])
    x, y = Axis("variables n", True), Axis("operations", True)
    return Frame(
        "Helmholtz energy, drawn",
        (Plot("work", x, y, series, numbers, "Operations for the gradient"),),
        "f = 2n² + 7n + 9, reverse = 4n² + 23n + 29",
        "Reverse stays parallel to f; the others rise away from it.",
    )


def _many_outputs() -> Frame:
    """Return the frame of one input and many outputs that share a long beginning."""
    inner = FAMILIES["nested-sin"].build(SHARED)
    outputs = [sin(Number(k) * inner) for k in range(1, OUTPUTS + 1)]
    nodes = wengert_list(*outputs)
    active = active_nodes(nodes)
    f = primal_work(nodes, active)
    reverse = f + sum(map(_work_of_reverse_sweep, outputs))
    forward = forward_work(nodes, active)
    rows = [
        (phrase("f, every output"), f, 0),
        (phrase("forward AD"), forward, 1),
        (phrase("reverse AD"), reverse, OUTPUTS),
    ]
    work = table(
        "wide",
        phrase("s = sin(...sin(x)), {shared} times; x → sin(s), sin(2s), ... sin({n}s)", shared=SHARED, n=OUTPUTS),
        "what | >operations | >sweeps",
        rows,
    )
    return Frame(
        phrase("The other way round: one input, {n} outputs", n=OUTPUTS),
        (work,),
        "forward: one sweep per variable; reverse: one sweep per output",
        "Every reverse sweep goes all the way back through what the outputs share; one forward sweep serves them all.",
        {"outputs": OUTPUTS, "forward": forward, "reverse": reverse, "f": f},
        "How many sweeps does each mode need now?",
        (mask(work, (1, 1), (1, 2), (2, 1), (2, 2)),),
        _reverse_by_habit(f, forward, reverse),
    )


def _work_of_reverse_sweep(output: Expression) -> int:
    """Return the operations of a reverse sweep alone, without those of the values before it."""
    nodes = wengert_list(output)
    active = active_nodes(nodes)
    return reverse_work(nodes, active) - primal_work(nodes, active)


def _reverse_by_habit(f: int, forward: int, reverse: int) -> Broken:
    """Return what happens with a reverse sweep for each output, where one forward sweep would do."""
    rows = [
        (phrase("forward AD"), forward, Approximate(forward / f, 3)),
        (phrase("reverse AD"), reverse, Approximate(reverse / f, 3)),
    ]
    return Broken(
        "reverse mode by habit",
        (table("broken", "The derivatives of all outputs", "mode | >operations | >times the work of f", rows),),
        "Reverse mode is not always the faster one: here it goes through the shared beginning once per output.",
        {"truth": forward / f, "broken": reverse / f},
    )
