r"""Equations in LaTeX: `align*` with the rule beside each line, long formulas parted at their terms.

The same lines serve Markdown, where GitHub sets them between `aligned`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffcompare.document import Code
from diffcompare.expression import Expression
from diffcompare.grammar import POWER, PRODUCT
from diffcompare.printer import CALL, to_text, tree_is_larger
from diffcompare.render.equations import parted
from diffcompare.render.glyphs import clean
from diffcompare.typeset import LARGEST, formula, typewriter

if TYPE_CHECKING:
    from collections.abc import Callable

    from diffcompare.document import Cell, Equation, Equations

LONGEST_LEFT = 24
"""Characters of a left side, as text, beyond which it stands on a line of its own."""
LONGEST = 56
"""Characters of a line, as text, beyond which it is parted between terms."""


def aligned(equations: Equations, remarked: Callable[[str], str]) -> list[str]:
    r"""The lines between `\begin{align*}` and `\end{align*}`; `remarked` sets a remark."""
    apart = any(len(_plain(row.left)) > LONGEST_LEFT for row in equations.rows)
    lines = []
    for row in equations.rows:
        lines += _row(row, apart, remarked)
    return [line + r" \\" for line in lines[:-1]] + lines[-1:]


def can_be_typeset(equations: Equations) -> bool:
    """Whether every formula is small enough to be set as mathematics."""
    cells = [cell for row in equations.rows for cell in (row.left, row.right)]
    return not any(isinstance(cell, Expression) and tree_is_larger(cell, LARGEST) for cell in cells)


def _row(row: Equation, apart: bool, remarked: Callable[[str], str]) -> list[str]:
    left = "" if row.left is None else _typeset(row.left)
    lines = []
    if apart and left:
        lines.append(f"& {left}")
        left = ""
    parts = _parted(row.right)
    indent = r"& \quad " if apart else f"{left} &"
    lines.append(f"{indent}= {parts[0]}")
    lines += [rf"& \qquad {'' if not apart else chr(92) + 'quad '}{part}" for part in parts[1:]]
    if row.remark:
        lines[-1] += f" {remarked(row.remark)}"
    return lines


def _plain(cell: Cell) -> str:
    return "" if cell is None else to_text(cell) if isinstance(cell, Expression) else str(cell)


def _typeset(cell: Cell) -> str:
    if isinstance(cell, Expression):
        return typewriter(to_text(cell)) if tree_is_larger(cell, LARGEST) else formula(cell)
    return typewriter(clean(cell.text if isinstance(cell, Code) else str(cell)))


def _parted(cell: Cell) -> list[str]:
    """The formula in lines of whole terms, and a long product in lines of whole factors."""
    if isinstance(cell, Code):
        return [typewriter(clean(part)) for part in parted(cell.text, LONGEST)]
    if not isinstance(cell, Expression) or tree_is_larger(cell, LARGEST) or len(to_text(cell)) <= LONGEST:
        return [_typeset(cell)]
    lines: list[tuple[int, str]] = []
    for sign, node, least in _pieces(cell):
        length, text = len(to_text(node)) + len(sign), f"{_SIGNS[sign]}{formula(node, least)}"
        if lines and lines[-1][0] + length <= LONGEST:
            lines[-1] = (lines[-1][0] + length, f"{lines[-1][1]} {text}")
        else:
            lines.append((length, text))
    return [text for _, text in lines]


_SIGNS = {"": "", "+": "+ ", "-": "- ", "*": r"\cdot "}


def _pieces(root: Expression) -> list[tuple[str, Expression, int]]:
    """Where the formula may be parted: the sign before each piece, the piece, and how tightly it has to bind."""
    found: list[tuple[str, Expression, int]] = []
    for sign, term, least in _chain(root, ("+", "-"), PRODUCT):
        if len(to_text(term)) <= LONGEST:
            found.append((sign, term, least))
            continue
        first, *rest = _chain(term, ("*",), POWER)
        found += [(sign, first[1], PRODUCT), *rest]
    return found


def _chain(root: Expression, signs: tuple[str, ...], least: int) -> list[tuple[str, Expression, int]]:
    """The operands of a chain a + b - c from left to right, each with the sign before it."""
    found: list[tuple[str, Expression, int]] = []
    node = root
    while node.operation is not None and node.operation.name in signs:
        sign, (node, operand) = node.operation.name, node.arguments
        negated = operand.operation is not None and operand.operation.name == "neg"
        found.append((sign, operand, CALL if negated else least))
    return [("", node, 0 if node is root else least if signs == ("*",) else 0), *reversed(found)]
