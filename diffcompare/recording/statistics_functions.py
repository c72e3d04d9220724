"""The functions of `statistics` for recorded numbers: written out in sums, with the values of `statistics`."""

from __future__ import annotations

import functools
import statistics
import sys
from collections.abc import Callable, Iterable
from typing import Any

from diffcompare.language.operations import OPERATIONS
from diffcompare.recording.math_functions import FUNCTIONS as MATH_FUNCTIONS
from diffcompare.recording.math_functions import Relocated
from diffcompare.recording.recorded_number import RecordedNumber, plain, record_valued
from diffcompare.recording.source_lines import user_frame
from diffcompare.recording.valueless import ANY_NUMBER, has_no_value

_sum, _sqrt, _log, _exp = (MATH_FUNCTIONS[name] for name in ("fsum", "sqrt", "log", "exp"))


def _statistic(written_out: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of data: that of `statistics` for plain numbers, else what is written out, with its value."""
    function = getattr(statistics, written_out.__name__.removeprefix("_"))

    @functools.wraps(function)
    def statistic(*data: Any, **options: Any) -> Any:
        data, options = tuple(map(_listed, data)), {name: _listed(option) for name, option in options.items()}
        if not any(map(_holds_recorded, [*data, *options.values()])):
            return function(*data, **options)
        numbers = [_plain(each) for each in data]
        named = {name: _plain(option) for name, option in options.items()}
        known = not any(map(_lacks_value, [*numbers, *named.values()]))
        value = function(*numbers, **named) if known else ANY_NUMBER
        frame = user_frame(sys._getframe(1))
        with Relocated(frame):
            above, below = written_out(*data, **options)
            return record_valued(OPERATIONS["/"], value, (above, below), frame)

    return statistic


def _listed(data: Any) -> Any:
    return list(data) if isinstance(data, Iterable) else data


def _plain(data: Any) -> Any:
    return list(map(plain, data)) if isinstance(data, list) else plain(data)


def _holds_recorded(data: Any) -> bool:
    return any(type(number) is RecordedNumber for number in (data if isinstance(data, list) else [data]))


def _lacks_value(data: Any) -> bool:
    return has_no_value(data if isinstance(data, list) else [data])


# Each returns the numerator and the denominator of its last quotient.


def _mean(data: list[Any]) -> Any:
    return _sum(data), len(data)


def _fmean(data: list[Any], weights: Any = None) -> Any:
    if weights is None:
        return _mean(data)
    return _sum([number * weight for number, weight in zip(data, weights, strict=True)]), _sum(weights)


def _geometric_mean(data: list[Any]) -> Any:
    return _exp(_sum(map(_log, data)) / len(data)), 1.0


def _harmonic_mean(data: list[Any], weights: Any = None) -> Any:
    weights = [1.0] * len(data) if weights is None else list(weights)
    return _sum(weights), _sum([weight / number for number, weight in zip(data, weights, strict=True)])


def _products(x: list[Any], y: list[Any], center: Any = None) -> Any:
    """Return the sum of the products of the deviations."""
    middle, other = _sum(x) / len(x) if center is None else center, _sum(y) / len(y) if center is None else center
    return _sum([(one - middle) * (two - other) for one, two in zip(x, y, strict=True)])


def _variance(data: list[Any], xbar: Any = None) -> Any:
    return _products(data, data, xbar), len(data) - 1


def _pvariance(data: list[Any], mu: Any = None) -> Any:
    return _products(data, data, mu), len(data)


def _stdev(data: list[Any], xbar: Any = None) -> Any:
    return _sqrt(_products(data, data, xbar) / (len(data) - 1)), 1.0


def _pstdev(data: list[Any], mu: Any = None) -> Any:
    return _sqrt(_products(data, data, mu) / len(data)), 1.0


def _covariance(x: list[Any], y: list[Any], /) -> Any:
    return _products(x, y), len(x) - 1


def _correlation(x: list[Any], y: list[Any], /) -> Any:
    return _products(x, y), _sqrt(_products(x, x) * _products(y, y))


# The recorded functions by the name in `statistics`.
FUNCTIONS: dict[str, Callable[..., Any]] = {
    function.__name__.removeprefix("_"): _statistic(function)
    for function in (
        _mean, _fmean, _geometric_mean, _harmonic_mean, _variance, _pvariance, _stdev, _pstdev, _covariance,
        _correlation,
    )
}  # fmt: skip
