"""The check of a derivation line by line: is each the derivative, and does it follow from the one before?"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.document import Block, Cell, Code, Document, Heading, Listing, Outcome, Paragraph, Table, columns
from diffcompare.inputs.conditions import parse_conditions
from diffcompare.inputs.formulas import notation_of, sides
from diffcompare.inputs.point import candidates, unknown_variable
from diffcompare.inputs.resolve import ParsedInput
from diffcompare.language.expression import Expression, Variable
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.misconceptions.messages import Mistake
from diffcompare.numeric.evaluate import value_at
from diffcompare.studies.check import BUDGET, EXIT_CODES, Check, check_question, worst_verdict
from diffcompare.studies.check_report import OUTCOMES, explained, partial_data
from diffcompare.studies.check_wording import gap
from diffcompare.studies.prime_notation import Definition, LocalNames, read
from diffcompare.studies.record import Record, closing_data, question_data, question_entries, select
from diffcompare.verify.verdict import WHERE_DEFINED, Judgement, Verdict, judge

# --- Reading the lines ------------------------------------------------------------------------------------------------
#
# People write `df/dx = 2*x*sin(x) + x^2*d/dx[sin(x)]`, `= ...`, `f'(x) = ...`.  A derivative that is still to be worked
# out, `d/dx[...]` or `(...)'`, is read by `prime_notation`.  A line with several equals signs is several steps.  A line
# `u = x^2` defines what later ones mean by u and u'.  Lines about anything else, `ln(y) = ...` or `Product rule:`, are
# left out.

PARTS = ("u", "v", "w")  # usual names of parts of a function: u' is not the derivative of the whole

_DEFINED = re.compile(
    r"\s*(?:(?:let|put|set|with)\s+)?([^\W\d]\w*)\s*(?:\(\s*([^\W\d]\w*)\s*\))?\s*:?=\s*([^=]+)", re.I
)

# A definition at the end of a line: `3u^2 u' where u = x^2 + 1`.
_BESIDE = re.compile(
    r"\s*[,;(]?\s*\b(?:where|with|for|mit|wobei|où|avec|con|donde|где|при)\s+([^=]+=[^()]+(?:\([^()]*\)[^()]*)*)\)?$"
)

_BETWEEN = re.compile(r"[,;]|\b(?:and|und)\b")

_PREFIX = re.compile(r"^\s*(?:\(?\d+[.)]\s+)?(?:(?:=>|⇒|⟹|->|→|∴)\s*)?")

_PROSE = re.compile(r"\s*(?:.*:|[^\W\d]{2,}(?:[\s,'-]+[^\W\d]+)+[.!]?)\s*")

_WORDS_AT_END = re.compile(r"(?<=\S)\s+[(\[][^\W\d]{2,}(?:\s+[^\W\d]+)+[)\]]\s*$")

_REMARK = re.compile(r"\s*(?:#|//|(?<=\S)\s{3,}\S).*$")


class WrittenStep(NamedTuple):
    """A step as it was written and parsed."""

    number: int  # the number of its line in the file
    text: str  # the right-hand side
    expression: Expression
    opens: int  # the number of derivatives that are still to be worked out in it


class ParsedLines(NamedTuple):
    """The steps of a derivation, and the numbers of the lines that are about something else."""

    steps: list[WrittenStep]
    left_out: list[int]


def parse_lines(
    text: str, by: str, names: Sequence[str], source: str, function: Expression | None = None
) -> ParsedLines:
    """Parse the steps of a derivation with respect to `by`; remarks after # or after three blanks are ignored.

    `function` is the function that is differentiated, if it is known.  Lines `u = x^2, v = sin(x)` define names for
    later lines.  Raises DiffcompareError, with the number of the line, for a line that cannot be parsed.
    """
    parsed = ParsedLines([], [])
    known = LocalNames(by, names)
    if function is not None:
        known.defined |= {name: Definition(function, by, 0) for name in ("f", "y") if name not in names}
    for number, line in enumerate(text.splitlines(), 1):
        line = _REMARK.sub("", line)
        line = _WORDS_AT_END.sub("", _PREFIX.sub("", line, count=1))
        beside = _BESIDE.search(line)
        if beside is not None and _define(beside[1], number, known):
            line = line[: beside.start()]
        if not line.strip():
            continue
        try:
            steps = [] if _PROSE.fullmatch(line) or _define(line, number, known) else _sides(line, known, function)
            parsed.steps.extend(WrittenStep(number, side, *read(side, known)) for side in steps)
        except DiffcompareError as error:
            raise DiffcompareError(error.diagnostic._replace(source=f"{source}, line {number}")) from None
        if not steps:
            parsed.left_out.append(number)
    parsed.left_out[:] = [number for number in parsed.left_out if number not in known.used]
    return parsed


def _define(line: str, number: int, known: LocalNames) -> bool:
    """Add the names that a line like `u = x^2, v = sin(x)` defines; tell whether it is such a line."""
    matches = [_DEFINED.fullmatch(part) for part in _BETWEEN.split(line) if part.strip()]
    definitions: dict[str, Definition] = {}
    for match in matches:
        if match is None or match[1] in known.variables or notation_of(match[1]) is not None:
            return False
        inner = known if match[2] is None else LocalNames(known.by, [*known.variables, match[2]], known.defined)
        try:
            definitions[match[1]] = Definition(read(match[3].strip(), inner)[0], match[2], number)
        except DiffcompareError as error:
            known.unread[match[1]] = number, error.diagnostic
            return False
    known.defined |= definitions
    return bool(definitions)


def _sides(line: str, known: LocalNames, function: Expression | None) -> list[str]:
    """Return those sides of a line's equations that are the derivative; none if it is about something else."""
    if ";" in line:
        return [line.strip()]
    first, *others = [line[start:end] for start, end in sides(line)]
    if not others:
        return [first]
    if not first or _is_derivative(first, known, function):
        return others
    if re.fullmatch(r"\w+", first) and first not in known.variables:
        return []
    return [first, *others] if notation_of(first) is None and _is_known(first, known) else []


