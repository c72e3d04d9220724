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
import math
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, TypeAlias

from diffcompare import processes
from diffcompare.backends.problem import (
    NOTHING,
    Backend,
    Derivative,
    Problem,
    Simplify,
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
from diffcompare.processes import AnyWorker, WorkerLost

# The default stages in their order, with their names in notes; `expanded`, `polynomial` and `identity` exist as well.
STAGES = {"raw": "differentiate", "cse": "cse", "simplified": "simplify"}
WITHOUT_SIMPLIFICATION = ("raw", "cse")  # the stages that take no longer than the differentiation itself
STARTUP = 60.0  # seconds that the import of sympy may take; they are not charged to the budget
STEPS = ("sign", "floor", "ceil")  # sympy's derivative is a distribution or missing; the worker takes it to be 0
MAX_LISTED = 6  # partials that a note names
LOCAL = "sympy ran in this process, as no other can be started: without a limit of memory"
FOLLOW_INTERVAL = 0.2  # seconds between two looks at an answer that is not complete
MAX_KEPT_ANSWERS = 64  # enough to go through many points with a few expressions


@dataclass(slots=True)
class SympyAnswer:
    """The answer of sympy: formulas by stage, partials that it finds undefined, and stages that failed.

    The formulas of the first stage come one by one: where the worker is lost, `partials` has those that came before.
    """

    formulas: dict[str, dict[str, Expression]] = field(default_factory=dict)
    sizes: dict[str, Size | None] = field(default_factory=lambda: dict.fromkeys(STAGES))
    undefined: dict[str, str] = field(default_factory=dict)
    troubles: dict[str, tuple[Status, str]] = field(default_factory=dict)
    identity: str | None = None  # the form in which a difference became 0
    seconds: float = 0.0  # from the request to the last line of the answer, without the start of the process
    partials: dict[str, Expression] = field(default_factory=dict)
    decoder: serialization.Decoder = field(default_factory=serialization.Decoder)
    is_local: bool = False  # computed in this process, for want of another one


_lock = threading.RLock()
_kept: dict[tuple[Expression, tuple[str, ...], tuple[str, ...], Simplify], SympyAnswer] = {}
_idle: AnyWorker | None = None


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


def differentiate(
    problem: Problem, stages: Iterable[str] | None = None, follow: Callable[[Derivative], None] | None = None
) -> Derivative:
    """Compute the gradient by sympy's formulas, evaluated in doubles, with their sizes raw, after cse and simplified.

    Quick simplification takes a few times as long as differentiation, full simplification a hundred times or more, and
    the elimination of common subexpressions half as long.  The stage "raw" is enough for the gradient alone.
    What is there before the answer is complete goes to `follow`, every now and then.
    """
    try:
        problem = problem._replace(expression=problem.formula, program=None)
    except DiffcompareError as error:
        return _refused(problem, error)
    refusal = needs_definition("symbolic", problem, problem.expression)
    if refusal is not None:
        return refusal
    asked = tuple(stages or (WITHOUT_SIMPLIFICATION if problem.simplify == "none" else STAGES))

    def derivative(answer: SympyAnswer) -> Derivative:
        complete = _derivative(problem, answer)
        return complete if stages else complete._replace(sizes={**dict.fromkeys(STAGES), **answer.sizes})

    return derivative(_derive_once(problem, asked, follow and (lambda answer: follow(derivative(answer)))))


def _derivative(problem: Problem, answer: SympyAnswer) -> Derivative:
    """Evaluate the formulas that are there."""
    formulas = answer.formulas.get("raw", answer.partials)
    is_complete = "raw" in answer.formulas
    unfinished: tuple[Status, str] = answer.troubles.get("raw", ("pending", ""))
    finished: tuple[Status, str] = ("ok", "")
    status, why = finished if is_complete else unfinished
    if not formulas and not is_complete:
        return Derivative("symbolic", status, gradient=dict.fromkeys(problem.wrt), notes=(why,) if why else ())
    gradient, value_notes, value_status = evaluate_formulas(formulas, problem)
    notes = [f"{why}: no {_some(problem.wrt, without={*formulas, *answer.undefined})}"] if why else []
    notes += [LOCAL] if answer.is_local else []
    notes += [f"df/d{name}: {reason}" for name, reason in answer.undefined.items()]
    notes += [f"{STAGES[stage]}: {reason}" for stage, (_, reason) in answer.troubles.items() if stage != "raw"]
    return Derivative(
        "symbolic",
        status if not is_complete else "undefined" if answer.undefined else value_status,
        gradient={name: gradient.get(name) for name in problem.wrt},
        work=measure(formulas)[1] if is_complete else None,
        formulas=dict(formulas),
        sizes=dict(answer.sizes),
        notes=(*value_notes, *notes, *_note_on_steps(problem)),
    )


def _some(names: Sequence[str], without: Collection[str]) -> str:
    """List partials, not more than a few."""
    listed = [f"df/d{name}" for name in names if name not in without]
    more = f" and {len(listed) - MAX_LISTED} more" if len(listed) > MAX_LISTED else ""
    return ", ".join(listed[:MAX_LISTED]) + more


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


Follow: TypeAlias = Callable[[SympyAnswer], None] | None


def _derive_once(problem: Problem, stages: tuple[str, ...], follow: Follow) -> SympyAnswer:
    """Derive the formulas, or take the kept ones if the same expression was differentiated at another point."""
    key = (problem.expression, problem.wrt, stages, problem.simplify)
    if key in _kept:
        return _kept[key]
    answer = derive(problem, stages, follow=follow)
    if all(status == "not-supported" for status, _ in answer.troubles.values()):  # what depends on no machine
        if len(_kept) >= MAX_KEPT_ANSWERS:
            del _kept[next(iter(_kept))]
        _kept[key] = answer
    return answer


def derive(problem: Problem, stages: Iterable[str] = STAGES, order: int = 1, *, follow: Follow = None) -> SympyAnswer:
    """Return sympy's formulas for every stage that it reaches within the budget; `raw` must be the first stage.

    For an order above 1 the problem must differentiate with respect to a single variable.  `follow` is shown the answer
    while it grows.
    """
    stages = tuple(stages)
    if not problem.wrt:
        return SympyAnswer(formulas={stage: {} for stage in stages}, sizes=dict.fromkeys(stages, Size(0, 0)))
    with _lock:
        return _request(problem, stages, order, NOTHING, follow)


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


def _request(
    problem: Problem,
    stages: tuple[str, ...],
    order: int,
    extra: Mapping[str, Any] = NOTHING,
    follow: Follow = None,
) -> SympyAnswer:
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
        "simplify": problem.simplify,
        **extra,
    }
    try:
        worker = _ready_worker()
        answer.is_local = not worker.can_be_left
        since = monotonic()
        worker.send(request)
        _collect(answer, worker, math.inf if problem.budget is None else since + problem.budget, follow)
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


