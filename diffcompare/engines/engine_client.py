"""The client of the engines: each is asked in a worker of its own, within the budget, and kept for the next question.

A library takes seconds to import and may end its process, so that neither happens in ours: a crash is a row.
"""

from __future__ import annotations

import atexit
import contextlib
import math
import threading
from collections import deque
from collections.abc import Iterable, Mapping
from time import monotonic
from typing import Any, TypeGuard

from diffcompare import processes
from diffcompare.backends.problem import Backend, Derivative, EngineRun, Problem, Status, lacking_definition
from diffcompare.diagnostics import DiffcompareError
from diffcompare.engines.engine import Number
from diffcompare.engines.registry import NATIVE_MODES, engine, engine_and_mode, how_to_install, version
from diffcompare.language import serialization
from diffcompare.language.expression import Expression, Variable
from diffcompare.language.operations import is_integer_power
from diffcompare.language.wengert import replace_nodes, wengert_list
from diffcompare.numeric.evaluate import is_number, values_at
from diffcompare.numeric.user_operations import written_out
from diffcompare.processes import WorkerLost


class CannotStart(WorkerLost):
    """The library could not be imported; the text says why, and `fault` has the fields of a diagnostic, if any."""

    def __init__(self, why: str, fault: Mapping[str, Any] | None = None) -> None:
        super().__init__(why)
        self.fault = fault


MODULE = "diffcompare.engines.engine_worker"
STARTUP = 120.0  # seconds that the import of a library may take; they are not charged to the budget

IMPORTS = 2  # at once for each processor
GLANCE = 0.05  # seconds between looks at which worker is done with its import, while others wait for their turn

_lock = threading.RLock()
_idle: dict[str, processes.AnyWorker] = {}
_waiting: list[str] = []  # engines whose workers are to start as soon as others have imported their libraries
_greetings: dict[processes.AnyWorker, dict[str, Any]] = {}
_ahead: dict[str, deque[Mapping[str, Any]]] = {}  # what a worker was sent that nobody has asked for yet


def engine_backend(method: str) -> Backend | None:
    """Return the backend that asks a mode of an engine, by the name of the method; None if it is no such name."""
    asked = engine_and_mode(method) if isinstance(method, str) else None
    if asked is None:
        return None
    name, mode = asked
    if mode in NATIVE_MODES:
        return Backend(method, lambda problem: run_natively(method, name, mode, problem))
    return Backend(method, lambda problem: differentiate(method, name, mode, problem), lambda: prepare(name))


def prepare(name: str) -> None:
    """Start the worker of an engine soon, so that its import overlaps with other work.  Returns at once.

    Only so many import their libraries at once that each processor has an import to do while another waits for files.
    """
    if version(name) and _lock.acquire(blocking=False):
        try:
            _waiting.append(name)
            _start_waiting()
        finally:
            _lock.release()


def _start_waiting() -> None:
    while _waiting and sum(map(_imports, _idle.values())) < IMPORTS * processes.processors():
        with contextlib.suppress(OSError):  # `differentiate` will fail in the same way, and report it
            _started(_waiting.pop(0))


def _imports(worker: processes.AnyWorker) -> bool:
    """Tell whether a worker is importing its library."""
    return worker not in _greetings and not worker.has_answered and worker.is_usable


def _received(worker: processes.AnyWorker, deadline: float) -> dict[str, Any]:
    """Return the next answer of a worker, and start those that wait in the meantime; raises as `receive` does."""
    while _waiting:
        _start_waiting()
        with contextlib.suppress(TimeoutError):
            return worker.receive(min(deadline, monotonic() + GLANCE))
        if monotonic() >= deadline:
            break
    return worker.receive(deadline)


def missing(name: str) -> str:
    """Return the note of a library that is not installed."""
    return f"not installed: {how_to_install(name)}"


