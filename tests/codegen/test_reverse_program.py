"""The gradient as a program: it is executed here, and its numbers are held against the truth and reverse mode."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy
import pytest
from hypothesis import assume, given
from rows import every_row
from strategies import ALL, expressions, points

from diffcompare.backends.automatic import gradient_at, reverse_mode
from diffcompare.backends.hand_coded import textbook
from diffcompare.backends.problem import Problem
from diffcompare.codegen import program
from diffcompare.codegen.libraries import MATH, NUMPY
from diffcompare.codegen.source import depth_cuts
from diffcompare.inputs.catalogue import load
from diffcompare.language import operations
from diffcompare.language.expression import OPERATIONS, Variable
from diffcompare.language.operations import sin
from diffcompare.language.parser import parse
from diffcompare.language.simplify import simplify
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.numeric.evaluate import FLOATS, evaluate, is_number, value_at

LANGUAGES = ("python", "numpy")


def source(expression, language="python", point=None, wrt=None):
    """The program for all partials, or those of `wrt`."""
    names = list(point) if point else variables(wengert_list(expression))
    wrt = names if wrt is None else wrt
    formulas = {name: simplify(formula, expression) for name, formula in textbook(expression, list(wrt)).items()}
    return program(expression, names, wrt, formulas, point, language)


def functions(text):
    """The two functions of a program."""
    space = {"__name__": "program"}
    exec(compile(text, "program", "exec"), space)
    return space["gradient"], space["gradient_by_formulas"]


def gradients(text, language="python", **point):
    expression = parse(text, names=tuple(point))
    return [function(**point) for function in functions(source(expression, language, point))]


# --- What a program looks like ----------------------------------------------------------------------------------------


def test_the_program_of_the_survey_s_example():
    expression = parse("x1*x2 + tanh(x1)")
    assert source(expression, "python", {"x1": 2.0, "x2": 5.0}) == (
        "# The gradient of f = x1*x2 + tanh(x1)\n"
        "import math\n"
        "\n\n"
        "def tanh_slope(y, x):\n"
        "    # 1 - y*y cancels in the tails\n"
        "    if abs(x) < 0.5:\n"
        "        return 1 - y * y\n"
        "    q = math.exp(-2 * abs(x))\n"
        "    return 4 * q / ((1 + q) * (1 + q))\n"
        "\n\n"
        "def gradient_by_formulas(x1, x2):\n"
        '    """The gradient as a person writes it, formula by formula."""\n'
        "    x1, x2 = float(x1), float(x2)\n"
        "    return {\n"
        '        "x1": x2 + 1 - math.tanh(x1)**2,\n'
        '        "x2": x1,\n'
        "    }\n"
        "\n\n"
        "def gradient(x1, x2):\n"
        '    """The gradient by one reverse sweep, every node once."""\n'
        "    x1, x2 = float(x1), float(x2)\n"
        "    # forwards: the values\n"
        "    v1 = x1*x2\n"
        "    v2 = math.tanh(x1)\n"
        "    v3 = v1 + v2  # x1*x2 + tanh(x1)\n"
        "    # backwards: the adjoints\n"
        "    v3_bar = 1.0\n"
        "    # v3 = v1 + v2\n"
        "    v1_bar = v3_bar\n"
        "    v2_bar = v3_bar\n"
        "    # v2 = math.tanh(x1)\n"
        "    x1_bar = v2_bar*tanh_slope(v2, x1)\n"
        "    # v1 = x1*x2\n"
        "    x1_bar += v1_bar*x2\n"
        "    x2_bar = v1_bar*x1\n"
        '    return {"x1": x1_bar, "x2": x2_bar}\n'
        "\n\n"
        'if __name__ == "__main__":\n'
        "    print(gradient_by_formulas(x1=2.0, x2=5.0))\n"
        "    print(gradient(x1=2.0, x2=5.0))\n"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_program_runs_by_itself(language):
    text = source(parse("erf(x)*sigmoid(y)*digamma(x+2)"), language, {"x": 0.5, "y": 2.0})
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    first, second = done.stdout.splitlines()
    assert first.startswith("{'x': ")
    assert second.startswith("{'x': ")
    assert done.stderr == ""


def test_names_that_mean_something_else_in_python_are_changed_and_said_so():
    names = ("lambda", "def", "e", "v1", "math", "gradient", "x_bar", "sign", "max", "θ")
    expression = parse(" + ".join(f"|{name}|^2" for name in names), names=names)
    point = dict.fromkeys(names, 1.5)
    text = source(expression, "python", point)
    assert "# the variable lambda is called lambda_ here" in text
    assert "# the variable math is called math_ here" in text
    for function in functions(text):
        assert function(*point.values()) == dict.fromkeys(names, 3.0)


def test_only_what_is_used_is_defined():
    text = source(parse("sin(x)*x"))
    assert text.count("def ") == 2
    assert "def quiet" in source(parse("if(x > 0, ln(x), 0)"))


# --- What a program computes ------------------------------------------------------------------------------------------


def test_a_branch_not_taken_raises_nothing_and_adds_nothing():
    for language in LANGUAGES:
        for gradient in gradients("if(x > 0, ln(x)*y, x^2) + y", language, x=-2.0, y=3.0):
            assert (float(gradient["x"]), float(gradient["y"])) == (-4.0, 1.0)


def test_powers_of_constants_are_powers_of_floats():
    """In whole numbers 9^9^9 would never end."""
    with pytest.raises(OverflowError):
        gradients("x*9^(9^9)", x=1.0)
    assert [gradient["x"] for gradient in gradients("x*2^100/3^50", x=1.0)] == [pytest.approx(2**100 / 3**50)] * 2


def test_a_negative_base_of_a_general_power_is_an_error_and_no_complex_number():
    with pytest.raises(ValueError, match="domain"):
        gradients("x^0.5", x=-2.0)


@pytest.mark.parametrize("language", LANGUAGES)
@every_row("entry", load())
def test_the_catalogue(entry, language):
    expression = parse(entry.text, names=tuple(entry.names))
    point = dict(entry.point)
    expected = gradient_at(expression, point)
    if expected is None or not point:
        return  # no gradient in doubles here
    sweep, formulas = functions(source(expression, language, point))
    gradient = sweep(**{own: point[name] for own, name in zip(parameters(sweep), point, strict=True)})
    for name, value in expected.items():
        assert float(gradient[name]) == pytest.approx(value, rel=1e-9, abs=1e-300)
    if entry.group != "nasty":
        gradient = formulas(*point.values())
        assert {name: float(value) for name, value in gradient.items()} == pytest.approx(expected, rel=1e-8, abs=1e-12)


def parameters(function):
    return function.__code__.co_varnames[: function.__code__.co_argcount]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_shared_negative_number_is_written_as_itself(language):
    nested = "cbrt(if(x < y, if(x < y, x - y, x - y), if(x < y, x - y, x - y)))"  # swells: shared parts have names
    for gradient in gradients(nested, language, x=5.0, y=4.0):
        assert {name: float(value) for name, value in gradient.items()} == pytest.approx({"x": 1 / 3, "y": -1 / 3})


@pytest.mark.parametrize("language", LANGUAGES)
@given(expression=expressions(ALL, largest=8), point=points())
def test_random_expressions(language, expression, point):
    """The sweep does what reverse mode does, rule by rule; the formulas agree as far as rounding lets them."""
    names = variables(wengert_list(expression))
    point = {name: point[name] for name in names}
    expected = gradient_at(expression, point)
    assume(expected is not None and names)
    assume(all(math.isfinite(size) and size < 1e30 for size in sizes(expression, point)))
    text = source(expression, language, point)
    for function, close in zip(functions(text), (1e-9, 1e-6), strict=True):
        try:
            with numpy.errstate(all="ignore"):
                gradient = function(**point)
        except (ArithmeticError, ValueError):
            assume(False)  # where a formula has no value in doubles, or one beyond their range
        scale = max(sizes(expression, point)) ** 2
        for name, value in expected.items():
            assume(math.isfinite(gradient[name]))
            assert float(gradient[name]) == pytest.approx(value, rel=close, abs=close * scale * max(1, abs(value)))


def sizes(expression, point):
    nodes = wengert_list(expression)
    try:
        values = evaluate(nodes, point, FLOATS)
    except (ArithmeticError, ValueError):
        return [math.inf]
    sizes = [abs(value) for value in values.values() if is_number(value)]
    return [*sizes, *(1 / size for size in sizes if size), 1.0]


def test_over_arrays_every_point_gets_its_gradient():
    expression = parse("x^y*atan2(x, y) + max(x, y)*cot(x) + erfc(x)*gamma(y) + log10(x)")
    x, y = numpy.linspace(0.3, 2.0, 7), numpy.linspace(3.0, 0.7, 7)
    for function in functions(source(expression, "numpy", {"x": 1.0, "y": 2.0})):
        gradient = function(x, y)
        for place in range(7):
            expected = gradient_at(expression, {"x": x[place], "y": y[place]})
            assert {name: values[place] for name, values in gradient.items()} == pytest.approx(expected, rel=1e-12)


def test_over_arrays_constant_partials_have_the_shape_of_the_point():
    for function in functions(source(parse("2*x + y - y"), "numpy", {"x": 1.0, "y": 1.0})):
        gradient = function(numpy.ones((3, 1)), numpy.ones(2))
        assert {name: values.tolist() for name, values in gradient.items()} == {
            "x": [[2.0, 2.0]] * 3,
            "y": [[0.0, 0.0]] * 3,
        }


def test_an_adjoint_that_has_two_names_is_not_written_into():
    """`+=` on an array would change the adjoint of b below while it is still needed."""
    sweep, _ = functions(source(parse("a = sin(x); b = a*y; a + b"), "numpy", {"x": 1.0, "y": 2.0}))
    assert sweep(numpy.array([1.0]), numpy.array([2.0]))["y"] == pytest.approx(math.sin(1.0), rel=1e-15)


def test_stable_forms_keep_their_digits_where_formulas_lose_them():
    """tanh at 18: 1 - y^2 has lost 4 %."""
    sweep, formulas = gradients("tanh(x)", x=18.0)
    truth = 9.278090750893684e-16
    assert sweep["x"] == pytest.approx(truth, rel=1e-14)
    assert formulas["x"] != pytest.approx(truth, rel=1e-2, abs=0)


ROWS = [row for name, row in OPERATIONS.items() if not name.startswith("if ")]


@every_row("language", LANGUAGES)
@every_row("row", ROWS)
def test_every_row_can_be_written(row, language):
    """Its value and its partials at the row's own samples, definitions included."""
    names = ("x", "y")[: row.arity]
    for sample in row.samples:
        arguments = [Variable(name) for name in names]
        point = dict(zip(names, sample, strict=True))
        if row.name == "^n":
            arguments[1], point = parse(f"{sample[1]:g}"), {"x": sample[0]}
        expression = row(*arguments)
        expected = gradient_at(expression, point) if row.name != "polygamma" else None
        if expected is None or not is_number(value_at(expression, point)):
            continue
        sweep, _ = functions(source(expression, language, point))
        gradient = sweep(**point)
        tolerance = 1e-12 if "gamma" in row.name else 4e-16
        for name, value in expected.items():
            assert float(gradient[name]) == pytest.approx(value, rel=tolerance, abs=1e-15)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_row_that_no_library_has_is_written_by_its_definition(language, monkeypatch):
    monkeypatch.setitem(OPERATIONS, "sinc", None)  # taken away again after the test
    sinc = operations.row(
        "sinc",
        definition=lambda x: OPERATIONS["if =="](x, 0, 1, sin(x) / x),
        partials=[lambda y, x: OPERATIONS["if =="](x, 0, 0, (operations.cos(x) - y) / x)],
    )
    text = source(sinc(parse("x^2")) * Variable("sinc"), language, {"x": 0.5, "sinc": 2.0})
    assert text.count("def sinc(x):") == 1
    sweep, formulas = functions(text)
    slope = 2 * 2.0 * 0.5 * (math.cos(0.25) - math.sin(0.25) / 0.25) / 0.25
    for function in (sweep, formulas):
        gradient = function(0.5, 2.0) if list(function(0.5, 2.0)) == ["x", "sinc"] else function(2.0, 0.5)
        assert float(gradient["x"]) == pytest.approx(slope, rel=1e-13)
        assert float(gradient["sinc"]) == pytest.approx(math.sin(0.25) / 0.25, rel=1e-15)


