"""Texts that were probably meant otherwise: a warning where a number is asked for, no verdict where one is."""

import pytest
from rows import every_row

import diffcompare as dc
from diffcompare.diagnostics import DiffcompareError
from diffcompare.inputs.resolve import resolve
from diffcompare.language.parser import parse, read
from diffcompare.studies.check import check_expression


def warnings(text, names=()):
    return [(note.code, note.severity, note.fix) for note in read(text, names).notes if note.code in ("W307", "W308")]


@every_row(
    ("text", "fix"),
    [
        ("sinx", "sin(x)"), ("2sinx", "2sin(x)"), ("lnx + 1", "ln(x) + 1"), ("xe^x", "x*e^x"), ("1/xe^x", "1/(x*e^x)"),
        ("1/xy + x + y", "1/(x*y) + x + y"), ("2^xy - x*y", "2^(x*y) - x*y"), ("xy^2 + x/y", "x*y^2 + x/y"),
    ],
)  # fmt: skip
def test_a_glued_name_is_a_variable_and_its_other_reading_is_offered(text, fix):
    assert warnings(text) == [("W307", "warning", fix)]
    assert parse(fix) is not read(text).expression


def test_one_text_mends_all_names():
    assert {fix for _, _, fix in warnings("sinx^2 + cosx^2")} == {"sin(x)^2 + cos(x)^2"}


@pytest.mark.parametrize(
    ("text", "severity", "fix"),
    [("E^x", "warning", "e^x"), ("E^(-x^2)", "warning", "e^(-x^2)"), ("Pi*r^2", "warning", "pi*r^2"), ("2PI", "warning", "2pi"),
     ("E*x", "note", None), ("E^2", "note", None), ("I*R", "note", None)],
)  # fmt: skip
def test_constants_of_other_programs(text, severity, fix):
    assert warnings(text) == [("W308", severity, fix)]


def test_a_function_before_a_sign_is_more_than_a_name():
    assert [note.code for note in read("cos-1(x)").notes] == ["W301", "W307"]
    assert [note.code for note in read("exp - x").notes] == ["W302"]
    with pytest.raises(DiffcompareError, match="may be misread"):
        check_expression("cos-1(x)", {"x": "-1"})
    assert check_expression("exp(-x)", "-exp -x").exit_code == 0


def test_a_name_that_goes_on_behind_its_index():
    assert warnings("x₁x₂ + 1") == [("W307", "warning", "x₁*x₂ + 1")]
    assert warnings("x₁₂ + α₁") == []


def test_what_is_meant_is_no_warning():
    assert warnings("sinx + 1", ["sinx"]) == [("W307", "note", "sin(x) + 1")]
    assert warnings("E^x", ["E", "x"]) == []
    assert warnings("lnx = ln(x); x*lnx") == []
    assert warnings("x + y1 + single + rate") == []


def test_a_text_that_may_be_misread_is_no_entry_of_the_catalogue():
    assert resolve("E^x").match is None
    assert resolve("K^x").match is not None


@pytest.mark.parametrize(
    ("function", "answer", "reading"),
    [
        ("x*ln(x)", "lnx+1", "ln(x) + 1"), ("sin(2*x)", "2cos2x", "2*cos(2*x)"),
        ("x*e^x", "xe^x + e^x", "x*exp(x) + exp(x)"), ("sin(x)", "cosx", "cos(x)"),
    ],
)  # fmt: skip
def test_glued_names_of_an_answer_that_can_mean_one_thing_are_read_so(function, answer, reading):
    checked = check_expression(function, answer, budget=1)
    assert checked.ok
    assert f"the answer for df/dx is read as `{reading}`" in [note.message for note in checked.notes]


@pytest.mark.parametrize(("function", "answer", "fix"), [("e^x", "E^x", "e^x"), ("pi*x", "Pi", "pi")])
def test_a_constant_that_is_misspelled_in_an_answer_gets_no_verdict(function, answer, fix):
    with pytest.raises(DiffcompareError) as caught:
        check_expression(function, answer)
    assert (caught.value.diagnostic.code, caught.value.diagnostic.fix, caught.value.exit_code) == ("E705", fix, 2)
    assert check_expression(function, fix, budget=1).ok


def test_the_other_names_of_such_an_answer_have_to_be_known():
    with pytest.raises(DiffcompareError) as caught:
        check_expression("2*sin(x)", "2cosx + z")
    assert caught.value.diagnostic.help == "did you mean `cos(x)`?"
    assert caught.value.diagnostic.fix is None


@pytest.mark.parametrize(("function", "fix"), [("x*lnx", "x*ln(x)"), ("x*y + xy", "x*y + x*y"), ("E^x", "e^x")])
def test_a_function_that_is_misread_gets_no_verdict(function, fix):
    with pytest.raises(DiffcompareError) as caught:
        check_expression(function, x="1")
    assert (caught.value.diagnostic.code, caught.value.diagnostic.fix, caught.value.exit_code) == ("E578", fix, 2)


def test_a_partial_by_the_name_says_that_it_is_one():
    assert check_expression("sinx^2", sinx="2*sinx").ok
    with pytest.raises(DiffcompareError):
        check_expression("sinx^2", "2*sinx")


def test_the_number_is_computed_all_the_same():
    assert dc.gradient("sinx*2", {"sinx": 3.0}) == {"sinx": 2.0}
