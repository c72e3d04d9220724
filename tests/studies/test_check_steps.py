"""`check --derivation`: the first line that does not follow, and why."""

import json

import pytest
from rows import every_row

from diffcompare.diagnostics import DiffcompareError
from diffcompare.studies.check_steps import check_derivation, parse_lines
from diffcompare.studies.derive import derive
from diffcompare.studies.question import question_of


def checked(text, *lines, **options):
    return check_derivation(question_of(text), "\n".join(lines), **options)


@every_row(
    ("line", "formula"),
    [
        ("2*x", "2*x"),
        ("= 2*x", "2*x"),
        ("f' = 2*x", "2*x"),
        ("f'(x) = 2*x", "2*x"),
        ("df/dx = 2*x   power rule", "2*x"),
        ("d/dx[x^2] = 2*x  # by the power rule", "2*x"),
        ("   = 2*x   power rule", "2*x"),
        ("d/dx[x^2]", "2*x"),
        ("3 + d/dx(x^2)*x", "3 + 2*x*x"),
        ("d/dx[x*d/dx[x^2]]", "2*x + x*2"),
        ("if(x == 1, 2, 3)", "if(x == 1, 2, 3)"),
        ("=> 2*x", "2*x"),
        ("2) dy/dx = 2*x", "2*x"),
        ("∂f(x)/∂x = 2*x (power rule)", "2*x"),
        ("y' = x*2 (by the power rule)", "x*2"),
        ("(x^2)'", "2*x"),
        ("f'(x) = (x^2)'*sin(x) + x^2*sin(x)'", "2*x*sin(x) + x^2*cos(x)"),
        ("d/dx[(x^2)']", "2"),
    ],
)
def test_how_lines_are_read(line, formula):
    ((written,), _) = parse_lines(line, "x", ["x"], "lines")
    assert str(written.expression) == formula


def test_remarks_and_empty_lines_are_none():
    assert parse_lines("\n# by me\n   \n", "x", ["x"], "lines") == ([], [])


def test_a_chain_of_equations_is_several_steps():
    steps, _ = parse_lines("f'(x) = d/dx[x^2] = 2*x\nx + x = 2*x = x*2", "x", ["x"], "lines")
    assert [(step.number, step.text) for step in steps] == [
        (1, "d/dx[x^2]"),
        (1, "2*x"),
        (2, "x + x"),
        (2, "2*x"),
        (2, "x*2"),
    ]


@every_row(
    "line",
    [
        "(x^2)' sin(x) + x^2 (sin(x))'",
        "(x²)′·sin(x) + x²·(sin(x))′",
        "f'(x) = [x^2]' sin(x) + x^2 [sin(x)]'",
        "(x^2)'sin(x) + x^2 sin (x)'",
        "(x^2*sin(x))' = (x^2)'sin(x) + x^2 d/dx(sin(x))",
        "(x^2)' sin(x) + x^2 sin'(x) = 2*x*sin(x) + x^2*cos(x)",
        "u = x^2, v = sin(x)\ny' = u' v + u v'",
        "let u = x^2\nv = sin(x)\nu' = 2x\ny' = u'v + uv'",
        "g(t) = t^2; h(x) = sin(x)\ny' = g'(x) h(x) + g(x) h'(x)",
        "u = x^2 and v = sin(x)\nf' = du/dx v + u dv/dx",
    ],
)
def test_primes_and_what_lines_define(line):
    derivation = checked("x^2*sin(x)", line)
    assert derivation.verdict == "proved"
    assert all(line.follows for line in derivation.lines)


@pytest.mark.parametrize(
    ("function", "line"), [("sin(x^2)", "sin'(x^2) (x^2)'"), ("pi*x", "pi (x)'"), ("x^2 + x", "(x^2)' + x'")]
)
def test_more_primes(function, line):
    assert checked(function, line).verdict == "proved"


