"""Findings about characters, brackets and numbers: E301 to E304."""

from __future__ import annotations

import re
from collections.abc import Callable

from diffcompare.language.grammar import is_word
from diffcompare.language.operations import FUNCTIONS
from diffcompare.language.syntax.source_text import Finding, SourceText, is_numeric, is_value, quoted
from diffcompare.language.syntax.spelling import MODULES, REWRITTEN, is_known, suggest
from diffcompare.language.tokenizer import Adjacency, is_invisible, looks_like, plain, unicode_name

_MAXIMA = re.compile(r"%(?=(?:pi|e)\b)")
_CONSTANTS = {"PI": "pi", "E": "e"}  # constants of a module, as in `Math.PI`
_APOSTROPHES = re.compile(r"(?<![\w.])[1-9]\d{0,2}(?:'\d{3})+(?![\w'])")


def character(source: SourceText) -> Finding:
    """Explain a character that is not part of the language."""
    start, end = source.fault.span or source.span(source.index)
    sign = source.text[start]
    if is_invisible(sign):
        message = f"an invisible character: {unicode_name(sign)}"
        return Finding(message, (start, end), "leave it out", "without it:", _plain(source), code="E303")
    if not sign.isascii():
        return _foreign(source, sign, start)
    if sign == ".":
        return _dot(source)
    if sign in "&:" and source.text[start + 1 : start + 2] in ("&", "="):
        end += 1
    return _SIGN_FINDINGS.get(sign, _unknown)(source, start, end)


def _plain(source: SourceText) -> tuple[str, ...]:
    return (plain(source.text),) if source.short else ()


def _foreign(source: SourceText, sign: str, start: int) -> Finding:
    span = (start, start + 1)
    meant = looks_like(sign)
    name = unicode_name(sign)
    if meant and meant.isprintable():
        message = f"{name} looks like `{meant}` but is a different character"
        if len(meant) > 1:
            message = f"{name} is written `{meant}`"
        return Finding(
            message, span, f"type `{meant}`", "with the characters of the language:", _plain(source), code="E302"
        )
    if sign == "°":
        index = source.starts.index(start)  # the fault has no token where a character stopped the lexer
        fix = ""
        before = source.token(index - 1)
        # `x²°` is nothing that is known, and neither is `|°`.
        if source.short and source.text[start - 1].isascii() and before != "|" and _ends_value(before):
            first = source.operand_start(index - 1)
            angle = f"{source.excerpt(first, index)}*pi/180"
            fix = source.replaced(source.span(first)[0], start + 1, angle)
        return Finding("there is no sign for degrees", span, "angles are in radians", "in radians:", (fix,))
    message = f"{name} cannot be part of an expression" if not sign.isalpha() else f"{name} cannot be part of a name"
    return Finding(message, span, "not a character of the language", "without it:" if meant else None, _plain(source))


def _unknown(source: SourceText, start: int, end: int) -> Finding:
    sign = source.text[start:end]
    return Finding(f"`{sign}` is not part of the language", (start, end), "not a sign I know")


def _exclamation(source: SourceText, start: int, end: int) -> Finding:
    before = source.index - 1
    if before < 0 or not (is_word(source.token(before)) or source.token(before)[0] in ")0123456789"):
        message = "there is no sign for `not`"
        return Finding(message, (start, end), "conditions are comparisons", "swap the branches: if(a < b, y, x)")
    if source.text[end : end + 1] == "!" or source.text[start - 1] == "!":
        return Finding("there is no sign for a double factorial", (start, end), "not a sign I know")
    first = source.operand_start(before)
    operand = source.excerpt(first, before + 1)
    fix = source.edited((source.span(first)[0], end, f"gamma({operand} + 1)"))
    return Finding(
        "there is no sign for a factorial", (start, end), "a factorial is a gamma", "as a gamma function:", (fix,)
    )


