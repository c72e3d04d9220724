"""A user's Python function as it is written for a library: its own tensors come in, and it differentiates them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

from diffcompare.diagnostics import DiffcompareError
from diffcompare.inputs.function_point import FunctionPoint, nest
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


LIBRARIES: Mapping[str, Differentiate] = {"torch": _torch, "jax": _jax, "autograd": _autograd}


def native_answer(
    library: str,
    function: Callable[..., Any],
    at: FunctionPoint,
    point: Mapping[str, float] | None = None,
    *,
    value_only: bool = False,
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
        value, gradient = LIBRARIES[library](f, arrays, value_only)
        flat: dict[str, float] = {}
        for parameter, partials in zip(parameters, gradient, strict=False):
            flat |= dict(zip(parameter.names, map(float, partials.reshape(-1).tolist()), strict=True))
    except DiffcompareError:
        raise
    except (Exception, SystemExit) as error:
        raise raised(error) from error
    try:
        return NativeAnswer(float(value), flat)
    except (TypeError, ValueError, RuntimeError):  # each library has an error of its own
        raise no_number(value, function) from None
