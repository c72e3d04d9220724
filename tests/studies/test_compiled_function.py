"""`dc.function`: its numbers are those of `dc.gradient`, to the bit, and so are its errors."""

from __future__ import annotations

import math
import pickle
import random

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rows import every_row
from strategies import ALL, doubles, expressions

import diffcompare as dc
from diffcompare.inputs.catalogue import load
from diffcompare.language.expression import OPERATIONS, Variable
from diffcompare.language.parser import parse
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.numeric.evaluate import is_number, value_at
from diffcompare.studies.compiled_function import USES_BEFORE_PIECES, CompiledFunction


def outcome(call):
    """The numbers of a call, or the message of its error."""
    try:
        return call()
    except dc.DiffcompareError as error:
        return error.diagnostic.message


def assert_same(expression, point):
    """Compiled function and `dc.gradient` have equal partials (0.0 == -0.0) or the same error, and equal values."""
    f = CompiledFunction(expression)
    point = {name: point[name] for name in f.variables}
    expected = outcome(lambda: tuple(dc.gradient(expression, point).values()))
    assert outcome(lambda: f.gradient(*point.values())) == expected
    value = value_at(expression, point)
    if not is_number(value):
        with pytest.raises(dc.DiffcompareError):
            f(*point.values())
        with pytest.raises(dc.DiffcompareError):
            f.value_and_gradient(*point.values())
        return
    assert f(*point.values()) == value
    assert outcome(lambda: f.value_and_gradient(*point.values())) == (
        expected if isinstance(expected, str) else (value, expected)
    )


@pytest.mark.thorough
@every_row("name", [entry.name for entry in load()])
def test_the_catalogue(name):
    entry = next(entry for entry in load() if entry.name == name)
    expression = parse(entry.text, names=entry.names)
    names = variables(wengert_list(expression))
    for at in (
        dict(entry.point),
        {name: 0.7 + 0.1 * place for place, name in enumerate(names)},
        dict.fromkeys(names, 0.0),
    ):
        if set(at) == set(names):
            assert_same(expression, at)


@given(expressions(ALL, largest=12), st.fixed_dictionaries(dict.fromkeys("xyz", doubles)))
@settings(max_examples=80)
def test_random_expressions_at_any_doubles(expression, point):
    assert_same(expression, point)


@pytest.mark.parametrize("text", ["gamma(x)*y", "lgamma(x) + digamma(y)", "polygamma(2, x)*y", "erfc(x)*erf(y)"])
def test_special_functions(text):
    for x in (0.3, 4.5, -1.5, 40.0, -3.0, 200.0):
        assert_same(parse(text), {"x": x, "y": 0.6})


def test_an_intermediate_result_beyond_the_doubles_costs_no_digit():
    f = dc.function("1/cosh(x)")
    assert f.gradient(600.0) == (-5.3007931060086215e-261,)
    assert_same(parse("x^3/y^3*z"), {"x": 1e-95, "y": 1e-99, "z": 1e-280})


def test_it_is_called_by_position_and_by_name():
    f = dc.function("x^2*sin(y)")
    assert f(2.0, 0.5) == f(x=2.0, y=0.5) == f(2, y=0.5)
    assert f.gradient(3, 0) == (0.0, 9.0)
    assert f.value_and_gradient(y=0.0, x=1.0) == (0.0, (0.0, 1.0))
    for wrong in (lambda: f(1.0), lambda: f.gradient(1.0, 2.0, 3.0), lambda: f(x=1.0, z=2.0)):
        with pytest.raises(TypeError, match=r"value|gradient"):
            wrong()


def test_integers_and_other_numbers_become_doubles():
    f = dc.function("x*y")
    assert (f(3, 2**60 + 1), type(f(3, 2))) == (3.0 * float(2**60 + 1), float)
    assert type(f.value_and_gradient(numpy.float64(2.0), True)[0]) is float
    with pytest.raises(dc.DiffcompareError, match="`y` is inf"):
        f.gradient(1.0, math.inf)
    with pytest.raises(dc.DiffcompareError, match="which is not a number"):
        f(1.0, "two")
    with pytest.raises(dc.DiffcompareError, match="beyond the range"):
        f(10**400, 1)


