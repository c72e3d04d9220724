"""The demo `nesting`: a derivative inside a derivative, and two ways in which engines take one variable for another.

Perturbation confusion: J. M. Siskind and B. A. Pearlmutter, Perturbation confusion and referential transparency,
IFL 2005.  Both engines of the first half are the dual numbers below, and differ only in the marks that they are given;
both of the second half sweep the same tape.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count, repeat
from typing import Any

from diffcompare.classroom.demos.frame import Frame, mask, table
from diffcompare.document import Cell, Code, Source
from diffcompare.localization import phrase
from diffcompare.studies.gradient import gradient
from diffcompare.tape import Variable, derivative, grad

# --- Forward mode in a few lines --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MarkedDual:
    """A number with a tangent, and the mark of the derivative that the tangent belongs to."""

    value: Any
    tangent: Any
    mark: int

    def split(self, mark: int) -> tuple[Any, Any]:
        """Return value and tangent as the derivative of that mark sees them: to another one this is a constant."""
        return (self.value, self.tangent) if self.mark == mark else (self, 0.0)

    def __add__(self, other: Any) -> MarkedDual:
        if not isinstance(other, MarkedDual):
            return MarkedDual(self.value + other, self.tangent, self.mark)
        inner = max(self.mark, other.mark)
        (a, da), (b, db) = self.split(inner), other.split(inner)
        return MarkedDual(a + b, da + db, inner)

    def __mul__(self, other: float) -> MarkedDual:
        return MarkedDual(self.value * other, self.tangent * other, self.mark)

    def __str__(self) -> str:
        value = self.value if isinstance(self.value, MarkedDual) else f"{self.value:g}"
        return f"{value} + {self.tangent:g}{EPSILON[self.mark]}"


EPSILON = ("ε", "ε₁", "ε₂")  # of a dual number without a mark, of the outer derivative, and of the inner one

ENGINE = """\
def derivative(f):
    def slope(x):
        mark = new_mark()              # the naive engine has the same mark for all
        y = f(Dual(x, 1.0, mark))
        return y.tangent_of(mark)
    return slope