def _percent(source: SourceText, start: int, end: int) -> Finding:
    """Explain a percent sign: `%pi` is a constant of Maxima, `5%` a hundredth, and `a % b` a remainder."""
    index, label = source.index, "not an operator"
    if _MAXIMA.match(source.text, start) and not _ends_value(source.token(index - 1)):
        fix = _MAXIMA.sub("", source.text) if source.short else ""
        return Finding("a constant is written without `%`", (start, end), "leave it out", "without it:", (fix,))
    stop = source.operand_stop(index + 1)
    if not index or not source.short or not _ends_value(source.token(index - 1)):
        return Finding("there is no sign for a remainder", (start, end), label, "a remainder is a - b*floor(a/b)")
    percentage = _percentage(source, start, end)
    if percentage and not is_value(source.token(index + 1)):
        message = "there is no sign for a percentage"
        return Finding(message, (start, end), label, "as a fraction:", (percentage,))
    first = source.term_start(index - 1)
    a, b = (_factor(source.excerpt(*ends)) for ends in ((first, index), (index + 1, stop)))
    fix = source.replaced(source.span(first)[0], source.span(stop - 1)[1], f"{a} - {b}*floor({a}/{b})")
    if percentage and source.span(index - 1)[1] == start and source.text[end].isspace():  # `5% x`, but `5 % x`
        readings = [(percentage, "for a percentage"), (fix, "for a remainder")]
        readings = readings[:1] if source.token(index + 1) == "of" else readings
        return Finding("there is no percent sign", (start, end), label, readings=tuple(readings))
    return Finding("there is no sign for a remainder", (start, end), label, "with floor:", (fix,))


def _percentage(source: SourceText, start: int, end: int) -> str:
    """Write `5%` and `5% of x` as hundredths; nothing where no number precedes the sign."""
    index = source.index
    if not is_numeric(source.token(index - 1)) or not source.text[start - 1].isascii():
        return ""
    place, part = source.span(index - 1)[0], f"{source.token(index - 1)}/100"
    part = f"({part})" if source.token(index - 2) in ("/", "^", "**") else part
    if not is_value(source.token(index + 1)):
        return source.replaced(place, end, part)
    behind = index + 1 + (source.token(index + 1) == "of")
    return source.edited((place, source.span(behind)[0], f"{part}*"))


def _ends_value(token: str) -> bool:
    return token == ")" or token == "|" or is_numeric(token) or (is_word(token) and token[-1] != "(")


def _factor(text: str) -> str:
    """Write an operand as a factor of a product."""
    return text.strip() if re.fullmatch(r"\s*(?:[\w.]+(?:\([^()]*\))?|\([^()]*\))\s*", text) else f"({text.strip()})"


def _ampersand(source: SourceText, start: int, end: int) -> Finding:
    message = f"there is no `{source.text[start:end]}`: conditions cannot be combined"
    return Finding(message, (start, end), "not an operator", "nest them: if(a < b, if(c < d, x, y), y)")


def _quote(source: SourceText, start: int, end: int) -> Finding:
    groups = _APOSTROPHES.search(source.text) if source.short else None
    if groups and groups.start() < start < groups.end():
        fix = source.edited((*groups.span(), groups[0].replace("'", "")))
        return Finding("a number has no apostrophes", (start, end), "leave it out", "without it:", (fix,))
    inside = source.text.strip()[1:-1]
    if source.text.strip() == f"{source.text[start]}{inside}{source.text[start]}" and source.short:
        message = "a quotation mark is not part of an expression"
        return Finding(message, (start, end), "leave it out", "without them:", (inside,))
    adjacent = source.index and source.span(source.index - 1)[1] == start and source.text[start] == "'"
    if adjacent and source.token(source.index - 1) != "(":
        message = "there is no sign for a derivative"
        return Finding(message, (start, end), "derivatives are what diffcompare computes", "leave the prime out")
    return Finding("a quotation mark is not part of an expression", (start, end), "an expression has no text in quotes")


def _removable(message: str) -> Callable[[SourceText, int, int], Finding]:
    def finding(source: SourceText, start: int, end: int) -> Finding:
        fix = source.text.replace(source.text[start], "") if source.short else ""
        return Finding(message, (start, end), "leave it out", "without it:", (fix,))

    return finding


def _comment(source: SourceText, start: int, end: int) -> Finding:
    return Finding(
        "there are no comments", (start, end), "the text goes on", "without it:", (source.text[:start].rstrip(),)
    )