def test_a_second_prime_is_a_second_derivative():
    assert str(checked("x^3", "(x^3)''").lines[0].mistake.sentence) == "this is the second derivative"


@every_row(
    ("line", "code", "span", "advice"),
    [
        ("(x^2)' sin x/2", "E215", (7, 12), "write `(x^2)' sin(x)/2` or `(x^2)' sin(x/2)`"),
        ("(x^2)'(x)' * * 2", "E202", (13, 14), "with one sign:   (x^2)'*(x)' *  2"),
        ("x^2 (sin(x))' 3", "E203", (14, 15), "for a product:   x^2 *(sin(x))'*3"),
        ("1/2 (x^2)'", "E204", (4, 10), "write `1/(2*(x^2)')` or `1/2*(x^2)'`"),
        ("foo (x)'", "E101", (0, 3), "if `foo` is a variable, a product:   foo*(x)'"),
        ("2*(x)' + q0", "E705", (9, 11), "its variables are x"),
        ("(x^2)')", "E206", (6, 7), "without it:   (x^2)'"),
        ("y' = u' v", "E578", (0, 2), "define it in a line above: u = ..."),
        ("e^(2*x)'", "E578", (2, 8), "for the power write (...^(2*x))', for the exponent ((2*x)')"),
        ("x^2'", "E578", (3, 4), "put the expression to be differentiated into brackets: (x^2)'"),
    ],
)
def test_what_is_wrong_with_a_line_is_told_in_its_own_words(line, code, span, advice):
    with pytest.raises(DiffcompareError) as caught:
        checked("x^2", line)
    diagnostic = caught.value.diagnostic
    assert (diagnostic.code, diagnostic.span, diagnostic.advice) == (code, span, advice)
    assert diagnostic.text == line.removeprefix("y' = ")


def test_what_is_no_variable_is_an_error():
    with pytest.raises(DiffcompareError, match="no variable `t`"):
        checked("x^2", "2*t")


CHAINS = [
    ["dy/dx = dy/du * du/dx"],
    ["u = x^2", "y' = df/du · du/dx"],
    ["y' = dy/du · du/dv · dv/dx"],
    ["y' = cos(u)*u' where u = x^2"],
    ["y' = cos(u)*v (with u = x^2, v = 2x)"],
    ["f'(x) = cos(u)·u′, mit u = x²"],
]


@pytest.mark.parametrize("lines", CHAINS)
def test_the_chain_rule_in_letters(lines):
    derivation = checked("sin(x^2)", *lines, "= 2x*cos(x^2)")
    assert (derivation.verdict, len(derivation.lines)) == ("proved", 2)


@pytest.mark.parametrize("line", ["y' = u'*v + u*v'", "y' = 2x*v + x^2*cos(x)"])
def test_a_definition_that_cannot_be_read_is_named_where_it_is_used(line):
    with pytest.raises(DiffcompareError) as caught:
        checked("x^2*sin(x)", "u = x^2", "v = sin x/2", line)
    error = caught.value.diagnostic
    assert (
        error.message
        == "the definition of `v` in line 2 cannot be read: it is not clear where the argument of `sin` ends"
    )
    assert (error.source, error.fix) == ("--derivation, line 3", "sin(x)/2")


def test_the_derivative_of_a_part_is_not_taken_for_that_of_the_whole():
    derivation = checked(
        "x^2*sin(x)", "(x^2)' = 2*x", "d/dx[sin(x)] = cos(x)", "y = sin(x)*x^2", "y' = 2*x*sin(x) + x^2*cos(x)"
    )
    assert [line.written.number for line in derivation.lines] == [4]
    assert derivation.verdict == "proved"


@every_row(
    "line",
    ["f(x) = x^2", "y = x^2", "u = x, v = x", "u' = 1", "du/dx = 1", "ln(y) = 2*ln(x)", "y'/y = 2/x", "Product rule:",
     "by the chain rule"],
)  # fmt: skip
def test_what_is_not_about_the_derivative_is_left_out(line):
    assert parse_lines(line, "x", ["x"], "lines") == ([], [1])


