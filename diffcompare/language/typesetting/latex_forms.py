"""Expressions in LaTeX for math mode (with amsmath), as a person writes them, bars over adjoints and all."""

from __future__ import annotations

from collections.abc import Sequence

from diffcompare.language.expression import Expression
from diffcompare.language.printer import infix
from diffcompare.language.typesetting.letters import GREEK, Name
from diffcompare.language.typesetting.typesetter import Fence, Sign, is_small, typeset

_FENCES: dict[Fence, tuple[str, str]] = {
    "round": (r"\left(", r"\right)"),
    "square": (r"\left[", r"\right]"),
    "abs": (r"\left|", r"\right|"),
    "floor": (r"\left\lfloor ", r"\right\rfloor "),
    "ceil": (r"\left\lceil ", r"\right\rceil "),
}

_SIGNS: dict[Sign, str] = {
    "plus": " + ",
    "minus": " - ",
    "times": r" \cdot ",
    "beside": " ",
    "space": r" \, ",
    "function": " ",
}

_FUNCTIONS = {
    **{
        name: f"\\{name}"
        for name in ("sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh", "tanh", "ln", "min", "max")
    },
    **{name: rf"\arc{name[1:]}" for name in ("asin", "acos", "atan")},
    "log10": r"\log_{10}",
    "log2": r"\log_{2}",
    "gamma": r"\Gamma",
    "digamma": r"\psi",
}

_RELATIONS = {"<": "<", "<=": r"\le", ">": ">", ">=": r"\ge", "==": "=", "!=": r"\ne"}

_ESCAPES = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "^": r"\textasciicircum{}",
        "~": r"\textasciitilde{}",
        **{c: f"\\{c}" for c in "{}$&#_%"},
    }
)


class LatexForms:
    """The writer of LaTeX; see `Forms`."""

    def number(self, digits: str) -> str:
        return digits

    def name(self, name: Name) -> str:
        below = rf"\mathrm{{{name.below.translate(_ESCAPES)}}}" if name.is_word_below else name.below
        stem = _stem(name.stem)
        if name.mark:
            stem = f"\\{name.mark} {stem}"
        if not below:
            return stem
        return f"{stem.rstrip()}_{below}" if len(below) == 1 else f"{stem.rstrip()}_{{{below}}}"

    def constant(self, name: str) -> str:
        return r"\pi " if name == "pi" else r"\mathrm{e}"

    def negated(self, inner: str) -> str:
        return f"-{inner}"

    def row(self, left: str, sign: Sign, right: str) -> str:
        return f"{left.rstrip()}{_SIGNS[sign]}{right}"

    def fraction(self, above: str, below: str) -> str:
        return rf"\frac{{{above}}}{{{below}}}"

    def power(self, base: str, exponent: str) -> str:
        return f"{base.rstrip()}^{exponent}" if len(exponent) == 1 else f"{base.rstrip()}^{{{exponent}}}"

    def root(self, inner: str, degree: int) -> str:
        return rf"\sqrt{{{inner}}}" if degree == 2 else rf"\sqrt[{degree}]{{{inner}}}"

    def fenced(self, inner: str, fence: Fence) -> str:
        opening, closing = _FENCES[fence]
        return f"{opening}{inner}{closing}"

    def call(self, function: str, exponent: str | None, arguments: Sequence[str]) -> str:
        called = _FUNCTIONS.get(function, rf"\operatorname{{{function.translate(_ESCAPES)}}}")
        raised = called if exponent is None else self.power(called, exponent)
        return f"{raised}{self.fenced(', '.join(arguments), 'round')}"

    def cases(self, left: str, relation: str, right: str, yes: str, no: str) -> str:
        condition = rf"{left} {_RELATIONS[relation]} {right}"
        return rf"\begin{{cases}} {yes} & \text{{if }} {condition} \\ {no} & \text{{otherwise}} \end{{cases}}"

    def derivative(self, by: str, partial: bool, inner: str) -> str:
        d = r"\partial " if partial else r"\mathrm{d}"
        return rf"\frac{{{d.rstrip()}}}{{{d}{by}}} {inner}"


FORMS = LatexForms()

MAX_TEXT = 2_000  # characters of a formula that is too large to be typeset


def to_latex(expression: Expression) -> str:
    """Return an expression as LaTeX for math mode (amsmath); the beginning of a large one, as text in a fixed width."""
    if is_small(expression):
        return formula(expression)
    text = infix(expression, {}, MAX_TEXT)
    return typewriter(text if len(text) <= MAX_TEXT else text[:MAX_TEXT] + "...")


def formula(expression: Expression, least: int = 0) -> str:
    """Return a small expression as LaTeX, in brackets if it binds less tightly than `least`."""
    return typeset(expression, FORMS, least)


def typewriter(text: str) -> str:
    """Set a text of the language in a fixed-width face, escaped."""
    return rf"\texttt{{{text.translate(_ESCAPES)}}}"


def _stem(stem: str) -> str:
    if stem in GREEK:
        return f"\\{GREEK[stem]} "
    if not stem.isascii():
        return rf"\text{{{stem}}}"
    return stem if len(stem) == 1 else rf"\mathit{{{stem.translate(_ESCAPES)}}}"
