"""Findings about characters and numbers: E301 to E304."""

from __future__ import annotations

import re
from collections.abc import Callable

from diffcompare.language.adjacency import Adjacency
from diffcompare.language.alphabet import is_invisible, looks_like, plain, unicode_name
from diffcompare.language.grammar import is_word
from diffcompare.language.syntax.brackets import bracket
from diffcompare.language.syntax.source_text import Finding, SourceText, is_numeric, is_value, quoted
from diffcompare.language.syntax.spelling import MODULES, REWRITTEN, is_known, suggest

_MAXIMA = re.compile(r"%(?=(?:pi|e)\b)")

_CONSTANTS = {"PI": "pi", "E": "e"}  # constants of a module, as in `Math.PI`

_APOSTROPHES = re.compile(r"(?<![\w.])[1-9]\d{0,2}(?:'\d{3})+(?![\w'])")


def character(scene: SourceText) -> Finding:
    """A character that is no part of the language."""
    start, end = scene.fault.span or scene.span(scene.index)
    found = scene.text[start]
    if is_invisible(found):
        message = f"an invisible character: {unicode_name(found)}"
        return Finding(message, (start, end), "leave it out", "without it:", _plain(scene), code="E303")
    if not found.isascii():
        return _foreign(scene, found, start)
    if found == ".":
        return _dot(scene)
    if found in "&:" and scene.text[start + 1 : start + 2] in ("&", "="):
        end += 1
    return _SIGN_FINDINGS.get(found, _unknown)(scene, start, end)


def _plain(scene: SourceText) -> tuple[str, ...]:
    return (plain(scene.text),) if scene.short else ()


def _foreign(scene: SourceText, found: str, start: int) -> Finding:
    span = (start, start + 1)
    meant = looks_like(found)
    name = unicode_name(found)
    if meant and meant.isprintable():
        message = f"{name} looks like `{meant}` but is another character"
        if len(meant) > 1:
            message = f"{name} is written `{meant}`"
        return Finding(
            message, span, f"type `{meant}`", "with the characters of the language:", _plain(scene), code="E302"
        )
    if found == "°":
        index = scene.starts.index(start)  # the fault has no token where a character stopped the lexer
        cure = ""
        before = scene.token(index - 1)
        # `x²°` is nothing that is known, and neither is `|°`.
        if scene.short and scene.text[start - 1].isascii() and before != "|" and _ends_value(before):
            first = scene.operand_start(index - 1)
            angle = f"{scene.source(first, index)}*pi/180"
            cure = scene.replaced(scene.span(first)[0], start + 1, angle)
        return Finding("there is no sign for degrees", span, "angles are in radians", "in radians:", (cure,))
    message = f"{name} cannot be part of an expression" if not found.isalpha() else f"{name} cannot be part of a name"
    return Finding(message, span, "not a character of the language", "without it:" if meant else None, _plain(scene))


def _unknown(scene: SourceText, start: int, end: int) -> Finding:
    found = scene.text[start:end]
    return Finding(f"`{found}` is not part of the language", (start, end), "not a sign I know")


def _exclamation(scene: SourceText, start: int, end: int) -> Finding:
    before = scene.index - 1
    if before < 0 or not (is_word(scene.token(before)) or scene.token(before)[0] in ")0123456789"):
        message = "there is no sign for `not`"
        return Finding(message, (start, end), "conditions are comparisons", "swap the branches: if(a < b, y, x)")
    if scene.text[end : end + 1] == "!" or scene.text[start - 1] == "!":
        return Finding("there is no sign for a double factorial", (start, end), "not a sign I know")
    first = scene.operand_start(before)
    operand = scene.source(first, before + 1)
    cure = scene.edited((scene.span(first)[0], end, f"gamma({operand} + 1)"))
    return Finding(
        "there is no sign for a factorial", (start, end), "a factorial is a gamma", "as a gamma function:", (cure,)
    )


