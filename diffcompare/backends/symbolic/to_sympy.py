"""Conversion to sympy: our expressions as its own, node by node, never by parsing text.  Worker process only.

Nothing is ever parsed: sympy objects are built node by node along the Wengert list, with real variables named by their
position, so that no user's name can mean anything to sympy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from math import log10
from typing import Any

import sympy

from diffcompare.language.expression import Constant, Expression, Number, Operation, Variable
from diffcompare.language.operations import add, is_product, is_sum, multiply, subtract
from diffcompare.language.wengert import natural_sort_key, wengert_list

# --- Functions of real numbers ----------------------------------------------------------------------------------------
#
# Even with a real variable x, log(x) is not real for every x, and so the derivative of sympy's own `Abs(log(x))`
# contains `Derivative(re(log(x)), x)`.  The functions below take their arguments to be real, as all of this project.


class RealFunction(sympy.Function):  # type: ignore[misc]
    """A function whose arguments and value are taken to be real, whatever sympy can prove about them."""

    complex_form: Callable[..., Any]  # the function in sympy's own terms, by which it is computed for numbers

    def _eval_is_extended_real(self) -> bool:
        return True

    def _eval_evalf(self, precision: int) -> Any:
        try:
            return type(self).complex_form(*self.args)._eval_evalf(precision)
        except ValueError:  # the argument is not real
            return None


class Absolute(RealFunction):
    """|x|, with the derivative sign(x) everywhere."""

    complex_form = sympy.Abs

    @classmethod
    def eval(cls, x: Any) -> Any:
        factor, rest = x.as_coeff_Mul()
        if factor.is_extended_negative or (rest.is_number and factor != 1):
            return abs(factor) * cls(rest)
        if x.is_extended_nonnegative or isinstance(x, Absolute):
            return x
        return -x if x.is_extended_nonpositive else None

    def _eval_power(self, exponent: Any) -> Any:
        return self.args[0] ** exponent if exponent.is_Integer and exponent.is_even else None

    def fdiff(self, argindex: int = 1) -> Any:
        return Sign(self.args[0])


class Sign(RealFunction):
    """The sign of x, with the derivative 0; sympy's own sign has a Dirac delta for it, which is not a number."""

    complex_form = sympy.sign

    @classmethod
    def eval(cls, x: Any) -> Any:
        if x.is_zero:
            return sympy.S.Zero
        if x.is_extended_positive:
            return sympy.S.One
        return sympy.S.NegativeOne if x.is_extended_negative else None

    def fdiff(self, argindex: int = 1) -> Any:
        return sympy.S.Zero


class Step(RealFunction):
    """Rounding to an integer; where it has a derivative, that is 0."""

    @classmethod
    def eval(cls, x: Any) -> Any:
        return cls.complex_form(x) if x.is_number and cls.complex_form(x).is_Integer else None

    def fdiff(self, argindex: int = 1) -> Any:
        return sympy.S.Zero


class Floor(Step):
    complex_form = sympy.floor


class Ceiling(Step):
    complex_form = sympy.ceiling


class Maximum(RealFunction):
    """The larger of two numbers; sympy's own fails if it cannot compare its arguments."""

    complex_form = sympy.Max

    @classmethod
    def eval(cls, a: Any, b: Any) -> Any:
        difference = a - b
        if difference.is_extended_nonnegative:
            return a
        return b if difference.is_extended_nonpositive else None

    def fdiff(self, argindex: int = 1) -> Any:
        this, other = self.args[argindex - 1], self.args[2 - argindex]
        return sympy.Heaviside(this - other)


class Minimum(RealFunction):
    """The smaller of two numbers."""

    complex_form = sympy.Min

    @classmethod
    def eval(cls, a: Any, b: Any) -> Any:
        difference = a - b
        if difference.is_extended_nonpositive:
            return a
        return b if difference.is_extended_nonnegative else None

    def fdiff(self, argindex: int = 1) -> Any:
        this, other = self.args[argindex - 1], self.args[2 - argindex]
        return sympy.Heaviside(other - this)


