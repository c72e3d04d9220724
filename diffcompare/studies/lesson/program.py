"""Programs for the page's own tape: a Wengert list as plain data, with the numbers that Python computed along it."""

from __future__ import annotations

from typing import Any

from diffcompare.evaluation import FLOATS, evaluate
from diffcompare.expression import Expression, Variable
from diffcompare.naming import names, pretty
from diffcompare.operations import exact_integer
from diffcompare.parser import parse
from diffcompare.sweeps import reverse
from diffcompare.wengert import active_nodes, listing, variables

KNOWN = ("+", "-", "*", "/", "neg", "^n", "ln", "exp", "sin", "cos", "sqrt")
"""Operations that the page's tape has; an expression with another is not recomputed there."""


SHIPPED = ("baydin", "rosenbrock", "booth", "himmelblau", "beale", "logistic_l4", "damped_oscillator")
"""Entries of the catalogue that the page offers: small ones, which are not about rounding."""


def shipped() -> dict[str, dict[str, Any] | None]:
    """The programs of those entries at their own points, by name."""
    from diffcompare.catalogue import entry

    return {name: program(entry(name).text, dict(entry(name).point)) for name in SHIPPED}


def program(text: str, point: dict[str, float]) -> dict[str, Any] | None:
    """The list, the point, and values and adjoints there; None for an expression that the page does not know."""
    expression = parse(text)
    nodes = listing(expression)
    if any(node.operation is not None and node.operation.name not in KNOWN for node in nodes):
        return None
    places = {node: place for place, node in enumerate(nodes)}
    values = evaluate(nodes, point, FLOATS)
    adjoints = reverse(nodes, values, active_nodes(nodes), expression, FLOATS)
    named = names(nodes, tuple(point))
    return {
        "text": text,
        "variables": list(point) or variables(nodes),
        "point": point,
        "nodes": [{**_node(node, places), "name": pretty(named[node]) if node in named else None} for node in nodes],
        "values": [float(values[node]) for node in nodes],
        "adjoints": [float(adjoints.get(node, 0.0)) for node in nodes],
    }


def _node(node: Expression, places: dict[Expression, int]) -> dict[str, Any]:
    if isinstance(node, Variable):
        return {"variable": node.name}
    if node.operation is None:
        return {"number": float(FLOATS.leaf(node, {}))}
    exponent = exact_integer(node.arguments[1]) if node.operation.name == "^n" else None
    return {"operation": node.operation.name, "of": [places[each] for each in node.arguments], "exponent": exponent}