def test_polygamma_by_its_second_argument():
    mpmath = pytest.importorskip("mpmath")
    for language in LANGUAGES:
        sweep, _ = functions(source(parse("digamma(x)"), language, {"x": 1.0}))
        for x in (0.1, 0.7, 3.1, 25.0):
            assert float(sweep(x)["x"]) == pytest.approx(float(mpmath.polygamma(1, x)), rel=1e-13)


HELPERS = ("gauss", "quiet", "power", "quotient", "unbounded")


def test_the_definitions_are_the_rows():
    for library in (MATH, NUMPY):
        for name in library.definitions:
            assert name in OPERATIONS or name.endswith(("_slope", "_growth")) or name in HELPERS


# --- Size -------------------------------------------------------------------------------------------------------------


def test_no_line_is_nested_deeper_than_python_allows():
    deep = Variable("x")
    for _ in range(300):
        deep = sin(deep)
    sweep, formulas = functions(source(deep, "python", {"x": 1.0}))
    assert formulas(1.0)["x"] == pytest.approx(sweep(1.0)["x"], rel=1e-12)
    assert depth_cuts(wengert_list(deep), 100) != []


def test_a_large_sum_is_added_line_by_line():
    x = Variable("x")
    total = x
    for number in range(1, 2_000):
        total = total + number * x
    space = {"__name__": "program"}
    exec(compile(program(total, ["x"], ["x"], None, {"x": 1.0}, "python"), "program", "exec"), space)
    assert space["gradient"](1.0) == {"x": 1.0 + sum(range(2_000))}