def _percent(scene: SourceText, start: int, end: int) -> Finding:
    """Explain a percent sign: `%pi` is a constant of Maxima, `5%` a hundredth, and `a % b` a remainder."""
    index, label = scene.index, "not an operator"
    if _MAXIMA.match(scene.text, start) and not _ends_value(scene.token(index - 1)):
        cure = _MAXIMA.sub("", scene.text) if scene.short else ""
        return Finding("a constant is written without `%`", (start, end), "leave it out", "without it:", (cure,))
    stop = scene.operand_stop(index + 1)
    if not index or not scene.short or not _ends_value(scene.token(index - 1)):
        return Finding("there is no sign for a remainder", (start, end), label, "a remainder is a - b*floor(a/b)")
    percentage = _percentage(scene, start, end)
    if percentage and not is_value(scene.token(index + 1)):
        message = "there is no sign for a percentage"
        return Finding(message, (start, end), label, "as a fraction:", (percentage,))
    first = scene.term_start(index - 1)
    a, b = (_factor(scene.source(*ends)) for ends in ((first, index), (index + 1, stop)))
    cure = scene.replaced(scene.span(first)[0], scene.span(stop - 1)[1], f"{a} - {b}*floor({a}/{b})")
    if percentage and scene.span(index - 1)[1] == start and scene.text[end].isspace():  # `5% x`, but `5 % x`
        readings = [(percentage, "for a percentage"), (cure, "for a remainder")]
        readings = readings[:1] if scene.token(index + 1) == "of" else readings
        return Finding("there is no percent sign", (start, end), label, readings=tuple(readings))
    return Finding("there is no sign for a remainder", (start, end), label, "with floor:", (cure,))


def _percentage(scene: SourceText, start: int, end: int) -> str:
    """Write `5%` and `5% of x` as hundredths; nothing where no number stands before the sign."""
    index = scene.index
    if not is_numeric(scene.token(index - 1)) or not scene.text[start - 1].isascii():
        return ""
    place, part = scene.span(index - 1)[0], f"{scene.token(index - 1)}/100"
    part = f"({part})" if scene.token(index - 2) in ("/", "^", "**") else part
    if not is_value(scene.token(index + 1)):
        return scene.replaced(place, end, part)
    behind = index + 1 + (scene.token(index + 1) == "of")
    return scene.edited((place, scene.span(behind)[0], f"{part}*"))


def _ends_value(token: str) -> bool:
    return token == ")" or token == "|" or is_numeric(token) or (is_word(token) and token[-1] != "(")


def _factor(text: str) -> str:
    """Write an operand as it stands in a product."""
    return text.strip() if re.fullmatch(r"\s*(?:[\w.]+(?:\([^()]*\))?|\([^()]*\))\s*", text) else f"({text.strip()})"


def _ampersand(scene: SourceText, start: int, end: int) -> Finding:
    message = f"there is no `{scene.text[start:end]}`: conditions do not combine"
    return Finding(message, (start, end), "not an operator", "nest them: if(a < b, if(c < d, x, y), y)")


def _quote(scene: SourceText, start: int, end: int) -> Finding:
    groups = _APOSTROPHES.search(scene.text) if scene.short else None
    if groups and groups.start() < start < groups.end():
        cure = scene.edited((*groups.span(), groups[0].replace("'", "")))
        return Finding("an apostrophe does not stand in a number", (start, end), "leave it out", "without it:", (cure,))
    inside = scene.text.strip()[1:-1]
    if scene.text.strip() == f"{scene.text[start]}{inside}{scene.text[start]}" and scene.short:
        message = "a quotation mark is not part of an expression"
        return Finding(message, (start, end), "leave it out", "without them:", (inside,))
    adjacent = scene.index and scene.span(scene.index - 1)[1] == start and scene.text[start] == "'"
    if adjacent and scene.token(scene.index - 1) != "(":
        message = "there is no sign for a derivative"
        return Finding(message, (start, end), "derivatives are what diffcompare computes", "leave the prime out")
    return Finding("a quotation mark is not part of an expression", (start, end), "an expression has no text in quotes")


