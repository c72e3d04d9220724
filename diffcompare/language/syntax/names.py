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


def unknown_function(scene: SourceText) -> Finding:
    """A name before a parenthesis that is no function: misspelt, or a variable and a product was meant."""
    index, name = scene.index, scene.word(scene.index)
    if scene.token(index + 1) == ")" and name.casefold() in CONSTANTS:
        start, end = scene.span(index)[0], scene.span(index + 1)[1]
        cure = scene.edited((start, end, name.casefold()))
        return Finding("a constant has no parentheses", (start, end), "leave them out", "without them:", (cure,))
    stray = next((n for n in range(index + 1, len(scene.tokens)) if _is_foreign(scene.tokens[n])), None)
    if stray is not None:  # the text is not in this language at all: say that first
        scene.fault.index = stray
        finding = character(scene)
        return replace(finding, code=finding.code or "E301", kind=finding.kind or "syntax_error")
    closing = scene.closing(index) if scene.short else None
    if _is_variable(scene, name) and name not in REWRITTEN:
        return _product_or_call(scene, name)
    message, label = f"unknown function {quoted(name)}", "not a function I know"
    readings = _several(scene, name, closing)
    if readings:
        return Finding(message, scene.span(index), label, "written out:", readings=readings)
    return Finding(message, scene.span(index), label, *_meant(scene, name, closing))


def _is_foreign(token: str) -> bool:
    return len(token) == 1 and not (
        token.isalnum() or token == "_" or token in AFTER or token in OPENERS or token == "√"
    )


def _is_variable(scene: SourceText, name: str) -> bool:
    """Whether a name is one of a variable: given by the point, used as one elsewhere, or shaped like one."""
    if name in scene.names or name in scene.tokens or name in CONSTANTS:
        return True
    return name not in "fghFGH" and (len(name) == 1 or re.fullmatch(r"[^\W\d_]_?[0-9]+", name) is not None)


def _product_or_call(scene: SourceText, name: str) -> Finding:
    end = scene.span(scene.index)[1]
    what = "constant" if name in CONSTANTS and name not in scene.names else "variable"
    message = f"{quoted(name + '(...)')} is either a product or a call of a function {quoted(name)}"
    cure = scene.edited((end, paren := scene.paren(scene.index), "*"))
    readings: tuple[tuple[str, str], ...] = ()
    before = scene.token(scene.index - 1)
    if before in ("^", "**") and is_function(scene.token(scene.index - 2)):
        return bare_function(scene, scene.index - 2, scene.index, f"^{name}")
    if before in ("/", "^", "**") and scene.short and (closing := scene.closing(scene.index)) is not None:
        start, stop = scene.span(scene.index)[0], scene.span(closing)[1]
        readings = ((scene.edited((start, start, "("), (end, paren, "*"), (stop, stop, ")")), ""), (cure, ""))
    advice = f"there is no function {quoted(name)}; for the product with the {what}, write:"
    label = "an operator is missing after this"
    span = scene.span(scene.index)
    return Finding(message, span, label, advice, (cure,), readings, code="E105", kind="syntax_error")


def _several(scene: SourceText, name: str, closing: int | None) -> tuple[tuple[str, str], ...]:
    """Write the text with each function that may have been meant, if there are several."""
    numbered = re.fullmatch(r"([a-z]+)([2-9])", name)
    candidates: tuple[str, ...] = AMBIGUOUS.get(name, ())
    if numbered and name not in REWRITTEN and numbered[1] in FUNCTIONS and FUNCTIONS[numbered[1]].arity == 1:
        function, number = numbered.groups()  # sin2(x) is sin(x)^2, or sin(2*x), and log3(x) is neither
        candidates = (f"{function}({{0}})^{number}", f"{function}({number}*{{0}})")
        candidates = (f"log({{0}}, {number})",) if function == "log" else candidates
    if candidates:
        templates = [_rewritten(scene, template, closing) for template in candidates]
        return tuple((cure, "") for cures in templates for cure in cures)
    several = name in REWRITTEN or known_tail(name) or readings(name, set(scene.tokens).union(scene.names))
    near = () if several else suggestions(name)
    return tuple((scene.edited((*scene.span(scene.index), each)), "") for each in near) if len(near) > 1 else ()


