"""heyoka: formulas by `diff` and tensors of derivatives by `diff_tensors`, compiled by `cfunc`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from diffcompare.engines.engine import Engine, EngineAnswer, Function, Loaded, Mode


def load() -> Loaded:
    """Import heyoka."""
    import heyoka as hy

    def formula(x: Any) -> Any:
        return x if isinstance(x, hy.expression) else hy.expression(float(x))

    def select(condition: Any, yes: Any, no: Any) -> Any:
        return hy.select(condition, formula(yes), formula(no))

    functions = {
        "exp": hy.exp, "expm1": hy.expm1, "ln": hy.log, "log1p": hy.log1p, "sqrt": hy.sqrt, "sin": hy.sin,
        "cos": hy.cos, "tan": hy.tan, "asin": hy.asin, "acos": hy.acos, "atan": hy.atan, "sinh": hy.sinh,
        "cosh": hy.cosh, "tanh": hy.tanh, "asinh": hy.asinh, "acosh": hy.acosh, "atanh": hy.atanh, "relu": hy.relu,
        "sigmoid": hy.sigmoid, "erf": hy.erf, "erfc": hy.erfc, "atan2": lambda y, x: hy.atan2(formula(y), formula(x)),
        "where": select, "prod": lambda *x: hy.prod(list(x)),
    }  # fmt: skip
    comparisons = {"if <": hy.lt, "if <=": hy.lte, "if >": hy.gt, "if >=": hy.gte, "if ==": hy.eq, "if !=": hy.neq}
    for row, compare in comparisons.items():
        functions[row] = lambda a, b, yes, no, compare=compare: select(compare(formula(a), formula(b)), yes, no)

    def tensors(value: Any, inputs: Sequence[Any], order: int, wrt: Sequence[int]) -> list[Any]:
        derivatives = hy.diff_tensors([value], diff_args=list(inputs), diff_order=order)
        return [derivatives[[0, *[order * (i == j) for j in range(len(inputs))]]] for i in wrt]

    def formulas(value: Any, inputs: Sequence[Any], order: int, wrt: Sequence[int]) -> list[Any]:
        partials = []
        for i in wrt:
            partial = value
            for _ in range(order):
                partial = hy.diff(partial, inputs[i])
            partials.append(partial)
        return partials

    def mode(partials: Callable[[Any, Sequence[Any], int, Sequence[int]], list[Any]], order: int) -> Mode:
        def answer(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
            inputs = [hy.expression(f"x{i}") for i in range(len(point))]
            value = formula(f(*inputs))
            compiled = hy.cfunc([value, *partials(value, inputs, order, wrt)], vars=inputs)
            number, *gradient = compiled(list(point))
            return EngineAnswer(float(number), list(map(float, gradient)))

        return answer

    modes = {
        "diff-tensors": mode(tensors, 1), "diff": mode(formulas, 1), "second-diff-tensors": mode(tensors, 2),
        "second-diff": mode(formulas, 2),
    }  # fmt: skip
    return Loaded(functions, modes)


ENGINE = Engine(load, "heyoka", ("diff-tensors", "diff"), second=("second-diff-tensors", "second-diff"))
