"""Formulas as they are written by hand: text and reading where there is one, text and both readings where there are two."""

import contextlib
import re
import time

import pytest
from rows import every_row

from diffcompare.diagnostics import DiffcompareError
from diffcompare.language.parser import parse, read

ONE_READING = [
    # functions without parentheses
    ("sin x", "sin(x)"), ("sin x + 1", "sin(x) + 1"), ("sin 2x", "sin(2*x)"), ("sin x^2", "sin(x^2)"), ("sin -x", "sin(-x)"),
    ("exp -x^2", "exp(-x^2)"), ("2sin x cos x", "2*sin(x)*cos(x)"), ("ln sin x", "ln(sin(x))"), ("sqrt 2", "sqrt(2)"),
    ("sin 2(x+1)", "sin(2*(x + 1))"), ("sin x/cos x", "sin(x)/cos(x)"), ("sin x * cos x", "sin(x)*cos(x)"), ("1/sin x", "1/sin(x)"),
    ("sin 2πx", "sin(2*pi*x)"), ("|sin x|", "|sin(x)|"), ("if(x<0, sin x, -x)", "if(x < 0, sin(x), -x)"),
    ("sin xcos(x)", "sin(x)*cos(x)"), ("x^sin x", "x^sin(x)"), ("sin √x", "sin(sqrt(x))"), ("tan cos(x)", "tan(cos(x))"),
    # bars
    ("ln|x|", "ln(|x|)"), ("x ln|x| - x", "x*ln(|x|) - x"), ("ln|x|/2", "ln(|x|)/2"), ("2|x|", "2*|x|"), ("|x||y|", "|x|*|y|"),
    # the power of a function
    ("sin^2 x", "sin(x)^2"), ("sin^2(x)", "sin(x)^2"), ("sin²(x) + cos² x", "sin(x)^2 + cos(x)^2"), ("sin^n(x)", "sin(x)^n"),
    ("x sin^2 2x", "x*sin(2*x)^2"), ("sin^-2 x", "sin(x)^-2"), ("cos^2(2x)sin(2x)", "cos(2*x)^2*sin(2*x)"),
    # products
    ("2x sin x", "2*x*sin(x)"), ("x y", "x*y"), ("x e^x", "x*e^x"), ("2 x y z", "2*x*y*z"), ("omega t", "omega*t"), ("2πr", "2*pi*r"),
    ("x^2 sin(x)", "x^2*sin(x)"), ("x^2sin(x)", "x^2*sin(x)"), ("x^2 y", "x^2*y"), ("x^2(x+1)", "x^2*(x + 1)"),
    ("x^2y^3", "x^2*y^3"), ("x^2e^x", "x^2*e^x"), ("e^x sin(x)", "e^x*sin(x)"), ("e^x(x+1)", "e^x*(x + 1)"),
    ("e^(2x)sin(x)", "e^(2*x)*sin(x)"), ("x e^-x sin x", "x*e^-x*sin(x)"), ("(x+1)^2(x-1)^3", "(x + 1)^2*(x - 1)^3"),
    ("2e^x", "2*e^x"), ("2.5e^-x", "2.5*e^-x"), ("2e^x sin x", "2*e^x*sin(x)"), ("√(2)x", "sqrt(2)*x"),
    # a name before a parenthesis
    ("x(x+1)", "x*(x + 1)"), ("6x(x^2+1)^2", "6*x*(x^2 + 1)^2"), ("pi(x+1)", "pi*(x + 1)"), ("xsin(x)", "x*sin(x)"),
    ("a = 2x; a(a+1)", "2*x*(2*x + 1)"), ("f(x,y) = x(y+1)", "x*(y + 1)"), ("f(x) = 2x sin x", "2*x*sin(x)"),
    # an index
    ("x[1] + x[2]^2", "x_1 + x_2^2"), ("[2x sin x, x y]", "[2*x*sin(x), x*y]"),
]  # fmt: skip