def _removable(message: str) -> Callable[[SourceText, int, int], Finding]:
    def finding(scene: SourceText, start: int, end: int) -> Finding:
        cure = scene.text.replace(scene.text[start], "") if scene.short else ""
        return Finding(message, (start, end), "leave it out", "without it:", (cure,))

    return finding


def _comment(scene: SourceText, start: int, end: int) -> Finding:
    return Finding(
        "there are no comments", (start, end), "the text goes on", "without it:", (scene.text[:start].rstrip(),)
    )


def _question(scene: SourceText, start: int, end: int) -> Finding:
    return Finding("there is no `? :`", (start, end), "not an operator", "a choice is if(a < b, x, y)")


def _colon(scene: SourceText, start: int, end: int) -> Finding:
    if scene.text.startswith("::", start) and scene.word(scene.index - 1) in MODULES:
        cure = re.sub(r"\b\w+::", "", scene.text) if scene.short else ""
        return Finding("names stand alone here", (start, start + 2), "leave the module out", "alone:", (cure,))
    if not scene.text[end:].strip():
        cure = scene.text[:start].rstrip()
        return Finding("`:` is not part of the language", (start, end), "nothing follows", "without it:", (cure,))
    if end > start + 1:
        cure = scene.edited((start, end, "="))
        return Finding("`:=` is written `=`", (start, end), "write `=`", "with `=`:", (cure,))
    return _unknown(scene, start, end)


def _dot(scene: SourceText) -> Finding:
    """`np.sin`: the function is known here without its module.  Any other dot is an error of its own."""
    first = last = scene.index
    if scene.token(first + 1) in ("*", "/", "^", "**") and scene.span(first + 1)[0] == scene.span(first)[1]:
        cure = re.sub(r"(?<!\d)\.(?=[*/^])", "", scene.text) if scene.short else ""
        message = "an operator has no point in front: it works on numbers, not on arrays"
        return Finding(message, scene.span(first), "leave it out", "without it:", (cure,))
    if is_numeric(scene.token(first - 1)) and scene.span(first - 1)[1] == scene.span(first)[0]:
        return two_points(scene, first - 1)
    while scene.word(first - 1) in MODULES and scene.word(first - 1) == scene.token(first - 1):
        first -= 1
        if scene.token(first - 1) != ".":
            break
        first -= 1
    while scene.word(last + 1) in MODULES and scene.token(last + 2) == ".":
        last += 2
    name = scene.word(last + 1)
    called = name if is_known(name) or name in REWRITTEN else _CONSTANTS.get(name) or suggest(name)
    if first == scene.index or called is None:
        return _unknown(scene, *scene.span(scene.index))
    start, end = scene.span(first)[0], scene.span(last + 1)[1]
    cure = scene.edited((start, end, called))
    message = f"unknown function {quoted(scene.text[start:end])}"
    advice = f"names stand alone here: `{called}`" if is_known(called) else "with a name of this language:"
    return Finding(
        message, (start, end), "not a function I know", advice, (cure,), code="E101", kind="unknown_function"
    )


def two_points(scene: SourceText, first: int) -> Finding:
    """A number with a point too many: 1.2.3, 0.1."""
    start, end = scene.literal(first)
    return Finding(f"{quoted(scene.text[start:end])} is not a number", (start, end), "two decimal points", code="E304")


def malformed(scene: SourceText) -> Finding:
    """A number that is none: 2e, 2j, 1_000, 0x10."""
    token, (start, end) = scene.token(scene.index), scene.span(scene.index)
    if "places" in scene.fault.details:
        return _suffixed(scene)
    message = f"{quoted(token)} is not a number"
    last = token[-1]
    if last in "jJ":
        cure = scene.edited((end - 1, end, f"*{last}"))
        return Finding(message, (start, end), "there are no complex numbers", f"if `{last}` is a variable:", (cure,))
    if last in "eE" and not token.lower().startswith("0x"):
        product = scene.edited((end - 1, end, f"*{last}"))
        number = scene.edited((end - 1, end + (scene.text[end : end + 1] in ("+", "-")), ""))
        what = "for a product" if last == "E" else "for a product with the constant e"
        readings = ((product, what), (number, "for the number alone"))
        return Finding(message, (start, end), "a digit must follow the `e`", readings=readings)
    start, end = scene.literal(scene.index)
    token = scene.text[start:end]
    message = f"{quoted(token)} is not a number"
    if "_" in token:
        return _underscored(scene, start, end)
    decimal = _in_decimal(token)
    cures = () if decimal is None else (scene.edited((start, end, decimal)),)
    return Finding(message, (start, end), "numbers are decimal", "in decimal:", cures)


