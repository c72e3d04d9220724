"""Findings about names and calls: E101 to E105, and E215."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from diffcompare.language.grammar import AFTER, OPENERS, SEVERAL, is_word
from diffcompare.language.operations import CONSTANTS, FUNCTIONS
from diffcompare.language.syntax.characters import character
from diffcompare.language.syntax.misread_names import readings
from diffcompare.language.syntax.source_text import Finding, SourceText, ended_lines, quoted
from diffcompare.language.syntax.spelling import ALIASES, AMBIGUOUS, REWRITTEN, known_tail, suggestions


def unknown_function(source: SourceText) -> Finding:
    """Explain a name before a parenthesis that is not a function: it is misspelt, or a product was meant."""
    index, name = source.index, source.word(source.index)
    if source.token(index + 1) == ")" and name.casefold() in CONSTANTS:
        start, end = source.span(index)[0], source.span(index + 1)[1]
        fix = source.edited((start, end, name.casefold()))
        return Finding("a constant has no parentheses", (start, end), "leave them out", "without them:", (fix,))
    stray = next((n for n in range(index + 1, len(source.tokens)) if _is_foreign(source.tokens[n])), None)
    if stray is not None:  # the text is not in this language at all: say that first
        source.fault.index = stray
        finding = character(source)
        return replace(finding, code=finding.code or "E301", kind=finding.kind or "syntax_error")
    closing = source.closing(index) if source.short else None
    if _is_variable(source, name) and name not in REWRITTEN:
        return _product_or_call(source, name)
    message, label = f"unknown function {quoted(name)}", "not a function I know"
    readings = _several(source, name, closing)
    if readings:
        return Finding(message, source.span(index), label, "written out:", readings=readings)
    return Finding(message, source.span(index), label, *_meant(source, name, closing))


def _is_foreign(token: str) -> bool:
    return len(token) == 1 and not (
        token.isalnum() or token == "_" or token in AFTER or token in OPENERS or token == "√"
    )


def _is_variable(source: SourceText, name: str) -> bool:
    """Tell whether a name is that of a variable: given by the point, used as one elsewhere, or shaped like one."""
    if name in source.names or name in source.tokens or name in CONSTANTS:
        return True
    return name not in "fghFGH" and (len(name) == 1 or re.fullmatch(r"[^\W\d_]_?[0-9]+", name) is not None)


def _product_or_call(source: SourceText, name: str) -> Finding:
    end = source.span(source.index)[1]
    kind = "constant" if name in CONSTANTS and name not in source.names else "variable"
    message = f"{quoted(name + '(...)')} is either a product or a call of a function {quoted(name)}"
    fix = source.edited((end, paren := source.paren(source.index), "*"))
    readings: tuple[tuple[str, str], ...] = ()
    before = source.token(source.index - 1)
    if before in ("^", "**") and is_function(source.token(source.index - 2)):
        return bare_function(source, source.index - 2, source.index, f"^{name}")
    if before in ("/", "^", "**") and source.short and (closing := source.closing(source.index)) is not None:
        start, stop = source.span(source.index)[0], source.span(closing)[1]
        readings = ((source.edited((start, start, "("), (end, paren, "*"), (stop, stop, ")")), ""), (fix, ""))
    advice = f"there is no function {quoted(name)}; for the product with the {kind}, write:"
    label = "an operator is missing after this"
    span = source.span(source.index)
    return Finding(message, span, label, advice, (fix,), readings, code="E105", kind="syntax_error")


def _several(source: SourceText, name: str, closing: int | None) -> tuple[tuple[str, str], ...]:
    """Write the text with each function that may have been meant, if there are several."""
    numbered = re.fullmatch(r"([a-z]+)([2-9])", name)
    candidates: tuple[str, ...] = AMBIGUOUS.get(name, ())
    if numbered and name not in REWRITTEN and numbered[1] in FUNCTIONS and FUNCTIONS[numbered[1]].arity == 1:
        function, number = numbered.groups()  # sin2(x) is sin(x)^2, or sin(2*x), and log3(x) is neither
        candidates = (f"{function}({{0}})^{number}", f"{function}({number}*{{0}})")
        candidates = (f"log({{0}}, {number})",) if function == "log" else candidates
    if candidates:
        templates = [_rewritten(source, template, closing) for template in candidates]
        return tuple((fix, "") for fixes in templates for fix in fixes)
    several = name in REWRITTEN or known_tail(name) or readings(name, set(source.tokens).union(source.names))
    near = () if several else suggestions(name)
    return (
        tuple((source.edited((*source.span(source.index), function)), "") for function in near) if len(near) > 1 else ()
    )


def _meant(source: SourceText, name: str, closing: int | None) -> tuple[str | None, tuple[str, ...]]:
    """Return the help about an unknown function, and the text with what was meant."""
    start, end = source.span(source.index)
    template = REWRITTEN.get(name) or REWRITTEN.get(name.casefold())
    if template is not None:
        return f"write {quoted(template.format('x', 'y'))}:", _rewritten(source, template, closing)
    glued = () if name in ALIASES else readings(name, set(source.tokens).union(source.names))
    if glued:
        product = f"{glued[0]}*"
        return f"did you mean `{product}(...)`?", (source.edited((start, source.paren(source.index), product)),)
    near = next(iter(suggestions(name)), None)
    tail = None if name in ALIASES else known_tail(name)
    head = name[: -len(tail)] if tail else ""
    if tail and (_is_variable(source, head) or (near is None and head.isalpha())):
        return f"did you mean `{head}*{tail}`?", (source.edited((start, end, f"{head}*{tail}")),)
    if near is None:
        paren = source.paren(source.index)
        return f"if {quoted(name)} is a variable, a product:", (source.edited((end, paren, "*")),)
    return f"did you mean `{near}`?", (source.edited((start, end, near)),)


def _rewritten(source: SourceText, template: str, closing: int | None) -> tuple[str, ...]:
    if closing is None or not source.short:
        return ()
    arguments = [source.excerpt(*argument) for argument in source.arguments(source.index)]
    if len(arguments) != 1 + ("{1}" in template):
        return ()
    inner = [a if re.fullmatch(r"\w+", a) else f"({a})" for a in arguments]
    return (source.replaced(source.span(source.index)[0], source.span(closing)[1], template.format(*inner)),)


def wrong_arity(source: SourceText) -> Finding:
    """Explain a function with too many or too few arguments."""
    callee = source.opening(source.index)
    assert callee is not None, "a call is open where its arguments are counted"
    name = source.word(callee)
    given = source.arguments(callee)
    least, most = SEVERAL.get(name, (1, 1))
    takes = str(least) if least == most else f"{least} or {most}" if most == least + 1 else f"at least {least}"
    plural = "" if takes == "1" else "s"
    message = f"{quoted(name)} takes {takes} argument{plural}, not {len(given)}"
    notation = "if(a < b, x, y)" if name == "if" else FUNCTIONS[name].notation
    notation = {"log": "log(x) or log(x, base)", "abs": "abs(x)"}.get(name, notation)
    instead = {("atan2", 1): "atan", ("atan", 2): "atan2", ("ln", 2): "log", ("hypot", 1): "abs"}.get(
        (name, len(given))
    )
    if instead is not None:
        start, end = source.span(callee)
        fix = source.edited((start, end, instead))
        return Finding(message, (start, end), f"{takes} expected", f"did you mean `{instead}`?", (fix,))
    return Finding(message, source.span(callee), f"{takes} expected", f"it is written {notation}")


def reserved(source: SourceText) -> Finding:
    """Explain a constant or a function that is given a value."""
    name = source.token(source.index)
    kind = "a constant" if name in CONSTANTS else "a function"
    fresh = _fresh(source, name)
    fix = source.edited(*[(*source.span(n), fresh) for n, token in enumerate(source.tokens) if token == name])
    message = f"{quoted(name)} is {kind} and cannot be given a value"
    return Finding(message, source.span(source.index), "choose another name", "with another name:", (fix,))


def _fresh(source: SourceText, name: str) -> str:
    number = 1
    while f"{name}_{number}" in source.tokens or f"{name}_{number}" in source.names:
        number += 1
    return f"{name}_{number}"


def assigned_twice(source: SourceText) -> Finding:
    """Explain a name that already has a value, or was used before it had one."""
    name, index = source.token(source.index), source.index
    if source.fault.details.get("own"):
        use = source.tokens.index(name, index + 1)
        fresh = _fresh(source, name)
        fix = source.edited((*source.span(index), fresh), *_later(source, name, fresh, index))
        message = f"{quoted(name)} is used in its own definition"
        lines = ended_lines(source.text) if source.short else ()
        advice = "with a `;` at the end of the line:" if lines else "with a new name for the result:"
        return Finding(message, source.span(use), "it has no value yet", advice, (*lines, fix))
    first = source.tokens.index(name)
    if source.token(first + 1) == "=" and source.token(first - 1) in ("", ";"):
        fresh = _fresh(source, name)
        fix = source.edited((*source.span(index), fresh), *_later(source, name, fresh, index))
        message = f"{quoted(name)} already has a value"
        return Finding(message, source.span(index), "a name gets a value only once", "with another name:", (fix,))
    message = f"{quoted(name)} is used before it is given a value"
    return Finding(message, source.span(index), "too late", "give the value first")


def _later(source: SourceText, name: str, fresh: str, index: int) -> list[tuple[int, int, str]]:
    """Return the edits that rename every use after the statement in which a name is given a value."""
    end = source.tokens.index(";", index) if ";" in source.tokens[index:] else len(source.tokens)
    return [(*source.span(n), fresh) for n in range(end, len(source.tokens)) if source.tokens[n] == name]


def bare_function(source: SourceText, function: int, first: int, power: str = "") -> Finding:
    """Explain `sin x` and `sin^2(x)`: the argument of a function goes in parentheses, the power after them.

    `first` is the token with which the argument begins; it may be the call of `sin^n(x)`, where n is in the power.
    """
    name = source.token(function)
    stop, argument = _bare_argument(source, name, first, power)
    start, end = source.span(function)[0], source.span(stop - 1)[1]
    span = source.span(function, first - 1)
    call = f"{name}({argument}){power}"
    if power and source.token(stop) in ("^", "**"):
        call = f"({call})"
    fix = source.edited((start, end, call))
    inverse = next((inverse for inverse in (f"a{name}", f"arc{name}") if inverse in FUNCTIONS), None)
    if inverse is not None and re.sub(r"[\s()]", "", power) == "^-1":
        message = f"{quoted(source.text[span[0] : span[1]])} is either the inverse function or the reciprocal"
        readings = (
            (source.edited((start, end, f"{inverse}({argument})")), "for the inverse function"),
            (fix, "for the reciprocal"),
        )
        return Finding(message, span, "ambiguous", readings=readings, code="E215")
    if not power and source.token(stop) == "/" and source.short:
        below = source.operand_stop(stop + 1)
        whole = source.edited((start, source.span(below - 1)[1], f"{name}({argument}{source.excerpt(stop, below)})"))
        message = f"{quoted(name)} needs parentheses"
        label = "a function's argument goes in parentheses"
        return Finding(message, span, label, "with parentheses:", readings=((fix, ""), (whole, "")), code="E215")
    message = "the power of a function goes after its argument" if power else f"{quoted(name)} needs parentheses"
    label = "write the power last" if power else "a function's argument goes in parentheses"
    return Finding(message, span, label, "with parentheses:", (fix,), code="E215")


def _bare_argument(source: SourceText, name: str, first: int, power: str) -> tuple[int, str]:
    """Find the argument of a function without parentheses of its own: the token after it, and its text."""
    token = source.token(first)
    if power.removeprefix("^") == source.word(first) and token[-1:] == "(" and token != "(":  # sin^n(x)
        closing = source.closing(first)
        stop = len(source.tokens) if closing is None else closing + 1
        return stop, source.excerpt(first, stop).partition("(")[2].removesuffix(")").strip()
    stop = source.operand_stop(first) if not power and name == "sqrt" else source.product_stop(first)
    closing = source.closing(first) if token == "(" else None
    if power and closing is not None:
        stop = closing + 1
    argument = source.excerpt(first, stop).strip()
    if token == "(" and closing == stop - 1:
        argument = argument[1:-1]
    return stop, argument


def without_parentheses(source: SourceText) -> Finding:
    """Explain an `if` without its parentheses, and `gamma -x`, in which gamma is a function or a variable."""
    index = source.index
    name, sign = source.token(index), source.token(index + 1)
    if name == "if":
        advice = "it is written if(a < b, x, y)"
        return Finding("`if` needs parentheses", source.span(index), "it is written as a call", advice)
    stop, argument = _bare_argument(source, name, index + 1, "")
    start, end = source.span(index)[0], source.span(stop - 1)[1]
    readings = (
        (source.edited((start, end, f"{name}({argument})")), "for the function"),
        (source.edited((start, source.span(index + 1)[1], f"{name} {sign} ")), "for the variable"),
    )
    message = f"{quoted(name)} is either a function without parentheses or a variable"
    return Finding(message, source.span(index), "ambiguous", readings=readings)


def is_function(token: str) -> bool:
    """Tell whether a token is the name of a function."""
    return is_word(token) and (token in FUNCTIONS or token in SEVERAL)


NAME_FINDINGS: dict[str, Callable[[SourceText], Finding]] = {
    "E101": unknown_function,
    "E103": reserved,
    "E104": assigned_twice,
    "E215": without_parentheses,
}
