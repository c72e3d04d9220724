"""Arrays of a program on the tape behave as NumPy's: views, changes in place, and what cannot be followed is refused.

Every program is run plainly, too: value and slopes of the plain run are what the tape has to say.
"""

import math
from contextlib import suppress

import numpy as np
import pytest
from rows import every_row

from diffcompare import DiffcompareError
from diffcompare.inputs.function_point import function_point
from diffcompare.tape.array_run import Direction, gradient_on_arrays, slope_by_gradient, slope_of

START = np.random.default_rng(3).normal(size=12)
MATRIX = np.arange(12.0).reshape(3, 4)
OUTSIDE = np.zeros(5)


def written_through_a_view(x):
    y = x.reshape(3, 4)
    y[0] = 0
    return np.sum(x**2)


def a_view_of_a_view(x):
    y = x[::2]
    z = y[1:]
    z *= 3
    return np.sum(x * np.arange(12))


def a_view_sees_a_later_change(x):
    y = x[1:4]
    x[2] = 10
    return y.sum() * x[0]


def a_fancy_index_copies(x):
    y = x[[1, 2, 3]]
    x[2] = 10
    return np.sum(y**2) + x[2]


def an_alias(x):
    y = x
    y += x[0]
    return np.sum(x**2)


def flatten_copies(x):
    y = x.flatten()
    y[3] = y[4] * 2
    return np.sum(x**2) + y[3]


def ravel_does_not(x):
    y = x.ravel()
    y[3] = y[4] * 2
    return np.sum(x**2)


def rows_exchanged_through_views(x):
    m = x.reshape(3, 4)
    m[0], m[1] = m[1], m[0]  # NumPy writes row 1 over both
    return np.sum(m * MATRIX)


def rows_exchanged_by_an_index(x):
    m = x.reshape(3, 4)
    m[[0, 1]] = m[[1, 0]]
    return np.sum(m * MATRIX)


def rows_in_a_loop(x):
    for row in x.reshape(3, 4):
        row *= row[0]
    return np.sum(x * np.arange(12))


def through_a_mask(x):
    x[x > 0] *= 2
    return np.sum(x**3)


def reversed_and_transposed(x):
    x[::-1][0] = 3 * x[1]
    x.reshape(3, 4).T[1, 2] = x[0] ** 2
    np.flip(x)[2] = x[4] * x[5]
    return np.sum(x**2)


def overlapping(x):
    y = np.zeros_like(x)
    y[1:] = x[:-1]
    y[1:] += y[:-1]
    return np.sum(y * np.arange(12))


def parts_of_a_split(x):
    a, b = np.split(x, 2)
    a *= b
    return np.sum(x)


def entry_by_entry(x):
    out = np.zeros(12)
    for i in range(12):
        out[i] = x[i] * out[i - 1] + math.sin(x[i]) if i else x[i]
    return out[-1]


def an_entry_is_a_copy(x):
    s = x[0]
    s += x[1]
    y = np.zeros(3)
    y[0] = s
    y[1] = y[0]
    y[0] = 7
    return y.sum() * x[0] * s


def into_an_array_of_its_own(x):
    out = np.empty(12)
    np.multiply(x, x, out=out)
    np.add.at(out, [0, 0, 1], x[3:6])
    return np.sum(out**2)


def a_stencil(x):
    u = np.zeros((4, 12))
    u[0] = x
    for k in range(3):
        u[k + 1, 1:-1] = u[k, 1:-1] + 0.1 * (u[k, 2:] - 2 * u[k, 1:-1] + u[k, :-2])
    return np.sum(u[-1] ** 2)


def in_containers_and_objects(x):
    kept = {"y": x * 2}
    z = kept["y"]
    z -= x
    return np.sum(kept["y"] ** 2)


def sorted_and_filled(x):
    y = x.copy()
    y.sort()
    m = np.eye(4)
    np.fill_diagonal(m, y[:4])
    m.reshape(-1)[1] = x[5]
    return np.sum(m @ m) + sorted(x)[2] * max(x)


