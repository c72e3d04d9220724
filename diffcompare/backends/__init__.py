"""The ways of differentiating an expression at a point, a module for each, and the registry of all methods by name."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, TypeVar

from diffcompare.diagnostics import Diagnostic, DiffcompareError, shown

if TYPE_CHECKING:
    from diffcompare.backends.problem import Backend, Derivative, Problem

Answer = TypeVar("Answer")

# Every method, with the module of its backend, which is imported only when needed, and the name of the record there.
BACKENDS: dict[str, tuple[str, str]] = {
    "hand-coded": ("hand_coded", "BACKEND"),
    "forward-difference": ("finite_differences", "FORWARD_DIFFERENCE"),
    "central-difference": ("finite_differences", "CENTRAL_DIFFERENCE"),
    "symbolic": ("symbolic.client", "BACKEND"),
    "forward-ad": ("automatic", "FORWARD_MODE"),
    "reverse-ad": ("automatic", "REVERSE_MODE"),
    "backward-difference": ("finite_differences", "BACKWARD_DIFFERENCE"),
    "five-point": ("finite_differences", "FIVE_POINT_DIFFERENCE"),
    "richardson": ("finite_differences", "RICHARDSON"),
    "complex-step": ("complex_step", "BACKEND"),
}

METHODS = tuple(BACKENDS)
DEFAULT_METHODS = METHODS[:6]
JACOBIAN_METHODS = DEFAULT_METHODS[1:]  # the default of a Jacobian, of which nobody has formulas at hand

# The methods with a truncation error, whatever the step.
DIFFERENCES = ("forward-difference", "backward-difference", "central-difference", "five-point", "richardson")

# Names for several methods at once, here and in the commands about higher derivatives; `all` stands for every one.
_DIFFERENCES = (*DIFFERENCES, "second-difference", "difference-of-gradients")
_AUTOMATIC = (
    "forward-ad",
    "reverse-ad",
    "forward-over-reverse",
    "reverse-over-reverse",
    "nested-forward",
    "taylor-mode",
)
GROUPS = {"numerical": (*_DIFFERENCES, "complex-step"), "fd": _DIFFERENCES, "ad": _AUTOMATIC}

# The way of differentiating that a method belongs to; all others are numerical.
WAYS = {
    "hand-coded": "by hand",
    "symbolic": "symbolically",
    "forward-ad": "automatically",
    "reverse-ad": "automatically",
}

# Held while numbers of high precision are at work: Arb and mpmath have one precision for all threads.
ONE_AT_A_TIME = threading.RLock()


def backend(method: str) -> Backend:
    """Return the backend of that name.  Raises DiffcompareError for an unknown method."""
    if not isinstance(method, str) or method not in BACKENDS:
        from diffcompare.engines.engine_client import engine_backend

        if (asked := engine_backend(method)) is not None:
            return asked
        message = f"no method `{method}`" if isinstance(method, str) else f"a method is a name, not {shown(method)}"
        raise DiffcompareError(Diagnostic("E712", "bad_value", message, help=f"the methods are {', '.join(METHODS)}"))
    return _loaded(method)


@cache
def _loaded(method: str) -> Backend:
    module, name = BACKENDS[method]
    loaded: Backend = getattr(import_module(f"diffcompare.backends.{module}"), name)
    return loaded


def select_backends(methods: str | Iterable[str]) -> list[Backend]:
    """Return the backends of one method or several, each once; `all` and the groups stand for several."""
    return [backend(name) for name in expanded([methods] if isinstance(methods, str) else methods)]


def expanded(names: Iterable[str], known: Iterable[str] = METHODS) -> list[str]:
    """Return the names of methods, each once, with the known ones of a group in place of its name (`ad`, `all`)."""
    known = tuple(known)
    groups = {"all": known, **{group: [name for name in known if name in members] for group, members in GROUPS.items()}}
    return list(dict.fromkeys([method for name in names for method in groups.get(name, (name,))]))


def prepare(methods: Collection[str]) -> None:
    """Start sympy's process if the symbolic method is among these: it imports sympy while this one does the rest."""
    if "symbolic" in methods:
        from diffcompare.backends.symbolic.client import prepare

        prepare()


def answers_of(
    methods: Sequence[str], ask: Callable[[str], Answer], last: Collection[str] = ("symbolic",)
) -> tuple[Answer, ...]:
    """Return the answers of methods in their order; those that wait for a process of their own are asked last."""
    answers = {name: ask(name) for name in sorted(methods, key=lambda name: name in last)}
    return tuple([answers[name] for name in methods])


def run_backend(method: Backend, problem: Problem) -> Derivative:
    """Return the answer of a method; several threads may call it at once."""
    if method.prepare is not None:  # waits for a process of its own, under a lock of its own
        return method.differentiate(problem)
    with ONE_AT_A_TIME:
        return method.differentiate(problem)


def watched_answers(
    methods: Sequence[Backend],
    problem: Problem,
    watch: Callable[[tuple[Derivative, ...]], None],
    pending: Derivative,
) -> tuple[tuple[Derivative, ...], bool]:
    """Return the answers of methods, some of which have a process of their own, and whether Ctrl-C stopped those.

    `watch` sees the answers as soon as all others are there, and whenever one has grown; `pending` stands for those
    that have not come.
    """
    waiting = [method for method in methods if method.prepare is not None]
    answers = {
        method.name: pending._replace(method=method.name) if method in waiting else run_backend(method, problem)
        for method in methods
    }

    def look(answer: Derivative) -> None:
        answers[answer.method] = answer
        watch(tuple(answers.values()))

    try:
        watch(tuple(answers.values()))
        for method in waiting:
            answers[method.name] = (
                run_backend(method, problem) if method.follow is None else method.follow(problem, look)
            )
            if method is not waiting[-1]:
                watch(tuple(answers.values()))
    except KeyboardInterrupt:
        return tuple([_interrupted(answer, answer.method == method.name) for answer in answers.values()]), True
    return tuple(answers.values()), False


def _interrupted(answer: Derivative, was_at_work: bool) -> Derivative:
    """Return what is left of an answer when somebody has pressed Ctrl-C."""
    if answer.status == "pending":
        return answer._replace(status="interrupted", notes=(*answer.notes, "interrupted"))
    return answer._replace(notes=(*answer.notes, "interrupted before it was done")) if was_at_work else answer