def test_formulas_too_large_are_left_out():
    text = program(parse("x*y"), ["x", "y"], ["x", "y"], None, None, "python")
    assert "gradient_by_formulas" not in text
    assert "# (its formulas are too many or too large to be written)" in text
    assert "__main__" not in text


@pytest.mark.parametrize(
    ("text", "x", "derivative"),
    [
        ("atan(x)", 1e200, 0.0),
        ("atan(x^3)", -1e150, 0.0),
        ("1/(1 + exp(-x))", -800.0, math.nan),
        ("atan(sinh(x))", 800.0, math.nan),
        ("x/(1 + x^2)", 1e200, None),
    ],
)
def test_where_python_raises_at_its_point_a_program_goes_on_as_ieee_does(text, x, derivative):
    expression = parse(text)
    formula = simplify(textbook(expression, ["x"])["x"], expression)
    sweep, formulas = gradients(text, x=x)
    expected = float(value_at(formula, {"x": x}))
    assert formulas["x"] == pytest.approx(expected, nan_ok=True)
    reverse = reverse_mode(Problem(expression, {"x": x}, ("x",))).gradient["x"]  # None: 0*inf
    assert sweep["x"] == pytest.approx(math.nan if reverse is None else reverse, nan_ok=True)
    if derivative is not None:
        assert expected == pytest.approx(derivative, nan_ok=True)


def test_guards_are_written_where_they_are_needed_only():
    assert "power(x, 2)" in source(parse("atan(x)"), "python", {"x": 1e200})
    assert "def power" not in source(parse("atan(x)"), "python", {"x": 1e100})
    assert "def power" not in source(parse("atan(x)"), "numpy", {"x": 1e200})