def test_the_variables_and_their_order_can_be_chosen():
    f = dc.function("S*exp(-r*T)", variables=["T", "S", "r", "unused"], wrt=["r", "unused"])
    assert f.variables == ("T", "S", "r", "unused")
    assert f.gradient(2.0, 100.0, 0.05, 7.0) == (dc.gradient("S*exp(-r*T)", T=2, S=100, r=0.05)["r"], 0.0)
    with pytest.raises(dc.DiffcompareError, match="no variable"):
        dc.function("x*y", wrt="z")
    with pytest.raises(dc.DiffcompareError, match="no variable"):
        dc.function("x*y", variables=["x"])
    assert dc.function("e*x", variables=["e", "x"])(2.0, 3.0) == 6.0


def test_names_are_data_and_never_source():
    names = ["careful", "float", "errors", "a1", "v3", "lambda", "None", "compiled", "f0", "été"]
    f = dc.function(" + ".join(f"sin({name}*{place})" for place, name in enumerate(names, 1)), variables=names)
    point = {name: 0.1 * place for place, name in enumerate(names)}
    assert f(**point) == f(*point.values()) == value_at(f.expression, point)
    assert dict(zip(f.wrt, f.gradient(**point), strict=True)) == dc.gradient(f.expression, point)


def test_constants_and_functions_without_variables():
    assert dc.function("2^0.5").value_and_gradient() == (math.sqrt(2), ())
    assert dc.function("3", variables=["x"]).value_and_gradient(1.5) == (3.0, (0.0,))
    with pytest.raises(dc.DiffcompareError, match="no finite value here"):
        dc.function("ln(-1)")()


def test_a_value_has_the_error_of_the_gradient():
    f = dc.function("sqrt(x) + ln(y)")
    with pytest.raises(dc.DiffcompareError, match=r"sqrt.x. is undefined") as caught:
        f.value_and_gradient(-1.0, 1.0)
    assert (caught.value.diagnostic.kind, caught.value.diagnostic.code) == ("domain_error", "E801")
    with pytest.raises(dc.DiffcompareError, match=r"sqrt.x. is undefined") as caught:
        f(-1.0, 1.0)
    assert caught.value.diagnostic.kind == "domain_error"
    with pytest.raises(dc.DiffcompareError, match="overflows") as caught:
        dc.function("exp(x)")(1000.0)
    assert caught.value.diagnostic.kind == "overflow"
    with pytest.raises(dc.DiffcompareError, match="df/dx is inf") as caught:
        dc.function("sqrt(x)").gradient(0.0)
    assert caught.value.diagnostic.kind == "nondifferentiable"
    with pytest.raises(dc.DiffcompareError, match="no partial"):
        dc.function("polygamma(x, y)").gradient(1.0, 2.0)
    assert dc.function("polygamma(x, y)")(1.0, 2.0) == value_at(parse("polygamma(x, y)"), {"x": 1.0, "y": 2.0})


def test_branches_that_are_not_taken_are_never_looked_at():
    f = dc.function("if(x > 0, ln(x), x^2) + max(y, sqrt(y))")
    assert f.value_and_gradient(-3.0, 4.0) == (13.0, (-6.0, 1.0))
    assert f.gradient(2.0, 0.25) == (0.5, 1.0)


def test_arrays_are_broadcast_and_have_nan_where_there_is_no_number():
    f = dc.function("if(x > 0, ln(x), -x) + y/cosh(z)")
    x = numpy.array([[0.5], [-2.0], [0.0]])
    z = numpy.array([0.0, 1.5, 600.0, 800.0])
    value, partials = f.value_and_gradient(x, 2.0, z)
    assert value.shape == (3, 4)
    for row, number in enumerate(x[:, 0]):
        for column, other in enumerate(z):
            point = (float(number), 2.0, float(other))
            expected = outcome(lambda point=point: f.gradient(*point))
            actual = [partial[row, column] for partial in partials]
            assert numpy.allclose(
                actual, math.nan if isinstance(expected, str) else expected, rtol=1e-13, atol=0, equal_nan=True
            )
    assert numpy.array_equal(f(x, 2.0, 0.0)[:, 0], [f(number, 2, 0) for number in x[:, 0]])
    assert [partial.tolist() for partial in dc.function("2*x + y").gradient([1.0, 2.0], 3.0)] == [
        [2.0, 2.0],
        [1.0, 1.0],
    ]
    with pytest.raises(ValueError, match=r"broadcast|shape"):
        f([1.0, 2.0], [1.0, 2.0, 3.0], 0.0)


