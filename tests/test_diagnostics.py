"""Diagnostics: one error per cause, the smallest stretch of text, a stable code, and a cure that can be pasted back."""

import doctest
import re
from pathlib import Path

import pytest
from rows import every_row

from diffcompare import diagnostics
from diffcompare.diagnostics import (
    MIN_SLIP_LIKENESS,
    Diagnostic,
    DiffcompareError,
    did_you_mean,
    one_line,
    shown,
    to_text,
    visible,
    width,
)
from diffcompare.language.parser import parse, read


def diagnose(text: str, names: tuple[str, ...] = ()) -> Diagnostic:
    with pytest.raises(DiffcompareError) as caught:
        parse(text, names)
    return caught.value.diagnostic


# (text, code, the characters at fault, the whole expression to paste back)
CASES = [
    # names and calls
    ("ln(x1) + sni(x2)", "E101", (9, 12), "ln(x1) + sin(x2)"),
    ("arcsine(x)", "E101", (0, 7), "asin(x)"),
    ("tangent(x)", "E101", (0, 7), "tan(x)"),
    ("logarithm(x)", "E101", (0, 9), "ln(x)"),
    ("exponential(x)", "E101", (0, 11), "exp(x)"),
    ("Sin(x)", "E101", (0, 3), "sin(x)"),
    ("1 + SIN(x)", "E101", (4, 7), "1 + sin(x)"),
    ("Math.PI + Math.sin(x)", "E101", (0, 7), "pi + sin(x)"),
    ("np.arcsine(x)", "E101", (0, 10), "asin(x)"),
    ("power(x+1, -y)", "E101", (0, 5), "(x+1)^(-y)"),
    ("sqr(x)", "E101", (0, 3), "x^2"),
    ("sni(x) + cso(x)", "E101", (0, 3), "sin(x) + cos(x)"),
    ("foo(x)", "E101", (0, 3), "foo*(x)"),
    ("f(x)=2; g(x)=3x", "E212", (4, 5), None),
    ("x(y+1)", "E105", (0, 1), "x*(y+1)"),
    ("x1 (y+1)", "E105", (0, 2), "x1*(y+1)"),
    ("speed + speed(t)", "E105", (8, 13), "speed + speed*(t)"),
    ("pi(x)", "E105", (0, 2), "pi*(x)"),
    ("a/b(c)", "E105", (2, 3), "a/(b*(c))"),
    ("sin(x, y)", "E102", (0, 3), None),
    ("1 + sin()", "E102", (4, 7), None),
    ("atan2(x)", "E102", (0, 5), "atan(x)"),
    ("atan(y, x)", "E102", (0, 4), "atan2(y, x)"),
    ("ln(x, 2)", "E102", (0, 2), "log(x, 2)"),
    ("log(x, b, c)", "E102", (0, 3), None),
    ("min(x)", "E102", (0, 3), None),
    ("if(x > 0, 1)", "E102", (0, 2), None),
    ("if(x > 0, 1, 2, 3)", "E102", (0, 2), None),
    ("sin(1,5)", "E102", (0, 3), "sin(1.5)"),
    ("sin^-1(x)", "E215", (0, 6), "asin(x)"),
    ("2 + sin x/2", "E215", (4, 9), "2 + sin(x)/2"),
    ("sin x!", "E215", (0, 3), "gamma(sin(x) + 1)"),
    ("gamma -x", "E215", (0, 5), "gamma(-x)"),
    ("if x > 0", "E215", (0, 2), None),
    ("e = 2; e*x", "E103", (0, 1), "e_1 = 2; e_1*x"),
    ("gamma = 2; gamma*x", "E103", (0, 5), "gamma_1 = 2; gamma_1*x"),
    ("a=1; a=2; a", "E104", (5, 6), "a=1; a_1=2; a_1"),
    ("a=1; a=a+1; a", "E104", (5, 6), "a=1; a_1=a+1; a_1"),
    ("a=a+1; a", "E104", (2, 3), "a_1=a+1; a_1"),
    ("y = a; a = 2; a+y", "E104", (7, 8), None),
    # products that would be a guess
    ("1/2x", "E204", (3, 4), "1/(2*x)"),
    ("x^2y", "E204", (3, 4), "x^(2*y)"),
    ("√2x", "E204", (2, 3), "√(2*x)"),
    ("6/2(1+2)", "E204", (3, 4), "6/(2*(1+2))"),
    ("x 2", "E203", (2, 3), "x*2"),
    ("(x)2", "E203", (3, 4), "(x)*2"),
    ("1 000", "E203", (2, 5), "1000"),
    ("x > 0 and y > 0", "E209", (2, 3), None),
    ("x and y", "E203", (2, 5), None),
    # numbers
    ("2e", "E304", (0, 2), "2*e"),
    ("3 + 1e+", "E304", (4, 6), "3 + 1*e"),
    ("0x10", "E304", (0, 4), "16"),
    ("1_000", "E304", (0, 5), "1000"),
    ("x + 2j", "E304", (4, 6), "x + 2*j"),
    ("1.2.3", "E304", (0, 5), None),
    # missing values
    ("", "E201", (0, 0), None),
    (" \n", "E201", (0, 0), None),
    ("x +", "E202", (2, 3), "x"),
    ("x + ) ", "E202", (2, 3), "x"),
    ("x */ y", "E202", (3, 4), "x * y"),
    ("x // y", "E202", (3, 4), "x / y"),
    ("x ^^ y", "E202", (3, 4), "x ^ y"),
    ("* x", "E202", (0, 1), "x"),
    ("()", "E202", (0, 2), None),
    ("√-x", "E202", (0, 1), "√(-x)"),
    # brackets and commas
    ("(x + 1", "E205", (0, 1), "(x + 1)"),
    ("((x+1)*2", "E205", (0, 1), "((x+1)*2)"),
    ("sin(x + (y)", "E205", (3, 4), "sin(x + (y))"),
    ("max(x,", "E205", (3, 4), None),
    ("x + 1)", "E206", (5, 6), "x + 1"),
    (")2", "E206", (0, 1), "2"),
    ("|x + 1", "E207", (0, 1), "|x + 1|"),
    ("x|", "E207", (1, 2), "x"),
    ("(|x)", "E207", (1, 2), "(|x|)"),
    ("a || b", "E207", (2, 4), None),
    ("a, b", "E208", (1, 2), None),
    ("1,5", "E208", (1, 2), "1.5"),
    ("max(x,,y)", "E208", (5, 6), "max(x,y)"),
    ("sin(x,)", "E208", (5, 6), "sin(x)"),
    # comparisons and statements
    ("x == 2", "E209", (2, 4), "if(x == 2, 1, 0)"),
    ("if((x > 0), 1, 2)", "E209", (6, 7), "if(x > 0, 1, 2)"),
    ("if(a < b < c, x, y)", "E210", (9, 10), "if(a < b, if(b < c, x, y), y)"),
    ("if(x, 1, 2)", "E211", (3, 4), "if(x != 0, 1, 2)"),
    ("if(x = 0, 1, 2)", "E212", (5, 6), "if(x == 0, 1, 2)"),
    ("if(x => 0, 1, 2)", "E212", (5, 7), "if(x >= 0, 1, 2)"),
    ("x + 1 = 2", "E212", (6, 7), "x + 1 - (2)"),
    ("x = 2", "E213", (2, 3), "x = 2; x"),
    ("a = 2;", "E213", (2, 3), "a = 2; a"),
    ("a=2\nb=3\na*b", "E212", (5, 6), "a=2; b=3; a*b"),
    ("x;", "E214", (1, 2), "x"),
    ("x; y", "E214", (1, 2), None),
    # characters
    ("[x]*{y}", "E301", (0, 1), "(x)*(y)"),
    ("x!", "E301", (1, 2), "gamma(x + 1)"),
    ("!x", "E301", (0, 1), None),
    ("x % 2", "E301", (2, 3), "x - 2*floor(x/2)"),
    ("x && y", "E301", (2, 4), None),
    ("x'", "E301", (1, 2), None),
    ("`x`", "E301", (0, 1), "x"),
    ("x # the mass", "E301", (2, 3), "x"),
    ("x := 2; x", "E301", (2, 4), "x = 2; x"),
    ("x + ♥", "E301", (4, 5), None),
    ("__import__('os').system('ls')", "E301", (11, 12), None),
    ("x.__class__", "E301", (1, 2), None),
    ("lambda: 0", "E301", (6, 7), "lambda/ 0"),
    ('f"{x}"', "E301", (1, 2), None),
    ("x＝１", "E302", (1, 2), "x=1; x"),
    ("𝑥 + x", "E302", (0, 1), "x + x"),
    ("1 + х", "E302", (4, 5), "1 + x"),
    ("sіn(x)", "E302", (1, 2), "sin(x)"),
    ("x ↑ y", "E302", (2, 3), "x ^ y"),
    ("x\u202e+1", "E303", (1, 2), "x+1"),
    ("x\u200d+1", "E303", (1, 2), "x+1"),
    ("x\0", "E303", (1, 2), "x"),
]


