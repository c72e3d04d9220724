"""Each line against the derivative, and against the line before where that is not the derivative any more."""

from __future__ import annotations

from collections.abc import Sequence

from diffcompare.checking import judge
from diffcompare.conditions import parse_conditions
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.expression import Expression, Variable
from diffcompare.point import unknown_variable
from diffcompare.source import Question
from diffcompare.studies.check import Check, check_question
from diffcompare.studies.check.study import BUDGET
from diffcompare.studies.working.lines import Written, lines_of
from diffcompare.studies.working.record import Line, Working
from diffcompare.wengert import listing, variables


def working(
    question: Question,
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
    names = variables(listing(expression))
    deliberate = () if by is None else (by,)
    by = _variable(by, names)
    written, left_out = lines_of(text, by, names, source, expression)
    if not written:
        help = f"one line a step, as it is or after df/d{by} ="
        raise DiffcompareError(Diagnostic("E573", "bad_value", f"{source} has no line with a derivative", help=help))
    lines: list[Line] = []
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
        lines.append(Line(line, judgement, follows, mistake))
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
