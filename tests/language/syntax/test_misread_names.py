"""Names that look like several things written together, and the ordinary names that do not."""

import pytest
from rows import every_row

from diffcompare.language.parser import read
from diffcompare.language.syntax.misread_names import readings


@every_row(
    ("name", "reading"),
    [
        ("sinx", "sin(x)"), ("lnx", "ln(x)"), ("cos2x", "cos(2*x)"), ("expx", "exp(x)"), ("sqrtx", "sqrt(x)"),
        ("tanx", "tan(x)"), ("arctanx", "arctan(x)"), ("sinθ", "sin(θ)"), ("costheta", "cos(theta)"), ("ln2", "ln(2)"),
        ("sinx1", "sin(x1)"), ("sin2pix", "sin(2*pi*x)"), ("sinwt", "sin(w*t)"), ("xlnx", "x*ln(x)"),
        ("tsint", "t*sin(t)"), ("sinxcosx", "sin(x)*cos(x)"), ("pix", "pi*x"), ("tanhx", "tanh(x)"), ("lgx", "lg(x)"),
        ("Sinx", "sin(x)"), ("Cos2x", "cos(2*x)"), ("pir", "pi*r"),
    ],
)  # fmt: skip
def test_a_function_and_its_argument(name, reading):
    assert readings(name, set()) == [reading]


@every_row(
    "name",
    ["single", "logit", "expected", "sinus_rate", "minx", "maxx", "using", "stand", "tank", "cost", "sink", "since", "x1",
     "pixel", "spin", "lambda", "value", "exponent", "cosine", "tangent", "sinh", "coth", "sech", "x", "xy", "dx", "kt",
     "Single", "Cost", "Tank", "Sinh", "Sech", "Logo", "pid", "pit"],
)  # fmt: skip
def test_ordinary_names(name):
    assert readings(name, set()) == []


@every_row(
    ("name", "known", "reading"),
    [("xy", "xy", "x*y"), ("cost", "t", "cos(t)"), ("pir", "r", "pi*r"), ("sinxy", "xy", "sin(x*y)"), ("usinv", "uv", "u*sin(v)"),
     ("xpi", "x", "x*pi"), ("coskx", "x", "cos(k*x)"), ("abc", "abc", "a*b*c")],
)  # fmt: skip
def test_what_occurs_by_itself_makes_it_likely(name, known, reading):
    assert readings(name, set(known)) == [reading]


def test_names_of_several_letters_occur_by_themselves_too():
    assert readings("x1x2", {"x1", "x2"}) == ["x1*x2"]
    assert readings("x1x2", {"x1"}) == []


def test_the_base_of_a_power():
    assert readings("xe", {"x"}, raised=True) == ["x*e"]
    assert readings("xe", {"x"}) == []
    assert readings("ae", {"x"}, raised=True) == ["a*e"]
    assert readings("Re", {"n"}, raised=True) == [], "the Reynolds number"


def test_a_name_with_very_many_beginnings_is_looked_at_once():
    assert readings("a" * 22 + "1", {"a" * length for length in range(1, 22)}) == []


def test_two_readings():
    assert readings("log2x", set()) == ["log2(x)", "log(2*x)"]


def test_a_name_that_cannot_stand_is_read_out_of_those_that_can():
    assert readings("cosx", {"x"}, unknown=True) == ["cos(x)"]
    assert readings("cosx", {"t"}, unknown=True) == []
    assert readings("xe", {"x"}, unknown=True) == ["x*e"]


@pytest.mark.parametrize("text", ["M_PI*x", "x + M_SQRT2", "(double)x/2", "(int)x"])
def test_what_a_program_calls_a_constant_or_a_type_is_no_variable(text):
    notes = read(text).notes
    assert [(note.code, note.severity) for note in notes if note.code == "W308"] == [("W308", "warning")]
