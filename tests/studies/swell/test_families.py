"""Families: the figures of the literature, exactly where they are exact."""

from fractions import Fraction

import pytest

from diffcompare.diagnostics import DiffcompareError
from diffcompare.inputs.catalogue import entry
from diffcompare.language.expression import Number, Variable
from diffcompare.language.operations import exact_integer
from diffcompare.language.parser import parse
from diffcompare.language.wengert import wengert_list
from diffcompare.studies.swell.study import swell_family

TABLE = {  # n: f tree, f DAG, raw tree, light tree, light DAG
    4: (43, 12, 217, 151, 26),
    6: (187, 18, 1441, 991, 42),
    8: (763, 24, 8065, 5503, 58),
    10: (3067, 30, 41473, 28159, 74),
    12: (12283, 36, 202753, 137215, 90),
}


def by_number(swell):
    return {row.member.number: row for row in swell.rows}


def exact(expression, **point):
    """The exact value of an expression of + - * / and integer powers."""
    values = {}
    for node in wengert_list(expression):
        if type(node) is Variable:
            values[node] = point[node.name]
        elif type(node) is Number:
            values[node] = Fraction(node.digits, 10**node.places)
        elif node.operation.name == "^n":
            values[node] = values[node.arguments[0]] ** exact_integer(node.arguments[1])
        else:
            apply = {
                "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b,
                "neg": lambda a: -a,
            }[node.operation.name]  # fmt: skip
            values[node] = apply(*[values[argument] for argument in node.arguments])
    return values[expression]


# --- Sizes ------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("without_sympy")
def test_the_sizes_of_the_logistic_map():
    rows = by_number(swell_family("logistic", range(4, 13)))
    for n, figures in TABLE.items():
        raw, light = rows[n].forms["raw"].size, rows[n].forms["light"].size
        assert (*rows[n].size, raw.tree, *light) == figures


@pytest.mark.usefixtures("without_sympy")
@pytest.mark.parametrize("n", [2, 3, 5, 30, 100, 199, 200, 400])
def test_closed_forms_where_the_tree_could_never_be_built(n):
    """At n = 200 the raw derivative has more than 10^63 nodes, written out."""
    (row,) = swell_family("logistic", range(n, n + 1)).rows
    raw, light = row.forms["raw"].size, row.forms["light"].size
    assert row.size == (3 * 2**n - 5, 3 * n)
    assert raw == (9 * (n - 1) * 2 ** (n - 1) + 1, 10 * n - 7)
    assert light == ((6 * n - 5) * 2 ** (n - 1) - 1, 8 * n - 6)


@pytest.mark.usefixtures("without_sympy")
def test_the_operations_of_speelpennings_product():
    for n, row in by_number(swell_family("speelpenning", range(2, 25))).items():
        assert row.operations == n - 1
        assert row.sweeps["reverse"].work == 3 * (n - 1)
        assert row.sweeps["forward"].work == 4 * n * (n - 1)
        assert row.forms["light"].written == n * (n - 2)
        assert set(row.forms["light"].formulas) == {f"x{i}" for i in range(1, n + 1)}, "the whole gradient"


