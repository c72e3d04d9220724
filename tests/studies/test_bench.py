"""Rounds and ratios, by a clock that tells the time that the test wants."""

import itertools
from functools import partial

import pytest

import diffcompare as dc
from diffcompare.diagnostics import DiffcompareError
from diffcompare.engines.engine_timing import seconds_of
from diffcompare.studies import bench as study
from diffcompare.studies.bench import MIN_ROUNDS, ROUNDS, bench_question, quartiles, take_rounds
from diffcompare.studies.question import question_of


class Clock:
    """A clock that only work moves; what runs is written down."""

    def __init__(self):
        self.now = 0.0
        self.ran = []

    def __call__(self):
        return self.now

    def contender(self, name, seconds):
        def call():
            self.ran.append(name)
            self.now += seconds(self.now) if callable(seconds) else seconds

        return partial(seconds_of, call, clock=self)


def turns_of(clock, **seconds):
    return {name: clock.contender(name, cost) for name, cost in seconds.items()}


def test_every_round_gives_everyone_a_turn_and_every_second_one_runs_backwards():
    clock = Clock()
    taken = take_rounds(turns_of(clock, a=1.0, b=2.0, c=4.0), 1000.0, clock)
    assert taken.taken >= ROUNDS / 2
    assert {len(times) for times in taken.times.values()} == {taken.taken}
    calls = taken.calls
    turn = {name: [name] * (1 + calls[name]) for name in "abc"}  # the first call of a turn warms up
    forth, back = [*turn["a"], *turn["b"], *turn["c"]], [*turn["c"], *turn["b"], *turn["a"]]
    rounds = [*forth, *back] * (taken.taken // 2) + forth * (taken.taken % 2)
    assert clock.ran[-len(rounds) :] == rounds


def test_a_turn_has_as_many_calls_as_fit_into_the_share():
    clock = Clock()
    taken = take_rounds(turns_of(clock, quick=0.001, slow=1.0), 100.0, clock)
    assert taken.calls["slow"] == 2
    assert 1500 < taken.calls["quick"] < 2500


def test_ratios_are_those_of_the_calls():
    clock = Clock()
    taken = take_rounds(turns_of(clock, a=0.5, b=1.5), 100.0, clock)
    assert taken.ratio("b", "a") == pytest.approx((3.0, 3.0, 3.0))
    assert taken.ratio("a", "a") == (1.0, 1.0, 1.0)


def test_a_machine_that_slows_down_favours_nobody():
    clock = Clock()
    slower = lambda now: 1.0 + now / 5000
    taken = take_rounds(turns_of(clock, a=slower, b=slower), 1000.0, clock)
    assert taken.times["a"][-1] > 1.1 * taken.times["a"][0]
    assert taken.ratio("b", "a").median == pytest.approx(1.0, abs=0.005)


def test_a_slow_contender_gets_the_rounds_that_quartiles_need():
    clock = Clock()
    taken = take_rounds(turns_of(clock, a=1.0, b=50.0), 10.0, clock)
    assert taken.taken == MIN_ROUNDS


def test_quartiles():
    assert quartiles([4.0, 1.0, 3.0, 2.0, 5.0]) == (2.0, 3.0, 4.0)


# --- The study --------------------------------------------------------------------------------------------------------

QUICK = {"seconds": 0.05}
SURVEY = "ln(x1) + x1*x2 - sin(x2)"
OURS = [name for name in study.METHODS if name != "symbolic"]


def test_every_method_computes_the_gradient_that_it_is_timed_for():
    bench = dc.bench(SURVEY, x1=2, x2=5, methods=OURS, **QUICK)
    assert [timed.method for timed in bench.methods] == OURS
    assert {timed.status for timed in bench.methods} == {"ok"}
    assert {timed.note for timed in bench.methods} == {""}
    assert all(timed.over_value.median > 0 for timed in bench.methods)
    assert bench.method("reverse-ad").ratio == (1.0, 1.0, 1.0)
    assert bench.rounds >= MIN_ROUNDS
    assert bench.noise.low <= bench.noise.median <= bench.noise.high


def test_a_branch_that_is_not_taken_stops_nobody():
    bench = dc.bench("if(x > 0, ln(x), x^2)", x=-2, methods=OURS, **QUICK)
    assert {timed.method: timed.note for timed in bench.methods if timed.note or timed.status != "ok"} == {}


def test_who_has_no_number_is_a_row():
    bench = dc.bench("abs(x)", x=0, methods=["hand-coded"], **QUICK)
    assert (bench.methods[0].status, bench.methods[0].seconds) == ("unable", None)
    assert "undefined" in bench.methods[0].note


def test_operations_are_counted_for_the_two_modes():
    bench = dc.bench("x1*x2*x3*x4", methods=["forward-ad"], **QUICK)
    counts = {timed.method: timed.counted for timed in bench.methods}
    assert counts["forward-ad"] > 2 * counts["reverse-ad"]


def test_the_clock_is_asked_for_our_methods_alike():
    ticks = itertools.count()
    bench = bench_question(question_of("x*y"), methods=["forward-ad"], clock=lambda: next(ticks) / 1000, **QUICK)
    calls = {timed.method: timed.calls for timed in bench.methods}
    assert calls == {"forward-ad": 1, "reverse-ad": 1}  # every turn takes one tick, whatever it does
    assert bench.method("forward-ad").ratio == pytest.approx((1.0, 1.0, 1.0))


def test_sympys_formulas_are_evaluated_and_nothing_else():
    bench = dc.bench("x^2*sin(x)", x=1.5, methods=["symbolic"], **QUICK)
    timed = bench.method("symbolic")
    assert (timed.status, timed.note) == ("ok", "")
    assert timed.first > 3 * timed.seconds.median


def test_who_computes_something_else_is_told():
    bench = dc.bench("x^2", x=3, methods=["hand-coded"], hand={"x": "x"}, **QUICK)
    assert bench.method("hand-coded").note == "df/dx is 3.0, and 6.0 by reverse-ad"


def test_a_python_function_is_timed_where_it_runs():
    bench = dc.bench(lambda w: w[0] * w[1] ** 2, w=[2.0, 3.0], methods=["reverse-ad"], **QUICK)
    recorded = bench.method("recorded")
    assert recorded.note == ""
    assert recorded.over_value.median > 1  # a recording costs more than a call
    assert "along the path that the function took" in str(bench)


def test_another_one_may_be_chosen():
    bench = dc.bench("x^2", x=3, methods=["reverse-ad"], one="python-program", **QUICK)
    assert bench.method("python-program").ratio == (1.0, 1.0, 1.0)
    assert "python-program = 1" in str(bench)


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        ({"methods": "reverse-add"}, "E712", "did you mean `reverse-ad`?"),
        ({"one": "torch-native"}, "E712", "no method `torch-native`"),
        ({"engines": "torsh"}, "E715", "did you mean `torch`?"),
        ({"seconds": -1}, "E703", "seconds"),
        ({"seconds": 1e-12}, "E724", "takes too long for rounds"),
        ({"one": "hand-coded", "hand": {"x": "ln(x - 3)"}}, "E724", "`hand-coded` cannot be timed"),
    ],
)
def test_what_cannot_be_timed(options, code, words):
    with pytest.raises(DiffcompareError) as caught:
        dc.bench("x^2", x=3, **QUICK | options)
    assert caught.value.diagnostic.code == code
    assert words in str(caught.value)


def test_where_f_has_no_value_there_is_nothing_to_time():
    bench = dc.bench("ln(x)", x=-1)
    assert bench.failure.code == "E802"
    assert bench.methods == ()
    assert dc.bench("2").verdict == "a constant has no gradient to be timed"


def test_a_library_that_is_missing_is_a_row(monkeypatch):
    monkeypatch.setattr("diffcompare.studies.bench_contenders.version", lambda name: None)
    bench = dc.bench("x^2", x=3, methods=["reverse-ad"], engines="torch", **QUICK)
    row = bench.methods[-1]
    assert (row.method, row.status, row.note) == ("torch", "unable", "not installed: pip install torch")