def test_what_is_left_out_is_said():
    derivation = checked("x^2", "ln(y) = 2*ln(x)", "y' = 2*x")
    assert (derivation.verdict, derivation.lines[0].written.number) == ("proved", 2)
    assert "line 1 does not begin with the derivative" in derivation.notes[-1].message


@pytest.mark.parametrize(
    ("line", "code", "place"),
    [("2*x + sni(x)", "E101", "line 1"), ("d/dx[x", "E205", "line 1"), ("d/dy[x]", "E705", "")],
)
def test_what_cannot_be_read(line, code, place):
    with pytest.raises(DiffcompareError) as caught:
        parse_lines(line, "x", ["x"], "working.txt")
    assert caught.value.diagnostic.code == code
    assert place in caught.value.diagnostic.source


def test_a_line_that_is_misread_gets_no_verdict():
    with pytest.raises(DiffcompareError) as caught:
        checked("x*ln(x)", "ln(x) + x/x", "lnx + 1")
    assert (caught.value.diagnostic.fix, caught.value.diagnostic.source) == ("ln(x) + 1", "--derivation, line 2")
    with pytest.raises(DiffcompareError) as caught:
        checked("x*lnx", "lnx + 1", by="x")
    assert caught.value.diagnostic.code == "E578"


def test_all_lines_follow():
    derivation = checked("x^2*sin(x)", "d/dx[x^2]*sin(x) + x^2*d/dx[sin(x)]", "2*x*sin(x) + x^2*cos(x)")
    assert (derivation.first, derivation.exit_code, derivation.finished) == (None, 0, True)


def test_the_first_line_that_does_not_follow():
    derivation = checked(
        "x^2*sin(x)",
        "= 2*x*sin(x) + x^2*d/dx[sin(x)]",
        "= 2*x*sin(x) - x^2*cos(x)",
        "= x*(2*sin(x) - x*cos(x))",
        "= x*sin(x)",
    )
    assert derivation.exit_code == 1
    assert [line.judgement.verdict for line in derivation.lines] == ["proved", "wrong", "wrong", "wrong"]
    assert [line.follows for line in derivation.lines] == [True, False, True, False]
    data = json.loads(derivation.to_json())
    assert data["first_wrong"] == 2
    assert data["partials"]["x"]["mistake"]["kind"] == "sign-of-derivative"
    assert "Line 2 does not follow from line 1" in data["sentence"]


def test_a_step_that_loses_half_of_the_domain_is_said():
    derivation = checked("x^4", "4*x^3", "4*sqrt(x)^6")
    assert derivation.exit_code == 0
    assert derivation.data()["sentence"] == (
        "All 2 lines are the derivative; line 2 only where it is defined: it has no value for x < 0."
    )


def test_what_is_left_to_do_is_said():
    derivation = checked("x^2", "d/dx[x^2]")
    assert not derivation.finished
    assert "still to be worked out" in str(derivation)


@pytest.mark.parametrize("text", ["x^2*sin(x)", "exp(sin(x^2))", "ln(x)/x", "16*x*(1 - x)*(1 - 2*x)^2"])
def test_our_own_derivations_follow(text):
    (derivation,) = derive(text).derivations
    lines = [str(line) for line in derivation.lines]
    assert checked(text, *lines).first is None


def test_the_variable_has_to_be_said_where_there_are_several():
    assert checked("x*y", "y", by="x").exit_code == 0
    with pytest.raises(DiffcompareError, match="which one"):
        checked("x*y", "y")
    with pytest.raises(DiffcompareError, match="no variable `z`"):
        checked("x*y", "y", by="z")
    with pytest.raises(DiffcompareError, match="no line"):
        checked("x^2", "# nothing")
