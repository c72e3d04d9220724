"""The client of the symbolic worker: requests with a time budget, and the formulas that come back; never imports sympy.

sympy takes a quarter of a second to import, may work for hours on an expression of one line, and recurses.  So it runs
in a worker, which imports it while the other methods are at work, sends each result as soon as it has it, and is killed
when its time is up; what arrived by then is kept.

Expressions go to sympy as programs built from our own DAG, never as text, and sympy's formulas come back as our own
expressions, so that they are evaluated and measured exactly like those of the other methods.
"""

from __future__ import annotations

import atexit
import contextlib
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from diffcompare import processes
from diffcompare.backends.problem import (
    NOTHING,
    Backend,
    Derivative,
    Problem,
    Size,
    Status,
    evaluate_formulas,
    measure,
    needs_definition,
)
from diffcompare.diagnostics import DiffcompareError
from diffcompare.language import serialization
from diffcompare.language.expression import Expression
from diffcompare.language.wengert import active_nodes, dag_size, tree_size, wengert_list
from diffcompare.processes import WorkerLost

# The default stages in their order, with their names in notes; `expanded`, `polynomial` and `identity` exist as well.
STAGES = {"raw": "differentiate", "cse": "cse", "simplified": "simplify"}
WITHOUT_SIMPLIFICATION = ("raw", "cse")  # the stages that take no longer than the differentiation itself
STARTUP = 60.0  # seconds that the import of sympy may take; they are not charged to the budget
STEPS = ("sign", "floor", "ceil")  # sympy's derivative is a distribution or missing; the worker takes it to be 0
MAX_KEPT_ANSWERS = 64  # enough to go through many points with a few expressions


class Worker(processes.LineWorker):
    """A process that imports sympy; `ready` once it has."""

    ready = False

    def __init__(self) -> None:
        super().__init__("diffcompare.backends.symbolic.worker", "the process that runs sympy")


@dataclass(slots=True)
class SympyAnswer:
    """The answer of sympy: formulas by stage, partials that it finds undefined, and stages that failed."""

    formulas: dict[str, dict[str, Expression]] = field(default_factory=dict)
    sizes: dict[str, Size | None] = field(default_factory=lambda: dict.fromkeys(STAGES))
    undefined: dict[str, str] = field(default_factory=dict)
    troubles: dict[str, tuple[Status, str]] = field(default_factory=dict)
    identity: str | None = None  # the form in which a difference became 0
    seconds: float = 0.0  # from the request to the last line of the answer, without the start of the process


_lock = threading.RLock()
_kept: dict[tuple[Expression, tuple[str, ...], tuple[str, ...]], SympyAnswer] = {}
_idle: Worker | None = None


def prepare() -> None:
    """Start a worker now, so that its import of sympy overlaps with other work.  Returns at once."""
    global _idle
    if not _lock.acquire(blocking=False):
        return  # another thread is talking to a worker, so there is one
    try:
        if _idle is None or not _idle.is_usable:
            if _idle is not None:
                _idle.end()
            _idle = _start()
    except OSError:
        pass  # `differentiate` will fail in the same way, and report it
    finally:
        _lock.release()


def differentiate(problem: Problem, stages: Iterable[str] | None = None) -> Derivative:
    """Compute the gradient by sympy's formulas, evaluated in doubles, with their sizes raw, after cse and simplified.

    Simplification takes a hundred times as long as differentiation and is left out unless `problem.simplify` is set;
    the elimination of common subexpressions takes half as long.  The stage "raw" is enough for the gradient alone.
    """
    try:
        problem = problem._replace(expression=problem.formula, program=None)
    except DiffcompareError as error:
        return _refused(problem, error)
    refusal = needs_definition("symbolic", problem, problem.expression)
    if refusal is not None:
        return refusal
    answer = _derive_once(problem, tuple(stages or (STAGES if problem.simplify else WITHOUT_SIMPLIFICATION)))
    if "raw" not in answer.formulas:
        status, why = answer.troubles["raw"]
        return Derivative("symbolic", status, gradient=dict.fromkeys(problem.wrt), notes=(why,))
    formulas = answer.formulas["raw"]
    gradient, value_notes, status = evaluate_formulas(formulas, problem)
    notes = [f"df/d{name}: {why}" for name, why in answer.undefined.items()]
    notes += [f"{STAGES[stage]}: {why}" for stage, (_, why) in answer.troubles.items()]
    return Derivative(
        "symbolic",
        "undefined" if answer.undefined else status,
        gradient={name: gradient.get(name) for name in problem.wrt},
        work=measure(formulas)[1],
        formulas=formulas,
        sizes={**dict.fromkeys(STAGES), **answer.sizes} if stages is None else answer.sizes,
        notes=(*value_notes, *notes, *_note_on_steps(problem)),
    )


def _refused(problem: Problem, error: DiffcompareError) -> Derivative:
    """Return the answer for a program that is not a formula, with the line at which it decides."""
    diagnostic = error.diagnostic
    place = ""
    if diagnostic.text is not None and diagnostic.span is not None:
        line = diagnostic.text.count("\n", 0, diagnostic.span[0])
        place = f"line {line + 1}, `{diagnostic.text.splitlines()[line].strip()}`: "
    return Derivative(
        "symbolic", "not-supported", gradient=dict.fromkeys(problem.wrt), notes=(place + diagnostic.message,)
    )


