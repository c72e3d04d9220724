"""sympy's forms: what is asked, what is kept, and where it stops."""

import pytest

from diffcompare.backends.problem import Problem, Size
from diffcompare.backends.symbolic.client import SympyAnswer
from diffcompare.language.parser import parse
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.studies.swell import measure
from diffcompare.studies.swell.study import swell_family


def problem(text):
    expression = parse(text)
    names = tuple(variables(wengert_list(expression)))
    return Problem(expression, dict.fromkeys(names, 2.0), names)


def forms(text, order=1):
    (forms,) = measure.sympy_forms([(problem(text), order)], 30.0)
    return {name: str(next(iter(form.formulas.values()))) for name, form in forms.items()}


def test_the_four_forms():
    assert forms("(x + 1)^3*x") == {
        "sympy": "3*x*(x + 1)^2 + (x + 1)^3",
        "cse": "3*x*(x + 1)^2 + (x + 1)^3",
        "expanded": "4*x^3 + 9*x^2 + 6*x + 1",
        "simplified": "(x + 1)^2*(4*x + 1)",
    }


def test_higher_orders():
    assert forms("x^5", order=3)["sympy"] == "60*x^2"
    assert forms("sin(x)*x", order=2)["expanded"] == "2*cos(x) - x*sin(x)"


def test_expanding_takes_more_than_polynomials():
    assert forms("x*(sin(x) + 1)/2")["expanded"] == "x*cos(x)/2 + sin(x)/2 + 1/2"


@pytest.fixture
def talk(monkeypatch):
    """A conversation with somebody who answers `3` at every stage, but for those that are said to time out."""
    asked = []

    def converse(slow, count, budget=5.0, seconds=0.0):
        def derive(problem, stages, order):
            asked.append((problem.budget, stages))
            done = stages[: next((i for i, stage in enumerate(stages) if (len(asked), stage) in slow), len(stages))]
            answer = SympyAnswer({stage: {"x": parse("3")} for stage in done}, dict.fromkeys(done, Size(1, 1)))
            answer.seconds = seconds
            if done != stages:
                answer.troubles[stages[len(done)]] = ("timed-out", f"timed out after {problem.budget:g} s")
                answer.seconds = problem.budget
            return answer

        monkeypatch.setattr(measure.client, "derive", derive)
        monkeypatch.setattr(measure, "prepare", lambda: None)
        results = measure.sympy_forms([(problem("x"), 1)] * count, budget)
        return [{name: form.trouble for name, form in forms.items()} for forms in results], asked

    return converse


def test_where_nothing_is_slow_there_are_three_rounds(talk):
    troubles, asked = talk({}, 2)
    assert troubles == [dict.fromkeys(measure.STAGES)] * 2
    assert [stages for _, stages in asked] == [
        ["raw", "cse"], ["raw", "cse"], ["raw", "expanded"], ["raw", "expanded"], ["raw", "simplified"],
        ["raw", "simplified"],
    ]  # fmt: skip
    assert [budget for budget, _ in asked] == [2.5, 2.5, 2.5, 2.5, 5, 5]


def test_a_stage_that_timed_out_is_not_asked_again(talk):
    troubles, asked = talk({(5, "expanded"), (7, "simplified")}, 3)
    assert [row["cse"] for row in troubles] == [None, None, None]
    assert [row["expanded"] for row in troubles] == [None, "timed out after 2.5 s", "not asked"]
    assert [row["simplified"] for row in troubles] == [None, "timed out after 5 s", "not asked"]
    assert len(asked) == 3 + 2 + 2


def test_what_has_no_derivative_in_the_first_round_is_not_asked_again(talk):
    troubles, asked = talk({(2, "raw")}, 3)
    assert troubles[0] == dict.fromkeys(measure.STAGES)
    assert troubles[1] == {
        "sympy": "timed out after 2.5 s", "cse": "timed out after 2.5 s", "expanded": "not asked",
        "simplified": "not asked",
    }  # fmt: skip
    assert troubles[2] == dict.fromkeys(measure.STAGES, "not asked")
    assert len(asked) == 2 + 1 + 1


def test_a_round_that_has_used_up_its_time_says_so(talk):
    troubles, _ = talk({}, 4, seconds=1.5)
    assert [row["expanded"] for row in troubles] == [None, None, "not asked", "not asked"]
    assert [row["cse"] for row in troubles] == [None, None, "timed out after 2.5 s", "not asked"]
    assert [row["simplified"] for row in troubles] == [None, None, "not asked", "not asked"]


def test_what_sympy_cannot_do_is_said_and_the_next_member_is_asked(monkeypatch):
    results = measure.sympy_forms([(problem("polygamma(n, x)"), 1), (problem("x"), 1)], 30.0)
    assert results[0]["sympy"].formulas is None
    assert results[0]["cse"].trouble == "not reached"
    assert results[1]["simplified"].trouble is None


def test_where_sympy_stops_all_else_is_there_all_the_same():
    rows = swell_family("logistic", range(4, 15), budget=0.3).rows
    assert rows[-1].forms["simplified"].trouble == "not asked"
    assert "timed out after 0.3 s" in {row.forms["simplified"].trouble for row in rows}
    assert rows[-1].forms["light"].size.dag == 8 * 14 - 6
    assert rows[-1].sweeps["reverse"].work > 0
