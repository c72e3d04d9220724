"""LaTeX for an article, to be included or pasted; all special characters of the text are escaped.

Digits that differ from the truth are underlined.  There is no colour, since the page may be printed in black.
Equations are set in `align*` with the rule beside each line, and long formulas are broken between terms; Markdown uses
the same lines between `aligned`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from diffcompare import formatting
from diffcompare.diagnostics import width
from diffcompare.document import (
    MAX_DRAWN,
    Bars,
    Block,
    Cell,
    Code,
    Document,
    Equation,
    Equations,
    Graph,
    Heading,
    Listing,
    Measured,
    Paragraph,
    Plot,
    Source,
    Table,
)
from diffcompare.language.expression import Expression
from diffcompare.language.printer import to_text
from diffcompare.language.typesetting.latex_forms import formula, typewriter
from diffcompare.language.typesetting.typesetter import is_small, terms
from diffcompare.localization import language, translate
from diffcompare.render.block_layout import break_formula
from diffcompare.render.graph.tikz import tikz_picture
from diffcompare.render.text_layout import ascii_only, clean, for_people, greek, introduced, is_prose, repeats, signed

if TYPE_CHECKING:
    from collections.abc import Callable

    from diffcompare.render import Look


# Lengths are in characters of the formula as text.
MAX_LEFT_LENGTH = 24  # a longer left side gets a line of its own
MAX_LINE_LENGTH = 56  # a longer right side is broken between terms


def aligned(equations: Equations, typeset_remark: Callable[[str], str]) -> list[str]:
    r"""Return the lines between `\begin{align*}` and `\end{align*}`; `typeset_remark` formats a remark."""
    apart = any(len(_plain(row.left)) > MAX_LEFT_LENGTH for row in equations.rows)
    lines = []
    for row in equations.rows:
        lines += _row(row, apart, typeset_remark)
    return [line + r" \\" for line in lines[:-1]] + lines[-1:]


def can_be_typeset(equations: Equations) -> bool:
    """Tell whether every formula is small enough to be set as mathematics."""
    cells = [cell for row in equations.rows for cell in (row.left, row.right)]
    return all(is_small(cell) for cell in cells if isinstance(cell, Expression))


def _row(row: Equation, apart: bool, typeset_remark: Callable[[str], str]) -> list[str]:
    left = "" if row.left is None else _typeset(row.left)
    lines = []
    if apart and left:
        lines.append(f"& {left}")
        left = ""
    parts = _broken(row.right)
    indent = r"& \quad " if apart else f"{left} &"
    lines.append(f"{indent}= {parts[0]}")
    lines += [rf"& \qquad {'' if not apart else chr(92) + 'quad '}{part}" for part in parts[1:]]
    if row.remark:
        lines[-1] += f" {typeset_remark(row.remark)}"
    return lines


def _plain(cell: Cell) -> str:
    return "" if cell is None else to_text(cell) if isinstance(cell, Expression) else str(cell)


def _typeset(cell: Cell) -> str:
    if isinstance(cell, Expression):
        return _formula(cell)
    return typewriter(clean(cell.text if isinstance(cell, Code) else str(cell)))


def _formula(expression: Expression) -> str:
    """Typeset a formula; a large one is its text, cut as everywhere."""
    return formula(expression) if is_small(expression) else typewriter(clean(formatting.text(expression)))


def _broken(cell: Cell) -> list[str]:
    """Break the formula into lines of whole terms, and a long product into lines of whole factors."""
    if isinstance(cell, Code):
        return [typewriter(clean(part)) for part in break_formula(cell.text, MAX_LINE_LENGTH)]
    if not isinstance(cell, Expression) or not is_small(cell) or not _is_long(cell):
        return [_typeset(cell)]
    lines: list[tuple[int, str]] = []
    for sign, node, least in terms(cell, _is_long):
        length, text = len(to_text(node)) + len(sign), f"{_SIGNS[sign]}{formula(node, least)}"
        if lines and lines[-1][0] + length <= MAX_LINE_LENGTH:
            lines[-1] = (lines[-1][0] + length, f"{lines[-1][1]} {text}")
        else:
            lines.append((length, text))
    return [text for _, text in lines]


def _is_long(formula: Expression) -> bool:
    return len(to_text(formula)) > MAX_LINE_LENGTH


_SIGNS = {"": "", "+": "+ ", "-": "- ", "*": r"\cdot "}


_HEADER = "% Needs \\usepackage{{amsmath,booktabs,longtable{tikz}}} in the preamble.\n"

# A graph alone is a document of its own: `pdflatex graph.tex` makes a page of its size.
_STANDALONE = """\\documentclass[tikz, border=4pt]{{standalone}}
\\usepackage{{amsmath}}
\\begin{{document}}
{picture}
\\end{{document}}
"""

_FONTS = {"en": "", "zh": "% Needs \\usepackage{ctex} and XeLaTeX for its Chinese.\n"}

# Widths of table cells are in characters.
_MAX_PAGE_ROWS = 40  # a table with more rows is broken over several pages
_MAX_WIDE_COLUMNS = 5  # a table with more columns is set in a smaller size
_MAX_UNFOLDED, _MAX_UNFOLDED_SMALL = 30, 20  # longer cells are folded, in few columns and in many
_MAX_LABEL = 8  # columns that are no wider count as labels, which leave the room to the others
_LINE, _SPACE = 85, 1.3  # a line in the smaller size, and the space between two columns
_CROWDED = 50  # if the short cells of a row are longer than this together, words are folded too
_MAX_UNFOLDED_WORD = 12  # a word that is no longer is still not folded then
_MAX_WEIGHT = 36  # a longer formula does not widen its column any further

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
_MAX_PLOT_ROWS = 40  # the other formats draw the plot or write all its points
_BREAK_AFTER = re.compile(r"[,+;)]|\{\*\}")
_BREAK = r"\g<0>\\allowbreak{}"
_UNBROKEN = re.compile(r"\d[\d.]*e-\d+")  # a line must not end at the minus of an exponent


def render(document: Document, look: Look) -> str:
    """Return the document as part of an article; its first line names the packages it needs."""
    if not document.blocks:
        return ""
    (first, *others) = document.blocks
    if isinstance(first, Graph) and not others and _is_drawn(first):
        return _STANDALONE.format(picture=tikz_picture(first))
    text = (
        _HEADER.format(tikz=",tikz" * any(map(_is_drawn, document.blocks)))
        + _FONTS[language()]
        + "".join([f"\n{_block(block, look)}\n" for block in for_people(document.blocks)])
    )
    return text if look.unicode else ascii_only(text)


def _block(block: Block, look: Look) -> str:
    match block:
        case Heading():
            return f"\\{_SECTIONS.get(block.level, 'paragraph')}*{{{_prose(block.text)}}}"
        case Paragraph():
            return _paragraph(block)
        case Table():
            return _table(block, look)
        case Listing():
            return _listing(block, look)
        case Equations():
            return _equations(block)
        case Source():
            return _source(block)
        case Plot():
            return _table(_on_one_page(block.table), look)
        case Graph():
            return f"{_drawing(block)}{_table(block.table, look)}"
        case Bars():
            return _table(block.table, look)


def _is_drawn(block: Block) -> bool:
    return isinstance(block, Graph) and len(block.vertices) <= MAX_DRAWN


def _drawing(graph: Graph) -> str:
    """Draw a graph in a figure of its own; nothing if it is too large."""
    if not _is_drawn(graph):
        return ""
    caption = f"\\caption{{{_prose(graph.caption)}}}"
    # Of a picture that is wider than the page the size is that of the page.
    fitted = "\n".join([r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%", tikz_picture(graph) + "}"])
    return "\n".join([r"\begin{figure}[htbp]", r"\centering", fitted, caption, r"\end{figure}", "", ""])


def _on_one_page(table: Table) -> Table:
    """Thin out the points of a plot to as many as fit on a page."""
    stride = -(-len(table.rows) // _MAX_PLOT_ROWS)
    if stride <= 1:
        return table
    return table._replace(rows=table.rows[::stride], caption=f"{table.caption} (1 row in {stride})".strip())


def _paragraph(paragraph: Paragraph) -> str:
    text = signed(paragraph.outcome, introduced(paragraph.role, paragraph.text), unicode=False)
    lines = "\\\\\n".join([_prose(line) for line in text.split("\n") if line.strip()])
    command = {"verdict": "textbf", "warning": "emph", "note": "emph"}.get(paragraph.role)
    space = r"\medskip" if paragraph.role == "verdict" else ""
    return f"{space}\\noindent\\{command}{{{lines}}}" if command else lines


def _prose(text: str) -> str:
    """Escape all commands, and transliterate what the default fonts lack, so that the text compiles."""
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
    r"""Write a number as mathematics: `7.3e-10` becomes 7.3 \times 10^{-10}."""
    return _EXPONENT.sub(lambda exponent: f"\\times 10^{{{exponent[1].replace('+', '')}{exponent[2]}}}", text)


def _cell(cell: Cell, look: Look) -> str:
    if isinstance(cell, Measured):
        right, wrong, rest = formatting.marked(cell, look.digits)
        mantissa, e, exponent = wrong.partition("e")
        marked = f"\\underline{{{mantissa}}}" if wrong else ""
        return f"${right}{marked}{_number(e + exponent + rest)}$" if wrong else _mathematics(right)
    if formatting.is_number(cell):
        return _mathematics(formatting.text(cell, look.digits))
    formula = formatting.formula_of(cell)
    if formula is not None:
        return f"${_formula(formula)}$"
    if isinstance(cell, Code):
        return f"\\texttt{{{_prose(formatting.text(cell))}}}"
    return r"\textendash{}" if cell is None else _prose(formatting.text(cell))


def _mathematics(number: str) -> str:
    return f"${_number(number)}$" if number[-1].isdecimal() and " " not in number else _prose(number)


def _table(table: Table, look: Look) -> str:
    folds = _folds(table)
    shares = _shares(table, folds)
    columns = "".join([_column(column.align, share) for column, share in zip(table.columns, shares, strict=True)])
    header = " & ".join([_prose(column.title) for column in table.columns]) + r" \tabularnewline"
    size = r"\scriptsize\setlength{\tabcolsep}{2.5pt}" if len(table.columns) > _MAX_WIDE_COLUMNS else r"\small"
    message = translate("{mark}: digits that differ from the truth.", mark=translate("Underlined"))
    legend = ["", rf"\smallskip\footnotesize {_prose(message)}"]
    legend = legend if formatting.any_wrong(table, look.digits) else []
    caption = f"\\caption{{{_prose(table.caption)}}}" if table.caption else ""
    rows = _rows(table, folds, look)
    if len(rows) > _MAX_PAGE_ROWS:
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
    elif formatting.is_formula(cell):  # a line may end within parentheses of fixed size, never between \left and \right
        text = text.replace(r"\left(", "(").replace(r"\right)", ")")
    return rf"\raggedright {text}"


def _column(align: str, share: float) -> str:
    """Return a column's letter, or its share of the line width if it folds its lines."""
    if share:
        return rf"p{{{share:.2g}\linewidth}}"
    return "r" if align == "right" else "l"


