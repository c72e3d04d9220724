"""`--notation`: the expression of a command in the notation that is named, and in no other."""

import pytest

import diffcompare as dc
from diffcompare.cli.options import NOTATIONS
from diffcompare.diagnostics import DiffcompareError
from diffcompare.language.notation import recognition
from diffcompare.language.parser import parse


def test_the_choices_are_the_notations_that_there_are():
    assert set(NOTATIONS) == {"diffcompare", *recognition.NOTATIONS}


@pytest.mark.parametrize(
    ("text", "notation", "meaning"),
    [
        ("-A1^2", "spreadsheet", "(-A1)^2"), ("-x^2", "matlab", "-x^2"), ("a/b c", "mathematica", "a/b*c"), ("x y", "latex", "x*y"),
        ("log(x)", "spreadsheet", "log10(x)"), ("x^2", "diffcompare", "x^2"),
    ],
)  # fmt: skip
def test_a_text_means_what_it_means_there(text, notation, meaning):
    assert dc.parse(text, notation=notation) is parse(meaning)


@pytest.mark.parametrize(
    ("text", "notation", "code"),
    [
        ("x^2", "c", "E221"),
        ("1/2*x", "fortran", "E222"),
        ("sin x", "diffcompare", "E215"),
        ("sni(x)", "python", "E101"),
    ],
)
def test_a_text_that_is_wrong_there_is_an_error(text, notation, code):
    with pytest.raises(DiffcompareError) as caught:
        parse(text, notation=notation)
    assert caught.value.diagnostic.code == code
    assert caught.value.diagnostic.text == text


def test_the_reading_is_echoed_and_a_derivative_says_its_variable(cli):
    outcome = cli("grad", r"\frac{d}{dx} \left( x^2 y \right)", "--notation", "latex", "--at", "x=2,y=3")
    assert outcome.code == 0
    assert "read as d/dx of `x^2*y`" in outcome.err
    assert "df/dx" in outcome.out
    assert "df/dy" not in outcome.out


def test_the_variable_of_the_derivative_may_not_be_contradicted(cli):
    outcome = cli("grad", r"\frac{d}{dx} x y", "--notation", "latex", "--wrt", "y")
    assert (outcome.code, "E506" in outcome.err) == (2, True)


def test_only_an_expression_has_a_notation(cli):
    assert cli("grad", "@sigmoid", "--notation", "latex").code == 2
    assert "unknown notation `latx`" in cli("grad", "x", "--notation", "latx").err
