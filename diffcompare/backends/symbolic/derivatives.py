"""The stages of sympy's answer: the derivative, rule by rule, and the forms made from it.  Worker process only.

sympy's own `diff` recurses, and multiplies the factors of a product one at a time: 40 s for the product of 200
variables.  Here its rules (`fdiff` of a function, the sum, the product, the power) are applied once to every distinct
subexpression, and its constructors simplify the results, as they do in `diff`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any, TypeAlias

import sympy

from diffcompare.backends.symbolic.from_sympy import UndefinedFormula, converter, from_sympy, parts, postorder
from diffcompare.backends.symbolic.polynomial_form import table_row
from diffcompare.backends.symbolic.simplification import MAX_OPERATIONS, count_operations, forms
from diffcompare.backends.symbolic.to_sympy import CannotConvert, symbols_for, to_sympy
from diffcompare.backends.symbolic.zero_test import first_zero_form
from diffcompare.language import serialization
from diffcompare.language.wengert import tree_size, variables, wengert_list


def derivatives(expression: Any, wanted: Sequence[Any]) -> Iterator[Any]:
    """Yield the partials of an expression with respect to the wanted symbols."""
    nodes = postorder(expression)
    return (_derivative(expression, nodes, symbol) for symbol in wanted)


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


# --- Stages -----------------------------------------------------------------------------------------------------------

Lines: TypeAlias = Iterator[dict[str, Any]]


def _raw(request: Mapping[str, Any], partials: dict[str, Any], names: dict[Any, str]) -> Lines:
    """Differentiate, and record sympy's partials and the names of its symbols for the later stages."""
    lower, symbols = _lower_derivative(request)
    names |= {symbol: name for name, symbol in symbols.items()}
    convert, encoder = converter(names), serialization.Encoder()
    by_symbol = derivatives(lower, [symbols[name] for name in request["wrt"]])
    for name, partial in zip(request["wrt"], by_symbol, strict=True):
        try:
            formula = convert(partial)
        except UndefinedFormula as reason:
            yield {"name": name, "missing": str(reason)}
        else:
            partials[name] = partial
            yield {"name": name, "program": encoder.encode(formula)}
    yield {"names": list(partials)}


def _lower_derivative(request: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Return the derivative one order lower (for order 1, the function itself), and sympy's symbols by name."""
    try:
        (expression,) = serialization.decode(request["program"])
    except KeyError as missing:  # an operation of the user's own
        raise CannotConvert(f"sympy has no {missing.args[0]}") from None
    symbols = symbols_for({*variables(wengert_list(expression)), *request["wrt"]})
    lower = to_sympy(expression, symbols)
    for _ in range(request.get("order", 1) - 1):
        (lower,) = derivatives(lower, [symbols[name] for name in request["wrt"]])
    return lower, symbols


def _polynomial(request: Mapping[str, Any], partials: dict[str, Any], names: dict[Any, str]) -> Lines:
    """Write a polynomial in one variable as a row of the survey's Table 1."""
    (name,) = request["wrt"]
    lower, symbols = _lower_derivative(request)
    row = table_row(lower, symbols[name], name)
    yield {"program": serialization.encode(*row.values()), "names": list(row)}


def _cse(request: Mapping[str, Any], partials: dict[str, Any], names: dict[Any, str]) -> Lines:
    definitions, reduced = eliminate(list(partials.values()))
    labels = {symbol: f" {number}" for number, (symbol, _) in enumerate(definitions)}
    roots = from_sympy([*[value for _, value in definitions], *reduced], {**names, **labels})
    yield {"program": serialization.encode(*roots), "names": list(partials), "definitions": list(labels.values())}


def _expanded(request: Mapping[str, Any], partials: dict[str, Any], names: dict[Any, str]) -> Lines:
    roots = from_sympy([expand(partial) for partial in partials.values()], names)
    yield {"program": serialization.encode(*roots), "names": list(partials)}


def _simplified(request: Mapping[str, Any], partials: dict[str, Any], names: dict[Any, str]) -> Lines:
    """Simplify by all means of sympy's where that is asked for, else take the shortest of a few cheap forms."""
    if request.get("simplify") == "full":
        roots = from_sympy([sympy.simplify(partial) for partial in partials.values()], names)
    else:
        count = sum(map(count_operations, partials.values()))
        if count > MAX_OPERATIONS:
            why = f"{count} operations are more than {MAX_OPERATIONS}; `--simplify full` takes its time"
            yield {"status": "not-supported", "why": why}
            return
        roots = [min(from_sympy(list(forms(partial)), names), key=tree_size) for partial in partials.values()]
    yield {"program": serialization.encode(*roots), "names": list(partials)}


def _identity(request: Mapping[str, Any], partials: dict[str, Any], names: dict[Any, str]) -> Lines:
    """Find the first form in which the derivative minus the answer is 0; None if there is none."""
    (answer,) = serialization.decode(request["answer"])
    symbols = {name: symbol for symbol, name in names.items()}
    (derivative,) = partials.values()
    difference = derivative - to_sympy(answer, symbols)
    yield {"by": first_zero_form(difference, [symbols[name] for name in request["positive"]])}


STAGES: dict[str, Callable[..., Lines]] = {  # `raw` must come first: it fills in what the others work on
    "raw": _raw,
    "identity": _identity,
    "cse": _cse,
    "expanded": _expanded,
    "simplified": _simplified,
    "polynomial": _polynomial,
}
