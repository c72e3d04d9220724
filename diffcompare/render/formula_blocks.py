"""Formulas in blocks of text as `--formulas` asks for them: in two dimensions, or as LaTeX.

A formula of several lines makes a table's row, and an entry of a listing, as high as it is; everything beside it stands
on its baseline.  Where it does not fit, and in ASCII, the formula stays in one line as it is otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator

from diffcompare import formatting
from diffcompare.diagnostics import width
from diffcompare.document import Block, Cell, Code, Document, Equations, Listing, Source, Table
from diffcompare.language.typesetting.character_forms import MAX_HEIGHT, Box, beside, box, layout, stacked
from diffcompare.language.typesetting.latex_forms import formula
from diffcompare.language.typesetting.typesetter import is_small
from diffcompare.render import Look
from diffcompare.render.block_layout import MAX_LEFT_WIDTH, break_formula
from diffcompare.render.text_layout import clean, for_people

_MIN_GAP = 3  # spaces between a formula and its remark
_BLANK = Code(" ")


def with_formulas(document: Document, look: Look, *, repeats_groups: bool) -> Document:
    """Return a document, as people are shown it, with its formulas typeset.

    Args:
        document: Any document.
        look: How its formulas are asked for, and the columns of a line.
        repeats_groups: Whether a group cell is in every line of a row, for a format that leaves repeated ones out.

    Returns:
        A document with the same blocks, in which equations have become lines of text.
    """
    blocks = [_typeset(block, look, repeats_groups) for block in for_people(document.blocks)]
    return document._replace(blocks=tuple(blocks))


def _typeset(block: Block, look: Look, repeats_groups: bool) -> Block:
    match block:
        case Equations():
            return _equations(block, look)
        case Table():
            return _table(block, look, repeats_groups)
        case Listing():
            longest = max([width(label) for label, _ in block.entries], default=0)
            entries = [
                (label if on_baseline else "", line)
                for label, cell in block.entries
                for line, on_baseline in _lines(cell, look, look.width - longest - 2)
            ]
            return Listing(tuple(entries))
        case _:
            return block


def _box(cell: Cell, look: Look, columns: int) -> Box | None:
    """Return the formula of a cell as it is asked for; None for what is no formula, and where there is no room."""
    expression = formatting.formula_of(cell)
    if expression is None or not is_small(expression):
        return None
    if look.formulas == "latex":
        return box(formula(expression))
    found = layout(expression) if look.unicode else None
    return None if found is None or found.columns > columns or len(found.lines) > MAX_HEIGHT else found


def _lines(cell: Cell, look: Look, columns: int) -> Iterator[tuple[Cell, bool]]:
    """Yield the cells that stand below each other in the place of one, each with whether it is on the baseline."""
    found = _box(cell, look, columns)
    if found is None:
        yield cell, True
        return
    for number, line in enumerate(found.lines):
        yield Code(line.rstrip() or " "), number == found.base


# --- Tables -----------------------------------------------------------------------------------------------------------


def _table(table: Table, look: Look, repeats_groups: bool) -> Table:
    """Return a table whose rows with a high formula are several; one that would be too wide stays as it is."""
    boxes = [[_box(cell, look, look.width) for cell in row] for row in table.rows]
    if not any(found for row in boxes for found in row):
        return table
    spare = look.width - sum([_columns(table, boxes, place) + 2 for place in range(len(table.columns))])
    if spare < 0 and look.formulas != "latex":
        return table
    rows: list[tuple[Cell, ...]] = []
    for row, found in zip(table.rows, boxes, strict=True):
        whole = [box("") if each is None else each for each in found]
        base, below = max(each.base for each in whole), max(each.below for each in whole)
        for number in range(base + below + 1):
            cells = zip(table.columns, row, found, strict=True)
            rows.append(
                tuple(
                    [_part(cell, each, number - base, column.group and repeats_groups) for column, cell, each in cells]
                )
            )
    stages = table.stages if len(rows) == len(table.rows) else ()
    return table._replace(rows=tuple(rows), stages=stages)


def _part(cell: Cell, found: Box | None, number: int, is_group: bool) -> Cell:
    """Return the part of a cell in the line that is `number` lines below its baseline."""
    if found is None:
        return cell if number == 0 or is_group else _BLANK
    line = number + found.base
    return Code(found.lines[line].rstrip() or " ") if 0 <= line < len(found.lines) else _BLANK


def _columns(table: Table, boxes: list[list[Box | None]], place: int) -> int:
    texts = [formatting.text(row[place]) for row, found in zip(table.rows, boxes, strict=True) if found[place] is None]
    formulas = [found[place].columns for found in boxes if found[place]]  # type: ignore[union-attr]
    return max([width(table.columns[place].title), *map(width, texts), *formulas])


# --- Equations --------------------------------------------------------------------------------------------------------


def _equations(block: Equations, look: Look) -> Block:
    """Return the lines of a derivation as text; a long left side gets lines of its own, and so does a long remark."""
    is_latex = look.formulas == "latex"
    lefts = [_side(row.left, look, look.width, is_latex) for row in block.rows]
    indent = max([left.columns for left in lefts if left.columns <= MAX_LEFT_WIDTH], default=0)
    indent = max(indent, 2) if any(left.columns > indent for left in lefts) else indent
    set_rows: list[Box] = []  # from each equals sign on, behind a short left side
    apart: list[Box] = []  # what stands above it
    for row, left in zip(block.rows, lefts, strict=True):
        is_short = left.columns <= indent
        before = left if is_short else box("")
        right = _side(row.right, look, look.width - indent - 3, is_latex)
        set_rows.append(beside(box(" " * (indent - before.columns)), before, box(" = "), right))
        apart.append(box("") if is_short else left)
    remarks = max(width(row.remark) for row in block.rows)
    column = min(max(whole.columns for whole in set_rows) + _MIN_GAP, look.width - remarks)
    is_high = any(len(whole.lines) > 1 for whole in set_rows)
    lines = [block.caption] if block.caption else []
    for number, (above, whole, equation) in enumerate(zip(apart, set_rows, block.rows, strict=True)):
        lines += [""] if is_high and number else []
        lines += above.lines if above.columns else ()
        lines += _with_remark(whole, clean(equation.remark, look.unicode), column)
    return Source("text", "\n".join(lines))


def _side(cell: Cell, look: Look, columns: int, is_latex: bool) -> Box:
    """Return a side of an equation, typeset or as text, which takes several lines where it is long."""
    if cell is None:
        return box("")
    found = _box(cell, look, columns)
    if found is not None:
        return found
    text = clean(formatting.text(cell, look.digits), look.unicode)
    parts = [text] if is_latex else break_formula(text, columns)
    return stacked(*map(box, parts), base=0, left=True)


def _with_remark(row: Box, remark: str, column: int) -> list[str]:
    """Return the lines of an equation with its remark behind the baseline, or below where there is no room."""
    lines = [line.rstrip() for line in row.lines]
    if remark and width(lines[row.base]) + _MIN_GAP <= column:
        lines[row.base] += " " * (column - width(lines[row.base])) + remark
    elif remark:
        lines.append(" " * max(column, 0) + remark)
    return lines
