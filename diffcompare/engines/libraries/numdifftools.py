"""numdifftools: `Derivative` of each variable with its estimate of the error, by differences or complex steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from diffcompare.engines.engine import Engine, EngineAnswer, Function, Loaded, Mode, as_number
from diffcompare.engines.libraries.scipy import functions_of_arrays


def load() -> Loaded:
    """Import numdifftools."""
    import numdifftools as nd
    import numpy as np

    def mode(method: str, order: int) -> Mode:
        def answer(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
            partials, errors = [], []
            for i in wrt:
                derivative = nd.Derivative(_along(f, point, i), n=order, method=method, full_output=True)
                result = derivative(point[i])
                partial, about = (result.estimate, result) if hasattr(result, "estimate") else result  # a pair once
                partials.append(as_number(partial))
                errors.append(float(np.max(about.error_estimate)))
            return EngineAnswer(as_number(f(*map(np.float64, point))), partials, errors)

        return answer

    modes = {method: mode(method, 1) for method in ("central", "complex", "forward", "backward")}
    return Loaded(functions_of_arrays(), {**modes, "second": mode("central", 2)})


def _along(f: Function, point: Sequence[float], i: int) -> Function:
    """Return f as a function of one coordinate."""

    def g(x: Any) -> Any:
        return f(*point[:i], x, *point[i + 1 :])

    return g


ENGINE = Engine(
    load, "numdifftools", ("central", "complex"), audited=("forward", "backward"), second=("second",), way="numerically"
)