TWO_READINGS = [
    ("sin x/2", ["sin(x)/2", "sin(x/2)"]), ("ln x/2", ["ln(x)/2", "ln(x/2)"]), ("sin 2x/3", ["sin(2x)/3", "sin(2x/3)"]),
    ("sin x y", ["sin(x) y", "sin(x*y)"]), ("sin x * y", ["sin(x) * y", "sin(x * y)"]), ("ln 2 x", ["ln(2) x", "ln(2 x)"]),
    ("ln 2 sin x", ["ln(2) sin(x)", "ln(2 sin(x))"]), ("ln sin x cos x", ["ln(sin(x)) cos(x)", "ln(sin(x) cos(x))"]),
    ("sqrt 2x", ["sqrt(2)x", "sqrt(2x)"]), ("sqrt x^2", ["sqrt(x)^2", "sqrt(x^2)"]), ("ln|x|^2", ["ln(|x|)^2", "ln(|x|^2)"]),
    ("sin x(x+1)", ["sin(x)(x+1)", "sin(x*(x+1))"]), ("sin x^-1", ["sin(x)^-1", "sin(x^-1)"]),
    ("sin^-1 x", ["asin(x)", "sin(x)^-1"]), ("tan⁻¹(x)", ["atan(x)", "tan(x)^-1"]), ("2sinh^(-1)(x)", ["2asinh(x)", "2sinh(x)^(-1)"]),
    ("1/2x", ["1/(2*x)", "1/2*x"]), ("1/2 sin x", ["1/(2*sin(x))", "1/2*sin(x)"]), ("1/2e^x", ["1/(2*e^x)", "1/2*e^x"]),
    ("x^2y", ["x^(2*y)", "x^2*y"]), ("x^2x", ["x^(2*x)", "x^2*x"]), ("e^2x", ["e^(2*x)", "e^2*x"]), ("e^-2 x", ["e^(-2*x)", "e^-2*x"]),
    ("2e^2x", ["2*e^(2*x)", "2*e^2*x"]), ("e^-x^2 x", ["e^(-x^2*x)", "e^-x^2*x"]), ("√2x", ["√(2*x)", "√2*x"]),
    ("f(x) = 1/2x", ["1/(2*x)", "1/2*x"]), ("a/b(c+1) + b", ["a/(b*(c+1)) + b", "a/b*(c+1) + b"]),
]  # fmt: skip

NO_READING = [
    "g(y+1)", "x(t)", "m x(t) + x", "f(x) + f", "e(x+1)", "derivative of x", "speed time", "x 2", "(x+1)2", "2x sni(x)",
    "x sin", "x||y||z", "x\ny", "sin\nx", "x[i+1]", "x[1]*x_1", "f[1]", "sin x!", "sin^2(x)^3", "x²^3", "gamma x", "gamma -x",
    "ln^-1(x)", "2.d0*x y", "2e", "x y)", "(x y", "x; y x", "x = y z = 2", "max x", "atan2 x",
]  # fmt: skip


def plainly(text: str) -> str:
    """Return a text as the language prints it."""
    return str(read(text, several=True).notes[0].message.removeprefix("read as ").strip("`"))


@every_row(("text", "reading"), ONE_READING)
def test_what_has_one_reading_is_read(text, reading):
    parsed, written = read(text, several=True), read(reading, several=True)
    assert [note.code for note in written.notes if note.code in ("W301", "W310")] == []  # every sign is written
    assert parsed.outputs == written.outputs
    echo = [note for note in parsed.notes if note.code in ("W301", "W310")]
    assert [(note.code, note.severity, note.text) for note in echo] == [("W310", "note", None)]
    if not parsed.listed:
        assert parse(text) is parsed.expression
        assert parse(plainly(text)) is parsed.expression


@every_row(("text", "readings"), TWO_READINGS)
def test_what_has_two_readings_shows_both(text, readings):
    with pytest.raises(DiffcompareError) as caught:
        read(text)
    diagnostic = caught.value.diagnostic
    assert diagnostic.code in ("E204", "E215")
    assert re.findall("(?:^write | or )`([^`]+)`", diagnostic.help) == readings
    first, second = map(parse, readings)
    assert first is not second


@every_row("text", NO_READING)
def test_what_is_not_clear_is_an_error(text):
    with pytest.raises(DiffcompareError):
        read(text)


@every_row("text", ["2x", "2e3", "2e-3x", "sin(x)^2", "sin - x", "x1x2", "gamma*x", "-x^2", "2^3^2", "x/2*y"])
def test_ordinary_text_is_what_it_was(text):
    assert "W310" not in [note.code for note in read(text).notes]


def test_the_point_says_what_is_a_variable():
    assert str(parse("g(y+1)", names=("g", "y"))) == "g*(y + 1)"
    assert str(parse("m x(t)", names=("m", "x", "t"))) == "m*x*t"
    assert str(parse("sin x", names=("sin",))) == "sin*x"
    assert str(parse("sin -x", names=("sin",))) == "sin - x"
    assert str(parse("sin -x")) == "sin(-x)"
    assert str(parse("speed time", names=("speed", "time"))) == "speed*time"


def test_notes_on_a_reading_are_on_one_line_and_warnings_show_it():
    notes = read("x e^x + sinx").notes
    assert [(note.code, note.span is None or note.text is None) for note in notes] == [
        ("W310", True), ("W303", True), ("W307", False)
    ]  # fmt: skip
    assert notes[-1].text == "x*e^x + sinx"


@pytest.mark.parametrize(
    "text",
    ["sin " * 2_000 + "x", "sin " * 100_000, "x(" * 3_000 + "x" + ")" * 3_000, "|x" * 4_000, "1/2x+" * 1_900 + "1", "x[" * 4_000,
     "sin^2 " * 1_500 + "x", "d/dx " + "(" * 9_000, "diff(" + "x," * 4_000, "f" + " " * 9_900 + "x", "y=" * 4_000, "sin + " * 50_000 + "x", "f = " * 2_000 + "x"],
    ids=lambda text: text[:12],
)  # fmt: skip
def test_hostile_text_is_answered_at_once(text):
    start = time.process_time()
    with contextlib.suppress(DiffcompareError):
        read(text, question=True)
    assert time.process_time() - start < 2
