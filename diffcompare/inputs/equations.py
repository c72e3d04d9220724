"""Answers written as equations: `f'(x) = 2*x`, `dy/dx = ...`, `y' = ...`, `f_x = ...`, `d/dx[x^2] = ...`.

What stands left of the sign of equality says which derivative is meant, and nothing else; the formula is what stands
on the other side.  A text that says two things, or something about the function itself (`y = 2x`), is an error: it is
never taken for a derivative by guess.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from diffcompare.diagnostics import Diagnostic, DiffcompareError

LONGEST = 1_000
"""Characters of the side of an equation that may name a derivative."""

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
_SIGNS = re.compile(r"[(\[{)\]}]|[<>!=:]?=+|[≔＝]")
"""Brackets, and signs of equality with what makes a comparison of them."""
_PRIMES = str.maketrans("′ʹ’`´‵", "''''''")


class Notation(NamedTuple):
    """A derivative as it is named: what is differentiated (None: it is not named), by what, and how often."""

    function: str | None
    by: str | None
    """None where the notation does not say it: f'."""
    order: int


def notation_of(text: str) -> Notation | None:
    """The derivative that a text names, None where it names none."""
    said = _plain(text) if len(text) <= LONGEST else ""
    for spelling in _SPELLINGS:
        match = spelling.fullmatch(said)
        if match:
            found = match.groupdict()
            order = 2 if found.get("twice") else len(found.get("primes") or "'")
            return Notation(found.get("f"), found.get("by"), order)
    return None


def _plain(text: str) -> str:
    """The text without the ways of LaTeX and of typesetters: f′(x), \\frac{dy}{dx}, fₓ, ẏ."""
    from unicodedata import normalize

    for pattern, spelt in _LATEX:
        text = pattern.sub(spelt, text)
    text = re.sub(r"(?<=[^\W\d_])([ₐₑₒₓₕₖₗₘₙₚₛₜᵢⱼᵣᵤᵥ])", r"_\1", text)
    text = re.sub(r"(\w)\N{COMBINING DOT ABOVE}", r"\1'", normalize("NFKD", text))
    return " ".join(normalize("NFC", text.translate(_PRIMES)).split())


def sides(text: str) -> list[tuple[int, int]]:
    """Where what stands between the signs of equality outside all brackets begins and ends, without blanks."""
    found, depth, start = [], 0, 0
    for sign in _SIGNS.finditer(text):
        depth += (sign[0] in "([{") - (sign[0] in ")]}")
        if sign[0] in (":=", "=", "≔", "＝") and depth == 0:
            found.append((start, sign.start()))
            start = sign.end()
    return [_bare(text, *each) for each in [*found, (start, len(text))]]


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    said = text[start:end]
    return start + len(said) - len(said.lstrip()), max(start, start + len(said.rstrip()))


def formula_in(text: str, by: str, names: Collection[str] = ()) -> tuple[int, int]:
    """Where the formula for the partial by a variable begins and ends in an answer, which may be an equation for it.

    Raises DiffcompareError for an equation that is about something else, and for one with two formulas.
    """
    whole = _bare(text, 0, len(text))
    found = sides(text)
    if len(found) == 1 or ";" in text:  # values with names, `a = x^2; 2*a`, are of the language
        return whole
    known: list[tuple[tuple[int, int], Notation]] = []
    formulas: list[tuple[int, int]] = []
    for start, end in found:
        notation = notation_of(text[start:end]) if text[start:end] not in names else None
        if notation is not None:
            known.append(((start, end), notation))
        elif start < end or (start, end) != found[0]:  # `= 2*x` has nothing on its left
            formulas.append((start, end))
    for span, notation in known:
        _check(text, span, notation, by, names)
    if len(formulas) == 1:
        return formulas[0]
    if not formulas:
        raise _wrong("there is no formula in this equation", text, whole, f"write the derivative by {by} itself")
    raise _two(text, formulas) if known or len(found) > 2 else _no_derivative(text, found, by)


def _check(text: str, span: tuple[int, int], notation: Notation, by: str, names: Collection[str]) -> None:
    """Raise DiffcompareError unless the notation is that of the first derivative by the variable."""
    said = text[slice(*span)]
    if notation.order > 1:
        message = f"`{said}` is not the first derivative, which is asked for"
        raise _wrong(message, text, span, f"write the derivative by {by}, once")
    if notation.by is not None and notation.by != by and not _alike(notation.by, by, names):
        message = f"`{said}` is a derivative by `{notation.by}`, and this is the place of that by `{by}`"
        raise _wrong(message, text, span, f"write df/d{by} = ..., or the formula alone")


def _alike(name: str, by: str, names: Collection[str]) -> bool:
    """Whether the name is another spelling of the variable: `x₁` of x1, `X` where there is one `x` only."""
    from diffcompare.language.alphabet import canonical

    return canonical(name) == by or (name not in names and name.casefold() == by.casefold())


def variable_of(text: str, names: Sequence[str]) -> str | None:
    """The variable whose partial an equation is for: `df/dx = ...`, `2*x = f'(x)`; None where it is no such equation.

    Raises DiffcompareError where it is one by something else, and where it does not say by which of several.
    """
    found = sides(text)
    if len(found) == 1 or ";" in text or text[slice(*found[0])] in names:
        return None
    for start, end in found:
        notation = notation_of(text[start:end])
        if notation is None:
            continue
        if notation.by is None and len(names) == 1:
            return names[0]
        if notation.by is None:
            message = f"`{text[start:end]}` does not say by which variable"
            raise _wrong(message, text, (start, end), f"for example df/d{names[0] if names else 'x'} = ...")
        by = next((name for name in names if _alike(notation.by, name, names)), None)
        if by is None:
            listed = ", ".join(names[:10]) + ", ..." * (len(names) > 10)
            message = f"`{text[start:end]}` is a derivative by `{notation.by}`, which is no variable of the function"
            raise _wrong(message, text, (start, end), f"its variables are {listed}" if names else "it is constant")
        return by
    return None


def _two(text: str, formulas: Sequence[tuple[int, int]]) -> DiffcompareError:
    span = (formulas[0][0], formulas[-1][1])
    help = f"keep one of them:   {text[slice(*formulas[-1])]}"
    return _wrong("an answer is one formula, and here are several", text, span, help)


def _no_derivative(text: str, found: Sequence[tuple[int, int]], by: str) -> DiffcompareError:
    left, right = (text[slice(*each)] for each in found[:2])
    message = f"`{left} = ...` does not say a derivative"
    help = f"if the derivative is meant: df/d{by} = {right}" if right else "write the derivative itself"
    return _wrong(message, text, found[0], help)


def _wrong(message: str, text: str, span: tuple[int, int], help: str) -> DiffcompareError:
    return DiffcompareError(Diagnostic("E714", "bad_value", message, text=text, span=span, help=help))