def _is_known(side: str, known: LocalNames) -> bool:
    """Tell whether a side uses only the variables, not y or parts of the function."""
    try:
        read(side, LocalNames(known.by, known.variables))
    except DiffcompareError:
        return False
    return True


def _is_derivative(side: str, known: LocalNames, function: Expression | None) -> bool:
    """Tell whether the left side of an equation denotes the derivative of the function, and not that of a part."""
    notation = notation_of(side)
    if notation is None:
        return side.startswith("\\frac")
    if notation.order > 1 or notation.by not in (None, known.by):
        return False
    if notation.function is not None:
        own = known.defined.get(notation.function)
        whole = own is None or function is None or _is_same(own.expression, function, known)
        return whole and notation.function not in PARTS and len(notation.function) == 1
    inner = _inside(side)
    if function is None or inner is None:
        return True
    return _is_same(read(inner, known)[0], function, known)


def _is_same(expression: Expression, function: Expression, known: LocalNames) -> bool:
    """Tell whether an expression is the function, by its form or by its values at the usual points."""
    values = [(value_at(expression, point), value_at(function, point)) for point in candidates(known.variables)]
    numbers = [(a, b) for a, b in values if isinstance(a, float) and isinstance(b, float)]
    near = all(math.isclose(a, b, rel_tol=1e-9) for a, b in numbers)
    return expression is function or (near and bool(numbers))


def _inside(side: str) -> str | None:
    """Return the text inside the brackets of d/dx[...], d(...)/dx or (...)'; None where there are none."""
    match = re.search(r"[\[(](.*)[\])]", side)
    return None if match is None else match[1]


# --- The record -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CheckedLine:
    """A step with its verdict."""

    written: WrittenStep
    judgement: Judgement  # the verdict on whether it is the derivative
    follows: bool | None  # from the line before; None where that is undecided
    mistake: Mistake | None = None

    @property
    def right(self) -> bool:
        """True if the line is the derivative."""
        return EXIT_CODES[self.judgement.verdict] == 0


