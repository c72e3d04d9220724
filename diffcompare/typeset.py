"""Expressions as LaTeX for math mode (with amsmath).

Products are written with a dot, for `x (y + 1)` without one looks like a call; a quotient is a fraction, and what
stands under a power is in parentheses unless it is a letter or a number.
"""

from __future__ import annotations

import re
from typing import TypeAlias

from diffcompare.expression import Constant, Expression, Number, Open
from diffcompare.grammar import NEGATION, POWER, PRODUCT, SUM
from diffcompare.numerals import number_text

LARGEST = 200
"""Nodes up to which an expression is typeset; a larger formula fits on no page."""

_Part: TypeAlias = str | tuple[Expression, int]

_CASES, _CALL, _ATOM = 1, 9, 10
_LEVELS = {"+": SUM, "-": SUM, "*": PRODUCT, "neg": NEGATION, "/": POWER, "^": POWER, "^n": POWER, "exp": POWER}
_FENCED = {
    "sqrt": (r"\sqrt{", "}"),
    "cbrt": (r"\sqrt[3]{", "}"),
    "abs": (r"\left|", r"\right|"),
    "floor": (r"\left\lfloor ", r"\right\rfloor"),
    "ceil": (r"\left\lceil ", r"\right\rceil"),
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
_SMALL_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho", "σ": "sigma",
    "τ": "tau", "υ": "upsilon", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
}  # fmt: skip
_GREAT_GREEK = {
    "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi", "Σ": "Sigma", "Υ": "Upsilon",
    "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega",
}  # fmt: skip
_GREEK = _SMALL_GREEK | _GREAT_GREEK
_GREEK_NAMES = frozenset(_GREEK.values())
_ESCAPES = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "^": r"\textasciicircum{}",
        "~": r"\textasciitilde{}",
        **{c: f"\\{c}" for c in "{}$&#_%"},
    }
)


def formula(root: Expression, least: int = 0) -> str:
    """The expression as LaTeX, written from left to right from a stack (see `printer`).

    It is put in parentheses if it binds less tightly than `least`.
    """
    pieces: list[str] = []
    stack: list[_Part] = [(root, least)]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            pieces.append(item)
            continue
        node, needed = item
        level, parts = _parts(node)
        if level < needed:
            parts = [r"\left(", *parts, r"\right)"]
        stack.extend(reversed(parts))
    return "".join(pieces)


def typewriter(text: str) -> str:
    """Text of the language in a fixed-width face, escaped."""
    return rf"\texttt{{{text.translate(_ESCAPES)}}}"


def variable(name: str) -> str:
    """A variable: x1 is x with a subscript, theta is the letter, a word is set upright enough to be one word."""
    found = re.fullmatch(r"([^\W\d_]+)(?:_?([0-9]+)|_(\w+))?", name)
    if found is None:
        return rf"\mathit{{{name.translate(_ESCAPES)}}}"
    stem, digits, word = found.groups()
    below = digits if digits else rf"\mathrm{{{word.translate(_ESCAPES)}}}" if word else ""
    return _letter(stem) + (f"_{{{below}}}" if below else "")


def _letter(stem: str) -> str:
    greek = _GREEK.get(stem) or (stem if stem in _GREEK_NAMES else None)
    if greek is not None:
        return f"\\{greek} "
    if not stem.isascii():
        return rf"\text{{{stem}}}"
    return stem if len(stem) == 1 else rf"\mathit{{{stem}}}"


def _leaf(leaf: Expression) -> tuple[int, list[_Part]]:
    if isinstance(leaf, Number):
        mantissa, _, exponent = number_text(leaf).partition("e")
        if not exponent:
            return _ATOM, [mantissa]
        return PRODUCT, [rf"{mantissa} \cdot 10^{{{exponent}}}" if mantissa != "1" else f"10^{{{exponent}}}"]
    if isinstance(leaf, Open):
        by = rf"\frac{{\mathrm{{d}}}}{{\mathrm{{d}}{variable(leaf.by)}}}"
        return _CALL, [rf"{by} \left[", (leaf.of, 0), r"\right]"]
    name: str = leaf.name  # type: ignore[attr-defined]
    if isinstance(leaf, Constant):
        return _ATOM, [r"\pi " if name == "pi" else r"\mathrm{e}"]
    return _ATOM, [variable(name)]


def _parts(node: Expression) -> tuple[int, list[_Part]]:
    """How tightly a node binds, and what is written for it: texts and arguments with the least level they may have."""
    if node.operation is None:
        return _leaf(node)
    name, arguments = node.operation.name, node.arguments
    if name in _LEVELS:
        return _LEVELS[name], _arithmetic(name, arguments)
    if name in _FENCED:
        opening, closing = _FENCED[name]
        return _ATOM if name != "abs" else _CALL, [opening, (arguments[0], 0), closing]
    if name.startswith("if "):
        return _CASES, _cases(_RELATIONS[name[3:]], arguments)
    called = _FUNCTIONS.get(name, rf"\operatorname{{{name}}}")
    inner: list[_Part] = [rf"{called}\left("]
    for argument in arguments:
        inner += [(argument, 0), ", "]
    inner[-1] = r"\right)"
    return _CALL, inner


def _arithmetic(name: str, arguments: tuple[Expression, ...]) -> list[_Part]:
    left, right = arguments[0], arguments[-1]
    after = _CALL if right.operation is not None and right.operation.name == "neg" else 0
    if name in ("+", "-"):
        return [(left, SUM), f" {name} ", (right, after or PRODUCT)]
    if name == "*":
        return [(left, PRODUCT), r" \cdot ", (right, after or POWER)]
    if name == "/":
        return [r"\frac{", (left, 0), "}{", (right, 0), "}"]
    if name == "neg":
        return ["-", (left, POWER)]
    if name == "exp":
        return [r"\mathrm{e}^{", (left, 0), "}"]
    return ["{", (left, _ATOM), "}^{", (right, 0), "}"]


def _cases(relation: str, arguments: tuple[Expression, ...]) -> list[_Part]:
    left, right, yes, no = arguments
    condition: list[_Part] = [r" & \text{if } ", (left, 0), f" {relation} ", (right, 0)]
    return [r"\begin{cases} ", (yes, 0), *condition, r" \\ ", (no, 0), r" & \text{otherwise} \end{cases}"]
