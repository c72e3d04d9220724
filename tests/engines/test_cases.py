"""What the file of cases calls right is right: the truth finds the same numbers."""

import cmath
import time

import pytest
from rows import every_row

from diffcompare.backends.problem import Problem
from diffcompare.diagnostics import DiffcompareError
from diffcompare.engines.cases import edge_cases, read_cases
from diffcompare.engines.judgement import judge
from diffcompare.engines.nested_derivatives import written_out
from diffcompare.language.parser import parse
from diffcompare.studies.accuracy import truth_about
from diffcompare.truth.second_derivatives import establish_second

EXPRESSIONS = [case for case in edge_cases() if case.expression and not case.of_complex]
COMPLEX = [case for case in edge_cases() if case.of_complex]


@every_row("case", EXPRESSIONS)
def test_right_values_are_those_of_the_truth(case):
    expression = parse(case.expression, names=[*case.at, *[one.name for one in case.inner]])
    problem = Problem(written_out(expression, case.inner, list(case.at)), case.at, tuple(case.at), budget=30)
    if case.order == 1:
        truth = truth_about(problem)
        numbers, slopes = truth.gradient, truth.slopes
    else:
        second = establish_second(problem)
        numbers = {row: number for (row, column), number in second.entries.items() if row == column}
        slopes = {row: sides for (row, column), sides in second.slopes.items() if row == column}
    for name, right in case.right.items():
        true, sides = numbers.get(name), slopes.get(name)
        if "|" in right:
            assert [sides.left, sides.right] == [float(side) for side in right.split("|")]
        elif right == "inf":
            assert true is None
            assert sides is None or float("inf") in (sides.left, sides.right)
        elif right == "none":
            assert true is None
        elif true is not None:
            assert judge(true.nearest, right).kind == "right"
            assert true.text.startswith(right.rstrip("0")[:12]) or float(true.text) == float(right)
        else:
            assert case.name == "x^y at a negative base", "the partial by x exists where that by y does not"


FUNCTIONS = {
    "abs(z)": abs,
    "re_im(z)": lambda z: z.real * z.imag,
    "z^2": lambda z: z * z,
    "1/z": lambda z: 1 / z,
    "exp(z)": cmath.exp,
    "conj(z)": complex.conjugate,
    "ln(z)": cmath.log,
    "sqrt(z)": cmath.sqrt,
}


@every_row("case", COMPLEX)
def test_right_values_by_a_complex_number_are_slopes_of_its_function(case):
    f, z, h = FUNCTIONS[case.text], complex(*case.at.values()), 1e-6
    upper = h * 1j if not z.imag else 0  # off a cut, on the side that it belongs to
    by_re, by_im = ((f(z + h * d + upper) - f(z - h * d + upper)) / (2 * h) for d in (1, 1j))
    analytic = abs(by_im - 1j * by_re) < 1e-5
    if "|" in case.right["re"]:
        assert [f(z + h * d) / h for d in (1, 1j)] == [1, 1]
    elif case.right["re"] == "none":
        assert isinstance(by_re, complex)
        assert not analytic
    else:
        right = complex(*map(float, case.right.values()))
        slope = by_re if isinstance(by_re, complex) else complex(by_re, by_im)
        assert isinstance(by_re, float) or analytic
        assert slope == pytest.approx(right, abs=1e-5)


def test_every_case_has_its_reason_and_its_source():
    assert len(edge_cases()) > 85
    assert all(case.why and case.source for case in edge_cases())


INNER = '{{ name = "{}", of = "x + y", by = "y", at = "1" }}'
STANZA = """
[[case]]
group = "Powers"
name = "a square"
expression = "x^2"
at = { x = 3 }
right = { x = "6" }
why = "The rule."
source = "definition"
"""


def test_adding_a_case_is_adding_a_stanza():
    (case,) = read_cases(STANZA)
    assert (case.text, case.at, case.right, case.order) == ("x^2", {"x": 3.0}, {"x": "6"}, 1)


