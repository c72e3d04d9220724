"""`dc.jvp` and `dc.vjp`: the columns and rows of the Jacobian, and the identity that ties both modes together."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from rows import every_row
from strategies import SMOOTH, expressions, points

import diffcompare as dc
from diffcompare.diagnostics import DiffcompareError
from diffcompare.language.wengert import variables, wengert_list

OUTPUTS = "[x*y, x + y^2, sin(x)]"
AT = {"x": 2, "y": 3}


def test_columns_and_rows_of_the_jacobian():
    matrix = dc.jacobian(OUTPUTS, AT, methods="reverse-ad", truth=False).matrix
    columns = [dc.jvp(OUTPUTS, AT, {name: 1}) for name in AT]
    rows = [list(dc.vjp(OUTPUTS, AT, [row == number for number in range(3)]).values()) for row in range(3)]
    assert rows == matrix == [list(row) for row in zip(*columns, strict=True)]


def test_one_output_has_one_number():
    assert dc.jvp("x^2*y", {"x": 2, "y": 3}, {"x": 1, "y": 2}) == 12 + 8
    assert dc.vjp("x^2*y", {"x": 2, "y": 3}) == dc.gradient("x^2*y", {"x": 2, "y": 3})
    assert dc.vjp(["x", "x", "3"], {"x": 1.0}, [2, 5, 7]) == {"x": 7.0}


def test_a_python_function():
    def polar(x, y):
        return math.hypot(x, y), math.atan2(y, x)

    assert dc.jvp(polar, {"x": 3.0, "y": 4.0}, {"x": 1.0}) == pytest.approx([0.6, -0.16])
    assert dc.vjp(polar, {"x": 3.0, "y": 4.0}, [5, 0]) == pytest.approx({"x": 3.0, "y": 4.0})


def test_a_function_that_returns_a_number_has_one_number():
    assert dc.jvp(lambda y: y * y, {"y": 3.0}, {"y": 1.0}) == 6.0
    assert dc.jvp(lambda y: [y * y], {"y": 3.0}, {"y": 1.0}) == [6.0]


def jvp_inside(x):
    return dc.jvp(lambda y: x * y**2, {"y": x}, {"y": 1.0})


def vjp_inside(x):
    return dc.vjp(lambda y: x * y**2, {"y": x})["y"]


def three_deep(x):
    """Return 4*x^4: the direction and the weights are recorded numbers, too."""
    return dc.jvp(lambda y: dc.vjp(lambda z: x * y * z**2, {"z": y}, [x])["z"], {"y": x}, {"y": x})


def outputs_inside(x):
    """Return x^2 + x^3: several outputs, one of them a constant, at a vector that holds the same object twice."""
    along = dc.jvp(lambda w: (w[0] * w[1], x * w[0], 5.0), {"w": [x, x]}, {"w": [1.0, x]})
    return along[0] * along[1] + along[2]


@pytest.mark.parametrize(
    ("function", "truth"), [(jvp_inside, 12), (vjp_inside, 12), (three_deep, 432), (outputs_inside, 33)]
)
def test_products_inside_a_function_that_is_differentiated(function, truth):
    """d/dx of [d/dy (x·y²) at y = x] at 3 is 12, and not 18: y is not x, though it begins as the same object."""
    assert dc.gradient(function, x=3.0) == {"x": truth}
    assert dc.vjp(function, {"x": 3.0}) == {"x": truth}
    assert dc.jvp(function, {"x": 3.0}, {"x": 1.0}) == truth


def test_shapes_inside_a_function_are_the_same():
    def inside(x):
        along = dc.jvp(lambda w: [[w[0] * w[1], w[0]]], {"w": [x, x]}, [1.0, 0.0])
        return along[0][0] * dc.vjp(lambda w: w[0] * w[1], {"w": [x, 2.0 * x]})["w"][0]

    assert dc.gradient(inside, x=3.0) == {"x": 12.0}  # x * 2x


def test_wrong_directions_and_weights_are_told_inside_a_function_as_well():
    for wrong, code in (
        (lambda x: dc.vjp(lambda y: x * y, {"y": x}, [1.0, 2.0])["y"], "E703"),
        (lambda x: dc.jvp(lambda y: x * y, {"y": x}, {"z": 1.0}), "E705"),
        (lambda x: dc.jvp(lambda y, z: x * y, {"y": x, "z": x}, 1.0), "E708"),
    ):
        with pytest.raises(DiffcompareError, match=code):
            dc.gradient(wrong, x=3.0)


def scalar(x):
    return x**2


def vector(w):
    return np.array([w[0] * w[1], w[1] ** 2])


def square(W):
    return W @ W


W = np.array([[1.0, 2.0], [3.0, 4.0]])
D = np.array([[0.0, 1.0], [0.0, 0.0]])


@every_row(
    ("function", "point", "direction", "along", "weights", "back"),
    [
        (scalar, 3.0, 2.0, 12.0, 5.0, {"x": 30.0}),
        (lambda x: (x**2,), 3.0, {"x": 2.0}, [12.0], [5.0], {"x": 30.0}),
        (lambda x: [x, x**2], 3.0, 2.0, [2.0, 12.0], [1, 1], {"x": 7.0}),
        (lambda w: w[0] * w[1], {"w": [2.0, 3.0]}, {"w": [1, 0]}, 3.0, 1.0, {"w": [3.0, 2.0]}),
        (lambda w, x: [w[0] * x, w[1]], {"w": [2.0, 3.0], "x": 5.0}, {"x": 1}, [2.0, 0.0], [1, 1], {"w": [5.0, 1.0], "x": 2.0}),
        (vector, {"w": np.array([2.0, 3.0])}, np.array([1.0, 0.0]), np.array([3.0, 0.0]), np.array([1, 1]), {"w": np.array([3.0, 8.0])}),
        (square, {"W": W}, {"W": D}, D @ W + W @ D, D, {"W": D @ W.T + W.T @ D}),
        (square, {"W": W.tolist()}, {"W": D.tolist()}, (D @ W + W @ D).tolist(), D, {"W": (D @ W.T + W.T @ D).tolist()}),
        (vector, {"w": [2.0, 3.0]}, {"w[0]": 1.0}, [3.0, 0.0], [1, 1], {"w": [3.0, 8.0]}),
    ],
)  # fmt: skip
def test_shapes_are_those_of_the_function_and_of_its_parameters(function, point, direction, along, weights, back):
    """The shapes are those of `jax.jvp` and `jax.vjp`; where the point has lists, so has the result."""
    found = dc.jvp(function, point, direction)
    assert type(found) is type(along)
    assert np.array_equal(found, along)
    pulled = dc.vjp(function, point, weights)
    assert {name: (type(part), np.asarray(part).tolist()) for name, part in pulled.items()} == {
        name: (type(part), np.asarray(part).tolist()) for name, part in back.items()
    }


def test_one_number_is_the_direction_of_the_only_variable():
    assert dc.jvp("x^2", 3, 2) == 12
    assert dc.jvp("[x, x^2]", {"x": 3}, 2) == [2, 12]


NUMBERS = st.floats(min_value=-4, max_value=4)


@given(st.lists(expressions(SMOOTH), min_size=1, max_size=3), st.data())
def test_the_adjoint_identity(outputs, data):
    """w·(J v) is (w J)·v: forward mode and reverse mode are transposes of each other."""
    names = variables(wengert_list(*outputs))
    assume(names)
    point = data.draw(points(names))
    direction = {name: data.draw(NUMBERS) for name in names}
    weights = [data.draw(NUMBERS) for _ in outputs]
    try:
        along = dc.jvp(outputs, point, direction)
        back = dc.vjp(outputs, point, weights)
        matrix = [dc.gradient(output, {n: point[n] for n in variables(wengert_list(output))}) for output in outputs]
    except DiffcompareError:
        assume(False)
    terms = [weight * row[n] * direction[n] for weight, row in zip(weights, matrix, strict=True) for n in row]
    size = math.fsum(map(abs, terms))
    assume(math.isfinite(size))
    one = math.fsum(w * tangent for w, tangent in zip(weights, along, strict=True))
    other = math.fsum(back[name] * direction[name] for name in names)
    assert one == pytest.approx(other, rel=1e-9, abs=1e-9 * max(size, 1e-300))


def test_numbers_that_leave_the_range_on_the_way():
    exact = dc.gradient("1/cosh(x)", x=600.0)["x"]
    assert dc.jvp("1/cosh(x)", {"x": 600}, {"x": 1}) == pytest.approx(exact, rel=1e-12, abs=0)
    assert dc.vjp("1/cosh(x)", {"x": 600}) == pytest.approx({"x": exact}, rel=1e-12, abs=0)


@every_row(
    ("call", "code"),
    [
        (lambda: dc.jvp("[ln(x), x]", {"x": -1}, {"x": 1}), "E802"),
        (lambda: dc.vjp("sqrt(x)", {"x": 0}), "E801"),
        (lambda: dc.jvp("x", {"x": 1}, {"y": 1}), "E705"),
        (lambda: dc.jvp("x*y", {"x": 1, "y": 1}, 1.0), "E703"),
        (lambda: dc.jvp("x", {"x": 1}, [1.0]), "E703"),
        (lambda: dc.jvp(vector, {"w": [1.0, 2.0]}, {"w": [1.0]}), "E708"),
        (lambda: dc.jvp(vector, {"w": [1.0, 2.0]}, 1.0), "E708"),
        (lambda: dc.jvp(lambda x, y: x * y, {"x": 1.0, "y": 2.0}, 1.0), "E708"),
        (lambda: dc.vjp("[x, x]", {"x": 1}, "ab"), "E703"),
        (lambda: dc.vjp("[x, x]", {"x": 1}, [[1], [1, 2]]), "E703"),
        (lambda: dc.jvp("x", {"x": 1}, {"x": math.nan}), "E703"),
        (lambda: dc.vjp("[x, x]", {"x": 1}, [1]), "E703"),
        (lambda: dc.vjp("polygamma(n, x)", {"n": 1, "x": 2}), "E806"),
        (lambda: dc.vjp("x*y", {"x": 1}), "E704"),
    ],
)
def test_what_is_wrong_says_so(call, code):
    with pytest.raises(DiffcompareError) as caught:
        call()
    assert caught.value.diagnostic.code == code
