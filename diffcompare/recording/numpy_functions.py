"""Functions of NumPy that need more than its own code over objects: choices, quantiles, interpolation, statistics."""

from __future__ import annotations

import bisect
import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from diffcompare.recording.elementwise import each, not_recorded, object_array, plain_array
from diffcompare.recording.linear_algebra import LINEAR_ALGEBRA
from diffcompare.recording.math_functions import FUNCTIONS as MATH_FUNCTIONS
from diffcompare.recording.matrix_values import with_values_of
from diffcompare.recording.recorded_number import plain


def _only(function: str, **options: Any) -> None:
    """Raise DiffcompareError for an option that is given and not recorded."""
    for name, value in options.items():
        if value is not None:
            raise not_recorded(f"np.{function} with {name}=", "write it out in arithmetic")


def _numbers(value: Any) -> Any:
    """Return an argument as an array of objects with at least one axis."""
    return np.atleast_1d(np.asarray(object_array(value), dtype=object))


# --- Choices ----------------------------------------------------------------------------------------------------------


def _truths(values: Any) -> Any:
    """Return the numbers of an array as truth values; each that is recorded decides."""
    values = np.asarray(values)
    if values.dtype != object:
        return values
    return np.array([bool(value) for value in values.ravel().tolist()], dtype=bool).reshape(values.shape)


def _where(condition: Any, *choices: Any) -> Any:
    """Choose element by element; only the numbers chosen are in the result."""
    return np.where(_truths(condition), *[object_array(choice) for choice in choices])


def _clip(array: Any, a_min: Any = None, a_max: Any = None, out: Any = None, *, min: Any = None, max: Any = None,
          **_: Any) -> Any:  # fmt: skip
    low, high = a_min if min is None else min, a_max if max is None else max
    result = array if low is None else each("maximum", array, low)
    result = result if high is None else each("minimum", result, high)
    if out is None:
        return result
    out[...] = result
    return out


def _is_close(a: Any, b: Any, **options: Any) -> Any:
    """Compare the values as they are here; the outcome is a constant of this path."""
    return np.isclose(plain_array(a), plain_array(b), **options)


def _like(fill: Any) -> Callable[..., Any]:
    def like(array: Any, *fills: Any, dtype: Any = None, shape: Any = None, **_: Any) -> Any:
        return np.full(np.shape(array) if shape is None else shape, fills[0] if fills else fill, dtype=object)

    return like


def _masked(function: Callable[..., Any], neutral: float) -> Callable[..., Any]:
    """Return a reduction whose `where` puts the neutral number in the other places."""

    def reduced(array: Any, *arguments: Any, where: Any = None, **options: Any) -> Any:
        array = object_array(array)
        return function(array if where is None else np.where(where, array, neutral), *arguments, **options)

    return reduced


# --- Between points ---------------------------------------------------------------------------------------------------


def _interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None) -> Any:
    """Interpolate linearly between points that increase."""
    _only("interp", period=period)
    points, values = _numbers(xp).tolist(), _numbers(fp).tolist()

    def at(number: Any) -> Any:
        place = bisect.bisect_right(points, number)
        if place == 0:
            return values[0] if left is None else left
        if place == len(points):
            return values[-1] if right is None or number == points[-1] else right
        slope = (values[place] - values[place - 1]) / (points[place] - points[place - 1])
        return slope * (number - points[place - 1]) + values[place - 1]

    return np.frompyfunc(at, 1, 1)(object_array(x))


def _quantile(array: Any, q: Any, axis: Any = None, *, method: str = "linear", keepdims: bool = False,
              **options: Any) -> Any:  # fmt: skip
    """Return the number at a fraction q of the sorted ones, between two of them along a straight line."""
    _only("quantile", **options, method=None if method == "linear" else method)
    array = np.asarray(object_array(array), dtype=object)
    flat = array.ravel() if axis is None else np.moveaxis(array, axis, 0)
    columns = np.sort(flat, axis=0)

    def at(fraction: Any) -> Any:
        position = fraction * (len(columns) - 1)
        place = min(math.floor(plain(position)), max(len(columns) - 2, 0))
        low, high, weight = columns[place], columns[min(place + 1, len(columns) - 1)], position - place
        row = low + (high - low) * weight if plain(weight) < 0.5 else high - (high - low) * (1 - weight)
        if keepdims:
            return np.reshape(row, (1,) * array.ndim) if axis is None else np.expand_dims(row, axis)
        return row

    fractions = object_array(q)
    if not np.ndim(fractions):
        return at(np.asarray(fractions, dtype=object)[()])
    return np.array([at(fraction) for fraction in fractions], dtype=object)


def _percentile(array: Any, q: Any, *arguments: Any, **options: Any) -> Any:
    return _quantile(array, np.true_divide(q, 100), *arguments, **options)