class Hypotenuse(RealFunction):
    """The length of (a, b); written as sqrt(a^2 + b^2) it would overflow, which people write hypot to avoid."""

    complex_form = staticmethod(lambda a, b: sympy.sqrt(a**2 + b**2))

    @classmethod
    def eval(cls, a: Any, b: Any) -> Any:
        if a.is_zero or b.is_zero:
            return Absolute(b if a.is_zero else a)
        length = cls.complex_form(a, b) if a.is_Rational and b.is_Rational else None
        return length if length is not None and length.is_Rational else None

    def _eval_power(self, exponent: Any) -> Any:
        a, b = self.args
        return (a**2 + b**2) ** (exponent / 2) if exponent.is_Integer and exponent.is_even else None

    def fdiff(self, argindex: int = 1) -> Any:
        return self.args[argindex - 1] / self


class CubeRoot(RealFunction):
    """The real cube root; sympy's own is a complex number for negative x."""

    complex_form = staticmethod(lambda x: sympy.sign(x) * sympy.Pow(sympy.Abs(x), sympy.Rational(1, 3)))

    @classmethod
    def eval(cls, x: Any) -> Any:
        if x.is_extended_negative:
            return -cls(-x)
        root = sympy.cbrt(x) if x.is_Rational else None
        return root if root is not None and root.is_Rational else None

    def _eval_power(self, exponent: Any) -> Any:
        return self.args[0] ** (exponent / 3) if exponent.is_Integer and exponent % 3 == 0 else None

    def fdiff(self, argindex: int = 1) -> Any:
        return 1 / (3 * self**2)


class LogGamma(RealFunction):
    """ln|gamma(x)|, without the imaginary part that sympy's own has at negative x."""

    complex_form = staticmethod(lambda x: sympy.log(sympy.Abs(sympy.gamma(x))))

    @classmethod
    def eval(cls, x: Any) -> Any:
        return sympy.S.Zero if x in (1, 2) else None

    def fdiff(self, argindex: int = 1) -> Any:
        return sympy.polygamma(0, self.args[0])


OWN = {  # rows that become one of our functions instead of one of sympy's
    "abs": Absolute,
    "sign": Sign,
    "floor": Floor,
    "ceil": Ceiling,
    "min": Minimum,
    "max": Maximum,
    "cbrt": CubeRoot,
    "hypot": Hypotenuse,
    "lgamma": LogGamma,
}

# --- Conversion -------------------------------------------------------------------------------------------------------

MAX_DEPTH = 2000  # sympy recurses, several frames a level, and orders factors in a time cubic in the depth
MAX_DIGITS = 20_000  # powers of more digits are not computed: 9^9^9 has 369,693,100


class CannotConvert(Exception):
    """An expression that the other language, sympy's or ours, cannot express."""


RELATIONS = {"<": sympy.Lt, "<=": sympy.Le, ">": sympy.Gt, ">=": sympy.Ge, "==": sympy.Eq, "!=": sympy.Ne}


def _power(base: Any, exponent: Any) -> Any:
    if base.is_Rational and exponent.is_Rational:
        digits = int(log10(max(abs(base.p), base.q)) * 10**6) * abs(exponent.p) // exponent.q // 10**6
        if digits > MAX_DIGITS:
            count = f"about {digits:,}" if digits < 10**15 else "more than 10^15"
            raise CannotConvert(f"a constant has {count} digits, too many for sympy")
    return sympy.Pow(base, exponent)


def _if(relation: Callable[..., Any]) -> Callable[..., Any]:
    def choose(left: Any, right: Any, a: Any, b: Any) -> Any:
        try:
            condition = relation(left, right)
        except TypeError:
            raise CannotConvert("a condition compares a constant that sympy finds not to be real") from None
        return sympy.Piecewise((a, condition), (b, True))

    return choose


BUILDERS: dict[str, Callable[..., Any]] = {
    "+": sympy.Add,
    "-": lambda a, b: sympy.Add(a, -b),
    "*": sympy.Mul,
    "/": lambda a, b: sympy.Mul(a, _power(b, sympy.S.NegativeOne)),
    "neg": lambda x: -x,
    "^n": _power,
    "^": _power,
    **OWN,
    **{f"if {symbol}": _if(relation) for symbol, relation in RELATIONS.items()},
}


