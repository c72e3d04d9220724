"""Recognition: the notation that a text is in, asked only about a text that is not in our language.

`NOTATIONS` are the readers by name.  A text is read in every notation of which it bears a mark: `\\frac`, `Sin[`, `.^`.
If the readings agree, that is its meaning; if they differ, all are shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from functools import partial
from typing import NamedTuple, TypeAlias

from diffcompare.diagnostics import note
from diffcompare.language.expression import Expression
from diffcompare.language.notation.algebra_systems import GIAC, MAPLE, MATHEMATICA, MAXIMA, SYMPY
from diffcompare.language.notation.dialect import Dialect
from diffcompare.language.notation.infix import read_infix
from diffcompare.language.notation.latex_statement import read_latex
from diffcompare.language.notation.programming import CASADI, FORTRAN, MATLAB, PYOMO, PYSR, PYTHON, C, with_powers
from diffcompare.language.notation.spreadsheet import read_spreadsheet
from diffcompare.language.notation.translation import MAX_LENGTH, Meanings, NotationFault, Translation, translate
from diffcompare.language.syntax.source_text import Finding, Reading, SourceText

NotationReader: TypeAlias = Callable[[str, Collection[str], Meanings], Translation]


class ForeignNotation(NamedTuple):
    """A notation: what it is called, the mark by which a text in it is recognized, and its reader.

    A mark that other notations have as well is a hint: a text that cannot be read by it is not blamed for that.
    """

    title: str
    mark: re.Pattern[str]
    read: NotationReader
    hint: re.Pattern[str]


def _in_a_line(dialect: Dialect) -> NotationReader:
    def read(text: str, names: Collection[str], meanings: Meanings) -> Translation:
        return Translation(read_infix(text, names, meanings, dialect))

    return read


def _spreadsheet(text: str, names: Collection[str], meanings: Meanings) -> Translation:
    return Translation(read_spreadsheet(text, names, meanings))


_MODULES = r"\b(?:np|numpy|math|torch|jnp|tf|scipy|special)\."
NOTATIONS: dict[str, ForeignNotation] = {
    name: ForeignNotation(title, re.compile(mark), read, re.compile(hint))
    for name, title, mark, read, hint in (
        ("latex", "LaTeX", r"\\(?!\[[A-Z][A-Za-z]+\])[A-Za-z(\[{|%,;:!]|\{,\}|^\s*\$", read_latex, r"[\^_]\s*\{"),
        ("mathematica", "Mathematica", r"\b[A-Z][A-Za-z0-9]+\[|\\\[[A-Z][A-Za-z]+\]|(?<![\w.])[0-9]+\.?[0-9]*\*\^",
         _in_a_line(MATHEMATICA), r"(?!)"),
        ("maxima", "Maxima", r"%(?:pi|e|i)\b|^\s*if\b.*\bthen\b", _in_a_line(MAXIMA), r"\bsignum\("),
        ("maple", "Maple", r"\b(?:GAMMA|lnGAMMA|piecewise|surd\b)|log\[(?:10|2)\]", _in_a_line(MAPLE),
        r"\b(?:Pi|signum|arctan)\b"),
        ("giac", "giac", r"(?!)", _in_a_line(GIAC), r"\b(?:surd|piecewise|when|ifte)\("),
        ("sympy", "sympy", r"\b(?:Piecewise|Abs|Max|Min|Heaviside|Rational)\(", _in_a_line(SYMPY), r"(?!)"),
        ("matlab", "MATLAB", r"\.[*/^]|\bnthroot\(|~=", _in_a_line(MATLAB), r"(?!)"),
        ("fortran", "Fortran",
        r"(?<![\w.])[0-9]+\.?[0-9]*[dD][+-]?[0-9]|[0-9.]_(?:dp|wp|rk|real64)\b|\.(?:lt|gt|le|ge|eq|ne)\."
        r"|&\s*\n|\b[dD](?:sin|cos|exp|log|sqrt|abs|SIN|COS|EXP|LOG|SQRT|ABS)\(",
         _in_a_line(FORTRAN), r"(?!)"),
        ("c", "C", r"\bstd::|\bM_[A-Z]+|\bf(?:abs|max|min)\(|\bpow[fl]?\(|[0-9.][fF]\b|\?.*:|\(double\)",
        _in_a_line(C), r"(?!)"),
        ("python", "Python", rf"{_MODULES}|\bif\b.*\belse\b", _in_a_line(PYTHON), r"\bpow\("),
        ("casadi", "CasADi", r"@[0-9]+\s*=", _in_a_line(CASADI), r"(?!)"),
        ("pyomo", "Pyomo", r"\bExpr_if\(", _in_a_line(PYOMO), r"(?!)"),
        ("pysr", "PySR", r"(?!)", _in_a_line(PYSR), r"\b(?:square|cube|inv)\("),
        ("spreadsheet", "a spreadsheet", r"^\s*=", _spreadsheet, r"(?!)"),
    )
}  # fmt: skip


# What is read where nobody said that it is C or Python: with a power as our language writes it, pow(x,2)^3.
_MIXED = {"c": "mixed c", "python": "mixed python"}
_READERS = {
    **{name: notation.read for name, notation in NOTATIONS.items()},
    **{f"mixed {name}": _in_a_line(with_powers(dialect)) for name, dialect in (("c", C), ("python", PYTHON))},
}


def in_notation(name: str, text: str, names: Collection[str] = ()) -> Translation:
    """Return the meaning of a text in a notation.

    Args:
        name: One of NOTATIONS.
        text: The formula.
        names: Variables that are known.

    Raises:
        NotationFault: The text is not read in this notation, or has several meanings.
    """
    if len(text) > MAX_LENGTH:
        message = f"a formula in another notation of {len(text):,} characters"
        raise NotationFault(message, (MAX_LENGTH, len(text)), f"{MAX_LENGTH:,} is the limit")
    return translate(partial(_READERS[name], text, names))


def latex_notation(source: SourceText) -> Reading | Finding | None:
    """Read a text in LaTeX; None for one without a mark of it."""
    return _recognized(source, ["latex"])


def notation_in_a_line(source: SourceText) -> Reading | Finding | None:
    """Read a text in the notation of a program whose mark it bears; None for one without a mark."""
    return _recognized(source, [name for name in NOTATIONS if name != "latex"])


def _recognized(source: SourceText, names: Collection[str]) -> Reading | Finding | None:
    readings: dict[Expression, Reading] = {}
    words: dict[str, str] = {}
    faults: list[Finding] = []
    marked = [name for name in names if NOTATIONS[name].mark.search(source.text)]
    hinted = [name for name in names if name not in marked and NOTATIONS[name].hint.search(source.text)]
    for name in (*marked, *hinted):
        if name in hinted and readings:
            break  # a mark says more than a hint
        try:
            translation = in_notation(_MIXED.get(name, name), source.text, source.names)
        except NotationFault as fault:
            finding = finding_of(fault)
            if name in marked and fault.readings:
                return finding  # that another notation has one meaning for it settles nothing
            if fault.readings or (name in marked and (fault.code == "E221" or name == "spreadsheet")):
                faults.append(finding)
            continue
        readings.setdefault(translation.expression, reading_of(translation))
        words.setdefault(str(translation.expression), f"in {NOTATIONS[name].title}")
    if len(readings) == 1:
        return next(iter(readings.values()))
    if readings:
        message = "this has several meanings, by the notation it is in"
        return Finding(message, (0, len(source.text)), "which notation?", readings=tuple(words.items()), code="E222")
    return faults[0] if faults else None


def reading_of(translation: Translation) -> Reading:
    """Return a translation as a reading: text in our language, with the remarks as notes."""
    notes = tuple(note("W316", remark) for remark in translation.remarks)
    return Reading(str(translation.expression), notes, translation.variables, translation.wrt)


def finding_of(fault: NotationFault) -> Finding:
    """Return a fault as a finding about the text."""
    code = "E222" if len(fault.readings) > 1 else fault.code
    return Finding(
        fault.message, fault.span, fault.label, fault.help, readings=fault.readings, code=code, kind="syntax_error"
    )
