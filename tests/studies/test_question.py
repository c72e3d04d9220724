"""Questions: wrong types are reported with the option they were given for; a default point lies off the kinks."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from rows import every_row

import diffcompare as dc
from diffcompare.language.parser import parse
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.studies.question import default_point, format_coordinate, format_point, near_kink
from diffcompare.tape import Function

WRONG = {
    "method": (lambda: dc.gradient("x^2", x=1, method=["reverse-ad"]), "a method is a name, not ['reverse-ad']"),
    "methods": (lambda: dc.compare("x^2", x=1, methods=3), "`methods` contains 3"),
    "wrt": (lambda: dc.trace("x^2", x=1, wrt=3), "`wrt` contains 3"),
    "several wrt": (lambda: dc.graph("x^2", x=1, wrt=[1, 2]), "`wrt` contains 1"),
    "step": (lambda: dc.compare("x^2", x=1, step="x"), "`step` is 'x'"),
    "budget": (lambda: dc.compare("x^2", x=1, budget=1j), "`budget` is 1j"),
    "hand": (lambda: dc.compare("x^2", x=1, hand="2*x"), "answers are not str"),
    "steps": (lambda: dc.sweep("x^2", x=1, steps=3), "`steps` is 3"),
    "no steps": (lambda: dc.sweep("x^2", x=1, steps={}), "`steps` is {}"),
    "no formula": (lambda: dc.sweep("x^2", x=1, methods="x"), "no formula `x`"),
    "no step": (lambda: dc.sweep("x^2", x=1, methods=["reverse-ad"]), "`reverse-ad` has no step"),
    "domain": (lambda: dc.check("x^2", x="2*x", domain=3), "`domain` contains 3"),
    "budget of a check": (lambda: dc.check("x^2", x="2*x", budget="a"), "`budget` is 'a'"),
    "points": (lambda: dc.check(math.sin, math.cos, points=3), "`points` is 3, which is not a list"),
}


@every_row("name", WRONG)
def test_a_wrong_type_is_told_with_its_option(name):
    call, message = WRONG[name]
    with pytest.raises(dc.DiffcompareError) as caught:
        call()
    assert message in caught.value.diagnostic.message
    assert caught.value.diagnostic.help


@pytest.mark.parametrize("step", [Fraction(1, 1024), Decimal("0.0009765625")])
def test_a_step_of_another_type_is_taken_as_a_double(step):
    comparison = dc.compare("x^2", x=3, step=step, methods="central-difference", truth=False)
    assert comparison.answers[0].gradient == {"x": 6.0}


def test_one_formula_may_stand_alone():
    assert [curve.method for curve in dc.sweep("x^2", x=1, methods="five-point").curves] == ["five-point"]


def test_a_text_is_asked_for_in_words():
    with pytest.raises(TypeError, match="an expression is text, not NoneType"):
        dc.parse(None)


def test_a_misspelt_option_of_a_check_is_named():
    with pytest.raises(TypeError, match="unknown option `poits`"):
        dc.check(math.sin, math.cos, 1.0, poits=[2.0])


@every_row(
    ("text", "point"),
    [
        ("x*y", {"x": 2.0, "y": 5.0}),
        ("asin(x) + y", {"x": 0.5, "y": 0.25}),
        ("acosh(x)", {"x": 2.0}),
        ("ln(1.6 - x)*sqrt(x - 1)", {"x": 1.5}),
        ("ln(x - 15)", {"x": 20.0}),
        ("ln(x - 500)", {"x": 2000.0}),
        ("sqrt(-x)", {"x": -2.0}),
        ("sqrt(-x*y)", {"x": 2.0, "y": -5.0}),
        ("exp(exp(x*200))", {"x": 0.02}),
        ("floor(x)", {"x": 0.5}),  # at 2 and 5 there is a kink
        ("abs(x - 2)", {"x": 0.5}),
        ("max(x, y - 3)", {"x": 0.5, "y": 0.25}),
        ("if(x < 2.002, 1, 2)*x", {"x": 0.5}),  # a kink is near
        ("2 + 3", {}),
    ],
)
def test_the_first_candidate_that_will_do(text, point):
    expression = parse(text)
    assert default_point([expression], variables(wengert_list(expression))) == point


def test_no_candidate_will_do():
    with pytest.raises(dc.DiffcompareError) as caught:
        default_point([parse("sqrt(-x^2 - y^2)")], ["x", "y"])
    diagnostic = caught.value.diagnostic
    assert (diagnostic.code, diagnostic.kind) == ("E706", "domain_error")
    assert "--at x=2,y=5" in diagnostic.help


def test_a_kink_is_near_only_if_a_variable_moves_it():
    assert near_kink(parse("abs(x)"), {"x": 0.0})
    assert near_kink(parse("abs(x)"), {"x": 1e-3})
    assert not near_kink(parse("abs(x)"), {"x": 0.1})
    assert not near_kink(parse("x*abs(0)"), {"x": 0.0})
    assert not near_kink(parse("x^2"), {"x": 0.0})


def test_a_point_as_text_reads_back_and_is_cut_where_it_is_long():
    assert [format_coordinate(x) for x in (2.0, 0.1, 1e15, 0.1 + 0.2)] == ["2", "0.1", "1e+15", "0.30000000000000004"]
    assert format_point({"x": 2.0, "y": -0.5}, "=", ",") == "x=2,y=-0.5"
    assert format_point(dict.fromkeys("abcdefghi", 1.0)).endswith(", g = 1, ...")


class Cubed(Function):
    definition = "x^3"

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x * x

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        return 3 * grad_output * x * x


OWN_FILE = """\
from diffcompare.tape import Function
class Twice(Function):
    forward = staticmethod(lambda ctx, x: 2*x)
    backward = staticmethod(lambda ctx, grad_output: 2*grad_output)
