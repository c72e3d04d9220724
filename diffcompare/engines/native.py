"""A user's Python function as it is written for a library: its own tensors come in, and it differentiates them."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from diffcompare.diagnostics import DiffcompareError
from diffcompare.engines.registry import NATIVE, NATIVE_FORWARD
from diffcompare.inputs.function_point import FunctionPoint, flat_numbers, nest
from diffcompare.recording.outcome import no_number, raised

# Takes a function of arrays, which it is given in a list, and those arrays as nested lists of doubles; returns the
# value, and the gradient with respect to each array unless `value_only`.
Differentiate: TypeAlias = Callable[[Callable[..., Any], list[Any], bool], tuple[Any, list[Any]]]


class NativeAnswer(NamedTuple):
    """The value of a function, and its partials by flat name; none where only the value was asked for."""

    value: float
    gradient: dict[str, float]


def _torch(f: Callable[..., Any], arrays: list[Any], value_only: bool) -> tuple[Any, list[Any]]:
    import torch

    inputs = [torch.tensor(array, dtype=torch.float64, requires_grad=not value_only) for array in arrays]
    value = f(*inputs)
    if value_only or not isinstance(value, torch.Tensor) or not value.requires_grad:
        return value, [0.0 * torch.as_tensor(array) for array in inputs]
    return value.detach(), list(torch.autograd.grad(value, inputs, materialize_grads=True))


def _jax(f: Callable[..., Any], arrays: list[Any], value_only: bool) -> tuple[Any, list[Any]]:
    import jax

    jax.config.update("jax_enable_x64", True)
    inputs = [jax.numpy.asarray(array, dtype=float) for array in arrays]
    if value_only:
        return f(*inputs), []
    value, gradient = jax.value_and_grad(f, tuple(range(len(inputs))))(*inputs)
    return value, list(gradient)


def _autograd(f: Callable[..., Any], arrays: list[Any], value_only: bool) -> tuple[Any, list[Any]]:
    import autograd.numpy as numpy
    from autograd.differential_operators import value_and_grad

    inputs = [numpy.array(array) if isinstance(array, list) else array for array in arrays]
    if value_only:
        return f(*inputs), []
    value, gradient = value_and_grad(f, tuple(range(len(inputs))))(*inputs)
    return value, list(gradient)


# --- Forward mode: a run for every number, whose seed is 1 for it and 0 for the others --------------------------------

Derivative: TypeAlias = Callable[[list[Any]], tuple[Any, Any]]  # of the value along seeds, nested lists like the inputs


def _along_each_number(arrays: Sequence[Any], derivative: Derivative) -> tuple[Any, list[Any]]:
    """Return the value, and a derivative for every number of every input in row order."""
    sizes = [len(flat_numbers(array)[0]) for array in arrays]
    shapes = [flat_numbers(array)[1] for array in arrays]
    value, gradient = math.nan, []
    for i, size in enumerate(sizes):
        partials = []
        for place in range(size):
            numbers = [[float(i == k and place == n) for n in range(sizes[k])] for k in range(len(sizes))]
            value, tangent = derivative([nest(row, shape) for row, shape in zip(numbers, shapes, strict=True)])
            partials.append(float(tangent))
        gradient.append(partials)
    return value, gradient


def _torch_forward(f: Callable[..., Any], arrays: list[Any], value_only: bool) -> tuple[Any, list[Any]]:
    import torch

    if value_only:
        return _torch(f, arrays, value_only)
    inputs = tuple(torch.tensor(array, dtype=torch.float64) for array in arrays)

    def derivative(seeds: list[Any]) -> tuple[Any, Any]:
        moves = tuple(torch.tensor(seed, dtype=torch.float64) for seed in seeds)
        with warnings.catch_warnings():  # PyTorch 2.13 warns of what it calls itself
            warnings.filterwarnings("ignore", r".*torch\.jit\.script", DeprecationWarning)
            value, tangent = torch.func.jvp(lambda *xs: torch.as_tensor(f(*xs)), inputs, moves)
        return value, tangent

    return _along_each_number(arrays, derivative)


def _jax_forward(f: Callable[..., Any], arrays: list[Any], value_only: bool) -> tuple[Any, list[Any]]:
    import jax

    if value_only:
        return _jax(f, arrays, value_only)
    jax.config.update("jax_enable_x64", True)
    inputs = [jax.numpy.asarray(array, dtype=float) for array in arrays]

    def derivative(seeds: list[Any]) -> tuple[Any, Any]:
        value, tangent = jax.jvp(f, inputs, [jax.numpy.asarray(seed, dtype=float) for seed in seeds])
        return value, tangent

    return _along_each_number(arrays, derivative)


def _autograd_forward(f: Callable[..., Any], arrays: list[Any], value_only: bool) -> tuple[Any, list[Any]]:
    import autograd
    import autograd.numpy as numpy

    if value_only:
        return _autograd(f, arrays, value_only)
    inputs = [numpy.array(array) if isinstance(array, list) else array for array in arrays]

    def derivative(seeds: list[Any]) -> tuple[Any, Any]:
        moves = [numpy.array(seed) for seed in seeds]
        moved = next(i for i, move in enumerate(moves) if numpy.any(move))  # it takes one input at a time
        value, tangent = autograd.make_jvp(f, moved)(*inputs)(moves[moved])
        return value, tangent

    return _along_each_number(arrays, derivative)


LIBRARIES: Mapping[str, Mapping[str, Differentiate]] = {
    "torch": {NATIVE: _torch, NATIVE_FORWARD: _torch_forward},
    "jax": {NATIVE: _jax, NATIVE_FORWARD: _jax_forward},
    "autograd": {NATIVE: _autograd, NATIVE_FORWARD: _autograd_forward},
}


def native_answer(
    library: str,
    function: Callable[..., Any],
    at: FunctionPoint,
    point: Mapping[str, float] | None = None,
    *,
    value_only: bool = False,
    mode: str = NATIVE,
) -> NativeAnswer:
    """Return the value and the gradient that a library computes of a function, called with the library's own arrays.

    `point` is another point by flat name.  Counts stay integers.  Raises DiffcompareError for whatever goes wrong.
    """
    numbers = at.point if point is None else point
    parameters = [parameter for parameter in at.parameters if parameter.name not in at.fixed]
    arrays = [nest([numbers[name] for name in p.names], p.shape) for p in parameters]

    def f(*inputs: Any) -> Any:
        named = {p.name: array for p, array in zip(parameters, inputs, strict=True)}
        return at.call_with(function, named)

    try:
        value, gradient = LIBRARIES[library][mode](f, arrays, value_only)
        flat: dict[str, float] = {}
        for parameter, partials in zip(parameters, gradient, strict=False):
            numbers_of = partials if isinstance(partials, list) else partials.reshape(-1).tolist()
            flat |= dict(zip(parameter.names, map(float, numbers_of), strict=True))
    except DiffcompareError:
        raise
    except (Exception, SystemExit) as error:
        raise raised(error) from error
    try:
        return NativeAnswer(float(value), flat)
    except (TypeError, ValueError, RuntimeError):  # each library has an error of its own
        raise no_number(value, function) from None


def computed_by(library: str, function: Callable[..., Any]) -> Callable[..., float]:
    """Return a function of NumPy arrays and doubles whose values a library computes with its own arrays of doubles.

    Whatever else it is called with, such as counts, goes to the user's function as it is.
    """

    def value(*positional: Any, **named: Any) -> float:
        arguments = [*positional, *named.values()]
        moving = [i for i, argument in enumerate(arguments) if type(argument) is float or hasattr(argument, "tolist")]

        def f(*arrays: Any) -> Any:
            filled = dict(enumerate(arguments)) | dict(zip(moving, arrays, strict=True))
            by_name = {name: filled[len(positional) + i] for i, name in enumerate(named)}
            return function(*[filled[i] for i in range(len(positional))], **by_name)

        return float(LIBRARIES[library][NATIVE](f, [arguments[i] for i in moving], True)[0])

    return value
