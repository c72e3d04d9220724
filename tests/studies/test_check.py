"""`check`: one verdict over all partials, the mistakes behind them, and the same in every form."""

import json
import math

import numpy as np
import pytest

import diffcompare as dc
from diffcompare import check
from diffcompare.diagnostics import DiffcompareError
from diffcompare.misconceptions.kinds import KINDS
from diffcompare.studies.listings import Kinds
from diffcompare.tape import Function


@pytest.mark.parametrize(
    ("answers", "verdict", "code"),
    [
        ({"x": "2*x*y", "y": "x^2"}, "proved", 0),
        ({"y": "x^2", "x": "y*(x + x)"}, "proved", 0),
        ({"x": "2*x*y", "y": "x^3"}, "wrong", 1),
        ({"x": "2*x*y", "y": "ln(-1)"}, "undecided", 3),
        ({"x": "x*y", "y": "ln(-1)"}, "wrong", 1),
    ],
)
def test_the_worst_verdict_is_that_of_all(answers, verdict, code):
    result = check("x^2*y", answers)
    assert (result.verdict, result.exit_code, result.ok) == (verdict, code, code == 0)


def test_an_answer_that_agrees_where_it_is_defined_counts_as_the_teacher_says():
    right, wrong = (check("x^4", "4*sqrt(x)^6", where_defined=counted) for counted in ("right", "wrong"))
    assert right.verdict == wrong.verdict == "agrees where it is defined"
    assert (right.ok, right.exit_code, wrong.ok, wrong.exit_code) == (True, 0, False, 1)
    assert wrong.data()["sentence"] == (
        "df/dx agrees where it is defined, but has no value for x < 0, and so counts as wrong."
    )
    with pytest.raises(ValueError, match="'right' or 'wrong'"):
        check("x^4", "4*x^3", where_defined="maybe")


def test_the_region_without_a_value_in_the_data():
    assert check("x^4", "4*sqrt(x)^6").data()["partials"]["x"]["no_value"] == {
        "region": "x < 0", "needs": "x >= 0", "point": {"x": -1.0},
    }  # fmt: skip
    several = check("x^2*y", x="2*sqrt(x)^2*y").data()["partials"]["x"]["no_value"]
    assert (several["region"], several["needs"]) == (None, "x >= 0")
    assert check("x^4", "4*x^3").data()["partials"]["x"]["no_value"] is None


def test_no_region_is_claimed_beyond_those_that_were_looked_at():
    message = check("|sin(x)|", "cos(x)").data()["partials"]["x"]["evidence"]
    assert "wrong for x <" not in message
    assert "right for" in message


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("exp(800*x)/x", "exp(800*x)/x"),
        ("exp(800*x)/x", "800*exp(800*x)"),
        ("exp(exp(x))", "exp(exp(x))"),
        ("1e-300*x^3", "1e-300*x^2"),
        ("(1e200*x)^2", "2e200*x"),
        ("10^(300*x)", "10^(300*x)"),
        ("sinh(x)^300", "300*sinh(x)^299"),
    ],
)
def test_numbers_beyond_all_doubles_cost_no_verdict(text, answer):
    assert check(text, answer, budget=1.0).verdict == "wrong"


def test_an_answer_without_a_name():
    assert check("x^2", "2*x").ok
    assert check("x^2", dc.parse("2*x")).ok
    assert check("x^2", x="2*x").ok
    assert check("2*x", 2).ok
    assert check("2*x", x=2.0).ok
    with pytest.raises(DiffcompareError, match="a function of one variable"):
        check("x*y", "y")


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        (["2*x"], "answers are not list"),
        (2j, "answers are not complex"),
        (b"2*x", "answers are not bytes"),
        ({1: "2*x"}, "1 is not the name of a variable"),
        (math.nan, "no variable `nan`"),
    ],
)
def test_whatever_else_is_given_as_an_answer_is_refused_in_words(answers, message):
    with pytest.raises(DiffcompareError, match=message):
        check("x^2", answers)


