"""First and second derivatives of functions on the tape against differences."""

import numpy as np
import pytest

from diffcompare.tape import Variable, grad


def leaf(x):
    return Variable(x, requires_grad=True)


def first_and_second(function, x):
    """Return the gradient of a weighted sum, and that of its square norm."""
    v = leaf(x)
    output = function(v)
    weights = np.cos(np.arange(output.size)).reshape(output.shape)
    (gradient,) = grad(np.sum(output * output * weights), [v], create_graph=True)
    (again,) = grad(np.sum(gradient * gradient), [v])
    return gradient.data, again.data


def slope(f, x, move, h=1e-5):
    return (f(x + h * move) - f(x - h * move)) / (2 * h)


def check(function, x):
    """Compare both orders with differences along a random direction."""
    move = np.random.default_rng(2).normal(size=x.shape)

    def value(x):
        output = np.asarray(function(x))
        return np.sum(output**2 * np.cos(np.arange(output.size)).reshape(output.shape))

    gradient, again = first_and_second(function, x)
    assert np.sum(gradient * move) == pytest.approx(slope(value, x, move), rel=1e-6, abs=1e-8)
    square = lambda x: np.sum(first_and_second(function, x)[0] ** 2)
    assert np.sum(again * move) == pytest.approx(slope(square, x, move), rel=1e-5, abs=1e-6)
