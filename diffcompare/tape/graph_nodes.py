"""The graph of a Variable as plain data: its `grad_fn` and all nodes below, with what each saved and passes on to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from diffcompare.inputs.function_point import FunctionPoint, nest
from diffcompare.tape.variable import AccumulateGrad, Function, Variable, nodes_below


def graph_nodes(result: Variable, names: Mapping[int, str]) -> list[dict[str, Any]]:
    """Return the nodes below a Variable, its `grad_fn` first; `names` has the names of leaves by identity.

    Each has the number of the node of each argument, in the order of `next_functions` (None where no gradient passes),
    and which result of that node the argument is (0 for the first, and for the only one).
    """
    nodes = nodes_below(result.grad_fn) if result.grad_fn is not None else []
    numbers = {node: number for number, node in enumerate(nodes)}
    return [
        {
            "function": repr(node).strip("<>"),
            "next_functions": [None if below is None else numbers[below] for below, _ in node.next_functions],
            "next_results": [number for _, number in node.next_functions],
            "saved": [shown(value) for value in node.saved or () if value is not None],
            "shapes": list(map(list, node.shapes)),
            **_leaf(node, names),
        }
        for node in nodes
    ]


def leaves_of(at: FunctionPoint) -> dict[str, Variable]:
    """Return a Variable that requires a gradient for every parameter of a function at a point."""
    return {
        parameter.name: Variable(nest(parameter.numbers, parameter.shape), requires_grad=True)
        for parameter in at.parameters
        if parameter.name not in at.fixed
    }


def _leaf(node: Function, names: Mapping[int, str]) -> dict[str, Any]:
    if not isinstance(node, AccumulateGrad):
        return {"variable": None, "value": None}
    return {"variable": names.get(id(node.variable), ""), "value": shown(node.variable)}


def shown(value: Any) -> Any:
    """Return a saved value as numbers and nested lists, or as text."""
    value = value.data if isinstance(value, Variable) else value
    return np.asarray(value).tolist() if isinstance(value, np.ndarray | np.generic | float | int) else repr(value)[:40]