PROGRAMS = [
    written_through_a_view, a_view_of_a_view, a_view_sees_a_later_change, a_fancy_index_copies, an_alias,
    flatten_copies, ravel_does_not, rows_exchanged_through_views, rows_exchanged_by_an_index, rows_in_a_loop,
    through_a_mask, reversed_and_transposed, overlapping, parts_of_a_split, entry_by_entry, an_entry_is_a_copy,
    into_an_array_of_its_own, a_stencil, in_containers_and_objects, sorted_and_filled,
]  # fmt: skip


@every_row("program", PROGRAMS)
def test_changes_in_place_are_those_of_numpy(program):
    at = function_point(program, {"x": START}, "f")
    result = gradient_on_arrays(program, at, None)
    assert result.value == pytest.approx(program(START.copy()), rel=1e-13)
    for direction in (Direction(), Direction(seed=2), Direction("x", 0), Direction("x", 4)):
        measured = slope_of(program, at, direction)
        assert slope_by_gradient(result, at, direction) == pytest.approx(measured.value, rel=1e-6, abs=1e-9)


def a_copy_or_a_view(x):
    y = x.reshape(3, 4).T.reshape(-1)
    y[0] = 5
    return np.sum(x**2)


def into_an_array_outside(x):
    OUTSIDE[:] = x[:5]
    return OUTSIDE.sum()


def added_to_an_array_outside(x):
    b = np.linspace(0, 1, 12)
    b += x
    return b.sum()


def into_a_broadcast_array(x):
    y = np.broadcast_to(x[:3], (4, 3))
    y[0] = x[0]
    return y.sum()


@every_row(
    ("program", "words"),
    [
        (a_copy_or_a_view, "write .copy()"),
        (into_an_array_outside, "make the array inside the function"),
        (added_to_an_array_outside, "make the array inside the function"),
        (into_a_broadcast_array, "np.broadcast_to"),
        (lambda x: float(x[0]) * 2, "without float"),
        (lambda x: x.astype(int).sum(), "astype"),
        (lambda x: x[x[0]], "an index"),
        (lambda x: np.sum(x, where=x > 0), "np.sum with these arguments"),
        (lambda x: np.add(x, 1, where=x > 0), "np.where"),
        (lambda x: np.median(x), "`np.median` is not recorded"),
        (lambda x: np.linalg.svd(x.reshape(3, 4))[1].sum(), "`np.linalg.svd` is not recorded"),
        (lambda x: x.flat[0], "`.flat`"),
        (lambda x: np.sum(x, dtype=np.float32), "dtype=float32"),
        (lambda x: setattr(x, "shape", (3, 4)), "a.reshape"),
    ],
)
def test_what_cannot_be_followed_is_refused_with_the_line(program, words):
    with pytest.raises(DiffcompareError) as caught:
        gradient_on_arrays(program, function_point(program, {"x": START}, "f"), None)
    assert caught.value.diagnostic.code == "E584"
    assert words in str(caught.value)
    assert caught.value.diagnostic.span is not None


def test_a_refusal_is_told_although_the_function_catches_it():
    def hides_it(x):
        with suppress(Exception):
            OUTSIDE[0] = x[0]
        return x.sum()

    with pytest.raises(DiffcompareError, match="inside the function"):
        gradient_on_arrays(hides_it, function_point(hides_it, {"x": START}, "f"), None)


def test_arrays_look_like_plain_ones():
    seen = []

    def look(x):
        seen.append((isinstance(x, np.ndarray), isinstance(x[0], float), x.shape, len(x), f"{x[0]:.3f}", str(x[1])))
        return x[0] if x[0] > 5 and isinstance(x, np.ndarray) else x[1]

    look(START)
    gradient = gradient_on_arrays(look, function_point(look, {"x": START}, "f"), None).gradient["x"]
    assert seen[0] == seen[1]
    assert gradient.tolist() == [0.0, 1.0] + [0.0] * 10


def test_an_array_that_was_used_may_change_afterwards():
    data = np.ones(12)

    def changes_its_data(x):
        y = x * data
        data[:] = 5
        return np.sum(y)

    gradient = gradient_on_arrays(changes_its_data, function_point(changes_its_data, {"x": START}, "f"), None)
    assert gradient.gradient["x"].tolist() == [1.0] * 12
    assert data.flags.writeable
