"""`dc.check`: a derivative that somebody wrote, of an expression or of a Python function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, overload

from diffcompare.language.expression import Expression

if TYPE_CHECKING:
    from diffcompare.gradcheck.gradient_check import GradientCheck
    from diffcompare.studies.check import Check


@overload
def check(
    what: str | Expression, answers: Mapping[str, str | Expression] | str | Expression | None = None, /, **options: Any
) -> Check: ...
@overload
def check(what: Callable[..., Any], gradient: Any, /, *point: Any, **options: Any) -> GradientCheck: ...
def check(what: Any, answer: Any = None, /, *point: Any, **options: Any) -> Check | GradientCheck:
    """Check a derivative that somebody wrote.

        check("x^2*sin(x)", x="2*x*cos(x)")     of an expression: see `check_expression`
        check(f, gradient, [1.0, 2.0])          of a Python function at a point: see `check_callable`
        check(f, True, [1.0, 2.0])              of a function that returns (value, gradient)

    Both records have `ok`, `verdict`, and show themselves.
    """
    if callable(what):
        if answer is None:
            raise TypeError(
                "check(f, gradient, x) needs the gradient, as a function or as numbers; True if f returns both"
            )
        from diffcompare.gradcheck.gradient_check import check_callable

        return check_callable(what, answer, *point, **options)
    from diffcompare.studies.check import check_expression

    if not isinstance(what, (str, Expression)) or point:
        raise TypeError("check an expression, check(text, x=formula), or a function, check(f, gradient, x)")
    return check_expression(what, answer, **options)
