"""Expressions: equal ones are the same object, and nobody keeps them alive."""

import copy
import gc
import pickle
import sys
import weakref

import pytest
from hypothesis import given
from rows import every_row
from strategies import expressions

from diffcompare.language import expression as module
from diffcompare.language.expression import OPERATIONS, Apply, Constant, Expression, Number, Variable, apply, lift
from diffcompare.language.operations import cos, general_power, sin
from diffcompare.language.wengert import wengert_list

x, y = Variable("x"), Variable("y")


def test_building_the_same_twice_gives_the_same_object():
    assert Variable("x") is x
    assert Number(1, 1) is Number(10, 2)
    assert Constant("pi") is Constant("pi")
    assert sin(x * y + 1) is sin(x * y + 1)
    assert x + y is not y + x


@given(expressions())
def test_rebuilding_any_expression_gives_the_same_object(expression):
    rebuilt = {}
    for node in wengert_list(expression):
        arguments = tuple(rebuilt[argument] for argument in node.arguments)
        rebuilt[node] = node if node.operation is None else apply(node.operation, arguments)
    assert rebuilt[expression] is expression


def test_nodes_are_freed():
    def build():
        node = sin(Variable("nowhere_else") * 12345) + cos(Variable("nowhere_else"))
        return [weakref.ref(part) for part in wengert_list(node)]

    references = build()
    gc.collect()
    survivors = [reference() for reference in references if reference() is not None]
    assert survivors == []
    assert (Variable, "nowhere_else") not in module._interned


def test_a_node_rebuilt_after_its_death_is_found_again():
    first = weakref.ref(sin(Variable("short_lived")))
    gc.collect()
    assert first() is None
    again = sin(Variable("short_lived"))
    gc.collect()
    assert sin(Variable("short_lived")) is again


def test_30000_nested_nodes_are_built_and_freed_without_recursion():
    node = x
    for _ in range(30_000):
        node = sin(node)
    assert node.level == 30_000
    del node


def test_a_level_is_above_those_of_the_arguments():
    node = sin(x) * y + (x - y)
    for part in wengert_list(node):
        assert part.level == max((argument.level + 1 for argument in part.arguments), default=0)


@every_row(
    ("built", "name", "arguments"),
    [
        (x + y, "+", (x, y)),
        (2 + x, "+", (Number(2), x)),
        (x - 2, "-", (x, Number(2))),
        (2 - x, "-", (Number(2), x)),
        (x * y, "*", (x, y)),
        (2 * x, "*", (Number(2), x)),
        (x / y, "/", (x, y)),
        (1 / x, "/", (Number(1), x)),
        (-x, "neg", (x,)),
        (x**2, "^n", (x, Number(2))),
        (x**-2, "^n", (x, -Number(2))),
        (x**y, "^", (x, y)),
        (2**x, "^", (Number(2), x)),
        (x**0.5, "^", (x, Number(5, 1))),
    ],
)
def test_pythons_operators_apply_rows(built, name, arguments):
    assert type(built) is Apply
    assert (built.operation, built.arguments) == (OPERATIONS[name], arguments)


def test_numbers_are_exact_decimals():
    assert (Number(100, 2).digits, Number(100, 2).places) == (1, 0)
    assert (Number(5, -3).digits, Number(5, -3).places) == (5000, 0)
    assert (Number(0, 7).digits, Number(0, 7).places) == (0, 0)
    assert float(Number(1, 1)) == 0.1
    assert float(Number(10**400)) == float("inf")
    assert float(Number(1, 400)) == 0.0
    assert float(Number(123456789012345678901234567890, 20)) == 1234567890.1234567


def test_a_number_is_not_negative():
    with pytest.raises(ValueError, match="negative"):
        Number(-1)


@every_row(
    ("value", "lifted"),
    [
        (3, Number(3)),
        (-3, -Number(3)),
        (True, Number(1)),
        (0.1, Number(1, 1)),
        (-2.5, -Number(25, 1)),
        (1e300, Number(10**300)),
        (5e-324, Number(5, 324)),
        (-0.0, -Number(0)),
        (x, x),
    ],
)
def test_python_numbers_are_lifted_exactly(value, lifted):
    assert lift(value) is lifted


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_nan_and_inf_are_not_numbers_of_the_language(value):
    with pytest.raises(ValueError, match="not a number of the language"):
        lift(value)


@pytest.mark.parametrize("value", ["x", None, 1j, [1]])
def test_other_things_are_not_expressions(value):
    with pytest.raises(TypeError, match="not a number or an expression"):
        lift(value)


def test_rows_are_called_on_any_number_type():
    assert sin(0.5) == OPERATIONS["sin"].real(0.5)
    assert isinstance(sin(x), Expression)
    assert general_power(2.0, x) is lift(2.0) ** x
    assert repr(sin) == "<operation sin>"


@given(expressions(largest=6))
def test_pickling_and_copying_give_the_same_object(expression):
    assert pickle.loads(pickle.dumps(expression)) is expression
    assert copy.deepcopy(expression) is expression


def test_an_expression_shows_itself():
    assert str(sin(x) + 1) == "sin(x) + 1"
    assert repr(sin(x) + 1) == "<expression sin(x) + 1>"


def test_threads_that_build_the_same_expression_get_the_same_object():
    from concurrent.futures import ThreadPoolExecutor

    def build(_):
        return [sin(Variable(f"fresh{index}") + 1) for index in range(300)]

    with ThreadPoolExecutor(8) as pool:
        first, *others = pool.map(build, range(8))
    assert all(ours is theirs for other in others for ours, theirs in zip(first, other, strict=True))


def test_a_node_that_dies_in_one_thread_may_be_built_in_another():
    """The entry of a dead node may be replaced while it is being removed: neither may take the other's with it."""
    from concurrent.futures import ThreadPoolExecutor

    complaints = []
    hook, interval = sys.unraisablehook, sys.getswitchinterval()
    sys.unraisablehook = complaints.append
    sys.setswitchinterval(1e-6)

    def build(_):
        same = []
        for index in range(4_000):
            node = (Variable("fresh") + index % 7) * (Variable("fresh") + index % 5)
            same.append(node is (Variable("fresh") + index % 7) * (Variable("fresh") + index % 5))
            same.append(wengert_list(node)[-1] is node)
        return all(same)

    try:
        with ThreadPoolExecutor(8) as pool:
            verdicts = list(pool.map(build, range(8)))
    finally:
        sys.unraisablehook = hook
        sys.setswitchinterval(interval)
    assert all(verdicts)
    assert not complaints


def test_an_expression_survives_pickling_with_a_variable_named_e():
    for built in (Variable("e") ** 2 + 1, sin(Variable("x")) / 3):
        assert pickle.loads(pickle.dumps(built)) is built
