"""The public names: their examples run, `dc.check` names its options, and none of them shadows a variable."""

import doctest
import inspect

import pytest

import diffcompare as dc
from diffcompare import api, tape
from diffcompare.gradcheck import gradient_check


@pytest.mark.parametrize("module", [dc, api, gradient_check, tape])
def test_examples_in_docstrings_run(module):
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0


def test_every_public_name_is_there():
    assert set(dc.__all__) <= set(dir(dc))
    assert all(callable(getattr(dc, name)) for name in dc.__all__)


def test_check_names_its_options():
    options = set(inspect.signature(dc.check).parameters)
    assert {"domain", "budget", "where_defined", "points", "each", "seed"} <= options
    described = inspect.getdoc(dc.check)  # without its indentation, which Python 3.13 takes away anyway
    assert all(f"    {name}: " in described for name in options - {"point", "named"})


def test_options_for_expressions_reach_them():
    assert dc.check("sqrt(x^2)", "1", domain="x > 0").ok
    assert dc.check("ln(x)/x", x="(1 - ln(x))/x^2", budget=2, seed=3).seed == 3
    assert dc.check("sqrt(x)", "1/(2*sqrt(x))", where_defined="wrong").where_defined == "wrong"


def test_an_expression_may_have_a_variable_called_like_an_option_for_functions():
    assert dc.check("each^2*points", each="2*each*points", points="each^2").verdict == "proved"


def price(x, budget):
    return x * budget**2


def price_gradient(x, budget):
    return [budget**2, 2 * x * budget]


def test_an_argument_called_like_an_option_for_expressions_goes_into_a_mapping():
    with pytest.raises(TypeError, match="`budget` is an option for expressions"):
        dc.check(price, price_gradient, x=2.0, budget=3.0)
    assert dc.check(price, price_gradient, {"x": 2.0, "budget": 3.0}).ok
    assert dc.check(price, price_gradient, 2.0, 3.0).ok