def _question(source: SourceText, start: int, end: int) -> Finding:
    return Finding("there is no `? :`", (start, end), "not an operator", "a choice is if(a < b, x, y)")


def _colon(source: SourceText, start: int, end: int) -> Finding:
    if source.text.startswith("::", start) and source.word(source.index - 1) in MODULES:
        fix = re.sub(r"\b\w+::", "", source.text) if source.short else ""
        return Finding("functions have no module here", (start, start + 2), "leave the module out", "alone:", (fix,))
    if not source.text[end:].strip():
        fix = source.text[:start].rstrip()
        return Finding("`:` is not part of the language", (start, end), "nothing follows", "without it:", (fix,))
    if end > start + 1:
        fix = source.edited((start, end, "="))
        return Finding("`:=` is written `=`", (start, end), "write `=`", "with `=`:", (fix,))
    quotient = source.edited((start, end, "/"))
    message = "`:` is not part of the language"
    return Finding(message, (start, end), "not a sign I know", "as a quotient:", (quotient,), is_certain=False)


def _dot(source: SourceText) -> Finding:
    """Explain `np.sin`, where the function is known here without its module, and any other stray dot."""
    first = last = source.index
    if source.token(first + 1) in ("*", "/", "^", "**") and source.span(first + 1)[0] == source.span(first)[1]:
        fix = re.sub(r"(?<!\d)\.(?=[*/^])", "", source.text) if source.short else ""
        message = "an operator has no dot in front: it works on numbers, not on arrays"
        return Finding(message, source.span(first), "leave it out", "without it:", (fix,))
    if is_numeric(source.token(first - 1)) and source.span(first - 1)[1] == source.span(first)[0]:
        return two_points(source, first - 1)
    while source.word(first - 1) in MODULES and source.word(first - 1) == source.token(first - 1):
        first -= 1
        if source.token(first - 1) != ".":
            break
        first -= 1
    while source.word(last + 1) in MODULES and source.token(last + 2) == ".":
        last += 2
    name = source.word(last + 1)
    called = name if is_known(name) or name in REWRITTEN else _CONSTANTS.get(name) or suggest(name)
    if first == source.index or called is None:
        return _unknown(source, *source.span(source.index))
    start, end = source.span(first)[0], source.span(last + 1)[1]
    fix = source.edited((start, end, called))
    message = f"unknown function {quoted(source.text[start:end])}"
    advice = f"functions have no module here: `{called}`" if is_known(called) else "with a name of this language:"
    return Finding(message, (start, end), "not a function I know", advice, (fix,), code="E101", kind="unknown_function")


def two_points(source: SourceText, first: int) -> Finding:
    """Explain a number with a point too many: 1.2.3."""
    start, end = source.literal(first)
    return Finding(f"{quoted(source.text[start:end])} is not a number", (start, end), "two decimal points", code="E304")


def malformed(source: SourceText) -> Finding:
    """Explain a malformed number: 2e, 2j, 1_000, 0x10."""
    token, (start, end) = source.token(source.index), source.span(source.index)
    if "places" in source.fault.details:
        return _suffixed(source)
    message = f"{quoted(token)} is not a number"
    last = token[-1]
    if last in "jJ":
        fix = source.edited((end - 1, end, f"*{last}"))
        return Finding(message, (start, end), "there are no complex numbers", f"if `{last}` is a variable:", (fix,))
    if last in "eE" and not token.lower().startswith("0x"):
        product = source.edited((end - 1, end, f"*{last}"))
        number = source.edited((end - 1, end + (source.text[end : end + 1] in ("+", "-")), ""))
        label = "for a product" if last == "E" else "for a product with the constant e"
        readings = ((product, label), (number, "for the number alone"))
        return Finding(message, (start, end), "a digit must follow the `e`", readings=readings)
    start, end = source.literal(source.index)
    token = source.text[start:end]
    message = f"{quoted(token)} is not a number"
    if "_" in token:
        return _underscored(source, start, end)
    decimal = _in_decimal(token)
    fixes = () if decimal is None else (source.edited((start, end, decimal)),)
    return Finding(message, (start, end), "numbers are decimal", "in decimal:", fixes)


