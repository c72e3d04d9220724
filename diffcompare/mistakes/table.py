"""THE TABLE OF MISTAKES: the wrong rules by which people differentiate, one row each.

A row says which kind of mistake it is, at which nodes it can be made (a view), and the wrong rule, written like a
partial of `operations.py` over *anything with arithmetic*: read over doubles it is matched with an answer, read over
balls the match is confirmed, read over expressions it writes the wrong formula.

`inner` says what becomes of the inner derivative u' where a rule is only about the outer function: "times" (as it
should be), "missing" or "over" (divided by it); None where the rule gives the derivative of the whole node.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Literal, NamedTuple, TypeAlias

import diffcompare.mistakes.views as views
from diffcompare.expression import OPERATIONS, Expression
from diffcompare.mistakes.views import View, named, whole
from diffcompare.operations import exact_integer, raise_to

Inner: TypeAlias = Literal["times", "missing", "over"]


class Kind(NamedTuple):
    """A kind of mistake, and a function for the example: its text and the variable."""

    slug: str
    title: str
    function: tuple[str, str]


class Example(NamedTuple):
    """A function as text, the variable, and the wrong derivative as text."""

    expression: str
    by: str
    wrong: str


class Rule(NamedTuple):
    """A wrong rule: what it makes of the numbers that its view sees, and how a teacher would put it."""

    kind: str
    view: View
    wrong: Callable[..., Any]
    says: str
    inner: Inner | None = None
    names: tuple[str, ...] = ()
    """The operations it is about, where the view does not say."""
    rare: bool = False
    """Whether it is what a teacher would think of last, whatever its kind."""


KINDS: Mapping[str, Kind] = {
    kind.slug: kind
    for kind in [
        # At once.
        Kind("treated-as-constant", "the function is treated as a constant", ("x*sin(x)", "x")),
        Kind("missing-inner-factor", "the inner derivative is missing", ("sin(2*x)", "x")),
        Kind("inner-factor-twice", "the inner derivative is there twice", ("sin(x^2)", "x")),
        # Powers and exponentials.
        Kind("power-rule-on-exponential", "the power rule on a constant to a variable power", ("2^x", "x")),
        Kind("ln-base-missing", "the factor ln(a) of a^x is missing", ("2^x", "x")),
        Kind("exponential-rule-on-power", "the exponential rule on a power of the variable", ("x^3", "x")),
        Kind("power-rule-on-general-power", "only the base or only the exponent is taken to vary", ("x^x", "x")),
        Kind("exponent-not-lowered", "the exponent is not lowered by 1", ("x^3", "x")),
        Kind("power-factor-missing", "the exponent is lowered, but not brought down as a factor", ("x^3", "x")),
        Kind("exponent-raised", "the exponent is raised by 1 instead of lowered", ("x^-2", "x")),
        Kind("exponent-dropped", "the exponent has become the factor alone", ("x^3", "x")),
        Kind("lowered-factor", "the lowered exponent is brought down", ("x^3", "x")),
        Kind("coefficient-and-power", "(2*x)^3 is taken for 2*x^3, or the other way round", ("(2*x)^3", "x")),
        # Products and quotients.
        Kind("product-of-derivatives", "the product rule as u'*v'", ("x^2*sin(x)", "x")),
        Kind("product-term-lost", "one term of the product rule is missing", ("x^2*sin(x)", "x")),
        Kind("quotient-flipped", "the terms of the quotient rule are swapped", ("sin(x)/x", "x")),
        Kind("quotient-plus", "the quotient rule with a plus", ("sin(x)/x", "x")),
        Kind("quotient-square-missing", "the denominator is not squared", ("sin(x)/x", "x")),
        Kind("quotient-denominator-missing", "the denominator of the quotient rule is missing", ("sin(x)/x", "x")),
        Kind("quotient-of-derivatives", "the quotient rule as u'/v'", ("sin(x)/x^2", "x")),
        Kind("quotient-term-lost", "one term of the quotient rule is missing", ("sin(x)/x", "x")),
        # Logarithms, angles, inverse functions.
        Kind("log-base-forgotten", "the base of the logarithm is forgotten", ("log10(x)", "x")),
        Kind("log-base-inverted", "multiplied by ln(b) instead of divided", ("log10(x)", "x")),
        Kind("log-base-extra", "a factor 1/ln(10) that the natural logarithm does not have", ("ln(x)", "x")),
        Kind("sign-of-derivative", "the derivative of a function has the wrong sign", ("cos(x)", "x")),
        Kind("degrees", "degrees instead of radians", ("sin(x)", "x")),
        Kind("inverse-function", "the derivative of the inverse function", ("sin(x)", "x")),
        Kind("inverse-as-reciprocal", "the inverse function is read as 1 over the function", ("asin(x)", "x")),
        Kind("integrated", "integrated instead of differentiated", ("x^3", "x")),
        Kind("derivative-misremembered", "a derivative from the table is misremembered", ("tan(x)", "x")),
        Kind("product-minus", "the product rule with a minus", ("x*exp(x)", "x")),
        Kind("product-mixed", "the product rule as u*u' + v*v' or u' + v'", ("x^2*sin(x)", "x")),
        # The chain rule in stranger ways.
        Kind("power-misread", "sin(x)^2 is taken for sin(x^2), or the other way round", ("sin(x)^2", "x")),
        Kind("inner-factor-added", "the inner derivative is added instead of multiplied", ("exp(x^2)", "x")),
        Kind("inner-factor-divided", "divided by the inner derivative instead of multiplied", ("sin(3*x)", "x")),
        Kind("inner-not-differentiated", "multiplied by the inner function, not its derivative", ("sin(x^3)", "x")),
        Kind("outer-at-variable", "the outer derivative is taken at the variable", ("cos(x^3)", "x")),
        Kind("outer-at-inner-derivative", "the outer derivative is taken at the inner derivative", ("cos(x^3)", "x")),
        Kind("differentiated-inside", "the function of the derivative of the inner function", ("sqrt(x^3)", "x")),
        Kind("outer-not-differentiated", "only the inner function is differentiated", ("sin(x^2)", "x")),
        # Sums and constants.
        Kind("coefficient-lost", "a constant factor is lost", ("3*sin(x)", "x")),
        Kind("coefficient-inverted", "divided by a constant factor instead of multiplied", ("x^2/3", "x")),
        Kind("coefficient-twice", "a constant factor is there twice", ("3*sin(x)", "x")),
        Kind("coefficient-added", "a constant factor is added instead of multiplied", ("3*sin(x)", "x")),
        Kind("constant-kept", "a constant term is kept", ("x^2 + 5", "x")),
        Kind("total-instead-of-partial", "the other variables are differentiated too", ("x^2*y + y^3", "x")),
        Kind("other-variable-differentiated", "another variable is differentiated too", ("x*y + y^2 + y*z", "x")),
        Kind("constant-as-variable", "a constant is differentiated like a variable", ("pi^2 + x", "x")),
        Kind("term-lost", "a term is missing", ("x^2 + sin(x)", "x")),
        Kind("sign-of-term", "the sign of a term is wrong", ("x^2 - sin(x)", "x")),
        Kind("not-differentiated", "the function itself", ("x*sin(x)", "x")),
        Kind("term-kept", "a part is not differentiated", ("x^3 + sin(x)", "x")),
        # The function is misread, or the answer miswritten.
        Kind("parentheses-missing", "parentheses around a sum are missing", ("(x + 1)/(x^2 + 3)", "x")),
        Kind("function-split-over-sum", "a function of a sum is taken for a sum of functions", ("sqrt(x^2 + x)", "x")),
        # The whole.
        Kind("sign-of-whole", "the sign of the whole derivative is wrong", ("x^3 - x*sin(x)", "x")),
        Kind("swapped-partials", "the partial by another variable", ("x^2*y + sin(y)", "x")),
        Kind("second-derivative", "differentiated twice", ("x*sin(x)", "x")),
        Kind("logarithmic-derivative", "the derivative of the logarithm of the function", ("x*sin(x)", "x")),
        Kind("reciprocal-of-derivative", "1 over the derivative", ("x*sin(x)", "x")),
        Kind("variable-as-constant", "the variable is treated as a constant in one place", ("hypot(x, x^2)", "x")),
        Kind("rounded-constant", "a constant is rounded", ("log10(x)", "x")),
        Kind("constant-added", "a constant is added", ("x*sin(x)", "x")),
        Kind("coefficient-wrong", "the whole is off by a constant factor", ("x*sin(x)", "x")),
        # What is said where no rule explains the answer.
        Kind("term-missing", "a term of the derivative is not in the answer", ("x^3 + sin(x) + exp(x)", "x")),
        Kind("term-extra", "a term of the answer is not in the derivative", ("x^3 + sin(x)", "x")),
    ]
}
"""All kinds, those that a teacher would name first before those that are said of an answer if nothing else fits."""

_o = OPERATIONS
exp, ln, sqrt, cos, sin, tan, cosh, sinh, sec, csc, cot, hypot = (
    _o[name] for name in ["exp", "ln", "sqrt", "cos", "sin", "tan", "cosh", "sinh", "sec", "csc", "cot", "hypot"]
)


def _square(x: Any) -> Any:
    return raise_to(x, 2)


def _one(like: Any) -> Any:
    return whole(1, like)


def _derivative(name: str, u: Any) -> Any:
    """The derivative of the function of that name, at u."""
    partial = OPERATIONS[name].partials[0]
    assert callable(partial)
    return partial(OPERATIONS[name](u), u)


_TRIGONOMETRIC = ("sin", "cos", "tan", "cot", "sec", "csc")

_OF_INVERSE: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "sin": ("asin", lambda u: 1 / sqrt(1 - _square(u))),
    "cos": ("acos", lambda u: -1 / sqrt(1 - _square(u))),
    "tan": ("atan", lambda u: 1 / (1 + _square(u))),
    "asin": ("sin", cos),
    "acos": ("cos", lambda u: -sin(u)),
    "atan": ("tan", lambda u: 1 + _square(tan(u))),
    "sinh": ("asinh", lambda u: 1 / sqrt(_square(u) + 1)),
    "cosh": ("acosh", lambda u: 1 / sqrt(_square(u) - 1)),
    "tanh": ("atanh", lambda u: 1 / (1 - _square(u))),
    "asinh": ("sinh", cosh),
    "acosh": ("cosh", sinh),
    "atanh": ("tanh", lambda u: 1 / _square(cosh(u))),
    "exp": ("ln", lambda u: 1 / u),
    "ln": ("exp", exp),
    "sqrt": ("the square", lambda u: 2 * u),
    "cbrt": ("the cube", lambda u: 3 * _square(u)),
}
"""The inverse function, and its derivative."""

_RECIPROCALS = {"asin": "csc", "acos": "sec", "atan": "cot"}

_ANTIDERIVATIVES: Mapping[str, Callable[[Any, Any], Any]] = {
    "sin": lambda y, u: -cos(u),
    "cos": lambda y, u: sin(u),
    "tan": lambda y, u: -ln(_o["abs"](cos(u))),
    "ln": lambda y, u: u * y - u,
    "exp": lambda y, u: y,
    "sinh": lambda y, u: cosh(u),
    "cosh": lambda y, u: sinh(u),
    "atan": lambda y, u: u * y - ln(1 + _square(u)) / 2,
}

_MISREMEMBERED: Mapping[str, tuple[Callable[[Any, Any], Any], ...]] = {
    "sin": (lambda y, u: -y,),
    "tan": (
        lambda y, u: sec(u),
        lambda y, u: 1 - _square(y),
        lambda y, u: cot(u),
        lambda y, u: sec(u) * y,
        lambda y, u: 1 / _square(sin(u)),
        lambda y, u: _square(y),
    ),
    "cot": (lambda y, u: -csc(u), lambda y, u: tan(u), lambda y, u: -csc(u) * y, lambda y, u: -1 / _square(cos(u))),
    "sec": (lambda y, u: _square(tan(u)), lambda y, u: _square(y), lambda y, u: tan(u)),
    "csc": (lambda y, u: -_square(cot(u)), lambda y, u: -_square(y), lambda y, u: -cot(u)),
    "asin": (
        lambda y, u: 1 / sqrt(1 + _square(u)),
        lambda y, u: 1 / (1 - _square(u)),
        lambda y, u: sqrt(1 - _square(u)),
        lambda y, u: 1 / (1 + _square(u)),
        lambda y, u: 1 / sqrt(1 - u),
    ),
    "acos": (
        lambda y, u: -1 / sqrt(1 + _square(u)),
        lambda y, u: -1 / (1 - _square(u)),
        lambda y, u: -sqrt(1 - _square(u)),
    ),
    "atan": (
        lambda y, u: 1 / (1 - _square(u)),
        lambda y, u: 1 / sqrt(1 + _square(u)),
        lambda y, u: 1 / sqrt(1 - _square(u)),
        lambda y, u: 1 / (1 + u),
        lambda y, u: 1 + _square(u),
    ),
    "sinh": (lambda y, u: -cosh(u),),
    "tanh": (
        lambda y, u: 1 + _square(y),
        lambda y, u: 1 / cosh(u),
        lambda y, u: 1 / _square(sinh(u)),
        lambda y, u: _square(y),
    ),
    "asinh": (lambda y, u: 1 / sqrt(_square(u) - 1), lambda y, u: 1 / (1 + _square(u))),
    "acosh": (lambda y, u: 1 / sqrt(_square(u) + 1), lambda y, u: 1 / (_square(u) - 1)),
    "atanh": (lambda y, u: 1 / (1 + _square(u)), lambda y, u: 1 / sqrt(1 - _square(u))),
    "sqrt": (lambda y, u: 1 / (2 * u), lambda y, u: 2 / y, lambda y, u: 1 / u, lambda y, u: 2 * y),
    "ln": (lambda y, u: 1 / y, lambda y, u: u, lambda y, u: 1 / _square(u)),
    "exp": (lambda y, u: 1 / y,),
    "abs": (lambda y, u: _one(u), lambda y, u: y),
    "erf": (
        lambda y, u: exp(-_square(u)),
        lambda y, u: 2 / sqrt(named("pi", u)) * exp(_square(u)),
        lambda y, u: exp(-_square(u)) / sqrt(named("pi", u)),
    ),
    "sigmoid": (lambda y, u: y * (1 + y), lambda y, u: _square(y), lambda y, u: 1 - y),
}

_OFTEN_MISSIGNED = (*_TRIGONOMETRIC, "asin", "acos", "atan", "sinh", "cosh", "tanh", "erfc")
_SELDOM_MISSIGNED = tuple(
    name
    for name, operation in OPERATIONS.items()
    if operation.arity == 1 and name.isidentifier() and name not in (*views.STEPS, *_OFTEN_MISSIGNED, "neg")
)


def _rules() -> list[Rule]:
    return [*_chain(), *_powers(), *_products(), *_functions(), *_sums(), *_misread()]


def _chain() -> list[Rule]:
    missing = "the chain rule: the inner derivative {du} of {u} is missing"
    at_variable = "the chain rule: the derivative of the outer function belongs at {u}, not at {by}"
    at_inner = "the chain rule: the derivative of the outer function belongs at {u}, not at its derivative {du}"
    return [
        Rule("missing-inner-factor", views.chain, lambda g, u, du, y: g, missing),
        Rule("inner-factor-twice", views.chain, lambda g, u, du, y: g * du * du,
             "the chain rule: the inner derivative {du} of {u} is multiplied in twice"),
        Rule("inner-factor-added", views.chain, lambda g, u, du, y: g + du,
             "the chain rule: the inner derivative {du} of {u} is added instead of multiplied"),
        Rule("inner-not-differentiated", views.chain, lambda g, u, du, y: g * u,
             "the chain rule: the factor is the inner function {u} itself instead of its derivative {du}"),
        Rule("inner-factor-divided", views.chain, lambda g, u, du, y: g / du,
             "the chain rule: divided by the inner derivative {du} of {u} instead of multiplied"),
        Rule("outer-at-inner-derivative", views.outer, lambda g, u, du, f: g(du), at_inner),
        Rule("outer-at-inner-derivative", views.outer, lambda g, u, du, f: g(du) * du, at_inner),
        Rule("outer-at-variable", views.outer_at_variable, lambda g, x, du: g(x) * du, at_variable),
        Rule("outer-at-variable", views.outer_at_variable, lambda g, x, du: g(x), at_variable),
        Rule("differentiated-inside", views.outer, lambda g, u, du, f: f(du),
             "the chain rule: only the inside of {node} was differentiated"),
        Rule("outer-not-differentiated", views.chain, lambda g, u, du, y: y * du,
             "the chain rule: the outer function of {node} is not differentiated"),
        Rule("outer-not-differentiated", views.chain, lambda g, u, du, y: du,
             "the chain rule: only the inner function {u} is differentiated"),
    ]  # fmt: skip


def _powers() -> list[Rule]:
    on_exponential = "the power rule on {node}: there the exponent varies, not the base"
    general = "in {node} both the base and the exponent vary: neither the power rule nor the exponential rule is enough"
    return [
        *[
            Rule("power-rule-on-exponential", views.exponential, lambda y, a, v, low: v * low, on_exponential, inner)
            for inner in ("times", "missing")
        ],
        Rule("ln-base-missing", views.exponential_with_base, lambda y, a, v, low: y,
             "the exponential rule: the factor ln({u}) is missing", "times"),
        Rule("ln-base-missing", views.exponential_with_base, lambda y, a, v, low: y / ln(a),
             "the exponential rule: divided by ln({u}) instead of multiplied", "times"),
        Rule("ln-base-missing", views.exponential, lambda y, a, v, low: y * ln(v),
             "the exponential rule: the factor is the logarithm of the base, not of the exponent", "times"),
        Rule("exponential-rule-on-power", views.power, lambda y, u, p, low, high: y * ln(u),
             "the exponential rule on {node}: there the base varies, not the exponent", "times"),
        Rule("power-rule-on-general-power", views.general_power, lambda u, v, du, dv, y, low: v * low * du, general),
        Rule("power-rule-on-general-power", views.general_power, lambda u, v, du, dv, y, low: v * low, general),
        Rule("power-rule-on-general-power", views.general_power, lambda u, v, du, dv, y, low: y * ln(u) * dv, general),
        Rule("power-rule-on-general-power", views.general_power, lambda u, v, du, dv, y, low: y * ln(u), general),
        Rule("power-rule-on-general-power", views.general_power, lambda u, v, du, dv, y, low: v * low * du * dv,
             general),
        Rule("exponent-not-lowered", views.power, lambda y, u, p, low, high: p * y,
             "the power rule: the exponent of {node} is not lowered by 1", "times"),
        Rule("exponent-not-lowered", views.power, lambda y, u, p, low, high: p * u / y,
             "the power rule: the lowered exponent of {node} is the exponent minus 1, not 1 minus the exponent",
             "times", ("^",)),
        Rule("exponent-not-lowered", views.multiple_of_variable, lambda y, x: y,
             "the power rule: the exponent of {u}, which is 1, is not lowered", rare=True),
        Rule("power-factor-missing", views.power, lambda y, u, p, low, high: low,
             "the power rule: the exponent of {node} is not brought down as a factor", "times"),
        Rule("exponent-raised", views.power, lambda y, u, p, low, high: p * high,
             "the power rule: the exponent of {node} is raised by 1 instead of lowered", "times"),
        Rule("exponent-dropped", views.bare_power, lambda u, n: n * u,
             "the power rule: of {node} only the factor is left, the lowered exponent is missing", "times"),
        Rule("exponent-dropped", views.bare_power, lambda u, n: n * _one(u),
             "the power rule: of {node} only the exponent is left", "times", rare=True),
        Rule("lowered-factor", views.bare_power, lambda u, n: (n - 1) * raise_to(u, n - 1),
             "the power rule: the factor is the exponent of {node} before it is lowered", "times"),
        *[
            Rule("integrated", views.any_power, _integrated_power,
                 "the power rule: {node} is integrated instead of differentiated", inner)
            for inner in ("times", "over")
        ],
        Rule("inverse-function", views.bare_power, _root_derivative,
             "the derivative of the root, the inverse function of {node}", "times"),
    ]  # fmt: skip


def _integrated_power(y: Any, u: Any, p: Any, low: Any, high: Any) -> Any:
    exponent = exact_integer(p) if isinstance(p, Expression) else p
    return high * ln(_o["abs"](u)) if exponent == -1 else high / (p + 1)


def _root_derivative(u: Any, n: int) -> Any:
    root = sqrt(u) if n == 2 else _o["cbrt"](u) if n == 3 else _o["^"](u, 1 / whole(n, u))
    return root / u / n


def _products() -> list[Rule]:
    lost = "the product rule: the term with the derivative of {} is missing"
    lost_in_quotient = "the quotient rule: the term with the derivative of {} is missing"
    return [
        Rule("product-of-derivatives", views.product, lambda u, v, du, dv, y: du * dv,
             "the product rule: the derivative of a product is not the product of the derivatives"),
        Rule("product-term-lost", views.product, lambda u, v, du, dv, y: du * v, lost.format("{v}")),
        Rule("product-term-lost", views.product, lambda u, v, du, dv, y: u * dv, lost.format("{u}")),
        Rule("product-minus", views.product, lambda u, v, du, dv, y: du * v - u * dv,
             "the product rule: the two terms of {node} are added, not subtracted"),
        Rule("product-minus", views.product, lambda u, v, du, dv, y: u * dv - du * v,
             "the product rule: the two terms of {node} are added, not subtracted"),
        Rule("product-mixed", views.product, lambda u, v, du, dv, y: u * du + v * dv,
             "the product rule: each derivative is multiplied by the other factor, not by its own"),
        Rule("product-mixed", views.product, lambda u, v, du, dv, y: du + dv,
             "the product rule: the factors that stay, {v} and {u}, are missing"),
        Rule("quotient-flipped", views.quotient, lambda u, v, du, dv, y: (u * dv - du * v) / _square(v),
             "the quotient rule: the term with the derivative of the numerator {u} comes first"),
        Rule("quotient-plus", views.quotient, lambda u, v, du, dv, y: (du * v + u * dv) / _square(v),
             "the quotient rule: between its two terms there is a minus"),
        Rule("quotient-square-missing", views.quotient, lambda u, v, du, dv, y: (du * v - u * dv) / v,
             "the quotient rule: the denominator {v} is not squared"),
        Rule("quotient-square-missing", views.reciprocal, lambda c, v, dv: -c * dv / v,
             "the quotient rule: the denominator {v} is not squared"),
        Rule("quotient-denominator-missing", views.quotient, lambda u, v, du, dv, y: du * v - u * dv,
             "the quotient rule: the denominator, {v} squared, is missing"),
        Rule("quotient-denominator-missing", views.reciprocal, lambda c, v, dv: -c * dv,
             "the quotient rule: the denominator, {v} squared, is missing"),
        Rule("quotient-of-derivatives", views.quotient, lambda u, v, du, dv, y: du / dv,
             "the quotient rule: the derivative of a quotient is not the quotient of the derivatives"),
        Rule("quotient-of-derivatives", views.reciprocal, lambda c, v, dv: c / dv,
             "the quotient rule: the derivative of {node} is not {u} over the derivative of {v}"),
        Rule("quotient-term-lost", views.quotient, lambda u, v, du, dv, y: du / v,
             lost_in_quotient.format("the denominator {v}")),
        Rule("quotient-term-lost", views.quotient, lambda u, v, du, dv, y: -u * dv / _square(v),
             lost_in_quotient.format("the numerator {u}")),
        Rule("quotient-denominator-missing", views.quotient, lambda u, v, du, dv, y: du * v + u * dv,
             "the product rule on the quotient {node}"),
        Rule("quotient-square-missing", views.quotient, lambda u, v, du, dv, y: (du * v - u * dv) / _square(dv),
             "the quotient rule: the denominator is {v} squared, not its derivative squared", rare=True),
        Rule("sign-of-derivative", views.reciprocal, lambda c, v, dv: c * dv / _square(v),
             "the reciprocal rule: the derivative of {node} has a minus sign"),
    ]  # fmt: skip


def _functions() -> list[Rule]:
    degrees = "{name} works in radians: a factor for degrees has no place here"
    in_degrees = "{name} works in radians: it was evaluated in degrees"
    return [
        Rule("log-base-forgotten", views.logarithm, lambda u, ln_b: 1 / u,
             "{node} is not the natural logarithm: the factor 1/ln(base) is missing", "times"),
        Rule("log-base-inverted", views.logarithm, lambda u, ln_b: ln_b / u,
             "{node} is not the natural logarithm: its derivative is divided by ln(base), not multiplied", "times"),
        Rule("log-base-extra", views.function, lambda y, u: 1 / (u * ln(whole(10, u))),
             "ln is the natural logarithm: a factor 1/ln(10) has no place here", "times", ("ln",)),
        Rule("sign-of-derivative", views.link, lambda g, u, du, y: -g,
             "the derivative of {name} has the wrong sign", "times", _OFTEN_MISSIGNED),
        Rule("sign-of-derivative", views.link, lambda g, u, du, y: -g,
             "the derivative of {name} has the wrong sign", "times", _SELDOM_MISSIGNED, rare=True),
        *[
            Rule("degrees", views.asked, wrong, says, None, _TRIGONOMETRIC)
            for wrong, says in [
                (lambda g, u, du, f: g(u) * du * named("pi", u) / 180, degrees),
                (lambda g, u, du, f: g(u) * du * 180 / named("pi", u), degrees),
                (lambda g, u, du, f: g(u * named("pi", u) / 180) * du, in_degrees),
                (lambda g, u, du, f: g(u * named("pi", u) / 180) * du * named("pi", u) / 180, in_degrees),
            ]
        ],
        *[
            Rule("inverse-function", views.function, lambda y, u, derivative=derivative: derivative(u),
                 f"that is the derivative of {inverse}, the inverse function of {name}", "times", (name,))
            for name, (inverse, derivative) in _OF_INVERSE.items()
        ],
        *[
            Rule("inverse-as-reciprocal", views.function, lambda y, u, other=other: _derivative(other, u),
                 f"{name} is the inverse function of {name[1:]}, not 1/{name[1:]}", "times", (name,))
            for name, other in _RECIPROCALS.items()
        ],
        *[
            Rule("integrated", views.function, antiderivative,
                 f"{name} is integrated instead of differentiated", inner, (name,))
            for name, antiderivative in _ANTIDERIVATIVES.items()
            for inner in ("times", "over")
        ],
        Rule("integrated", views.exponential_with_base, lambda y, a, v, low: y / ln(a),
             "{node} is integrated instead of differentiated", "over"),
        *[
            Rule("derivative-misremembered", views.function, wrong,
                 f"the derivative of {name} is another one", "times", (name,))
            for name, several in _MISREMEMBERED.items()
            for wrong in several
        ],
    ]  # fmt: skip


def _sums() -> list[Rule]:
    kept = "the constant term {u} is kept: its derivative is 0"
    return [
        Rule("coefficient-lost", views.scaled, lambda c, u, du: du, "the constant factor {v} of {node} is lost"),
        Rule("coefficient-lost", views.divided, lambda u, c, du: du, "the constant divisor {v} of {node} is lost"),
        Rule("coefficient-lost", views.scaled_factor, lambda c, dy: dy / c, "the constant {v} of {node} is lost"),
        Rule("coefficient-inverted", views.scaled, lambda c, u, du: du / c,
             "divided by the constant factor {v} of {node} instead of multiplied"),
        Rule("coefficient-inverted", views.divided, lambda u, c, du: du * c,
             "multiplied by the constant divisor {v} of {node}"),
        Rule("coefficient-twice", views.scaled, lambda c, u, du: c * c * du,
             "the constant factor {v} of {node} is multiplied in twice"),
        Rule("coefficient-twice", views.divided, lambda u, c, du: du / _square(c),
             "the constant divisor {v} of {node} is there twice"),
        Rule("coefficient-added", views.scaled, lambda c, u, du: c + du,
             "the constant factor {v} of {node} is added instead of multiplied"),
        *[
            rule
            for place in (0, 1)
            for rule in [
                Rule("constant-kept", views.constant_term(place), lambda value, own, rest: value + rest, kept),
                Rule("term-lost", views.term(place), lambda value, own, rest: rest,
                     "the sum rule: the derivative of the term {u} is missing"),
                Rule("sign-of-term", views.term(place), lambda value, own, rest: rest - own,
                     "the sum rule: the derivative of the term {u} has the wrong sign"),
            ]
        ],
        Rule("sign-of-term", views.negation, lambda u, du: du, "the minus sign of {node} is lost"),
        Rule("term-kept", views.anything, lambda y: y, "{u} is not differentiated"),
        Rule("variable-as-constant", views.several, lambda first, second: first,
             "{v} is treated as a constant"),
        Rule("variable-as-constant", views.several, lambda first, second: second,
             "{u} is treated as a constant"),
        Rule("variable-as-constant", views.variable, lambda: 0,
             "{by} is treated as a constant in one place"),
        Rule("constant-as-variable", views.literal, lambda: 1,
             "{constant} is a constant: its derivative is 0"),
        Rule("constant-as-variable", views.constant_exponential, lambda y, v: v * exp(v - 1),
             "{constant} is a constant: its derivative is 0"),
        Rule("other-variable-differentiated", views.other_variable, lambda: 1,
             "{node} is held constant for the partial derivative by {by}: its derivative is 0"),
    ]  # fmt: skip


def _misread() -> list[Rule]:
    inner_sum = "the chain rule: the whole inner derivative {dw} is a factor, so that it needs parentheses"
    dream = "a function of a sum is not the sum of the functions: {node} was split into its terms {u} and {v}"
    return [
        Rule("power-misread", views.power_of_function,
             lambda g, u, du, n: g.partials[0](g(raise_to(u, n)), raise_to(u, n)) * n * raise_to(u, n - 1) * du,
             "the power in {node} is a power of the function, not of its argument {u}"),
        Rule("power-misread", views.function_of_power,
             lambda g, u, du, n: n * raise_to(g(u), n - 1) * g.partials[0](g(u), u) * du,
             "the power in {node} is a power of the argument {u}, not of the function"),
        Rule("coefficient-and-power", views.power_of_multiple, lambda c, u, n, du: c * n * raise_to(u, n - 1) * du,
             "the exponent of {node} is for the factor {u} too"),
        Rule("coefficient-and-power", views.multiple_of_power,
             lambda c, u, n, du: c * n * raise_to(c * u, n - 1) * du,
             "the exponent in {node} is for {v} alone, not for the factor {u}"),
        *[
            Rule("coefficient-and-power", views.function_of_multiple, wrong,
                 f"in the derivative of {name} all of {{u}} is squared, the constant factor too", "times", (name,))
            for name, wrong in [
                ("atan", lambda c, u: 1 / (1 + c * _square(u))),
                ("asin", lambda c, u: 1 / sqrt(1 - c * _square(u))),
                ("acos", lambda c, u: -1 / sqrt(1 - c * _square(u))),
            ]
        ],
        Rule("function-split-over-sum", views.function_of_sum,
             lambda g, inner, u, v, du, dv, sign: g(u) * du + sign * g(v) * dv, dream),
        Rule("parentheses-missing", views.function_of_sum,
             lambda g, inner, u, v, du, dv, sign: g(inner) * du + sign * dv, inner_sum),
        Rule("parentheses-missing", views.function_of_sum,
             lambda g, inner, u, v, du, dv, sign: du + sign * dv * g(inner), inner_sum),
        Rule("parentheses-missing", views.quotient, lambda u, v, du, dv, y: du * v - u * dv / _square(v),
             "the quotient rule: the whole numerator is divided by {v} squared, so that it needs parentheses"),
        *[
            Rule("parentheses-missing", views.product_with_sum(place), wrong,
                 "the sum {w} is a factor as a whole, so that it needs parentheses")
            for place in (0, 1)
            for wrong in [
                lambda p, q, v, dp, dq, dv, sign: (dp + sign * dq) * v + p + sign * q * dv,
                lambda p, q, v, dp, dq, dv, sign: (dp + sign * dq) * v + p * dv + sign * q,
                lambda p, q, v, dp, dq, dv, sign: dp + sign * dq * v + (p + sign * q) * dv,
                lambda p, q, v, dp, dq, dv, sign: dp * v + sign * dq + (p + sign * q) * dv,
            ]
        ],
    ]  # fmt: skip


RULES: tuple[Rule, ...] = tuple(_rules())


@cache
def rules_for(operation: str) -> Mapping[View, tuple[Rule, ...]]:
    """The rules that may apply to an operation (or, for "", to a leaf), by their views."""
    found: dict[View, tuple[Rule, ...]] = {}
    for rule in RULES:
        if not rule.names or operation in rule.names:
            found[rule.view] = (*found.get(rule.view, ()), rule)
    return found
