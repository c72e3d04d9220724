"""Array programs, recorded: their values are those of plain calls and their gradients those of central differences."""

import numpy as np
import pytest

from diffcompare.recording.arrays import recorded_array
from diffcompare.recording.recorder import record


def recorded(function, w):
    """Record a function of one array, whose numbers are the variables."""
    w = np.asarray(w, float)
    point = {f"w{list(index)}": float(w[index]) for index in np.ndindex(w.shape)}
    return record(function, point, call=lambda f, numbers: f(recorded_array(list(numbers.values())).reshape(w.shape)))


def check_program(function, w, ulp=0):
    """Compare a recording with plain calls: values to some units in the last place, derivatives to 6 digits."""
    w = np.asarray(w, float)

    def numbers(v):
        return np.ravel(np.asarray(function(v.copy()), float))

    try:
        plain = numbers(w)
    except (AttributeError, TypeError) as missing:  # the function runs in NumPy 2 only
        if np.lib.NumpyVersion(np.__version__) >= "2.0.0":
            raise
        pytest.skip(str(missing))
    tape = recorded(function, w)
    np.testing.assert_array_max_ulp(np.array(tape.output_values, float), plain, ulp)
    for index, name in zip(np.ndindex(w.shape), tape.point, strict=True):
        shift = np.zeros_like(w)
        shift[index] = 1e-6
        slopes = (numbers(w + shift) - numbers(w - shift)) / 2e-6
        partials = [tape.gradient(output)[name] for output in range(len(plain))]
        scale = max(1.0, np.max(np.abs(plain)))
        assert partials == pytest.approx(slopes.tolist(), rel=1e-6, abs=3e-9 * scale)
    return tape