def _underscored(source: SourceText, start: int, end: int) -> Finding:
    """Explain `1_000`, where digits are grouped, and `1.0_8` or `1.0_dp`, where the kind of the number follows."""
    token = source.text[start:end]
    number, _, kind = token.rpartition("_")
    label, message = "digits are not grouped", f"{quoted(token)} is not a number"
    joined, bare = (source.edited((start, end, text)) for text in (token.replace("_", ""), number.replace("_", "")))
    if re.fullmatch(r"[^\W\d]\w*", kind):
        return Finding(message, (start, end), "there is one kind of number", "the number alone:", (bare,))
    if re.fullmatch(r"\d+(_\d{3})+(\.\d*)?|\d+(_\d{3})+[^\W\d_]\w*", token):
        return Finding(message, (start, end), label, "without the underscore:", (joined,))
    if not kind.isdecimal():
        return Finding(message, (start, end), label)
    readings = ((joined, "if the underscore groups digits"), (bare, f"if `_{kind}` is the kind of the number"))
    return Finding(message, (start, end), label, readings=readings)


def _suffixed(source: SourceText) -> Finding:
    """Explain a number as other languages write it, `2.d0` or `1.5f`, which may be a product all the same."""
    places: Adjacency = source.fault.details["places"]
    numbers, products = [], []
    last = source.index + 1
    for index in places.suffixes() if source.short else ():
        exponent, end = places.exponent(index)
        last = end if index == source.index + 1 else last
        stretch = (source.span(index - 1)[0], source.span(end)[1])
        numbers.append((*stretch, _with_exponent(source.token(index - 1), exponent)))
        products.append((source.span(index)[0], source.span(index)[0], "*"))
    span = source.span(source.index, last)
    return Finding(
        f"{quoted(source.text[slice(*span)])} is not a number here", span, "a number of another language, or a product",
        readings=(
            (source.edited(*numbers), "for the number"),
            (source.edited(*products), f"for the product with a variable `{source.token(source.index + 1)}`"),
        ) if source.short else (),
    )  # fmt: skip


def _with_exponent(number: str, exponent: str) -> str:
    """Write the number in decimal: `2.d0` is 2.0, because the language has one kind of decimals."""
    if exponent.strip("+-0"):
        return f"{number.rstrip('.')}e{exponent}"
    return f"{number}0" if number.endswith(".") else number if "." in number or "e" in number.lower() else f"{number}.0"


def _in_decimal(token: str) -> str | None:
    """Return the number that 0x10 means in other languages; None if it is not a number there either (0b12, 0x1.8)."""
    if len(token) >= 40:
        return None
    try:
        return str(int(token, 0))
    except ValueError:
        return None


# --- Square brackets and braces ---------------------------------------------------------------------------------------


CLOSED_BY = {"[": "]", "{": "}", "(": ")"}
_INDEX = re.compile(r"(?<!\w)([^\W\d]\w*)\[\s*(\w+(?:\s*,\s*\w+)*)\s*\]")
_SUBSCRIPT = re.compile(r"_\{(\w+)\}")
_CALL = re.compile(r"(?<!\w)([^\W\d]\w*)\[")
_BASE = re.compile(r"(?<!\w)(log|sqrt|root)\[\s*(\w+)\s*\]\s*\(")


def bracket(source: SourceText, start: int, end: int) -> Finding:
    """Explain a bracket that is not round: `x[1]` is an element of an array, `Sin[x]` a call, `[x + 1]` a group."""
    text = source.text if source.short else ""
    for convert, message, label, advice in _KINDS:
        converted = convert(text)
        if converted != text:
            fix = _grouped(converted)
            return Finding(message, (start, end), label, advice, (fix,) if fix else ())
    if _is_list(text):
        message = "`[` begins a list of outputs, and one expression is expected here"
        advice = f'differentiate the whole list: diffcompare jacobian "{text.strip()}"'
        return Finding(message, (start, end), "a list", advice, code="E217")
    message = f"`{source.text[start]}` groups nothing here: brackets are round"
    fix = _grouped(text)
    return Finding(message, (start, end), "use a parenthesis", "with parentheses:", (fix,) if fix else ())