"""


def test_every_study_takes_functions_of_the_caller_s_own():
    assert dc.gradient("cubed(x)*x", x=2.0, ops=Cubed) == {"x": 32.0}
    assert dc.gradient("cubed(x)*x", x=2.0, ops=Cubed, method="symbolic") == {"x": 32.0}
    assert dc.compare("cubed(x)", x=2.0, ops=Cubed, hand={"x": "3*cubed(x)/x"}).gradient == {"x": 12.0}
    assert [frame.rule for frame in dc.trace("cubed(x)", x=2.0, ops=Cubed).primal] == ["x", "cubed(v₀)"]
    assert dc.graph("cubed(x)*x", x=2.0, ops=Cubed).paths == {"x": 2}
    assert str(dc.derive("cubed(x)", ops=Cubed).derivations[0].tidied) == "3*x^2"
    assert dc.jacobian("[cubed(x), x]", x=2.0, ops=Cubed).matrix == [[12.0], [1.0]]
    assert dc.hessian("cubed(x)", x=2.0, ops=Cubed).matrix == [[12.0]]
    assert dc.taylor("cubed(x)", x=2.0, order=3, ops=Cubed).coefficients == [8.0, 12.0, 6.0, 1.0]
    assert dc.sweep("cubed(x)", x=2.0, ops=Cubed, methods="central-difference", steps=(1e-3, 1e-5)).curves
    assert dc.jvp("cubed(x)", {"x": 2.0}, {"x": 1.0}, ops=Cubed) == 12.0
    assert dc.vjp("[cubed(x), x]", {"x": 2.0}, [1.0, 1.0], ops=Cubed) == {"x": 13.0}
    assert dc.check("cubed(x)", "3*cubed(x)/x", ops=Cubed).verdict in ("proved", "agrees")
    assert dc.check("[cubed(x), x]", "[[3*x^2], [1]]", ops=Cubed).ok


def test_they_are_classes_or_files_of_them_and_known_only_in_that_call(tmp_path):
    path = tmp_path / "own.py"
    path.write_text(OWN_FILE, encoding="utf-8")
    for ops in (path, str(path), [Cubed, str(path)]):
        assert dc.gradient("twice(x)", x=2.0, ops=ops) == {"x": 2.0}
    for ops in (None, Cubed):
        with pytest.raises(dc.DiffcompareError, match="unknown function `twice`"):
            dc.gradient("twice(x)", x=2.0, ops=ops)
    with pytest.raises(TypeError, match="`ops` is a Function of the tape, a file of them or a list, not 3"):
        dc.gradient("twice(x)", x=2.0, ops=3)
    with pytest.raises(dc.DiffcompareError, match="there is no file"):
        dc.gradient("twice(x)", x=2.0, ops=str(tmp_path / "none.py"))


def test_names_that_mean_something_already_are_refused():
    class Sin(Cubed):
        pass

    with pytest.raises(dc.DiffcompareError, match="the name `sin` means something already"):
        dc.gradient("sin(x)", x=2.0, ops=Sin)
