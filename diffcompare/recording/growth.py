"""The growth of a recording: the number of single operations of a NumPy operation, known before it runs.

Number by number a recording serves some 10^5 operations: at 2 * 10^5 the truth and all methods but one run out of their
five seconds (measured with `np.sum(np.tanh(W @ X)**2)`), and a table of every partial is thousands of lines.  Beyond,
operations on arrays go through the array nodes of `diffcompare.tape`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from diffcompare.recording.recorded_number import RecordedNumber, open_tapes
from diffcompare.recording.refusals import many_numbers

MAX_RECORDED = 200_000  # entries of a tape that operations on arrays may make
MAX_INPUTS = 2_000  # numbers at a point: a table has a row for each, and each method
MIN_ARRAY = 100  # single operations: what is smaller is recorded however long the tape is, as in a loop of numbers

# Functions of NumPy's that multiply and add over axes; all others that compute take some operations a number.
_PRODUCTS = frozenset(
    ("matmul", "dot", "inner", "vdot", "tensordot", "einsum", "convolve", "correlate", "vecdot", "matvec", "vecmat")
)
_MOVERS = frozenset(
    ("reshape", "ravel", "transpose", "swapaxes", "moveaxis", "expand_dims", "squeeze", "concatenate", "stack",
     "hstack", "vstack", "shape", "ndim", "size", "copy", "split", "take", "flip", "roll", "broadcast_to", "zeros_like",
     "ones_like", "empty_like", "full_like", "repeat", "tile")
)  # fmt: skip


def expect(name: str, method: str, inputs: Sequence[Any]) -> None:
    """Raise ManyNumbers where an operation on arrays would make the tape longer than it may become."""
    tape = open_tapes()[-1] if open_tapes() else None
    if tape is None or tape.most is None or name in _MOVERS:
        return
    count = single_operations(name, method, [value.shape for value in inputs if hasattr(value, "dtype")])
    if count >= MIN_ARRAY and len(tape.entries) + count > tape.most and any(map(_is_recorded, inputs)):
        refused = many_numbers(f"operations up to `{name}`", len(tape.entries) + count, tape.most)
        tape.refusal = tape.refusal or refused
        raise refused


def single_operations(name: str, method: str, shapes: Sequence[tuple[int, ...]]) -> int:
    """Return the number of operations on single numbers of a function of NumPy's, from the shapes of its arrays."""
    sizes = [math.prod(shape) for shape in shapes]
    if name in ("outer", "kron") or method == "outer":
        return math.prod(sizes)
    if name in _PRODUCTS and len(shapes) > 1:
        shared = shapes[0][-1] if shapes[0] else 1
        return 2 * math.prod(sizes[:2]) // max(shared, 1)
    if method != "__call__":
        return max(sizes, default=0)
    return math.prod(max(lengths) for lengths in zip_longest(*[shape[::-1] for shape in shapes], fillvalue=1))


def _is_recorded(value: Any) -> bool:
    """Tell whether a value is a recorded number or an array with such: an array of constants records nothing."""
    if hasattr(type(value), "without_numbers_of"):
        return any(type(number) is RecordedNumber for number in value.flat)
    return type(value) is RecordedNumber