def differentiate(method: str, name: str, mode: str, problem: Problem) -> Derivative:
    """Compute the gradient by one mode of an engine; `method` is the name of the answer."""
    installed = version(name)
    run = EngineRun(name, mode, installed, engine(name).way, engine(name).digits)
    if installed is None:
        return Derivative(
            method, "not-installed", gradient=dict.fromkeys(problem.wrt), notes=(missing(name),), engine=run
        )
    variant = f"{name} {installed}"
    lacking = lacking_definition((problem.expression,))
    if lacking:
        return Derivative(method, "not-supported", variant, dict.fromkeys(problem.wrt), notes=(lacking,), engine=run)
    expression, numbers = _with_variables_for_numbers(written_out(problem.expression))
    point, wrt = {**problem.point, **numbers}, problem.wrt or tuple(numbers)
    if not wrt:  # libraries refuse to differentiate with respect to nothing
        return Derivative(method, "ok", variant, {}, engine=run)
    names = list(point)
    question = {
        "program": serialization.encode(expression),
        "names": names,
        "point": list(point.values()),
        "wrt": [names.index(variable) for variable in wrt],
        "mode": mode,
    }
    try:
        answer = ask(name, question, problem.budget)
    except TimeoutError:
        status: Status = "timed-out"
        note = f"timed out after {problem.budget:g} s"
    except (WorkerLost, OSError) as error:
        status, note = "failed", str(error)
    else:
        if "error" not in answer:
            return _answered(method, variant, run, answer, problem)
        status, note = "not-supported" if "missing" in answer else "failed", answer["error"]
    return Derivative(method, status, variant, dict.fromkeys(problem.wrt), notes=(note,), engine=run)


def _with_variables_for_numbers(expression: Expression) -> tuple[Expression, dict[str, float]]:
    """Return an expression with variables for the numbers in its constants without a value, and these numbers.

    A library is asked what it makes of `ln(-1)` in this way, as it would be for ln(x) at x = -1; what has a value is
    given to it as a number.
    """
    constants = [node for node in wengert_list(expression) if not node.varies]
    values = values_at(constants, {})
    below = wengert_list(*[node for node in constants if not is_number(values[node])])
    exponents = {node for power in below if is_integer_power(power) for node in wengert_list(power.arguments[1])}
    numbers = [node for node in below if node.operation is None and node not in exponents]
    if not numbers:
        return expression, {}
    variables = {node: Variable(f"number {place}") for place, node in enumerate(numbers, 1)}  # no name of a user's
    (function,) = replace_nodes((expression,), dict[Expression, Expression](variables))
    return function, {variable.name: float(values[node]) for node, variable in variables.items()}


def run_natively(method: str, name: str, mode: str, problem: Problem) -> Derivative:
    """Return what a library makes of the user's function as it is written for it; an error of the function is a row."""
    installed = version(name)
    run = EngineRun(name, mode, installed, engine(name).way, 53)
    nothing = dict.fromkeys(problem.wrt)
    if installed is None:
        return Derivative(method, "not-installed", gradient=nothing, notes=(missing(name),), engine=run)
    variant = f"{name} {installed}"
    if problem.native is None:
        note = f"a formula is not written for a library: `--with {name}` asks it"
        return Derivative(method, "not-supported", variant, nothing, notes=(note,), engine=run)
    try:
        value, gradient = problem.native.native(name, mode=mode)
    except DiffcompareError as error:
        return Derivative(method, "failed", variant, nothing, notes=(error.diagnostic.message,), engine=run)
    raw = {variable: gradient[variable] for variable in problem.wrt}
    partials = {variable: partial if math.isfinite(partial) else None for variable, partial in raw.items()}
    status: Status = "undefined" if None in partials.values() else "ok"
    return Derivative(method, status, variant, partials, engine=run._replace(value=value, raw=raw))


