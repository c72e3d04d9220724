"""The backward of a user's own operations, each compared with the truth about that operation alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from diffcompare.backends.problem import Problem
from diffcompare.language.expression import Expression, Variable, apply
from diffcompare.numeric.evaluate import is_number, value_at, values_at
from diffcompare.numeric.user_operations import UserOperation
from diffcompare.truth.establish import Truth, establish

TOLERANCE = 1e-6  # relative; what differs by less may be rounding
MAX_TRIED = 100  # operations of a long recording that are looked at


def disagreement(nodes: Sequence[Expression], point: Mapping[str, float]) -> str | None:
    """Return a clause on the first operation of a user's own whose parts disagree at a point; None where none do.

    `nodes` are a Wengert list.  A definition is compared with forward, and backward with the definition, or with
    differences of forward where there is none.
    """
    own = [node for node in nodes if isinstance(node.operation, UserOperation) and node.operation.saved is not None]
    values = values_at(nodes, point) if own else {}
    for node in own[:MAX_TRIED]:
        numbers = [values[each] for each in (*node.arguments, node)]
        if all(map(is_number, numbers)):
            *arguments, value = map(float, numbers)
            found = _disagreement(node.operation, arguments, value)  # type: ignore[arg-type]
            if found is not None:
                return found
    return None


def _disagreement(operation: UserOperation, arguments: Sequence[float], value: float) -> str | None:
    at = dict(zip(operation.parameters, arguments, strict=True))
    where = f"at {', '.join([f'{name} = {x:.6g}' for name, x in at.items()])}"
    if operation.formula is not None:
        defined = value_at(operation.formula, at)
        if is_number(defined) and _differs(value, float(defined), abs(value)):  # type: ignore[arg-type]
            return (
                f"the definition of {operation.name} is another function than its forward ({where} they are "
                f"{defined:.6g} and {value:.6g}), and errors are measured against the definition: `{operation.check}` "
                "says more"
            )
    alone = apply(operation, tuple(map(Variable, operation.parameters)))
    truth = establish(Problem(alone, at, operation.parameters))
    size = max([abs(true.nearest) for true in truth.gradient.values() if true is not None], default=0.0)
    for place, parameter in enumerate(operation.parameters):
        true, slope = truth.gradient.get(parameter), operation.partials[place]
        given = slope(None, *arguments) if callable(slope) else slope
        if true is None or given is None:
            continue
        if not is_number(given) or _differs(float(given), true.nearest, size, float(true.bound)):
            return (
                f"the backward of {operation.name} disagrees with {_other(truth)} ({where} the partial by {parameter} "
                f"is {float(given):.6g} by backward, and {true.nearest:.6g}), so that AD is wrong, and not by "
                f"rounding: `{operation.check}` says where"
            )
    return None


def _differs(one: float, other: float, size: float, bound: float = 0.0) -> bool:
    return abs(one - other) > TOLERANCE * (size or 1.0) + bound


def _other(truth: Truth) -> str:
    return "its definition" if truth.source == "definition" else "differences of its forward"
