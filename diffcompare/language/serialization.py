"""Expressions as straight-line programs: lists that JSON can carry, every distinct node written once.

A *program* is `{"code": [instruction, ...], "roots": [number, ...]}`.  An instruction is a leaf
(`["variable", name]`, `["number", hexadecimal digits, places]`, `["double", hexadecimal]`, `["constant", name]`) or a
row and the numbers of the instructions that compute its arguments (`["*", 0, 3]`).  Digits are hexadecimal: Python
refuses to read decimals of more than 4,300.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from diffcompare.language.expression import Constant, Double, Expression, Number, Variable, apply
from diffcompare.language.operations import OPERATIONS
from diffcompare.language.wengert import replace_nodes, wengert_list

Program: TypeAlias = dict[str, Any]


def encode(*roots: Expression) -> Program:
    """Return the program that computes these expressions."""
    return Encoder().encode(*roots)


def decode(program: Mapping[str, Any]) -> list[Expression]:
    """Return the expressions that a program computes: the very objects that were encoded, if they are still alive."""
    return Decoder().decode(program)


class Encoder:
    """Writes programs that follow one another: each has only the instructions that none before it had."""

    def __init__(self) -> None:
        self._numbers: dict[Expression, int] = {}

    def encode(self, *roots: Expression) -> Program:
        """Return the program that computes these expressions after all programs so far."""
        numbers = self._numbers
        new = [node for node in wengert_list(*roots) if node not in numbers]
        for node in new:
            numbers[node] = len(numbers)
        return {"code": [_instruction(node, numbers) for node in new], "roots": [numbers[root] for root in roots]}


class Decoder:
    """Reads programs that follow one another."""

    def __init__(self) -> None:
        self._nodes: list[Expression] = []

    def decode(self, program: Mapping[str, Any]) -> list[Expression]:
        """Return the expressions that the next program computes."""
        for instruction in program["code"]:
            self._nodes.append(_node(instruction, self._nodes))
        return [self._nodes[root] for root in program["roots"]]


def _instruction(node: Expression, numbers: Mapping[Expression, int]) -> list[Any]:
    if node.operation is not None:
        return [node.operation.name, *[numbers[argument] for argument in node.arguments]]
    if isinstance(node, Number):
        return ["number", f"{node.digits:x}", node.places]
    if isinstance(node, Variable):
        return ["variable", node.name]
    if isinstance(node, Double):
        return ["double", node.double.hex()]
    assert isinstance(node, Constant), "a leaf is a number, a variable or a constant"
    return ["constant", node.name]


def _node(instruction: Sequence[Any], nodes: Sequence[Expression]) -> Expression:
    head = instruction[0]
    if head == "variable":
        return Variable(instruction[1])
    if head == "number":
        return Number(int(instruction[1], 16), instruction[2])
    if head == "double":
        return Double(float.fromhex(instruction[1]))
    if head == "constant":
        return Constant(instruction[1])
    return apply(OPERATIONS[head], tuple([nodes[number] for number in instruction[1:]]))


def substitute(roots: Sequence[Expression], definitions: Mapping[str, Expression]) -> list[Expression]:
    """Replace variables by their definitions, which may use variables that are defined before them."""
    replaced: dict[Expression, Expression] = {}
    for name, definition in definitions.items():
        replaced[Variable(name)] = replace_nodes([definition], replaced)[0]
    return replace_nodes(roots, replaced)
