"""The contenders of a benchmark: each way to a gradient as its bare algorithm, and what it has to prepare once.

Our own methods run the loops that `grad` runs, over doubles, without its second looks at the range of doubles, its
counts and its words.  A library measures itself in its own worker, so that no message between processes is timed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, NamedTuple, TypeAlias

from diffcompare.backends import BACKENDS, DIFFERENCES, backend, run_backend
from diffcompare.backends.automatic import by_name
from diffcompare.backends.complex_step import default_step as complex_default_step
from diffcompare.backends.complex_step import quotient as complex_quotient
from diffcompare.backends.finite_differences import FIVE_POINT, STENCILS, quotient, richardson
from diffcompare.backends.problem import Problem
from diffcompare.codegen import program, value_program
from diffcompare.codegen.source import Unwritable
from diffcompare.diagnostics import Diagnostic, DiffcompareError, did_you_mean
from diffcompare.engines import engine_client
from diffcompare.engines.engine_timing import CLOCK, seconds_of
from diffcompare.engines.registry import engine, engine_names, installed_engines, method_name, version
from diffcompare.inputs.python_file import load
from diffcompare.language import serialization
from diffcompare.language.expression import Expression, Variable
from diffcompare.language.operations import NotDifferentiable
from diffcompare.language.wengert import active_nodes, wengert_list
from diffcompare.numeric.evaluate import CAREFUL, FLOATS, RANGE_ERRORS, NumberSystem, evaluate
from diffcompare.numeric.sweeps import forward, local_partials, reverse
from diffcompare.numeric.user_operations import written_out
from diffcompare.processes import WorkerLost
from diffcompare.recording.recorder import Recording
from diffcompare.studies.compiled_function import CompiledFunction

Clock: TypeAlias = Callable[[], float]
Timed: TypeAlias = Callable[[int], float]  # the seconds that this many calls in a row take
Gradient: TypeAlias = Callable[[], Mapping[str, Any]]

LOOP = "value"  # the value by the loop over the Wengert list, of which all methods of ours are made
PROGRAM = "python-program"
COMPILED = "dc.function"
METHODS = (*BACKENDS, PROGRAM, COMPILED)
FUNCTION = "recorded"
MAX_OPERATIONS = 20_000  # of a program that is written; a larger one is compiled for minutes


class Unable(Exception):
    """A contender cannot take part; the text says why."""


class Ready(NamedTuple):
    """A contender that has given its first gradient.

    Attributes:
        first: The seconds until the first gradient was there, with everything that is done once.
        gradient: Times gradients.
        partials: The first gradient.
        value: Times values of f, computed in the same manner; None where that is the loop's, or nobody knows how.
        is_loop: True for a method whose value is that of the loop.
        note: What to know about it; empty for nothing.
    """

    first: float
    gradient: Timed
    partials: Mapping[str, float | None]
    value: Timed | None = None
    is_loop: bool = False
    note: str = ""


class Contender(NamedTuple):
    """A way to a gradient, in a few words; `start` makes it ready, and raises Unable where it cannot be."""

    name: str
    how: str
    start: Callable[[], Ready]


def contender(method: str, problem: Problem, clock: Clock = CLOCK) -> Contender:
    """Return a method, a mode of an engine, or PROGRAM, COMPILED or FUNCTION, as a contender.

    Raises DiffcompareError for an unknown name.
    """
    if method == PROGRAM:
        return Contender(method, "derive --code python", lambda: _start_program(problem, clock))
    if method == COMPILED:
        return Contender(method, "compiled, one reverse sweep", lambda: _start_compiled(problem, clock))
    if method == FUNCTION:
        how = "recorded anew, one reverse sweep"
        return Contender(method, how, lambda: _start_function(problem))
    asked = _timed_mode(method) if method not in OWN else None
    if asked is not None:
        name, mode = asked
        return Contender(method, f"{name} {version(name) or ''}".strip(), lambda: _start_engine(name, mode, problem))
    if method not in OWN:
        near = did_you_mean(method, METHODS)
        help = f"did you mean `{near}`?" if near else f"the methods are {', '.join(METHODS)}; `--with` names libraries"
        raise DiffcompareError(Diagnostic("E712", "bad_value", f"no method `{method}`", help=help))
    how, prepare = OWN[method]
    count = len(problem.wrt)
    text = how.format(n=count, s="" if count == 1 else "s")
    return Contender(method, text, lambda: _start(lambda: prepare(method, problem), clock))


def _start(prepare: Callable[[], Gradient], clock: Clock) -> Ready:
    """Make a method of ours ready; what it does once is timed with its first gradient."""
    begin = perf_counter()
    try:
        gradient = prepare()
        partials = gradient()
    except NotDifferentiable as refusal:
        raise Unable(f"no rule is known for {refusal.node}") from None
    first = perf_counter() - begin
    return Ready(first, partial(seconds_of, gradient, clock=clock), partials, is_loop=True)


# --- Our own methods --------------------------------------------------------------------------------------------------


def value_of(problem: Problem) -> Callable[[], float]:
    """Return the value of f as a call: one loop along the Wengert list."""
    nodes, point = wengert_list(problem.expression), problem.point
    output, system = nodes[-1], _system(nodes, point)
    return lambda: evaluate(nodes, point, system)[output]


def _system(nodes: Sequence[Expression], point: Mapping[str, float]) -> NumberSystem:
    """Return plain doubles, or those that never raise where a branch that is not taken would."""
    try:
        evaluate(nodes, point, FLOATS)
    except RANGE_ERRORS:
        return CAREFUL
    return FLOATS


def _reverse(method: str, problem: Problem) -> Gradient:
    nodes, point, wrt = wengert_list(problem.expression), problem.point, problem.wrt
    active, output, system = active_nodes(nodes, wrt), nodes[-1], _system(nodes, point)

    def gradient() -> Mapping[str, float]:
        return by_name(reverse(nodes, evaluate(nodes, point, system), active, output, system), wrt)

    return gradient


def _forward(method: str, problem: Problem, sweeps: int | None = None) -> Gradient:
    """Return the gradient by forward sweeps, or its first partials by as many sweeps as are asked for."""
    nodes, point = wengert_list(problem.expression), problem.point
    active, output, system = active_nodes(nodes, problem.wrt), nodes[-1], _system(nodes, point)
    seeds = {name: Variable(name) for name in problem.wrt[:sweeps]}

    def gradient() -> Mapping[str, float]:
        edges = local_partials(nodes, evaluate(nodes, point, system), active)
        return {name: forward(edges, seed, system).get(output, 0.0) for name, seed in seeds.items()}

    return gradient


def one_forward_sweep(problem: Problem, clock: Clock) -> Timed:
    """Return what times the value with all local partials and a single forward sweep."""
    return partial(seconds_of, _forward("forward-ad", problem, 1), clock=clock)


def _differences(method: str, problem: Problem) -> Gradient:
    stencils = {stencil.name: stencil for stencil in STENCILS}
    rule: Any = richardson if method == "richardson" else partial(quotient, stencils[method])
    default = (FIVE_POINT if method == "richardson" else stencils[method]).default_step
    steps = {name: problem.step or default(problem.point[name]) for name in problem.wrt}
    nodes, point = wengert_list(problem.expression), problem.point
    output, system = nodes[-1], _system(nodes, point)

    def gradient() -> Mapping[str, float | None]:
        at_point: list[float] = []  # computed at most once, for all variables

        def along(name: str, x: float) -> float:
            if x != point[name]:
                return float(evaluate(nodes, {**point, name: x}, system)[output])
            if not at_point:
                at_point.append(float(evaluate(nodes, point, system)[output]))
            return at_point[0]

        return {name: rule(partial(along, name), point[name], h) for name, h in steps.items()}

    return gradient


def _complex_step(method: str, problem: Problem) -> Gradient:
    nodes, point = wengert_list(written_out(problem.expression)), problem.point
    steps = {name: problem.step or complex_default_step(point[name]) for name in problem.wrt}
    return lambda: {name: complex_quotient(nodes, point, name, h) for name, h in steps.items()}


def _formulas(method: str, problem: Problem) -> Gradient:
    """Return the formulas of a method as a call, which evaluates what they share once."""
    answer = run_backend(backend(method), problem)
    if problem.hand is not None and problem.hand.function is not None and method == "hand-coded":
        return partial(problem.hand.function, problem.point)
    formulas = answer.formulas
    if answer.status != "ok" or not formulas:
        raise Unable("; ".join(answer.notes) or answer.status)
    nodes, point = wengert_list(*formulas.values()), problem.point
    system = _system(nodes, point)

    def gradient() -> Mapping[str, float]:
        values = evaluate(nodes, point, system)
        return {name: values[formula] for name, formula in formulas.items()}

    return gradient


# Every method of ours: how it works, with fields for the number of variables and a plural, and what makes it ready.
OWN: Mapping[str, tuple[str, Callable[[str, Problem], Gradient]]] = {
    "hand-coded": ("the formulas, evaluated", _formulas),
    "symbolic": ("sympy's formulas, evaluated", _formulas),
    "forward-ad": ("{n} forward sweep{s}", _forward),
    "reverse-ad": ("one reverse sweep", _reverse),
    "complex-step": ("{n} complex value{s}", _complex_step),
    **dict.fromkeys(DIFFERENCES, ("quotients of values", _differences)),
}


# --- Programs ---------------------------------------------------------------------------------------------------------


def _start_program(problem: Problem, clock: Clock) -> Ready:
    """Write the program of `derive --code python` and one for the value, and run both as a user would."""
    begin = perf_counter()
    gradient, value = _programs(written_out(problem.expression), problem)
    partials = gradient()
    first = perf_counter() - begin
    return Ready(first, partial(seconds_of, gradient, clock=clock), partials, partial(seconds_of, value, clock=clock))


def _start_compiled(problem: Problem, clock: Clock) -> Ready:
    """Compile the expression, as `dc.function` does."""
    begin = perf_counter()
    try:
        compiled = CompiledFunction(written_out(problem.expression), list(problem.point), list(problem.wrt))
    except NotDifferentiable as refusal:
        raise Unable(f"no rule is known for {refusal.node}") from None
    numbers = list(problem.point.values())
    gradient, value = partial(compiled.gradient, *numbers), partial(compiled.value, *numbers)
    partials = dict(zip(compiled.wrt, gradient(), strict=True))
    first = perf_counter() - begin
    return Ready(first, partial(seconds_of, gradient, clock=clock), partials, partial(seconds_of, value, clock=clock))


def _programs(expression: Expression, problem: Problem) -> tuple[Gradient, Callable[[], float]]:
    names, numbers = list(problem.point), list(problem.point.values())
    if len(wengert_list(expression)) > MAX_OPERATIONS:
        raise Unable(f"no program of more than {MAX_OPERATIONS:,} operations is written")
    try:
        texts = {
            "gradient": program(expression, names, problem.wrt, None, None, "python"),
            "value": value_program(expression, names),
        }
    except (Unwritable, NotDifferentiable) as refusal:
        raise Unable(f"`{refusal}` cannot be written in python") from None
    functions = []
    with TemporaryDirectory(prefix="diffcompare-") as folder:
        for name, text in texts.items():
            path = os.path.join(folder, f"{name}.py")
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            functions.append(partial(load(path, name), *numbers))
    return functions[0], functions[1]


def _start_function(problem: Problem) -> Ready:
    """Time the user's function where it runs: plain calls, and recordings with a reverse sweep."""
    run: Any = problem.program
    partials = _recorded_partials(run.recording, problem.wrt)
    return Ready(run.seconds("gradient", 1), partial(run.seconds, "gradient"), partials, partial(run.seconds, "value"))