def _underscored(scene: SourceText, start: int, end: int) -> Finding:
    """Explain `1_000`, where digits are grouped, and `1.0_8` or `1.0_dp`, where the kind of the number follows."""
    token = scene.text[start:end]
    number, _, kind = token.rpartition("_")
    label, message = "digits are not grouped", f"{quoted(token)} is not a number"
    joined, bare = (scene.edited((start, end, text)) for text in (token.replace("_", ""), number.replace("_", "")))
    if re.fullmatch(r"[^\W\d]\w*", kind):
        return Finding(message, (start, end), "there is one kind of number", "the number alone:", (bare,))
    if re.fullmatch(r"\d+(_\d{3})+(\.\d*)?|\d+(_\d{3})+[^\W\d_]\w*", token):
        return Finding(message, (start, end), label, "without the underscore:", (joined,))
    if not kind.isdecimal():
        return Finding(message, (start, end), label)
    readings = ((joined, "if the underscore groups digits"), (bare, f"if `_{kind}` is the kind of the number"))
    return Finding(message, (start, end), label, readings=readings)


def _suffixed(scene: SourceText) -> Finding:
    """Explain a number as other languages write it, `2.d0` or `1.5f`, which may be a product all the same."""
    places: Adjacency = scene.fault.details["places"]
    numbers, products = [], []
    last = scene.index + 1
    for index in places.suffixes() if scene.short else ():
        exponent, end = places.exponent(index)
        last = end if index == scene.index + 1 else last
        stretch = (scene.span(index - 1)[0], scene.span(end)[1])
        numbers.append((*stretch, _with_exponent(scene.token(index - 1), exponent)))
        products.append((scene.span(index)[0], scene.span(index)[0], "*"))
    span = scene.span(scene.index, last)
    return Finding(
        f"{quoted(scene.text[slice(*span)])} is not a number here", span, "a number of another language, or a product",
        readings=(
            (scene.edited(*numbers), "for the number"),
            (scene.edited(*products), f"for the product with a variable `{scene.token(scene.index + 1)}`"),
        ) if scene.short else (),
    )  # fmt: skip


def _with_exponent(number: str, exponent: str) -> str:
    """Write the number in decimal: `2.d0` is 2.0, for the language has integers and decimals of one kind."""
    if exponent.strip("+-0"):
        return f"{number.rstrip('.')}e{exponent}"
    return f"{number}0" if number.endswith(".") else number if "." in number or "e" in number.lower() else f"{number}.0"


def _in_decimal(token: str) -> str | None:
    """The number that 0x10 writes in other languages; None where it is none there either (0b12, 0x1.8)."""
    if len(token) >= 40:
        return None
    try:
        return str(int(token, 0))
    except ValueError:
        return None


_SIGN_FINDINGS: dict[str, Callable[[SourceText, int, int], Finding]] = {
    **dict.fromkeys("[]{}", bracket),
    "!": _exclamation,
    "%": _percent,
    "&": _ampersand,
    "'": _quote,
    '"': _quote,
    "$": _removable("a dollar sign is not part of an expression"),
    "`": _removable("a backtick is not part of an expression"),
    "#": _comment,
    "?": _question,
    ":": _colon,
}

CHARACTER_FINDINGS: dict[str, Callable[[SourceText], Finding]] = {"E301": character, "E304": malformed}
