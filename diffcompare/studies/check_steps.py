"""A checked derivation as plain data and as a document."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.document import Block, Cell, Code, Column, Document, Heading, Listing, Paragraph, Table
from diffcompare.inputs.equations import notation_of, sides
from diffcompare.inputs.formulas import parse_conditions
from diffcompare.inputs.point import candidates, unknown_variable
from diffcompare.inputs.resolve import ParsedInput
from diffcompare.language.expression import Expression, Variable
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.numeric.evaluate import value_at
from diffcompare.studies.check import BUDGET, EXIT_CODES, Check, check_question
from diffcompare.studies.check_report import explained, gap, partial_data
from diffcompare.studies.prime_notation import Definition, LocalNames, read
from diffcompare.studies.record import Record, question_data, question_entries, warnings_data
from diffcompare.verify.verdict import WHERE_DEFINED, WORST_FIRST, Judgement, Verdict, judge

if TYPE_CHECKING:
    from diffcompare.misconceptions.messages import Mistake


# The lines of a derivation as people write them: `df/dx = 2*x*sin(x) + x^2*d/dx[sin(x)]`, `= ...`, `f'(x) = ...`.
#
# A derivative that is still to be worked out, `d/dx[...]` or `(...)'`, is read as what it is (`derivatives`). A
# line with several signs of equality is several steps. A line `u = x^2` says what later ones mean by u and u';
# others about something else than the derivative, `ln(y) = ...` or `Product rule:`, are left out.

PARTS = ("u", "v", "w")

"""What people call parts of a function: their derivatives are not that of the whole."""

_DEFINED = re.compile(
    r"\s*(?:(?:let|put|set|with)\s+)?([^\W\d]\w*)\s*(?:\(\s*([^\W\d]\w*)\s*\))?\s*:?=\s*([^=]+)", re.I
)

_BESIDE = re.compile(
    r"\s*[,;(]?\s*\b(?:where|with|for|mit|wobei|où|avec|con|donde|где|при)\s+([^=]+=[^()]+(?:\([^()]*\)[^()]*)*)\)?$"
)

"""What a name of the line is, said behind it: `3u^2 u' where u = x^2 + 1`."""

_BETWEEN = re.compile(r"[,;]|\b(?:and|und)\b")

_PREFIX = re.compile(r"^\s*(?:\(?\d+[.)]\s+)?(?:(?:=>|⇒|⟹|->|→|∴)\s*)?")

_PROSE = re.compile(r"\s*(?:.*:|[^\W\d]{2,}(?:[\s,'-]+[^\W\d]+)+[.!]?)\s*")

_WORDS_AT_END = re.compile(r"(?<=\S)\s+[(\[][^\W\d]{2,}(?:\s+[^\W\d]+)+[)\]]\s*$")

_REMARK = re.compile(r"\s*(?:#|//|(?<=\S)\s{3,}\S).*$")


class Written(NamedTuple):
    """A line: its number in the file, the right-hand side as text, what it says, and what it leaves open."""

    number: int
    text: str
    expression: Expression
    opens: int


class Lines(NamedTuple):
    """The steps, and the numbers of the lines that say something else."""

    steps: list[Written]
    left_out: list[int]


def lines_of(text: str, by: str, names: Sequence[str], source: str, function: Expression | None = None) -> Lines:
    """The lines of a text that say something; a remark after # or after three blanks is left out.

    `function` is what is differentiated, where it is known.  Lines `u = x^2, v = sin(x)` define what later ones use.
    Raises DiffcompareError, with the number of the line, for one that cannot be read.
    """
    found = Lines([], [])
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
            found.steps.extend(Written(number, side, *read(side, known)) for side in steps)
        except DiffcompareError as error:
            raise DiffcompareError(error.diagnostic._replace(source=f"{source}, line {number}")) from None
        if not steps:
            found.left_out.append(number)
    found.left_out[:] = [number for number in found.left_out if number not in known.used]
    return found


def _define(line: str, number: int, known: LocalNames) -> bool:
    """Whether the line defines names, such as `u = x^2, v = sin(x)`, which are then known."""
    definitions = [_DEFINED.fullmatch(part) for part in _BETWEEN.split(line) if part.strip()]
    found: dict[str, Definition] = {}
    for match in definitions:
        if match is None or match[1] in known.variables or notation_of(match[1]) is not None:
            return False
        inner = known if match[2] is None else LocalNames(known.by, [*known.variables, match[2]], known.defined)
        try:
            found[match[1]] = Definition(read(match[3].strip(), inner)[0], match[2], number)
        except DiffcompareError as error:
            known.unread[match[1]] = number, error.diagnostic
            return False
    known.defined |= found
    return bool(found)


def _sides(line: str, known: LocalNames, function: Expression | None) -> list[str]:
    """The sides of the equations of a line that are the derivative, if it is about the derivative."""
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
    """Whether a side is made of the variables alone, not of y or of parts of the function."""
    try:
        read(side, LocalNames(known.by, known.variables))
    except DiffcompareError:
        return False
    return True


def _is_derivative(side: str, known: LocalNames, function: Expression | None) -> bool:
    """Whether the left side of an equation names the derivative of the function, and not that of a part of it."""
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


def _is_same(found: Expression, function: Expression, known: LocalNames) -> bool:
    """Whether an expression is the function, by its form or by its values at the usual points."""
    values = [(value_at(found, point), value_at(function, point)) for point in candidates(known.variables)]
    numbers = [(a, b) for a, b in values if isinstance(a, float) and isinstance(b, float)]
    near = all(math.isclose(a, b, rel_tol=1e-9) for a, b in numbers)
    return found is function or (near and bool(numbers))


def _inside(side: str) -> str | None:
    """What stands in the brackets of d/dx[...], d(...)/dx or (...)'; None where there are none."""
    match = re.search(r"[\[(](.*)[\])]", side)
    return None if match is None else match[1]