@pytest.mark.usefixtures("without_sympy")
def test_nested_sines_have_a_tree_that_grows_with_the_square():
    for n, row in by_number(swell_family("nested-sin", range(2, 20))).items():
        assert row.size == (n + 1, n + 1)
        assert row.forms["light"].size == ((n * n + 5 * n - 2) // 2, 3 * n - 1)


@pytest.mark.usefixtures("without_sympy")
def test_what_is_written_out_counts_operations_of_the_tree():
    """Every second node of a tree of binary operations is one; constant subexpressions do not count."""
    (row,) = swell_family("logistic", range(3, 4)).rows
    form = row.forms["light"]
    assert (form.size.tree, form.written, form.work) == (51, 23, 13)
    constants = 2  # `0 - 1` stands twice in the written-out formula, and is no work
    assert form.size.tree == 2 * (form.written + constants) + 1


# --- The survey's Table 1 ---------------------------------------------------------------------------------------------

SURVEY = {  # n: l_n, its derivative unsimplified, and simplified (Baydin et al. 2018, Table 1)
    1: ("x", "1", "1"),
    2: ("4*x*(1-x)", "4*(1-x) - 4x", "4 - 8x"),
    3: (
        "16*x*(1-x)*(1-2x)^2",
        "16*(1-x)*(1-2x)^2 - 16*x*(1-2x)^2 - 64*x*(1-x)*(1-2x)",
        "16*(1 - 10x + 24*x^2 - 16*x^3)",
    ),
    4: (
        "64*x*(1-x)*(1-2x)^2*(1-8x+8*x^2)^2",
        "128*x*(1-x)*(-8+16x)*(1-2x)^2*(1-8x+8*x^2) + 64*(1-x)*(1-2x)^2*(1-8x+8*x^2)^2"
        " - 64*x*(1-2x)^2*(1-8x+8*x^2)^2 - 256*x*(1-x)*(1-2x)*(1-8x+8*x^2)^2",
        "64*(1 - 42x + 504*x^2 - 2640*x^3 + 7040*x^4 - 9984*x^5 + 7168*x^6 - 2048*x^7)",
    ),
}
VALUES = {2: ("16/25", "12/5"), 3: ("576/625", "-336/125"), 4: ("112896/390625", "708288/78125")}


@pytest.mark.parametrize("n", SURVEY)
def test_the_surveys_table_1(measured, n):
    """Polynomials of degree below 16 are equal where they agree at 16 points, as these do, exactly."""
    row = by_number(measured("logistic", "1..4"))[n]
    value, unsimplified, simplified = map(parse, SURVEY[n])
    formulas = [form.formulas["x"] for form in row.forms.values()]
    assert len(formulas) == 6
    for k in range(16):
        x = Fraction(k, 7)
        assert exact(row.member.expression, x=x) == exact(value, x=x)
        slope = exact(simplified, x=x)
        assert exact(unsimplified, x=x) == slope
        assert [exact(formula, x=x) for formula in formulas] == [slope] * 6


@pytest.mark.parametrize("n", SURVEY)
def test_the_surveys_table_1_by_sympy(measured, n):
    """Every difference from the derivative by an independent engine simplifies to 0."""
    sympy = pytest.importorskip("sympy")
    x = sympy.Symbol("x")
    row = by_number(measured("logistic", "1..4"))[n]

    def read(expression):
        text = str(expression).replace("^", "**").split("; ")
        names = {"x": x}
        for line in text[:-1]:
            name, formula = line.split(" = ")
            names[name] = sympy.sympify(formula, locals=names)
        return sympy.sympify(text[-1], locals=names)

    value, unsimplified, simplified = (read(parse(text)) for text in SURVEY[n])
    assert sympy.expand(read(row.member.expression) - value) == 0
    assert sympy.expand(sympy.diff(value, x) - simplified) == sympy.expand(unsimplified - simplified) == 0
    for form in row.forms.values():
        assert sympy.expand(read(form.formulas["x"]) - simplified) == 0


@pytest.mark.parametrize("n", VALUES)
def test_exact_values_at_one_fifth(measured, n):
    row, (value, slope) = by_number(measured("logistic", "1..4"))[n], map(Fraction, VALUES[n])
    assert exact(row.member.expression, x=Fraction(1, 5)) == value
    for form in row.forms.values():
        assert exact(form.formulas["x"], x=Fraction(1, 5)) == slope
    assert float(row.true["x"].text) == pytest.approx(float(slope), rel=1e-15)


@pytest.mark.usefixtures("without_sympy")
def test_the_loop_is_that_of_the_catalogue():
    (row,) = swell_family("logistic", range(4, 5)).rows
    assert row.member.expression is parse(entry("logistic_l4_nested").text)


# --- Accuracy ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("x", "figures"), [(0.2, {5: 2e-11, 6: 3e-6, 8: 3e31}), (0.9, {5: 4e-6, 6: 9e5, 8: 9e74})])
def test_expanded_the_derivative_loses_all_its_digits(monkeypatch, x, figures):
    from diffcompare.studies.swell import measure

    monkeypatch.setattr(measure, "ROUNDS", measure.ROUNDS[:2])
    rows = by_number(swell_family("logistic", range(5, 9), at={"x": x}, budget=60))
    for n, error in figures.items():
        assert error / 10 < rows[n].forms["expanded"].error < 10 * error
        for sweep in rows[n].sweeps.values():
            assert sweep.error < (2e-14 if x == 0.2 else 1e-13)
        assert rows[n].forms["light"].error < 1e-13


def test_simplified_by_sympy_is_expanded(measured):
    row = by_number(measured("logistic", "1..4"))[4]
    assert row.forms["simplified"].size == row.forms["expanded"].size
    assert row.forms["simplified"].size.tree < row.forms["light"].size.tree


# --- Points and mistakes ----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("without_sympy")
def test_a_point_of_ones_own():
    (row,) = swell_family("speelpenning", range(3, 4), at={"x1": 2, "x2": 3, "x3": 5}).rows
    assert row.sweeps["reverse"].values == {"x1": 15.0, "x2": 10.0, "x3": 6.0}
    rows = swell_family("speelpenning", range(2, 4), at={"x1": 2, "x2": 3, "x3": 5}, wrt=["x2"]).rows
    assert [row.sweeps["reverse"].values for row in rows] == [{"x2": 2.0}, {"x2": 10.0}]


@pytest.mark.usefixtures("without_sympy")
def test_the_error_of_a_gradient_is_that_of_its_worst_partial(tmp_path):
    """By x the quotient cancels, by y nothing does."""
    path = tmp_path / "two.txt"
    path.write_text("(exp(x) - 1)/x + y\n")
    good = swell_family(str(path), at={"x": 1e-9, "y": 2}, wrt=["y"]).rows[0].forms["light"].error
    worst = swell_family(str(path), at={"x": 1e-9, "y": 2}, wrt=["y", "x"]).rows[0].forms["light"].error
    assert good == 0
    assert worst > 1


@pytest.mark.usefixtures("without_sympy")
def test_a_formula_without_a_value_says_so(tmp_path):
    path = tmp_path / "two.txt"
    path.write_text("x^1.5\nx*exp(x)*exp(-x)\n")
    first, second = swell_family(str(path), at={"x": 800}).rows
    assert first.forms["raw"].outside is None
    assert second.forms["light"].outside == "overflow"
    assert second.forms["light"].values == {"x": None}
    (itself,) = swell_family(str(path), range(1, 2), at={"x": 0}).rows
    assert itself.status == "ok"


@pytest.mark.usefixtures("without_sympy")
def test_a_point_beyond_the_doubles_fails_as_in_grad():
    swell = swell_family("logistic", range(12, 13), at={"x": 1e300})
    assert swell.failure.code == "E804"
    assert swell.failure.message.startswith("l12: ")
    assert swell.document().blocks == ()


@pytest.mark.usefixtures("without_sympy")
def test_where_some_members_have_no_derivative_the_others_are_shown(tmp_path):
    path = tmp_path / "mixed.txt"
    path.write_text("x^2\n# a comment\nabs(x)\nsqrt(x)\n")
    swell = swell_family(str(path), at={"x": 0})
    assert swell.failure is None
    assert [row.status for row in swell.rows] == ["ok", "nondifferentiable", "nondifferentiable"]
    assert [note.message.partition(":")[0] for note in swell.notes] == ["line 3", "line 4"]


def test_no_such_family():
    with pytest.raises(DiffcompareError) as caught:
        swell_family("logistics")
    assert (caught.value.diagnostic.code, caught.value.diagnostic.help) == ("E563", "did you mean `logistic`?")
