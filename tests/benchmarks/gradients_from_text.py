"""From text to gradient, thousands of small expressions: this library against other engines, in one run.

    python tests/benchmarks/gradients_from_text.py [how many expressions]

Prints CPU time per expression and its ratio to that of `diffcompare.gradient`, medians of rounds in which all take
turns.  PyTorch takes part where it is installed, and sympy (parse, diff, lambdify: the script that a person would
write) answers a sample.  Every engine has to return the same numbers.
"""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Callable, Iterator
from statistics import median
from time import process_time

import diffcompare as dc
from diffcompare.language.wengert import variables, wengert_list

FUNCTIONS = ("sin", "cos", "exp", "tanh", "ln", "sqrt", "atan", "sinh")
POINT = {"x1": 0.7, "x2": 1.3, "x3": 2.1}
ROUNDS = 7
SHORT, SAMPLE = 100, 50
"""The sympy script gets one in so many of the shorter expressions (among longer ones are some on which it does not
end), and others in every round: it remembers what it has seen."""
Case = tuple[str, dict[str, float]]
Engine = Callable[[str, dict[str, float]], dict[str, float]]


def text_of(size: int, rng: random.Random) -> str:
    """A random expression of about that many nodes, defined at the point."""
    if size <= 1:
        return rng.choice(list(POINT)) if rng.random() < 0.75 else rng.choice(("2", "0.5", "3", "1.25"))
    if rng.random() < 0.35:
        function, inner = rng.choice(FUNCTIONS), text_of(size - 1, rng)
        return f"{function}(({inner})^2+1)" if function in ("ln", "sqrt") else f"{function}({inner})"
    left = rng.randint(1, max(size - 2, 1))
    return f"({text_of(left, rng)}{rng.choice('+-*/')}{text_of(max(size - 1 - left, 1), rng)})"


def cases(count: int) -> list[Case]:
    """Expressions with a finite gradient at the point."""
    rng = random.Random(1)
    cases: list[Case] = []
    while len(cases) < count:
        text = text_of(rng.randint(5, 40), rng)
        point = {name: POINT[name] for name in variables(wengert_list(dc.parse(text)))}
        try:
            if point and all(map(math.isfinite, dc.gradient(text, point).values())):
                cases.append((text, point))
        except dc.DiffcompareError:
            continue
    return cases


def torch_eager() -> Engine | None:
    """PyTorch on the same text, which Python itself parses (these texts are our own)."""
    try:
        import torch
    except ImportError:
        return None
    torch.set_num_threads(1)
    own = {"ln": torch.log, **{name: getattr(torch, name) for name in FUNCTIONS if name != "ln"}}
    plain = {"ln": math.log, **{name: getattr(math, name) for name in FUNCTIONS if name != "ln"}}

    def either(name: str) -> Callable[[object], object]:
        return lambda x: own[name](x) if isinstance(x, torch.Tensor) else plain[name](x)

    functions = {name: either(name) for name in FUNCTIONS}

    def gradient(text: str, point: dict[str, float]) -> dict[str, float]:
        leaves = {name: torch.tensor(x, dtype=torch.float64, requires_grad=True) for name, x in point.items()}
        eval(text.replace("^", "**"), functions, leaves).backward()
        return {name: 0.0 if leaf.grad is None else leaf.grad.item() for name, leaf in leaves.items()}

    return gradient


def sympy_script() -> Engine:
    """What a person writes with sympy."""
    import sympy
    from sympy.parsing.sympy_parser import parse_expr

    def gradient(text: str, point: dict[str, float]) -> dict[str, float]:
        expression = parse_expr(text.replace("^", "**").replace("ln(", "log("))
        symbols = [sympy.Symbol(name) for name in point]
        function = sympy.lambdify(symbols, [sympy.diff(expression, symbol) for symbol in symbols], "math")
        return dict(zip(point, function(*point.values()), strict=True))

    return gradient


def seconds(engine: Engine, chosen: list[Case]) -> float:
    """The CPU time per expression."""
    start = process_time()
    for text, point in chosen:
        engine(text, point)
    return (process_time() - start) / len(chosen)


def engines() -> Iterator[tuple[str, Engine]]:
    """The contenders."""
    yield "diffcompare", dc.gradient
    torch = torch_eager()
    if torch is not None:
        yield "torch eager", torch
    yield "sympy script", sympy_script()


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    chosen = cases(count)
    short = [case for case in chosen if len(case[0]) <= SHORT]
    contenders = dict(engines())
    for name, engine in contenders.items():
        for text, point in short[: 20 if name != "sympy script" else 5]:
            expected, gradient = dc.gradient(text, point), engine(text, point)
            assert all(math.isclose(gradient[x], expected[x], rel_tol=1e-6, abs_tol=1e-9) for x in point), text
    rounds = []  # in turns, so that a machine that is faster for a while is so for everybody
    for first in range(5, 5 + ROUNDS):
        shares = {**dict.fromkeys(contenders, chosen), "sympy script": short[first::SAMPLE]}
        rounds.append({name: seconds(engine, shares[name]) for name, engine in contenders.items()})
    for name in contenders:
        ratio = median(times[name] / times["diffcompare"] for times in rounds)
        print(f"{name:14s} {median(times[name] for times in rounds) * 1e6:10.1f} us an expression   {ratio:8.1f} x")


if __name__ == "__main__":
    main()
