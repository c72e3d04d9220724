"""Rearranged arrays, running sums and stacks on the tape: first and second derivatives against differences."""

import numpy as np
import pytest
from rows import every_row
from tape_orders import check, leaf

from diffcompare.tape import TapeError

ROWS = np.random.default_rng(1).normal(size=(3, 4))


@every_row(
    "function",
    [
        lambda a: np.flip(a, 0), lambda a: np.roll(a, 1, 1), lambda a: np.repeat(a, 2, 0), lambda a: np.tile(a, (2, 1)),
        lambda a: np.pad(a, 1), lambda a: np.pad(a, ((1, 0), (2, 1)), constant_values=3.0), np.tril,
        lambda a: np.pad(a, 1, mode="edge"), lambda a: np.triu(a, 1), lambda a: np.diag(a[0]), np.diag, np.sort,
        lambda a: np.sort(a, axis=None), np.cumsum, lambda a: np.cumsum(a, axis=1), lambda a: np.cumprod(a, axis=0),
        np.diff, lambda a: np.diff(a, 2), lambda a: np.diff(a, axis=0), lambda a: np.take(a, [0, 2, 0], axis=0),
        lambda a: np.append(a, a[:1], axis=0), lambda a: np.column_stack([a[0], a[1]]), lambda a: np.squeeze(a[None]),
        lambda a: np.expand_dims(a, 1), lambda a: np.moveaxis(a, 0, 1), np.rot90, lambda a: np.delete(a, 1, 0),
        lambda a: np.split(a, 2, axis=1)[1], lambda a: np.atleast_2d(a[0]), lambda a: np.diagonal(a),
    ],
)  # fmt: skip
def test_both_orders_are_those_of_differences(function):
    check(function, ROWS)


def test_an_unknown_margin_is_named():
    with pytest.raises(TapeError, match="mode='mean'"):
        np.pad(leaf(ROWS), 1, mode="mean")