@every_row(("text", "code", "span", "fix"), CASES)
def test_one_error_the_smallest_span_and_a_cure_that_is_one(text, code, span, fix):
    diagnostic = diagnose(text)
    assert (diagnostic.code, diagnostic.span, diagnostic.fix) == (code, span, fix)
    assert diagnostic.text == text
    assert diagnostic.label
    if fix is not None:
        parse(fix)
        assert diagnostic.advice is not None
        assert fix in diagnostic.advice


@every_row(
    ("text", "readings"),
    [
        ("1/2x", ("1/(2*x)", "1/2*x")), ("x^2y", ("x^(2*y)", "x^2*y")), ("6/2(1+2)", ("6/(2*(1+2))", "6/2*(1+2)")),
        ("√2x", ("√(2*x)", "√2*x")), ("sin^-1(x)", ("asin(x)", "sin(x)^-1")), ("1/2x^2", ("1/(2*x^2)", "1/2*x^2")),
        ("x^-2y", ("x^(-2*y)", "x^-2*y")), ("a/b(c)", ("a/(b*(c))", "a/b*(c)")),
    ],
)  # fmt: skip
def test_both_readings_are_shown(text, readings):
    advice = diagnose(text).advice
    assert advice is not None
    for reading in readings:
        assert f"`{reading}`" in advice
        parse(reading)