# A derivation that was checked: its lines, and the first that does not follow from the one before.


@dataclass(frozen=True, slots=True)
class CheckedLine:
    """A line, whether it is the derivative, and whether it follows from the line before (None: not asked)."""

    written: Written
    judgement: Judgement
    follows: bool | None
    mistake: Mistake | None = None

    @property
    def right(self) -> bool:
        """Whether it is the derivative."""
        return EXIT_CODES[self.judgement.verdict] == 0


@dataclass(frozen=True, repr=False)
class Working(Record):
    """The lines of a derivation by one variable."""

    question: ParsedInput
    by: str
    lines: tuple[CheckedLine, ...]
    first: int | None
    """The place of the first line that does not follow; None where all do."""
    check: Check
    """The check of that line, or of the last."""
    notes: tuple[Diagnostic, ...] = ()
    failure: None = None

    @property
    def verdict(self) -> Verdict:
        """That of the first line that does not follow, else that of the last."""
        found = {line.judgement.verdict for line in self.lines}
        return next(verdict for verdict in WORST_FIRST if verdict in found)

    @property
    def exit_code(self) -> int:
        """0 where all lines follow, 1 where one does not, 3 where that could not be decided."""
        return EXIT_CODES[self.verdict]

    @property
    def finished(self) -> bool:
        """Whether nothing is left to be worked out in the last line."""
        return self.lines[-1].written.opens == 0

    def data(self) -> dict[str, Any]:
        """Plain values, for JSON."""

        return data(self)

    def document(self, *, brief: bool = False) -> Document:
        """The lines with their verdicts, and what is wrong with the first that is."""

        return document(self, brief=brief)


# Each line against the derivative, and against the line before where that is not the derivative any more.


def working(
    question: ParsedInput,
    text: str,
    *,
    by: str | None = None,
    domain: Sequence[str] = (),
    seed: int = 0,
    budget: float = BUDGET,
    source: str = "--steps",
) -> Working:
    """Check a derivation, one line a step; `by` is the variable, which need not be said where there is only one.

    Raises DiffcompareError for lines that cannot be read, for none at all, and for a variable too many.
    """
    expression = question.parsed.expression
    names = variables(wengert_list(expression))
    deliberate = () if by is None else (by,)
    by = _variable(by, names)
    written, left_out = lines_of(text, by, names, source, expression)
    if not written:
        help = f"one line a step, as it is or after df/d{by} ="
        raise DiffcompareError(Diagnostic("E573", "bad_value", f"{source} has no line with a derivative", help=help))
    lines: list[CheckedLine] = []
    checks: list[Check] = []
    for line in written:
        where = f"{source}, line {line.number}"
        check = check_question(
            question, {by: line.text}, domain=domain, seed=seed, budget=budget,
            formulas={by: line.expression}, source=where, deliberate=deliberate,
        )  # fmt: skip
        judgement, mistake = check.judgements[by], check.mistakes[by]
        before = lines[-1] if lines else None
        follows = None
        if before is None or before.right:
            follows = judgement.verdict != "wrong"
        else:
            follows = _same(before.written, line, names, domain, seed, budget)
        lines.append(CheckedLine(line, judgement, follows, mistake))
        checks.append(check)
    first = next((place for place, line in enumerate(lines) if line.judgement.verdict == "wrong"), None)
    notes = (*question.parsed.notes, *_notes(left_out, by))
    return Working(question, by, tuple(lines), first, checks[-1 if first is None else first], notes)


