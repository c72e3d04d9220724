"""The growth of a recording: single operations of a NumPy operation are counted before it runs."""

import math

import numpy as np
import pytest
from rows import every_row

from diffcompare.diagnostics import DiffcompareError, ManyNumbers
from diffcompare.recording.growth import MAX_INPUTS, MAX_RECORDED, single_operations
from diffcompare.recording.recorder import record


@every_row(
    ("name", "method", "shapes", "count"),
    [
        ("tanh", "__call__", [(30, 40)], 1200),
        ("add", "__call__", [(30, 1), (1, 40)], 1200),
        ("add", "reduce", [(30, 40)], 1200),
        ("multiply", "outer", [(30,), (40,)], 1200),
        ("matmul", "__call__", [(30, 40), (40, 50)], 2 * 30 * 40 * 50),
        ("matmul", "__call__", [(30, 40), (40,)], 2 * 30 * 40),
        ("dot", "", [(40,), (40,)], 2 * 40),
        ("sum", "", [(30, 40)], 1200),
    ],
)
def test_operations_are_counted_from_shapes(name, method, shapes, count):
    assert single_operations(name, method, shapes) == count


def recorded(function, size, limit):
    names = [f"w{i}" for i in range(size)]
    from diffcompare.recording.arrays import function_argument

    return record(
        function, dict.fromkeys(names, 0.5), most=limit,
        call=lambda f, numbers: f(function_argument([numbers[name] for name in names], (size,))),
    )  # fmt: skip


def test_a_large_operation_is_refused_before_it_runs_and_says_how_many_there_are():
    with pytest.raises(ManyNumbers) as caught:
        recorded(lambda w: np.sum(np.sin(w)), 200, 300)
    assert "400 operations up to `sin`: at most 300" in str(caught.value)
    assert "np.sin(w)" in str(caught.value)
    assert caught.value.exit_code == DiffcompareError(caught.value.diagnostic).exit_code


def test_small_operations_and_loops_of_numbers_are_recorded_however_many_there_are():
    assert len(recorded(lambda w: sum(math.sin(x) for x in w), 200, 300).steps) == 400
    assert len(recorded(lambda w: np.sum(np.sin(w[:50])) + np.sum(w[50:90]), 90, 100).steps) > 100


def test_arrays_of_constants_and_moved_arrays_count_nothing():
    run = recorded(lambda w: np.sum(np.sin(np.zeros(1000))) + w.reshape(10, -1).T[3, 1], 200, 300)
    assert len(run.steps) == 1, "the sum of a constant and a number"


def test_a_recording_of_single_numbers_serves_some_hundred_thousand_operations():
    assert MAX_RECORDED == 200_000
    assert MAX_INPUTS < MAX_RECORDED
