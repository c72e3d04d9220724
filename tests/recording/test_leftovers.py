"""After a recording there are plain numbers wherever the function kept some: later calls run as ever."""

import functools
import math
from collections import deque
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pytest
from rows import every_row

from diffcompare.recording.recorded_number import RecordedNumber
from diffcompare.recording.recorder import record

TABLE: dict[object, object] = {}
HISTORY: list[object] = []
RECENT: deque[object] = deque(maxlen=3)
LAST: object = None


@dataclass
class Model:
    seen: list[object] = field(default_factory=list)
    best: object = None

    def __call__(self, x):
        self.seen.append([x * 2])
        self.best = x * x
        return self.best * 1.0


class Slotted:
    __slots__ = ("kept",)


class Counter:
    total = 0.0

    @functools.cache  # noqa: B019
    def square(self, x):
        return x * x

    @functools.cached_property
    def root(self):
        return math.sqrt(2.0)


MODEL, SLOTTED, COUNTER = Model(), Slotted(), Counter()


def in_a_dictionary(x):
    TABLE["x"] = TABLE[x, 1] = x * x
    return TABLE["x"]


def in_lists(x):
    HISTORY.append((x * 2, [x]))
    RECENT.append(np.array([x, 1.0]))
    return x * 1.0


def in_a_global(x):
    global LAST
    LAST = x * 3
    return LAST


def in_a_default(x, known={}):  # noqa: B006
    known["x"] = x * x
    return known["x"]


def in_an_attribute(x):
    in_an_attribute.last = x * x
    SLOTTED.kept = x * x
    Counter.total = x * x
    return x * x


def closure():
    kept = []
    last = None

    def f(x, *, memory=[]):  # noqa: B006
        nonlocal last
        last = x * x
        kept.append(last)
        memory.append(last)
        return kept[0] if len(kept) > 1 else last

    return f


class Pair(NamedTuple):
    first: object
    second: object


def in_a_named_tuple(x):
    TABLE["pair"] = Pair(x * x, (1.0, x))
    return TABLE["pair"].first


def in_a_long_chain(x):
    chain = ()
    for _ in range(3_000):
        chain = (x, chain)
    TABLE["chain"] = chain
    return x * x


def recorded_in(value):
    """Tell whether there is a recorded number in nested containers and arrays."""
    if isinstance(value, dict):
        return recorded_in([*value, *value.values()])
    if isinstance(value, list | tuple | deque | np.ndarray):
        return any(map(recorded_in, value))
    return type(value) is RecordedNumber


@every_row(
    "function",
    [
        in_a_dictionary,
        in_lists,
        in_a_named_tuple,
        in_a_long_chain,
        in_a_global,
        in_a_default,
        in_an_attribute,
        MODEL,
        closure(),
    ],
)
def test_numbers_that_a_function_keeps_are_plain_afterwards(function):
    value = record(lambda x: function(x), {"x": 3.0}).value
    assert value in (3.0, 9.0)
    again = function(3.0)
    assert (type(again), again) == (float, value)
    chain = TABLE.pop("chain", ())
    while chain:
        number, chain = chain
        assert type(number) is float
    kept = [TABLE, HISTORY, RECENT, LAST, in_a_default.__defaults__, MODEL.seen, MODEL.best, Counter.total]
    assert not recorded_in(kept)
    assert not recorded_in([getattr(in_an_attribute, "last", None), getattr(SLOTTED, "kept", None)])


def test_numbers_are_plain_after_an_exception_too():
    def fails(x):
        HISTORY.append(x * 2)
        raise ValueError

    with pytest.raises(Exception, match="ValueError"):
        record(fails, {"x": 3.0})
    assert HISTORY[-1] == 6.0
    assert not recorded_in(HISTORY)


@functools.lru_cache(maxsize=50)
def cached_square(x):
    return x * x


@functools.cache
def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


def test_a_cached_function_is_recorded_and_its_cache_is_left_alone():
    for _ in range(2):
        assert record(lambda x: cached_square(x) + cached_square(x), {"x": 3.0}).gradient() == {"x": 12.0}
        assert record(cached_square, {"x": 3.0}).gradient() == {"x": 6.0}
        assert record(lambda x: COUNTER.square(x), {"x": 3.0}).gradient() == {"x": 6.0}
    assert len(record(lambda x: cached_square(x) + cached_square(x), {"x": 3.0}).steps) == 2  # computed once
    assert cached_square.cache_info().currsize == 0
    assert cached_square(3.0) == 9.0
    assert Counter.square is vars(Counter)["square"]
    assert record(lambda x: x * fibonacci(60), {"x": 1.0}).value == 1548008755920.0


def test_equal_numbers_of_two_variables_are_two_arguments_of_a_cache():
    assert record(lambda x, y: cached_square(x) * y + cached_square(y), {"x": 1.0, "y": 1.0}).gradient() == {
        "x": 2.0,
        "y": 3.0,
    }


def test_a_cache_that_a_function_makes_and_keeps_is_one_of_plain_numbers_afterwards():
    def f(x):
        @functools.cache
        def square(v):
            return v * v

        TABLE["square"] = square
        return square(x)

    assert record(f, {"x": 3.0}).gradient() == {"x": 6.0}
    assert type(TABLE["square"](3.0)) is float
    del TABLE["square"]