@every_row(
    ("text", "kind"),
    [("sni(x)", "unknown_function"), ("np.sni(x)", "unknown_function"), ("sin(x, y)", "arity_error"), ("sin()", "arity_error"),
     ("x +", "syntax_error"), ("x(y)", "syntax_error"), ("1e9999", "resource_limit"), ("__import__('os')", "syntax_error")],
)  # fmt: skip
def test_kinds(text, kind):
    assert diagnose(text).kind == kind


def test_a_variable_of_the_point_is_known_as_one():
    assert diagnose("mass(x)").code == "E101"
    assert diagnose("mass(x, 2)", names=("mass", "x")).code == "E105"


@every_row(
    ("text", "names"),
    [("х", "CYRILLIC SMALL LETTER HA"), ("а+1", "CYRILLIC SMALL LETTER A"), ("x＝1", "FULLWIDTH EQUALS SIGN"), ("x\u202e", "RIGHT-TO-LEFT OVERRIDE"),
     ("\0", "U+0000 NULL"), ("a\u200db", "ZERO WIDTH JOINER"), ("𝑥 + x", "MATHEMATICAL ITALIC SMALL X"), ("2\u2062x", "INVISIBLE TIMES")],
)  # fmt: skip
def test_a_character_is_named(text, names):
    diagnostic = diagnose(text)
    assert names in diagnostic.message
    assert "U+" in diagnostic.message


def test_the_frame():
    assert to_text(diagnose("ln(x1) + sni(x2)")) == (
        "error[E101]: unknown function `sni`\n"
        "  --> expression, column 10\n"
        "   |\n"
        "   | ln(x1) + sni(x2)\n"
        "   |          ^^^ not a function I know\n"
        "   |\n"
        "   = help: did you mean `sin`?   ln(x1) + sin(x2)"
    )


def test_the_frame_of_several_lines_shows_the_one_at_fault():
    text = to_text(diagnose("a = 2;\r\nb = 3;\na*sni(b)\n"))
    assert "line 3, column 3" in text
    assert "   | a*sni(b)\n   |   ^^^ " in text
    assert "b = 3" not in text.split("help")[0]


def test_the_end_of_the_text_is_a_place():
    diagnostic = Diagnostic("E999", "bad_value", "too short", span=(3, 3), text="x+1")
    assert to_text(diagnostic).splitlines()[-2:] == ["   | x+1", "   |    ^"]


def test_a_long_line_is_cut_to_a_window():
    text = to_text(diagnose("x + " * 1000 + "sni(x)" + " + x" * 1000))
    lines = text.splitlines()
    assert all(len(line) < 150 for line in lines)
    line, carets = lines[3], lines[4]
    assert line[carets.index("^") :].startswith("sni(x)")
    assert "column 4001" in text


def test_characters_that_act_are_escaped():
    text = to_text(diagnose("x\u202e + \x1b[31m"))
    assert "\u202e" not in text
    assert "\x1b" not in text
    assert "\\u202e" in text
    line, carets = text.splitlines()[3:5]
    assert line[carets.index("^") :].startswith("\\u202e")


def test_wide_characters_take_two_columns():
    line, carets = to_text(diagnose("变 + sni(x)")).splitlines()[3:5]
    assert carets.index("^") == line.index("sni") + 1


