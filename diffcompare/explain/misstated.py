"""Findings about comparisons, conditions, `=` and `;`: E209 to E214."""

from __future__ import annotations

from collections.abc import Callable

from diffcompare.explain.cures import Finding, Scene, ended_lines, quoted
from diffcompare.grammar import is_word
from diffcompare.operations import RELATIONS


def comparison(scene: Scene) -> Finding:
    """A comparison that is not the condition of an `if`."""
    index, token = scene.index, scene.token(scene.index)
    opened = scene.opening(index)
    cures: tuple[str, ...] = ()
    if opened is None:
        cures = (f"if({scene.text.strip()}, 1, 0)",) if scene.short else ()
    elif (
        scene.token(opened) == "(" and scene.word(opened - 1) == "if" and (closing := scene.closing(opened)) is not None
    ):
        cures = (scene.edited((*scene.span(opened), ""), (*scene.span(closing), "")),)
    message = f"{quoted(token)} stands only in the condition of `if`"
    return Finding(
        message, scene.span(index), "a comparison is not a number", "as a condition:", cures, is_certain=False
    )


def chain(scene: Scene) -> Finding:
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


def condition(scene: Scene) -> Finding:
    """An `if` whose condition compares nothing."""
    callee = scene.opening(scene.index)
    first = scene.index - 1 if callee is None else callee + 1
    span = scene.span(first, scene.index - 1)
    cure = scene.edited((span[1], span[1], " != 0"))
    return Finding(
        "the condition of `if` is a comparison", span, "nothing is compared", "for example:", (cure,), is_certain=False
    )


def equals(scene: Scene) -> Finding:
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


def no_expression(scene: Scene) -> Finding:
    """Values are named and nothing is computed from them."""
    tokens = scene.tokens
    at = max(n for n, token in enumerate(tokens) if token == "=")
    text = scene.text.rstrip().removesuffix(";").rstrip() if scene.short else ""
    lines = ended_lines(text)
    message = f"{quoted(tokens[at - 1])} is given a value, and no expression follows"
    cures = (*lines, f"{text}; {tokens[at - 1]}") if scene.short else ()
    return Finding(message, scene.span(at), "the text ends with an expression", "for example:", cures, code="E213")


def semicolon(scene: Scene) -> Finding:
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


STATEMENT_FINDINGS: dict[str, Callable[[Scene], Finding]] = {
    "E209": comparison,
    "E210": chain,
    "E211": condition,
    "E212": equals,
    "E213": no_expression,
    "E214": semicolon,
}
