"""What a gradient costs: n sweeps or one, counted in operations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from diffcompare.classroom.demos.frame import Broken, Demo, Frame, masked, table
from diffcompare.document import Approximate, Axis, Cell, Plot, Series, Table
from diffcompare.language.expression import Expression, Number, Variable
from diffcompare.language.operations import ln, sin
from diffcompare.language.wengert import active_nodes, wengert_list
from diffcompare.localization import phrase
from diffcompare.numeric.operation_counts import forward_work, primal_work, reverse_work
from diffcompare.studies.swell.families import FAMILIES

PRODUCT = (2, 10, 100, 1000)
MIXTURE = (1, 8, 22, 43, 50)
ON_THE_WAY = (
    "For one product reverse costs three: its value, and one product for each of two partials.",
    "Forward has n sweeps to make, and reverse still one.",
    "Ten times the variables: forward costs about a hundred times as much, reverse about ten times.",
    "All n partials for a small multiple of one value, however many they are.",
)
MIXED = "Here f grows with n², and the gradient comes to about two values of it."
OUTPUTS, SHARED = 50, 10


def frames() -> Iterator[Frame]:
    """Many inputs and one output, and the other way round."""
    for count in range(1, len(PRODUCT) + 1):
        found = [(n, _counts(FAMILIES["speelpenning"].build(n), n)) for n in PRODUCT[:count]]
        yield _with_formula(_table("Speelpenning's product", "speelpenning", found, ON_THE_WAY[count - 1]))
    rows = [(n, _counts(helmholtz(n), n)) for n in MIXTURE]
    yield _table("Helmholtz energy of a mixture", "helmholtz", rows, MIXED)
    yield _picture(rows)
    yield _wide()


def helmholtz(n: int) -> Expression:
    """The Helmholtz energy of a Peng-Robinson mixture of n components (Griewank and Walther 2008; the survey, 3.1).

    Numbers stand as literals, so that only operations on the x are counted; which numbers makes no difference to that.
    """
    x = [Variable(f"x{index}") for index in range(1, n + 1)]
    literals = iter(Number(index, 3) for index in range(1001, 10_000))
    b = _sum([next(literals) * each for each in x])
    mixing = _sum([each * ln(each / (1 - b)) for each in x])
    attraction = _sum([each * _sum([next(literals) * other for other in x]) for each in x])
    r8, c1, c2, rt = (next(literals) for _ in range(4))
    return rt * mixing - attraction / (r8 * b) * ln((1 + c1 * b) / (1 + c2 * b))  # type: ignore[no-any-return]


def _sum(terms: Sequence[Expression]) -> Expression:
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def _counts(expression: Expression, n: int) -> tuple[int, int, int, int]:
    """Operations: of f, of n + 1 values and their differences, of n forward sweeps, of one reverse sweep."""
    nodes = wengert_list(expression)
    active = active_nodes(nodes)
    f = primal_work(nodes, active)
    return f, (n + 1) * f + 2 * n, n * forward_work(nodes, active), reverse_work(nodes, active)


def _table(title: str, key: str, rows: Sequence[tuple[int, tuple[int, int, int, int]]], sentence: str) -> Frame:
    cells = [(n, *counts, Approximate(counts[3] / counts[0], 3)) for n, counts in rows]
    heads = "n | >f | >differences | >forward AD | >reverse AD | >reverse/f"
    shown: Table = table(key, "Operations for the gradient", heads, cells)
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
    return Frame(
        phrase("{title}, n = {n}", title=phrase(title), n=n),
        (shown,),
        phrase("reverse/f = {reverse}/{f} = {ratio:.2f}", reverse=reverse, f=f, ratio=reverse / f),
        sentence,
        numbers,
        phrase("{n} partials: how many times the work of f?", n=n),
        (masked(shown, (-1, 4), (-1, 5)),),
        _forward_by_habit(rows[-1]),
    )


def _with_formula(frame: Frame) -> Frame:
    """The frame with what the gradient takes that is written out: every partial the product of all other variables."""
    (shown,), (asked,) = frame.blocks, frame.asked
    assert isinstance(shown, Table)
    assert isinstance(asked, Table)
    counts = [_written_out(row[0]) for row in shown.rows if isinstance(row[0], int)]
    return frame._replace(
        blocks=(_with_column(shown, counts),),
        asked=(_with_column(asked, counts),),
        numbers={**frame.numbers, f"written out {shown.rows[-1][0]}": counts[-1]},
    )


def _written_out(n: int) -> int:
    nodes = wengert_list(FAMILIES["speelpenning"].build(n - 1))
    return n * primal_work(nodes, active_nodes(nodes))


def _with_column(shown: Table, counts: Sequence[int]) -> Table:
    """The counts beside those of f."""
    added = table("", "", ">written out", [(count,) for count in counts])
    rows = [(*row[:2], *extra, *row[2:]) for row, extra in zip(shown.rows, added.rows, strict=True)]
    return shown._replace(columns=(*shown.columns[:2], *added.columns, *shown.columns[2:]), rows=tuple(rows))


def _forward_by_habit(row: tuple[int, tuple[int, int, int, int]]) -> Broken:
    """A forward sweep for every variable, where one reverse sweep has all partials."""
    n, (f, _, forward, reverse) = row
    counts = ((phrase("reverse AD"), 1, reverse), (phrase("forward AD"), n, forward))
    rows = [(*each, Approximate(each[-1] / f, 3)) for each in counts]
    heads = "mode | >sweeps | >operations | >times the work of f"
    return Broken(
        "forward mode for many inputs",
        (table("broken", phrase("The gradient by {n} variables", n=n), heads, rows),),
        "Every number is right, and the work grows with the number of variables.",
        {"truth": reverse / f, "broken": forward / f},
    )


def _picture(rows: Sequence[tuple[int, tuple[int, int, int, int]]]) -> Frame:
    names = ("f", "differences", "forward AD", "reverse AD")
    series = tuple(
        Series(name, tuple((float(n), float(counts[place])) for n, counts in rows)) for place, name in enumerate(names)
    )
    shown = table(
        "helmholtz",
        "Operations",
        "n | >f | >differences | >forward AD | >reverse AD",
        [(n, *counts) for n, counts in rows],
    )
    return Frame(
        "Helmholtz energy, drawn",
        (
            Plot(
                "work",
                Axis("variables n", True),
                Axis("operations", True),
                series,
                shown,
                "Operations for the gradient",
            ),
        ),
        "f = 2n² + 7n + 9, reverse = 4n² + 23n + 29",
        "Reverse stays parallel to f; the others rise away from it.",
    )


def _wide() -> Frame:
    """One input, many outputs that share a long beginning."""
    inner = FAMILIES["nested-sin"].build(SHARED)
    outputs = [sin(Number(k) * inner) for k in range(1, OUTPUTS + 1)]
    nodes = wengert_list(*outputs)
    active = active_nodes(nodes)
    f = primal_work(nodes, active)
    own = [wengert_list(output) for output in outputs]
    reverse = f + sum(reverse_work(each, active_nodes(each)) - primal_work(each, active_nodes(each)) for each in own)
    forward = forward_work(nodes, active)
    rows = [
        (phrase("f, every output"), f, 0),
        (phrase("forward AD"), forward, 1),
        (phrase("reverse AD"), reverse, OUTPUTS),
    ]
    shown = table(
        "wide",
        phrase("s = sin(...sin(x)), {shared} times; x → sin(s), sin(2s), ... sin({n}s)", shared=SHARED, n=OUTPUTS),
        "what | >operations | >sweeps",
        rows,
    )
    return Frame(
        phrase("Turned round: one input, {n} outputs", n=OUTPUTS),
        (shown,),
        "forward: one sweep a variable; reverse: one sweep an output",
        "Every reverse sweep goes all the way back through what the outputs share; one forward sweep serves them all.",
        {"outputs": OUTPUTS, "forward": forward, "reverse": reverse, "f": f},
        "How many sweeps does each mode need now?",
        (masked(shown, (1, 1), (1, 2), (2, 1), (2, 2)),),
        _reverse_by_habit(f, forward, reverse),
    )


def _reverse_by_habit(f: int, forward: int, reverse: int) -> Broken:
    rows = [
        (phrase("forward AD"), forward, Approximate(forward / f, 3)),
        (phrase("reverse AD"), reverse, Approximate(reverse / f, 3)),
    ]
    return Broken(
        "reverse mode by habit",
        (table("broken", "The derivatives of all outputs", "mode | >operations | >times the work of f", rows),),
        "Reverse mode is not always the faster one: here it walks through the shared beginning once an output.",
        {"truth": forward / f, "broken": reverse / f},
    )


DEMO = Demo(
    "sweeps", 6, "A gradient costs n sweeps or one.", "Count inputs and outputs before choosing a direction.", frames
)
