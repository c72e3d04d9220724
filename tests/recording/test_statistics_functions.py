"""Statistics of recorded numbers: the values of `statistics`, and derivatives of central differences."""

import statistics

import pytest
from rows import every_row

from diffcompare.diagnostics import DiffcompareError
from diffcompare.inputs.python_function import program
from diffcompare.language.parser import parse
from diffcompare.recording.recorder import record


@every_row(
    "function",
    [
        lambda x, y: statistics.mean([x, y, 2.0]), lambda x, y: statistics.mean(v for v in (x, y)), lambda x, y: statistics.fmean([x, y, 2.0]),
        lambda x, y: statistics.fmean([x, y], weights=[1.0, y]), lambda x, y: statistics.geometric_mean([x, y, 2.0]),
        lambda x, y: statistics.harmonic_mean([x, y, 2.0]), lambda x, y: statistics.harmonic_mean([x, y], weights=[3.0, 1.0]),
        lambda x, y: statistics.variance([x, y, 2.0]), lambda x, y: statistics.variance([x, y, 2.0], xbar=x),
        lambda x, y: statistics.pvariance([x, y, 2.0]), lambda x, y: statistics.stdev([x, y, 2.0]), lambda x, y: statistics.pstdev([x, y]),
        lambda x, y: statistics.covariance([x, y, 2.0], [1.0, x, 0.5]), lambda x, y: statistics.correlation([x, y, 2.0], [1.0, x, 0.5]),
        lambda x, y: statistics.mean([1, 2, 4]) * x * y,
    ],
)  # fmt: skip
def test_values_are_those_of_statistics_and_derivatives_those_of_differences(function):
    x, y, h = 0.3, 0.7, 1e-6
    tape = record(function, {"x": x, "y": y})
    assert tape.value == function(x, y)
    slopes = [(function(x + h, y) - function(x - h, y)) / (2 * h), (function(x, y + h) - function(x, y - h)) / (2 * h)]
    assert list(tape.gradient().values()) == pytest.approx(slopes, rel=1e-7, abs=1e-9)
    assert all(node.place.file == __file__ for node in tape.steps)


def test_what_statistics_raises_is_told():
    with pytest.raises(DiffcompareError, match="StatisticsError: variance requires at least two data points"):
        record(lambda x: statistics.variance([x]), {"x": 1.0})


def test_statistics_are_formulas_for_every_input():
    assert program(lambda x: statistics.mean([x, 2.0]), {"x": 1.0}, "f").formula is parse("(x + 2)/2")
    assert program(lambda x: statistics.fmean([x, 2.0], weights=[x, 1.0]), {"x": 1.0}, "f").formula is parse(
        "(x*x + 2)/(x + 1)"
    )