def _meant(scene: SourceText, name: str, closing: int | None) -> tuple[str | None, tuple[str, ...]]:
    """What to say about an unknown function, and the text with what was meant."""
    start, end = scene.span(scene.index)
    template = REWRITTEN.get(name) or REWRITTEN.get(name.casefold())
    if template is not None:
        return f"write {quoted(template.format('x', 'y'))}:", _rewritten(scene, template, closing)
    glued = () if name in ALIASES else readings(name, set(scene.tokens).union(scene.names))
    if glued:
        product = f"{glued[0]}*"
        return f"did you mean `{product}(...)`?", (scene.edited((start, scene.paren(scene.index), product)),)
    near = next(iter(suggestions(name)), None)
    tail = None if name in ALIASES else known_tail(name)
    head = name[: -len(tail)] if tail else ""
    if tail and (_is_variable(scene, head) or (near is None and head.isalpha())):
        return f"did you mean `{head}*{tail}`?", (scene.edited((start, end, f"{head}*{tail}")),)
    if near is None:
        paren = scene.paren(scene.index)
        return f"if {quoted(name)} is a variable, a product:", (scene.edited((end, paren, "*")),)
    return f"did you mean `{near}`?", (scene.edited((start, end, near)),)


def _rewritten(scene: SourceText, template: str, closing: int | None) -> tuple[str, ...]:
    if closing is None or not scene.short:
        return ()
    arguments = [scene.source(*argument) for argument in scene.arguments(scene.index)]
    if len(arguments) != 1 + ("{1}" in template):
        return ()
    inner = [a if re.fullmatch(r"\w+", a) else f"({a})" for a in arguments]
    return (scene.replaced(scene.span(scene.index)[0], scene.span(closing)[1], template.format(*inner)),)


def wrong_arity(scene: SourceText) -> Finding:
    """A function with too many or too few arguments."""
    callee = scene.opening(scene.index)
    assert callee is not None, "a call is open where its arguments are counted"
    name = scene.word(callee)
    given = scene.arguments(callee)
    least, most = SEVERAL.get(name, (1, 1))
    takes = str(least) if least == most else f"{least} or {most}" if most == least + 1 else f"at least {least}"
    plural = "" if takes == "1" else "s"
    message = f"{quoted(name)} takes {takes} argument{plural}, not {len(given)}"
    notation = "if(a < b, x, y)" if name == "if" else FUNCTIONS[name].notation
    notation = {"log": "log(x) or log(x, base)", "abs": "abs(x)"}.get(name, notation)
    instead = {("atan2", 1): "atan", ("atan", 2): "atan2", ("ln", 2): "log", ("hypot", 1): "abs"}.get(
        (name, len(given))
    )
    advice, cures = f"it is written {notation}", ()
    if instead is not None:
        start, end = scene.span(callee)
        return Finding(
            message,
            (start, end),
            f"{takes} expected",
            f"did you mean `{instead}`?",
            (scene.edited((start, end, instead)),),
        )
    return Finding(message, scene.span(callee), f"{takes} expected", advice, cures)


def reserved(scene: SourceText) -> Finding:
    """A constant or a function that is given a value."""
    name = scene.token(scene.index)
    what = "a constant" if name in CONSTANTS else "a function"
    fresh = _fresh(scene, name)
    cure = scene.edited(*[(*scene.span(n), fresh) for n, token in enumerate(scene.tokens) if token == name])
    message = f"{quoted(name)} is {what} and cannot be given a value"
    return Finding(message, scene.span(scene.index), "choose another name", "with another name:", (cure,))


def _fresh(scene: SourceText, name: str) -> str:
    number = 1
    while f"{name}_{number}" in scene.tokens or f"{name}_{number}" in scene.names:
        number += 1
    return f"{name}_{number}"