def symbols_for(names: Iterable[str]) -> dict[str, Any]:
    """Return a real symbol for every name, named by its position, so that no user's name can mean anything to sympy."""
    ordered = sorted(names, key=natural_sort_key)
    return {name: sympy.Symbol(f"{number:06}", real=True) for number, name in enumerate(ordered)}


def to_sympy(root: Expression, symbols: Mapping[str, Any]) -> Any:
    """Convert an expression, given the symbols by name.  Raises CannotConvert."""
    nodes = wengert_list(root)
    _check_depth(nodes)
    return _convert(root, {node: symbols[node.name] for node in nodes if isinstance(node, Variable)})


def _convert(root: Expression, memo: dict[Expression, Any]) -> Any:
    """Convert an expression along the Wengert list; `memo` has the nodes that are converted already.

    Chains of sums and of products become one Add and one Mul: term by term, sympy takes quadratic time.
    """
    nodes = wengert_list(root)
    inner = _inside_chains(nodes, root)
    for node in nodes:
        if node not in memo and node not in inner:
            memo[node] = _converted(node, inner, memo)
    return memo[root]


def _converted(node: Expression, inner: set[Expression], memo: Mapping[Expression, Any]) -> Any:
    if node.operation is None:
        return _leaf(node)
    if is_sum(node):
        return sympy.Add(*_terms(node, inner, memo))
    if is_product(node):
        return sympy.Mul(*_factors(node, inner, memo))
    return builder(node.operation)(*[memo[argument] for argument in node.arguments])


def _inside_chains(nodes: Sequence[Expression], root: Expression) -> set[Expression]:
    """Return the sums that are used once, by a sum, and the products that are used once, by a product."""
    users: dict[Expression, Operation | None] = {root: None}
    for node in nodes:
        for argument in node.arguments:
            users[argument] = _family(node) if argument not in users else None
    return {node for node, user in users.items() if user is not None and user == _family(node)}


def _family(node: Expression) -> Operation | None:
    """Return the operation whose chains become one object of sympy: a sum, a product, or None."""
    return add if is_sum(node) else multiply if is_product(node) else None


def _terms(head: Expression, inner: set[Expression], memo: Mapping[Expression, Any]) -> list[Any]:
    terms = []
    stack = [(head, False)]
    while stack:
        node, negative = stack.pop()
        if node is head or node in inner:
            left, right = node.arguments
            stack += [(right, negative ^ (node.operation is subtract)), (left, negative)]
        else:
            terms.append(-memo[node] if negative else memo[node])
    return terms


def _factors(head: Expression, inner: set[Expression], memo: Mapping[Expression, Any]) -> list[Any]:
    factors = []
    stack = [head]
    while stack:
        node = stack.pop()
        if node is head or node in inner:
            stack += node.arguments[::-1]
        else:
            factors.append(memo[node])
    return factors


def _leaf(node: Expression) -> Any:
    if isinstance(node, Number):
        return sympy.Rational(node.digits, 10**node.places)
    assert isinstance(node, Constant), "variables are known beforehand"
    return {"pi": sympy.pi, "e": sympy.E}[node.name]


@cache
def builder(operation: Operation) -> Callable[..., Any]:
    """Return the function of a row over sympy's expressions: ours, sympy's, or its definition in terms of other rows.

    Raises CannotConvert if there is none.
    """
    if operation.name in BUILDERS:
        return BUILDERS[operation.name]
    name = operation.names.get("sympy")
    if name is not None:
        function: Callable[..., Any] = getattr(sympy, name)
        return function
    if operation.definition is None:
        raise CannotConvert(f"sympy has no {operation.name}")
    parameters = [Variable(f" {number}") for number in range(operation.arity)]
    template = operation.definition(*parameters)
    return lambda *arguments: _convert(template, dict(zip(parameters, arguments, strict=True)))


def _check_depth(nodes: Sequence[Expression]) -> None:
    depth: dict[Expression, int] = {}
    for node in nodes:
        family = _family(node)
        depths = [depth[argument] + (family is None or family != _family(argument)) for argument in node.arguments]
        depth[node] = max(depths, default=0)
        if depth[node] > MAX_DEPTH:
            raise CannotConvert(f"nested more than {MAX_DEPTH} levels deep, too deep for sympy, which recurses")
