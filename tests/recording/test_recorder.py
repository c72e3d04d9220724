"""Define-by-run: the tape of a Python function at a point, with a node for every operation that ran."""

import json
import math
import os
import pickle
import queue
import statistics
import struct
import threading
from decimal import Decimal
from fractions import Fraction
from math import sin as renamed

import numpy as np
import pytest
from rows import every_row

from diffcompare.backends import automatic, finite_differences
from diffcompare.classroom.demos.branches import recorded_problem
from diffcompare.diagnostics import DiffcompareError
from diffcompare.language.expression import Variable
from diffcompare.language.operations import exp, ln, relu, sin
from diffcompare.language.parser import parse
from diffcompare.language.wengert import wengert_list
from diffcompare.numeric.evaluate import value_at
from diffcompare.recording.recorded_number import tapes_aside
from diffcompare.recording.recorder import record, saved


def survey(x1, x2):
    return ln(x1) + x1 * x2 - sin(x2)


def root(x):
    y = 1
    while abs(y * y - x) > 1e-14 * x:
        y = (y + x / y) / 2
    return y


def test_a_straight_program_is_the_typed_expression():
    tape = record(survey, {"x1": 2.0, "x2": 5.0})
    assert tape.expression is parse("ln(x1) + x1*x2 - sin(x2)")
    assert tape.value == 11.652071455223084
    assert [node.operation.name for node in tape.steps] == ["ln", "*", "+", "sin", "-"]  # as Python ran them
    assert tape.decisions == ()


def test_two_equal_operations_are_two_nodes_each_with_its_line():
    def twice(x):
        a = x * x
        b = x * x
        return a + b

    tape = record(twice, {"x": 3.0})
    assert [node.place.source_line for node in tape.steps] == ["a = x * x", "b = x * x", "return a + b"]
    assert wengert_list(tape.output) == [Variable("x"), *tape.steps]  # in the order of the run
    assert len(wengert_list(tape.expression)) == 3  # where equal parts are one


def test_operations_that_do_not_reach_the_result_stand_on_the_tape_too():
    def wasteful(x):
        x * 2
        return x + 1

    tape = record(wasteful, {"x": 3.0})
    assert len(tape.steps) == 2
    assert len(wengert_list(tape.output)) == 3
    assert tape.gradient() == {"x": 1.0}


def test_a_loop_is_unrolled_as_often_as_it_ran():
    near, far = record(root, {"x": 2.0}), record(root, {"x": 2000.0})
    assert near.value == pytest.approx(math.sqrt(2), rel=1e-15)
    assert [decision.outcome for decision in near.decisions] == [True] * 5 + [False]
    assert len(far.decisions) > len(near.decisions)
    assert value_at(near.expression, {"x": 2.0}) == near.value


def test_only_the_branch_taken_is_on_the_tape():
    def branching(x):
        return x**2 if x > 0 else -x

    assert record(branching, {"x": 3.0}).expression is parse("x^2")
    tape = record(branching, {"x": -3.0})
    assert tape.expression is parse("-x")
    (decision,) = tape.decisions
    assert tape.question(decision) == "x > 0"
    assert decision.outcome is False
    assert decision.numbers == (-3.0, 0)


