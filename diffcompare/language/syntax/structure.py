"""Findings about missing values and operators, brackets, commas and conditions: E201 to E216."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

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
from diffcompare.language.tokenizer import SUPERSCRIPTS

# Comparisons, conditions, `=` and `;`: E209 to E214.


def comparison(source: SourceText) -> Finding:
    """Explain a comparison that is not the condition of an `if`."""
    index, token = source.index, source.token(source.index)
    opened = source.opening(index)
    fixes: tuple[str, ...] = ()
    if opened is None:
        shifts = source.token(index + 1) == token  # `x << 2` compares nothing
        fixes = (f"if({source.text.strip()}, 1, 0)",) if source.short and not shifts else ()
    elif (
        source.token(opened) == "("
        and source.word(opened - 1) == "if"
        and (closing := source.closing(opened)) is not None
    ):
        fixes = (source.edited((*source.span(opened), ""), (*source.span(closing), "")),)
    message = f"{quoted(token)} is allowed only in the condition of `if`"
    return Finding(
        message, source.span(index), "a comparison is not a number", "as a condition:", fixes, is_certain=False
    )


def chain(source: SourceText) -> Finding:
    """Explain `a < b < c` in a condition."""
    callee = source.opening(source.index)
    fixes: tuple[str, ...] = ()
    arguments = source.arguments(callee) if callee is not None and source.short else []
    if callee is not None and len(arguments) == 3:
        (first, stop), yes, no = arguments
        relation = next(n for n in range(first, stop) if source.tokens[n] in RELATIONS)
        head, tail = source.excerpt(first, source.index), source.excerpt(relation + 1, stop)
        inner = f"if({head}, if({tail}, {source.excerpt(*yes)}, {source.excerpt(*no)}), {source.excerpt(*no)})"
        fixes = (source.edited((source.span(callee)[0], source.span(no[1])[1], inner)),)
    return Finding("comparisons do not chain", source.span(source.index), "a second comparison", "nested:", fixes)


def condition(source: SourceText) -> Finding:
    """Explain an `if` whose condition compares nothing."""
    callee = source.opening(source.index)
    first = source.index - 1 if callee is None else callee + 1
    span = source.span(first, source.index - 1)
    fix = source.edited((span[1], span[1], " != 0"))
    return Finding(
        "the condition of `if` is a comparison", span, "nothing is compared", "for example:", (fix,), is_certain=False
    )


def equals(source: SourceText) -> Finding:
    """Explain an `=` that does not name a value."""
    start, end = source.span(source.index)
    callee = source.opening(source.index)
    if callee is not None and source.word(callee) == "if":
        turned = {"<": "<=", ">": ">="}.get(source.text[end : end + 1])
        if turned:
            fix = source.edited((start, end + 1, turned))
            message = f"`{turned}` is written this way round"
            return Finding(message, (start, end + 1), "turned round", f"with `{turned}`:", (fix,))
        fix = source.edited((start, end, "=="))
        return Finding("a comparison is written `==`", (start, end), "this names a value", "with `==`:", (fix,))
    left, right = source.text[:start].strip(), source.text[end:].strip()
    fixes: tuple[str, ...] = ended_lines(source.text) if source.short else ()
    if fixes:
        return Finding("a named value ends with `;`", (start, end), "the line before has no `;`", "with `;`:", fixes)
    if callee is None and source.short and ";" not in left and "=" not in left + right:
        fixes = (right,) if right in left or left in ("y", "f") else (f"{left} - ({right})",)
    message = "`=` is allowed only after a new name at the start of a statement"
    return Finding(
        message, (start, end), "this is not an equation", "the difference of both sides:", fixes, is_certain=False
    )


def no_expression(source: SourceText) -> Finding:
    """Explain a text that names values and computes nothing from them."""
    tokens = source.tokens
    at = max(n for n, token in enumerate(tokens) if token == "=")
    text = source.text.rstrip().removesuffix(";").rstrip() if source.short else ""
    lines = ended_lines(text)
    message = f"{quoted(tokens[at - 1])} is given a value, and no expression follows"
    fixes = (*lines, f"{text}; {tokens[at - 1]}") if source.short else ()
    return Finding(message, source.span(at), "an expression must follow", "for example:", fixes, code="E213")


def semicolon(source: SourceText) -> Finding:
    """Explain a `;` that ends no assignment, or that separates arguments, as in spreadsheets of some countries."""
    start, end = source.span(source.index)
    opening = source.opening(source.index)
    if opening is not None and is_word(source.token(opening)):
        stop = source.closing(opening)
        inside = [place for place in range(opening, stop or opening) if source.token(place) == ";"]
        fix = source.edited(*[(*source.span(place), ",") for place in inside])
        message = "a comma separates arguments, not `;`"
        return Finding(message, (start, end), "write a comma", "with a comma:", (fix,), code="E214")
    # A `;` in the middle is left alone: without it, two values would be side by side.
    fixes = (source.edited((start, end, "")),) if source.index in (0, len(source.tokens) - 1) else ()
    message = "`;` is allowed only after a named value: a = 2*x; a^2"
    return Finding(message, (start, end), "no value was named", "without it:", fixes, code="E214")


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

# Words that may precede a formula and are not part of it.
_PROSE = frozenset((
    "the", "of", "for", "let", "please", "find", "write", "solve", "compute", "calculate", "evaluate", "differentiate",
    "derive", "derivative", "simplify", "plot", "grad", "function", "expression",
))  # fmt: skip

SIGNS = OPERATORS - {",", ";"}  # what takes a value on either side


def value_missing(source: SourceText) -> Finding:
    """Explain a sign, or the end, where a value is expected: find out which of its neighbours is to blame."""
    index, token = source.index, source.token(source.index)
    before = source.token(index - 1)
    if not source.tokens:
        return Finding("the expression is empty", (0, 0), "nothing here", code="E201")
    if token == "√" or before == "√":
        root = index if token == "√" else index - 1
        start, stop = source.span(root)[1], source.span(source.operand_stop(root) - 1)[1]
        fix = source.edited((start, start, "("), (stop, stop, ")"))
        message = "a root takes a number, a name, a call or a parenthesis"
        return Finding(message, source.span(root), "nothing to take the root of", "with parentheses:", (fix,))
    if not token and (is_opener(before) or before == ","):
        return bracket_open(source)
    if not token and before == "|" and source.token(index - 2) in SIGNS and source.tokens.count("|") % 2 == 0:
        return _operator(source, index - 1, before, source.token(index - 2))
    if not token and before == "|":
        return Finding("this bar is not closed", source.span(index - 1), "opened here", code="E207")
    if token == ")" and is_opener(before):
        if is_word(before):
            return replace(wrong_arity(source), code="E102", kind="arity_error")
        return Finding("empty parentheses", source.span(index - 1, index), "a value is missing inside")
    if "," in (token, before) and before not in SIGNS and (token in (")", ",") or not before or is_opener(before)):
        return _comma_at(source, index - 1 if before == "," else index)
    if token == ";" and before in ("", ";"):
        return semicolon(source)
    if token == ")" and before in ("", ";", "="):
        return stray_parenthesis(source)
    if not token and before == ";":
        return no_expression(source)
    return _operator(source, index, token, before)


def _operator(source: SourceText, index: int, token: str, before: str) -> Finding:
    """Explain an operator without its left or its right value."""
    if source.token(index + 2) == "√" and before != "√" and source.text[source.span(index)[0]] in SUPERSCRIPTS:
        return _root_of_degree(source, index)
    if token in ("", ")", ",", ";", "|"):
        message = f"a value is missing after {quoted(before)}"
        fix = source.edited((*source.span(index - 1), ""))
        return Finding(message, source.span(index - 1), "nothing follows", "without it:", (fix.rstrip(),))
    if before in SIGNS:
        pair = before + token
        if pair in ("->", "=>", "+=", "-="):
            return Finding(f"there is no `{pair}`", source.span(index - 1, index), "not a sign I know")
        fixes = [source.edited((*source.span(index - 1), ""), (*source.span(index), word)) for word in _merged(pair)]
        single = [source.edited((*source.span(index), "")), source.edited((*source.span(index - 1), ""))]
        message = f"a value is missing between {quoted(before)} and {quoted(token)}"
        if not fixes and before != token:
            readings = tuple((fix, "") for fix in single)
            return Finding(message, source.span(index), "two signs in a row", "with one sign:", readings=readings)
        if source.text[source.span(index)[0]] in SUPERSCRIPTS:  # `x^²`
            fixes = single[1:]
        fixes += single
        advice = "a quotient without remainder is floor(a/b); with one sign:" if pair == "//" else "with one sign:"
        return Finding(message, source.span(index), "two signs in a row", advice, tuple(fixes))
    message = f"a value is missing before {quoted(token)}"
    fix = source.edited((*source.span(index), ""))
    return Finding(message, source.span(index), "nothing comes before it", "without it:", (fix,))


def _root_of_degree(source: SourceText, index: int) -> Finding:
    """Explain `³√x`."""
    degree, stop = source.token(index + 1), source.root_stop(index + 2)
    argument = source.excerpt(index + 3, stop).strip()
    root = f"cbrt({argument})" if degree == "3" else f"({argument})^(1/{degree})"
    fix = source.replaced(source.span(index)[0], source.span(stop - 1)[1], root)
    return Finding("a root has no degree", source.span(index), "not a root I know", "written out:", (fix,))


def _merged(pair: str) -> list[str]:
    """Return what a pair of signs from another language is here: `=<` is <=; empty for other pairs."""
    known = {"=<": "<=", "=>": ">=", "<>": "!=", "^^": "^", "===": "==", "!==": "!="}
    return [known[pair]] if pair in known else []


def operator_missing(source: SourceText) -> Finding:
    """Explain two values in a row that are not a product."""
    index = source.index
    token, before = source.word(index) or source.token(index), source.token(index - 1)
    for position in (index, index - 1):
        if source.token(position) in _WORDS:
            word = source.token(position)
            return Finding(f"there is no `{word}`", source.span(position), "not an operator", _WORDS[word])
    if (stop := _prose(source)) and stop >= index:
        formula = source.text[source.span(stop)[0] :] if source.short else ""
        message = "an expression has no words around it"
        return Finding(message, source.span(0, stop - 1), "leave this out", "alone:", (formula,))
    if is_function(before) or (is_foreign_function(before) and before not in source.names and not is_numeric(token)):
        return bare_function(source, index - 1, index)
    digits = is_numeric(token)
    if digits and is_numeric(before) and source.span(index - 1)[1] == source.span(index)[0]:
        return two_points(source, index - 1)
    fixes = [source.edited((source.span(index - 1)[1], source.span(index)[0], "*"))]
    message = f"an operator is missing between {quoted(before)} and {quoted(token)}"
    grouped = _GROUPED.match(source.text, source.span(index - 1)[0]) if digits and source.short else None
    if grouped and grouped.end() >= source.span(index)[1]:
        joined = source.edited((*grouped.span(), re.sub(r"\s", "", grouped[0])))
        readings = ((joined, "for one number"), (fixes[0], "for a product"))
        return Finding(message, source.span(index), "digits are not grouped", readings=readings)
    if source.fault.details.get("across"):
        if source.token(index + 1) == "=":
            source.fault.index = index + 1
            return replace(equals(source), code="E212")
        label = "a product is not read across lines"
        return Finding(message, source.span(index), label, "for a product:", tuple(fixes))
    return Finding(message, source.span(index), "no product is implied here", "for a product:", tuple(fixes))


def _prose(source: SourceText) -> int:
    """Count the words before a formula: `write 1/cosh(x)` has one, `derivative of x^2` two."""
    words = (n for n, token in enumerate(source.tokens) if token.lower() not in _PROSE or token in source.names)
    return next(words, 0)


def ambiguous_product(source: SourceText) -> Finding:
    """Explain a product without a sign whose left factor follows `/`, `^` or a root: show both readings."""
    if source.fault.details.get("stacked"):
        return _stacked(source)
    index = source.index
    left = source.operand_start(index - 1)
    sign = left - 1
    while source.token(sign) in ("-", "+"):
        sign -= 1
    if source.token(sign) in ("^", "**") and is_function(source.token(sign - 1)):
        power = (
            "^" + source.excerpt(sign + 1, index)
            if source.text[source.span(sign)[0]] in "^*"
            else _raised(source, sign, index)
        )
        return bare_function(source, sign - 1, index, power)
    stop = source.product_stop(index)
    between = (source.span(index - 1)[1], source.span(index)[0], "*")
    start = source.span(left)[0]
    readings = [(source.edited(between), "")]
    if source.text[source.span(sign)[0]] in "/÷^*√":
        whole = source.edited((start, start, "("), between, (source.span(stop - 1)[1],) * 2 + (")",))
        readings.insert(0, (whole, ""))
    kind = {"/": "quotient", "√": "root"}.get(source.token(sign), "power")
    message = f"it is not clear where the {kind} ends before {quoted(source.word(index) or '(')}"
    return Finding(
        message, source.span(index), "no product is implied here", "for a product:", readings=tuple(readings)
    )


def _raised(source: SourceText, sign: int, index: int) -> str:
    return "^" + "".join(source.tokens[sign + 1 : index])


def _stacked(source: SourceText) -> Finding:
    """Explain `x²^3`, which may be (x^2)^3 or x^(2^3)."""
    assert source.fault.span is not None
    return Finding(
        "a raised exponent with another exponent", source.fault.span, "ambiguous", "write (x^2)^3 or x^(2^3)"
    )


def bracket_open(source: SourceText) -> Finding:
    """Explain a parenthesis that is never closed; the place is where it was opened."""
    innermost = source.opening(source.index)
    assert innermost is not None, "a parenthesis is open"
    at = source.paren(innermost)
    fixes: tuple[str, ...] = ()
    if source.short:
        before = source.tokens[: source.index]
        depth = sum(map(is_opener, before)) - before.count(")")
        end = source.span(source.index)[0] if source.index < len(source.tokens) else len(source.text.rstrip())
        fixes = (source.edited((end, end, ")" * depth)),) if depth < 100 else ()
    message = "this parenthesis is not closed"
    return Finding(message, (at, at + 1), "opened here", "closed at the end:", fixes, code="E205")


def stray_parenthesis(source: SourceText) -> Finding:
    """Explain a parenthesis that closes nothing."""
    start, end = source.span(source.index)
    fixes = (source.edited((start, end, "")), source.edited((0, 0, "(")))
    message = "this parenthesis closes nothing"
    return Finding(message, (start, end), "no parenthesis is open", "without it:", fixes, code="E206")


def bar(source: SourceText) -> Finding:
    """Explain a bar that is never closed, or one where no value can start and no bar is open."""
    index, text = source.index, source.text
    start, stop = source.span(index)
    if "end" in source.fault.details:
        end = source.span(source.fault.details["end"])[0]
        fix = source.edited((end, end, "|")) if end < len(text) else text.rstrip() + "|"
        return Finding("this bar is not closed", (start, stop), "opened here", "closed:", (fix,))
    fixes = (source.edited((start, start, "*")),)
    if source.token(index + 1) == "|" and not is_value(source.token(index + 2)):
        return Finding("a bar that closes nothing", (start, stop), "no bar is open", "without it:", ())
    if source.token(index - 1) == "|":
        message = "an operator is missing between two absolute values"
        return Finding(message, (start, stop), "no product is implied here", "for a product:", fixes)
    if is_function(source.token(index - 1)) and "|" in source.tokens[index + 1 :]:
        end = source.span(source.tokens.index("|", index + 1))[1]
        fixes = (source.edited((start, start, "("), (end, end, ")")),)
        message = f"{quoted(source.token(index - 1))} needs parentheses"
        label = "a function's argument goes in parentheses"
        return Finding(message, source.span(index - 1), label, "with parentheses:", fixes, code="E215")
    if source.token(index - 1) and source.tokens[index:].count("|") % 2 == 0:
        if source.token(index + 1) == "|":
            message = "there is no `||`: conditions cannot be combined"
            return Finding(message, source.span(index, index + 1), "not an operator", _NEST_OR)
        message = f"an operator is missing before {quoted('|')}"
        return Finding(message, (start, stop), "no product is implied here", "for a product:", fixes, code="E203")
    fixes = (source.edited((start, stop, "")),)
    return Finding("this bar closes nothing", (start, stop), "no bar is open", "without it:", fixes)


def stray_comma(source: SourceText) -> Finding:
    return _comma_at(source, source.index)


def _comma_at(source: SourceText, index: int) -> Finding:
    start, end = source.span(index)
    number = _comma_in_number(source, index)
    if number is not None:
        return number
    before, after = source.token(index - 1), source.token(index + 1)
    fixes = (
        (source.edited((start, end, "")),) if not is_value(after) or before in ("", ",") or is_opener(before) else ()
    )
    message = "a comma is allowed only between the arguments of a function"
    return Finding(message, (start, end), "nothing to separate", "without it:", fixes, code="E208")


def _comma_in_number(source: SourceText, index: int) -> Finding | None:
    """Explain a comma between digits, which groups them or stands for a point."""
    start, end = source.span(index)
    first = source.span(index - 1)[0] if index and source.span(index - 1)[1] == start else start
    match = _NUMBER_WITH_COMMA.match(source.text, first)
    if match is None or match.end() <= end:
        return None
    message, number = "a number has no commas", match[0]
    with_point = number.replace(".", "").replace(",", ".")
    joined = number.replace(",", "")
    if not _THOUSANDS.fullmatch(number):
        clear = "." not in number.partition(",")[2] and number.count(",") == 1
        clear = clear and ("." not in number or re.fullmatch(r"\d{1,3}(?:\.\d{3})+,\d+", number) is not None)
        fixes = (source.edited((*match.span(), with_point)),) if clear else ()
        return Finding(message, (start, end), "write a point", "with a point:", fixes, code="E208")
    if number.count(",") > 1 or "." in number:
        fixes = (source.edited((*match.span(), joined)),)
        return Finding(message, (start, end), "digits are not grouped", "without it:", fixes, code="E208")
    readings = [
        (source.edited((*match.span(), joined)), "if the comma groups digits"),
        (source.edited((*match.span(), with_point)), "if it is a decimal comma"),
    ]
    if source.fault.code == "E208":
        readings.append((source.edited((end, end, " ")), "for two arguments"))
    return Finding(message, (start, end), "write a point, or nothing", readings=tuple(readings), code="E208")


def arguments(source: SourceText) -> Finding:
    """Explain a wrong number of arguments, which may be due to a stray comma or a comma in a number."""
    finding = wrong_arity(source)
    if source.token(source.index) != ",":
        return finding
    if source.token(source.index + 1) == ")":
        return replace(_comma_at(source, source.index), kind="syntax_error")
    number = _comma_in_number(source, source.index)
    if number is None:
        return finding
    return replace(finding, help="with a decimal point:", fixes=number.fixes, readings=number.readings)


def two_dimensions(source: SourceText) -> Finding:
    """Explain a formula as it is printed: a fraction with a bar, exponents on a line above."""
    message = "a formula in two dimensions: write it on one line"
    return Finding(message, source.fault.span, "not on the same line as the rest", "for example (x + 1)/x^2")


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
