"""Errors of the tape, each with what to do instead, and the checks that raise them.

E651  backward where no gradient can start or pass     E652  this part of the tape was read before, and is freed
E653  something that was saved is changed in place     E654  a Variable would leave the tape
E655  a `forward` or `backward` whose result does not fit
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from diffcompare.diagnostics import Diagnostic, DiffcompareError, shown


class TapeError(DiffcompareError, RuntimeError):
    """An error of the tape, with what to do instead; a RuntimeError as well, as in PyTorch."""

    def __init__(self, code: str, message: str, help: str) -> None:
        super().__init__(Diagnostic(code, "bad_value", message, help=help))


# --- Backward where no gradient can start or pass ---------------------------------------------------------------------


def no_gradient_starts() -> TapeError:
    """Return the error for a result below which no leaf requires a gradient."""
    help = "make it with Variable(..., requires_grad=True), and not under no_grad()"
    return TapeError("E651", "no leaf below this Variable requires a gradient", help)


def no_gradient_passes(what: str) -> TapeError:
    """Return the error for a Variable, such as an input, that no gradient passes."""
    return TapeError("E651", f"{what} requires no gradient, and none passes it", "make it with requires_grad=True")


def seed_values(output: Any, gradient: Any) -> Any:
    """Return the gradient that a sweep starts with, 1 for a single number, or raise TapeError if it does not fit."""
    if gradient is None and output.size != 1:
        message = f"backward of an array of shape {output.shape} needs a gradient of that shape"
        raise TapeError("E651", message, "take v.sum().backward(), or v.backward(np.ones(v.shape))")
    seed = np.ones(output.shape) if gradient is None else gradient
    if np.shape(seed) != output.shape:
        message = f"the gradient has shape {np.shape(seed)}, and the value {output.shape}"
        raise TapeError("E651", message, "give a gradient of the shape of the value")
    return seed


# --- Saved values that are gone or changed ----------------------------------------------------------------------------


def freed(node: Any) -> TapeError:
    """Return the error for saved values that an earlier sweep dropped."""
    help = "backward(retain_graph=True) keeps the tape for another one"
    return TapeError("E652", f"{node} was freed by an earlier backward", help)


def changed_in_place(node: Any) -> TapeError:
    """Return the error for saved values that are not what they were."""
    help = "make a new value (c = c + 1), or change it after backward"
    return TapeError("E653", f"a value that {node} saved was changed in place before backward", help)


def leaf_changes() -> TapeError:
    """Return the error for a leaf that changes in place while the tape records."""
    help = "write w = w + 1, or change it `with no_grad():`"
    return TapeError("E653", "a leaf that requires a gradient would change in place while it is recorded", help)


def leaves_the_tape() -> TapeError:
    """Return the error for a Variable that is asked for its plain number while it is followed."""
    help = "take np.sin for math.sin, np.stack for np.array, or the plain value v.data"
    return TapeError("E654", "a Variable that requires a gradient would leave the tape here", help)


# --- Results of forward and backward that do not fit ------------------------------------------------------------------


def real_numbers(value: Any, function: Any = None) -> Any:
    """Return a value, which the forward of a Function may have returned, as NumPy's doubles; narrower floats stay."""
    if type(value) is np.float64 or (type(value) is np.ndarray and value.dtype == float and value.ndim):
        return value
    array = np.asarray(value)
    if array.dtype.kind not in "fiub":
        taker = f"{function.__name__}.forward" if function else "Variable"
        message = f"{taker}: {shown(value)} is not a real number or an array of them"
        raise TapeError("E655", message, "np.stack makes one array of several Variables")
    return (array if array.dtype.kind == "f" else array.astype(float))[()]


def no_backward(node: Any) -> TapeError:
    """Return the error for a Function without a backward."""
    return TapeError("E655", f"{node} has no backward", "define backward(ctx, grad_output) as a static method")


def one_for_each_argument(returned: Any, node: Any) -> Sequence[Any]:
    """Return the gradients that a backward returned: one, or None, for every argument of its forward."""
    gradients: Sequence[Any] = returned if type(returned) in (tuple, list) else (returned,)
    arguments = len(node.next_functions)
    while len(gradients) > arguments and gradients[-1] is None:  # of an argument that was left out
        gradients = gradients[:-1]
    if len(gradients) != arguments:
        message = f"backward of {node} returned {len(gradients)} gradients for {arguments} arguments"
        raise TapeError("E655", message, "return one for every argument of forward, None where there is none")
    return gradients


def check_shape(have: tuple[int, ...], want: tuple[int, ...], source: Any) -> None:
    """Raise TapeError for a gradient of a shape that no broadcasting makes of the shape of its value.

    `source` is the node whose backward returned it, or says what did.
    """
    extra = len(have) - len(want)
    if extra < 0 or any(n not in (1, m) for n, m in zip(want, have[extra:], strict=True)):
        message = f"{source} returned a gradient of shape {have}, and {want} is wanted"
        raise TapeError("E655", message, "a gradient has the shape of its value")
