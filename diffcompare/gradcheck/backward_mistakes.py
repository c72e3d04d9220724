"""Mistakes in the backward of a `Function`: a forgotten chain, a wrong saved value, `=` for `+=`, a broadcast shape.

Each is found by a trial: another gradient is sent in, or something else is saved, and the outcome is compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from diffcompare.backends.automatic import gradient_at
from diffcompare.gradcheck.entries import GradientEntry
from diffcompare.gradcheck.gradient_check import Inspection
from diffcompare.numeric.evaluate import is_number, value_at
from diffcompare.tape.function_operations import joined, node_of, operation_of
from diffcompare.tape.nesting import grad
from diffcompare.tape.variable import Variable

SCALE = -2.5  # of the gradient that is sent in to see whether backward passes it on
MAX_SAVED = 6  # values whose exchange is tried
ROUNDING = 1e-9
PROPORTIONAL = 1e-6  # relative; partials that differ by less are those of one function


class BackwardMistake(NamedTuple):
    """A mistake in a backward."""

    kind: str
    """Stable identifier: `chain`, `saved`, `shared`, `missing`, `overwritten`, `elementwise`, `broadcast`,
    `definition`, `not-followed`, or that of a pattern."""
    sentence: str
    """What is wrong, and what to do about it."""


class BackwardTrial(NamedTuple):
    """A Function at a point where its backward was tried."""

    function: Any
    arguments: Sequence[Any]
    given: Any
    """The Jacobian by backward."""
    point: Inspection
    """What differences say of it."""
    jacobian: Callable[..., Any]
    """Tries backward again: of `function` at `arguments`, with a gradient `scale`, and other values `saved`."""


def checked_results(results: Any) -> Any:
    """Return the results that backward is judged by as one Variable: those not marked as non-differentiable."""
    if type(results) is not tuple:
        return results
    return joined(tuple([result for result in results if result.requires_grad]) or results)


def find_mistake(trial: BackwardTrial) -> BackwardMistake | None:
    """Return the mistake that explains a wrong backward; the more particular explanation comes first."""
    if not trial.point.deterministic:
        return None
    mistake = (
        shared_state(trial) or chain_mistake(trial) or unused_result(trial) or missing(trial) or overwritten(trial)
    )
    mistake = mistake or element_by_element(trial)
    pattern = trial.point.pattern
    if mistake is None and pattern is not None and pattern.kind in ("factor", "sign"):
        mistake = BackwardMistake(pattern.kind, pattern.sentence)
    mistake = mistake or saved_mistake(trial)
    if mistake is None and pattern is not None:
        mistake = BackwardMistake(pattern.kind, pattern.sentence)
    return mistake


def chain_mistake(trial: BackwardTrial) -> BackwardMistake | None:
    """Find a backward that does not multiply by the gradient that comes in, which is 1 in many a test."""
    scaled = trial.jacobian(trial.function, trial.arguments, SCALE)
    if np.allclose(scaled, SCALE * trial.given, rtol=ROUNDING, atol=0.0, equal_nan=True):
        return None
    wrong = np.argmax(np.abs(scaled - SCALE * trial.given))
    witness = f"for {SCALE} it gives {scaled.flat[wrong]:.6g} and not {SCALE * trial.given.flat[wrong]:.6g}"
    if np.array_equal(scaled, trial.given):
        sentence = f"backward ignores grad_output: the chain rule multiplies by it ({witness})"
    else:
        sentence = f"backward is not proportional to grad_output: the chain rule multiplies by it, once ({witness})"
    return BackwardMistake("chain", sentence)


def unused_result(trial: BackwardTrial) -> BackwardMistake | None:
    """Find a result, of several, whose gradient backward does not use."""
    results = _results(trial)
    start = 0
    for number, result in enumerate(results if type(results) is tuple else (), 1):
        if not result.requires_grad:
            continue
        end = start + result.size
        is_wrong = any(start <= entry.component < end for entry in _wrong(trial.point))
        if is_wrong and not np.any(trial.given[start:end]):
            sentence = f"backward does not use the gradient of result {number}, its argument {number} after ctx"
            return BackwardMistake("unused-result", sentence)
        start = end
    return None


def _results(trial: BackwardTrial) -> Any:
    return trial.function.apply(*[Variable(argument, requires_grad=True) for argument in trial.arguments])


def shared_state(trial: BackwardTrial) -> BackwardMistake | None:
    """Find what forward keeps for backward outside of ctx, where the next call overwrites it."""
    value, leaves = _value(trial)
    before = grad(value, leaves, np.ones(value.shape), retain_graph=True)
    try:
        trial.function.apply(*[Variable(0.75 * leaf.data, requires_grad=True) for leaf in leaves])
    except Exception:  # outside the domain
        return None
    after = grad(value, leaves, np.ones(value.shape), retain_graph=True)
    if all(_equal(one, other) for one, other in zip(before, after, strict=True)):
        return None
    sentence = (
        "what forward keeps for backward is overwritten by the next call, so that backward is right after the last one "
        "only: keep it on ctx, and not on the class or in a global"
    )
    return BackwardMistake("shared", sentence)


def _value(trial: BackwardTrial) -> tuple[Any, list[Any]]:
    leaves = [Variable(argument, requires_grad=True) for argument in trial.arguments]
    return checked_results(trial.function.apply(*leaves)), leaves


def missing(trial: BackwardTrial) -> BackwardMistake | None:
    """Find arguments for which backward returns None although the value depends on them."""
    if not _wrong(trial.point):
        return None
    value, leaves = _value(trial)
    parts = grad(value, leaves, np.ones(value.shape))
    names, ends = _names(trial.point), np.cumsum([leaf.size for leaf in leaves])
    wrong = {int(np.searchsorted(ends, entry.coordinate, "right")) for entry in _wrong(trial.point) if entry.given == 0
             and entry.coordinate is not None}  # fmt: skip
    lost = [name for place, name in enumerate(names) if parts[place] is None and place in wrong]
    if not lost:
        return None
    if len(lost) == len(names):
        return BackwardMistake("missing", "backward returns None: its `return` is missing")
    sentence = f"backward returns None for {' and '.join(lost)}, although the value depends on it"
    code = getattr(trial.function.backward, "__code__", None)
    if code is not None and "needs_input_grad" in code.co_names:
        sentence += " (ctx.needs_input_grad has an entry for each argument of forward, in their order)"
    return BackwardMistake("missing", sentence)


def element_by_element(trial: BackwardTrial) -> BackwardMistake | None:
    """Find a backward that takes each component to depend on its own element alone, where it depends on others."""
    entries, wrong = trial.point.entries, _wrong(trial.point)
    if len(trial.arguments) != 1 or not wrong or trial.point.shape != getattr(trial.arguments[0], "shape", ()):
        return None
    if any(entry.given != 0 or entry.component == entry.coordinate for entry in wrong):
        return None
    if any(entry.given for entry in entries if entry.component != entry.coordinate):
        return None
    sentence = (
        "backward goes element by element, and a component of the value depends on other elements as well "
        f"({wrong[0].name} is 0 by backward, and {wrong[0].found:.6g})"
    )
    return BackwardMistake("elementwise", sentence)


def definition_mistake(trial: BackwardTrial) -> BackwardMistake | None:
    """Find a definition that is another function than forward, at a point of numbers; backward may follow either."""
    if any(map(np.ndim, trial.arguments)) or len(trial.point.value) != 1:
        return None
    operation = operation_of(trial.function)
    if operation.formula is None or len(operation.parameters) != len(trial.arguments):
        return None
    at = dict(zip(operation.parameters, map(float, trial.arguments), strict=True))
    defined, (value,) = value_at(operation.formula, at), trial.point.value
    if not is_number(defined) or np.isclose(float(defined), value, rtol=ROUNDING, atol=ROUNDING):  # type: ignore[arg-type]
        return None
    where = ", ".join([f"{name} = {x:.6g}" for name, x in at.items()])
    sentence = (
        f"its definition is another function than its forward (at {where} they are {defined:.6g} and {value:.6g})"
    )
    slopes = gradient_at(operation.formula, at) or {}
    of_definition = np.array([slopes.get(name, np.nan) for name in at], dtype=float)
    if np.allclose(trial.given.ravel(), of_definition, rtol=PROPORTIONAL, atol=ROUNDING):
        return BackwardMistake("definition", f"{sentence}, and its backward follows the definition: look at forward")
    if _wrong(trial.point):
        return None
    return BackwardMistake("definition", f"{sentence}, and its backward follows forward: look at the definition")


def saved_mistake(trial: BackwardTrial) -> BackwardMistake | None:
    """Find a saved value that has to be replaced by another one to make backward right."""
    if not _wrong(trial.point):
        return None
    results = _results(trial)
    node = node_of(results)
    saved = (node.saved or ()) if node is not None else ()
    if not 0 < len(saved) <= MAX_SAVED:
        return None
    pairs = zip(_names(trial.point), trial.arguments, strict=True)
    known = [*((f"the argument {name}", argument) for name, argument in pairs), *_named_results(results)]
    for values, sentence in _replacements(saved, known):
        try:
            other = trial.jacobian(trial.function, trial.arguments, saved=values)
        except Exception:  # what was put in its place may not fit
            continue
        if _is_right(other, trial.point):
            return BackwardMistake("saved", sentence)
    return None


def _named_results(results: Any) -> list[tuple[str, Any]]:
    if type(results) is not tuple:
        return [("the result of forward", results.data)]
    return [(f"result {number} of forward", result.data) for number, result in enumerate(results, 1)]


def _names(point: Inspection) -> list[str]:
    return [leaf.name for leaf in point.point.leaves]


def _replacements(saved: Sequence[Any], known: Sequence[tuple[str, Any]]) -> Iterator[tuple[list[Any], str]]:
    """Yield what might have been saved instead: two values exchanged, or one replaced by a known one."""
    for one in range(len(saved)):
        for other in range(one):
            values = list(saved)
            values[one], values[other] = values[other], values[one]
            yield values, f"the saved values {other + 1} and {one + 1} are mixed up"
    for place in range(len(saved)):
        current = next((name for name, value in known if _equal(value, saved[place])), "")
        which = f"saved value {place + 1}" if len(saved) > 1 else "what is saved"
        for name, value in known:
            if name != current:
                instead = f" and not {current}" if current else ""
                yield [*saved[:place], value, *saved[place + 1 :]], f"{which} should be {name}{instead}"


def _equal(one: Any, other: Any) -> bool:
    try:
        return bool(np.array_equal(getattr(one, "data", one), getattr(other, "data", other)))
    except Exception:  # something that is not numbers
        return False


def overwritten(trial: BackwardTrial) -> BackwardMistake | None:
    """Find gradients of which only the last contribution, or only the first, is kept."""
    wrong = _wrong(trial.point)
    if not wrong or any(entry.given != 0 or not entry.found for entry in wrong):
        return None
    for keep, which in ((max, "last"), (min, "first")):
        if all(_kept(trial.point, entry, keep) for entry in wrong):
            sentence = f"only the {which} contribution to a gradient is kept: `=` instead of `+=` (or np.add.at)"
            return BackwardMistake("overwritten", sentence)
    return None


def _kept(point: Inspection, wrong: GradientEntry, keep: Callable[..., int]) -> bool:
    """Tell whether just the last (or first) component that depends on the coordinate of a wrong entry is right."""
    depends = [entry for entry in point.entries if entry.coordinate == wrong.coordinate and entry.found]
    right = [entry.component for entry in depends if entry.verdict != "wrong"]
    return right == [keep(entry.component for entry in depends)]


def not_followed(point: Inspection) -> BackwardMistake:
    """Explain a second derivative that is wrong although the first is right."""
    what = "lost" if all(entry.given == 0 for entry in _wrong(point)) else "wrong"
    return BackwardMistake(
        "not-followed",
        f"its own derivative, which second derivatives need, is {what}: backward computes with plain numbers, which the"
        " tape does not follow; save Variables, and compute with them and not with their .data",
    )


def inconsistent_shape(arguments: Sequence[Any], found: BackwardMistake | None) -> BackwardMistake:
    """Explain a backward that is right for equal shapes only."""
    shapes = " and ".join(str(getattr(argument, "shape", ())) for argument in arguments)
    reason = f" ({found.sentence})" if found and found.kind not in ("saved", "swapped") else ""
    return BackwardMistake(
        "broadcast",
        f"backward is wrong for the shapes {shapes}, which forward broadcasts{reason}:"
        " backward has to sum what forward repeats along an axis",
    )


def _wrong(point: Inspection) -> list[GradientEntry]:
    return [entry for entry in point.judged if entry.verdict == "wrong"]


def _is_right(jacobian: Any, point: Inspection) -> bool:
    """Tell whether a Jacobian agrees with all slopes that are known."""
    known = [entry for entry in point.entries if entry.coordinate is not None and entry.found is not None]
    return bool(known) and all(
        abs(jacobian[entry.component][entry.coordinate] - entry.slope.value)
        <= entry.allowed + ROUNDING * abs(entry.slope.value)
        for entry in known
    )