def test_no_number_is_missing_where_many_points_are_huge_or_tiny():
    x = numpy.full(20_000, 1e120)
    value, (partial,) = dc.function("x^2").value_and_gradient(x)
    assert numpy.array_equal(value, x * x)
    assert numpy.array_equal(partial, 2 * x)


def test_arguments_that_are_no_arrays_of_real_numbers():
    f = dc.function("x*y")
    for wrong in (numpy.ones(2) * 1j, ["1", "2"], numpy.array(["2020"], "datetime64[Y]"), [[1], [1, 2]], [10**400]):
        with pytest.raises(dc.DiffcompareError, match="`x` is no array of real numbers"):
            f(wrong, 1.0)
    with pytest.raises(dc.DiffcompareError, match="`y` is inf"):
        f([1.0, 2.0], math.inf)
    with pytest.raises(dc.DiffcompareError, match="no partial is known"):
        dc.function("polygamma(n, x)").gradient([1.0], 2.0)
    masked = numpy.ma.masked_array([1, 2, 3], [False, True, False])
    assert numpy.array_equal(f(masked, 2), [2.0, math.nan, 6.0], equal_nan=True)
    assert numpy.array_equal(f.gradient(numpy.arange(6)[::2], True)[1], [0.0, 2.0, 4.0])
    assert f.gradient(numpy.zeros((0, 3)), 1.0)[0].shape == (0, 3)


def test_a_coordinate_that_is_no_number_has_no_result():
    f = dc.function("if(x < 1, 2, 3) + 0*y", variables=["x", "y", "unused"])
    assert numpy.isnan(f([math.nan, 0.5, -math.inf], 1.0, 2.0)).tolist() == [True, False, True]
    assert numpy.isnan(f(0.5, 1.0, [2.0, math.inf])).tolist() == [False, True]


@every_row("name", [name for name in OPERATIONS if name not in ("^n", "polygamma")])
def test_every_row_over_arrays(name):
    row = OPERATIONS[name]
    f = CompiledFunction(row(*[Variable(f"x{place}") for place in range(row.arity)]) * Variable("z"))
    columns = [numpy.array(column) for column in zip(*row.samples, strict=True)]
    value, partials = f.value_and_gradient(*columns, 1.25)
    for place in range(len(row.samples)):
        point = [*[float(column[place]) for column in columns], 1.25]
        expected = outcome(lambda point=point: f.value_and_gradient(*point))
        if isinstance(expected, str):
            assert math.isnan(value[place])
        else:
            actual = [value[place], *[partial[place] for partial in partials]]
            assert numpy.allclose(actual, [expected[0], *expected[1]], rtol=4e-14, atol=1e-300), point


def test_a_vector_is_what_optimizers_give():
    f = dc.function("(1 - x)^2 + 100*(y - x^2)^2")
    value, gradient = f.at_vector(numpy.array([-1.2, 1.0]))
    assert (value, gradient.tolist()) == (f(-1.2, 1.0), list(f.gradient(-1.2, 1.0)))
    with pytest.raises(ValueError, match="2 variables"):
        f.at_vector([1.0, 2.0, 3.0])
    optimize = pytest.importorskip("scipy.optimize")
    assert numpy.allclose(optimize.minimize(f.at_vector, [-1.2, 1.0], jac=True).x, 1.0)


def test_a_large_sum_and_a_large_product_run_by_vectors():
    names = [f"x{place}" for place in range(1, 401)]
    numbers = [1 + 0.3 * math.sin(place) for place in range(400)]
    for text in ("*".join(names), " + ".join(f"{name}^2/{place}" for place, name in enumerate(names, 1))):
        f = dc.function(text)
        assert f._vectors is not None
        expected = tuple(dc.gradient(text, dict(zip(names, numbers, strict=True))).values())
        assert f.value_and_gradient(*numbers) == (
            value_at(f.expression, dict(zip(names, numbers, strict=True))),
            expected,
        )
        assert (f(*numbers), f.gradient(*numbers)) == f.value_and_gradient(*numbers)
        value, gradient = f.at_vector(numbers)
        assert (value, tuple(gradient)) == (f(**dict(zip(names, numbers, strict=True))), expected)
        with pytest.raises(dc.DiffcompareError, match="`x400` is nan"):
            f.at_vector([*numbers[:-1], math.nan])
        with pytest.raises(dc.DiffcompareError, match="`x400` is inf"):
            f(*numbers[:-1], math.inf)