def _notes(left_out: Sequence[int], by: str) -> tuple[Diagnostic, ...]:
    if not left_out:
        return ()
    one = len(left_out) == 1
    which = f"line{'s' * (not one)} {', '.join(map(str, left_out))}"
    message = f"{which} {'does' if one else 'do'} not begin with the derivative, and {'is' if one else 'are'} left out"
    help = f"a step stands alone or after df/d{by} ="
    return (Diagnostic("W574", "note", message, help=help, severity="note"),)


def _variable(by: str | None, names: Sequence[str]) -> str:
    if by is not None:
        if by not in names:
            raise unknown_variable(by, names, "--wrt", by)
        return by
    if len(names) == 1:
        return names[0]
    message = f"the function has {len(names)} variables: by which is the derivation?"
    help = f"say it: --wrt {names[0]}" if names else "a constant needs no derivation"
    raise DiffcompareError(Diagnostic("E574", "bad_value", message, help=help))


def _same(
    before: Written, line: Written, names: Sequence[str], domain: Sequence[str], seed: int, budget: float
) -> bool | None:
    """Whether two lines are the same function; None where that is undecided.

    Their difference is held against a derivative that is 0: that of 0 times the variables.
    """
    nothing: Expression = sum((0 * Variable(name) for name in names), start=0 * Variable(names[0]))
    difference = line.expression - before.expression
    conditions = parse_conditions(domain, names)
    found, _ = judge(nothing, {names[0]: difference}, conditions=conditions, seed=seed, budget=budget)
    verdict = found[names[0]].verdict
    return None if verdict == "undecided" else verdict != "wrong"


COLUMNS = (
    Column("line", "line", "right"),
    Column("step", "step"),
    Column("verdict", "verdict"),
    Column("follows", "follows from the line before"),
)

MAX_ROWS = 60


def data(working: Working) -> dict[str, Any]:
    """The lines with verdict, witness and mistake; `first_wrong` is the number of a line of the file."""
    question = question_data("check", working.question, {})
    question["expression"]["variables"] = variables(wengert_list(working.question.parsed.expression))
    del question["point"]
    return {
        **question,
        "by": working.by,
        "verdict": working.verdict,
        "finished": working.finished,
        "first_wrong": None if working.first is None else working.lines[working.first].written.number,
        "steps": [_line(line) for line in working.lines],
        "partials": {working.by: partial_data(working.check, working.by)},
        "sentence": verdict(working),
        "warnings": warnings_data(working.notes),
    }


def _line(line: CheckedLine) -> dict[str, Any]:
    return {
        "line": line.written.number,
        "text": line.written.text,
        "open": line.written.opens,
        "verdict": line.judgement.verdict,
        "follows": line.follows,
        "mistake": None if line.mistake is None else line.mistake.kind,
    }


def document(working: Working, *, brief: bool = False) -> Document:
    """The lines, and what is wrong with the first that does not follow."""
    rows: list[tuple[Cell, ...]] = [
        (line.written.number, Code(line.written.text), line.judgement.verdict, _follows(line)) for line in working.lines
    ]
    table = Table("steps", COLUMNS, tuple(rows), "Steps", most=MAX_ROWS)
    if brief:
        return Document((table,), working.data)
    entries = [*question_entries(working.question, {}), ("by", Code(working.by))]
    blocks: list[Block] = [Heading("Does it follow?", 1), Listing(tuple(entries)), table]
    if working.first is not None:
        blocks += explained(working.check, working.by, f"Line {working.lines[working.first].written.number}")
    blocks.append(Paragraph(verdict(working), "verdict"))
    return Document(tuple(blocks), working.data)


def _follows(line: CheckedLine) -> str:
    return "not known" if line.follows is None else "yes" if line.follows else "no"


def verdict(working: Working) -> str:
    """The closing sentence."""
    if working.first is None:
        unsure = [line.written.number for line in working.lines if not line.right]
        if unsure:
            return f"No line is wrong, but line {unsure[0]} could not be decided."
        said = (
            f"All {len(working.lines)} lines are the derivative"
            if len(working.lines) > 1
            else "The line is the derivative"
        )
        partly = [line for line in working.lines if line.judgement.verdict == WHERE_DEFINED]
        if partly:
            said += f"; line {partly[0].written.number} only where it is defined: it has {gap(partly[0].judgement)}"
        return f"{said}." if working.finished else f"{said}; in the last one a derivative is still to be worked out."
    line = working.lines[working.first]
    before = (
        "from the function" if working.first == 0 else f"from line {working.lines[working.first - 1].written.number}"
    )
    said = f"Line {line.written.number} does not follow {before}"
    return f"{said}: {line.mistake.sentence}." if line.mistake is not None else f"{said}."
