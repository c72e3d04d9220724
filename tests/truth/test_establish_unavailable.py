"""Without Arb there is no truth, the reason is given, and everything else works."""

import json
import subprocess
import sys

import pytest

import diffcompare as dc
from diffcompare.classroom.demos import load_demo
from diffcompare.classroom.lesson.programs import stepped
from diffcompare.language.parser import parse
from diffcompare.misconceptions.explain import find_mistake
from diffcompare.numeric import arb_functions

REASON = "python-flint cannot be imported here: no wheel for this platform"


@pytest.fixture(autouse=True)
def without_arb(monkeypatch):
    monkeypatch.setattr(arb_functions, "MISSING", REASON)


def test_a_comparison_has_all_answers_and_says_why_there_is_no_truth():
    comparison = dc.compare("x^2*sin(x)", x=1.5, methods=["forward-ad", "central-difference"])
    assert comparison.truth.status == "unavailable"
    assert comparison.truth.notes == (f"no truth: {REASON}",)
    assert [answer.status for answer in comparison.answers] == ["ok", "ok"]
    assert REASON in comparison.verdict
    assert json.loads(comparison.to_json())["truth"]["status"] == "unavailable"


@pytest.mark.parametrize(("text", "x", "code"), [("ln(x)", -1.0, "E802"), ("exp(x)", 1000.0, "E804")])
def test_what_doubles_see_of_a_bad_point_is_told(text, x, code):
    assert dc.compare(text, x=x, methods="reverse-ad").failure.code == code


def test_a_sweep_measures_against_reverse_mode():
    swept = dc.sweep("sin(x)", x=1.0)
    assert [note.code for note in swept.notes] == ["W551"]
    assert REASON in swept.notes[0].message
    assert swept.curves


@pytest.mark.parametrize("answer", ["2*x", "x", "x*2"])
def test_a_check_is_undecided_with_the_reason(answer):
    result = dc.check("x^2", answer)
    assert result.verdict == "undecided"
    assert REASON in result.judgements["x"].argument


def test_a_mistake_is_named_by_doubles_alone():
    points = [{"x": x} for x in (0.3, 0.7, 1.1, 1.6, 2.3, 2.9)]
    mistake = find_mistake(parse("sin(2*x)"), "x", parse("cos(2*x)"), points)
    assert mistake.kind == "missing-inner-factor"


def test_a_derivation_is_held_against_reverse_mode():
    derived = dc.derive("x^2", x=3.0).check
    assert (derived.failure, derived.truth, derived.reverse) == (None, {}, {"x": 6.0})


@pytest.mark.parametrize("name", ["complex", "kinks"])
def test_demos_play(name):
    demo = load_demo(name)
    assert all(frame.blocks for frame in demo.frames())


def test_the_page_of_a_lesson_holds_its_quotients_against_reverse_mode():
    assert stepped("x^2", {"x": 3.0}).data["truth"] == 6.0


def test_nothing_else_needs_the_library_to_be_there():
    code = (
        "import sys; sys.modules['flint'] = None\n"
        "from diffcompare.cli import main\n"
        "main(['grad', 'x^2', '--at', 'x=3', '--method', 'reverse-ad', '--json'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8")
    document = json.loads(done.stdout)
    assert document["truth"]["status"] == "unavailable"
    assert "python-flint cannot be imported here" in document["verdict"]
    assert document["methods"][0]["gradient"] == {"x": 6.0}
