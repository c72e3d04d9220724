"""findiff: `Diff` on a grid around the point, with its estimate of the error.

The grid is ours, since the library has no default: its spacing is that of the best differences of second order, the
cube root of the machine epsilon, times the coordinate where that is beyond 1.
"""

from __future__ import annotations

from collections.abc import Sequence

from diffcompare.engines.engine import Engine, EngineAnswer, Function, Loaded, Mode
from diffcompare.engines.libraries.scipy import functions_of_arrays

POINTS = 9  # of the grid


def load() -> Loaded:
    """Import findiff."""
    import findiff
    import numpy as np

    def mode(order: int) -> Mode:
        def answer(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
            partials, errors = [], []
            for i in wrt:
                spacing = np.finfo(float).eps ** (1 / (2 + order)) * max(1.0, abs(point[i]))
                inputs = [np.full(POINTS, x) for x in point]
                inputs[i] = point[i] + spacing * (np.arange(POINTS) - POINTS // 2)
                operator = findiff.Diff(0, spacing)
                operator = operator if order == 1 else operator**order
                estimate = operator.estimate_error(np.broadcast_to(f(*inputs), POINTS).astype(float))
                partials.append(float(estimate.derivative[POINTS // 2]))
                errors.append(float(estimate.error[POINTS // 2]))
            return EngineAnswer(float(f(*map(np.float64, point))), partials, errors)

        return answer

    return Loaded(functions_of_arrays(), {"grid": mode(1), "second": mode(2)})


ENGINE = Engine(load, "findiff", ("grid",), second=("second",), way="numerically")
