"""The check of a `Function` of the tape, its backward against its forward: `dc.check(Sinh)`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.gradcheck.backward_mistakes import (
    BackwardMistake,
    BackwardTrial,
    checked_results,
    definition_mistake,
    find_mistake,
    inconsistent_shape,
    not_followed,
)
from diffcompare.gradcheck.entries import GradientEntry
from diffcompare.gradcheck.gradient_check import GradientCheck, check_callable
from diffcompare.gradcheck.values import describe_exception, numpy_warnings_off
from diffcompare.inputs.python_file import check_parts
from diffcompare.recording.outcome import raised
from diffcompare.studies.record import Record
from diffcompare.tape.function_operations import node_of
from diffcompare.tape.nesting import grad
from diffcompare.tape.variable import Variable

Shape = tuple[int, ...]

NUMBERS = (0.7, -1.3, 2.2, 0.45, 1.6, -0.55)  # coordinates; no simple multiples, as a factor is a mistake to be named
SMALL_NUMBERS = (0.3, 0.83, 0.55, 0.17, 0.65, 0.43)  # where those are outside the domain
SHAPES: dict[int, tuple[tuple[Shape, ...], ...]] = {
    1: (((),), ((3,),)),
    2: (((), ()), ((2,), (2,)), ((2, 2), (2,)), ((), (2,)), ((2, 1), (2,)), ((2, 3), (3, 2))),
}
"""Shapes of the arguments that are tried, by their number; unequal ones are broadcast."""
WEIGHTS = (1.0, -0.6, 1.7, 0.4)  # of the components of a value, in turn
MAX_SECOND_ORDER = 4  # points at which backward is differentiated


class FunctionCase(NamedTuple):
    """A Function at one point, of first or second order."""

    order: Literal[1, 2]
    arguments: tuple[Any, ...]
    """The point: a number or an array for each argument."""
    check: GradientCheck | None
    """What backward gave against differences; None where backward raised an error."""
    mistake: BackwardMistake | None
    """The mistake that explains what is wrong, if one was found."""

    @property
    def is_broadcast(self) -> bool:
        """True if the arguments have different shapes."""
        return len({_shape(argument) for argument in self.arguments}) > 1

    @property
    def witness(self) -> GradientEntry | None:
        """The worst entry that is wrong, if one is."""
        entries = () if self.check is None else self.check.entries
        return next((entry for entry in entries if entry.verdict == "wrong"), None)

    @property
    def verdict(self) -> Literal["agrees", "wrong", "undecided"]:
        """The verdict on this point."""
        return "wrong" if self.check is None or self.mistake is not None else self.check.verdict


@dataclass(frozen=True, repr=False)
class FunctionCheck(Record):
    """Result of `dc.check(Sinh)`: the backward of a `Function` of the tape, judged by values of its forward.

    It is true in a condition if backward is right, prints itself as a table, and has `to_json()`.
    """

    report = "diffcompare.gradcheck.function_report"

    name: str
    """Name of the Function."""
    cases: tuple[FunctionCase, ...]
    """One for every point and order, the first order first."""

    @property
    def verdict(self) -> Literal["agrees", "wrong", "undecided"]:
        """`wrong` if it is anywhere, else `undecided` if it is anywhere, else `agrees`."""
        verdicts = {case.verdict for case in self.cases}
        return "wrong" if "wrong" in verdicts else "undecided" if "undecided" in verdicts else "agrees"

    @property
    def ok(self) -> bool:
        """True if backward agrees with forward at every point and of both orders."""
        return self.verdict == "agrees"

    def __bool__(self) -> bool:
        return self.ok

    @property
    def mistake(self) -> BackwardMistake | None:
        """The mistake that explains the most points, if one was found."""
        named = [case.mistake for case in self.cases if case.mistake is not None]
        kinds = [mistake.kind for mistake in named]
        return max(named, key=lambda mistake: kinds.count(mistake.kind), default=None)

    @property
    def witness(self) -> GradientEntry | None:
        """The worst entry of the first point at which one is wrong."""
        return next((case.witness for case in self.cases if case.witness is not None), None)

    @property
    def evaluations(self) -> int:
        """Number of evaluations of forward."""
        return sum(case.check.evaluations for case in self.cases if case.check is not None)

    @property
    def failure(self) -> Diagnostic | None:
        """Always None: where forward has no value an exception is raised, and there is no record."""
        return None


def check_function(function: Any, /, *point: Any, points: Iterable[Any] = (), seed: int = 0) -> FunctionCheck:
    """Check the backward of a `Function` of the tape against differences of its forward.

    Without a point, numbers and arrays of small shapes are tried that the domain of forward allows.  The gradient of
    every component is taken by a backward of its own, and judged as `check_callable` judges gradients.  Where all is
    right, backward is recorded and differentiated itself, and judged against differences of backward.

    Raises DiffcompareError where forward has no finite value at any point, and where it raises an error at all.
    """
    check_parts(function)
    given = [point] if point else []
    given += [item if isinstance(item, tuple) else (item,) for item in points]
    chosen = [tuple(map(_as_argument, arguments)) for arguments in given] or _points(function)
    for arguments in chosen if given else ():
        trouble = _trouble(function, arguments)
        if trouble is not None:
            raise trouble
    cases: list[FunctionCase] = []
    for arguments in chosen:
        case = _first_order(function, arguments, seed)
        cases.append(case)
        if case.verdict == "wrong" and case.is_broadcast and all(other.verdict == "agrees" for other in cases[:-1]):
            cases[-1] = case._replace(mistake=inconsistent_shape(case.arguments, case.mistake))
    if not given:
        cases = _meant(function, cases)
    if all(case.verdict != "wrong" for case in cases):
        cases += [_second_order(function, case.arguments, seed) for case in cases[:MAX_SECOND_ORDER]]
    return FunctionCheck(function.__name__, tuple(cases))


def _meant(function: Any, cases: list[FunctionCase]) -> list[FunctionCase]:
    """Return the cases without shapes that a function of arrays was not made for: its backward raises an error there.

    Forward does not say which shapes those are, where `a @ x` allows a matrix and a vector as well as two vectors.
    """
    if any(not any(map(np.ndim, case.arguments)) for case in cases):
        return cases
    return [case for case in cases if case.check is not None] or cases[-1:]


# --- Points -----------------------------------------------------------------------------------------------------------


def _points(function: Any) -> list[tuple[Any, ...]]:
    """Return points at which forward has finite values: numbers first, then arrays, then shapes that are broadcast."""
    points, troubles = [], []
    for shapes in SHAPES.get(_arity(function), ()) or (((),) * _arity(function), ((3,),) * _arity(function)):
        candidates = [_filled(shapes, numbers, start) for numbers in (NUMBERS, SMALL_NUMBERS) for start in (0, 1, 2)]
        outcomes = [(arguments, _trouble(function, arguments)) for arguments in candidates]
        defined = [arguments for arguments, trouble in outcomes if trouble is None]
        troubles += [trouble for _, trouble in outcomes if trouble is not None]
        points += defined[: 3 if not any(shapes) else 1]
    if not points:
        raise troubles[0]
    return points


def _arity(function: Any) -> int:
    """Return the number of arguments that forward needs beside ctx."""
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return max(1, sum(1 for item in _parameters(function) if item.kind in kinds and item.default is item.empty))


def _filled(shapes: Sequence[Shape], numbers: Sequence[float], start: int) -> tuple[Any, ...]:
    """Return arguments of these shapes, with no number twice in a row."""
    arguments = []
    for place, shape in enumerate(shapes):
        count = int(np.prod(shape))
        drawn = [numbers[(start + 2 * place + k) % len(numbers)] * (1 + k // len(numbers) / 8) for k in range(count)]
        arguments.append(np.reshape(drawn, shape) if shape else drawn[0])
    return tuple(arguments)


def _trouble(function: Any, arguments: Sequence[Any]) -> DiffcompareError | None:
    """Return what is wrong with forward at a point; None where it has a finite value."""
    try:
        with numpy_warnings_off():
            if np.all(np.isfinite(_apply(function, arguments).data)):
                return None
    except DiffcompareError as error:
        return error
    except (ArithmeticError, ValueError):  # math.log(-1)
        pass
    except Exception as error:  # forward may raise anything
        return raised(error)
    message = f"{function.__name__}.forward has no finite value at the points that were tried"
    name = _parameters(function)[0].name if _parameters(function) else "x"
    help = f"give a point in its domain: dc.check({function.__name__}, 1.5), or --at {name}=1.5"
    return DiffcompareError(Diagnostic("E576", "domain_error", message, help=help))


def _parameters(function: Any) -> list[inspect.Parameter]:
    """Return the parameters of forward beside ctx."""
    return list(inspect.signature(function.forward).parameters.values())[1:]


def _as_argument(value: Any) -> Any:
    return float(value) if np.ndim(value) == 0 else np.asarray(value, dtype=float)


def _shape(argument: Any) -> Shape:
    return getattr(argument, "shape", ())


# --- Derivatives ------------------------------------------------------------------------------------------------------


def _apply(function: Any, arguments: Sequence[Any]) -> Any:
    results = function.apply(*[Variable(argument, requires_grad=True) for argument in arguments])
    return checked_results(results)


def jacobian(function: Any, arguments: Sequence[Any], scale: float = 1.0, saved: Any = None) -> Any:
    """Return what backward makes of a gradient in each component of the value, as a matrix.

    `saved`, if given, replaces what forward saved.
    """
    leaves = [Variable(argument, requires_grad=True) for argument in arguments]
    results = function.apply(*leaves)
    value = checked_results(results)
    node = node_of(results)
    if saved is not None and node is not None:
        node.save_for_backward(*saved)
    rows = []
    for index in np.ndindex(value.shape):
        seed = np.zeros(value.shape)
        seed[index] = scale
        parts = grad(value, leaves, seed, retain_graph=True)
        rows.append(_flat(parts, arguments))
    return np.array(rows)


def _flat(parts: Sequence[Any], arguments: Sequence[Any]) -> Any:
    """Join gradients to one row; an argument without one has the gradient 0."""
    pairs = zip(parts, arguments, strict=True)
    return np.concatenate(
        [np.zeros(np.size(argument)) if part is None else np.ravel(part.data) for part, argument in pairs]
    )


def _first_order(function: Any, arguments: tuple[Any, ...], seed: int) -> FunctionCase:
    def forward(*values: Any) -> Any:
        return _apply(function, values).data

    try:
        with numpy_warnings_off():
            given = jacobian(function, arguments)
    except Exception as error:  # a student's backward may raise anything
        return FunctionCase(1, arguments, None, _raised(error))
    check = check_callable(_named(forward, function), _shaped(given, arguments, _apply(function, arguments).shape),
                           *arguments, seed=seed)  # fmt: skip
    with numpy_warnings_off():
        trial = BackwardTrial(function, arguments, given, check.points[0], jacobian)
        return FunctionCase(1, arguments, check, definition_mistake(trial) or find_mistake(trial))


def _second_order(function: Any, arguments: tuple[Any, ...], seed: int) -> FunctionCase:
    """Judge the derivative of backward, for a weighted sum of all components: a plain one may be constant."""

    def slopes(*values: Any, create: bool = False) -> tuple[Any, list[Any]]:
        leaves = [Variable(value, requires_grad=True) for value in values]
        value = checked_results(function.apply(*leaves))
        return grad(value, leaves, np.resize(WEIGHTS, value.shape), create_graph=create), leaves

    def backward(*values: Any) -> Any:
        return _flat(slopes(*values)[0], values)

    try:
        with numpy_warnings_off():
            parts, leaves = slopes(*arguments, create=True)
            rows = []
            for part, argument in zip(parts, arguments, strict=True):
                for index in np.ndindex(_shape(argument)):
                    rows.append(_row(part, index, leaves, arguments))
    except Exception as error:  # a student's backward may raise anything
        return FunctionCase(2, arguments, None, _raised(error))
    given = np.array(rows)
    check = check_callable(_named(backward, function), _shaped(given, arguments, (len(rows),)), *arguments,
                           seed=seed)  # fmt: skip
    return FunctionCase(2, arguments, check, not_followed(check.points[0]) if check.verdict == "wrong" else None)


def _row(part: Any, index: tuple[int, ...], leaves: Sequence[Any], arguments: Sequence[Any]) -> Any:
    """Return the derivative of one entry of a gradient."""
    if part is None or not part.requires_grad:
        return np.zeros(sum(np.size(argument) for argument in arguments))
    return _flat(grad(part[index] if part.ndim else part, leaves, retain_graph=True), arguments)


def _shaped(matrix: Any, arguments: Sequence[Any], outputs: Shape) -> Any:
    """Return a Jacobian as `check_callable` takes it: by argument where there are several, and arrays among them."""
    if len(arguments) == 1 or not any(map(_shape, arguments)):
        inputs = _shape(arguments[0]) if len(arguments) == 1 else (len(arguments),)
        return matrix.reshape((*outputs, *inputs))
    parts = np.split(matrix, np.cumsum([np.size(argument) for argument in arguments])[:-1], axis=1)
    return tuple(part.reshape((*outputs, *_shape(argument))) for part, argument in zip(parts, arguments, strict=True))


def _named(f: Callable[..., Any], function: Any) -> Callable[..., Any]:
    """Give a function of the arguments the name of a part of a Function, and the parameters of its forward."""
    f.__name__ = f"{function.__name__}.{f.__name__}"
    f.__signature__ = inspect.Signature(_parameters(function))  # type: ignore[attr-defined]
    return f


def _raised(error: Exception) -> BackwardMistake:
    if isinstance(error, DiffcompareError):
        kind = "shape" if "shape" in error.diagnostic.message else "error"
        return BackwardMistake(kind, f"{error.diagnostic.message}: {error.diagnostic.help}")
    return BackwardMistake("error", f"backward {describe_exception(error)}")
