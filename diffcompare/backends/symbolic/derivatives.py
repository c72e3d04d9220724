"""Differentiate sympy's expressions rule by rule, in a loop of our own.  Worker process only.

sympy's own `diff` recurses, and multiplies the factors of a product one at a time: 40 s for the product of 200
variables.  Here its rules (`fdiff` of a function, the sum, the product, the power) are applied once to every distinct
subexpression, and its constructors simplify the results, as they do in `diff`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import count
from typing import Any

import sympy


def derivatives(expression: Any, wanted: Sequence[Any]) -> list[Any]:
    """Return the partials of an expression by the symbols wanted."""
    nodes = postorder(expression)
    return [_derivative(expression, nodes, symbol) for symbol in wanted]


def parts(node: Any) -> Sequence[Any]:
    """Return the arguments of a node that have values: of a Piecewise, its branches."""
    if isinstance(node, sympy.Piecewise):
        return [branch for branch, _ in node.args]
    return node.args  # type: ignore[no-any-return]


def postorder(
    root: Any, parts: Callable[[Any], Sequence[Any]] = parts, known: Collection[Any] = frozenset()
) -> list[Any]:
    """Return the distinct subexpressions that are not known, each of them after its parts."""
    ordered: dict[Any, None] = {}
    stack = [(root, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            ordered[node] = None
        elif node not in ordered and node not in known:
            stack.append((node, True))
            stack += [(part, False) for part in reversed(parts(node)) if part not in ordered]
    return list(ordered)


def _derivative(expression: Any, nodes: Sequence[Any], symbol: Any) -> Any:
    known = {symbol: sympy.S.One}
    for node in nodes:
        if any(part in known for part in parts(node)):
            value = _rule(node, known)
            if value != 0:
                known[node] = value
    return known.get(expression, sympy.S.Zero)


def _rule(node: Any, known: Mapping[Any, Any]) -> Any:
    """Return the derivative of a node from those of its arguments; an argument without one is a constant."""
    zero = sympy.S.Zero
    if node.is_Add:
        return sympy.Add(*[known[term] for term in node.args if term in known])
    if node.is_Mul:
        return sympy.Add(*[
            sympy.Mul(*node.args[:i], known[factor], *node.args[i + 1 :])
            for i, factor in enumerate(node.args)
            if factor in known
        ])  # fmt: skip
    if node.is_Pow:
        base, exponent = node.args
        by_exponent = known[exponent] * sympy.log(base) if exponent in known else zero
        return node * (by_exponent + known.get(base, zero) * exponent / base)
    if isinstance(node, sympy.Piecewise):
        return sympy.Piecewise(*[(known.get(branch, zero), condition) for branch, condition in node.args])
    return sympy.Add(*[node.fdiff(i + 1) * known[part] for i, part in enumerate(node.args) if part in known])


def expand(expression: Any) -> Any:
    """Multiply an expression out.

    Polynomials are expanded by sympy's polynomial arithmetic, every distinct subexpression once: `sympy.expand`
    multiplies the whole tree, and takes half a minute where this takes a tenth of a second.
    """
    symbols = sorted(expression.free_symbols, key=str)
    if not symbols:
        return sympy.expand(expression)
    polynomials = sympy.ring(symbols, sympy.QQ)[0]
    known = dict(zip(symbols, polynomials.gens, strict=True))
    for node in postorder(expression, known=frozenset(symbols)):
        if node.is_Rational:
            known[node] = polynomials(sympy.QQ(node.p, node.q))
        elif node.is_Add:
            known[node] = polynomials.add(*[known[term] for term in node.args])
        elif node.is_Mul:
            known[node] = polynomials.mul(*[known[factor] for factor in node.args])
        elif node.is_Pow and node.exp.is_Integer and node.exp.is_nonnegative:
            known[node] = known[node.base] ** int(node.exp)
        else:
            return sympy.expand(expression)
    return known[expression].as_expr()


def eliminate(expressions: Sequence[Any]) -> tuple[list[tuple[Any, Any]], list[Any]]:
    """Eliminate common subexpressions: return definitions in order, and the expressions in terms of them.

    sympy names conditions as well; these are put back, because our language has names for numbers only.
    """
    symbols = (sympy.Symbol(f"c{number:06}", real=True) for number in count())
    # In its default order, "canonical", sympy walks the whole tree, which may have more nodes than there are atoms.
    definitions, reduced = sympy.cse(expressions, symbols=symbols, order="none")
    conditions: dict[Any, Any] = {}
    kept = []
    for symbol, value in definitions:
        value = value.xreplace(conditions)
        if isinstance(value, sympy.Expr):
            kept.append((symbol, value))
        else:
            conditions[symbol] = value
    return kept, [expression.xreplace(conditions) for expression in reduced]
