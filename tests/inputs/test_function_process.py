"""A user's function in a process of its own: the same recordings and values, and an end to what never ends."""

import math

import pytest
from note_functions import HEAD, sinh_with

from diffcompare.diagnostics import DiffcompareError
from diffcompare.inputs import function_process
from diffcompare.inputs.function_point import FunctionPoint
from diffcompare.inputs.function_process import FunctionProcess, ProcessProgram, callable_of, load_in_process
from diffcompare.inputs.function_worker import Service, point_data, point_from, recording_data
from diffcompare.inputs.python_function import program
from diffcompare.language.parser import parse

MODEL = f"""\
import math, os, time
def f(w, n=2, c=0.5):
    total = 0.0
    for x in w:
        if x > 0:
            total = total + math.prod([math.sin(x)] * n)
    return total * c
def df(w, n=2, c=0.5):
    return [2 * math.sin(x) * math.cos(x) * c if x > 0 else 0 for x in w], sum(math.sin(x) ** 2 for x in w if x > 0)
def moody(x):
    if x > 1.5:
        time.sleep(100)
    if x < 0:
        os._exit(3)
    print("to standard error")
    return x * x
def straight(x):
    return 4 * x * (1 - x)
{HEAD}{sinh_with(definition="(exp(i) - exp(-i))/2")}
def hyperbolic(x):
    return Sinh.apply(x) * x
"""


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    file = tmp_path_factory.mktemp("models") / "model.py"
    file.write_text(MODEL, encoding="utf-8")
    return str(file)


@pytest.fixture(scope="module")
def remote(path):
    run = load_in_process(path, "f", {"w": [0.3, -1.0, 2.0]}, "model.py:f", 5.0)
    yield run
    run.process.end()


def test_a_recording_comes_over_whole(remote, path):
    from diffcompare.inputs.python_file import load

    here = program(load(path, "f"), {"w": [0.3, -1.0, 2.0]}, "f")
    one, other = here.recording, remote.recording
    assert one.gradient() == other.gradient()
    assert one.value == other.value
    assert [node.place for node in one.steps] == [node.place for node in other.steps]
    assert [str(one.question(d)) for d in one.decisions] == [str(other.question(d)) for d in other.decisions]
    assert not one.first_difference(other)
    assert here.at == remote.at
    assert remote.at.fixed == {"n"}


def test_it_runs_elsewhere_on_its_own_path(remote):
    moved = {**remote.at.point, "w[1]": 1.0}
    assert remote.value(moved) > remote.value(remote.at.point)
    assert "`if x > 0:`" in remote.recording.first_difference(remote.record(moved))


def test_a_branch_is_no_formula(remote):
    with pytest.raises(DiffcompareError) as caught:
        _ = remote.formula
    assert caught.value.diagnostic.code == "E589"
    assert "if x > 0:" in str(caught.value)


def test_a_gradient_in_another_process(remote, path):
    process = FunctionProcess(path, "df", 5.0)
    try:
        assert ProcessProgram(process, remote.at, "df").called(remote.at.point)[1] == pytest.approx(
            math.sin(0.3) ** 2 + math.sin(2.0) ** 2
        )
        assert callable_of(process, "df")([0.3, -1.0], n=2)[0][1] == 0
    finally:
        process.end()


def test_one_run_that_never_ends_leaves_the_others_standing(path):
    run = load_in_process(path, "moody", {"x": 1.0}, "model.py:moody", 0.2)
    try:
        assert run.recording.gradient() == {"x": 2.0}
        assert "did not end within 0.2 s" in run.run({"x": 2.0}).trouble
        assert "exit code 3" in run.run({"x": -1.0}).trouble
        assert run.run({"x": 1.25}).value == 1.5625
    finally:
        run.process.end()


def test_a_file_that_never_ends_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(function_process, "LOADING", 0.1)
    file = tmp_path / "loop.py"
    file.write_text("while True:\n    pass\n", encoding="utf-8")
    with pytest.raises(DiffcompareError, match=r"did not end within 0\.2 s, so that there is no function"):
        load_in_process(str(file), "f", {}, "loop.py:f", 0.1)


@pytest.mark.parametrize(
    ("name", "given", "code"), [("g", {}, "E642"), ("f", {}, "E704"), ("f", {"w": [1], "q": 1}, "E705")]
)
def test_errors_come_over_whole(path, name, given, code):
    def ask():
        service = Service()
        service.serve({"do": "load", "path": path, "name": name})
        service.serve({"do": "point", "given": given, "label": "f", "budget": None})

    with pytest.raises(DiffcompareError) as caught:
        ask()
    assert caught.value.diagnostic.code == code


def test_the_service_answers_in_json(path):
    service = Service()
    assert service.serve({"do": "load", "path": path, "name": "straight"}) == {
        "parameters": [["x", "POSITIONAL_OR_KEYWORD"]],
        "is_operation": False,
    }
    answer = service.serve({"do": "point", "given": {"x": 0.25}, "label": "f", "budget": None})
    at = point_from(answer["point"])
    assert at == service.program.at
    assert point_data(at) == answer["point"]
    assert service.serve({"do": "run", "point": {"x": 0.5}}) == {"values": (1.0,), "trouble": ""}
    recording = service.serve({"do": "record", "point": None})["recording"]
    assert recording == recording_data(service.program.recording, [])
    assert [entry[0] for entry in recording["entries"]] == ["*", "-", "*"]
    assert service.serve({"do": "formulas"})["formulas"]["code"][-1][0] == "*"
    assert service.serve({"do": "apply", "arguments": [0.5], "named": {}}) == {"result": 1.0}
    assert service.program.formula is parse("4*x*(1 - x)")


def test_a_point_without_parameters():
    assert point_from(point_data(FunctionPoint(()))) == FunctionPoint(())


def test_a_function_of_the_tape_is_asked_for_its_numbers_in_its_process(path):
    run = load_in_process(path, "hyperbolic", {"x": 0.5}, "model.py:hyperbolic", 5.0)
    recording = run.recording
    sinh = recording.steps[0].operation
    assert (sinh.name, str(sinh.formula)) == ("Sinh", "(exp(i) - exp(-i))/2")
    assert recording.gradient()["x"] == pytest.approx(math.sinh(0.5) + 0.5 * math.cosh(0.5), rel=1e-15)
    assert sinh(1.0) == pytest.approx(math.sinh(1.0))
    assert sinh.saved(0.0) == [1.0, 1.0]
    run.process.end()  # another process finds it again
    assert sinh(2.0) == pytest.approx(math.sinh(2.0))
    assert run.formula is parse("(exp(x) - exp(-x))/2*x")
    run.close()
