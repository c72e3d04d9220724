"""How single values look: to people, to machines, and beside the truth."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffcompare import formatting
from diffcompare.document import Approximate, Code, Measured
from diffcompare.language.expression import Variable


@pytest.mark.parametrize(
    ("cell", "text", "exact"),
    [
        (None, "-", ""),
        (True, "yes", "true"),
        (7, "7", "7"),
        (2**70, "1180591620717411303424", "1180591620717411303424"),
        (0.1, "0.1", "0.1"),
        (1.7163378145367738, "1.7163378145367738", "1.7163378145367738"),
        (1e-300, "1e-300", "1e-300"),
        (math.inf, "inf", "inf"),
        (Measured(5.5, "5.6"), "5.5", "5.5"),
        (Approximate(7.3456e-10), "7.3e-10", "7.3456e-10"),
        (Code("sin(x)"), "sin(x)", "sin(x)"),
        ("words", "words", "words"),
    ],
)
def test_a_cell_as_people_and_as_machines_read_it(cell: object, text: str, exact: str) -> None:
    assert formatting.text(cell) == text  # type: ignore[arg-type]
    assert formatting.exact(cell) == exact  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.0, 2, "0"),
        (1.0, 2, "1.0"),
        (0.5, 2, "0.50"),
        (15.95, 3, "15.9"),
        (104.76, 4, "104.8"),
        (1234.5, 2, "1234"),
        (99999.7, 2, "1.0e+05"),
        (0.00123, 2, "0.0012"),
        (3.4e-5, 2, "3.4e-05"),
        (-7.34e-10, 2, "-7.3e-10"),
        (4503599627370496.0, 2, "4.5e+15"),
        (math.inf, 2, "inf"),
    ],
)
def test_a_few_digits_are_enough(value: float, digits: int, text: str) -> None:
    assert formatting.text(Approximate(value, digits)) == text


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(1.7163378145367738, 4, "1.716"), (5.5, 4, "5.500"), (2.0, 1, "2"), (1.5e-30, 3, "1.50e-30"), (3e22, 1, "3e+22")],
)
def test_the_digits_that_were_asked_for(value: float, digits: int, text: str) -> None:
    assert formatting.text(value, digits) == text


def test_an_integer_too_long_for_python_is_named_by_its_exponent() -> None:
    assert formatting.integer(10**4300 - 1) == "9" * 4300
    assert formatting.integer(10**4300) == "about 10^4300"
    assert formatting.integer(10**5000 - 1) == "about 10^4999"
    assert formatting.integer(-(10**5000)) == "about -10^5000"
    assert formatting.integer(2**100_000) == "about 10^30102"


def test_a_long_formula_is_cut_for_people_and_says_so() -> None:
    formula = "+".join(["x"] * 1_500)
    assert formatting.text(Code(formula)) == formula[:2_000] + "… (2,999 characters in all)"
    assert formatting.exact(Code(formula)) == formula


def test_an_expression_is_printed_in_the_language() -> None:
    assert formatting.text(Variable("x1")) == "x1"


@pytest.mark.parametrize(
    ("value", "truth", "split"),
    [
        pytest.param(1.7163378145367738, "1.716337814536773780498380", ("1.7163378145367738", "", ""), id="all right"),
        pytest.param(
            1.7163378596305847, "1.716337814536773780498380", ("1.7163378", "596305847", ""), id="from a place"
        ),
        pytest.param(1.7163378145367738, None, ("1.7163378145367738", "", ""), id="no truth"),
        pytest.param(5.5, "5.5", ("5.5", "", ""), id="a truth that ends early"),
        pytest.param(5.500000000024442, "5.5", ("5.5000000000", "24442", ""), id="zeros that the truth leaves out"),
        pytest.param(-0.25, "-0.35", ("-0.", "25", ""), id="the first digit"),
        pytest.param(-0.25, "0.25", ("", "-0.25", ""), id="the sign"),
        pytest.param(12.5, "1.25", ("", "12.5", ""), id="the magnitude"),
        pytest.param(0.0, "9.06", ("", "0.0", ""), id="nothing of something"),
        pytest.param(1e-17, "0", ("", "1e-17", ""), id="something of nothing"),
        pytest.param(-0.0, "0", ("-0.0", "", ""), id="two zeros"),
        pytest.param(1.25e-30, "1.26e-30", ("1.2", "5", "e-30"), id="before an exponent"),
        pytest.param(10.0, "9.9999", ("10.0", "", ""), id="a truth that rounds up"),
        pytest.param(math.inf, "9.06", ("", "inf", ""), id="infinity"),
        pytest.param(100.5, "100.75", ("100.", "5", ""), id="after zeros"),
        pytest.param(5e-324, "4.940656458412465441765688e-324", ("5e-324", "", ""), id="the smallest double"),
    ],
)
def test_digits_that_leave_the_truth(value: float, truth: str | None, split: tuple[str, str, str]) -> None:
    assert tuple(formatting.marked(Measured(value, truth))) == split


def test_marks_follow_the_digits_that_are_shown() -> None:
    assert formatting.marked(Measured(1.7163378596305847, "1.716337814536773780"), 5) == ("1.7163", "", "")
    assert formatting.marked(Measured(1.7164378596305847, "1.716337814536773780"), 5) == ("1.716", "4", "")


numbers = st.floats(allow_nan=False, allow_infinity=False)


@given(numbers, numbers)
def test_marks_never_change_the_number(value: float, truth: float) -> None:
    assert "".join(formatting.marked(Measured(value, repr(truth)))) == repr(value)


@given(st.fractions(min_value=Fraction(-(10**6)), max_value=Fraction(10**6), max_denominator=10**9))
def test_the_double_nearest_the_truth_has_no_wrong_digit(truth: Fraction) -> None:
    digits = truth.numerator * 10**25 // truth.denominator
    assert not formatting.marked(Measured(digits / 10**25, f"{digits}e-25")).wrong


def test_of_a_giant_formula_only_the_beginning_is_written():
    from diffcompare.language.parser import parse

    expression = parse("+".join(f"{i}*x" for i in range(1, 8_001)))
    text = formatting.text(expression)
    assert text.startswith("x + 2*x + 3*x") or text.startswith("1*x + 2*x + 3*x")
    assert text.endswith("… (24,000 nodes in all)")
    assert len(text) < 2_100
    assert formatting.exact(expression).endswith("8000*x")