def test_steps_that_repeat_run_in_a_loop():
    r, x = Variable("r"), Variable("x")
    for _ in range(1_000):
        x = r * x * (1 - x)
    f = dc.function(x)
    point = {"r": 2.9, "x": 0.4}
    expected = tuple(dc.gradient(x, point).values())
    assert f.value_and_gradient(**point) == (value_at(x, point), expected)
    assert (f(2.9, 0.4), f.gradient(2.9, x=0.4)) == f.value_and_gradient(2.9, 0.4)
    assert f.at_vector([2.9, 0.4])[1].tolist() == list(expected)
    assert_same(x, {"r": 1e-3, "x": 0.4})
    with pytest.raises(dc.DiffcompareError) as caught:
        f.gradient(5.0, 0.4)
    assert outcome(lambda: dc.gradient(x, {"r": 5.0, "x": 0.4})) == caught.value.diagnostic.message


@pytest.mark.thorough
def test_a_large_expression_of_which_nothing_else_can_be_made_is_swept_and_then_compiled_in_pieces():
    rng, x = random.Random(1), [Variable("x"), Variable("y")]
    for _ in range(2_500):
        x.append(OPERATIONS["sin"](rng.choice(x[-9:]) * rng.choice(x[-9:]) + 1))
    f, point = CompiledFunction(x[-1]), {"x": 0.3, "y": 0.7}
    expected = (value_at(x[-1], point), tuple(dc.gradient(x[-1], point).values()))
    for _ in range(USES_BEFORE_PIECES):
        assert f.value_and_gradient(**point) == expected
    assert "_pieces" not in vars(f)
    assert f.value_and_gradient(**point) == (f(**point), f.gradient(**point)) == expected
    assert len(f._pieces.forwards) == len(f._pieces.backwards) > 10
    assert f(0.3, 1e200) == value_at(x[-1], {"x": 0.3, "y": 1e200})
    with pytest.raises(dc.DiffcompareError, match="`y` is inf"):
        f(0.3, math.inf)


def test_it_can_be_pickled():
    f = pickle.loads(pickle.dumps(dc.function("x*sin(y)", variables=["y", "x"], wrt="x")))
    assert (f.variables, f.gradient(0.5, 2.0)) == (("y", "x"), (math.sin(0.5),))


def test_operations_of_a_user_s_own(tmp_path):
    file = tmp_path / "own.py"
    file.write_text(
        "import math\nfrom diffcompare.tape import Function\n\n\nclass MySinh(Function):\n    @staticmethod\n"
        "    def forward(ctx, i):\n        ctx.save_for_backward(i)\n        return math.sinh(i)\n\n    @staticmethod\n"
        "    def backward(ctx, grad):\n        (i,) = ctx.saved_tensors\n        return grad * math.cosh(i)\n",
        encoding="utf-8",
    )
    f = dc.function("mysinh(x)*y", ops=str(file))
    assert f.value_and_gradient(0.5, 2.0) == (2 * math.sinh(0.5), (2 * math.cosh(0.5), math.sinh(0.5)))


@every_row(
    "text",
    [
        "x*1e300*1e-200*1e-200",  # the adjoint alone would be 0
        "x*1e90*1e-90*1e-90*1e-90*1e-90",
        "x*(1e-200*1e-200)*1e300",
        "x/1e400*1e300",
        "x*exp(1e400)",
        "x + log1p(1e400)",
        "min(lgamma(x*1e400), 1e400)",  # a pole beyond the doubles
    ],
)
@every_row("x", [2.0, -1.5e77])
def test_constants_near_the_ends_of_the_doubles(text, x):
    assert_same(parse(text), {"x": x})


def test_a_loop_asks_for_a_value_though_there_is_no_partial():
    y = Variable("x") + 0.25
    for _ in range(1_500):
        y = y * (1 - y)
    f = dc.function(y + OPERATIONS["sqrt"](Variable("x")))
    assert f._rolled is not None
    assert f(0.0) == value_at(f.expression, {"x": 0.0})
    with pytest.raises(dc.DiffcompareError, match="no finite gradient"):
        f.gradient(0.0)


def test_a_variable_may_be_called_self():
    assert dc.function("self*value")(self=2.0, value=3.0) == 6.0