def _is_list(text: str) -> bool:
    """Tell whether the last statement of a text is several expressions in square brackets."""
    last = text.rpartition(";")[2].strip()
    return last[:1] == "[" and closing_bracket(last, 0) == len(last) - 1 and len(_split(last[1:-1])) > 1


def _with_names(text: str) -> str:
    """Write every element of an array as a variable of its own: x[1] is x1, a[i,j] is a_i_j."""

    def name(match: re.Match[str]) -> str:
        word, index = match[1], re.split(r"\s*,\s*", match[2])
        is_call = len(word) > 2 and word[0].isupper() and not all(part.isdecimal() for part in index)
        if word.casefold() in FUNCTIONS or word == "D" or is_call:
            return match[0]
        glue = "" if len(index) == 1 and index[0].isdecimal() and not word[-1].isdecimal() else "_"
        return f"{word}{glue}{'_'.join(index)}"

    return _SUBSCRIPT.sub(r"_\1", _INDEX.sub(name, text))


def _with_bases(text: str) -> str:
    """Write Maple's log[b](x) as log(x, b), and sqrt[n](x) as a power."""
    while match := _BASE.search(text):
        stop = closing_bracket(text, match.end() - 1)
        if stop is None:
            break
        argument, (function, base) = text[match.end() : stop], match.groups()
        if function == "log":
            call = f"log{base}({argument})" if base in ("2", "10") else f"log({argument}, {base})"
        else:
            call = f"cbrt({argument})" if base == "3" else f"(({argument})^(1/{base}))"
        text = text[: match.start()] + call + text[stop + 1 :]
    return text


def _with_calls(text: str) -> str:
    """Write Mathematica's Sin[x] with parentheses; Log[b, x] and ArcTan[x, y] turn their arguments round."""
    place = 0
    while match := _CALL.search(text, place):
        place = match.end()
        name = match[1].casefold()
        stop = closing_bracket(text, match.end() - 1) if name in FUNCTIONS or name in REWRITTEN else None
        if stop is None or text[stop + 1 :].lstrip().startswith("("):  # a bracket and a parenthesis: who knows
            continue
        arguments = _split(text[match.end() : stop])
        if len(arguments) == 2 and name in ("log", "arctan"):
            arguments, name = arguments[::-1], {"arctan": "atan2"}.get(name, name)
        text = f"{text[: match.start()]}{name}({', '.join(arguments)}){text[stop + 1 :]}"
        place = match.start() + len(name) + 1
    return text


def _grouped(text: str) -> str | None:
    """Write every other bracket as a parenthesis; None where one follows a name, as no group does."""
    if re.search(r"[^\W\d]\w*\s*[\[{]|[)\]}]\s*[\[{]", text):
        return None
    return text.translate(str.maketrans("[]{}", "()()"))


def closing_bracket(text: str, start: int) -> int | None:
    """Find where the bracket that opens there is closed by one of its kind."""
    open_ones: list[str] = []
    for place in range(start, len(text)):
        if text[place] in CLOSED_BY:
            open_ones.append(CLOSED_BY[text[place]])
        elif text[place] in ")]}":
            if open_ones.pop() != text[place]:
                return None
            if not open_ones:
                return place
    return None


def _split(text: str) -> list[str]:
    """Split a text at the commas outside all brackets."""
    parts, depth, start = [], 0, 0
    for place, sign in enumerate(text):
        depth += (sign in "([{") - (sign in ")]}")
        if sign == "," and depth == 0:
            parts.append(text[start:place].strip())
            start = place + 1
    return [*parts, text[start:].strip()]


_KINDS: tuple[tuple[Callable[[str], str], str, str, str], ...] = (
    (
        _with_bases,
        "a base or a degree does not go in brackets",
        "no bracket here",
        "with the base as the second argument, the degree in an exponent:",
    ),
    (_with_calls, "a function's argument goes in round brackets", "use a parenthesis", "with parentheses:"),
    (_with_names, "there are no arrays: every element is a variable of its own", "no index", "as variables:"),
)


# --- Findings by sign and by code ----------------------------------------------------------------------------

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