@every_row(
    ("function", "text"),
    [
        (lambda x: 1 - x, "1 - x"),
        (lambda x: 2 / x, "2/x"),
        (lambda x: x**2.5, "x^2.5"),
        (lambda x: x**-2, "x^(-2)"),
        (lambda x: 2**x, "2^x"),
        (lambda x: -x + (+x), "-x + x"),
        (lambda x: relu(x) * exp(x), "relu(x)*exp(x)"),
        (lambda x: abs(x) - 0.25, "abs(x) - 0.25"),
        (lambda x: x - (-2), "x - (-2)"),
        (lambda x: x**0.5 if x else x, "x^0.5"),
        (lambda x: max(x, 1) * min(x, 1), "x*1"),
        (lambda x: 3, "3"),
        (lambda x: math.log(x, 10) + math.log(3, x), "log10(x) + 1.0986122886681098/ln(x)"),
        (lambda x: math.pow(x, 3) + math.fabs(x) + math.hypot(x, 1, 2), "x^3 + abs(x) + hypot(hypot(x, 1), 2)"),
        (lambda x: x // 0.4, "floor(x/0.4)"),
        (lambda x: renamed(x), "sin(x)"),
        (lambda x: np.float64(2) * x + True, "2*x + 1"),
        (lambda x: np.maximum(x, 1) + np.arctan2(x, 2), "max(x, 1) + atan2(x, 2)"),
    ],
)
def test_programs_are_read_as_the_parser_reads_formulas(function, text):
    tape = record(function, {"x": 1.5})
    assert tape.expression is parse(text)
    assert tape.value == pytest.approx(value_at(parse(text), {"x": 1.5}), rel=4e-16)


@every_row(
    "function",
    [
        lambda x: x % 0.4, lambda x: math.fmod(-x, 0.4), lambda x: math.prod([x, x, 2]), lambda x: math.fsum([x, 1, x]),
        lambda x: math.dist([x, 1], [2, x]), lambda x: math.degrees(x) + math.radians(x), lambda x: math.exp2(x),
        lambda x: math.copysign(x, -1), lambda x: math.floor(x) * x, lambda x: math.trunc(x) + x, lambda x: divmod(x, 0.4)[1],
        lambda x: x if math.isclose(x, 1.5) else 0, lambda x: x if math.isfinite(x) else 0, lambda x: math.ldexp(x, 3),
        lambda x: math.modf(-3.5 * x)[0], lambda x: math.modf(x)[1] * x, lambda x: math.remainder(x, 0.4), lambda x: math.remainder(9, x),
        lambda x: math.frexp(9 * x)[0], lambda x: round(x * 1.1) * x, lambda x: round(-x * 7, 1) * x, lambda x: round(1234 * x, -2) * x,
        lambda x: round(2.5 + 0 * x) + x, lambda x: round(3.5 + 0 * x) + x,
        lambda x: (x if isinstance(x, float) else 0), lambda x: sorted([x, 1, 2 * x])[1], lambda x: sum([x, x**2]),
        lambda x: {x: 3}[x] * x, lambda x: float(f"{2:.1f}") * x,
    ],
)  # fmt: skip
def test_the_value_is_that_of_the_plain_call_and_the_slope_that_of_a_difference(function):
    tape = record(function, {"x": 1.5})
    assert tape.value == function(1.5)
    slope = (function(1.5 + 2**-30) - function(1.5 - 2**-30)) * 2**29
    if function(1.5 + 2**-30) != 0:  # not where it is for one point only
        assert tape.gradient()["x"] == pytest.approx(slope, rel=1e-6)


def test_a_literal_is_the_double_that_it_is():
    tape = record(lambda x: 0.1 * x, {"x": 1.0})
    (literal,) = [node for node in tape.nodes if node.operation is None and not node.varies]
    assert (float(literal), str(literal)) == (0.1, "0.1")
    assert tape.expression is parse("0.1*x")


def test_every_method_differentiates_a_program():
    problem = recorded_problem(root, {"x": 2.0})
    for method in (automatic.FORWARD_MODE, automatic.REVERSE_MODE, finite_differences.CENTRAL_DIFFERENCE):
        assert method.differentiate(problem).gradient["x"] == pytest.approx(1 / math.sqrt(8), rel=1e-8)


def test_a_difference_runs_the_program_at_both_its_points():
    def stepping(x):
        return 0 * x if x == 0 else x

    problem = recorded_problem(stepping, {"x": 0.0})
    assert automatic.reverse_mode(problem).gradient["x"] == 0
    assert finite_differences.CENTRAL_DIFFERENCE.differentiate(problem).gradient["x"] == 1


def test_backward_adds_to_what_is_there():
    tape = record(survey, {"x1": 2.0, "x2": 5.0})
    first = tape.backward(tape.seeded())
    assert first == [5.5, 1.7163378145367738]
    second = tape.backward([*first, *tape.seeded()[2:]])
    assert second == [11, 2 * 1.7163378145367738]


def test_the_output_may_be_a_variable_or_a_constant():
    assert record(lambda x, y: x, {"x": 2.0, "y": 3.0}).gradient() == {"x": 1.0, "y": 0.0}
    assert record(lambda x, y: 7.0, {"x": 2.0, "y": 3.0}).gradient() == {"x": 0.0, "y": 0.0}


def test_many_contributions_are_rounded_once_at_a_variable_and_at_an_operation():
    def f(x):
        y = x + 0.0
        return sum((k * y for k in (1e16, 1.0, 1.0, -1e16)), sum(k * x for k in (1e16, 1.0, 1.0, -1e16)))

    assert record(f, {"x": 1.0}).gradient() == {"x": 4.0}


def test_nothing_flows_into_an_argument_that_was_not_taken():
    def larger(x):
        return np.maximum(1.0 + x, np.sqrt(x))

    def stepping(x):
        return math.floor(x) * 1e200 * 1e200 + x

    assert record(larger, {"x": 0.0}).gradient() == {"x": 1.0}  # not 1 / (2 * sqrt(0))
    assert record(stepping, {"x": 0.3}).gradient() == {"x": 1.0}  # not 0 * inf


@pytest.mark.thorough
def test_a_tape_of_a_million_operations():
    def long(x):
        y = x
        for _ in range(500_000):
            y = y * 0.5 + x
        return y

    assert record(long, {"x": 1.0}).gradient() == {"x": 2.0}


@every_row(
    ("text", "result", "arguments"),
    [("x + y", False, []), ("x*y", False, ["x", "y"]), ("3*x", False, []), ("x/y", True, ["y"]),
     ("sin(x)", False, ["x"]), ("exp(x)", True, []), ("sqrt(x)", True, []), ("x*x", False, ["x"])],
)  # fmt: skip
def test_what_an_operation_saves_is_what_its_partials_read(text, result, arguments):
    kept = saved(parse(text))
    assert (kept.result, [str(argument) for argument in kept.arguments]) == (result, arguments)


# --- What is recorded wherever it stands in the program ---------------------------------------------------------------


class Oscillator:
    def __init__(self, rate):
        self.rate = rate

    def __call__(self, t):
        return self.wave(t)

    def wave(self, t):
        return math.sin(self.rate * t)

    @staticmethod
    def damped(t):
        return math.exp(-t)


def helper(x):
    return renamed(x) if x > 0 else helper(x + 1)


def with_local_import(x):
    import math as m
    from math import cos

    return m.sin(x) * cos(x)


def decorated(function):
    def inner(*arguments):
        return function(*arguments) * 2

    return inner


OSCILLATOR = Oscillator(2.0)
SINES = {"sine": math.sin}


@every_row(
    ("function", "text"),
    [
        (helper, "sin(x)"),
        (OSCILLATOR, "sin(2*x)"),
        (OSCILLATOR.wave, "sin(2*x)"),
        (lambda x: OSCILLATOR(x) * Oscillator.damped(x), "sin(2*x)*exp(-x)"),
        (with_local_import, "sin(x)*cos(x)"),
        (decorated(lambda x: math.tanh(x)), "tanh(x)*2"),
        (lambda x: (lambda y: math.sqrt(y))(x), "sqrt(x)"),
        (lambda x: sum(math.cos(y) for y in (x, 1.0)), "0 + cos(x) + 0.5403023058681398"),
        (lambda x: SINES["sine"](x), "sin(x)"),
    ],
)
def test_math_records_in_helpers_methods_closures_and_imports_of_the_body(function, text):
    assert record(lambda x: function(x), {"x": 0.5}).expression is parse(text)


def test_math_itself_is_never_touched():
    before = (math.sin, globals()["math"], renamed)

    def looking(x):
        assert os.path is __import__("os.path").path
        assert type(__import__("math").sin).__name__ == "builtin_function_or_method"
        return math.sin(x)

    record(looking, {"x": 1.0})
    assert (math.sin, globals()["math"], renamed) == before
    with pytest.raises(DiffcompareError):
        record(lambda x: math.sin(x) / 0, {"x": 1.0})
    assert globals()["math"] is before[1]


# --- What cannot be recorded ------------------------------------------------------------------------------------------

OUTSIDE = np.zeros(2)
KEPT = queue.Queue()


def remembers(x):
    KEPT.put(x)
    return KEPT.queue[0] * 2


def caught_by_the_function(something):
    try:
        return something()
    except Exception:
        return 0.0


async def awaited(x):
    return x


def fills_array_from_outside(x):
    OUTSIDE[0] = x
    return OUTSIDE.sum()


@every_row(
    ("function", "code", "message"),
    [
        (lambda x: int(x), "E584", "make a recorded number a plain one"),
        (lambda x: float(x) + 1, "E584", "make a recorded number a plain one"),
        (lambda x: x.item(), "E584", "make a recorded number a plain one"),
        (lambda x: [1, 2][x], "E584", "make a recorded number a plain one"),
        (lambda x: os.urandom(x), "E584", "make a recorded number a plain one"),
        (lambda x: statistics.NormalDist().cdf(x), "E584", "wants a plain double"),
        (lambda x: math.ulp(x), "E584", "has no derivative"),
        (fills_array_from_outside, "E584", "this array holds plain doubles"),
        (lambda x: "x", "E586", "returned text, 'x'"),
        (lambda x: None, "E586", "returned None"),
        (lambda x: (x, [x, x]), "E586", "parts of different shapes"),
        (lambda x: 1j, "E586", "a complex number"),
        (lambda x: x**0.5, "E586", "is complex"),
        (lambda x: x < "a", "E587", "TypeError: '<' not supported"),
        (lambda x: x + "a", "E587", "TypeError: unsupported operand"),
        (lambda x: math.log(x), "E587", "ValueError: math domain error"),
        (lambda x: 1 / (x - x), "E587", "ZeroDivisionError"),
        (lambda x: helper(x - 1e9), "E587", "RecursionError"),
        (lambda x: exit(), "E587", "SystemExit"),
        (lambda x: 1j * x, "E584", "complex numbers are not recorded"),
        (lambda x: x[0], "E587", "'float' object is not subscriptable"),
        (lambda x: Fraction(x), "E584", "takes plain numbers only"),
        (lambda x: x.hex(), "E584", "takes plain numbers only"),
        (lambda x: np.i0([x, 2 * x])[0], "E584", "`np.i0` wants a plain double"),
        (lambda x: json.dumps([x]), "E584", "(TypeError: Object of type float is not JSON serializable)"),
        (lambda x: pickle.dumps(x), "E584", "takes plain numbers only"),
        (lambda x: x < Decimal(1), "E584", "takes plain numbers only"),
        (lambda x: Decimal(1) * x, "E587", "TypeError: unsupported operand"),
        (lambda x: type(x)(0), "E584", "takes plain numbers only"),
        (lambda x: struct.pack("d", x), "E584", "`struct.pack` wants a plain double"),
        (lambda x: pow(x, 2, 3), "E587", "TypeError"),
        (lambda x: math.dist([x], [1.0, x]), "E587", "the same number of dimensions"),
        (lambda x: (yield x), "E586", "a generator"),
        (lambda x: (v for v in [x]), "E586", "a generator"),
        (lambda x: map(abs, [x]), "E586", "an iterator"),
        (lambda x: awaited(x), "E586", "a coroutine"),
        (lambda x: {"a": x}, "E586", "a dictionary"),
        (lambda x: {x}, "E586", "a set"),
        (lambda x: np.float32(x), "E584", "`np.float32` wants a plain double"),
        (lambda x: caught_by_the_function(lambda: float(x)), "E584", "make a recorded number a plain one"),
    ],
)
def test_what_cannot_be_recorded_is_an_error_with_its_line_and_a_cure(function, code, message):
    with pytest.raises(DiffcompareError) as caught:
        record(function, {"x": -1.0})
    diagnostic = caught.value.diagnostic
    assert diagnostic.code == code
    assert message in diagnostic.message
    assert diagnostic.help
    assert diagnostic.source == __file__ or "os.urandom" in str(caught.value)
    assert "lambda" in str(caught.value) or "OUTSIDE" in str(caught.value) or "helper" in str(caught.value)


def test_the_caret_stands_under_the_call():
    with pytest.raises(DiffcompareError) as caught:
        record(lambda x: 2 * float(x) + 1, {"x": 1.0})
    line, carets = str(caught.value).split("\n")[3:5]
    start = carets.index("^")
    assert line[start : carets.rindex("^") + 1] == "float(x)" or "leaves the tape" in carets
    assert line[start:].startswith("float(x)")


def test_a_number_of_an_earlier_run_is_told():
    record(remembers, {"x": 1.0})
    with pytest.raises(DiffcompareError) as caught:
        record(remembers, {"x": 2.0})
    assert caught.value.diagnostic.code in ("E586", "E588")
    assert "earlier run" in caught.value.diagnostic.message


def test_a_function_that_catches_every_exception_is_stopped_too():
    def endless(x):
        while True:
            try:
                x = x * 1.0
            except Exception:
                x = 1.0

    with pytest.raises(DiffcompareError) as caught:
        record(endless, {"x": 1.0}, budget=0.01)
    assert caught.value.diagnostic.code == "E582"


def test_text_is_written_as_in_a_plain_call(capsys):
    def talks(x):
        print(x, f"{x:.2f}", "%.3f" % x, "%g and %g" % (x, 2 * x))  # noqa: UP031
        return x

    record(talks, {"x": 0.5})
    recorded = capsys.readouterr().out
    talks(0.5)
    assert recorded == capsys.readouterr().out


def test_a_sum_of_many_numbers_is_rounded_once_as_math_fsum_does():
    tape = record(lambda x: math.fsum([x] * 10), {"x": 0.1})
    assert tape.value == math.fsum([0.1] * 10) == 1.0
    assert tape.gradient() == {"x": 10.0}


def test_the_reverse_sweep_on_the_tape_rounds_as_the_one_over_expressions_does():
    def f(x, y):
        return sum(math.sin(k * x) / (1 + y * k) for k in range(1, 20)) * x

    point = {"x": 0.7, "y": 0.3}
    tape = record(f, point)
    assert tape.gradient() == automatic.plain_gradient(wengert_list(tape.output), ["x", "y"], point)


def test_a_function_that_never_ends_is_stopped_at_a_recorded_operation():
    def endless(x):
        while x > 0:
            x = x + 1
        return x

    with pytest.raises(DiffcompareError) as caught:
        record(endless, {"x": 1.0}, budget=0.01)
    assert caught.value.diagnostic.code == "E582"
    assert "x = x + 1" in str(caught.value) or "while x > 0" in str(caught.value)


def test_two_numbers_are_not_equal_to_what_is_no_number():
    assert record(lambda x: x if x != "a" else 0, {"x": 1.0}).expression is Variable("x")


def test_an_operation_takes_less_than_200_bytes():
    import gc
    import tracemalloc

    def loop(x):
        y = x
        for _ in range(2_500):
            y = y + (x - y * y) * 0.001
        return y

    gc.collect()
    tracemalloc.start()
    try:
        tape = record(loop, {"x": 0.3})
        size, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size / len(tape.tape.entries) < 200


def test_the_plain_call_after_an_exception_ends_as_well():
    def endless(x):
        if isinstance(x, float) and type(x) is not float:
            raise ValueError
        while True:
            x = x * 1.0

    with pytest.raises(DiffcompareError) as caught:
        record(endless, {"x": 1.0}, budget=0.05)
    assert caught.value.diagnostic.code == "E587"


def test_a_recording_in_another_thread_is_none_of_this_one():
    has_begun, may_end = threading.Event(), threading.Event()

    def square(x):
        has_begun.set()
        may_end.wait(20)
        return x * x

    def slope(x):
        return record(lambda t: t * t * x, {"t": x}).gradient()["t"]

    gradients = []
    thread = threading.Thread(target=lambda: gradients.append(record(square, {"x": 3.0}).gradient()))
    thread.start()
    has_begun.wait(20)
    with tapes_aside():
        may_end.set()
        thread.join()
    assert gradients == [{"x": 6.0}]
    assert record(slope, {"x": 3.0}).gradient() == {"x": 12.0}