def _gradient(f: Any, *spacing: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """Return central differences inside and one-sided ones at the ends, along one axis or along each."""
    f = np.asarray(object_array(f), dtype=object)
    axes = tuple(range(f.ndim)) if axis is None else (axis,) if isinstance(axis, int) else tuple(axis)
    steps = spacing * len(axes) if len(spacing) == 1 else spacing or (1.0,) * len(axes)
    results = [np.moveaxis(_differences(np.moveaxis(f, a, 0), step, edge_order), 0, a)
               for a, step in zip(axes, steps, strict=True)]  # fmt: skip
    return results[0] if len(results) == 1 else tuple(results)


def _differences(f: Any, spacing: Any, edge_order: int) -> Any:
    """Return the differences along the first axis; the spacing is one number, or the coordinates."""
    spacing = object_array(spacing)
    result = np.empty_like(f)
    if not np.ndim(spacing):
        h = np.asarray(spacing, dtype=object)[()]
        before = after = np.full(len(f) - 1, h, dtype=object)
        result[1:-1] = (f[2:] - f[:-2]) / (2.0 * h)
    else:
        before = after = np.diff(spacing)
        left, right = (d.reshape(-1, *[1] * (f.ndim - 1)) for d in (before[:-1], before[1:]))
        result[1:-1] = (-right / (left * (left + right)) * f[:-2] + (right - left) / (left * right) * f[1:-1]
                        + left / (right * (left + right)) * f[2:])  # fmt: skip
    if edge_order == 1:
        result[0], result[-1] = (f[1] - f[0]) / before[0], (f[-1] - f[-2]) / after[-1]
        return result
    for end, one, two, near, far in (
        (0, 1, 2, before[0], before[1 % len(before)]),
        (-1, -2, -3, -after[-1], -after[-2]),
    ):
        result[end] = (-(2.0 * near + far) / (near * (near + far)) * f[end] + (near + far) / (near * far) * f[one]
                       - near / (far * (near + far)) * f[two])  # fmt: skip
    return result


def _geomspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, **options: Any) -> Any:
    _only("geomspace", **options)
    last = num - 1 if endpoint else num
    start, stop = (np.asarray(object_array(end), dtype=object)[()] for end in (start, stop))
    numbers = [start, *[start * (stop / start) ** (place / last) for place in range(1, num)]]
    if endpoint and num > 1:
        numbers[-1] = stop
    return np.array(numbers[:num], dtype=object)


# --- Statistics -------------------------------------------------------------------------------------------------------


def _std(*arguments: Any, **options: Any) -> Any:
    return each("sqrt", np.var(*arguments, **options))


def _cov(m: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: Any = None, **options: Any) -> Any:
    _only("cov", **options)
    rows = np.atleast_2d(object_array(m))
    rows = rows if rowvar or len(rows) == 1 else rows.T
    if y is not None:
        others = np.atleast_2d(object_array(y))
        rows = np.concatenate([rows, others if rowvar or len(others) == 1 else others.T])
    rows = rows - rows.mean(axis=1, keepdims=True)
    return np.squeeze(rows @ rows.T / (rows.shape[1] - (1 - bias if ddof is None else ddof)))


def _corrcoef(x: Any, y: Any = None, rowvar: bool = True, **options: Any) -> Any:
    _only("corrcoef", **options)
    covariance = _cov(x, y, rowvar)
    if covariance.ndim == 0:
        return covariance[()] / covariance[()]
    deviation = each("sqrt", np.diag(covariance))
    return covariance / deviation[:, None] / deviation[None, :]


def _bincount(x: Any, weights: Any = None, minlength: int = 0) -> Any:
    if weights is None:
        return np.bincount(x, minlength=minlength)
    places = np.asarray(x).tolist()
    totals = np.array([0.0] * max(minlength, max(places, default=-1) + 1), dtype=object)
    for place, weight in zip(places, _numbers(weights), strict=True):
        totals[place] += weight
    return totals


def _polyfit(x: Any, y: Any, deg: int, **options: Any) -> Any:
    _only("polyfit", **options)

    @with_values_of(functools.partial(np.polyfit, deg=deg))
    def fit(x: Any, y: Any) -> Any:
        return LINEAR_ALGEBRA["lstsq"](np.vander(x, deg + 1), y)[0]

    return fit(x, y)


def _roots(p: Any) -> Any:
    raise not_recorded("np.roots", "find one root by Newton's method, which is recorded")


# --- Numbers ----------------------------------------------------------------------------------------------------------


def _sinc(x: Any) -> Any:
    def at(number: Any) -> Any:
        scaled = number * math.pi
        return 1.0 if number == 0 else MATH_FUNCTIONS["sin"](scaled) / scaled

    return np.frompyfunc(at, 1, 1)(object_array(x))


def _round(a: Any, decimals: int = 0, **_: Any) -> Any:
    if decimals == 0:
        return each("rint", a)
    scale = 10.0 ** abs(decimals)
    return each("rint", a * scale) / scale if decimals > 0 else each("rint", a / scale) * scale


def _insert(arr: Any, obj: Any, values: Any, axis: Any = None) -> Any:
    return np.insert(np.asarray(object_array(arr), dtype=object), obj, object_array(values), axis)


# NumPy's functions by name.
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "where": _where, "clip": _clip, "isclose": _is_close, "allclose": lambda *a, **o: bool(np.all(_is_close(*a, **o))),
    "array_equal": lambda a, b, **_: np.array_equal(plain_array(a), plain_array(b)),
    "any": lambda a, *arguments, **options: np.any(_truths(a), *arguments, **options),
    "all": lambda a, *arguments, **options: np.all(_truths(a), *arguments, **options),
    "zeros_like": _like(0.0), "ones_like": _like(1.0), "empty_like": _like(0.0), "full_like": _like(None),
    "sum": _masked(np.sum, 0.0), "prod": _masked(np.prod, 1.0), "std": _std, "cov": _cov, "corrcoef": _corrcoef,
    "quantile": _quantile, "percentile": _percentile,
    "insert": _insert,
    "interp": _interp, "gradient": _gradient, "geomspace": _geomspace, "bincount": _bincount, "polyfit": _polyfit,
    "sinc": _sinc, "round": _round, "around": _round, "fix": functools.partial(each, "trunc"),
    "roots": _roots,
}  # fmt: skip