def _shares(table: Table, folds: Sequence[bool]) -> list[float]:
    """Return the share of the line width for each column that folds its lines, and 0 for the others."""
    folding, longest = sum(folds), [_longest(table, place) for place in range(len(folds))]
    beside = sum([length for length, fold in zip(longest, folds, strict=True) if not fold])
    if _is_crowded(table):
        room = max(0.86 - (beside + _SPACE * len(folds)) / _LINE, 0.3)
        weights = [min(length, _MAX_WEIGHT) if fold else 0 for length, fold in zip(longest, folds, strict=True)]
        return [room * weight / max(sum(weights), 1) for weight in weights]
    alone = folding > 1 and folding == len(folds) - 1 and beside <= _MAX_LABEL
    share = 0.4 if folding == 1 else (0.85 if alone else 0.5) / max(folding, 1)
    return [share if fold else 0.0 for fold in folds]


def _longest(table: Table, place: int) -> int:
    """Return the length of the longest cell of a column, apart from numbers, which never fold."""
    cells = [row[place] for row in table.rows if not formatting.is_number(row[place])]
    return max([len(formatting.exact(cell)) for cell in cells], default=0)


def _folds(table: Table) -> list[bool]:
    """Tell which columns have prose or formulas so long that they must be folded."""
    places = range(len(table.columns))
    # Many columns leave little room for each; but digits aligned with those of the truth are never folded.
    many = len(table.columns) > _MAX_WIDE_COLUMNS
    measured = [any(isinstance(row[place], Measured) for row in table.rows) for place in places]
    limits = [_MAX_UNFOLDED_SMALL if many and not aligned else _MAX_UNFOLDED for aligned in measured]
    if _is_crowded(table):
        words = [not any(isinstance(row[place], Code) for row in table.rows) for place in places]
        limits = [_MAX_UNFOLDED_WORD if word else limit for word, limit in zip(words, limits, strict=True)]
    return [table.columns[place].align == "left" and _longest(table, place) > limits[place] for place in places]


def _is_crowded(table: Table) -> bool:
    """Tell whether the short cells alone already fill the line."""
    lengths = [_longest(table, place) for place in range(len(table.columns))]
    return (
        len(lengths) > _MAX_WIDE_COLUMNS
        and sum([length for length in lengths if length <= _MAX_UNFOLDED_SMALL]) > _CROWDED
    )


def _source(source: Source) -> str:
    lines = [clean(f"{gutter}{line}", unicode=False) for gutter, line in source.gutters]
    return "\n".join([r"\begin{verbatim}", *lines, r"\end{verbatim}"])


def _equations(equations: Equations) -> str:
    """Set lines aligned at `=` with the rules beside them; a page may end between two lines."""
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