def test_a_missing_partial_is_said():
    result = check("x*y*z", x="y*z")
    assert result.missing == ("y", "z")
    assert "`y`, `z`" in result.notes[-1].message
    assert result.ok


def test_without_answers_those_of_the_entry_are_checked():
    assert check("@rosenbrock").verdict == "proved"
    with pytest.raises(DiffcompareError) as caught:
        check("x^2")
    assert caught.value.diagnostic.code == "E571"


def test_formulas_by_hand_of_the_catalogue_are_right(monkeypatch):
    # Points in every piece are evidence enough here: the proofs would take a minute.
    monkeypatch.setattr("diffcompare.verify.verdict.prove_by_sympy", lambda *arguments: None)
    from diffcompare.inputs.catalogue import load

    for entry in load()[::6]:
        result = check(f"@{entry.name}", budget=0.5)
        assert result.verdict in ("proved", "agrees"), entry.name


def test_the_mistake_is_named_with_its_places():
    data = json.loads(check("x + sin(x^2)", x="1 + cos(x^2)").to_json())
    mistake = data["partials"]["x"]["mistake"]
    assert data["verdict"] == "wrong"
    assert mistake["kind"] == "missing-inner-factor"
    assert "x + sin(x^2)"[slice(*mistake["span"])] == "sin(x^2)"
    assert "1 + cos(x^2)"[slice(*mistake["answer_span"])] == "cos(x^2)"
    assert mistake["step"]["after"] == "cos(x^2)*d/dx[x^2]"


def test_the_fields_of_the_document():
    data = json.loads(check("x^2*y", x="2*x*y", y="x").to_json())
    assert set(data) >= {"schema", "command", "verdict", "partials", "missing", "sentence", "seed", "domain"}
    for partial in data["partials"].values():
        assert set(partial) >= {"verdict", "evidence", "witness", "mistake", "pieces", "holes", "points"}
    assert data["partials"]["x"]["witness"] is None
    assert set(data["partials"]["y"]["witness"]) == {"point", "yours", "right"}


def test_one_side_only():
    evidence = json.loads(check("ln(|x|)", x="1/|x|").to_json())["partials"]["x"]["evidence"]
    assert "right for x > 0 and wrong for x < 0" in evidence


def test_a_domain():
    assert check("ln(|x|)", x="1/|x|", domain="x > 0").ok
    assert "x > 0" in str(check("ln(|x|)", x="1/|x|", domain="x > 0"))


def test_the_solution_is_shown_on_request_only():
    from diffcompare.studies.check import check_question
    from diffcompare.studies.question import question_of

    question = question_of("x*sin(x)")
    assert "rule by rule" not in str(check_question(question, {"x": "cos(x)"}))
    assert "rule by rule" in str(check_question(question, {"x": "cos(x)"}, solution=True))


@pytest.mark.parametrize("format", ["terminal", "plain", "json", "csv", "markdown", "html", "latex"])
def test_every_format_tells_the_verdict(format):
    from diffcompare.render import render

    assert "wrong" in render(check("x^2*y", x="2*x", y="x^2").document(), format)


def test_many_partials_are_cut_and_all_in_the_data():
    names = [f"x{number}" for number in range(1, 81)]
    text = "*".join(names)
    answers = {name: "*".join(other for other in names if other != name) for name in names}
    answers["x7"] = "1"
    result = check(text, answers, budget=0.5)
    assert result.verdict == "wrong"
    assert len(json.loads(result.to_json())["partials"]) == 80
    assert "df/dx7: wrong" in str(result)
    assert len(str(result).splitlines()) < 150


def test_every_kind_has_an_example_that_is_wrong_and_named_so():
    rows = Kinds().rows()
    assert [row["kind"] for row in rows] == list(KINDS)
    for row in rows[::4]:
        result = check(row["expression"], {row["by"]: row["wrong"]})
        assert result.verdict == "wrong", row
        mistake = result.mistakes[row["by"]]
        assert row["kind"] in (mistake.kind, *mistake.also), row