def test_a_tab_takes_one_column():
    line, carets = to_text(diagnose("\tx +\tsni(x)")).splitlines()[3:5]
    assert line[carets.index("^") :].startswith("sni(x)")


def test_notes_and_warnings_say_so():
    note, warning = read("2x").notes[0], read("gamma*x").notes[0]
    assert to_text(note).startswith("note[W301]: ")
    assert to_text(warning).startswith("warning[W302]: ")


@pytest.mark.parametrize(
    ("kind", "exit_code"),
    [("syntax_error", 2), ("missing_variable", 2), ("resource_limit", 2), ("domain_error", 3), ("overflow", 3), ("nondifferentiable", 3),
     ("io_error", 2)],
)  # fmt: skip
def test_exit_codes(kind, exit_code):
    assert DiffcompareError(Diagnostic("E999", kind, "message")).exit_code == exit_code


def test_an_error_reads_as_its_diagnostic():
    with pytest.raises(DiffcompareError, match="unknown function `sni`"):
        parse("sni(x)")


def test_a_diagnostic_without_a_place_is_a_line_and_its_help():
    diagnostic = Diagnostic("E900", "io_error", "cannot read", help="is it there?")
    assert to_text(diagnostic) == "error[E900]: cannot read\n   = help: is it there?"


@every_row(
    ("name", "known", "meant"),
    [
        ("lst", ["list", "ops"], "list"),
        ("reverse", ["forward-ad", "reverse-ad"], "reverse-ad"),
        ("central", ["complex-step", "central-difference"], "central-difference"),
        ("ROSENBROK", ["booth", "rosenbrock"], "rosenbrock"),
        ("--methd", ["--method", "--at"], "--method"),
        ("x1", ["y", "x"], "x"),
        ("foo", ["bar", "list"], None),
        ("x" * 1000, ["x" * 999], None),
        ("x", [], None),
    ],
)
def test_the_name_that_was_meant(name, known, meant):
    assert did_you_mean(name, known) == meant


def test_a_slip_is_nearer_than_a_suggestion():
    assert did_you_mean("titel", ["title"], MIN_SLIP_LIKENESS, abbreviated=False) == "title"
    assert did_you_mean("x1", ["x"], MIN_SLIP_LIKENESS) is None
    assert did_you_mean("point_of_time", ["point"], MIN_SLIP_LIKENESS) == "point"
    assert did_you_mean("point_of_time", ["point"], MIN_SLIP_LIKENESS, abbreviated=False) is None


def test_what_steers_a_terminal_is_shown_and_not_sent():
    assert visible("a\x1b[31m\u202eb\ud800\u3000\n") == r"a\x1b[31m\u202eb\ud800 \n"
    assert one_line("a\tb\r\n\u2028c\x1c") == r"a b   c\x1c"


def test_columns_on_a_terminal():
    assert [width(text) for text in ("abc", "变", "θ", "e\u0301", "x\ufe0f")] == [3, 2, 1, 1, 1]


def test_the_examples_of_its_docstrings_are_right():
    assert doctest.testmod(diagnostics, extraglobs={"parse": parse}).failed == 0


class Thing:
    """An object whose `repr` has its address."""


class Broken:
    def __repr__(self):
        raise ValueError


@pytest.mark.parametrize("value", [Thing(), [Thing()], {"a": Thing()}, lambda x: x, Thing().__str__, iter([])])
def test_no_message_shows_the_address_of_an_object(value):
    assert "0x" in repr(value)
    assert "0x" not in shown(value)
    assert "0x" not in str(DiffcompareError(Diagnostic("E586", "bad_value", f"the function returned {value!r}")))


def test_what_a_user_calls_0x10_stays():
    assert shown("at 0x10") == "'at 0x10'"
    assert shown([1.5, "text", None]) == "[1.5, 'text', None]"
    assert shown(Broken()) == "<Broken>"
    assert len(shown("x" * 1000)) < 60


def test_codes_about_engines_have_one_meaning_each():
    """A code stands in one place, or in places of which each says the same."""
    said = {}
    for path in sorted(Path(diagnostics.__file__).parent.rglob("*.py")):
        if path.name != "diagnostics.py":
            text = path.read_text(encoding="utf-8")
            for code in re.findall(r'"(E7(?:1[5-9]|2\d))"', text):
                said.setdefault(code, set()).add(path.stem)
    same = {"E718": {"hessian", "jacobian"}}
    assert {code: files for code, files in said.items() if len(files) > 1} == same
    assert all(f" {code}  " in diagnostics.__doc__ for code in said)
