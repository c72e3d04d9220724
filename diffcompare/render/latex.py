r"""LaTeX for an article: `\input` the file, or paste it.  Every special character of the text is escaped.

Digits that differ from the truth are underlined.  No colour: the page may be printed in black.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from diffcompare import formatting
from diffcompare.diagnostics import width
from diffcompare.document import Code, Equations, Heading, Listing, Measured, Paragraph, Plot, Source, Table
from diffcompare.language.expression import Expression
from diffcompare.language.grammar import POWER, PRODUCT
from diffcompare.language.printer import ATOM, MAX_NODES, formula, to_text, tree_is_larger, typewriter
from diffcompare.localization import language, translate
from diffcompare.render.equations import parted
from diffcompare.render.text_layout import ascii_only, clean, for_people, greek, introduced, is_prose, repeats

if TYPE_CHECKING:
    from collections.abc import Callable

    from diffcompare.document import Block, Cell, Document, Equation
    from diffcompare.render import Look


# Equations in LaTeX: `align*` with the rule beside each line, long formulas parted at their terms.
#
# The same lines serve Markdown, where GitHub sets them between `aligned`.

MAX_LEFT_LENGTH = 24

"""Characters of a left side, as text, beyond which it stands on a line of its own."""

MAX_LINE_LENGTH = 56

"""Characters of a line, as text, beyond which it is parted between terms."""


def aligned(equations: Equations, remarked: Callable[[str], str]) -> list[str]:
    r"""The lines between `\begin{align*}` and `\end{align*}`; `remarked` sets a remark."""
    apart = any(len(_plain(row.left)) > MAX_LEFT_LENGTH for row in equations.rows)
    lines = []
    for row in equations.rows:
        lines += _row(row, apart, remarked)
    return [line + r" \\" for line in lines[:-1]] + lines[-1:]


def can_be_typeset(equations: Equations) -> bool:
    """Whether every formula is small enough to be set as mathematics."""
    cells = [cell for row in equations.rows for cell in (row.left, row.right)]
    return not any(isinstance(cell, Expression) and tree_is_larger(cell, MAX_NODES) for cell in cells)


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
        return typewriter(to_text(cell)) if tree_is_larger(cell, MAX_NODES) else formula(cell)
    return typewriter(clean(cell.text if isinstance(cell, Code) else str(cell)))


def _parted(cell: Cell) -> list[str]:
    """The formula in lines of whole terms, and a long product in lines of whole factors."""
    if isinstance(cell, Code):
        return [typewriter(clean(part)) for part in parted(cell.text, MAX_LINE_LENGTH)]
    if not isinstance(cell, Expression) or tree_is_larger(cell, MAX_NODES) or len(to_text(cell)) <= MAX_LINE_LENGTH:
        return [_typeset(cell)]
    lines: list[tuple[int, str]] = []
    for sign, node, least in _pieces(cell):
        length, text = len(to_text(node)) + len(sign), f"{_SIGNS[sign]}{formula(node, least)}"
        if lines and lines[-1][0] + length <= MAX_LINE_LENGTH:
            lines[-1] = (lines[-1][0] + length, f"{lines[-1][1]} {text}")
        else:
            lines.append((length, text))
    return [text for _, text in lines]


_SIGNS = {"": "", "+": "+ ", "-": "- ", "*": r"\cdot "}


def _pieces(root: Expression) -> list[tuple[str, Expression, int]]:
    """Where the formula may be parted: the sign before each piece, the piece, and how tightly it has to bind."""
    found: list[tuple[str, Expression, int]] = []
    for sign, term, least in _chain(root, ("+", "-"), PRODUCT):
        if len(to_text(term)) <= MAX_LINE_LENGTH:
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
        found.append((sign, operand, ATOM if negated else least))
    return [("", node, 0 if node is root else least if signs == ("*",) else 0), *reversed(found)]


_HEADER = "% Needs \\usepackage{amsmath,booktabs,longtable} in the preamble.\n"

_FONTS = {"en": "", "zh": "% Needs \\usepackage{ctex} and XeLaTeX for its Chinese.\n"}

_PAGE = 40

"""Rows of a table that fit on a page: a longer one is broken over several."""

_MANY = 5

"""Columns from which on a table is set small."""

_LONG, _SHORT = 30, 20

"""Characters of a cell from which on its column folds its lines, in a table of few columns and in one of many."""

_LABEL = 8

"""Characters of a label that takes next to no room."""

_LINE, _SPACE = 85, 1.3

"""Characters of a line that is set small, and of the space between its columns."""

_CROWD, _WORDS, _WEIGHT = 50, 12, 36

"""Characters of all short cells of a row from which on words fold too, of a word that then still does not, and of a
formula beyond which its column gets no wider."""

_ESCAPES = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", "`": r"\textasciigrave{}", '"': "''", "[": "{[}", "]": "{]}", "*": "{*}",
    "\u00d7": r"$\times$", "·": r"$\cdot$", "÷": r"$\div$", "\u2212": r"$-$", "±": r"$\pm$", "√": r"$\surd$",
    "∂": r"$\partial$", "∇": r"$\nabla$", "∞": r"$\infty$", "≤": r"$\le$", "≥": r"$\ge$", "≠": r"$\ne$",
    "≈": r"$\approx$", "→": r"$\to$", "←": r"$\leftarrow$", "…": r"\dots{}", "\u2013": r"\textendash{}",
    "—": r"\textemdash{}", "\u2018": "`", "\u2019": "'", "“": "``", "”": "''",
}  # fmt: skip

_ACCENTED = range(0xC0, 0x180)  # the Latin letters that LaTeX sets without further packages

_SECTIONS = {1: "section", 2: "subsection", 3: "subsubsection"}

_EXPONENT = re.compile(r"e([-+]?)0*(\d+)$")

MAX_ROWS = 40

"""Rows of a plot's table; the other formats draw the plot or have them all."""

