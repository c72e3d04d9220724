"""The zero test: is a difference 0 for all real numbers, as far as sympy can show?  Worker process only.

The two formulas are known to agree at many points, so that every step may assume what holds at almost all points: that
sign(u)^2 is 1, and that no denominator is 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import sympy

from diffcompare.backends.symbolic.to_sympy import Absolute, CubeRoot, Hypotenuse, Maximum, Minimum, Sign, Step


def first_zero_form(difference: Any, positive: Sequence[Any]) -> str | None:
    """Return the name of the first form in which the difference is 0, or None.

    `positive` are the symbols that are positive wherever both formulas have a value.
    """
    difference = difference.xreplace({symbol: sympy.Symbol(symbol.name, positive=True) for symbol in positive})
    try:
        plain, signs = _with_symbols_for_signs(difference)
    except ValueError:
        return None
    for name, form in FORMS:
        try:
            if _without_squares(form(plain), signs) == 0:
                return name
        except Exception:  # sympy's functions give up in many ways
            continue
    return None


def _with_symbols_for_signs(difference: Any) -> tuple[Any, list[Any]]:
    """Replace our own functions: |u| becomes u times its sign, and every sign a symbol; return the symbols as well.

    Raises ValueError if a sign may be 0 in a whole region.
    """
    half = sympy.Rational(1, 2)
    rules: tuple[tuple[Any, Callable[..., Any]], ...] = (
        (sympy.Piecewise, _case_by_case),
        (Maximum, lambda a, b: half * (a + b + (a - b) * Sign(a - b))),
        (Minimum, lambda a, b: half * (a + b - (a - b) * Sign(a - b))),
        (sympy.Heaviside, lambda u, *_: half * (1 + Sign(u))),
        (Absolute, lambda u: u * Sign(u)),
        (Hypotenuse, lambda a, b: sympy.sqrt(a**2 + b**2)),
        (CubeRoot, lambda u: sympy.cbrt(u) if u.is_positive else CubeRoot(u)),
        (Sign, lambda u: -Sign(-u) if u.could_extract_minus_sign() else Sign(u)),
    )
    for function, rule in rules:
        difference = difference.replace(function, rule)
    if any(_is_zero_in_a_region(sign.args[0]) for sign in difference.atoms(Sign)):
        raise ValueError("a sign is neither 1 nor -1 in a region")
    symbols = {
        sign: sympy.Symbol(f"s{number}", real=True, nonzero=True)
        for number, sign in enumerate(sorted(difference.atoms(Sign), key=str))
    }
    return difference.xreplace(symbols), list(symbols.values())


# Functions that may equal another formula in a region without being equal to it everywhere.
NOT_ANALYTIC = (Sign, Absolute, Maximum, Minimum, Step, sympy.Heaviside, sympy.Piecewise)
MAX_SIGNS = 6  # signs of which all choices are tried


def _is_zero_in_a_region(form: Any) -> bool:
    """Tell whether a form may be 0 in a region, as |x| - x is: for a choice of its signs, or where steps are level."""
    steps = list(form.atoms(Sign, Step))
    smooth = form.xreplace({step: sympy.Dummy() for step in steps})
    if steps and not smooth.free_symbols & form.free_symbols:
        return True
    signs = [step for step in steps if isinstance(step, Sign)]
    if len(signs) > MAX_SIGNS:
        return True
    choices = product((1, -1), repeat=len(signs)) if signs else ()
    return any(sympy.expand(form.xreplace(dict(zip(signs, choice, strict=True)))) == 0 for choice in choices)


def _case_by_case(*branches: Any) -> Any:
    """Write `if(a > b, u, v)` as a sum: u times (1 + s)/2 and v times (1 - s)/2 with the sign s of a - b."""
    (first, condition), *rest = branches
    if not rest or condition in (True, sympy.true):
        return first
    other = _case_by_case(*rest)
    if isinstance(condition, (sympy.Eq, sympy.Ne)) and not condition.has(*NOT_ANALYTIC):
        # Two numbers are equal almost nowhere.
        return other if isinstance(condition, sympy.Eq) else first
    if not isinstance(condition, (sympy.Gt, sympy.Ge, sympy.Lt, sympy.Le)):
        raise ValueError(f"no sign decides {condition}")
    sign = Sign(condition.gts - condition.lts)
    return sympy.Rational(1, 2) * (first * (1 + sign) + other * (1 - sign))


def _without_squares(form: Any, signs: Sequence[Any]) -> Any:
    """Return the numerator of a form, with the square of every sign replaced by 1."""
    if form == 0 or not signs:
        return form
    return sympy.reduced(_numerator(form), [sign**2 - 1 for sign in signs], *signs)[1].expand()


def _numerator(difference: Any) -> Any:
    return sympy.expand(sympy.numer(sympy.together(difference)))


def _circular(difference: Any) -> Any:
    """Write circular functions in sines and cosines, and the squares of cosines in sines."""
    terms = difference.rewrite([sympy.tan, sympy.cot, sympy.sec, sympy.csc], sympy.cos).rewrite(sympy.sin, sympy.sin)
    numerator = _numerator(sympy.expand_trig(terms))
    cosines = sorted(numerator.atoms(sympy.cos), key=str)
    relations = [cosine**2 + sympy.sin(cosine.args[0]) ** 2 - 1 for cosine in cosines]
    return sympy.reduced(numerator, relations, *cosines)[1].expand() if cosines else numerator


FORMS: tuple[tuple[str, Callable[[Any], Any]], ...] = (  # forms of a difference, the cheap ones first
    ("the plain form", lambda difference: difference),
    ("the expanded form", sympy.expand),
    ("the numerator", _numerator),
    ("the form in exponentials", lambda difference: _numerator(difference.rewrite(sympy.exp))),
    ("the form in sines and cosines", _circular),
    ("the expansion of logarithms and powers", lambda d: _numerator(sympy.powsimp(sympy.expand_log(d)))),
    ("the trigonometric simplification", sympy.trigsimp),
    ("the simplified form", sympy.simplify),
    ("the simplified form without radicals below", lambda d: sympy.simplify(sympy.radsimp(sympy.sqrtdenest(d)))),
)
