"""A trace as plain data: the JSON document of `trace`, schema diffcompare/1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diffcompare.expression import Variable
from diffcompare.studies.telling import number, question_data, status, warnings_data

if TYPE_CHECKING:
    from diffcompare.expression import Expression
    from diffcompare.studies.trace import Trace
    from diffcompare.studies.traces.frames import Frame


def data(trace: Trace) -> dict[str, Any]:
    """Every node and every frame; numbers in full precision, null where there is none."""
    identity = trace.identity
    document: dict[str, Any] = {
        **question_data("trace", trace.question, trace.problem.point),
        "value": number(trace.values[trace.nodes[-1]]),
        "mode": trace.mode,
        "wrt": list(trace.problem.wrt),
        "output": trace.words.ascii.get(trace.nodes[-1]),
        "nodes": [_node(trace, frame.node) for frame in trace.primal],
        "frames": [_frame(trace, frame) for frame in trace.frames],
        "gradient": {name: _partial(trace, name) for name in trace.problem.wrt},
        "identity": None
        if identity is None
        else {
            "direction": dict(identity.direction),
            "tangent": number(identity.tangent),
            "product": number(identity.product),
        },
        "warnings": warnings_data(trace.notes),
    }
    if trace.failure is not None:
        document["error"] = trace.failure.data()
    return document


def _partial(trace: Trace, name: str) -> float | None:
    """What the sweeps say of a partial: reverse, where it ran."""
    if trace.adjoints:
        return number(trace.adjoints.get(Variable(name), 0.0))
    return number(trace.tangents[name].get(trace.nodes[-1], 0.0)) if name in trace.tangents else None


def _node(trace: Trace, node: Expression) -> dict[str, Any]:
    active = node in trace.active
    described: dict[str, Any] = {
        "name": trace.words.ascii[node],
        "variable": node.name if isinstance(node, Variable) else None,
        "operation": node.operation.name if node.operation else None,
        "arguments": [trace.words.ascii.get(argument) or str(argument) for argument in node.arguments],
        "active": active,
        "value": number(trace.values[node]),
        "status": status(trace.values[node]),
    }
    if trace.tangents:
        described["tangents"] = {
            seed: number(tangents.get(node, 0.0)) if active else None for seed, tangents in trace.tangents.items()
        }
    if trace.adjoints:
        described["adjoint"] = number(trace.adjoints.get(node, 0.0)) if active else None
    return described


def _frame(trace: Trace, frame: Frame) -> dict[str, Any]:
    return {
        "kind": frame.kind,
        "node": trace.words.ascii[frame.node],
        "seed": frame.seed,
        "from": None if frame.source is None else trace.words.ascii[frame.source],
        "assigns": "+=" if frame.again else "=",
        "rule": frame.rule,
        "numbers": frame.numbers,
        "value": frame.value,
        "total": frame.total,
        "status": frame.status,
        "sentence": frame.sentence,
    }
