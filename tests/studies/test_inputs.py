"""What a Python caller gives in the wrong type is told in words, with the option that it was given for."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import pytest

import diffcompare as dc

WRONG = {
    "method": (lambda: dc.gradient("x^2", x=1, method=["reverse-ad"]), "a method is a name, not ['reverse-ad']"),
    "methods": (lambda: dc.compare("x^2", x=1, methods=3), "`methods` has 3 in it"),
    "wrt": (lambda: dc.trace("x^2", x=1, wrt=3), "`wrt` has 3 in it"),
    "several wrt": (lambda: dc.graph("x^2", x=1, wrt=[1, 2]), "`wrt` has 1 in it"),
    "step": (lambda: dc.compare("x^2", x=1, step="x"), "`step` is 'x'"),
    "budget": (lambda: dc.compare("x^2", x=1, budget=1j), "`budget` is 1j"),
    "hand": (lambda: dc.compare("x^2", x=1, hand="2*x"), "answers are not str"),
    "steps": (lambda: dc.sweep("x^2", x=1, steps=3), "`steps` is 3"),
    "no steps": (lambda: dc.sweep("x^2", x=1, steps={}), "`steps` is {}"),
    "no formula": (lambda: dc.sweep("x^2", x=1, methods="x"), "no formula `x`"),
    "no step": (lambda: dc.sweep("x^2", x=1, methods=["reverse-ad"]), "there is no step in `reverse-ad`"),
    "domain": (lambda: dc.check("x^2", x="2*x", domain=3), "`domain` has 3 in it"),
    "budget of a check": (lambda: dc.check("x^2", x="2*x", budget="a"), "`budget` is 'a'"),
    "points": (lambda: dc.check(math.sin, math.cos, points=3), "`points` is 3, which is no list"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_type_is_told_with_its_option(name):
    call, said = WRONG[name]
    with pytest.raises(dc.DiffcompareError) as caught:
        call()
    assert said in caught.value.diagnostic.message
    assert caught.value.diagnostic.help


@pytest.mark.parametrize("step", [Fraction(1, 1024), Decimal("0.0009765625")])
def test_a_step_of_another_type_is_taken_as_a_double(step):
    found = dc.compare("x^2", x=3, step=step, methods="central-difference", truth=False)
    assert found.answers[0].gradient == {"x": 6.0}


def test_one_formula_may_stand_alone():
    assert [curve.method for curve in dc.sweep("x^2", x=1, methods="five-point").curves] == ["five-point"]


def test_a_text_is_asked_for_in_words():
    with pytest.raises(TypeError, match="an expression is text, not NoneType"):
        dc.parse(None)


def test_a_misspelt_option_of_a_check_is_named():
    with pytest.raises(TypeError, match="`poits` is no coordinate"):
        dc.check(math.sin, math.cos, 1.0, poits=[2.0])
