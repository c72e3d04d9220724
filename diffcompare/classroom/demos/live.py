"""Numbers of a frame that the lesson's page computes anew at another point, each with the recipe for it.

A recipe is a list whose first entry says what is asked of the program that the page runs:

    value, adjoint   PLACE                 of a node, by its place in the program's list
    tangent          SEED PLACE            with the tangent 1 of one variable
    partial, along   NAME                  the adjoint of a variable, and the tangent of the output from it
    assigned         NAME                  the adjoint of a variable, with `=` for `+=` in the reverse sweep
    passes, reads    PLACE                 not a number, but what a line of the tape passes on, and by which products
    arrived          NAME SOURCE           the adjoint of a variable as soon as SOURCE has passed on its messages
    quotient         NAME H A B C          (f(x + A h) - f(x + B h))/(C h), along one variable
    second           NAME H                (f(x + h) - 2f(x) + f(x - h))/h^2
    entry            NUMBER                the value of a formula of another program, of the gradient and the Hessian
    decided          NUMBER SIDE           a side (0 or 1) of a comparison that the function made
    taken            NAME H                (x + h) - x
    times            FACTOR RECIPE         a multiple
    error            RECIPE RECIPE         the absolute difference
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

from diffcompare.classroom.demos.frame import table
from diffcompare.document import Approximate, Cell, Table
from diffcompare.inputs.resolve import ParsedInput
from diffcompare.language.expression import Expression
from diffcompare.language.wengert import wengert_list

Recipe: TypeAlias = Sequence[Any]
Written: TypeAlias = Literal["exact", "six", "two"]  # all digits, or so many


class Figure(NamedTuple):
    """A number of a frame, and its recipe."""

    value: float | None
    recipe: Recipe
    written: Written = "exact"

    @property
    def text(self) -> str:
        """The number as it stands in a sentence."""
        if self.value is None:
            return "\u2013"
        return str(self.value) if self.written == "exact" else f"{self.value:.6g}"

    @property
    def data(self) -> dict[str, Any]:
        """The recipe for the page."""
        return {"of": list(self.recipe), "as": self.written}


class Text(NamedTuple):
    """A text of a frame, and its recipe."""

    text: str
    recipe: Recipe

    @property
    def data(self) -> dict[str, Any]:
        """The recipe for the page."""
        return {"of": list(self.recipe), "as": "text"}


class Told(NamedTuple):
    """A text with numbers in it."""

    parts: tuple[str | Figure, ...]

    @property
    def text(self) -> str:
        """The text at the point of the demo."""
        return "".join([part if isinstance(part, str) else part.text for part in self.parts])

    @property
    def data(self) -> list[Any]:
        """The text for the page."""
        return [part if isinstance(part, str) else part.data for part in self.parts]


class Live(NamedTuple):
    """A cell of a frame - number of the table, row, column - as the page computes it."""

    place: tuple[int, int, int]
    parts: Sequence[Any]


def told(*parts: str | Figure) -> Told:
    """Return a text of parts."""
    return Told(parts)


def plain(cell: Cell | Figure | Text | Told) -> Cell:
    """Return a cell as every renderer shows it."""
    if isinstance(cell, Figure):
        two = cell.written == "two" and cell.value is not None
        return Approximate(cell.value) if two else cell.value  # type: ignore[arg-type]
    return cell.text or None if isinstance(cell, Text | Told) else cell


def live_table(
    key: str, caption: str, columns: str | Sequence[str], rows: Iterable[Sequence[Any]], number: int = 0, **kinds: Any
) -> tuple[Table, tuple[Live, ...]]:
    """Return a table of a frame, of which it is table `number`, and the cells of it that have a recipe.

    The arguments are those of `table`; cells may be figures and texts with figures.
    """
    rows = list(rows)
    shown = table(key, caption, columns, [list(map(plain, row)) for row in rows], **kinds)
    cells = tuple(
        [
            Live((number, place, column), cell.data if isinstance(cell, Told) else [cell.data])
            for place, row in enumerate(rows)
            for column, cell in enumerate(row)
            if isinstance(cell, Figure | Text | Told)
        ]
    )
    return shown, cells


def error(figure: Figure, true: Figure) -> Figure:
    """Return the absolute difference of two figures."""
    known = figure.value is not None and true.value is not None
    distance = abs(figure.value - true.value) if known else None  # type: ignore[operator]
    return Figure(distance, ("error", figure.recipe, true.recipe), "two")


def partial_figure(gradient: Mapping[str, float | None], name: str) -> Figure:
    """Return a partial derivative."""
    return Figure(gradient.get(name), ("partial", name))


# --- The program that the page runs -----------------------------------------------------------------------------------


def live_nodes(question: ParsedInput) -> list[Expression]:
    """Return what the places of recipes count: the Wengert list of a formula, or all that a function computed."""
    if question.program is None:
        return wengert_list(question.parsed.expression)
    recording = question.program.recording
    count = len(recording.tape.entries)
    return [*recording.nodes[count:], *recording.nodes[:count]]  # constants first, for a node is behind its arguments


def live_output(question: ParsedInput) -> Expression:
    """Return the node of the value."""
    return question.parsed.expression if question.program is None else question.program.recording.output
