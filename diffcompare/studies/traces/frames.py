"""Frames: a trace as a list of steps, each with its rule, its numbers and a sentence.

Every player shows the same list: the tables of `trace`, and whoever steps through them.  The numbers are those of the
sweeps, and nothing is computed here but the running total of an adjoint.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from diffcompare.evaluation import Undefined
from diffcompare.expression import Expression, Variable
from diffcompare.language import phrase
from diffcompare.studies.telling import number, status
from diffcompare.studies.traces.wording import Kind, Wording, equals, short
from diffcompare.sweeps import scaled

SEED: str = phrase("seed")
"""The rule of a number that is given and not computed."""


class Frame(NamedTuple):
    """One step: the number that a node gets, or a contribution to it, and how."""

    kind: Kind
    node: Expression
    """The node that gets the number."""
    name: str
    """The number's name in print: v₃, v̇₃ or v̄₃."""
    rule: str
    """How it comes about, in the names of the list."""
    numbers: str
    """The same with numbers of four digits in their places."""
    value: float | None
    """What is assigned, or added; None where it is no number."""
    total: float | None
    """The number after this step."""
    status: str
    """`ok`, or what the value is instead: undefined, inf, -inf, nan, inactive."""
    sentence: str
    seed: str | None = None
    """Of a tangent: the variable whose tangent is 1."""
    source: Expression | None = None
    """Of an adjoint: the node that passes the contribution on; None for the seed."""
    again: bool = False
    """Of an adjoint: a contribution came before, so that this one is added (`+=`)."""


def primal_frames(nodes: Sequence[Expression], words: Wording) -> Iterator[Frame]:
    """The evaluation trace: variables, then operations in the order of the list."""
    for node in _named(nodes, words):
        value, name = words.values[node], words.name(node)
        rule, numbers = (node.name, short(value)) if isinstance(node, Variable) else words.value(node)
        if isinstance(node, Variable):
            sentence = phrase("{name} is {rule} = {value}.", name=name, rule=rule, value=short(value))
        else:
            inside = equals(*[words.values[argument] for argument in node.arguments])
            sentence = phrase(
                "{name} = {rule} {inside} {numbers} {equals} {value}.",
                name=name, rule=rule, inside=inside, numbers=numbers, equals=equals(value), value=short(value),
            )  # fmt: skip
        known = number(value)
        yield Frame("primal", node, name, rule, numbers, known, known, status(value), sentence)


def tangent_frames(
    nodes: Sequence[Expression],
    words: Wording,
    active: frozenset[Expression],
    tangents: Mapping[Expression, Any],
    seed: str,
) -> Iterator[Frame]:
    """The tangent trace of one forward sweep."""
    for node in _named(nodes, words):
        name = words.name(node, "tangent")
        if node not in active:
            yield _inactive("tangent", node, name, seed)
            continue
        if type(words.values[node]) is Undefined:
            sentence = phrase(
                "{name} is not needed: {node} is outside the domain, in a branch that is not taken.",
                name=name,
                node=words.name(node),
            )
            yield Frame("tangent", node, name, "", "", None, None, phrase("not taken"), sentence, seed)
            continue
        value = tangents.get(node, 0.0)
        if isinstance(node, Variable):
            rule, numbers = SEED, short(value)
            sentence = phrase(
                "{name} is {value}: the derivative of {node} by {seed}.",
                name=name, value=numbers, node=node.name, seed=seed,
            )  # fmt: skip
        else:
            rule, numbers = words.tangent(node, active, tangents)
            sentence = phrase(
                "{name} = {rule} {equals} {value}: {node} changes {value} times as fast as {seed}.",
                name=name, rule=rule, equals=equals(value), value=short(value), node=words.name(node), seed=seed,
            )  # fmt: skip
        yield Frame("tangent", node, name, rule, numbers, number(value), number(value), status(value), sentence, seed)


def adjoint_frames(
    nodes: Sequence[Expression], words: Wording, active: frozenset[Expression], adjoints: Mapping[Expression, Any]
) -> Iterator[Frame]:
    """The adjoint trace of one reverse sweep: every contribution is a step of its own."""
    output = nodes[-1]
    arrived: dict[Expression, list[float]] = {}
    if output in adjoints:
        name = words.name(output, "adjoint")
        sentence = phrase("{name} is 1: the output changes as fast as itself.", name=name)
        yield Frame("adjoint", output, name, SEED, "1", 1.0, 1.0, "ok", sentence)
    for node in reversed(nodes):
        if node not in adjoints or node.operation is None:
            continue
        for argument, partial, rule, numbers in words.contributions(node, adjoints[node], active):
            before = arrived.setdefault(argument, [])
            before.append(float(scaled(adjoints[node], partial)))
            yield _contribution(node, argument, words, rule, numbers, before)


def _contribution(
    node: Expression, argument: Expression, words: Wording, rule: str, numbers: str, arrived: Sequence[float]
) -> Frame:
    name, again = words.name(argument, "adjoint"), len(arrived) > 1
    value, total = arrived[-1], _total(arrived)
    if again:
        sums = f"{short(_total(arrived[:-1]))} + {_in_sum(value)} {equals(total)} {short(total)}"
        sentence = phrase(
            "{argument} is used by {node} too, so this is added: {sums}.",
            argument=words.name(argument), node=words.name(node), sums=sums,
        )  # fmt: skip
    else:
        sentence = phrase(
            "{node} passes {numbers} {equals} {value} on to {argument}.",
            node=words.name(node), numbers=numbers, equals=equals(value), value=short(value),
            argument=words.name(argument),
        )  # fmt: skip
    return Frame(
        "adjoint", argument, name, rule, numbers, number(value), number(total), status(total), sentence,
        source=node, again=again,
    )  # fmt: skip


def _inactive(kind: Kind, node: Expression, name: str, seed: str | None = None) -> Frame:
    sentence = phrase("{node} depends on no variable of interest: it is skipped.", node=f"{name[:1]}{name[2:]}")
    return Frame(kind, node, name, phrase("inactive"), "", None, None, phrase("inactive"), sentence, seed)


def _named(nodes: Sequence[Expression], words: Wording) -> list[Expression]:
    """The variables in the order of their names, then the operations."""
    variables = [node for node in nodes if isinstance(node, Variable)]
    variables.sort(key=lambda node: int(words.ascii[node][1:]))
    return [*variables, *(node for node in nodes if node.operation is not None)]


def _total(terms: Sequence[float]) -> float:
    try:
        return math.fsum(terms)
    except (OverflowError, ValueError):  # beyond the range, or inf - inf
        return sum(terms)


def _in_sum(value: float) -> str:
    return f"({short(value)})" if value < 0 else short(value)
