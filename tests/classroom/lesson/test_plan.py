"""The plan of a lesson: what fits in the minutes there are, and what had to go."""

from itertools import pairwise

import pytest

from diffcompare.classroom.demos import NAMES, TEN, load_demo
from diffcompare.classroom.lesson import plan
from diffcompare.classroom.lesson.plan import BUILDS_ON, BY_WEIGHT, choose, fit, planned, seconds_of, versions
from diffcompare.diagnostics import DiffcompareError


@pytest.fixture(autouse=True)
def _computed_once(monkeypatch, plays):
    monkeypatch.setattr(plan, "compute", lambda demo: plays[demo.name])


def names(made):
    return [demo.name for demo in made.demos]


def test_what_a_demo_builds_on_comes_before_it():
    assert sorted(BY_WEIGHT) == sorted(NAMES)
    for name, others in BUILDS_ON.items():
        for other in others:
            assert NAMES.index(other) < NAMES.index(name)
            assert BY_WEIGHT.index(other) < BY_WEIGHT.index(name)


def test_the_estimates_are_near_the_minutes_that_a_lecturer_gave(plays):
    estimates = {name: versions(computed)[0].seconds / 60 for name, computed in plays.items()}
    assert min(estimates[name] / plays[name].demo.minutes for name in NAMES) > 0.5
    assert max(estimates[name] / plays[name].demo.minutes for name in NAMES) < 2
    assert sum(estimates[name] for name in TEN) == pytest.approx(
        sum(plays[name].demo.minutes for name in TEN), rel=0.15
    )


def test_more_to_say_takes_longer(plays):
    computed = plays["kinks"]
    steps = tuple(range(1, len(computed.frames) + 1))
    assert all(seconds_of(computed, steps[:-1]) + 10 < seconds_of(computed, steps) for steps in (steps, steps[:-1]))
    asked, told = computed.frames[0], computed.frames[0]._replace(question="")
    lasting = [plan._frame_seconds(frame, ()) for frame in (asked, told)]
    assert lasting[0] - lasting[1] >= plan.PER_QUESTION


@pytest.mark.parametrize("minutes", [5, 10, 20, 45, 90])
def test_a_plan_fits_and_has_what_its_demos_build_on(minutes):
    made = choose([load_demo(name) for name in NAMES], minutes)
    assert made.seconds <= 60 * minutes * (1 - plan.RESERVE)
    assert names(made) == [name for name in NAMES if name in names(made)]
    assert sorted([*names(made), *made.left_out]) == sorted(NAMES)
    assert all(set(BUILDS_ON.get(name, ())) <= set(names(made)) for name in names(made))
    assert "trace" in names(made)
    assert {5: 1, 10: 1, 20: 2, 45: 5, 90: 14}[minutes] <= len(names(made))


def test_a_short_trace_has_both_modes_and_no_step_by_halves(plays):
    (demo,) = choose([load_demo("trace")], 5).demos
    frames = [plays["trace"].frames[number - 1] for number in demo.numbers]
    assert {frame.sweep for frame in frames} >= {"forward", "reverse"}
    assert (demo.numbers[0], demo.numbers[-1]) == (1, 32)
    assert all(frame.question or number == 1 for number, frame in zip(demo.numbers, frames, strict=True))


def test_versions_get_shorter_and_keep_a_decisive_step(plays):
    for computed in plays.values():
        made = versions(computed)
        assert made[0].numbers == tuple(range(1, len(computed.frames) + 1))
        for longer, shorter in pairwise(made):
            assert set(shorter.numbers) < set(longer.numbers)
            assert shorter.seconds < longer.seconds
        assert {1, len(computed.frames)} <= set(made[-1].numbers)


def test_demos_that_were_named_are_shortened_together_or_one_goes(plays):
    made = fit([plays["trace"], plays["step"]], 14)
    assert names(made) == ["trace", "step"]
    assert all(demo.is_short for demo in made.demos)
    assert made.seconds <= 14 * 60
    assert fit([plays["trace"], plays["step"]], 8).left_out == ("step",)
    assert planned([load_demo("kinks")], 60, are_named=True).demos[0].numbers == (1, 2, 3, 4, 5, 6)


@pytest.mark.parametrize(("of", "minutes"), [(NAMES, 1), (("step",), 4)])
def test_there_may_be_no_time_for_anything(plays, of, minutes):
    with pytest.raises(DiffcompareError, match="E579") as raised:
        planned([load_demo(name) for name in of], minutes, are_named=len(of) == 1)
    least = int(raised.value.diagnostic.help.split()[-1].strip("`"))
    assert planned([load_demo(name) for name in of], least, are_named=len(of) == 1).demos
    with pytest.raises(DiffcompareError, match="E579"):
        planned([load_demo(name) for name in of], least - 1, are_named=len(of) == 1)
