"""`dc.check`: is this derivative right?  One entry point for expressions and Python functions."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, overload

from diffcompare.language.expression import Expression

if TYPE_CHECKING:
    from diffcompare.gradcheck.function_check import FunctionCheck
    from diffcompare.gradcheck.gradient_check import GradientCheck
    from diffcompare.studies.check import Check
    from diffcompare.studies.check_jacobian import MatrixCheck
    from diffcompare.tape.variable import Function


@overload
def check(
    function: str | Expression,
    answer: Mapping[str, str | Expression | float] | str | Expression | float | None = None,
    /,
    *,
    domain: str | Sequence[str] = (),
    budget: float = 5.0,
    where_defined: Literal["right", "wrong"] = "right",
    ops: Any = None,
    seed: int = 0,
    **named: str | Expression | float,
) -> Check: ...
@overload
def check(
    function: str | Expression | Sequence[str | Expression],
    answer: list[Any] | tuple[Any, ...],
    /,
    *,
    domain: str | Sequence[str] = (),
    budget: float = 5.0,
    where_defined: Literal["right", "wrong"] = "right",
    ops: Any = None,
    seed: int = 0,
) -> MatrixCheck: ...
@overload
def check(function: type[Function], /, *point: Any, points: Iterable[Any] = (), seed: int = 0) -> FunctionCheck: ...
@overload
def check(
    function: Callable[..., Any],
    answer: Any,
    /,
    *point: Any,
    points: Iterable[Any] = (),
    each: bool = False,
    seed: int = 0,
    engines: str | Sequence[str] = (),
    **named: Any,
) -> GradientCheck: ...
def check(
    function: Any,
    answer: Any = None,
    /,
    *point: Any,
    domain: Any = None,
    budget: Any = None,
    where_defined: Any = None,
    ops: Any = None,
    points: Any = (),
    each: Any = False,
    seed: int = 0,
    engines: Any = (),
    **named: Any,
) -> Check | GradientCheck | FunctionCheck | MatrixCheck:
    """Check a derivative that somebody wrote, of an expression or of a Python function.

        check("x^2*sin(x)", x="2*x*cos(x)")     partials of an expression, everywhere in its domain
        check(f, gradient, [1.0, 2.0])          the gradient of a Python function at a point
        check(f, True, [1.0, 2.0])              that of a function that returns (value, gradient)
        check(Sinh)                             the backward of a Function of the tape, of first and second order

    An argument of `f` that is called like one of the options goes into a mapping: `check(f, gradient, {"seed": 1.0})`.

    Args:
        function: an expression (text, an `Expression`, `@name` of the catalogue, or `FILE.toml:name`), or a callable
            that returns a number or an array of any shape S, or a `Function` of `diffcompare.tape`, whose backward is
            checked at points of its own choice, or at the one that follows.
        answer: for an expression, the partials by variable, as text, expressions or numbers; the only one for a
            function of one variable needs no name; None checks the partials that come with a catalogue entry.  For a
            callable, the gradient: numbers, a callable that is called just as `function` is, or True if `function`
            returns both.  It has the shape of the point (with S in front for a Jacobian); for several arrays it is a
            tuple of such arrays, and for a mapping a mapping.
        *point: for a callable, the arguments to call it with: numbers, lists, arrays, or one mapping by name.  Lists
            become numpy arrays of doubles, made anew for every call; a list is spread over the parameters if
            `function` takes several numbers.
        domain: for an expression, conditions such as "x > 0" on the points that count.
        budget: for an expression, seconds after which the search for a counterexample ends (5 by default).
        where_defined: for an expression, "right" (the default) or "wrong": how to count an answer that agrees where it
            is defined, but has no value in part of the domain.
        ops: for an expression, functions of your own that it and the answer call by name: a `Function` of
            `diffcompare.tape`, a file of them (it is run), or a list.
        points: for a callable, more points; a tuple stands for several arguments.
        each: for a callable, check every entry; by default more than 200 coordinates are checked along random
            directions only.
        seed: chooses random points and directions.
        engines: for a callable, libraries whose own checkers are asked as well, with their defaults, in this process:
            "torch" (`gradcheck`), "jax" (`check_grads`), or "all" that are installed.
        **named: partials by variable, as in `x="2*x*cos(x)"`; for a callable, its arguments by keyword.

    Returns:
        A `Check` for an expression, a `MatrixCheck` for several outputs and a matrix of formulas (rows of formulas,
        `"[[y, x], [1, 0]]"`, or columns, `{"x": "[y, 1]", "y": "[x, 0]"}`), a `GradientCheck` for a callable, a
        `FunctionCheck` for a `Function`.  All have `ok` and `verdict`, print themselves as tables, and have
        `to_json()`; `GradientCheck.assert_ok()` is for tests.

    Raises:
        DiffcompareError: for an expression or answer that cannot be read; where the callable has no finite value at the
            point (E576); where the point (E575) or the gradient (E577) is not made of numbers.  A wrong answer is no
            error: it is what the record reports.
        TypeError: where `function` is neither, or where an argument or the gradient is missing.

    Example:
        >>> import diffcompare as dc
        >>> dc.check("x^2", "2*x").verdict
        'proved'
        >>> dc.check(lambda x, y: x * y**2, lambda x, y: [y**2, x * y], 2.0, 3.0).points[0].pattern.sentence
        'df/dy is half the difference quotient: a factor 2 is missing'

    Source:
        Ridders (1982), "Accurate computation of F'(x) and F'(x) F''(x)"; Moré and Wild (2011), "Estimating
        computational noise"; Squire and Trapp (1998), "Using complex variables to estimate derivatives of real
        functions".  Expressions are compared by exact rules and at sampled points: see `Check`.
    """
    expression_options = _given(domain=domain, budget=budget, where_defined=where_defined, ops=ops)
    if _is_function_of_the_tape(function):
        from diffcompare.gradcheck.function_check import check_function

        arguments = point if answer is None else (answer, *point)
        return check_function(function, *arguments, points=points, seed=seed)
    if callable(function):
        if answer is None:
            raise TypeError(
                "check(f, gradient, x) needs the gradient, as a function or as numbers; True if f returns both"
            )
        if expression_options:
            name = next(iter(expression_options))
            raise TypeError(f'`{name}` is an option for expressions; give an argument of f as {{"{name}": ...}}')
        from diffcompare.gradcheck.gradient_check import check_callable

        names = [engines] if isinstance(engines, str) else list(engines)
        return check_callable(function, answer, *point, points=points, each=each, seed=seed, engines=names, **named)
    if _is_matrix(function, answer):
        from diffcompare.studies.check_jacobian import check_outputs

        return check_outputs(function, answer, seed=seed, **expression_options)
    from diffcompare.studies.check import check_expression

    if not isinstance(function, (str, Expression)) or point:
        raise TypeError("check an expression, check(text, x=formula), or a function, check(f, gradient, x)")
    # An expression may have variables of these names: their partials are given like those of any other.
    partials = {"points": points} if points != () else {}
    partials |= {"each": each} if each is not False else {}
    partials |= {"engines": engines} if engines != () else {}
    return check_expression(function, answer, seed=seed, **expression_options, **named, **partials)


def _is_function_of_the_tape(function: Any) -> bool:
    """Tell whether a class is a `Function`; where the tape was never imported, none is."""
    tape = sys.modules.get("diffcompare.tape.variable")
    return tape is not None and isinstance(function, type) and issubclass(function, tape.Function)


def _is_matrix(function: Any, answer: Any) -> bool:
    """Tell whether the answer is the Jacobian of several outputs: rows of formulas, or text in brackets."""
    if isinstance(answer, str):
        return answer.lstrip()[:1] == "["
    if isinstance(answer, Mapping):  # columns by variable
        last = function.rpartition(";")[2].lstrip() if isinstance(function, str) else ""
        return isinstance(function, list | tuple) or last[:1] == "["
    rows = isinstance(answer, list | tuple) and bool(answer) and all(isinstance(row, list | tuple) for row in answer)
    return rows and isinstance(function, str | Expression | list | tuple)


def _given(**options: Any) -> dict[str, Any]:
    """Return the options that the caller gave: those that are not None."""
    return {name: value for name, value in options.items() if value is not None}
