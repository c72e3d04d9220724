"""Wrong derivatives of elementary functions: misremembered, of the inverse function, integrated, in degrees."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from diffcompare.language.operations import OPERATIONS, raise_to
from diffcompare.misconceptions.kinds import Rule
from diffcompare.misconceptions.pattern_matching import constant_like, integer_like
from diffcompare.misconceptions.patterns import EXPONENTIAL_WITH_BASE, LOGARITHM, SINGLE_ARGUMENT

_o = OPERATIONS
exp, ln, sqrt, cos, sin, tan, cosh, sinh, sec, csc, cot, hypot = (
    _o[name] for name in ["exp", "ln", "sqrt", "cos", "sin", "tan", "cosh", "sinh", "sec", "csc", "cot", "hypot"]
)


def square(x: Any) -> Any:
    """Return x^2 in the number type of x."""
    return raise_to(x, 2)


def one_like(like: Any) -> Any:
    """Return 1 in the number type of `like`."""
    return integer_like(1, like)


def _pi(like: Any) -> Any:
    return constant_like("pi", like)


def _derivative(name: str, u: Any) -> Any:
    """Return the derivative of the function of that name, at u."""
    partial = OPERATIONS[name].partials[0]
    assert callable(partial)
    return partial(OPERATIONS[name](u), u)


_TRIGONOMETRIC = ("sin", "cos", "tan", "cot", "sec", "csc")

_DERIVATIVES_OF_INVERSES: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "sin": ("asin", lambda u: 1 / sqrt(1 - square(u))),
    "cos": ("acos", lambda u: -1 / sqrt(1 - square(u))),
    "tan": ("atan", lambda u: 1 / (1 + square(u))),
    "asin": ("sin", cos),
    "acos": ("cos", lambda u: -sin(u)),
    "atan": ("tan", lambda u: 1 + square(tan(u))),
    "sinh": ("asinh", lambda u: 1 / sqrt(square(u) + 1)),
    "cosh": ("acosh", lambda u: 1 / sqrt(square(u) - 1)),
    "tanh": ("atanh", lambda u: 1 / (1 - square(u))),
    "asinh": ("sinh", cosh),
    "acosh": ("cosh", sinh),
    "atanh": ("tanh", lambda u: 1 / square(cosh(u))),
    "exp": ("ln", lambda u: 1 / u),
    "ln": ("exp", exp),
    "sqrt": ("the square", lambda u: 2 * u),
    "cbrt": ("the cube", lambda u: 3 * square(u)),
}  # the inverse function, and its derivative

_RECIPROCALS = {"asin": "csc", "acos": "sec", "atan": "cot"}

_ANTIDERIVATIVES: Mapping[str, Callable[[Any, Any], Any]] = {
    "sin": lambda y, u: -cos(u),
    "cos": lambda y, u: sin(u),
    "tan": lambda y, u: -ln(_o["abs"](cos(u))),
    "ln": lambda y, u: u * y - u,
    "exp": lambda y, u: y,
    "sinh": lambda y, u: cosh(u),
    "cosh": lambda y, u: sinh(u),
    "tanh": lambda y, u: ln(cosh(u)),
    "cot": lambda y, u: ln(_o["abs"](sin(u))),
    "sec": lambda y, u: ln(_o["abs"](sec(u) + tan(u))),
    "csc": lambda y, u: -ln(_o["abs"](csc(u) + cot(u))),
    "atan": lambda y, u: u * y - ln(1 + square(u)) / 2,
    "asin": lambda y, u: u * y + sqrt(1 - square(u)),
    "acos": lambda y, u: u * y - sqrt(1 - square(u)),
    "sigmoid": lambda y, u: _o["softplus"](u),
    "log10": lambda y, u: u * y - u / ln(integer_like(10, u)),
    "log2": lambda y, u: u * y - u / ln(integer_like(2, u)),
    "abs": lambda y, u: u * y / 2,
}

_MISREMEMBERED: Mapping[str, tuple[Callable[[Any, Any], Any], ...]] = {
    "sin": (lambda y, u: -y,),
    "tan": (
        lambda y, u: sec(u),
        lambda y, u: 1 - square(y),
        lambda y, u: cot(u),
        lambda y, u: sec(u) * y,
        lambda y, u: 1 / square(sin(u)),
        lambda y, u: square(y),
    ),
    "cot": (lambda y, u: -csc(u), lambda y, u: tan(u), lambda y, u: -csc(u) * y, lambda y, u: -1 / square(cos(u))),
    "sec": (lambda y, u: square(tan(u)), lambda y, u: square(y), lambda y, u: tan(u)),
    "csc": (lambda y, u: -square(cot(u)), lambda y, u: -square(y), lambda y, u: -cot(u)),
    "asin": (lambda y, u: sqrt(1 - square(u)), lambda y, u: 1 / sqrt(1 - u)),
    "acos": (lambda y, u: -sqrt(1 - square(u)),),
    "atan": (lambda y, u: 1 / (1 + u), lambda y, u: 1 + square(u), lambda y, u: u / (1 + square(u))),
    "sinh": (lambda y, u: -cosh(u),),
    "tanh": (
        lambda y, u: 1 + square(y),
        lambda y, u: 1 / cosh(u),
        lambda y, u: 1 / square(sinh(u)),
        lambda y, u: square(y),
    ),
    "sqrt": (lambda y, u: 1 / (2 * u), lambda y, u: 2 / y, lambda y, u: 1 / u, lambda y, u: 2 * y),
    "cbrt": (lambda y, u: 1 / (3 * y), lambda y, u: 1 / (3 * u), lambda y, u: 3 / square(y)),
    "ln": (lambda y, u: 1 / y, lambda y, u: 1 / square(u)),
    "exp": (lambda y, u: 1 / y,),
    "abs": (lambda y, u: one_like(u), lambda y, u: y),
    "erf": (
        lambda y, u: exp(-square(u)),
        lambda y, u: 2 * exp(-square(u)),
        lambda y, u: 2 / sqrt(_pi(u)) * exp(square(u)),
        lambda y, u: exp(-square(u)) / sqrt(_pi(u)),
    ),
    "sigmoid": (lambda y, u: y * (1 + y), lambda y, u: square(y), lambda y, u: 1 - y),
}

_DENOMINATORS: Mapping[str, Callable[[Any], Any]] = {
    "1 - u^2": lambda u: 1 - square(u),
    "1 + u^2": lambda u: 1 + square(u),
    "u^2 - 1": lambda u: square(u) - 1,
}
_RATIONAL_DERIVATIVES: Mapping[str, tuple[int, str, bool]] = {
    "asin": (1, "1 - u^2", True),
    "acos": (-1, "1 - u^2", True),
    "atan": (1, "1 + u^2", False),
    "asinh": (1, "1 + u^2", True),
    "acosh": (1, "u^2 - 1", True),
    "atanh": (1, "1 - u^2", False),
}  # derivatives that are confused with each other: numerator, denominator, and whether that is under a root

_WELL_KNOWN = ("sin", "exp")  # functions whose derivatives are seldom misremembered


def _misremembered() -> Iterator[tuple[str, bool, Callable[[Any, Any], Any]]]:
    """Yield the name of a function, whether the mistake is rare, and a wrong derivative."""
    for name, several in _MISREMEMBERED.items():
        for wrong in several:
            yield name, name in _WELL_KNOWN, wrong
    for name, (sign, *right) in _RATIONAL_DERIVATIVES.items():
        for below in _DENOMINATORS:
            for root in (True, False):
                if [below, root] != right:
                    yield name, False, _one_over(sign, _DENOMINATORS[below], root)


def _one_over(sign: int, below: Callable[[Any], Any], root: bool) -> Callable[[Any, Any], Any]:
    return lambda y, u: sign / (sqrt(below(u)) if root else below(u))


_OFTEN_MISSIGNED = (*_TRIGONOMETRIC, "asin", "acos", "atan", "sinh", "cosh", "tanh", "erfc")
_SELDOM_MISSIGNED = tuple(
    name
    for name, operation in OPERATIONS.items()
    if operation.arity == 1 and name.isidentifier() and name not in ("sign", "floor", "ceil", "neg", *_OFTEN_MISSIGNED)
)

_FACTOR_FOR_DEGREES = "{name} works in radians: a factor for degrees has no place here"
_EVALUATED_IN_DEGREES = "{name} works in radians: it was evaluated in degrees"
_LN_BASE_MULTIPLIED = "{node} is not the natural logarithm: its derivative is divided by ln(base), not multiplied"
ELEMENTARY_FUNCTIONS = [
    Rule("log-base-forgotten", LOGARITHM, lambda u: 1 / u,
         "{node} is not the natural logarithm: the factor 1/ln(base) is missing", "times"),
    *[
        Rule("log-base-inverted", LOGARITHM, lambda u, base=base: ln(integer_like(base, u)) / u,
             _LN_BASE_MULTIPLIED, "times", (name,))
        for name, base in [("log10", 10), ("log2", 2)]
    ],
    Rule("log-base-inverted", LOGARITHM, lambda u, c: ln(c) / u, _LN_BASE_MULTIPLIED, "times", ("/",)),
    Rule("log-base-extra", SINGLE_ARGUMENT, lambda y, u: 1 / (u * ln(integer_like(10, u))),
         "ln is the natural logarithm: a factor 1/ln(10) has no place here", "times", ("ln",)),
    Rule("sign-of-derivative", SINGLE_ARGUMENT, lambda outer: -outer,
         "the derivative of {name} has the wrong sign", "times", _OFTEN_MISSIGNED),
    Rule("sign-of-derivative", SINGLE_ARGUMENT, lambda outer: -outer,
         "the derivative of {name} has the wrong sign", "times", _SELDOM_MISSIGNED, rare=True),
    *[
        Rule("degrees", SINGLE_ARGUMENT, wrong, message, None, _TRIGONOMETRIC)
        for wrong, message in [
            (lambda dg, u, du: dg(u) * du * _pi(u) / 180, _FACTOR_FOR_DEGREES),
            (lambda dg, u, du: dg(u) * du * 180 / _pi(u), _FACTOR_FOR_DEGREES),
            (lambda dg, u, du: dg(u * _pi(u) / 180) * du, _EVALUATED_IN_DEGREES),
            (lambda dg, u, du: dg(u * _pi(u) / 180) * du * _pi(u) / 180, _EVALUATED_IN_DEGREES),
        ]
    ],
    *[
        Rule("degrees", SINGLE_ARGUMENT, wrong,
             "{name} gives radians: a factor for degrees has no place here", None, ("asin", "acos", "atan"))
        for wrong in (
            lambda dg, u, du: dg(u) * du * 180 / _pi(u),
            lambda dg, u, du: dg(u) * du * _pi(u) / 180,
        )
    ],
    *[
        Rule("inverse-function", SINGLE_ARGUMENT, lambda y, u, derivative=derivative: derivative(u),
             f"that is the derivative of {inverse}, the inverse function of {name}", "times", (name,))
        for name, (inverse, derivative) in _DERIVATIVES_OF_INVERSES.items()
    ],
    *[
        Rule("inverse-as-reciprocal", SINGLE_ARGUMENT, lambda y, u, other=other: _derivative(other, u),
             f"{name} is the inverse function of {name[1:]}, not 1/{name[1:]}", "times", (name,))
        for name, other in _RECIPROCALS.items()
    ],
    *[
        Rule("integrated", SINGLE_ARGUMENT, antiderivative,
             f"{name} is integrated instead of differentiated", inner, (name,))
        for name, antiderivative in _ANTIDERIVATIVES.items()
        for inner in ("times", "over")
    ],
    Rule("integrated", EXPONENTIAL_WITH_BASE, lambda y, c: y / ln(c),
         "{node} is integrated instead of differentiated", "over"),
    *[
        Rule("derivative-misremembered", SINGLE_ARGUMENT, wrong,
             "{rule}", "times", (name,), rare)
        for name, rare, wrong in _misremembered()
    ],
]  # fmt: skip
