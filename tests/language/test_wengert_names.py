"""The survey's numbering: variables up to v0, operations from v1 on."""

import pytest

from diffcompare.language.parser import parse
from diffcompare.language.wengert import names, pretty, wengert_list


def named(text, variables):
    return {str(node): name for node, name in names(wengert_list(parse(text)), variables).items()}


def test_the_survey_s_function():
    assert named("ln(x1) + x1*x2 - sin(x2)", ("x1", "x2")) == {
        "x1": "v-1",
        "x2": "v0",
        "ln(x1)": "v1",
        "x1*x2": "v2",
        "sin(x2)": "v3",
        "ln(x1) + x1*x2": "v4",
        "ln(x1) + x1*x2 - sin(x2)": "v5",
    }


def test_variables_are_numbered_in_the_order_of_the_point():
    assert named("b - a", ("a", "b")) == {"b": "v0", "a": "v-1", "b - a": "v1"}


def test_numbers_and_constants_have_no_name():
    assert named("2*pi + x", ("x",)) == {"x": "v0", "2*pi": "v1", "2*pi + x": "v2"}


def test_a_shared_node_has_one_name():
    assert named("sin(x)*sin(x)", ("x",)) == {"x": "v0", "sin(x)": "v1", "sin(x)*sin(x)": "v2"}


def test_no_two_nodes_have_the_same_name():
    named = names(wengert_list(parse("a*b*c + a*b + ln(c)/a")), ("a", "b", "c"))
    assert len(set(named.values())) == len(named)


def test_a_variable_without_a_place_is_an_error():
    with pytest.raises(KeyError):
        named("x + y", ("x",))


@pytest.mark.parametrize(("name", "printed"), [("v-1", "v₋₁"), ("v0", "v₀"), ("v12", "v₁₂"), ("v-10", "v₋₁₀")])
def test_names_in_print(name, printed):
    assert pretty(name) == printed