d/dx of x * (d/dy of x + y) at x = 1, y = 1:
derivative(lambda x: x * derivative(lambda y: x + y)(1.0))(1.0)"""

ALIAS = """\
d/dx of (d/dy of x * y**2, at y = x) at x = 3:
derivative(lambda x: derivative(lambda y: x * y**2)(x))(3.0)"""


def sum_steps(new_mark: Callable[[], int]) -> dict[str, Any]:
    """Return the numbers on the way to d/dx of x·(d/dy of x + y) at 1, with marks from `new_mark`."""
    x = MarkedDual(1.0, 1.0, new_mark())
    y = MarkedDual(1.0, 1.0, new_mark())
    both = x + y
    inner = both.split(y.mark)[1]
    product = x * inner
    return {"x": x, "y": y, "x + y": both, "d/dy": inner, "x·d/dy": product, "d/dx": product.split(x.mark)[1]}


def without_marks() -> dict[str, Any]:
    """Return the steps of an engine in which all tangents look alike."""
    return sum_steps(repeat(0).__next__)


def with_marks() -> dict[str, Any]:
    """Return the steps of an engine in which every derivative marks its own tangents."""
    return sum_steps(count(1).__next__)


# --- Reverse mode that tells variables apart by the object ------------------------------------------------------------


def alias_steps() -> dict[str, tuple[float, float | None]]:
    """Return the numbers on the way to d/dx of [d/dy (x·y²) at y = x] at 3, for y the object x and for y its own.

    The messages are those of one sweep with a Variable for every place in x·y².
    """
    factor, base = (Variable(3.0, requires_grad=True) for _ in range(2))
    through_factor, through_base = grad(factor * base**2, [factor, base])
    x = Variable(3.0, requires_grad=True)
    (aliased,) = grad(x * x**2, [x], create_graph=True)
    (aliased_outer,) = grad(aliased, [x])

    def inner(x: Variable) -> Variable:
        return derivative(lambda y: x * y**2)(x)

    def number(variable: Variable) -> float:
        return float(variable.data)

    return {
        "y²": (number(through_factor), None),
        "2xy": (number(through_base), number(through_base)),
        "d/dy": (number(aliased), number(inner(Variable(3.0)))),
        "d/dx": (number(aliased_outer), number(derivative(inner)(3.0))),
    }


# --- Frames -----------------------------------------------------------------------------------------------------------


def frames() -> Iterator[Frame]:
    """Yield both cases, each with its steps, and what real engines return."""
    naive, marked = without_marks(), with_marks()
    yield _answers(naive, marked)
    yield _steps(naive, marked)
    yield from _aliases()
    yield _engines()


def _answers(naive: dict[str, Any], marked: dict[str, Any]) -> Frame:
    rows: list[tuple[Cell, ...]] = [
        (phrase("a mark for each derivative"), marked["d/dy"], marked["d/dx"]),
        (phrase("one tangent for all"), naive["d/dy"], naive["d/dx"]),
    ]
    answers = table("answers", "d/dx of x·(d/dy of x + y) at 1", "engine | >d/dy of x + y | >d/dx of x·(that)", rows)
    return Frame(
        "A derivative inside a derivative",
        (Source("python", ENGINE), answers),
        "d/dy of x + y is 1, whatever x is: d/dx of x·1 is 1",
        "An engine that cannot tell the tangents apart returns 2, and says nothing.",
        {"marked": rows[0][2], "naive": rows[1][2]},
        "x is a constant for the inner derivative. What do the two engines return?",
        (Source("python", ENGINE), mask(answers, 1, 2)),
    )


def _steps(naive: dict[str, Any], marked: dict[str, Any]) -> Frame:
    meanings = {
        "x": phrase("the outer derivative begins"),
        "y": phrase("the inner derivative begins"),
        "x + y": phrase("here ε + ε makes 2ε: the tangent of x is taken for one of y"),
        "d/dy": phrase("the tangent of the inner one"),
        "x·d/dy": phrase("the wrong slope goes on"),
        "d/dx": phrase("the tangent of the outer one"),
    }
    rows = [(name, _cell(naive[name]), _cell(marked[name]), meaning) for name, meaning in meanings.items()]
    steps = table("steps", "Both engines, step by step", "number | one ε for all | an ε for each | what happens", rows)
    return Frame(
        "Perturbation confusion",
        (steps,),
        "1 + 1ε and 1 + 1ε: 2 + 2ε; but 1 + 1ε₁ and 1 + 1ε₂: 2 + 1ε₁ + 1ε₂",
        "The inner derivative must count its own tangent only: for it, x is a constant, even while x moves outside.",
        {"naive": naive["d/dx"], "marked": marked["d/dx"], "naive inner": naive["d/dy"]},
        "At which step do they part?",
        (mask(steps, *[(row, column) for row in range(2, len(rows)) for column in (1, 2, 3)]),),
    )


def _cell(number: Any) -> Cell:
    return str(number) if isinstance(number, MarkedDual) else number


def _aliases() -> Iterator[Frame]:
    steps = alias_steps()
    meanings = {
        "y²": phrase("what x, the factor, gets: not for y"),
        "2xy": phrase("what y gets through y²"),
        "d/dy": phrase("the inner derivative: 3x² or 2xy"),
        "d/dx": phrase("the outer derivative: 6x or 4x"),
    }
    rows: list[tuple[Cell, ...]] = [(name, *steps[name], meaning) for name, meaning in meanings.items()]
    caption = "d/dx of [d/dy of x·y², at y = x] at 3"
    messages = table("alias", caption, "number | >y is x | >y is its own | what happens", rows)
    yield Frame(
        "The inner variable begins as the outer one",
        (Source("python", ALIAS), messages),
        "2xy at y = x is 2x², and its derivative is 4x: 12 at 3",
        "Where y is the very object x, its adjoint gathers the messages to both: 27 for 18, and then 18 for 12.",
        {"aliased": steps["d/dx"][0], "own": steps["d/dx"][1], "aliased inner": steps["d/dy"][0]},
        "An engine that knows variables by their objects is asked for d/dy where y is x. What does it return?",
        (Source("python", ALIAS), mask(messages, (2, 1), (3, 1), (3, 2))),
    )


# Measured: the first and the second case in the newest release of each; None where a mode has no such call.
ENGINES: tuple[tuple[str, str, Cell, Cell], ...] = (
    ("torch.func.grad, jvp, vjp", "2.15.0", 1.0, 12.0),
    ("jax.grad, jvp, vjp", "0.12.0.1", 1.0, 12.0),
    ("autograd.grad, make_jvp", "1.9.1", 1.0, 12.0),
    ("torch.autograd.grad", "2.15.0", 1.0, 18.0),
    ("tf.GradientTape", "2.21.0", 1.0, 18.0),
    ("pytensor, paddle, tinygrad", "3.3.8, 3.3.1, 0.14.0", 1.0, 18.0),
    ("torch: forward_ad(functional.jvp)", "2.13.0", 1.0, 6.0),
    ("num-dual", "0.15.1", 2.0, None),
    ("torch: forward_ad(forward_ad)", "2.15.0", phrase("error"), phrase("error")),
)


def _engines() -> Frame:
    def first(x: Any) -> Any:
        return x * gradient(lambda y: x + y, y=1.0)["y"]

    def second(x: Any) -> Any:
        return gradient(lambda y: x * y**2, y=x)["y"]

    own = (gradient(first, x=1.0)["x"], gradient(second, x=3.0)["x"])
    measured = (*ENGINES, ("diffcompare.gradient", phrase("now"), *own))
    rows: list[tuple[Cell, ...]] = [(Code(name), *cells) for name, *cells in measured]
    engines = table("engines", "Both cases in real engines", "engine | version | >first, 1 | >second, 12", rows)
    return Frame(
        "Real engines",
        (engines,),
        "x·(d/dy of x + y) at 1; [d/dy of x·y², at y = x] at 3",
        "18 is an alias: give the inner derivative a copy of x (`clone`, `identity`) where there is one. 2 is"
        " confusion, 6 a lost tangent.",
        {"first": own[0], "second": own[1]},
    )
