"""`dc.audit` and `audit`: the suite of cases through engines, and a judgement on every number that they return."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple

from diffcompare.backends.automatic import gradient_at
from diffcompare.backends.problem import Problem
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.document import Document
from diffcompare.engines import engine_client
from diffcompare.engines.cases import AuditCase, edge_cases
from diffcompare.engines.judgement import Kind, NumberJudgement, judge
from diffcompare.engines.registry import engine, how_to_install, installed_engines, version
from diffcompare.inputs.catalogue import load
from diffcompare.language import serialization
from diffcompare.language.expression import Expression, Variable, lift
from diffcompare.language.operations import OPERATIONS, is_integer_power
from diffcompare.language.parser import parse
from diffcompare.processes import WorkerLost
from diffcompare.studies.accuracy import truth_about
from diffcompare.studies.question import checked_names, checked_positive
from diffcompare.studies.record import Record

TOGETHER = 1e-6  # how far the sum of partials at a tie may be off


class EngineNumber(NamedTuple):
    """One number that an engine returned, and what is to be said of it.

    Attributes:
        engine: The name of the engine.
        mode: Its mode.
        case: The case.
        variable: The variable of the partial.
        number: The number, which may be inf or nan; None if there is none.
        judgement: The verdict on it.
        note: What the engine raised, or what is wrong with the partials together; empty for nothing.
    """

    engine: str
    mode: str
    case: AuditCase
    variable: str
    number: float | None
    judgement: NumberJudgement
    note: str = ""


class AuditedEngine(NamedTuple):
    """An engine that was audited: its version, the binary digits of its numbers, and its modes."""

    name: str
    version: str | None
    digits: int
    modes: tuple[str, ...]
    note: str = ""  # why there is nothing about it


@dataclass(frozen=True, repr=False)
class Audit(Record):
    """A conformance report: every number of the suite, by engine, mode, case and variable."""

    report = "diffcompare.studies.audit_report"

    engines: tuple[AuditedEngine, ...]
    cases: tuple[AuditCase, ...]
    numbers: tuple[EngineNumber, ...]
    notes: tuple[Diagnostic, ...] = ()

    @property
    def failure(self) -> Diagnostic | None:
        """None: an engine that does not answer is a row."""
        return None

    @cached_property
    def wrong(self) -> tuple[EngineNumber, ...]:
        """The numbers that are finite and wrong."""
        return tuple([number for number in self.numbers if number.judgement.kind == "wrong"])

    def changed(self, earlier: Mapping[str, Any]) -> Document:
        """Return what differs from the data of an earlier audit, as a document."""
        document: Document = self.from_report("changed", earlier=earlier)
        return document

    def by_case(self, name: str) -> dict[str, list[EngineNumber]]:
        """Return the numbers of an engine by the name of the case."""
        listed: dict[str, list[EngineNumber]] = {}
        for number in self.numbers:
            if number.engine == name:
                listed.setdefault(number.case.name, []).append(number)
        return listed


def disagree(numbers: Sequence[EngineNumber]) -> bool:
    """Tell whether modes of one engine judge differently on a case: another verdict, or another convention."""
    verdicts: dict[str, set[tuple[Kind, str]]] = {}
    for number in numbers:
        if number.judgement.kind != "refused":
            said = number.judgement.kind, number.judgement.convention
            verdicts.setdefault(number.variable, set()).add(said)
    return any(len(said) > 1 for said in verdicts.values())


# --- The suite --------------------------------------------------------------------------------------------------------


def suite(budget: float | None = 5.0) -> Iterator[AuditCase]:
    """Yield all cases: the edge cases of the file, the catalogue, and every operation at its samples."""
    yield from edge_cases()
    for entry in load():
        expression = parse(entry.text, names=entry.names)
        yield from _with_truth(f"@{entry.name}", "Catalogue", expression, dict(entry.point), budget, entry.lesson)
    for name, operation in OPERATIONS.items():
        if operation.selects is not None:
            continue
        letters = ("x", "y")[: operation.arity]
        for sample in operation.samples:
            inputs: list[Any] = [Variable(letter) for letter in letters]
            for place, partial in enumerate(operation.partials):
                if partial is None or (name == "^n" and place == 1):
                    inputs[place] = lift(int(sample[place]))  # a number that is no variable, such as the n of x^n
            expression = operation(*inputs)
            at = {letter: float(x) for letter, x, given in zip(letters, sample, inputs, strict=True) if given.varies}
            if is_integer_power(expression) == (name == "^n"):  # an exponent may fold the row into another
                listed = ", ".join(f"{letter} = {x:.6g}" for letter, x in at.items())
                yield from _with_truth(f"{expression} at {listed}", "Operations", expression, at, budget)


def _with_truth(
    name: str, group: str, expression: Expression, at: Mapping[str, float], budget: float | None, why: str = ""
) -> Iterator[AuditCase]:
    """Yield the case of an expression whose right values are computed now, unless nothing is known about them."""
    problem = Problem(expression, at, tuple(at), budget=budget)
    truth = truth_about(problem)
    right = {}
    for variable in at:
        true, slopes = truth.gradient.get(variable), truth.slopes.get(variable)
        if true is not None:
            right[variable] = true.text
        elif slopes is not None and slopes.left is not None and slopes.right is not None:
            right[variable] = f"{slopes.left!r} | {slopes.right!r}"
        elif truth.status == "nondifferentiable":
            right[variable] = "none"
    if right:
        yield AuditCase(name, group, at, right, str(expression), why=why)


FORGIVEN = 4  # times the error of exact rules over doubles, which comes from the formula and not from the engine


def gradient_in_doubles(case: AuditCase) -> Mapping[str, float]:
    """Return the gradient by exact rules over doubles, rounded as the formula is; empty for a call."""
    if case.call or case.order != 1:
        return {}
    return gradient_at(parse(case.expression, names=case.at), case.at) or {}


def _with_rounding(verdict: NumberJudgement, number: float | None, own: float | None, right: str) -> NumberJudgement:
    """Return the verdict on a number where exact rules over doubles are off, too: because the formula cancels."""
    if verdict.kind not in ("wrong", "digits-lost") or number is None or own is None:
        return verdict
    if judge(own, right).kind == "wrong":
        return NumberJudgement("digits-lost", 0.0)
    off, by_rounding = abs(Fraction(number) - Fraction(right)), abs(Fraction(own) - Fraction(right))
    return NumberJudgement("right") if off <= FORGIVEN * by_rounding else verdict


# --- The audit --------------------------------------------------------------------------------------------------------


def audit(
    engines: str | Iterable[str] = "all", *, budget: float | None = 10.0, cases: Iterable[AuditCase] = ()
) -> Audit:
    """Put every case of the suite to engines and judge every number that they return.

    Args:
        engines: Names of engines, paths of Python files with an engine of one's own (see `engines.own_engine`), or
            "all" that are installed.
        budget: Seconds that an engine may take for one question; None: no limit.
        cases: The cases to put; none means the whole suite.

    Returns:
        An `Audit`; `wrong` has what is finite and wrong.

    Raises:
        DiffcompareError: For an unknown engine, and where none is installed.
    """
    names = list(dict.fromkeys(checked_names("engines", engines)))
    names = [name for word in names for name in (installed_engines() if word == "all" else (word,))]
    if not names:
        help = f"for example `{how_to_install('autograd')}`; `diffcompare audit --help` lists them"
        raise DiffcompareError(Diagnostic("E716", "bad_value", "no engine is installed", help=help))
    for name in names:
        engine(name)
    budget = checked_positive("budget", budget)
    asked = tuple(cases) or tuple(suite())
    audited, numbers = [], []
    for name in names:
        described, found = _put(name, asked, budget)
        audited.append(described)
        numbers += found
    return Audit(tuple(audited), asked, tuple(numbers))


def _put(name: str, cases: Sequence[AuditCase], budget: float | None) -> tuple[AuditedEngine, list[EngineNumber]]:
    """Put the cases to one engine."""
    about, installed = engine(name), version(name)
    if installed is None:
        return AuditedEngine(name, None, about.digits, (), f"not installed: {how_to_install(name)}"), []
    first = (*about.modes, *about.audited)
    try:
        digits = engine_client.digits_of(name)
    except (WorkerLost, OSError) as error:
        fault = getattr(error, "fault", None)
        if fault is not None:
            raise DiffcompareError(Diagnostic(**{**fault, "span": fault["span"] and tuple(fault["span"])})) from None
        return AuditedEngine(name, installed, about.digits, first, str(error)), []
    numbers = []
    for case in cases:
        for mode in first if case.order == 1 else about.second:
            numbers += _asked(name, mode, digits, case, budget)
    engine_client.end(name)  # it is large, and a file of the user's may change before it is asked again
    return AuditedEngine(name, installed, digits, (*first, *about.second)), numbers


def _asked(name: str, mode: str, digits: int, case: AuditCase, budget: float | None) -> list[EngineNumber]:
    """Put one case to one mode of an engine."""
    names = list(case.at)
    question: dict[str, Any] = {
        "names": names,
        "point": list(case.at.values()),
        "wrt": [names.index(variable) for variable in case.right],
        "mode": mode,
        "float_exponents": case.float_exponents,
    }
    question |= (
        {"call": case.call} if case.call else {"program": serialization.encode(parse(case.expression, names=case.at))}
    )
    note = ""
    try:
        answer = engine_client.ask(name, question, budget)
    except TimeoutError:
        answer = {"error": f"timed out after {budget:g} s"}
    except WorkerLost as lost:
        answer = {"error": str(lost)}
    if "error" in answer or answer.get("replaced"):
        note = answer.get("error") or f"it has no {', '.join(answer['replaced'])}"
        partials: Sequence[float | None] = [None] * len(case.right)
    else:
        partials = answer["gradient"]
    judged = [judge(x, right, digits) for x, right in zip(partials, case.right.values(), strict=True)]
    if any(verdict.kind in ("wrong", "digits-lost") for verdict in judged):
        own = gradient_in_doubles(case)
        pairs = zip(case.right, partials, judged, strict=True)
        judged = [_with_rounding(verdict, x, own.get(name), case.right[name]) for name, x, verdict in pairs]
    if case.together and None not in partials:
        total = math.fsum(x for x in partials if x is not None)
        if math.isfinite(total) and abs(total - float(case.together)) > TOGETHER:
            note = f"they add up to {total:g}, not {case.together}"
            judged = [NumberJudgement("wrong")] * len(judged)
    return [
        EngineNumber(name, mode, case, variable, x, verdict, note)
        for variable, x, verdict in zip(case.right, partials, judged, strict=True)
    ]


# --- What changed -----------------------------------------------------------------------------------------------------


class AuditChange(NamedTuple):
    """A number that another audit has otherwise, as text; None where one of the two has no such number."""

    engine: str
    case: str
    mode: str
    variable: str
    before: str | None
    after: str | None


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[AuditChange]:
    """Return what differs between the data of two audits, as `audit --save` writes them."""
    old, new = _by_place(before), _by_place(after)
    return [
        AuditChange(*place, old.get(place), new.get(place))
        for place in dict.fromkeys([*old, *new])
        if old.get(place) != new.get(place)
    ]


def _by_place(data: Mapping[str, Any]) -> dict[tuple[str, str, str, str], str]:
    return {
        (one["engine"], one["case"], one["mode"], one["variable"]): f"{one['text']} ({one['kind']})"
        for one in data["numbers"]
    }
