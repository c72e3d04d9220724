"""What the file of cases calls right is right: the truth finds the same numbers."""

import cmath

import pytest

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


@pytest.mark.parametrize("case", EXPRESSIONS, ids=lambda case: case.name)
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


@pytest.mark.parametrize("case", COMPLEX, ids=lambda case: case.name)
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


@pytest.mark.parametrize(
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
