"""A trace as plain data: the JSON document of `trace`, schema diffcompare/1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diffcompare.expression import Variable
from diffcompare.studies.telling import number, question_data, status, warnings_data

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diffcompare.expression import Expression
    from diffcompare.studies.trace import Trace
    from diffcompare.studies.traces.frames import Frame

MOST_TANGENTS = 10_000
"""Frames of forward sweeps up to which those are written as well in which nothing happens."""


def data(trace: Trace) -> dict[str, Any]:
    """Every node and every frame; numbers in full precision, null where there is none."""
    identity = trace.identity
    frames, left_out = _frames(trace)
    document: dict[str, Any] = {
        **question_data("trace", trace.question, trace.problem.point),
        "value": number(trace.values[trace.nodes[-1]]),
        "mode": trace.mode,
        "wrt": list(trace.problem.wrt),
        "output": trace.words.ascii.get(trace.nodes[-1]),
        "nodes": [_node(trace, frame.node) for frame in trace.primal],
        "frames": [_frame(trace, frame) for frame in frames],
        "frames_left_out": left_out,
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


def _frames(trace: Trace) -> tuple[Sequence[Frame], dict[str, Any] | None]:
    """The frames, and what is left out of them: of many seeds each reaches a part of the list only."""
    every = len(trace.tangents) * len(trace.primal)
    if every <= MOST_TANGENTS:
        return trace.frames, None
    tangents = [frame for seed in trace.tangents for frame in trace.reached(seed)]
    why = "frames of nodes that do not depend on the seed; their tangent, 0, is among those of the nodes"
    return (*trace.primal, *tangents, *trace.adjoint), {"count": every - len(tangents), "why": why}


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
