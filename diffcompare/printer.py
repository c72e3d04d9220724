"""The printer: an expression becomes text that is parsed to the same object again.

Infix while the formula written out is not much larger than its DAG; otherwise shared parts are named first,
`v1 = ...; v2 = ...; expr`, so that the text is never longer than a small multiple of the expression.

Nothing recurses and no text is built from the texts of parts (that is quadratic for a deep nest): pieces are emitted
from left to right, from a stack of what is still to be written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from diffcompare.expression import Expression, Number, Open
from diffcompare.grammar import NEGATION, POWER, PRODUCT, SUM
from diffcompare.lexer import MAX_CHARACTERS
from diffcompare.numerals import number_text
from diffcompare.wengert import listing

_Part: TypeAlias = str | tuple[Expression, int]

SMALL = 60
"""Nodes up to which an expression is always written out."""
SWELL = 4
"""How many times larger than the DAG the formula written out may be."""

LEVELS = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "neg": NEGATION, "^": POWER, "^n": POWER}
"""How tightly the operations bind that are no calls."""
SIGNS = {"+": " + ", "-": " - ", "*": "*", "/": "/", "^": "^", "^n": "^"}
CALL = 10

# The least level that the left and the right argument may have without parentheses.
_LEFT = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "^": POWER + 1, "^n": POWER + 1, "neg": POWER}
_RIGHT = {"+": PRODUCT, "-": PRODUCT, "*": POWER, "/": POWER, "^": POWER, "^n": POWER}


def to_text(expression: Expression) -> str:
    """The expression as text: `parse(to_text(e), names) is e`, with the variables of e as names."""
    nodes = listing(expression)
    text = _named(expression, nodes) if swells(expression, nodes) else written(expression, {})
    # No blank is needed, so a text never becomes too long to be parsed again for its blanks.
    return text if len(text) <= MAX_CHARACTERS else text.replace(" ", "")


def to_latex(expression: Expression) -> str:
    """The expression as LaTeX for math mode (amsmath); a large one as its text in a fixed-width face."""
    from diffcompare.typeset import LARGEST, formula, typewriter

    return typewriter(to_text(expression)) if tree_is_larger(expression, LARGEST) else formula(expression)


def tree_is_larger(expression: Expression, size: int) -> bool:
    """Whether the formula written out has more nodes than that."""
    return _tree_size(expression, listing(expression)) > size


def swells(expression: Expression, nodes: Sequence[Expression]) -> bool:
    """Whether the formula written out is much larger than its DAG."""
    return _tree_size(expression, nodes) > max(SMALL, SWELL * len(nodes))


def _tree_size(expression: Expression, nodes: Sequence[Expression]) -> float:
    # In floats, for the size may be astronomical: then it is inf, which is large enough.
    sizes: dict[Expression, float] = {}
    for node in nodes:
        sizes[node] = 1.0 + sum([sizes[argument] for argument in node.arguments])
    return sizes[expression]


def _named(expression: Expression, nodes: Sequence[Expression]) -> str:
    """Shared parts named first."""
    definitions, (text,) = _shared((expression,), nodes)
    return "; ".join([*[f"{name} = {part}" for name, part in definitions.items()], text])


def shared_texts(roots: Sequence[Expression]) -> tuple[dict[str, str], list[str]]:
    """Definitions of the parts that are shared, and the texts of the expressions in their terms.

    All texts together are as long as the DAG of all expressions is large, however often they share.
    """
    return _shared(roots, listing(*roots))


def _shared(roots: Sequence[Expression], nodes: Sequence[Expression]) -> tuple[dict[str, str], list[str]]:
    """The same from the Wengert list.  A negated leaf is not worth a name."""
    uses: dict[Expression, int] = {}
    for node in nodes:
        for argument in node.arguments:
            uses[argument] = uses.get(argument, 0) + 1
    for root in roots if len(roots) > 1 else ():
        uses[root] = uses.get(root, 0) + 1
    shared = [
        node for node in nodes if uses.get(node, 0) > 1 and node.operation is not None and not _negated_leaf(node)
    ]
    prefix = free_prefix({getattr(node, "name", "") for node in nodes})
    names: dict[Expression, str] = {}
    definitions = {}
    for number, node in enumerate(shared, 1):
        definitions[f"{prefix}{number}"] = written(node, names)
        names[node] = f"{prefix}{number}"
    return definitions, [written(root, names) for root in roots]


def _negated_leaf(node: Expression) -> bool:
    operation = node.operation
    return operation is not None and operation.name == "neg" and node.arguments[0].operation is None


def free_prefix(taken: set[str]) -> str:
    """A letter for named parts with which no variable starts."""
    prefix = "v"
    for letter in "vwut":
        if not any(name.startswith(letter) for name in taken):
            return letter
    while any(name.startswith(prefix) for name in taken):
        prefix += "_"
    return prefix


def written(root: Expression, names: Mapping[Expression, str], most: int | None = None) -> str:
    """The infix form; parts that have a name are written by their name.  It ends after `most` pieces, if given."""
    pieces: list[str] = []
    emit = pieces.append
    stack: list[_Part] = [(root, 0)]
    while stack and (most is None or len(pieces) < most):
        item = stack.pop()
        if isinstance(item, str):
            emit(item)
            continue
        node, least = item
        operation = node.operation
        if type(node) is Open:
            emit(f"d/d{node.by}[")
            stack += ["]", (node.of, 0)]
            continue
        if operation is None or node in names:
            emit(names.get(node) or _leaf_text(node))
            continue
        if LEVELS.get(operation.name, CALL) < least:
            emit("(")
            stack.append(")")
        stack.extend(reversed(_parts(node, operation.name, names)))
    return "".join(pieces)


def _parts(node: Expression, name: str, names: Mapping[Expression, str]) -> list[_Part]:
    """What is written for a node: texts, and arguments with the least level that needs no parentheses."""
    arguments = node.arguments
    if name in SIGNS:
        left, right = arguments
        return [(left, _LEFT[name]), SIGNS[name], (right, least_on_the_right(name, right))]
    if name == "neg":
        return ["-", (arguments[0], _LEFT[name])]
    if name.startswith("if "):
        left, right, *branches = arguments
        parts: list[_Part] = ["if(", (left, 0), f" {name[3:]} ", (right, 0), ", "]
        arguments = tuple(branches)
    else:
        parts = [f"{name}("]
        arguments = _chain(node, names) if name in ("min", "max") else arguments
    for argument in arguments:
        parts += [(argument, 0), ", "]
    parts[-1] = ")"
    return parts


def _chain(node: Expression, names: Mapping[Expression, str]) -> tuple[Expression, ...]:
    """The arguments of max(max(a, b), c), which is how max(a, b, c) is read."""
    operation, rest = node.operation, []
    while True:
        first, last = node.arguments
        rest.append(last)
        if first.operation is not operation or first in names:
            return (first, *reversed(rest))
        node = first


def least_on_the_right(name: str, argument: Expression) -> int:
    # A negation in the middle of a formula stands in parentheses, 2*(-x), except for a plain exponent: x^-1.
    if argument.operation is not None and argument.operation.name == "neg":
        return 0 if name in ("^", "^n") and _negated_leaf(argument) else CALL
    return _RIGHT[name]


def _leaf_text(leaf: Expression) -> str:
    """A number, a constant or a variable."""
    if isinstance(leaf, Number):
        return number_text(leaf)
    return str(leaf.name)  # type: ignore[attr-defined]
