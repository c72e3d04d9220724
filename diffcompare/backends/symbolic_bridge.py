"""From our expressions to sympy's.  Worker process only.

Nothing is ever parsed: sympy objects are built node by node along the Wengert list, with real variables called by
their position, so that no name of a user's can mean anything to sympy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from math import log10
from typing import Any

import sympy

from diffcompare.backends.symbolic_functions import OWN
from diffcompare.expression import Constant, Expression, Number, Operation, Variable
from diffcompare.wengert import listing, natural

MAX_DEPTH = 2000
"""sympy recurses, several frames a level, and its ordering of factors takes time in the cube of the depth."""

MAX_DIGITS = 20_000
"""Powers of more digits are not computed: 9^9^9 has 369,693,100."""


class CannotConvert(Exception):
    """sympy has no such thing, or says something that our language has no words for."""


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
    """A real symbol for every name, called by its position: no name of a user's can mean anything to sympy."""
    ordered = sorted(names, key=natural)
    return {name: sympy.Symbol(f"{number:06}", real=True) for number, name in enumerate(ordered)}


def to_sympy(root: Expression, symbols: Mapping[str, Any]) -> Any:
    """The expression in sympy's terms.  Raises CannotConvert."""
    nodes = listing(root)
    _check_depth(nodes)
    return _convert(root, {node: symbols[node.name] for node in nodes if isinstance(node, Variable)})


def _convert(root: Expression, memo: dict[Expression, Any]) -> Any:
    """Fill the memo along the list.

    Chains of sums and of products become one Add and one Mul: term by term sympy takes quadratic time.
    """
    nodes = listing(root)
    inner = _inside_chains(nodes, root)
    for node in nodes:
        if node not in memo and node not in inner:
            memo[node] = _converted(node, inner, memo)
    return memo[root]


def _converted(node: Expression, inner: set[Expression], memo: Mapping[Expression, Any]) -> Any:
    if node.operation is None:
        return _leaf(node)
    name = node.operation.name
    if name in ("+", "-"):
        return sympy.Add(*_terms(node, inner, memo))
    if name == "*":
        return sympy.Mul(*_factors(node, inner, memo))
    return builder(node.operation)(*[memo[argument] for argument in node.arguments])


def _inside_chains(nodes: Sequence[Expression], root: Expression) -> set[Expression]:
    """The sums used once, by a sum, and the products used once, by a product."""
    users: dict[Expression, str | None] = {root: None}
    for node in nodes:
        for argument in node.arguments:
            users[argument] = _family(node) if argument not in users else None
    return {node for node, user in users.items() if user is not None and user == _family(node)}


def _family(node: Expression) -> str | None:
    name = node.operation.name if node.operation else None
    return "+" if name in ("+", "-") else "*" if name == "*" else None


def _terms(head: Expression, inner: set[Expression], memo: Mapping[Expression, Any]) -> list[Any]:
    terms = []
    stack = [(head, False)]
    while stack:
        node, negative = stack.pop()
        if node is head or node in inner:
            assert node.operation is not None
            left, right = node.arguments
            stack += [(right, negative ^ (node.operation.name == "-")), (left, negative)]
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
    """What a row is over sympy's expressions: sympy's function, or the row's definition by other rows."""
    if operation.name in BUILDERS:
        return BUILDERS[operation.name]
    name = operation.names.get("sympy")
    if name is not None:
        found: Callable[..., Any] = getattr(sympy, name)
        return found
    if operation.definition is None:
        raise CannotConvert(f"sympy has no {operation.name}")
    parameters = [Variable(f" {number}") for number in range(operation.arity)]
    template = operation.definition(*parameters)
    return lambda *arguments: _convert(template, dict(zip(parameters, arguments, strict=True)))


def _check_depth(nodes: Sequence[Expression]) -> None:
    depth: dict[Expression, int] = {}
    for node in nodes:
        family = _family(node)
        same = [depth[argument] + (family is None or family != _family(argument)) for argument in node.arguments]
        depth[node] = max(same, default=0)
        if depth[node] > MAX_DEPTH:
            raise CannotConvert(f"nested more than {MAX_DEPTH} deep, and sympy recurses")
