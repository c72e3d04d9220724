"""`dc.audit` and `audit`: the suite of cases through engines, and a judgement on every number that they return."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import zip_longest
from time import monotonic
from typing import Any, NamedTuple

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.engines import engine_client
from diffcompare.engines.cases import AuditCase
from diffcompare.engines.engine import INSIDE
from diffcompare.engines.judgement import Kind, NumberJudgement
from diffcompare.engines.own_engine import is_own_engine
from diffcompare.engines.registry import engine, how_to_install, installed_engines, version
from diffcompare.processes import WorkerLost
from diffcompare.studies.audit_suite import CATALOGUE, SINGLE, Question, suite, values_of
from diffcompare.studies.question import checked_names, checked_positive
from diffcompare.studies.record import Record

NO_ANSWER: tuple[Kind, ...] = ("refused", "not-asked")
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


class CutMode(NamedTuple):
    """A mode that was asked only so many of its questions, the first ones, and why."""

    mode: str
    asked: int
    questions: int
    why: str


class AuditedEngine(NamedTuple):
    """An engine that was audited: its version, the binary digits of its numbers, its modes, and the `single` ones.

    It has no way to what is `not_asked`; the functions that a file of one's own might have for it are `optional`.  The
    modes that were not asked everything are `cut`.
    """

    name: str
    version: str | None
    digits: int
    modes: tuple[str, ...]
    single: tuple[str, ...] = ()
    note: str = ""  # why there is nothing about it
    not_asked: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    cut: tuple[CutMode, ...] = ()


@dataclass(frozen=True, repr=False)
class Audit(Record):
    """A conformance report: every number of the suite, by engine, mode, case and variable."""

    report = "diffcompare.studies.audit_report"

    engines: tuple[AuditedEngine, ...]
    cases: tuple[AuditCase, ...]
    numbers: tuple[EngineNumber, ...]
    notes: tuple[Diagnostic, ...] = ()
    was_interrupted: bool = False

    @property
    def failure(self) -> Diagnostic | None:
        """An engine that does not answer is a row; where none returned a number, nothing was audited."""
        if any(number.number is not None for number in self.numbers):
            return None
        said = [f"{engine.name}: {engine.note}" for engine in self.engines if engine.note]
        said += [f"{one.engine}: {one.note}" for one in self.numbers if one.note and one.judgement.kind != "not-asked"]
        often = Counter(said).most_common(1)
        return Diagnostic("E723", "bad_value", "no engine returned a number", help=often[0][0] if often else None)

    @cached_property
    def wrong(self) -> tuple[EngineNumber, ...]:
        """The numbers that are finite and wrong."""
        return tuple([number for number in self.numbers if number.judgement.kind == "wrong"])

    def by_case(self, name: str) -> dict[str, list[EngineNumber]]:
        """Return the numbers of an engine by the name of the case."""
        listed: dict[str, list[EngineNumber]] = {}
        for number in self.numbers:
            if number.engine == name:
                listed.setdefault(number.case.name, []).append(number)
        return listed


def disagree(numbers: Sequence[EngineNumber]) -> bool:
    """Tell whether modes of one engine differ on a case: by their verdict, or by the convention that they follow."""
    verdicts: dict[tuple[str, str], set[tuple[Kind, str]]] = {}
    for number in numbers:
        if number.judgement.kind not in NO_ANSWER:
            said = number.judgement.kind, number.judgement.convention
            verdicts.setdefault((number.case.name, number.variable), set()).add(said)
    return any(len(said) > 1 for said in verdicts.values())


# --- The audit --------------------------------------------------------------------------------------------------------

GIVE_UP = 3  # questions in a row that end the worker or its budget: the others are not put to this mode
AHEAD = 15  # questions that a worker is sent before it has answered: it need not wait until an answer is judged
MODE_BUDGET = 180.0  # seconds: what compiles every formula with a C++ compiler, as MLX does, needs two minutes
INTERRUPTED = "interrupted"


def audit(
    engines: str | Iterable[str] = "all",
    *,
    budget: float | None = 10.0,
    mode_budget: float | None = MODE_BUDGET,
    cases: Iterable[AuditCase] = (),
    keep_interrupted: bool = False,
) -> Audit:
    """Put every case of the suite to engines and judge every number that they return.

    Args:
        engines: Names of engines, paths of Python files with an engine of one's own (see `engines.own_engine`), or
            "all" that are installed.
        budget: Seconds that an engine may take for one question; None: no limit.
        mode_budget: Seconds that each mode of an engine may take for all questions, edge cases first; those that are
            left then are not asked.  None: no limit.
        cases: The cases to put, such as `engines.cases.read_cases(text)`; none means the whole suite.
        keep_interrupted: Whether Ctrl-C ends the audit with what has been judged, if there is anything.

    Returns:
        An `Audit`; `wrong` has what is finite and wrong.

    Raises:
        DiffcompareError: For an unknown engine, and where none is installed.
        KeyboardInterrupt: When Ctrl-C is pressed and nothing is to be kept.
    """
    names = list(dict.fromkeys(checked_names("engines", engines)))
    names = list(
        dict.fromkeys([name for word in names for name in (installed_engines() if word == "all" else (word,))])
    )
    if not names:
        help = f"for example `{how_to_install('autograd')}`; `diffcompare audit --help` lists them"
        raise DiffcompareError(Diagnostic("E716", "bad_value", "no engine is installed", help=help))
    second = bool(sum([len(engine(name).second) for name in names]))  # raises for an unknown one
    values = any(engine(name).values for name in names)
    limits = _Limits(checked_positive("budget", budget), checked_positive("mode_budget", mode_budget), keep_interrupted)
    given = tuple(cases)

    @cache  # computed once a run, not once an engine
    def questions(digits: int) -> list[Question]:
        found = given or tuple(suite(second=second, digits=digits))
        return [Question(case) for case in (*found, *(values_of(found, budget) if values else ()))]

    audited: list[AuditedEngine] = []
    numbers: list[EngineNumber] = []
    was_interrupted = False
    for name, following in zip_longest(names, names[1:]):
        if was_interrupted:
            audited.append(AuditedEngine(name, version(name), engine(name).digits, (), (), INTERRUPTED))
            continue
        try:
            engine_client.prepare(name)  # it is imported while the right values are computed
            about, found = _put(name, questions, limits, following)
        except KeyboardInterrupt:  # before its first question
            about, found = AuditedEngine(name, version(name), engine(name).digits, (), (), INTERRUPTED), []
        audited.append(about)
        numbers += found
        was_interrupted = INTERRUPTED in (about.note, *[mode.why for mode in about.cut])
        if was_interrupted and not (keep_interrupted and any(one.number is not None for one in numbers)):
            raise KeyboardInterrupt
    single = {(one.name, mode) for one in audited for mode in one.single}
    asked: dict[str, AuditCase] = {}
    for number in sorted(numbers, key=lambda x: (x.engine, x.mode) in single):  # doubles first: their points are exact
        asked.setdefault(number.case.name, number.case)
    return Audit(tuple(audited), tuple(asked.values()), tuple(numbers), was_interrupted=was_interrupted)


class _Limits(NamedTuple):
    """Seconds for a question and for all those of a mode, and whether Ctrl-C keeps what was judged."""

    budget: float | None
    mode_budget: float | None
    keep_interrupted: bool


def _put(
    name: str, questions: Callable[[int], Sequence[Question]], limits: _Limits, following: str | None
) -> tuple[AuditedEngine, list[EngineNumber]]:
    """Put the cases to one engine; the next one is imported in the meantime."""
    about, installed = engine(name), version(name)
    if installed is None:
        return AuditedEngine(name, None, about.digits, (), (), f"not installed: {how_to_install(name)}"), []
    first = (*about.modes, *about.audited)
    questions(about.digits)
    try:
        digits = engine_client.digits_of(name)
    except (WorkerLost, OSError) as error:
        fault = getattr(error, "fault", None)
        if fault is not None:
            raise DiffcompareError(Diagnostic(**{**fault, "span": fault["span"] and tuple(fault["span"])})) from None
        return AuditedEngine(name, installed, about.digits, first, (), str(error)), []
    if following is not None:
        engine_client.prepare(following)
    numbers, cut = [], []
    # The catalogue is about formulas, and the variants of a mode about functions.
    formulas = {*about.modes, *about.second[:1]}
    nested = tuple([f"{inner}{INSIDE}{outer}" for inner in about.nested for outer in about.nested])
    asked = {
        FIRST: first,
        SECOND: about.second,
        VALUES: about.values,
        NESTED: nested,
        COMPLEX: about.of_complex,
    }
    why_not = ""
    for kind, modes in asked.items():
        for mode in modes:
            of_mode = SINGLE if mode in about.single else digits
            turn = _Turn(name, mode, of_mode, limits, why_not)
            of_turn = [
                question
                for question in questions(of_mode)
                if _kind_of(question.case) == kind and (mode in formulas or question.case.group != CATALOGUE)
            ]
            for place, question in enumerate(of_turn, 1):
                numbers += turn.put(question, of_turn[place : place + AHEAD])
            cut += turn.cut
            why_not = INTERRUPTED if turn.why_not == INTERRUPTED else ""
    engine_client.end(name)  # it is large, and a file of the user's may change before it is asked again
    modes = tuple([mode for modes in asked.values() for mode in modes])
    single = modes if digits == SINGLE else tuple([mode for mode in modes if mode in about.single])
    there = {_kind_of(question.case) for question in questions(digits)} | ({VALUES} if is_own_engine(name) else set())
    lacking = tuple([kind for kind, modes in asked.items() if not modes and (kind in there or kind == SECOND)])
    audited = AuditedEngine(
        name, installed, digits, modes, single, not_asked=lacking, optional=about.optional, cut=tuple(cut)
    )
    return audited, numbers


# What an engine can be asked for.
FIRST, SECOND, VALUES = "first derivatives", "second derivatives", "values"
NESTED, COMPLEX = "derivatives inside of derivatives", "derivatives by complex numbers"


def _kind_of(case: AuditCase) -> str:
    return COMPLEX if case.of_complex else NESTED if case.inner else (VALUES, FIRST, SECOND)[case.order]


class _Turn:
    """The questions to one mode of an engine, in their order, until there is a reason to ask no more.

    Attributes:
        why_not: The reason; empty while questions are asked.
        asked: How many questions were asked, of `questions`.
    """

    def __init__(self, name: str, mode: str, digits: int, limits: _Limits, why_not: str) -> None:
        self._name, self._mode, self._digits, self._limits = name, mode, digits, limits
        self._failures: list[str] = []  # those that came last, without an answer between them
        self._spent = 0.0
        self.why_not = why_not
        self.asked = self.questions = 0

    @property
    def cut(self) -> list[CutMode]:
        """The mode, if it was not asked everything."""
        left = self.asked < self.questions
        return [CutMode(self._mode, self.asked, self.questions, self.why_not)] if left else []

    def put(self, question: Question, following: Sequence[Question]) -> list[EngineNumber]:
        """Put one case to the mode, and return what is to be said of each partial; others will follow."""
        self.questions += 1
        if not self.why_not:
            try:
                answer = self._answer(question, following)
                numbers = self._judged(question, answer)
                self.asked += 1
                return numbers
            except KeyboardInterrupt:
                if not self._limits.keep_interrupted:
                    raise
                self.why_not = INTERRUPTED
        note, verdict = f"not asked: {self.why_not}", NumberJudgement("not-asked")
        return [self._number(question, variable, None, verdict, note) for variable in question.case.right]

    def _answer(self, question: Question, following: Sequence[Question]) -> dict[str, Any]:
        first, *others = ({**one.asked, "mode": self._mode} for one in (question, *following))
        budget, most = self._limits.budget, self._limits.mode_budget
        start = monotonic()
        try:
            answer: dict[str, Any] = engine_client.ask(self._name, first, budget, others)
            self._failures.clear()
        except (TimeoutError, WorkerLost, OSError) as error:
            timed_out = isinstance(error, TimeoutError)
            self._failures.append(f"timed out after {budget:g} s" if timed_out else str(error))
            answer = {"error": self._failures[-1]}
            if len(self._failures) >= GIVE_UP:
                self.why_not = f"{self._failures[-1]}, {GIVE_UP} times in a row"
        self._spent += monotonic() - start
        if most is not None and self._spent >= most:
            self.why_not = self.why_not or f"the {most:g} s of a mode were over"
        return answer

    def _judged(self, question: Question, answer: dict[str, Any]) -> list[EngineNumber]:
        case, note = question.case, ""
        partials = dict[str, "float | None"].fromkeys(case.right)
        if "error" in answer or answer.get("replaced"):
            note = answer.get("error") or f"it has no {', '.join(answer['replaced'])}"
        else:
            for variable, x in zip(case.right, answer["gradient"], strict=True):
                if isinstance(x, complex):
                    note = note or f"it returns {x}"
                else:
                    partials[variable] = x
        judged = question.judged(partials, self._digits)
        numbers = [x for x in partials.values() if x is not None and math.isfinite(x)]
        if case.together and len(numbers) == len(partials):
            total = math.fsum(numbers)
            if abs(total - float(case.together)) > TOGETHER:
                note = f"they add up to {total:g}, not {case.together}"
                judged = [NumberJudgement("wrong")] * len(judged)
        return [
            self._number(question, variable, x, verdict, note)
            for (variable, x), verdict in zip(partials.items(), judged, strict=True)
        ]

    def _number(
        self, question: Question, variable: str, number: float | None, verdict: NumberJudgement, note: str
    ) -> EngineNumber:
        return EngineNumber(self._name, self._mode, question.case, variable, number, verdict, note)
