"""Random expressions, built from the rows of the table and Python's operators, with shared subexpressions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from diffcompare.language.expression import OPERATIONS, Constant, Expression, Number, Variable
from diffcompare.language.operations import raise_to

settings.register_profile("no deadline", deadline=None)  # machines can be busy: no test asserts seconds
settings.load_profile("no deadline")

NAMES = ("x", "y", "z")
ARITHMETIC = ("+", "-", "*")
SMOOTH = (
    *ARITHMETIC,
    *(
        "/",
        "^",
        "^n",
        "neg",
        "sqrt",
        "cbrt",
        "exp",
        "expm1",
        "ln",
        "log1p",
        "log10",
        "log2",
        "sin",
        "cos",
        "tan",
        "cot",
    ),
    *("sec", "csc", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "hypot", "erf"),
    *("erfc", "sigmoid", "softplus"),
)
KINKED = ("abs", "sign", "min", "max", "relu", "floor", "ceil")
CHOICES = tuple(name for name in OPERATIONS if name.startswith("if "))
ALL = (*SMOOTH, *KINKED, *CHOICES)

LITERALS = [Number(0), Number(1), Number(2), Number(3), Number(1, 1), Number(5, 1), Constant("pi")]


def cancelling(a: Expression, big: Expression) -> list[Expression]:
    """`a` or 0, hidden behind a cancellation."""
    return [
        (a + big) - big,
        (a * big) / big,
        (a + big) * (a - big) + big * big,
        (OPERATIONS["sin"](a) * OPERATIONS["sin"](a) + OPERATIONS["cos"](a) * OPERATIONS["cos"](a)) - 1,
        a - a * (1 + 1 / big),
        OPERATIONS["sqrt"](a * a),
        OPERATIONS["exp"](a) - OPERATIONS["exp"](2 * a) / OPERATIONS["exp"](a),
    ]


@st.composite
def expressions(
    draw: Any, rows: Sequence[str] = ALL, *, largest: int = 10, names: Sequence[str] = NAMES, cancel: bool = False
) -> Expression:
    """A DAG of up to `largest` operations; with `cancel`, numbers are now and then hidden behind cancellations."""
    pool: list[Expression] = [*map(Variable, names), *LITERALS]
    expression: Expression = pool[0]
    for _ in range(draw(st.integers(1, largest))):
        # The newest nodes are drawn more often, so that expressions grow deep as well as wide.
        argument = st.sampled_from([*pool, *pool[len(names) + len(LITERALS) :][-3:] * 3])
        if cancel and draw(st.integers(0, 3)) == 0:
            big = Number(10 ** draw(st.sampled_from([16, 30, 90, 300])))
            expression = draw(st.sampled_from(cancelling(draw(argument), big)))
        else:
            expression = _applied(draw, draw(st.sampled_from(rows)), argument)
        pool.append(expression)
    return expression


def _applied(draw: Any, name: str, argument: Any) -> Expression:
    if name == "^n":
        exponent = draw(st.sampled_from([0, 1, 2, 3, -1, -2, 5, 17]))
        return raise_to(draw(argument), exponent)  # type: ignore[no-any-return]
    if name == "^":
        return raise_to(draw(argument), draw(argument))  # type: ignore[no-any-return]
    operation = OPERATIONS[name]
    return operation(*[draw(argument) for _ in range(operation.arity)])  # type: ignore[no-any-return]


doubles = st.one_of(
    st.floats(-6, 6),
    st.sampled_from([0.0, 1.0, -1.0, 2.0, 0.5, 1e300, -1e300, 5e-324, 1 - 2**-53, 1 + 2**-52, 3.141592653589793, 1e16]),
    st.floats(-300, 300).map(lambda exponent: 10.0**exponent),
)


def points(names: Sequence[str] = NAMES) -> Any:
    """A number for every variable: ordinary ones, zeros, ones, and some of other sizes."""
    number = st.one_of(
        st.floats(-3, 3).map(lambda x: x if abs(x) > 1e-100 else 0.0),
        st.sampled_from([0.0, 1.0, -1.0, 2.0, 0.5]),
        st.floats(-8, 8).map(lambda exponent: 10.0**exponent),
    )
    return st.fixed_dictionaries(dict.fromkeys(names, number))