@dataclass(frozen=True, repr=False)
class DerivationCheck(Record):
    """The result of checking the lines of a derivation with respect to one variable."""

    report = "diffcompare.studies.check_steps"

    question: ParsedInput
    by: str  # the variable of differentiation
    lines: tuple[CheckedLine, ...]
    first: int | None  # the index of the first wrong line; None where none is wrong
    check: Check  # the check of that line, or of the last one
    notes: tuple[Diagnostic, ...] = ()
    failure: None = None

    @property
    def verdict(self) -> Verdict:
        """The worst verdict among the lines."""
        return worst_verdict(line.judgement for line in self.lines)

    @property
    def exit_code(self) -> int:
        """0 if all lines are right, 1 if one is wrong, 3 if one is undecided and none is wrong."""
        return EXIT_CODES[self.verdict]

    @property
    def finished(self) -> bool:
        """True if no derivative is left to be worked out in the last line."""
        return self.lines[-1].written.opens == 0


# --- The check --------------------------------------------------------------------------------------------------------


def check_derivation(
    question: ParsedInput,
    text: str,
    *,
    by: str | None = None,
    domain: Sequence[str] = (),
    seed: int = 0,
    budget: float = BUDGET,
    source: str = "--derivation",
) -> DerivationCheck:
    """Check a derivation, one step per line: each against the derivative, or against a wrong line before it.

    `by` is the variable of differentiation, which may be left out where there is only one.  The other arguments are
    those of `check_question`.  Raises DiffcompareError for lines that cannot be parsed, for a text without steps, and
    where the variable is not clear.
    """
    expression = question.parsed.expression
    names = variables(wengert_list(expression))
    deliberate = () if by is None else (by,)
    by = _variable(by, names)
    written, left_out = parse_lines(text, by, names, source, expression)
    if not written:
        help = f"write one step per line, as it is or after df/d{by} ="
        raise DiffcompareError(Diagnostic("E573", "bad_value", f"{source} has no line with a derivative", help=help))
    lines: list[CheckedLine] = []
    checks: list[Check] = []
    for step in written:
        check = check_question(
            question, {by: step.text}, domain=domain, seed=seed, budget=budget,
            formulas={by: step.expression}, source=f"{source}, line {step.number}", deliberate=deliberate,
        )  # fmt: skip
        follows: bool | None = check.verdict != "wrong"
        if lines and not lines[-1].right:  # compared with a wrong line, of which it may be a right consequence
            follows = _is_same_function(lines[-1].written, step, names, domain, seed, budget)
        lines.append(CheckedLine(step, check.judgements[by], follows, check.mistakes[by]))
        checks.append(check)
    first = next((place for place, line in enumerate(lines) if line.judgement.verdict == "wrong"), None)
    notes = (*question.parsed.notes, *_notes(left_out, by))
    return DerivationCheck(question, by, tuple(lines), first, checks[-1 if first is None else first], notes)


def _notes(left_out: Sequence[int], by: str) -> tuple[Diagnostic, ...]:
    if not left_out:
        return ()
    one = len(left_out) == 1
    which = f"line{'s' * (not one)} {', '.join(map(str, left_out))}"
    message = f"{which} {'does' if one else 'do'} not begin with the derivative, and {'is' if one else 'are'} left out"
    help = f"a step is written alone or after df/d{by} ="
    return (Diagnostic("W574", "note", message, help=help, severity="note"),)


def _variable(by: str | None, names: Sequence[str]) -> str:
    if by is not None:
        if by not in names:
            raise unknown_variable(by, names, "--wrt", by)
        return by
    if len(names) == 1:
        return names[0]
    message = f"the function has {len(names)} variables, and the derivation does not say which one is meant"
    help = f"name it: --wrt {names[0]}" if names else "a constant needs no derivation"
    raise DiffcompareError(Diagnostic("E574", "bad_value", message, help=help))


def _is_same_function(
    before: WrittenStep, line: WrittenStep, names: Sequence[str], domain: Sequence[str], seed: int, budget: float
) -> bool | None:
    """Tell whether two lines are the same function; None where that is undecided.

    Their difference is checked as an answer for the derivative of 0*x, which is 0.
    """
    zero: Expression = sum((0 * Variable(name) for name in names), start=0 * Variable(names[0]))
    difference = line.expression - before.expression
    conditions = parse_conditions(domain, names)
    judgements, _ = judge(zero, {names[0]: difference}, conditions=conditions, seed=seed, budget=budget)
    verdict = judgements[names[0]].verdict
    return None if verdict == "undecided" else verdict != "wrong"