def _collect(answer: SympyAnswer, worker: AnyWorker, deadline: float, follow: Follow) -> None:
    """Record all lines of an answer, and show it to `follow` every now and then while it grows.

    Raises TimeoutError or WorkerLost.
    """
    shown, is_new = monotonic(), False
    while True:
        may_pause = follow is not None and is_new and worker.can_be_left
        pause = shown + FOLLOW_INTERVAL if may_pause else deadline
        try:
            line = worker.receive(min(pause, deadline))
        except TimeoutError:
            if follow is None or pause >= deadline:
                raise
            follow(answer)
            shown, is_new = monotonic(), False
            continue
        if line == {"done": True}:
            return
        _record(answer, line)
        is_new = True


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
    if stage == "raw":
        if "missing" in line:
            answer.undefined[line["name"]] = line["missing"]
        elif "name" in line:
            (answer.partials[line["name"]],) = answer.decoder.decode(line["program"])
        else:
            answer.formulas[stage] = answer.partials
            partials = answer.partials.values()
            answer.sizes[stage] = Size(tree_size(*partials), dag_size(*partials))
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


# --- The life of a worker --------------------------------------------------------------------------------------------


def _ready_worker() -> AnyWorker:
    """Return the idle worker or a new one, once it has imported sympy.  Raises WorkerLost."""
    global _idle
    worker, _idle = _idle, None
    if worker is not None:
        with contextlib.suppress(WorkerLost):  # it may have died of an earlier Ctrl-C: a new one replaces it
            if worker.is_usable:
                return _greet(worker)
        worker.end()
    return _greet(_start())


def _greet(worker: AnyWorker) -> AnyWorker:
    """Wait until the worker is ready, and return it.  Raises WorkerLost."""
    if worker.is_ready:
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
    worker.is_ready = True
    return worker


def _start() -> AnyWorker:
    worker = processes.start_worker("diffcompare.backends.symbolic.worker", "the process that runs sympy")
    atexit.unregister(_end_at_exit)  # so that it is not registered twice
    atexit.register(_end_at_exit)
    return worker


def _end_at_exit() -> None:
    if _idle is not None:
        _idle.end()


BACKEND = Backend("symbolic", differentiate, prepare, lambda problem, follow: differentiate(problem, follow=follow))
