"""Signs of print and handwriting that the language does not have."""

import pytest

from diffcompare.diagnostics import DiffcompareError
from diffcompare.language.parser import parse, read


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("½x²", "(1/2)*x^2"), ("x^½", "x^(1/2)"), ("∛x", "cbrt(x)"), ("x∛(x + 1)", "x*cbrt(x + 1)"), ("e⁻ˣ", "e^-x"), ("x²eˣ", "x^2*e^x"),
        ("e⁻²ˣ", "e^(-2*x)"), ("aⁿ", "a^n"), ("y = e^{-x}cos x", "exp(-x)*cos(x)"), ("sin^{2}x", "sin(x)^2"), ("x²√x", "x^2*sqrt(x)"),
    ],
)  # fmt: skip
def test_what_is_set_in_print_is_read(text, expected):
    parsed = read(text)
    assert parsed.expression is parse(expected)
    assert parsed.notes[0].code == "W310"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x – 1", "x - 1"), ("x—1", "x - 1"), ("e^(‐x)", "e^(-x)"), ("x∗y⁄2", "x*y/2"), ("（ｘ＋１）／2", "(x + 1)/2"), ("｜x｜＾2", "|x|^2"),
        ("max(x，y)", "max(x, y)"), ("𝑥² sin 𝑥", "x^2*sin(x)"), ("𝑠𝑖𝑛(𝑥) – 𝟐", "sin(x) - 2"), ("xˆ2", "x^2"), ("½x² – 3x", "(1/2)*x^2 - 3*x"),
    ],
)  # fmt: skip
def test_signs_and_letters_of_documents_are_those_that_they_show(text, expected):
    parsed = read(text)
    assert parsed.expression is parse(expected)
    assert parsed.notes[0].code == "W310"


@pytest.mark.parametrize("text", ["𝑥 + x", "1 + х", "⟨x⟩", "x ↑ 2"])
def test_what_may_be_something_else_is_not_read(text):
    with pytest.raises(DiffcompareError) as caught:
        parse(text)
    assert caught.value.diagnostic.code == "E302"


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("x³√x", ("x³*√x", "x*cbrt(x)")), ("x ²√y", ("x ²*√y", "x*(y)^(1/2)")), ("3½", ("(3 + 1/2)", "3*(1/2)")),
        ("1/½x", ("1/((1/2)*x)", "1/(1/2)*x")),
    ],
)  # fmt: skip
def test_both_readings_are_shown(text, readings):
    with pytest.raises(DiffcompareError) as caught:
        parse(text)
    help = caught.value.diagnostic.help or ""
    assert all(f"`{reading}`" in help for reading in readings), help
    assert all(parse(reading) for reading in readings)


def test_a_colon_may_be_a_quotient():
    with pytest.raises(DiffcompareError) as caught:
        parse("x:2")
    assert caught.value.diagnostic.fix == "x/2"