def _derive_once(problem: Problem, stages: tuple[str, ...]) -> SympyAnswer:
    """Derive the formulas, or take the kept ones if the same expression was differentiated at another point."""
    key = (problem.expression, problem.wrt, stages)
    if key in _kept:
        return _kept[key]
    answer = derive(problem, stages)
    if not answer.troubles:
        if len(_kept) >= MAX_KEPT_ANSWERS:
            del _kept[next(iter(_kept))]
        _kept[key] = answer
    return answer


def derive(problem: Problem, stages: Iterable[str] = STAGES, order: int = 1) -> SympyAnswer:
    """Return sympy's formulas for every stage that it reaches within the budget; `raw` must be the first stage.

    For an order above 1 the problem must differentiate with respect to a single variable.
    """
    stages = tuple(stages)
    if not problem.wrt:
        return SympyAnswer({stage: {} for stage in stages}, dict.fromkeys(stages, Size(0, 0)))
    with _lock:
        return _request(problem, stages, order)


def prove(problem: Problem, answer: Expression, positive: Iterable[str] = ()) -> str | None:
    """Return the form in which the derivative minus the answer is 0, if sympy finds one within the budget.

    The problem differentiates with respect to a single variable; the variables `positive` are positive wherever the
    function is defined.
    """
    extra = {"answer": serialization.encode(answer), "positive": list(positive)}
    with _lock:
        return _request(problem, ("raw", "identity"), 1, extra).identity


def _note_on_steps(problem: Problem) -> tuple[str, ...]:
    nodes = wengert_list(problem.expression)
    active = active_nodes(nodes, problem.wrt)
    operations = {node.operation.name for node in nodes if node.operation and node.arguments[0] in active}
    steps = [name for name in STEPS if name in operations]
    return (f"{', '.join(steps)}: the derivative of a step is taken to be 0",) if steps else ()


# --- A conversation --------------------------------------------------------------------------------------------------


def _request(problem: Problem, stages: tuple[str, ...], order: int, extra: Mapping[str, Any] = NOTHING) -> SympyAnswer:
    """Send the request and collect answers until they are complete, the worker is lost or the time is up."""
    global _idle
    answer = SympyAnswer(sizes=dict.fromkeys(stages))
    worker = since = None
    request = {
        "program": serialization.encode(problem.expression),
        "wrt": list(problem.wrt),
        "budget": problem.budget,
        "stages": stages,
        "order": order,
        **extra,
    }
    try:
        worker = _ready_worker()
        since = monotonic()
        worker.send(request)
        deadline = None if problem.budget is None else since + problem.budget
        while (line := worker.receive(deadline)) != {"done": True}:
            _record(answer, line)
        if not _is_exhausted(answer):
            worker, _idle = None, worker
    except TimeoutError:
        _fail(answer, "timed-out", f"timed out after {problem.budget:g} s")
    except (WorkerLost, OSError) as error:
        _fail(answer, "failed", str(error))
    finally:  # also when Ctrl-C is pressed
        answer.seconds = monotonic() - since if since is not None else 0.0
        if worker is not None:
            worker.end()
    return answer


def _is_exhausted(answer: SympyAnswer) -> bool:
    return any(status == "out-of-memory" for status, _ in answer.troubles.values())


def _fail(answer: SympyAnswer, status: Status, why: str) -> None:
    """Record a failure at the first stage that has not arrived."""
    missing = [stage for stage in answer.sizes if stage not in answer.formulas and stage not in answer.troubles]
    stage = next(iter(missing), None)
    if stage is not None:
        answer.troubles[stage] = (status, why)


def _record(answer: SympyAnswer, line: Mapping[str, Any]) -> None:
    """Add one line from the worker, which is about one stage, to the answer."""
    stage = line["stage"]
    if "status" in line:
        answer.troubles[stage] = (line["status"], line["why"])
        return
    if stage == "identity":
        answer.formulas[stage] = {}
        answer.identity = line["by"]
        return
    roots = serialization.decode(line["program"])
    labels = line.get("definitions", [])
    definitions = dict(zip(labels, roots, strict=False))
    formulas = serialization.substitute(roots[len(labels) :], definitions)
    answer.formulas[stage] = dict(zip(line["names"], formulas, strict=True))
    # A named subexpression counts once, and each of its uses as one leaf.
    answer.sizes[stage] = Size(tree_size(*roots), dag_size(*formulas))
    answer.undefined |= line.get("missing", {})


# --- The life of a worker --------------------------------------------------------------------------------------------


def _ready_worker() -> Worker:
    """Return the idle worker or a new one, once it has imported sympy.  Raises WorkerLost."""
    global _idle
    worker, _idle = _idle, None
    if worker is not None:
        with contextlib.suppress(WorkerLost):  # it may have died of an earlier Ctrl-C: a new one replaces it
            if worker.is_usable:
                return _greet(worker)
        worker.end()
    return _greet(_start())


def _greet(worker: Worker) -> Worker:
    """Wait until the worker is ready, and return it.  Raises WorkerLost."""
    if worker.ready:
        return worker
    try:
        greeting = worker.receive(monotonic() + STARTUP)
    except TimeoutError:
        greeting = {"ready": False, "why": f"sympy was not imported within {STARTUP:g} s"}
    except BaseException:
        worker.end()
        raise
    if not greeting["ready"]:
        worker.end()
        raise WorkerLost(greeting["why"])
    worker.ready = True
    return worker


def _start() -> Worker:
    worker = Worker()
    atexit.unregister(_end_at_exit)  # so that it is not registered twice
    atexit.register(_end_at_exit)
    return worker


def _end_at_exit() -> None:
    if _idle is not None:
        _idle.end()


BACKEND = Backend("symbolic", differentiate, prepare)
