"""Diagnoses: from a fault to the cause in words, the smallest stretch of text at fault, and a fix.

Every fix offered is a whole expression that was parsed first: what `help:` shows can be pasted back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TypeAlias

from diffcompare.diagnostics import Diagnostic
from diffcompare.language.syntax.characters import CHARACTER_FINDINGS
from diffcompare.language.syntax.foreign_notation import foreign
from diffcompare.language.syntax.lists import comma, misplaced_list
from diffcompare.language.syntax.names import NAME_FINDINGS
from diffcompare.language.syntax.source_text import MAX_TEXT_LENGTH, Attempt, Finding, SourceText, quoted
from diffcompare.language.syntax.structure import PLACE_FINDINGS
from diffcompare.language.tokenizer import MAX_CHARACTERS, MAX_DIGITS, MAX_EXPONENT, MAX_OPERATIONS, SyntaxFault

KINDS = {
    "E101": "unknown_function",
    "E102": "arity_error",
    **dict.fromkeys(("E401", "E402", "E403", "E404"), "resource_limit"),
}
# A text that can be parsed, and words for its meaning; no words where there is only one such text.
Meaning: TypeAlias = tuple[str, str]

MAX_ROUNDS = 5  # further errors that are fixed on the way to a text that can be parsed


def explain(text: str, fault: SyntaxFault, names: Collection[str], attempt: Attempt) -> Diagnostic:
    """Make the diagnostic of a fault.  `attempt` is the parser, to make sure that every fix can be parsed."""
    code, finding = _find(text, fault, names, attempt)
    return diagnostic_of(finding, code, text, names, attempt)


def diagnostic_of(finding: Finding, code: str, text: str, names: Collection[str], attempt: Attempt) -> Diagnostic:
    """Make the diagnostic of a finding about a text; `code` is that of the fault, where the finding has none."""
    code = finding.code or code
    proven = _proven(finding, names, attempt)
    return Diagnostic(
        code=code,
        kind=finding.kind or KINDS.get(code, "syntax_error"),
        message=finding.message,
        span=finding.span,
        help=_advice(finding, proven),
        text=text,
        label=finding.label,
        fix=proven[0][0] if proven else None,
    )


def _advice(finding: Finding, proven: Sequence[Meaning]) -> str | None:
    """Word the help: the text before the fix, or all of several readings."""
    if len(proven) > 1:
        return "write " + " or ".join(f"`{text}` {label}".rstrip() for text, label in proven)
    advice = finding.help
    if finding.readings and proven and proven[0][1]:
        advice = f"{proven[0][1]}:"
    if advice is None or not advice.endswith(":"):
        return advice
    if not proven:
        return None  # "write:" and nothing to write
    return advice[:-1] if proven[0][0] in advice else advice


def _find(text: str, fault: SyntaxFault, names: Collection[str], attempt: Attempt) -> tuple[str, Finding]:
    if fault.code in _LIMITS:
        return fault.code, _LIMITS[fault.code](text, fault)
    source = SourceText(text, fault, names, attempt)
    finding = foreign(source) or _FINDINGS[fault.code](source)
    return finding.code or fault.code, finding


def _proven(finding: Finding, names: Collection[str], attempt: Attempt) -> list[Meaning]:
    """Return the fixes that can be parsed; where the text has other errors, these are fixed as well."""
    proven: dict[str, str] = {}
    for fix, label in finding.readings or [(fix, "") for fix in finding.fixes]:
        for text, other in _mended(fix.strip(), names, attempt, MAX_ROUNDS):
            proven.setdefault(text, label or other)
        if proven and not finding.readings:
            break
    return list(proven.items())


def _mended(fix: str, names: Collection[str], attempt: Attempt, rounds: int) -> list[Meaning]:
    """Apply the first fix of every further error; give the readings of one that has some, nothing if one has none."""
    while rounds and len(fix) <= MAX_TEXT_LENGTH:
        rounds -= 1
        fault = attempt(fix, names)
        if not isinstance(fault, SyntaxFault):
            return [(fix, "")]
        finding = _find(fix, fault, names, attempt)[1]
        if finding.readings:  # a question to the user: it is asked, and not answered on the way
            return [reading for reading in finding.readings if not isinstance(attempt(reading[0], names), SyntaxFault)]
        if not finding.fixes or not finding.is_certain:
            return []
        fix = finding.fixes[0].strip()
    return []


def _too_long(text: str, fault: SyntaxFault) -> Finding:
    return Finding(
        f"the text has {len(text):,} characters, and {MAX_CHARACTERS:,} is the limit",
        (MAX_CHARACTERS, MAX_CHARACTERS + 1),
        "the limit is here",
    )


def _too_many(text: str, fault: SyntaxFault) -> Finding:
    return Finding(
        f"the text has {fault.details['count']:,} operations, and {MAX_OPERATIONS:,} is the limit",
        None,
        help="name common parts once: a = ...; a*a",
    )


def _digits(source: SourceText) -> Finding:
    message = f"a number of more than {MAX_DIGITS:,} digits"
    return Finding(message, source.span(source.index), "too long", help="a double holds 17 significant digits")


def _exponent(source: SourceText) -> Finding:
    message = f"the exponent of {quoted(source.token(source.index))} is beyond {MAX_EXPONENT:,}"
    return Finding(
        message, source.span(source.index), f"from -{MAX_EXPONENT} to {MAX_EXPONENT}", help="a double ends at 1.8e308"
    )


_LIMITS: dict[str, Callable[[str, SyntaxFault], Finding]] = {"E401": _too_long, "E402": _too_many}

_FINDINGS: dict[str, Callable[[SourceText], Finding]] = {
    **CHARACTER_FINDINGS,
    **NAME_FINDINGS,
    **PLACE_FINDINGS,
    "E208": comma,
    "E217": misplaced_list,
    "E403": _digits,
    "E404": _exponent,
}