_BREAK_AFTER = re.compile(r"[,+;)]|\{\*\}")

_BREAK = r"\g<0>\\allowbreak{}"

_UNBROKEN = re.compile(r"\d[\d.]*e-\d+")  # a line must not end at the minus of an exponent


def render(document: Document, look: Look) -> str:
    """The document as part of an article; it needs the packages that its first line names."""
    if not document.blocks:
        return ""
    text = (
        _HEADER + _FONTS[language()] + "".join([f"\n{_block(block, look)}\n" for block in for_people(document.blocks)])
    )
    return text if look.unicode else ascii_only(text)


def _block(block: Block, look: Look) -> str:
    if isinstance(block, Heading):
        return f"\\{_SECTIONS.get(block.level, 'paragraph')}*{{{_prose(block.text)}}}"
    if isinstance(block, Paragraph):
        return _paragraph(block)
    if isinstance(block, Table):
        return _table(block, look)
    if isinstance(block, Listing):
        return _listing(block, look)
    if isinstance(block, Equations):
        return _equations(block)
    if isinstance(block, Source):
        return _source(block)
    return _table(_on_one_page(block.table) if isinstance(block, Plot) else block.table, look)


def _on_one_page(table: Table) -> Table:
    """The points of a plot, so many of them as a page can hold."""
    stride = -(-len(table.rows) // MAX_ROWS)
    if stride <= 1:
        return table
    return table._replace(rows=table.rows[::stride], caption=f"{table.caption} (1 row in {stride})".strip())


def _paragraph(paragraph: Paragraph) -> str:
    text = introduced(paragraph.role, paragraph.text)
    lines = "\\\\\n".join([_prose(line) for line in text.split("\n") if line.strip()])
    command = {"verdict": "textbf", "warning": "emph", "note": "emph"}.get(paragraph.role)
    space = r"\medskip" if paragraph.role == "verdict" else ""
    return f"{space}\\noindent\\{command}{{{lines}}}" if command else lines


def _prose(text: str) -> str:
    """Text in which nothing is a command.  What the default fonts lack is transliterated, so that it compiles."""
    escaped = "".join([_ESCAPES.get(char) or _letter(char) for char in clean(text)])
    return _UNBROKEN.sub(r"\\mbox{\g<0>}", re.sub("-(?=-)", "-{}", escaped))


def _letter(char: str) -> str:
    if char.isascii() or ord(char) in _ACCENTED or (language() == "zh" and width(char) == 2):
        return char
    name = greek(char)
    if name.islower() and name != "omicron":
        return f"$\\{name}$"
    return "".join([_ESCAPES.get(part, part) for part in ascii_only(char)])


def _number(text: str) -> str:
    r"""A number's text as mathematics: `7.3e-10` is 7.3 \times 10^{-10}."""
    return _EXPONENT.sub(lambda exponent: f"\\times 10^{{{exponent[1].replace('+', '')}{exponent[2]}}}", text)


def _cell(cell: Cell, look: Look) -> str:
    if isinstance(cell, Measured):
        right, wrong, rest = formatting.marked(cell, look.digits)
        mantissa, e, exponent = wrong.partition("e")
        marked = f"\\underline{{{mantissa}}}" if wrong else ""
        return f"${right}{marked}{_number(e + exponent + rest)}$" if wrong else _mathematics(right)
    if formatting.is_number(cell):
        return _mathematics(formatting.text(cell, look.digits))
    if isinstance(cell, Code):
        return f"\\texttt{{{_prose(formatting.text(cell))}}}"
    if cell is None or isinstance(cell, str | bool):
        return r"\textendash{}" if cell is None else _prose(formatting.text(cell))
    from diffcompare.language.expression import Expression
    from diffcompare.language.printer import to_latex

    assert isinstance(cell, Expression)
    return f"${to_latex(cell)}$"


def _mathematics(number: str) -> str:
    return f"${_number(number)}$" if number[-1].isdecimal() and " " not in number else _prose(number)


def _table(table: Table, look: Look) -> str:
    folds = _folds(table)
    shares = _shares(table, folds)
    columns = "".join([_column(column.align, share) for column, share in zip(table.columns, shares, strict=True)])
    header = " & ".join([_prose(column.title) for column in table.columns]) + r" \tabularnewline"
    size = r"\scriptsize\setlength{\tabcolsep}{2.5pt}" if len(table.columns) > _MANY else r"\small"
    told = translate("{mark}: digits that differ from the truth.", mark=translate("Underlined"))
    legend = ["", rf"\smallskip\footnotesize {_prose(told)}"]
    legend = legend if formatting.any_wrong(table, look.digits) else []
    caption = f"\\caption{{{_prose(table.caption)}}}" if table.caption else ""
    rows = _rows(table, folds, look)
    if len(rows) > _PAGE:
        head = [caption + r" \tabularnewline"] if caption else []
        head += [r"\toprule", header, r"\midrule", r"\endhead"]
        body = [f"\\begin{{longtable}}{{@{{}}{columns}@{{}}}}", *head, *rows, r"\bottomrule", r"\end{longtable}"]
        return "\n".join([r"\begingroup", size, *body, *legend, r"\endgroup"])
    lines = [r"\begin{table}[htbp]", r"\centering", size, *([caption] if caption else [])]
    lines += [f"\\begin{{tabular}}{{@{{}}{columns}@{{}}}}", r"\toprule", header, r"\midrule"]
    return "\n".join([*lines, *rows, r"\bottomrule", r"\end{tabular}", *legend, r"\end{table}"])


def _rows(table: Table, folds: Sequence[bool], look: Look) -> list[str]:
    rows = []
    for row, left_out in zip(table.rows, repeats(table), strict=True):
        texts = []
        for place, (cell, out) in enumerate(zip(row, left_out, strict=True)):
            text = "" if out or (cell is None and is_prose(table, place)) else _cell(cell, look)
            texts.append(_folded(text, cell) if text and folds[place] else text)
        rows.append(" & ".join(texts) + r" \tabularnewline")
    return rows


def _folded(text: str, cell: Cell) -> str:
    if isinstance(cell, Code):
        text = _BREAK_AFTER.sub(_BREAK, text)
    elif formatting.is_formula(cell):  # a line may end within parentheses of one size, never within those that grow
        text = text.replace(r"\left(", "(").replace(r"\right)", ")")
    return rf"\raggedright {text}"


def _column(align: str, share: float) -> str:
    """A column's letter; one that folds its lines has a share of the width."""
    if share:
        return rf"p{{{share:.2g}\linewidth}}"
    return "r" if align == "right" else "l"


def _shares(table: Table, folds: Sequence[bool]) -> list[float]:
    """The part of the page's width that every column which folds its lines has; 0 for the others."""
    folding, longest = sum(folds), [_longest(table, place) for place in range(len(folds))]
    beside = sum([length for length, fold in zip(longest, folds, strict=True) if not fold])
    if _is_crowded(table):
        room = max(0.86 - (beside + _SPACE * len(folds)) / _LINE, 0.3)
        weights = [min(length, _WEIGHT) if fold else 0 for length, fold in zip(longest, folds, strict=True)]
        return [room * weight / max(sum(weights), 1) for weight in weights]
    alone = folding > 1 and folding == len(folds) - 1 and beside <= _LABEL
    share = 0.4 if folding == 1 else (0.85 if alone else 0.5) / max(folding, 1)
    return [share if fold else 0.0 for fold in folds]


def _longest(table: Table, place: int) -> int:
    """Characters of the longest cell of a column, but for numbers, which never fold."""
    found = [row[place] for row in table.rows if not formatting.is_number(row[place])]
    return max([len(formatting.exact(cell)) for cell in found], default=0)


def _folds(table: Table) -> list[bool]:
    """Which columns have cells so long that they must fold them: prose and formulas, never numbers."""
    places = range(len(table.columns))
    # Many columns leave little room for each; but digits that stand in line with the truth are never folded.
    many = len(table.columns) > _MANY
    true = [any(isinstance(row[place], Measured) for row in table.rows) for place in places]
    limits = [_SHORT if many and not each else _LONG for each in true]
    if _is_crowded(table):
        words = [not any(isinstance(row[place], Code) for row in table.rows) for place in places]
        limits = [_WORDS if word else limit for word, limit in zip(words, limits, strict=True)]
    return [table.columns[place].align == "left" and _longest(table, place) > limits[place] for place in places]


def _is_crowded(table: Table) -> bool:
    """Whether even the cells that are short by themselves fill the page together."""
    lengths = [_longest(table, place) for place in range(len(table.columns))]
    return len(lengths) > _MANY and sum([length for length in lengths if length <= _SHORT]) > _CROWD


def _source(source: Source) -> str:
    lines = [clean(line, unicode=False) for line in source.text.rstrip().split("\n")]
    return "\n".join([r"\begin{verbatim}", *lines, r"\end{verbatim}"])


def _equations(equations: Equations) -> str:
    """Lines aligned at their `=`, the rules beside them; a page may end between two lines."""

    caption = [f"\\paragraph*{{{_prose(equations.caption)}}}\\leavevmode"] if equations.caption else []
    lines = [
        r"\begingroup\allowdisplaybreaks\small",
        r"\begin{align*}",
        *aligned(equations, lambda remark: rf"\tag*{{\footnotesize\itshape {_prose(remark)}}}"),
    ]
    return "\n".join([*caption, *lines, r"\end{align*}", r"\endgroup"])


def _listing(listing: Listing, look: Look) -> str:
    items = [f"\\item[{{{_prose(label)}}}] {_cell(cell, look)}" for label, cell in listing.entries]
    return "\n".join([r"\begin{description}", *items, r"\end{description}"]) if items else ""
