"""Names of math, NumPy, statistics and functools record wherever a function keeps them, and are back afterwards."""

import collections
import enum
import functools
import math
import sys
import threading
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.linalg as la
import pytest
from rows import every_row

from diffcompare.diagnostics import DiffcompareError
from diffcompare.language.parser import parse
from diffcompare.recording.recorder import record


class Pair(NamedTuple):
    function: Callable[[float], float]
    factor: float


@dataclass(frozen=True)
class Frozen:
    function: Callable[[float], float]


class Slotted:
    __slots__ = ("function",)

    def __init__(self, function):
        self.function = function


class Kind(enum.Enum):
    SINE = (math.sin, 1)


class Holder:
    static = staticmethod(math.sin)
    plain = math.sin

    def apply(self, function, x):
        return function(x)

    partial = functools.partialmethod(apply, math.sin)


@functools.cache
def cached_sine(x):
    return math.sin(x)


@functools.lru_cache(maxsize=8)
def power(exponent, x):
    return x**exponent


def applied(function, x):
    return function(x)


def composed(*functions):
    def apply(x):
        for function in functions:
            x = function(x)
        return x

    return apply


def attribute(x):
    return attribute.function(x)


attribute.function = math.sin
PAIR, FROZEN, SLOTTED = Pair(math.sin, 1.0), Frozen(math.sin), Slotted(math.sin)
TUPLES = (("sine", math.sin), ("cosine", (math.cos, [math.tan])))
NESTED = {"trigonometric": {"functions": [math.cos, (math.sin, 2)]}}
FROZENSET, SET = frozenset([math.sin]), {math.sin}
PARTIAL, OF_A_FUNCTION = functools.partial(math.pow, 2.0), functools.partial(applied, math.sin)
OF_A_CACHE, BY_NAME = functools.partial(power, 2), functools.partial(power, exponent=3)
CACHES = (cached_sine, [cached_sine], {"sine": (cached_sine,)})
SPACE, PROXY = types.SimpleNamespace(sine=math.sin), types.MappingProxyType({"sine": math.sin})
DEQUE, CHAIN = collections.deque([math.sin]), collections.ChainMap({"sine": math.sin})
TWICE = composed(math.sin, math.exp)


@every_row(
    ("function", "text"),
    [
        (lambda x: PAIR.function(x), "sin(x)"), (lambda x: FROZEN.function(x), "sin(x)"), (lambda x: SLOTTED.function(x), "sin(x)"),
        (lambda x: Kind.SINE.value[0](x), "sin(x)"), (lambda x: Holder.static(x), "sin(x)"), (lambda x: Holder.plain(x), "sin(x)"),
        (lambda x: Holder().partial(x), "sin(x)"), (attribute, "sin(x)"), (lambda x: TUPLES[0][1](x), "sin(x)"),
        (lambda x: TUPLES[1][1][1][0](x), "tan(x)"), (lambda x: NESTED["trigonometric"]["functions"][1][0](x), "sin(x)"),
        (lambda x: next(iter(FROZENSET))(x) * next(iter(SET))(x), "sin(x)*sin(x)"), (lambda x: PARTIAL(x), "2^x"),
        (lambda x: OF_A_FUNCTION(x), "sin(x)"), (lambda x: OF_A_CACHE(x), "x^2"), (lambda x: BY_NAME(x=x), "x^3"),
        (lambda x: CACHES[0](x) * CACHES[1][0](x) * CACHES[2]["sine"][0](x), "sin(x)*sin(x)*sin(x)"),
        (lambda x: SPACE.sine(x), "sin(x)"), (lambda x: PROXY["sine"](x), "sin(x)"), (lambda x: DEQUE[0](x), "sin(x)"),
        (lambda x: CHAIN["sine"](x), "sin(x)"), (lambda x: TWICE(x), "exp(sin(x))"), (lambda x, sine=math.sin: sine(x), "sin(x)"),
        (lambda x, *, sine=math.sin: sine(x), "sin(x)"), (lambda x, all=(math.sin, [math.cos]): all[1][0](x), "cos(x)"),
        (lambda x: sum(map(math.sin, [x])), "0 + sin(x)"), (lambda x: vars(math)["sin"](x), "sin(x)"),
        (lambda x: getattr(math, "si" + "n")(x), "sin(x)"), (functools.partial(lambda f, x: f(x), math.sin), "sin(x)"),
        (functools.partial(power, 2), "x^2"), (lambda x: la.norm(np.array([x, 2.0])), "sqrt(x*x + 4)"),
    ],
)  # fmt: skip
def test_functions_of_math_record_wherever_they_are_kept_and_are_there_afterwards(function, text):
    def kept():
        return [PAIR, TUPLES, NESTED["trigonometric"]["functions"], SET, attribute.function, SLOTTED.function, DEQUE[0],
                vars(Holder)["static"].__func__, Kind.SINE.value, PARTIAL, OF_A_CACHE, function.__defaults__
                if isinstance(function, types.FunctionType) else function.args]  # fmt: skip

    before = kept()
    for _ in range(2):
        assert record(function, {"x": 0.5}).expression is parse(text)
        after = kept()
        assert all(one is other for one, other in zip(before, after, strict=True))
    assert cached_sine.cache_info().currsize == 0


def fails(x):
    raise ValueError(TUPLES[0][1](x))


def test_functions_are_back_after_an_error_in_threads_and_in_a_recording_within_a_recording():
    def inner(x):
        return record(lambda t: TUPLES[0][1](t) * x, {"t": x}).gradient()["t"]

    def thread():
        for _ in range(20):
            with pytest.raises(DiffcompareError):
                record(fails, {"x": 0.5})
            assert record(inner, {"x": 0.5}).gradient()["x"] == math.cos(0.5) - 0.5 * math.sin(0.5)
            done.append(TUPLES[0][1](0.5))

    done: list[float] = []
    threads = [threading.Thread(target=thread) for _ in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert done == [math.sin(0.5)] * 60
    assert type(TUPLES[0][1]).__name__ == type(math.sin).__name__ == "builtin_function_or_method"
    assert not [name for name in sys.modules if name.startswith("diffcompare:")]


def test_what_a_function_puts_into_its_own_tables_stays():
    def f(x):
        NESTED["own"] = math.exp
        return NESTED["own"](x)

    try:
        record(f, {"x": 0.5})
        assert NESTED["own"] is math.exp
    finally:
        del NESTED["own"]


def test_a_cache_made_by_the_function_tells_equal_numbers_of_two_variables_apart():
    def f(x, y):
        @functools.cache
        def square(v):
            return v * v

        @functools.cache
        def cube(v):
            return v**3

        return square(x) * 3 + square(y) + cube(x) * 0

    assert record(f, {"x": 0.5, "y": 0.5}).gradient() == {"x": 3.0, "y": 1.0}


def with_local_imports(x):
    import statistics
    from functools import cache
    from statistics import fmean

    return cache(fmean)((x, 2.0)) * statistics.mean([x, 1.0])


def test_imports_in_the_body_of_a_function_record():
    tape = record(with_local_imports, {"x": 0.5})
    assert (tape.value, tape.gradient()) == (0.9375, {"x": 1.0})


def test_deep_nests_of_tuples_are_not_searched():
    chain = ()
    for _ in range(5_000):
        chain = (1.0, chain)
    assert record(lambda x: x if chain else 0, {"x": 1.0}).gradient() == {"x": 1.0}