def _answered(method: str, variant: str, run: EngineRun, answer: Mapping[str, Any], problem: Problem) -> Derivative:
    """Return what an engine said: partials that are inf, nan or complex are none of ours, but `raw` has them."""
    if not problem.wrt:  # the numbers of a constant were its variables
        return Derivative(method, "ok", variant, {}, engine=run._replace(value=answer["value"]))
    partials = dict(zip(problem.wrt, answer["gradient"], strict=True))
    gradient = {name: partial if _is_double(partial) else None for name, partial in partials.items()}
    lost = None in gradient.values()
    none = [f"df/d{name}" for name, partial in partials.items() if partial is None]
    notes = [f"it has no number for {', '.join(none)}"] if none else []
    if answer["replaced"]:
        notes.append(f"it has no {', '.join(answer['replaced'])}, written by other functions here")
    errors = None if answer["errors"] is None else dict(zip(problem.wrt, answer["errors"], strict=True))
    run = run._replace(value=answer["value"], raw=partials, errors=errors, size=answer["size"])
    return Derivative(method, "undefined" if lost else "ok", variant, gradient, notes=tuple(notes), engine=run)


def ask(
    name: str, question: Mapping[str, Any], budget: float | None, following: Iterable[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """Return an engine's answer to a question; its worker is started if there is none, and kept.

    Those `following` are expected to be asked next, in this order: the worker goes on with them meanwhile.  The fields
    of an answer are those of `engine_worker`; numbers that are not real are complex.
    Raises TimeoutError when the budget (in seconds) is spent, WorkerLost if the process ended, and OSError if it
    cannot be started.
    """
    with _lock:
        try:
            worker = _sent(name, question, following)
            answer = _received(worker, math.inf if budget is None else monotonic() + budget)
        except BaseException:  # also when Ctrl-C is pressed: the answer may still come
            end(name)
            raise
    if "value" in answer:
        answer["value"], *answer["gradient"] = map(_number, (answer["value"], *answer["gradient"]))
    return answer


def _sent(name: str, question: Mapping[str, Any], following: Iterable[Mapping[str, Any]]) -> processes.AnyWorker:
    """Return the worker whose next answer is that to a question, which was sent ahead or is sent now."""
    ahead = _ahead.get(name)
    if ahead and _idle[name].is_usable and ahead[0] == question:
        ahead.popleft()
        return _idle[name]
    if ahead:
        end(name)  # other answers would come first
    worker = _greeted(name)
    _ahead[name] = deque(following)
    worker.send(question, *_ahead[name])
    return worker


def _is_double(partial: Number | None) -> TypeGuard[float]:
    return partial is not None and not isinstance(partial, complex) and math.isfinite(partial)


def _number(sent: Any) -> Number | None:
    return complex(sent) if isinstance(sent, str) else sent


def digits_of(name: str) -> int:
    """Return the binary digits of an engine's numbers, which it may say itself once it is loaded.

    Raises WorkerLost (CannotStart if it cannot be imported) and OSError.
    """
    with _lock:
        return _greetings[_greeted(name)].get("digits") or engine(name).digits


def _started(name: str) -> processes.AnyWorker:
    if name in _waiting:
        _waiting.remove(name)
    worker = _idle.get(name)
    if worker is not None and worker.is_usable:
        return worker
    if worker is not None:
        end(name)
    worker = _idle[name] = processes.start_worker(MODULE, f"the process that runs {name}", with_children=True)
    atexit.unregister(_end_all)  # so that it is not registered twice
    atexit.register(_end_all)
    with contextlib.suppress(WorkerLost):
        worker.send({"engine": name})
    return worker


def _greeted(name: str) -> processes.AnyWorker:
    """Return the worker of an engine, once it has imported the library.  Raises WorkerLost and OSError."""
    worker = _started(name)
    if worker in _greetings:
        return worker
    try:
        greeting = _received(worker, monotonic() + STARTUP)
    except TimeoutError:
        greeting = {"ready": False, "why": f"{name} was not imported within {STARTUP:g} s"}
    except BaseException:
        end(name)
        raise
    if not greeting["ready"]:
        end(name)
        raise CannotStart(greeting["why"], greeting.get("fault"))
    _greetings[worker] = greeting
    _start_waiting()
    return worker


def end(name: str) -> None:
    """End the worker of an engine, if there is one."""
    worker = _idle.pop(name, None)
    _ahead.pop(name, None)
    if worker is not None:
        _greetings.pop(worker, None)
        worker.end()
        _start_waiting()


def _end_all() -> None:
    _waiting.clear()
    for name in list(_idle):
        end(name)
