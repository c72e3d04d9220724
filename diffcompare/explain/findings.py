"""From a fault to a diagnostic: the cause in words, the smallest stretch of text at fault, and a cure.

Every cure offered is a whole expression that was parsed first: what `help:` shows can be pasted back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from diffcompare.diagnostics import Diagnostic
from diffcompare.explain.cures import LONGEST, Attempt, Finding, Scene, quoted
from diffcompare.explain.miscalled import NAME_FINDINGS
from diffcompare.explain.misplaced import PLACE_FINDINGS
from diffcompare.explain.mistyped import CHARACTER_FINDINGS
from diffcompare.lexer import MAX_CHARACTERS, MAX_DIGITS, MAX_EXPONENT, MAX_OPERATIONS, Fault

KINDS = {
    "E101": "unknown_function",
    "E102": "arity_error",
    **dict.fromkeys(("E401", "E402", "E403", "E404"), "resource_limit"),
}
ROUNDS = 5
"""How many further errors a cure may mend on its way to a text that can be parsed."""


def explain(text: str, fault: Fault, names: Collection[str], attempt: Attempt) -> Diagnostic:
    """The diagnostic of a fault.  `attempt` says what is wrong with a text, None if nothing is."""
    code, finding = _find(text, fault, names)
    cures = _proven(finding, names, attempt)
    advice = finding.help
    if finding.both and len(cures) > 1:
        advice = "write " + " or ".join(f"`{cure}`" for cure in cures)
    elif not cures and advice is not None and advice.endswith(":"):
        advice = None  # "write:" and nothing to write
    return Diagnostic(
        code=code,
        kind=finding.kind or KINDS.get(code, "syntax_error"),
        message=finding.message,
        span=finding.span,
        help=advice,
        text=text,
        label=finding.label,
        fix=cures[0] if cures else None,
    )


def _find(text: str, fault: Fault, names: Collection[str]) -> tuple[str, Finding]:
    if fault.code in _LIMITS:
        return fault.code, _LIMITS[fault.code](text, fault)
    finding = _FINDINGS[fault.code](Scene(text, fault, names))
    return finding.code or fault.code, finding


def _proven(finding: Finding, names: Collection[str], attempt: Attempt) -> list[str]:
    """The cures that can be parsed, each mended further where the text has other errors."""
    proven: list[str] = []
    for cure in finding.cures:
        mended = _mended(cure.strip(), names, attempt)
        if mended is not None and mended not in proven:
            proven.append(mended)
            if not finding.both:
                break
    return proven


def _mended(cure: str, names: Collection[str], attempt: Attempt) -> str | None:
    """The text with the first cure of every further error applied; None where one has none."""
    for _ in range(ROUNDS):
        if len(cure) > LONGEST:
            return None
        fault = attempt(cure)
        if fault is None:
            return cure
        finding = _find(cure, fault, names)[1]
        # Two readings are a question to the user: they are not answered on the way.
        if not finding.cures or finding.both:
            return None
        cure = finding.cures[0]
    return None


def _too_long(text: str, fault: Fault) -> Finding:
    return Finding(
        f"the text has {len(text):,} characters, and {MAX_CHARACTERS:,} is the limit",
        (MAX_CHARACTERS, MAX_CHARACTERS + 1),
        "the limit is here",
    )


def _too_many(text: str, fault: Fault) -> Finding:
    return Finding(
        f"the text has {fault.details['count']:,} operations, and {MAX_OPERATIONS:,} is the limit",
        None,
        help="name common parts once: a = ...; a*a",
    )


def _digits(scene: Scene) -> Finding:
    message = f"a number of more than {MAX_DIGITS:,} digits"
    return Finding(message, scene.span(scene.index), "too long", help="a double holds 17 significant digits")


def _exponent(scene: Scene) -> Finding:
    message = f"the exponent of {quoted(scene.token(scene.index))} is beyond {MAX_EXPONENT:,}"
    return Finding(
        message, scene.span(scene.index), f"from -{MAX_EXPONENT} to {MAX_EXPONENT}", help="a double ends at 1.8e308"
    )


_LIMITS: dict[str, Callable[[str, Fault], Finding]] = {"E401": _too_long, "E402": _too_many}

_FINDINGS: dict[str, Callable[[Scene], Finding]] = {
    **CHARACTER_FINDINGS,
    **NAME_FINDINGS,
    **PLACE_FINDINGS,
    "E403": _digits,
    "E404": _exponent,
}