def assigned_twice(scene: SourceText) -> Finding:
    """A name that has a value already, or was used before it has one."""
    name, index = scene.token(scene.index), scene.index
    if scene.fault.details.get("own"):
        use = scene.tokens.index(name, index + 1)
        fresh = _fresh(scene, name)
        cure = scene.edited((*scene.span(index), fresh), *_later(scene, name, fresh, index))
        message = f"{quoted(name)} is used in its own definition"
        lines = ended_lines(scene.text) if scene.short else ()
        advice = "with a `;` at the end of the line:" if lines else "with a new name for the result:"
        return Finding(message, scene.span(use), "it has no value yet", advice, (*lines, cure))
    first = scene.tokens.index(name)
    if scene.token(first + 1) == "=" and scene.token(first - 1) in ("", ";"):
        fresh = _fresh(scene, name)
        cure = scene.edited((*scene.span(index), fresh), *_later(scene, name, fresh, index))
        message = f"{quoted(name)} has a value already"
        return Finding(message, scene.span(index), "a name is given a value once", "with another name:", (cure,))
    message = f"{quoted(name)} is used before it is given a value"
    return Finding(message, scene.span(index), "too late", "give the value first")


def _later(scene: SourceText, name: str, fresh: str, index: int) -> list[tuple[int, int, str]]:
    """The renaming of every use after the statement in which a name is given a value."""
    end = scene.tokens.index(";", index) if ";" in scene.tokens[index:] else len(scene.tokens)
    return [(*scene.span(n), fresh) for n in range(end, len(scene.tokens)) if scene.tokens[n] == name]


def bare_function(scene: SourceText, function: int, first: int, power: str = "") -> Finding:
    """`sin x` and `sin^2(x)`: the argument of a function stands in parentheses, the power after them.

    `first` is the token with which the argument begins; it may be the call of `sin^n(x)`, where n is in the power.
    """
    name = scene.token(function)
    stop, argument = _bare_argument(scene, name, first, power)
    start, end = scene.span(function)[0], scene.span(stop - 1)[1]
    span = scene.span(function, first - 1)
    call = f"{name}({argument}){power}"
    if power and scene.token(stop) in ("^", "**"):
        call = f"({call})"
    cure = scene.edited((start, end, call))
    inverse = next((inverse for inverse in (f"a{name}", f"arc{name}") if inverse in FUNCTIONS), None)
    if inverse is not None and re.sub(r"[\s()]", "", power) == "^-1":
        message = f"{quoted(scene.text[span[0] : span[1]])} is either the inverse function or the reciprocal"
        readings = (
            (scene.edited((start, end, f"{inverse}({argument})")), "for the inverse function"),
            (cure, "for the reciprocal"),
        )
        return Finding(message, span, "ambiguous", readings=readings, code="E215")
    if not power and scene.token(stop) == "/" and scene.short:
        below = scene.operand_stop(stop + 1)
        whole = scene.edited((start, scene.span(below - 1)[1], f"{name}({argument}{scene.source(stop, below)})"))
        message = f"{quoted(name)} needs parentheses"
        label = "a function's argument stands in parentheses"
        return Finding(message, span, label, "with parentheses:", readings=((cure, ""), (whole, "")), code="E215")
    what = "the power of a function stands after its argument" if power else f"{quoted(name)} needs parentheses"
    label = "write the power last" if power else "a function's argument stands in parentheses"
    return Finding(what, span, label, "with parentheses:", (cure,), code="E215")


def _bare_argument(scene: SourceText, name: str, first: int, power: str) -> tuple[int, str]:
    """Find the argument of a function without parentheses of its own: the token after it, and its text."""
    token = scene.token(first)
    if power.removeprefix("^") == scene.word(first) and token[-1:] == "(" and token != "(":  # sin^n(x)
        closing = scene.closing(first)
        stop = len(scene.tokens) if closing is None else closing + 1
        return stop, scene.source(first, stop).partition("(")[2].removesuffix(")").strip()
    stop = scene.operand_stop(first) if not power and name == "sqrt" else scene.product_stop(first)
    closing = scene.closing(first) if token == "(" else None
    if power and closing is not None:
        stop = closing + 1
    argument = scene.source(first, stop).strip()
    if token == "(" and closing == stop - 1:
        argument = argument[1:-1]
    return stop, argument


def choice(scene: SourceText) -> Finding:
    """`if` without its parentheses."""
    return Finding(
        "`if` needs parentheses", scene.span(scene.index), "a choice is a call", "it is written if(a < b, x, y)"
    )


def is_function(token: str) -> bool:
    return is_word(token) and (token in FUNCTIONS or token in SEVERAL)


NAME_FINDINGS: dict[str, Callable[[SourceText], Finding]] = {
    "E101": unknown_function,
    "E103": reserved,
    "E104": assigned_twice,
    "E215": choice,
}