@every_row(
    ("old", "new", "said"),
    [
        ('source = "definition"', "", "it has no `source`"),
        ('right = { x = "6" }', "", "it has no `right`"),
        ('why = "The rule."', 'because = "The rule."', "unknown key `because`"),
        ("source =", "sorce =", "unknown key `sorce`, did you mean `source`?"),
        ('expression = "x^2"', "", "it has neither `expression` nor `call`"),
        ('expression = "x^2"', 'expression = "x^2"\ncall = "square"', "it has both `expression` and `call`"),
        ("why =", "order = 3\nwhy =", "`order` is 1 or 2, not 3"),
        ('x = "6"', 'y = "6"', "`right` has a variable that `at` has not"),
        ('x = "6"', 'x = "six"', "`six` is no right value"),
        ('x = "6"', "x = 6", "`6` is no right value"),
        ('x = "6"', 'x = "1 | 2 | 3"', "`1 | 2 | 3` is no right value"),
        ('x = "6"', 'x = "nan"', "`nan` is no right value"),
        ("at = {", "at = 3 # {", "`at` is a table"),
        ("right = {", "right = 3 # {", "`right` is a table"),
        ("[[case]]", "[[case]", "not valid TOML"),
    ],
)
def test_a_stanza_that_is_no_case_is_an_error_which_names_it(old, new, said):
    with pytest.raises(DiffcompareError) as caught:
        read_cases(STANZA.replace(old, new))
    assert said in caught.value.diagnostic.message
    assert "TOML" in said or "case 1, `a square`" in caught.value.diagnostic.message


@pytest.mark.parametrize("text", ["case = 3", "case = [1]", "[case]\nname = 'x'"])
def test_what_is_no_list_of_stanzas_is_an_error(text):
    with pytest.raises(DiffcompareError, match="a case begins with"):
        read_cases(text)


def test_a_coordinate_is_a_number():
    with pytest.raises(DiffcompareError, match="`three` in `at` is no number"):
        read_cases(STANZA.replace("x = 3 ", 'x = "three" '))


def test_a_name_occurs_once():
    with pytest.raises(DiffcompareError, match="case 2, `a square`: a second case of this name"):
        read_cases(STANZA + STANZA)


def problem_of(text):
    with pytest.raises(DiffcompareError) as caught:
        read_cases(text, "mine.toml")
    return caught.value.diagnostic


@every_row(
    ("old", "new", "line", "said", "cure"),
    [
        ("x^2", "x^^2", 5, "`x^^2`: a value is missing between `^` and `^`", "write x^2"),
        ("x^2", "y^2", 5, "has a variable `y`, without a value", "x"),
        ("x^2", "__import__('os')", 5, "`__import__('os')`", ""),
        ("x = 3 ", 'x = "three" ', 6, "`three` in `at` is no number", "at = { x = 3.0 }"),
        ('x = "6"', 'x = "6e99999"', 7, "`6e99999` is no right value", '"-1 | 1"'),
        ("why =", "order = true\nwhy =", 8, "`order` is 1 or 2, not True", "order = 2"),
        ("why =", "float_exponents = 1\nwhy =", 8, "`float_exponents` is true or false", "true"),
        ("why =", 'together = "one"\nwhy =', 8, "is no number", 'together = "1"'),
        ('why = "The rule."', "why = 3", 8, "`why` is no text", "quotes"),
        ("why =", "of_complex = true\nwhy =", 6, "has the point { re, im }", "re = 3.0"),
        ("why =", "inner = 3\nwhy =", 8, "`inner` is a list of tables", "inner = ["),
        ("why =", 'inner = [{ name = "d" }]\nwhy =', 8, "has name, of, by, at", "inner = ["),
        ("why =", f"inner = [{INNER.format('x')}]\nwhy =", 8, "`x` is no name of its own", "inner = ["),
        ("why =", f"inner = [{', '.join(INNER.format(f'd{n}') for n in range(9))}]\nwhy =", 8, "more than 8", ""),
    ],
)
def test_a_bad_stanza_is_shown_with_its_line_and_a_cure(old, new, line, said, cure):
    found = problem_of(STANZA.replace(old, new, 1))
    assert said in found.message
    assert found.source == f"mine.toml:{line}"
    assert cure in found.help
    assert found.text[slice(*found.span)] == found.text.strip() != ""


def test_a_name_inside_has_to_be_known_where_it_stands():
    inside = STANZA.replace("x^2", "x*d").replace("why =", f"inner = [{INNER.format('d')}]\nwhy =")
    (case,) = read_cases(inside)
    assert case.text == "x*d, d = d/dy (x + y) at y = 1"
    assert "`y` is not known there" in problem_of(inside.replace('at = "1"', 'at = "y"')).message


@pytest.mark.parametrize(
    "text",
    [
        "[[case]]\n" + "a." * 50_000 + "b = 1",
        "[[case]]\n" * 50_000,
        "case = " + "[" * 50_000,
        STANZA.replace("x^2", "9" * 100_000),
        STANZA.replace('"6"', '"1e-999999999"'),
        STANZA.replace('"6"', f'"{"9" * 100_000}"'),
        STANZA.replace("x = 3 ", f"x = {'9' * 4000} "),
        "",
        "\x00",
    ],
    ids=lambda text: text[:20],
)
def test_a_hostile_file_is_answered_at_once(text):
    before = time.process_time()
    assert problem_of(text).message
    assert time.process_time() - before < 0.5
