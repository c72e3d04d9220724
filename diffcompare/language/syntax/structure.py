"""Findings about signs in the wrong place: E201 to E214."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from diffcompare.language.alphabet import SUPERSCRIPTS
from diffcompare.language.grammar import is_word
from diffcompare.language.operations import RELATIONS
from diffcompare.language.syntax.characters import two_points
from diffcompare.language.syntax.names import bare_function, is_function, wrong_arity
from diffcompare.language.syntax.source_text import (
    OPERATORS,
    Finding,
    SourceText,
    ended_lines,
    is_numeric,
    is_opener,
    is_value,
    quoted,
)
from diffcompare.language.syntax.spelling import is_foreign_function

# Findings about comparisons, conditions, `=` and `;`: E209 to E214.


def comparison(scene: SourceText) -> Finding:
    """A comparison that is not the condition of an `if`."""
    index, token = scene.index, scene.token(scene.index)
    opened = scene.opening(index)
    cures: tuple[str, ...] = ()
    if opened is None:
        shifts = scene.token(index + 1) == token  # `x << 2` compares nothing
        cures = (f"if({scene.text.strip()}, 1, 0)",) if scene.short and not shifts else ()
    elif (
        scene.token(opened) == "(" and scene.word(opened - 1) == "if" and (closing := scene.closing(opened)) is not None
    ):
        cures = (scene.edited((*scene.span(opened), ""), (*scene.span(closing), "")),)
    message = f"{quoted(token)} stands only in the condition of `if`"
    return Finding(
        message, scene.span(index), "a comparison is not a number", "as a condition:", cures, is_certain=False
    )


def chain(scene: SourceText) -> Finding:
    """`a < b < c` in a condition."""
    callee = scene.opening(scene.index)
    cures: tuple[str, ...] = ()
    arguments = scene.arguments(callee) if callee is not None and scene.short else []
    if callee is not None and len(arguments) == 3:
        (first, stop), yes, no = arguments
        one = next(n for n in range(first, stop) if scene.tokens[n] in RELATIONS)
        head, tail = scene.source(first, scene.index), scene.source(one + 1, stop)
        inner = f"if({head}, if({tail}, {scene.source(*yes)}, {scene.source(*no)}), {scene.source(*no)})"
        cures = (scene.edited((scene.span(callee)[0], scene.span(no[1])[1], inner)),)
    return Finding("comparisons do not chain", scene.span(scene.index), "a second comparison", "nested:", cures)


def condition(scene: SourceText) -> Finding:
    """An `if` whose condition compares nothing."""
    callee = scene.opening(scene.index)
    first = scene.index - 1 if callee is None else callee + 1
    span = scene.span(first, scene.index - 1)
    cure = scene.edited((span[1], span[1], " != 0"))
    return Finding(
        "the condition of `if` is a comparison", span, "nothing is compared", "for example:", (cure,), is_certain=False
    )


def equals(scene: SourceText) -> Finding:
    """`=` that does not name a value."""
    start, end = scene.span(scene.index)
    callee = scene.opening(scene.index)
    if callee is not None and scene.word(callee) == "if":
        turned = {"<": "<=", ">": ">="}.get(scene.text[end : end + 1])
        if turned:
            cure = scene.edited((start, end + 1, turned))
            return Finding(
                f"`{turned}` is written this way round", (start, end + 1), "turned round", f"with `{turned}`:", (cure,)
            )
        cure = scene.edited((start, end, "=="))
        return Finding("a comparison is written `==`", (start, end), "this names a value", "with `==`:", (cure,))
    left, right = scene.text[:start].strip(), scene.text[end:].strip()
    cures: tuple[str, ...] = ended_lines(scene.text) if scene.short else ()
    if cures:
        return Finding("a named value ends with `;`", (start, end), "the line before is not ended", "with `;`:", cures)
    if callee is None and scene.short and ";" not in left and "=" not in left + right:
        cures = (right,) if right in left or left in ("y", "f") else (f"{left} - ({right})",)
    message = "`=` stands only after a new name at the start of a statement"
    return Finding(
        message, (start, end), "this is no equation", "the difference of both sides:", cures, is_certain=False
    )


def no_expression(scene: SourceText) -> Finding:
    """Values are named and nothing is computed from them."""
    tokens = scene.tokens
    at = max(n for n, token in enumerate(tokens) if token == "=")
    text = scene.text.rstrip().removesuffix(";").rstrip() if scene.short else ""
    lines = ended_lines(text)
    message = f"{quoted(tokens[at - 1])} is given a value, and no expression follows"
    cures = (*lines, f"{text}; {tokens[at - 1]}") if scene.short else ()
    return Finding(message, scene.span(at), "the text ends with an expression", "for example:", cures, code="E213")


def semicolon(scene: SourceText) -> Finding:
    """`;` that ends no assignment, or that spreadsheets of some countries write between arguments."""
    start, end = scene.span(scene.index)
    opening = scene.opening(scene.index)
    if opening is not None and is_word(scene.token(opening)):
        stop = scene.closing(opening)
        inside = [place for place in range(opening, stop or opening) if scene.token(place) == ";"]
        cure = scene.edited(*[(*scene.span(place), ",") for place in inside])
        return Finding(
            "a comma separates arguments, not `;`", (start, end), "write a comma", "with a comma:", (cure,), code="E214"
        )
    # A `;` in the middle is left alone: without it, two values would stand side by side.
    cures = (scene.edited((start, end, "")),) if scene.index in (0, len(scene.tokens) - 1) else ()
    message = "`;` stands only after a named value: a = 2*x; a^2"
    return Finding(message, (start, end), "no value was named", "without it:", cures, code="E214")


STATEMENT_FINDINGS: dict[str, Callable[[SourceText], Finding]] = {
    "E209": comparison,
    "E210": chain,
    "E211": condition,
    "E212": equals,
    "E213": no_expression,
    "E214": semicolon,
}


_NEST = "nest the conditions: if(a < b, if(c < d, x, y), y)"

_NEST_OR = "nest the conditions: if(a < b, x, if(c < d, x, y))"

_CHOICE = "a choice is if(a < b, x, y)"

# Words of other languages, and what to write instead.
_WORDS = {
    "and": _NEST,
    "or": _NEST_OR,
    "not": "swap the branches: if(a < b, y, x)",
    "mod": "a remainder is a - b*floor(a/b)",
    "div": "a quotient without remainder is floor(a/b)",
    "where": "name parts first: a = 2*x; a^2",
    **dict.fromkeys(("if", "then", "else"), _CHOICE),
    **dict.fromkeys(("for", "in"), "there are no loops"),
}

_GROUPED = re.compile(r"[1-9]\d{0,2}(?:[^\S\r\n]\d{3})+(?![\w.])")

_NUMBER_WITH_COMMA = re.compile(r"\d[\d.]*(?:,\d+)+(?:\.\d+)?")

_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?")

# Words that stand before a formula and are not part of it.
_PROSE = frozenset((
    "the", "of", "for", "let", "please", "find", "write", "solve", "compute", "calculate", "evaluate", "differentiate",
    "derive", "derivative", "simplify", "plot", "grad", "function", "expression",
))  # fmt: skip

SIGNS = OPERATORS - {",", ";"}  # what takes a value on either side


def value_missing(scene: SourceText) -> Finding:
    """A sign, or the end, where a value should stand: which of its neighbours is to blame."""
    index, token = scene.index, scene.token(scene.index)
    before = scene.token(index - 1)
    if not scene.tokens:
        return Finding("the expression is empty", (0, 0), "nothing here", code="E201")
    if token == "√" or before == "√":
        root = index if token == "√" else index - 1
        cure = scene.edited(
            (scene.span(root)[1],) * 2 + ("(",), (scene.span(scene.operand_stop(root) - 1)[1],) * 2 + (")",)
        )
        message = "a root takes a number, a name, a call or a parenthesis"
        return Finding(message, scene.span(root), "nothing to take the root of", "with parentheses:", (cure,))
    if not token and (is_opener(before) or before == ","):
        return bracket_open(scene)
    if not token and before == "|" and scene.token(index - 2) in SIGNS and scene.tokens.count("|") % 2 == 0:
        return _operator(scene, index - 1, before, scene.token(index - 2))
    if not token and before == "|":
        return Finding("this bar is not closed", scene.span(index - 1), "opened here", code="E207")
    if token == ")" and is_opener(before):
        if is_word(before):
            return replace(wrong_arity(scene), code="E102", kind="arity_error")
        return Finding("empty parentheses", scene.span(index - 1, index), "a value is missing inside")
    if "," in (token, before) and before not in SIGNS and (token in (")", ",") or not before or is_opener(before)):
        return _comma_at(scene, index - 1 if before == "," else index)
    if token == ";" and before in ("", ";"):
        return semicolon(scene)
    if token == ")" and before in ("", ";", "="):
        return stray_parenthesis(scene)
    if not token and before == ";":
        return no_expression(scene)
    return _operator(scene, index, token, before)


def _operator(scene: SourceText, index: int, token: str, before: str) -> Finding:
    """An operator without its left or its right value."""
    if scene.token(index + 2) == "√" and before != "√" and scene.text[scene.span(index)[0]] in SUPERSCRIPTS:
        return _root_of_degree(scene, index)
    if token in ("", ")", ",", ";", "|"):
        message = f"a value is missing after {quoted(before)}"
        cure = scene.edited((*scene.span(index - 1), ""))
        return Finding(message, scene.span(index - 1), "nothing follows", "without it:", (cure.rstrip(),))
    if before in SIGNS:
        pair = before + token
        if pair in ("->", "=>", "+=", "-="):
            return Finding(f"there is no `{pair}`", scene.span(index - 1, index), "not a sign I know")
        cures = [scene.edited((*scene.span(index - 1), ""), (*scene.span(index), word)) for word in _merged(pair)]
        one = [scene.edited((*scene.span(index), "")), scene.edited((*scene.span(index - 1), ""))]
        message = f"a value is missing between {quoted(before)} and {quoted(token)}"
        if not cures and before != token:
            readings = ((one[0], ""), (one[1], ""))
            return Finding(message, scene.span(index), "two signs in a row", "with one sign:", readings=readings)
        if scene.text[scene.span(index)[0]] in SUPERSCRIPTS:  # `x^²`
            cures = one[1:]
        cures += one
        advice = "a quotient without remainder is floor(a/b); with one sign:" if pair == "//" else "with one sign:"
        return Finding(message, scene.span(index), "two signs in a row", advice, tuple(cures))
    message = f"a value is missing before {quoted(token)}"
    return Finding(
        message,
        scene.span(index),
        "nothing stands before it",
        "without it:",
        (scene.edited((*scene.span(index), "")),),
    )


def _root_of_degree(scene: SourceText, index: int) -> Finding:
    """Explain `³√x`."""
    degree, stop = scene.token(index + 1), scene.root_stop(index + 2)
    argument = scene.source(index + 3, stop).strip()
    root = f"cbrt({argument})" if degree == "3" else f"({argument})^(1/{degree})"
    cure = scene.replaced(scene.span(index)[0], scene.span(stop - 1)[1], root)
    return Finding("a root has no degree", scene.span(index), "not a root I know", "written out:", (cure,))


def _merged(pair: str) -> list[str]:
    """What two signs in a row are called here."""
    known = {"=<": "<=", "=>": ">=", "<>": "!=", "^^": "^", "===": "==", "!==": "!="}
    return [known[pair]] if pair in known else []


def operator_missing(scene: SourceText) -> Finding:
    """Two values in a row that are no product."""
    index, token, before = (
        scene.index,
        scene.word(scene.index) or scene.token(scene.index),
        scene.token(scene.index - 1),
    )
    for position in (index, index - 1):
        if scene.token(position) in _WORDS:
            word = scene.token(position)
            return Finding(f"there is no `{word}`", scene.span(position), "not an operator", _WORDS[word])
    if (stop := _prose(scene)) and stop >= index:
        rest = scene.text[scene.span(stop)[0] :] if scene.short else ""
        message = "an expression has no words around it"
        return Finding(message, scene.span(0, stop - 1), "leave this out", "alone:", (rest,))
    if is_function(before) or (is_foreign_function(before) and before not in scene.names and not is_numeric(token)):
        return bare_function(scene, index - 1, index)
    digits = is_numeric(token)
    if digits and is_numeric(before) and scene.span(index - 1)[1] == scene.span(index)[0]:
        return two_points(scene, index - 1)
    cures = [scene.edited((scene.span(index - 1)[1], scene.span(index)[0], "*"))]
    message = f"an operator is missing between {quoted(before)} and {quoted(token)}"
    grouped = _GROUPED.match(scene.text, scene.span(index - 1)[0]) if digits and scene.short else None
    if grouped and grouped.end() >= scene.span(index)[1]:
        joined = scene.edited((*grouped.span(), re.sub(r"\s", "", grouped[0])))
        readings = ((joined, "for one number"), (cures[0], "for a product"))
        return Finding(message, scene.span(index), "digits are not grouped", readings=readings)
    if scene.fault.details.get("across"):
        if scene.token(index + 1) == "=":
            scene.fault.index = index + 1
            return replace(equals(scene), code="E212")
        label = "a product is not read across lines"
        return Finding(message, scene.span(index), label, "for a product:", tuple(cures))
    return Finding(message, scene.span(index), "no product is implied here", "for a product:", tuple(cures))


def _prose(scene: SourceText) -> int:
    """Count the words before a formula: `write 1/cosh(x)` has one, `derivative of x^2` two."""
    words = (n for n, token in enumerate(scene.tokens) if token.lower() not in _PROSE or token in scene.names)
    return next(words, 0)


def ambiguous_product(scene: SourceText) -> Finding:
    """A product without a sign whose left factor follows `/`, `^` or a root: both readings are shown."""
    if scene.fault.details.get("stacked"):
        return _stacked(scene)
    index = scene.index
    left = scene.operand_start(index - 1)
    sign = left - 1
    while scene.token(sign) in ("-", "+"):
        sign -= 1
    if scene.token(sign) in ("^", "**") and is_function(scene.token(sign - 1)):
        power = (
            "^" + scene.source(sign + 1, index)
            if scene.text[scene.span(sign)[0]] in "^*"
            else _raised(scene, sign, index)
        )
        return bare_function(scene, sign - 1, index, power)
    stop = scene.product_stop(index)
    between = (scene.span(index - 1)[1], scene.span(index)[0], "*")
    start = scene.span(left)[0]
    readings = [(scene.edited(between), "")]
    if scene.text[scene.span(sign)[0]] in "/÷^*√":
        whole = scene.edited((start, start, "("), between, (scene.span(stop - 1)[1],) * 2 + (")",))
        readings.insert(0, (whole, ""))
    kind = {"/": "quotient", "√": "root"}.get(scene.token(sign), "power")
    message = f"it is not clear where the {kind} ends before {quoted(scene.word(index) or '(')}"
    return Finding(message, scene.span(index), "no product is implied here", "for a product:", readings=tuple(readings))


def _raised(scene: SourceText, sign: int, index: int) -> str:
    return "^" + "".join(scene.tokens[sign + 1 : index])


def _stacked(scene: SourceText) -> Finding:
    """`x²^3`: whether (x^2)^3 or x^(2^3) is meant, nobody can see."""
    assert scene.fault.span is not None
    return Finding("a raised exponent with another exponent", scene.fault.span, "ambiguous", "write (x^2)^3 or x^(2^3)")


def bracket_open(scene: SourceText) -> Finding:
    """A parenthesis that is never closed: the place is where it was opened."""
    innermost = scene.opening(scene.index)
    assert innermost is not None, "a parenthesis is open"
    at = scene.paren(innermost)
    cures: tuple[str, ...] = ()
    if scene.short:
        before = scene.tokens[: scene.index]
        depth = sum(map(is_opener, before)) - before.count(")")
        end = scene.span(scene.index)[0] if scene.index < len(scene.tokens) else len(scene.text.rstrip())
        cures = (scene.edited((end, end, ")" * depth)),) if depth < 100 else ()
    return Finding(
        "this parenthesis is not closed", (at, at + 1), "opened here", "closed at the end:", cures, code="E205"
    )


def stray_parenthesis(scene: SourceText) -> Finding:
    """A parenthesis that closes nothing."""
    start, end = scene.span(scene.index)
    cures = (scene.edited((start, end, "")), scene.edited((0, 0, "(")))
    return Finding(
        "this parenthesis closes nothing", (start, end), "no parenthesis is open", "without it:", cures, code="E206"
    )


def bar(scene: SourceText) -> Finding:
    """A bar that is never closed, or one that stands where no value can start and none is open."""
    index, text = scene.index, scene.text
    start, stop = scene.span(index)
    if "end" in scene.fault.details:
        end = scene.span(scene.fault.details["end"])[0]
        cure = scene.edited((end, end, "|")) if end < len(text) else text.rstrip() + "|"
        return Finding("this bar is not closed", (start, stop), "opened here", "closed:", (cure,))
    cures = (scene.edited((start, start, "*")),)
    if scene.token(index + 1) == "|" and not is_value(scene.token(index + 2)):
        return Finding("a bar that closes nothing", (start, stop), "no bar is open", "without it:", ())
    if scene.token(index - 1) == "|":
        message = "an operator is missing between two absolute values"
        return Finding(message, (start, stop), "no product is implied here", "for a product:", cures)
    if is_function(scene.token(index - 1)) and "|" in scene.tokens[index + 1 :]:
        end = scene.span(scene.tokens.index("|", index + 1))[1]
        cures = (scene.edited((start, start, "("), (end, end, ")")),)
        message, label = (
            f"{quoted(scene.token(index - 1))} needs parentheses",
            "a function's argument stands in parentheses",
        )
        return Finding(message, scene.span(index - 1), label, "with parentheses:", cures, code="E215")
    if scene.token(index - 1) and scene.tokens[index:].count("|") % 2 == 0:
        if scene.token(index + 1) == "|":
            message = "there is no `||`: conditions do not combine"
            return Finding(message, scene.span(index, index + 1), "not an operator", _NEST_OR)
        message = f"an operator is missing before {quoted('|')}"
        return Finding(message, (start, stop), "no product is implied here", "for a product:", cures, code="E203")
    return Finding(
        "this bar closes nothing", (start, stop), "no bar is open", "without it:", (scene.edited((start, stop, "")),)
    )


def stray_comma(scene: SourceText) -> Finding:
    return _comma_at(scene, scene.index)


def _comma_at(scene: SourceText, index: int) -> Finding:
    start, end = scene.span(index)
    number = _comma_in_number(scene, index)
    if number is not None:
        return number
    before, after = scene.token(index - 1), scene.token(index + 1)
    cures = (scene.edited((start, end, "")),) if not is_value(after) or before in ("", ",") or is_opener(before) else ()
    message = "a comma stands only between the arguments of a function"
    return Finding(message, (start, end), "nothing to separate", "without it:", cures, code="E208")


def _comma_in_number(scene: SourceText, index: int) -> Finding | None:
    """Explain a comma between digits, which groups them or stands for a point."""
    start, end = scene.span(index)
    first = scene.span(index - 1)[0] if index and scene.span(index - 1)[1] == start else start
    match = _NUMBER_WITH_COMMA.match(scene.text, first)
    if match is None or match.end() <= end:
        return None
    message, number = "a comma does not stand in a number", match[0]
    with_point = number.replace(".", "").replace(",", ".")
    joined = number.replace(",", "")
    if not _THOUSANDS.fullmatch(number):
        clear = "." not in number.partition(",")[2] and number.count(",") == 1
        clear = clear and ("." not in number or re.fullmatch(r"\d{1,3}(?:\.\d{3})+,\d+", number) is not None)
        cures = (scene.edited((*match.span(), with_point)),) if clear else ()
        return Finding(message, (start, end), "write a point", "with a point:", cures, code="E208")
    if number.count(",") > 1 or "." in number:
        cures = (scene.edited((*match.span(), joined)),)
        return Finding(message, (start, end), "digits are not grouped", "without it:", cures, code="E208")
    readings = [
        (scene.edited((*match.span(), joined)), "if the comma groups digits"),
        (scene.edited((*match.span(), with_point)), "if it is a decimal comma"),
    ]
    if scene.fault.code == "E208":
        readings.append((scene.edited((end, end, " ")), "for two arguments"))
    return Finding(message, (start, end), "write a point, or nothing", readings=tuple(readings), code="E208")


def arguments(scene: SourceText) -> Finding:
    """A wrong number of arguments, which may be a stray comma or a comma in a number."""
    finding = wrong_arity(scene)
    if scene.token(scene.index) != ",":
        return finding
    if scene.token(scene.index + 1) == ")":
        return replace(_comma_at(scene, scene.index), kind="syntax_error")
    number = _comma_in_number(scene, scene.index)
    if number is None:
        return finding
    return replace(finding, help="with a decimal point:", cures=number.cures, readings=number.readings)


def two_dimensions(scene: SourceText) -> Finding:
    """Explain a formula as it is printed: a fraction with a bar, exponents on a line above."""
    message = "a formula in two dimensions: write it on one line"
    return Finding(message, scene.fault.span, "not on the line of the rest", "for example (x + 1)/x^2")


PLACE_FINDINGS: dict[str, Callable[[SourceText], Finding]] = {
    "E216": two_dimensions,
    "E102": arguments,
    "E202": value_missing,
    "E203": operator_missing,
    "E204": ambiguous_product,
    "E205": bracket_open,
    "E206": stray_parenthesis,
    "E207": bar,
    "E208": stray_comma,
    **STATEMENT_FINDINGS,
}
