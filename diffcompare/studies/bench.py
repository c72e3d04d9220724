"""`dc.bench` and `bench`: the time of a gradient by every method and library, in interleaved rounds, as ratios."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from time import monotonic
from typing import Any, NamedTuple

from diffcompare.backends import expanded, run_backend
from diffcompare.backends.problem import Hand, Problem
from diffcompare.backends.symbolic import client
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.engines.engine_timing import CLOCK, seconds_of
from diffcompare.inputs.resolve import ParsedInput
from diffcompare.language.expression import Expression, Variable
from diffcompare.language.wengert import active_nodes, wengert_list
from diffcompare.numeric.evaluate import RANGE_ERRORS, values_at
from diffcompare.numeric.sweeps import forward_work, primal_work, reverse_work
from diffcompare.studies.bench_contenders import (
    COMPILED,
    FUNCTION,
    LOOP,
    METHODS,
    PROGRAM,
    Clock,
    Ready,
    Timed,
    Unable,
    contender,
    no_contender,
    one_forward_sweep,
    timed_methods,
    value_of,
)
from diffcompare.studies.failure import point_failure
from diffcompare.studies.question import (
    checked_names,
    checked_positive,
    own_operations,
    own_partials,
    question_and_point,
    set_up,
)
from diffcompare.studies.record import Record

DEFAULT_METHODS = (
    "hand-coded", "forward-difference", "central-difference", "complex-step", "symbolic", "forward-ad", "reverse-ad",
    PROGRAM, COMPILED,
)  # fmt: skip
ONE = "reverse-ad"  # the contender that all are compared with, unless another one is chosen
SECONDS = 10.0
ROUNDS = 25  # that are wanted: turns are made as long as the time allows
MIN_ROUNDS = 5  # without which there are no quartiles
MIN_TURN = 5e-4  # seconds: a shorter turn measures the clock
TRIALS = 3  # of a number of calls, of which the quickest counts: others may have been interrupted
MAX_CALLS = 1_000_000  # in one turn
AGREEMENT = 1e-3  # relative difference from the other gradient, beyond which a contender computes something else
AGAIN = " again"  # ends the name of the turn in which the one is timed against itself
SWEEP = "one forward sweep"


class Quartiles(NamedTuple):
    """The quartiles of a sample: a quarter of it is below the first number, half of it below the second."""

    low: float
    median: float
    high: float


def quartiles(sample: Sequence[float]) -> Quartiles:
    """Return the quartiles of at least two numbers."""
    return Quartiles(*statistics.quantiles(sample, n=4, method="inclusive"))


# --- Rounds -----------------------------------------------------------------------------------------------------------


class Rounds(NamedTuple):
    """The seconds of one call by contender, round by round, and the calls that each makes in a turn."""

    times: Mapping[str, list[float]]
    calls: Mapping[str, int]

    @property
    def taken(self) -> int:
        """The number of rounds; every contender has had one turn in each."""
        return min(map(len, self.times.values()), default=0)

    def ratio(self, name: str, other: str) -> Quartiles:
        """Return the quartiles of the ratio of two contenders, whose turns in one round are close in time."""
        return quartiles([a / b for a, b in zip(self.times[name], self.times[other], strict=True)])


def take_rounds(turns: Mapping[str, Timed], seconds: float, now: Clock = monotonic) -> Rounds:
    """Give every contender one turn in each of many rounds, which end when the seconds are spent.

    Every second round runs in the opposite order: a drift of the machine's speed favours nobody.  A contender makes
    as many calls in a turn as fit into its share of the time, the same number in each of its turns.
    """
    share = max(seconds / (ROUNDS * max(len(turns), 1)), MIN_TURN)
    calls = {name: _calls_in(share, timed) for name, timed in turns.items()}
    times: dict[str, list[float]] = {name: [] for name in turns}
    order, end = list(turns), now() + seconds
    while turns and (now() < end or len(times[order[0]]) < MIN_ROUNDS):
        for name in order:
            turns[name](1)  # brings back what the others have driven out of the processor's caches
            times[name].append(max(turns[name](calls[name]) / calls[name], 1e-12))
        order.reverse()
    return Rounds(times, calls)


def _calls_in(share: float, timed: Timed) -> int:
    """Return how many calls take about so many seconds, found by doubling, which warms up as well."""
    calls = 1
    while calls < MAX_CALLS:
        taken = min(timed(calls) for _ in range(TRIALS if calls > 1 else 1))
        if taken >= share / 4:
            return max(1, min(MAX_CALLS, round(calls * share / taken)))
        calls *= 2
    return calls


# --- Records ----------------------------------------------------------------------------------------------------------


class TimedMethod(NamedTuple):
    """A contender and its times.

    Attributes:
        method: Its name.
        how: What it does for one gradient.
        status: `ok`, `unable` (see the note), or `too slow` for the rounds.
        first: The seconds until the first gradient, with everything that is done once.
        seconds: The seconds of one gradient in the rounds.
        ratio: These relative to those of the one.
        over_value: These relative to those of one value of f, computed in the same manner.
        counted: The same in elementary operations, where they are counted.
        calls: Its calls in a turn.
        note: What to know about it.
    """

    method: str
    how: str
    status: str = "ok"
    first: float | None = None
    seconds: Quartiles | None = None
    ratio: Quartiles | None = None
    over_value: Quartiles | None = None
    counted: float | None = None
    calls: int | None = None
    note: str = ""


@dataclass(frozen=True, repr=False)
class Bench(Record):
    """The times of a gradient by every contender, as ratios to one of them.

    Fields:
        question: The input as it was read.
        problem: What the contenders were given.
        one: The contender that all are compared with.
        methods: The contenders in the order asked.
        rounds: The number of rounds, in each of which every contender had one turn.
        seconds: The time that was given to the rounds.
        noise: The one timed against itself: what lies within is no difference.
        value: The seconds of one value of f by the loop over the operations.
        sweep: The time of the value, the local partials and a single forward sweep, relative to the value.
        notes: What the user should know about the input.
        failure: Why there is nothing to time at this point, or None.
    """

    report = "diffcompare.studies.bench_report"

    question: ParsedInput
    problem: Problem
    one: str
    methods: tuple[TimedMethod, ...] = ()
    rounds: int = 0
    seconds: float = SECONDS
    noise: Quartiles | None = None
    value: Quartiles | None = None
    sweep: Quartiles | None = None
    notes: tuple[Diagnostic, ...] = ()
    failure: Diagnostic | None = None

    def method(self, name: str) -> TimedMethod | None:
        """Return a contender that has been timed in the rounds; None if it has not."""
        return next((timed for timed in self.methods if timed.method == name and timed.seconds is not None), None)

    @cached_property
    def verdict(self) -> str:
        """One sentence that says what a gradient costs."""
        text: str = self.from_report("verdict")
        return text


# --- The benchmark ----------------------------------------------------------------------------------------------------


def bench_question(
    question: ParsedInput,
    *,
    at: Mapping[str, float] | None = None,
    hand: Hand | None = None,
    wrt: str | Sequence[str] = (),
    methods: str | Iterable[str] = (),
    engines: str | Iterable[str] = (),
    one: str = ONE,
    step: float | None = None,
    seconds: float | None = SECONDS,
    budget: float | None = 5.0,
    clock: Clock = CLOCK,
) -> Bench:
    """Time the gradient of a question, with the options of `bench`; `clock` tells the seconds of our own methods.

    Raises DiffcompareError for a wrong point, variable, method or number, and where the one cannot be timed.
    """
    libraries = timed_methods(checked_names("engines", engines))
    listed = [*(checked_names("methods", methods) or DEFAULT_METHODS), *libraries, *checked_names("one", one)]
    names = expanded(listed, METHODS)
    limit = checked_positive("seconds", seconds) or SECONDS
    step, budget = checked_positive("step", step), checked_positive("budget", budget)
    setup = set_up(question, at, wrt)
    run = question.program
    expression = question.parsed.expression
    problem = Problem(expression, setup.point, setup.wrt, hand or question.hand, step, budget, program=run)
    if run is not None:
        names.insert(0, FUNCTION)
    contenders = [contender(name, problem, clock) for name in names]  # raises for an unknown one
    nodes = wengert_list(expression)
    value = values_at(nodes, setup.point)[expression] if run is None else run.recording.value
    failure = point_failure(nodes, problem, value, None)
    if failure is not None or not problem.wrt:
        return Bench(question, problem, one, seconds=limit, notes=setup.notes, failure=failure)
    _import_elsewhere(names, problem)
    started = {each.name: _started(each.start) for each in contenders}
    rows = {each.name: TimedMethod(each.name, each.how) for each in contenders}
    turns = _turns(started, rows, problem, limit, clock)
    if one not in turns:
        raise no_contender(f"`{one}` cannot be timed: {rows[one].note or rows[one].status}")
    turns[one + AGAIN] = turns[one]
    rounds = take_rounds(turns, limit)
    known = {name: ready for name, ready in started.items() if isinstance(ready, Ready)}
    reference = known[one].partials
    done = tuple([_timed(row, known.get(row.method), rounds, one, reference, problem) for row in rows.values()])
    sweep = rounds.ratio(SWEEP, LOOP) if SWEEP in turns else None
    loop = quartiles(rounds.times[LOOP])
    noise = rounds.ratio(one + AGAIN, one)
    return Bench(question, problem, one, done, rounds.taken, limit, noise, loop, sweep, setup.notes)


def _import_elsewhere(names: Sequence[str], problem: Problem) -> None:
    """Let other processes import what they need: that happens once a session, and is in no time of this benchmark."""
    if "symbolic" in names:
        x = Variable("x")
        run_backend(client.BACKEND, Problem(x, {"x": 1.0}, ("x",), budget=problem.budget, simplify="none"))


def _started(start: Callable[[], Ready]) -> Ready | str:
    """Return a contender that is ready, or why it is not."""
    try:
        return start()
    except Unable as why:
        return str(why)
    except DiffcompareError as error:
        return error.diagnostic.message
    except (*RANGE_ERRORS, TypeError) as error:  # Undefined is no number
        return f"it has no number here: {error}"


def _turns(
    started: Mapping[str, Ready | str], rows: dict[str, TimedMethod], problem: Problem, limit: float, clock: Clock
) -> dict[str, Timed]:
    """Return what is timed in every round, and write into the rows who does not take part."""
    turns: dict[str, Timed] = {LOOP: partial(seconds_of, value_of(problem), clock=clock)}
    for name, ready in started.items():
        if isinstance(ready, str):
            rows[name] = rows[name]._replace(status="unable", note=ready)
            continue
        rows[name] = rows[name]._replace(first=ready.first, note=ready.note)
        if all(ready.gradient(1) * MIN_ROUNDS > limit / 2 for _ in range(TRIALS)):
            note = f"one gradient takes too long for rounds of {limit:g} s: see --seconds"
            rows[name] = rows[name]._replace(status="too slow", note=note)
            continue
        turns[name] = ready.gradient
        if ready.value is not None:
            turns[f"{name} {LOOP}"] = ready.value
    if "forward-ad" in turns and len(problem.wrt) > 1:
        turns[SWEEP] = one_forward_sweep(problem, clock)
    return turns


def _timed(
    row: TimedMethod, ready: Ready | None, rounds: Rounds, one: str, reference: Mapping[str, Any], problem: Problem
) -> TimedMethod:
    """Return the row of a contender with its figures from the rounds."""
    name = row.method
    if ready is None or name not in rounds.times:
        return row
    own = f"{name} {LOOP}"
    beside = own if own in rounds.times else LOOP if ready.is_loop else None
    notes = [row.note, _difference(ready.partials, reference, one)]
    return row._replace(
        seconds=quartiles(rounds.times[name]),
        ratio=rounds.ratio(name, one),
        over_value=None if beside is None else rounds.ratio(name, beside),
        counted=_counted(name, problem),
        calls=rounds.calls[name],
        note="; ".join(filter(None, notes)),
    )


def _difference(partials: Mapping[str, Any], reference: Mapping[str, Any], one: str) -> str:
    """Say where a contender computes another gradient than the one; empty where it does not."""
    size = max([abs(x) for x in reference.values() if x is not None], default=0.0)
    for name, right in reference.items():
        found = partials.get(name)
        if found is None or right is None or not abs(found - right) <= AGREEMENT * size:
            return f"df/d{name} is {found!r}, and {right!r} by {one}"
    return ""


def _counted(name: str, problem: Problem) -> float | None:
    """Return the operations of a gradient over those of the value, for the two modes."""
    nodes = wengert_list(problem.expression)
    active = active_nodes(nodes, problem.wrt)
    operations = primal_work(nodes, active)
    if name not in ("forward-ad", "reverse-ad") or not operations:
        return None
    work = reverse_work(nodes, active) if name == "reverse-ad" else len(problem.wrt) * forward_work(nodes, active)
    return work / operations


def bench(
    expression: str | Expression | Callable[..., Any],
    point: Any = None,
    /,
    *,
    methods: str | Iterable[str] = DEFAULT_METHODS,
    engines: str | Iterable[str] = (),
    one: str = ONE,
    hand: Mapping[str, str | Expression] | Callable[..., Any] | None = None,
    wrt: str | Sequence[str] = (),
    step: float | None = None,
    seconds: float | None = SECONDS,
    budget: float | None = 5.0,
    ops: Any = None,
    **values: Any,
) -> Bench:
    """Time the gradient of an expression by several methods and libraries, in interleaved rounds.

    Every contender has one turn in each round, and a ratio is that of two turns in the same round, so that a machine
    that is busy for a while slows both.

    Args:
        expression: Text, an `Expression`, `@name` (an entry of the catalogue), `FILE.toml:name`, or a Python function,
            which is recorded: `recorded` times plain calls of it, and recordings with a reverse sweep; all others
            compute along the recorded path.
        point: A mapping of variable names to numbers, or one number where there is one variable.  None: as for
            `compare`.
        methods: Names of methods of `compare`, or "all", and "python-program" for that of `derive --code
            python`, "dc.function" for the compiled function.
        engines: Names of libraries, such as "torch" and "jax", or "all" that are installed; each is timed in its own
            process by its own clock.
        one: The contender that all are compared with.
        hand: Formulas that a person derived, by variable; for a Python function, another one that returns its gradient.
        wrt: The variables of differentiation; none means all of them.
        step: The step h of difference formulas and of the complex step, in units of the variable; None: a good one.
        seconds: The time for all rounds together; None: ten seconds.
        budget: Seconds until the first gradient of a contender; None: no limit.
        ops: Functions of your own that the text calls by name, as for `compare`.
        **values: Coordinates of the point for variables that are not named like an option.

    Returns:
        A `Bench`: by contender the seconds of the first gradient and of later ones, their ratio to the one, and to a
        value of f, with quartiles; `noise` is the one timed against itself.

    Raises:
        DiffcompareError: For an expression that cannot be read, for a wrong point, variable, method or number, and
            (E724) where `one` cannot be timed.
        TypeError: For an expression of another type.

    Example:
        >>> bench("x^2*sin(x)", x=1.5, methods=["reverse-ad", "forward-ad"], seconds=0.01).rounds >= 5
        True

    Source: that reverse mode costs a small multiple of the value, whatever the number of variables: A. Griewank and A.
    Walther: Evaluating derivatives, second edition, SIAM 2008, section 3.3; Baydin et al., JMLR 18(153), 2018, 3.2.
    """
    question, at = question_and_point(expression, point, values, ops=ops, budget=budget)
    with own_operations(ops):
        own = own_partials(hand, question)
    return bench_question(
        question, at=at, hand=own, wrt=wrt, methods=methods, engines=engines, one=one, step=step, seconds=seconds,
        budget=budget,
    )  # fmt: skip
