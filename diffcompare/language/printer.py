"""The printer: an expression becomes text that is parsed to the same object again.

Infix while the formula written out is not much larger than its DAG; otherwise shared parts are named first, `v1 =
...; v2 = ...; expr`, so that the text is never longer than a small multiple of the expression.

Nothing recurses, and no text is built from the texts of parts (that is quadratic for a deep nest): pieces are
emitted from left to right, from a stack of what is still to be written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from diffcompare.language.expression import Double, Expression, Number, PendingDerivative
from diffcompare.language.grammar import NEGATION, POWER, PRODUCT, SUM
from diffcompare.language.operations import is_negation, negate
from diffcompare.language.tokenizer import MAX_CHARACTERS, MAX_EXPONENT
from diffcompare.language.wengert import tree_size, wengert_list

# Numbers: the shortest text that is read as the same number.

SHORT = 10**6  # an integer below has too few zeros at its end to be written with an exponent
CHUNK = 10**1000  # Python refuses to write more than 4300 digits at once


def number_text(number: Number) -> str:
    """Return the shortest way to write a number, within the bounds of the language for literals."""
    if number.places == 0 and number.digits < SHORT:
        return str(number.digits)
    digits, zeros = _significant(number)
    places = number.places
    point = len(digits) + zeros - places  # position of the decimal point, counted from the first digit
    if places == 0:
        return digits + "0" * zeros if zeros < 6 or point <= 16 else _scientific(digits, point)
    if -4 < point <= 0:
        return "0." + "0" * -point + digits
    return digits[:point] + "." + digits[point:] if point > 0 else _scientific(digits, point)


def _significant(number: Number) -> tuple[str, int]:
    """Return the digits without the zeros at their end, and the number of those zeros."""
    value, pieces = number.digits, []
    while value >= CHUNK:
        value, low = divmod(value, CHUNK)
        pieces.append(f"{low:01000d}")
    text = str(value) + "".join(reversed(pieces))
    stripped = text.rstrip("0") or "0"
    return stripped, len(text) - len(stripped)


def _scientific(digits: str, point: int) -> str:
    exponent = point - 1
    if exponent > MAX_EXPONENT:  # the exponent may not be larger: the rest becomes digits before it
        return digits + "0" * max(0, point - MAX_EXPONENT - len(digits)) + f"e{min(MAX_EXPONENT, point - len(digits))}"
    if exponent < -MAX_EXPONENT:
        return "." + "0" * (-MAX_EXPONENT - point) + digits + f"e-{MAX_EXPONENT}"
    return f"{digits[0]}{'.' + digits[1:] if digits[1:] else ''}e{exponent}"


# The loop of every notation.

Part: TypeAlias = str | tuple[Expression, int]  # text, or an argument and the least level that needs no parentheses
ATOM = 10  # the level of what is never put in parentheses


def write(
    root: Expression,
    parts_of: Callable[[Expression], str | tuple[int, Sequence[Part]]],
    least: int = 0,
    max_pieces: int | None = None,
) -> str:
    """Write an expression from left to right, in parentheses if it binds less tightly than `least`.

    `parts_of` gives the level of a node, which is how tightly it binds, and what is written for it; or just the text of
    a node that is never put in parentheses.  The result ends after `max_pieces` pieces of text, if given.
    """
    pieces: list[str] = []
    emit = pieces.append
    stack: list[Part] = [(root, least)]
    while stack and (max_pieces is None or len(pieces) < max_pieces):
        item = stack.pop()
        if isinstance(item, str):
            emit(item)
            continue
        node, needed = item
        written = parts_of(node)
        if isinstance(written, str):
            emit(written)
            continue
        level, parts = written
        if level < needed:
            emit("(")
            stack.append(")")
        stack += parts[::-1]
    return "".join(pieces)


# Infix notation.

SMALL_TREE = 60  # nodes up to which an expression is always written out

MAX_SWELL = 4  # how many times larger than the DAG the formula written out may be

# The precedence of the operations that are not calls.
LEVELS = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "neg": NEGATION, "^": POWER, "^n": POWER}

SIGNS = {"+": " + ", "-": " - ", "*": "*", "/": "/", "^": "^", "^n": "^"}

# The least level that the left and the right argument may have without parentheses.
_LEFT = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "^": POWER + 1, "^n": POWER + 1, "neg": POWER}

_RIGHT = {"+": PRODUCT, "-": PRODUCT, "*": POWER, "/": POWER, "^": POWER, "^n": POWER}

# All that an operation with a sign needs: its level, that of the left argument, the sign, that of the right argument.
_BINARY = {name: (LEVELS[name], _LEFT[name], sign, _RIGHT[name]) for name, sign in SIGNS.items()}


def to_text(expression: Expression) -> str:
    """Return an expression as text: `parse(to_text(e), names) is e`, with the variables of e as names."""
    nodes = wengert_list(expression)
    text = _named(expression, nodes) if swells(expression, nodes) else infix(expression, {})
    # No blank is needed, so a text never becomes too long to be parsed again for its blanks.
    return text if len(text) <= MAX_CHARACTERS else text.replace(" ", "")


def outputs_text(outputs: Sequence[Expression]) -> str:
    """Return a list of outputs as text that `read` reads as the same list; a single one without brackets."""
    if len(outputs) == 1:
        return to_text(outputs[0])
    if not any(swells(output, wengert_list(output)) for output in outputs):
        return f"[{', '.join(infix(output, {}) for output in outputs)}]"
    definitions, texts = shared_texts(outputs)
    return "; ".join([*[f"{name} = {part}" for name, part in definitions.items()], f"[{', '.join(texts)}]"])


def tree_is_larger(expression: Expression, size: int) -> bool:
    """Tell whether the formula written out has more than `size` nodes."""
    return _tree_size(expression, wengert_list(expression)) > size


def swells(expression: Expression, nodes: Sequence[Expression]) -> bool:
    """Tell whether the formula written out is much larger than its DAG."""
    return _tree_size(expression, nodes) > max(SMALL_TREE, MAX_SWELL * len(nodes))


def _tree_size(expression: Expression, nodes: Sequence[Expression]) -> float:
    # In floats, because the size may be astronomical: then it is inf, which is large enough.
    sizes: dict[Expression, float] = {}
    for node in nodes:
        sizes[node] = 1.0 + sum([sizes[argument] for argument in node.arguments])
    return sizes[expression]


def _named(expression: Expression, nodes: Sequence[Expression]) -> str:
    """Write an expression with its shared parts named first."""
    definitions, (text,) = _shared((expression,), nodes)
    return "; ".join([*[f"{name} = {part}" for name, part in definitions.items()], text])


def shared_texts(roots: Sequence[Expression]) -> tuple[dict[str, str], list[str]]:
    """Return definitions of the parts that are shared, and the texts of the expressions in terms of them.

    All texts together are as long as the DAG of all expressions is large, however often they share.
    """
    return _shared(roots, wengert_list(*roots))


def _shared(roots: Sequence[Expression], nodes: Sequence[Expression]) -> tuple[dict[str, str], list[str]]:
    """Return definitions and texts as `shared_texts` does, from the Wengert list; a negated leaf gets no name."""
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
        definitions[f"{prefix}{number}"] = infix(node, names)
        names[node] = f"{prefix}{number}"
    return definitions, [infix(root, names) for root in roots]


def _negated_leaf(node: Expression) -> bool:
    return is_negation(node) and node.arguments[0].operation is None


def free_prefix(taken: set[str]) -> str:
    """Return a prefix for the names of shared parts with which no variable begins."""
    prefix = "v"
    for letter in "vwut":
        if not any(name.startswith(letter) for name in taken):
            return letter
    while any(name.startswith(prefix) for name in taken):
        prefix += "_"
    return prefix


def infix(root: Expression, names: Mapping[Expression, str], max_pieces: int | None = None) -> str:
    """Write an expression in infix notation, named parts by their names; end after `max_pieces` pieces of text."""

    def parts_of(node: Expression) -> str | tuple[int, Sequence[Part]]:
        if type(node) is PendingDerivative:
            nodes = wengert_list(node.of)
            inner: Part = _named(node.of, nodes) if swells(node.of, nodes) else (node.of, 0)
            return ATOM, (f"d/d{node.by}[", inner, "]")
        operation = node.operation
        if operation is None or node in names:
            return names.get(node) or _leaf_text(node)
        name = operation.name
        if name in _BINARY:  # as most operations are
            level, needed_left, sign, needed_right = _BINARY[name]
            left, right = node.arguments
            if right.operation is negate:
                needed_right = least_on_the_right(name, right)
            return level, ((left, needed_left), sign, (right, needed_right))
        return LEVELS.get(name, ATOM), _parts(node, name, names)

    return write(root, parts_of, max_pieces=max_pieces)


def _parts(node: Expression, name: str, names: Mapping[Expression, str]) -> list[Part]:
    """Return the pieces of text and the operands of an operation without a sign between them, from left to right."""
    arguments = node.arguments
    if is_negation(node):
        return ["-", (arguments[0], _LEFT[name])]
    if name.startswith("if "):
        left, right, *branches = arguments
        parts: list[Part] = ["if(", (left, 0), f" {name[3:]} ", (right, 0), ", "]
        arguments = tuple(branches)
    else:
        parts = [f"{name}("]
        arguments = _chain(node, names) if name in ("min", "max") else arguments
    for argument in arguments:
        parts += [(argument, 0), ", "]
    parts[-1] = ")"
    return parts


def _chain(node: Expression, names: Mapping[Expression, str]) -> tuple[Expression, ...]:
    """Return the arguments a, b, c of max(max(a, b), c), which is how max(a, b, c) is read."""
    operation, others = node.operation, []
    while True:
        first, last = node.arguments
        others.append(last)
        if first.operation is not operation or first in names:
            return (first, *reversed(others))
        node = first


def least_on_the_right(name: str, argument: Expression) -> int:
    """Return the least level that a right argument may have without parentheses."""
    # A negation in the middle of a formula is in parentheses, 2*(-x), except for a plain exponent: x^-1.
    if is_negation(argument):
        return 0 if name in ("^", "^n") and _negated_leaf(argument) else ATOM
    return _RIGHT[name]


def _leaf_text(leaf: Expression) -> str:
    """Write a number, a constant or a variable."""
    if isinstance(leaf, Number):
        return number_text(leaf)
    if isinstance(leaf, Double):
        return double_text(leaf.double)
    return str(leaf.name)  # type: ignore[attr-defined]


def double_text(x: float) -> str:
    """Return the shortest text that reads back as the same double: `2`, `0.1`, `1e+15`."""
    short = f"{x:.15g}"
    return short if float(short) == x else repr(x)


def shorten(node: Expression, limit: int = 40) -> str:
    """Return a node as text of at most `limit` characters; a large one by its operation only."""
    if node.level > limit or tree_size(node) > 2 * limit:
        name = node.operation.name if node.operation else "?"
        return f"{name}(...)" if name.isidentifier() else f"... {name.split('n')[0] or name} ..."
    text = to_text(node)
    return text if len(text) <= limit else text[: limit - 3] + "..."