# --- The report -------------------------------------------------------------------------------------------------------

MAX_TABLE_ROWS = 60


def data(derivation: DerivationCheck) -> dict[str, Any]:
    """Return the JSON document: the lines with verdicts and mistakes; `first_wrong` is a line number of the file."""
    question = question_data("check", derivation.question, {})
    question["expression"]["variables"] = variables(wengert_list(derivation.question.parsed.expression))
    del question["point"]
    return {
        **question,
        "by": derivation.by,
        "verdict": derivation.verdict,
        "finished": derivation.finished,
        "first_wrong": None if derivation.first is None else derivation.lines[derivation.first].written.number,
        "steps": [select(line, _LINE_FIELDS) for line in derivation.lines],
        "partials": {derivation.by: partial_data(derivation.check, derivation.by)},
        "sentence": verdict(derivation),
        **closing_data(derivation),
    }


_LINE_FIELDS = (
    "line=written.number | text=written.text | open=written.opens | verdict=judgement.verdict | follows"
    " | mistake=mistake.kind"
)


def document(derivation: DerivationCheck, *, brief: bool = False) -> Document:
    """Return the document: the lines with their verdicts, and what is wrong with the first wrong one."""
    rows: list[tuple[Cell, ...]] = [
        (line.written.number, Code(line.written.text), line.judgement.verdict, _follows(line))
        for line in derivation.lines
    ]
    heads = columns(">line | step | verdict | follows=follows from the line before")
    table = Table("steps", heads, tuple(rows), "Steps", most=MAX_TABLE_ROWS)
    if brief:
        return Document((table,), derivation.data)
    outcome: Outcome = OUTCOMES[derivation.exit_code]
    short: list[Block] = [Paragraph(verdict(derivation), "verdict", outcome)]
    if outcome != "right":
        short += [table, *_first_mistake(derivation)]
    return Document(tuple(short), derivation.data, details=lambda: _everything(derivation, table))


def _first_mistake(derivation: DerivationCheck) -> list[Block]:
    if derivation.first is None:
        return []
    number = derivation.lines[derivation.first].written.number
    return explained(derivation.check, derivation.by, f"Line {number}")


def _everything(derivation: DerivationCheck, table: Table) -> tuple[Block, ...]:
    """Return the blocks of the long form: the question, the lines, the first mistake and the verdict."""
    entries = [*question_entries(derivation.question, {}), ("by", Code(derivation.by))]
    blocks: list[Block] = [Heading("Does it follow?", 1), Listing(tuple(entries)), table]
    return (*blocks, *_first_mistake(derivation), Paragraph(verdict(derivation), "verdict"))


def _follows(line: CheckedLine) -> str:
    return "not known" if line.follows is None else "yes" if line.follows else "no"


def verdict(derivation: DerivationCheck) -> str:
    """Return the closing sentence."""
    if derivation.first is None:
        unsure = [line.written.number for line in derivation.lines if not line.right]
        if unsure:
            return f"No line is wrong, but line {unsure[0]} could not be decided."
        sentence = (
            f"All {len(derivation.lines)} lines are the derivative"
            if len(derivation.lines) > 1
            else "The line is the derivative"
        )
        partly = [line for line in derivation.lines if line.judgement.verdict == WHERE_DEFINED]
        if partly:
            sentence += f"; line {partly[0].written.number} only where it is defined: it has {gap(partly[0].judgement)}"
        return (
            f"{sentence}."
            if derivation.finished
            else f"{sentence}; in the last one a derivative is still to be worked out."
        )
    line = derivation.lines[derivation.first]
    before = (
        "from the function"
        if derivation.first == 0
        else f"from line {derivation.lines[derivation.first - 1].written.number}"
    )
    sentence = f"Line {line.written.number} does not follow {before}"
    return f"{sentence}: {line.mistake.sentence}." if line.mistake is not None else f"{sentence}."
