"""Read answers written as equations: `f'(x) = 2*x`, `dy/dx = ...`, `y' = ...`, `f_x = ...`, `d/dx[x^2] = ...`.

One side names the derivative, the other is the formula.  A text with two formulas, or with one for the function itself
(`y = 2x`), is an error: nothing is taken for a derivative by guess.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.language.tokenizer import canonical

MAX_NOTATION_LENGTH = 1_000  # characters of the side of an equation that names a derivative

_NAME = r"[^\W\d_][^\W_]*"
_ARGUMENTS = rf"(?: ?\( ?{_NAME}(?:_\w+)?(?: ?, ?{_NAME}(?:_\w+)?)* ?\))?"
_BRACKETS = r"[\[({].*[\])}]"
_BY = r"(?P<by>[^\W\d]\w*)"
_D = r"[d∂]"
_SPELLINGS = tuple(
    re.compile(pattern)
    for pattern in (
        # f'(x), f(x)'; f', f'(x, y); (x^2)'
        rf"(?P<f>{_NAME}) ?(?P<primes>'+) ?\( ?{_BY} ?\)",
        rf"(?P<f>{_NAME}) ?\( ?{_BY} ?\) ?(?P<primes>'+)",
        rf"(?P<f>{_NAME}) ?(?P<primes>'+) ?{_ARGUMENTS}",
        rf"(?P<f>{_NAME}){_ARGUMENTS} ?(?P<primes>'+)",
        rf"{_BRACKETS} ?(?P<primes>'+)",
        # f'_x
        rf"(?P<f>{_NAME}) ?(?P<primes>'+) ?_ ?\{{?{_BY}\}}? ?{_ARGUMENTS}",
        # dy/dx, df(x)/dx, d(x^2)/dx, d/dx, d/dx f(x), d/dx[x^2], (dy)/(dx)
        rf"\(? ?{_D} ?(?:(?P<f>{_NAME}){_ARGUMENTS}|{_BRACKETS})? ?\)? ?/ ?\(? ?{_D} ?{_BY} ?\)? ?{_ARGUMENTS}",
        rf"\(? ?{_D} ?/ ?{_D} ?{_BY} ?\)? ?(?: (?P<f>{_NAME}){_ARGUMENTS}|{_BRACKETS})",
        # f_x, f_{x}, f_x(x, y), df_dx, ∂_x f, D_x f, D_x[x^2]
        rf"{_D}(?P<f>{_NAME})_{_D}{_BY}",
        rf"(?P<f>{_NAME})_\{{?{_BY}\}}?{_ARGUMENTS}",
        rf"[∂D]_\{{?{_BY}\}}? ?(?:(?P<f>{_NAME}){_ARGUMENTS}|{_BRACKETS})?",
        # D[f, x], diff(x^2, x)
        rf"(?:D|diff) ?[\[(].*, ?{_BY} ?[\])]",
        # d²y/dx², d^2 f/dx^2
        rf"(?P<twice>{_D} ?\^?2) ?(?:(?P<f>{_NAME}){_ARGUMENTS}|{_BRACKETS})? ?/ ?{_D} ?{_BY}(?:\^2)?",
    )
)
_LATEX = (
    (re.compile(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}"), r"\1/\2"),
    (re.compile(r"\\(?:mathrm|operatorname|text)\s*\{([^{}]*)\}"), r"\1"),
    (re.compile(r"\\partial\b\s*"), "∂"),
    (re.compile(r"\^\s*\{?((?:\\prime\s*)+)\}?"), lambda match: "'" * match[1].count("prime")),
    (re.compile(r"\\dot\s*\{?(\w)\}?"), r"\1'"),
    (re.compile(r"\\(?:left|right)\b|\\[,;: !]|\$"), ""),
)
_SIGNS = re.compile(r"[(\[{)\]}]|[<>!=:]?=+|[≔＝]")  # brackets, signs of equality, and comparisons
_PRIMES = str.maketrans("′ʹ’`´‵", "''''''")


class Notation(NamedTuple):
    """The notation of a derivative: the function (if it is named), the variable, and the order."""

    function: str | None
    by: str | None  # None where the notation does not say it: f'
    order: int


def notation_of(text: str) -> Notation | None:
    """Return the derivative that a text names, None if it names none."""
    plain = _untypeset(text) if len(text) <= MAX_NOTATION_LENGTH else ""
    for spelling in _SPELLINGS:
        match = spelling.fullmatch(plain)
        if match:
            groups = match.groupdict()
            order = 2 if groups.get("twice") else len(groups.get("primes") or "'")
            return Notation(groups.get("f"), groups.get("by"), order)
    return None


def _untypeset(text: str) -> str:
    """Replace LaTeX and typeset characters by plain ones: f′(x), \\frac{dy}{dx}, fₓ, ẏ."""
    from unicodedata import normalize

    for pattern, spelt in _LATEX:
        text = pattern.sub(spelt, text)
    text = re.sub(r"(?<=[^\W\d_])([ₐₑₒₓₕₖₗₘₙₚₛₜᵢⱼᵣᵤᵥ])", r"_\1", text)
    text = re.sub(r"(\w)\N{COMBINING DOT ABOVE}", r"\1'", normalize("NFKD", text))
    return " ".join(normalize("NFC", text.translate(_PRIMES)).split())


def sides(text: str) -> list[tuple[int, int]]:
    """Return the spans between the signs of equality that stand outside all brackets, without blanks at their ends."""
    spans, depth, start = [], 0, 0
    for sign in _SIGNS.finditer(text):
        depth += (sign[0] in "([{") - (sign[0] in ")]}")
        if sign[0] in (":=", "=", "≔", "＝") and depth == 0:
            spans.append((start, sign.start()))
            start = sign.end()
    return [_stripped(text, *span) for span in [*spans, (start, len(text))]]


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    part = text[start:end]
    return start + len(part) - len(part.lstrip()), max(start, start + len(part.rstrip()))


def formula_in(text: str, by: str, names: Collection[str] = ()) -> tuple[int, int]:
    """Return the span of the formula for the partial by a variable in an answer, which may be an equation for it.

    Raises DiffcompareError for an equation about something else, and for one with two formulas.
    """
    whole = _stripped(text, 0, len(text))
    spans = sides(text)
    if len(spans) == 1 or ";" in text:  # `a = x^2; 2*a` is an expression with a named value
        return whole
    notations: list[tuple[tuple[int, int], Notation]] = []
    formulas: list[tuple[int, int]] = []
    for start, end in spans:
        notation = notation_of(text[start:end]) if text[start:end] not in names else None
        if notation is not None:
            notations.append(((start, end), notation))
        elif start < end or (start, end) != spans[0]:  # `= 2*x` has nothing on its left
            formulas.append((start, end))
    for span, notation in notations:
        _check(text, span, notation, by, names)
    if len(formulas) == 1:
        return formulas[0]
    if not formulas:
        raise _wrong("there is no formula in this equation", text, whole, f"write the derivative by {by} itself")
    raise _several(text, formulas) if notations or len(spans) > 2 else _no_derivative(text, spans, by)


def _check(text: str, span: tuple[int, int], notation: Notation, by: str, names: Collection[str]) -> None:
    """Raise DiffcompareError unless the notation is that of the first derivative by the variable."""
    written = text[slice(*span)]
    if notation.order > 1:
        message = f"`{written}` is not the first derivative, which is asked for"
        raise _wrong(message, text, span, f"write the derivative by {by}, once")
    if notation.by is not None and notation.by != by and not _is_spelling_of(notation.by, by, names):
        message = f"`{written}` is a derivative by `{notation.by}`, where the one by `{by}` is expected"
        raise _wrong(message, text, span, f"write df/d{by} = ..., or the formula alone")


def _is_spelling_of(name: str, by: str, names: Collection[str]) -> bool:
    """Tell whether a name is another spelling of the variable: `x₁` of x1, and `X` of x unless X is a variable too."""
    return canonical(name) == by or (name not in names and name.casefold() == by.casefold())


def variable_of(text: str, names: Sequence[str]) -> str | None:
    """Return the variable that an equation is a partial by: `df/dx = ...`, `2*x = f'(x)`; None for any other text.

    Raises DiffcompareError for a derivative by something else, and if it is not said by which of several variables.
    """
    spans = sides(text)
    if len(spans) == 1 or ";" in text or text[slice(*spans[0])] in names:
        return None
    for start, end in spans:
        notation = notation_of(text[start:end])
        if notation is None:
            continue
        if notation.by is None and len(names) == 1:
            return names[0]
        if notation.by is None:
            message = f"`{text[start:end]}` does not say by which variable"
            raise _wrong(message, text, (start, end), f"for example df/d{names[0] if names else 'x'} = ...")
        by = next((name for name in names if _is_spelling_of(notation.by, name, names)), None)
        if by is None:
            listed = ", ".join(names[:10]) + ", ..." * (len(names) > 10)
            message = f"`{text[start:end]}` is a derivative by `{notation.by}`, which is no variable of the function"
            raise _wrong(message, text, (start, end), f"its variables are {listed}" if names else "it is constant")
        return by
    return None


def _several(text: str, formulas: Sequence[tuple[int, int]]) -> DiffcompareError:
    span = (formulas[0][0], formulas[-1][1])
    help = f"keep one of them:   {text[slice(*formulas[-1])]}"
    return _wrong("an answer is one formula, and here are several", text, span, help)


def _no_derivative(text: str, spans: Sequence[tuple[int, int]], by: str) -> DiffcompareError:
    left, right = (text[slice(*span)] for span in spans[:2])
    message = f"`{left} = ...` does not name a derivative"
    help = f"if the derivative is meant: df/d{by} = {right}" if right else "write the derivative itself"
    return _wrong(message, text, spans[0], help)


def _wrong(message: str, text: str, span: tuple[int, int], help: str) -> DiffcompareError:
    return DiffcompareError(Diagnostic("E714", "bad_value", message, text=text, span=span, help=help))