@pytest.mark.parametrize(
    ("text", "answers", "sentence"),
    [
        ("sin(2*x)", {"x": "2*cos(2*x)"}, "df/dx is right: this is proved."),
        ("sin(2*x)", {"x": "cos(2*x)"}, "df/dx is wrong: the inner derivative is missing."),
        (
            "5*x^3 - cos(x)",
            {"x": "3*x^2 - sin(x)"},
            "df/dx is wrong: a constant factor is lost; the derivative of a function has the wrong sign.",
        ),
        (
            "x^2*y",
            {"x": "x^2", "y": "2*x*y"},
            "df/dx and df/dy: wrong. The mistakes: the partial with respect to another variable.",
        ),
        (
            "x",
            {"x": "floor(x)/floor(x)"},
            "df/dx agrees where it is defined, but has no value, for instance at x = 0.5 (it needs floor(x) != 0).",
        ),
    ],
)
def test_the_closing_sentence(text, answers, sentence):
    assert check(text, answers).data()["sentence"] == sentence


def test_a_step_that_is_the_whole_solution_is_not_shown_unasked():
    assert "What is needed there: the power rule." in str(check("x^3", {"x": "x^2"}))
    assert "3*x^2" not in str(check("x^3", {"x": "x^2"}))


def test_the_half_of_space_is_said_and_no_mistake_made_up():
    result = check("c^2*sqrt(1 + x^2/c^2)", {"x": "c*x/sqrt(c^2 + x^2)"})
    assert result.mistakes["x"] is None
    assert "Yours is right at all points that were tried where c > 0." in str(result)


class Damped(Function):
    """A Function without a definition."""

    @staticmethod
    def forward(ctx, a, b):
        return a * np.sin(b)

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output, grad_output  # what is wrong here does not matter


@pytest.mark.parametrize(
    ("text", "partials", "verdict"),
    [
        ("damped(2, x)", {"x": "2*cos(x)"}, "agrees"),
        ("damped(x, y)", {"x": "sin(y)", "y": "x*cos(y)"}, "agrees"),
        ("damped(2, x)*x", {"x": "2*x*cos(x) + 2*sin(x)"}, "agrees"),
        ("damped(2, x)", {"x": "2*sin(x)"}, "wrong"),
        ("damped(2, x)", {"x": "2.0001*cos(x)"}, "wrong"),
        ("damped(2, x)*x", {"x": "2*cos(x)"}, "wrong"),
    ],
)
def test_an_operation_without_a_definition_is_judged_by_differences(text, partials, verdict):
    checked = check(text, partials, ops=Damped)
    assert checked.verdict == verdict
    assert "has no `definition`, so that the derivative comes from differences of values" in str(checked.details())
    assert "30 digits" not in str(checked)


# --- The short form ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "partials", "line"),
    [
        ("tan(x)", {"x": "sec(x)^2"}, "✓ Correct: sec(x)^2 is the derivative of tan(x) (proved)."),
        ("x^2*y", {"x": "2*x*y", "y": "x^2"}, "✓ Correct: both partial derivatives (proved)."),
        ("x*y*z", {"x": "y*z", "y": "x*z", "z": "x*y"}, "✓ Correct: all 3 partial derivatives (proved)."),
    ],
)
def test_what_is_right_is_said_in_a_line(text, partials, line):
    checked = check(text, partials)
    assert str(checked) == line
    assert "this is proved" in str(checked.details())


def test_what_is_wrong_is_said_first_with_the_right_rule():
    first, *rest = str(check("tan(x)", x="sec(x)")).splitlines()
    assert first == "✗ Wrong: at x = 2 yours is -2.403 and the derivative is 5.7744."
    assert "The mistake: the derivative of tan(x) is sec(x)^2, not sec(x)." in rest
