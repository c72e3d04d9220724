"""The reader of signs that are set in print or written by hand: `½x²`, `∛x`, `e⁻ˣ`, `e^{-x}cos x`, `𝑥 – 1`, `（x）`.

They are written in the characters of the language, where that makes the text one that is read.  `3½` is a mixed number
or a product, and `x³√x` has a power or the degree of a root: both readings are shown.
"""

from __future__ import annotations

import re
import unicodedata

from diffcompare.language.syntax.juxtaposition import juxtaposed
from diffcompare.language.syntax.source_text import Finding, Reading, SourceText
from diffcompare.language.tokenizer import SUPERSCRIPTS, SyntaxFault, looks_like

_FRACTIONS = {
    sign: f"({fraction.replace('⁄', '/')})"
    for sign in map(chr, (*range(0xBC, 0xBF), *range(0x2150, 0x215F)))
    if re.fullmatch("[0-9]+⁄[0-9]+", fraction := unicodedata.normalize("NFKC", sign))
}
_RAISED = {
    sign: unicodedata.normalize("NFKC", sign)
    for sign in map(
        chr, (0xAA, 0xBA, 0x2071, 0x207F, *range(0x2B0, 0x2B9), *range(0x2E0, 0x2E4), *range(0x1D2C, 0x1D6B))
    )
    if unicodedata.decomposition(sign).startswith("<super>")
}
_FRACTION = re.compile(f"[{''.join(_FRACTIONS)}]")
_MIXED = re.compile(rf"(?<![\w.])([0-9]+)\s?({_FRACTION.pattern})")
_SIGN = f"[{SUPERSCRIPTS}{''.join(_RAISED)}]"
_EXPONENT = re.compile(rf"(?<!{_SIGN})[⁺⁻]?[{SUPERSCRIPTS}]*[{''.join(_RAISED)}]{_SIGN}{{,20}}(?!{_SIGN})")
_BRACED = re.compile(r"(?<=\^)\s*\{([^{}]*)\}")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_BRACKETS_OF_THEIR_OWN = "⟨⟩↑"  # a mean, an inner product, a power that is repeated
_STYLES = ("<font>", "<wide>", "<narrow>")  # 𝑥 of an equation in a document, ｘ of a keyboard in East Asia
_DEGREE = re.compile(rf"(?<=[\w)|{SUPERSCRIPTS}])(\s*)([{SUPERSCRIPTS}]+)\s*(√)")


def typeset(source: SourceText) -> Reading | Finding | None:
    """Write a text in the characters of the language; None where it has none to be replaced, or is not read then."""
    if (match := _DEGREE.search(source.text)) and (match[1] or match[2] != "²"):
        return _power_or_degree(source, match)
    if match := _MIXED.search(source.text):
        start, end = match.span()
        fraction = _FRACTIONS[match[2]]
        sum_, product = f"({match[1]} + {fraction[1:-1]})", f"{match[1]}*{fraction}"
        readings = (
            (source.edited((start, end, sum_)), "for the mixed number"),
            (source.edited((start, end, product)), "for the product"),
        )
        message = f"`{match[0]}` is a mixed number or a product"
        return Finding(message, (start, end), "two readings", readings=readings, code="E204")
    text = source.text.replace("∛", " cbrt ")
    text = _NOT_ASCII.sub(lambda match: _printed(match[0], source.text), text)
    text = re.sub(rf"(?<!\w){_FRACTION.pattern}", lambda match: _FRACTIONS[match[0]], text)
    text = _EXPONENT.sub(_exponent, text)
    text = text if "\\" in text else _BRACED.sub(r"(\1)", text)
    if text == source.text:
        return None
    fault = source.attempt(text, source.names)
    if isinstance(fault, SyntaxFault) and not juxtaposed(SourceText(text, fault, source.names, source.attempt)):
        return None
    return Reading(text)


def _printed(character: str, text: str) -> str:
    """Return the sign, the digit or the letter that a character is in another style: dashes are a minus sign.

    A letter stays what it is where the text has the plain one as well (`𝐱` and `x`), and so does one of another script
    that only looks like a Latin one.
    """
    meant = looks_like(character)
    if len(meant) == 1 and not meant.isalnum() and character not in _BRACKETS_OF_THEIR_OWN:
        return meant
    if unicodedata.decomposition(character).startswith(_STYLES) and len(meant) == 1:
        return meant if meant.isdecimal() or meant not in text else character
    return character


def _power_or_degree(source: SourceText, match: re.Match[str]) -> Finding | None:
    """Return both readings of `x³√x`."""
    start, root = match.start(2), match.start(3)
    if root not in source.starts:
        return None
    index = source.starts.index(root)
    stop = source.root_stop(index + 1)
    degree = unicodedata.normalize("NFKC", match[2])
    argument = source.excerpt(index + 1, stop).strip()
    written = f"*cbrt({argument})" if degree == "3" else f"*({argument})^(1/{degree})"
    end = source.span(stop - 1)[1]
    readings = (
        (source.edited((root, root, "*")), "for a power before the root"),
        (source.edited((match.start(), end, written)), "for the degree of the root"),
    )
    return Finding(
        f"`{match[2]}` is an exponent or the degree of the root", (start, match.end(2)), "two readings",
        readings=readings, code="E204",
    )  # fmt: skip


def _exponent(match: re.Match[str]) -> str:
    """Return the exponent that raised letters are: `^(-2 i x)` of `⁻²ⁱˣ`."""
    parts = (f" {_RAISED[sign]}" if sign in _RAISED else unicodedata.normalize("NFKC", sign) for sign in match[0])
    return f"^({''.join(parts).strip().replace('−', '-')})"
