"""Bounds of magnitudes: which values of a program have to be looked at, so that all of them stay well within doubles.

`plain_gradient` looks at every value of an expression: where one is beyond 1e-100 ... 1e100 (and not 0), products of a
few may leave the doubles, and a second sweep with wider exponents is asked.  A compiled program cannot afford a look at
every value.  So for every node this module bounds the magnitude of values that are not 0, by powers of 2: a sum of two
is at most twice the larger one, and no smaller than the last bit of the smaller one.  Where the bounds of a node leave
the range, the program looks at that value, and whatever follows is bounded again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from diffcompare.language.expression import Double, Expression, Variable
from diffcompare.numeric.extended_range import MAX_PLAIN, MIN_PLAIN

Bounds: TypeAlias = tuple[float, float]  # of log2(|value|), for values that are not 0

MAX_EXPONENT = math.log2(MAX_PLAIN)
VARIABLES_WITHIN = (MAX_EXPONENT, 166.0, 100.0, 66.0, 50.0, 33.0, 25.0)  # exponents that variables may be held to
MAX_BOUNDED = 1000.0  # exponents of doubles end at 1024 and -1022
MAX_FINITE = 1020.0
MAX_TRIED = 2_000  # nodes up to which several bounds of the variables are tried
_LAST_BIT = 53.0
_OF_A_SINE = 64.0  # no double but 0 is nearer to a multiple of pi/2 than 2^-64
_MAX_LOG, _MIN_LOG = 10.0, 56.0  # |ln x| < 2^10; beside 1 it is at least 2^-53, and log10 at least 2^-55
_EXPONENTS = 200.0  # exp(200) = 7e86


Limits: TypeAlias = dict[Expression, tuple[float, float]]  # a value is 0, or its magnitude is between these numbers


class Watch(NamedTuple):
    """The values that a program has to look at."""

    limits: Limits
    is_finite: bool  # True if no result can be inf or nan, without an error, once all looks have been taken

    def cost(self) -> int:
        """Return the number of comparisons."""
        return sum([1 + (low > 0) for low, _ in self.limits.values()]) + (not self.is_finite)


def watch(nodes: Sequence[Expression], values: Sequence[Expression]) -> Watch:
    """Return what a program of `nodes` has to look at; `values` are those of them that an evaluation computes.

    If variables within some bounds leave every node within the doubles, they are looked at and nothing else: nothing
    is lost then, in whatever order.  If not, all values are kept where the plain sweep takes them for good.
    """
    for within in VARIABLES_WITHIN[: None if len(nodes) < MAX_TRIED else 1]:
        limits = _watched(nodes, within, MAX_BOUNDED, adds_looks=False)
        if limits is not None:
            return Watch(limits, True)
    return min([Watch(limits, _always_finite(nodes, limits)) for limits in _choices(values)], key=Watch.cost)


def watch_values(values: Sequence[Expression]) -> Limits:
    """Return what to look at so that all of `values`, a part of a program, are where the plain sweep takes them."""
    return min([Watch(limits, is_finite=True) for limits in _choices(values)], key=Watch.cost).limits


def _choices(values: Sequence[Expression]) -> list[Limits]:
    """Return what to look at for one choice of bounds of the variables each."""
    choices = [
        _watched(values, within, MAX_EXPONENT, adds_looks=True)
        for within in VARIABLES_WITHIN[: None if len(values) < MAX_TRIED else 1]
    ]
    return [limits for limits in choices if limits is not None]


def _always_finite(nodes: Sequence[Expression], limits: Limits) -> bool:
    """Tell whether no node can be inf or nan without an error once the values in `limits` are within their limits."""
    bounds: dict[Expression, Bounds] = {}
    for node in nodes:
        if node.operation is None:
            low, high = _of_constant(node.double) if type(node) is Double else (-math.inf, math.inf)
        else:
            low, high = _bounds(node, node.operation.name, [bounds[argument] for argument in node.arguments])
        if node in limits:
            low, high = max(low, _log2(limits[node][0])), min(high, _log2(limits[node][1]))
        if not high < MAX_FINITE:
            return False
        bounds[node] = low, high
    return True


def _log2(number: float) -> float:
    return math.log2(number) if number else -math.inf


def _watched(nodes: Sequence[Expression], within: float, most: float, *, adds_looks: bool) -> Limits | None:
    """Return what to look at if variables are within 2^-within ... 2^within, and values within 2^-most ... 2^most.

    Without `adds_looks` None if some value may leave that range.
    """
    limits: Limits = {}
    bounds: dict[Expression, Bounds] = {}
    positive: set[Expression] = set()  # nodes that are never below 0
    for node in nodes:
        if _is_positive(node, positive):
            positive.add(node)
        if type(node) is Variable:
            limits[node] = (2.0**-within, 2.0**within)
            bounds[node] = (-within, within)
            continue
        if type(node) is Double:
            bounds[node] = _of_constant(node.double)
            if not adds_looks and not math.isfinite(node.double):
                return None
            if adds_looks and not (MIN_PLAIN < abs(node.double) < MAX_PLAIN or node.double == 0):
                limits[node] = (MIN_PLAIN, MAX_PLAIN)  # the plain sweep takes none of its values for good
            continue
        assert node.operation is not None
        name, arguments = node.operation.name, [bounds[argument] for argument in node.arguments]
        largest = _LARGEST_ARGUMENT.get(name)
        if largest is not None and arguments[0][1] > math.log2(largest):
            argument = node.arguments[0]
            low, high = limits.get(argument, (0.0, largest))
            limits[argument] = (low, min(high, largest))
            arguments[0] = bounds[argument] = (arguments[0][0], math.log2(largest))
        low, high = _bounds(node, name, arguments)
        if name == "+" and positive.issuperset(node.arguments):
            low += _LAST_BIT  # nothing cancels
        if not (low >= -most and high <= most):
            if not adds_looks:
                return None
            limits[node] = (MIN_PLAIN, MAX_PLAIN)
            low, high = max(low, -MAX_EXPONENT), min(high, MAX_EXPONENT)
        bounds[node] = low, high
    return limits


def _is_positive(node: Expression, positive: set[Expression]) -> bool:
    """Tell whether a node is never below 0, as far as its row says."""
    if node.operation is None:
        return type(node) is Double and node.double >= 0
    name, last = node.operation.name, node.arguments[-1]
    if name in ("+", "*", "/"):
        return positive.issuperset(node.arguments)
    return name in _POSITIVE or (name == "^n" and type(last) is Double and last.double % 2 == 0)


def _of_constant(value: float) -> Bounds:
    return (math.log2(abs(value)),) * 2 if value and math.isfinite(value) else (0.0, abs(value))


def _bounds(node: Expression, name: str, arguments: Sequence[Bounds]) -> Bounds:
    rule = _RULES.get(name)
    if rule is not None:
        return rule(*arguments)
    if name == "total":
        low, high = _hull(*arguments)
        return low - _LAST_BIT, high + math.log2(len(arguments)) + 1
    last = node.arguments[-1]
    if name in ("^n", "^") and type(last) is Double:
        ends = [last.double * end for end in arguments[0]]
        return min(ends), max(ends)
    if name.startswith("if "):
        return _hull(*arguments[2:])
    return -math.inf, math.inf


def _hull(*bounds: Bounds) -> Bounds:
    return min([low for low, _ in bounds]), max([high for _, high in bounds])


def _sum(a: Bounds, b: Bounds) -> Bounds:
    low, high = _hull(a, b)
    return low - _LAST_BIT, high + 1


def _small_odd(a: Bounds) -> Bounds:
    """Bound a function that is nearly its argument near 0, and at most 2 in magnitude."""
    return min(a[0] - 1, -1.0), 1.0


def _exponential(a: Bounds) -> Bounds:
    size = 1.4427 * 2 ** min(a[1], 20.0) + 1
    return -size, size


def _logarithm(a: Bounds) -> Bounds:
    return -_MIN_LOG, _MAX_LOG


_POSITIVE = frozenset(("exp", "cosh", "sqrt", "abs", "sigmoid", "softplus", "erfc", "hypot", "relu", "^"))

_LARGEST_ARGUMENT = {
    **dict.fromkeys(("exp", "expm1", "sinh", "cosh", "sigmoid", "softplus"), _EXPONENTS),
    "erfc": 15.0,  # erfc(15) = 7e-100
    "gamma": 69.0,  # 69! = 2e98
}

_RULES: Mapping[str, Callable[..., Bounds]] = {
    "+": _sum,
    "-": _sum,
    "*": lambda a, b: (a[0] + b[0], a[1] + b[1]),
    "/": lambda a, b: (a[0] - b[1], a[1] - b[0]),
    "neg": lambda a: a,
    "abs": lambda a: a,
    "sqrt": lambda a: (a[0] / 2, a[1] / 2),
    "cbrt": lambda a: (a[0] / 3 - 1, a[1] / 3 + 1),
    "hypot": lambda a, b: (min(a[0], b[0]), max(a[1], b[1]) + 1),
    "exp": _exponential,
    "expm1": lambda a: (min(a[0] - 1, -2.0), _exponential(a)[1]),
    "ln": _logarithm, "log2": _logarithm, "log10": _logarithm,
    "log1p": lambda a: (min(a[0] - 1, -_MIN_LOG), _MAX_LOG),
    "sin": lambda a: (min(a[0] - 1, -_OF_A_SINE), 0.0),
    "cos": lambda a: (-_OF_A_SINE, 0.0),
    "tan": lambda a: (min(a[0] - 1, -_OF_A_SINE), _OF_A_SINE),
    "cot": lambda a: (-_OF_A_SINE, max(_OF_A_SINE, 1 - a[0])),
    "sec": lambda a: (0.0, _OF_A_SINE),
    "csc": lambda a: (0.0, max(_OF_A_SINE, 1 - a[0])),
    "asin": _small_odd, "atan": _small_odd, "tanh": _small_odd, "erf": _small_odd,
    "acos": lambda a: (-28.0, 2.0),
    "atan2": lambda a, b: (a[0] - b[1] - 1, 2.0),
    "sinh": lambda a: (min(a[0] - 1, -1.0), _exponential(a)[1]),
    "cosh": lambda a: (0.0, _exponential(a)[1]),
    "asinh": lambda a: (min(a[0] - 1, -1.0), _MAX_LOG),
    "acosh": lambda a: (-28.0, _MAX_LOG),
    "atanh": lambda a: (a[0] - 1, 6.0),
    "sigmoid": lambda a: (-_exponential(a)[1] - 1, 0.0),
    "softplus": lambda a: (-_exponential(a)[1] - 1, max(a[1], 1.0) + 1),
    "erfc": lambda a: (-MAX_EXPONENT, 1.0),
    "sign": lambda a: (0.0, 0.0),
    "floor": lambda a: (0.0, max(a[1], 0.0) + 1), "ceil": lambda a: (0.0, max(a[1], 0.0) + 1),
    "relu": lambda a: a,
    "min": _hull, "max": _hull,
    "tanh slope 0": lambda y, a: (-2.886 * 2 ** min(a[1], 20.0) - 2, 1.0),
    "sigmoid slope 0": lambda y, a: (-_exponential(a)[1] - 2, 0.0),
    "atan slope 0": lambda y, a: (-2 * max(a[1], 0.0) - 2, 1.0),
    "erf slope 0": lambda y, a: (-1.443 * 4 ** min(a[1], 20.0) - 1, 1.0),
    "erfc slope 0": lambda y, a: (-1.443 * 4 ** min(a[1], 20.0) - 1, 1.0),
}  # fmt: skip
