"""Statistics gathered block by block are those of all numbers at once."""

from __future__ import annotations

import math

import numpy as np
import pytest

from diffcompare.grids.error_statistics import ErrorStatistics, ulps_between


def test_they_are_those_of_all_numbers():
    random = np.random.default_rng(2)
    errors = 10.0 ** random.uniform(-3, 12, 5_000)
    errors[random.integers(0, 5_000, 900)] = 0.0
    errors[[7, 4_000]] = math.nan
    errors[3_210] = 7e12
    statistics = ErrorStatistics(10)
    codes = np.zeros(5_000, dtype=np.uint8)
    codes[[7, 4_000]] = 2
    for start in range(0, 5_000, 1_024):
        block = slice(start, min(start + 1_024, 5_000))
        places = np.arange(5_000)[block]
        statistics.add(errors[block], start, places * 10 // 5_000, codes[block])
    assert statistics.median == pytest.approx(np.nanmedian(errors), rel=0.05)
    assert statistics.root_mean_square == pytest.approx(math.sqrt(np.nanmean(errors**2)))
    assert (statistics.largest, statistics.place) == (7e12, 3_210)
    assert statistics.count == 4_998
    assert (dict(statistics.codes), statistics.first) == ({2: 2}, {2: 7})
    assert statistics.along[6] == 7e12
    assert np.argmax(statistics.along) == 6


def test_without_an_error_there_are_no_statistics():
    statistics = ErrorStatistics(3)
    statistics.add(np.full(4, np.nan), 0, np.zeros(4, dtype=int), None)
    assert (statistics.median, statistics.root_mean_square, statistics.place) == (None, None, -1)


def test_ulps_are_those_of_the_reference():
    numbers = np.array([1.0, 1.0 + 2**-51, 0.0, 1e-300, math.inf, 3.0])
    references = np.array([1.0, 1.0, 0.0, 0.0, 1.0, math.nan])
    np.testing.assert_array_equal(ulps_between(numbers, references), [0.0, 2.0, 0.0, math.nan, math.nan, math.nan])
