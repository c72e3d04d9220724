"""The time of an engine's gradients is measured in its own process."""

import pytest
from engine_tiers import marks, needs

import diffcompare as dc
from diffcompare.engines import engine_client
from diffcompare.engines.engine import EngineAnswer, Loaded, Prepared
from diffcompare.engines.engine_timing import seconds_of
from diffcompare.engines.engine_worker import server
from diffcompare.engines.registry import engine, version
from diffcompare.language import serialization
from diffcompare.language.parser import parse

SURVEY = "ln(x1) + x1*x2 - sin(x2)"
POINT = {"x1": 2.0, "x2": 5.0}


def question(**fields):
    program = serialization.encode(parse(SURVEY))
    return {"program": program, "names": list(POINT), "point": list(POINT.values()), "wrt": [0, 1], **fields}


def test_calls_are_made_as_often_as_asked_and_timed_as_a_whole():
    ticks, made = iter([10.0, 13.0]), []
    assert seconds_of(lambda: made.append(1), 5, clock=lambda: next(ticks)) == 3.0
    assert len(made) == 5


def loaded(**fields):
    def mode(f, point, wrt):
        return EngineAnswer(f(*point), [1.0] * len(wrt))

    return Loaded({"ln": abs, "sin": abs}, {"reverse": mode}, **fields)


def test_a_mode_that_prepares_nothing_is_timed_as_it_is():
    library = loaded()
    serve = server(library)
    answer = serve(question(time="first", mode="reverse"))
    assert (answer["gradient"], answer["has_value"], answer["replaced"]) == ([1.0, 1.0], False, [])
    assert serve({"mode": "reverse", "time": "gradient", "calls": 3})["seconds"] >= 0


def test_a_library_that_names_its_numbers_can_be_timed_for_the_value():
    numbers = []
    library = loaded(number=lambda x: numbers.append(x) or x)
    serve = server(library)
    assert serve(question(time="first", mode="reverse"))["has_value"]
    numbers.clear()
    serve({"mode": "reverse", "time": "value", "calls": 3})
    assert numbers == [2.0, 5.0] * 3


def test_what_is_prepared_is_prepared_once():
    prepared = []

    def prepare(f, point, wrt):
        prepared.append(f(*point))
        return Prepared(lambda: [0.0, 1j], lambda: 0.0)

    library = loaded(prepared={"reverse": prepare})
    serve = server(library)
    assert serve(question(time="first", mode="reverse"))["gradient"] == [0.0, None]
    for what in ("gradient", "value", "gradient"):
        serve({"mode": "reverse", "time": what, "calls": 2})
    assert len(prepared) == 1


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=marks(name))
        for name in ("autograd", "casadi", "jax", "mygrad", "symengine", "tensorflow", "torch")
    ],
)
def test_what_is_timed_is_the_gradient(name):
    needs(name)
    right = list(dc.gradient(SURVEY, POINT).values())
    for mode in (*engine(name).modes, *engine(name).compiled):
        answer = engine_client.ask(name, question(time="first", mode=mode), 60.0)
        assert answer.get("gradient") == pytest.approx(right, rel=1e-12), (mode, answer)
        assert answer["has_value"]
        for what in ("gradient", "value"):
            assert engine_client.ask(name, {"mode": mode, "time": what, "calls": 2}, 60.0)["seconds"] >= 0
    assert version(name)