def _recorded_partials(recording: Recording, wrt: Sequence[str]) -> dict[str, float]:
    """Return the partials of a recording that are asked for."""
    gradient = recording.gradient()
    return {name: gradient[name] for name in wrt}


# --- Libraries --------------------------------------------------------------------------------------------------------


def timed_methods(names: Iterable[str]) -> tuple[str, ...]:
    """Return the methods that time these engines, their modes and those of a compiler; `all` stands for all installed.

    An engine that is not installed is one method, which says how to install it.  Raises DiffcompareError for an unknown
    name.
    """
    methods = []
    for word in names:
        for name in installed_engines() if word == "all" else (word,):
            modes = (*engine(name).modes, *engine(name).compiled) if version(name) else ("",)
            methods += [method_name(name, mode) for mode in modes]
    return tuple(dict.fromkeys(methods))


def _timed_mode(method: str) -> tuple[str, str] | None:
    """Return the engine and the mode that a method times; None if it is no method of an engine."""
    for name in engine_names():
        for mode in (*engine(name).modes, *engine(name).compiled):
            if method in (name, method_name(name, mode)):
                return name, mode
    return None


def _start_engine(name: str, mode: str, problem: Problem) -> Ready:
    if version(name) is None:
        raise Unable(engine_client.missing(name))
    names = list(problem.point)
    question = {
        "program": serialization.encode(written_out(problem.expression)),
        "names": names,
        "point": list(problem.point.values()),
        "wrt": [names.index(variable) for variable in problem.wrt],
        "mode": mode,
    }

    def ask(extra: Mapping[str, Any], budget: float | None) -> dict[str, Any]:
        try:
            answer = engine_client.ask(name, extra, budget)
        except TimeoutError:
            raise Unable(f"timed out after {budget:g} s") from None
        except (WorkerLost, OSError) as error:
            raise Unable(str(error)) from None
        if "error" in answer:
            raise Unable(answer["error"])
        return answer

    def timed(what: str) -> Timed:
        return lambda calls: ask({"mode": mode, "time": what, "calls": calls}, None)["seconds"]

    answer = ask({**question, "time": "first"}, problem.budget)
    replaced = answer["replaced"]
    note = f"it has no {', '.join(replaced)}, written by other functions here" if replaced else ""
    partials = dict(zip(problem.wrt, answer["gradient"], strict=True))
    value = timed("value") if answer["has_value"] else None
    return Ready(answer["seconds"], timed("gradient"), partials, value, note=note)


def no_contender(why: str) -> DiffcompareError:
    """Return the error where the contender that all are compared with cannot take part."""
    help = "compare with another one: `--one forward-ad`"
    return DiffcompareError(Diagnostic("E724", "bad_value", why, help=help))
