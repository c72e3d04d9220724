"""The Wengert list: order, numbering, sizes."""

import gc
import weakref

import pytest
from hypothesis import given
from strategies import NAMES, expressions

from diffcompare.formatting import integer
from diffcompare.language.expression import Number, Variable
from diffcompare.language.operations import exp, ln, sin
from diffcompare.language.parser import parse
from diffcompare.language.wengert import (
    active_nodes,
    dag_size,
    natural_sort_key,
    operation_count,
    tree_size,
    tree_sum,
    variables,
    wengert_list,
)

x, y = Variable("x"), Variable("y")


def written_out(node):
    """The size of the tree, by its definition (small expressions only)."""
    return 1 + sum(map(written_out, node.arguments))


def test_the_surveys_function_is_numbered_as_in_the_literature():
    """Tables 2 and 3 of Baydin et al.: v1 = ln v-1, v2 = v-1 v0, v3 = sin v0, v4 = v1 + v2, v5 = v4 - v3."""
    nodes = wengert_list(parse("ln(x1) + x1*x2 - sin(x2)"))
    assert [str(node) for node in nodes] == [
        "x1",
        "x2",
        "ln(x1)",
        "x1*x2",
        "sin(x2)",
        "ln(x1) + x1*x2",
        "ln(x1) + x1*x2 - sin(x2)",
    ]


@given(expressions(largest=15))
def test_every_node_comes_once_and_after_its_arguments(expression):
    nodes = wengert_list(expression)
    place = {node: index for index, node in enumerate(nodes)}
    assert len(place) == len(nodes)
    assert nodes[-1] is expression
    assert all(place[argument] < place[node] for node in nodes for argument in node.arguments)


@given(expressions(), expressions())
def test_several_roots_share_their_nodes(first, second):
    together = wengert_list(first, second)
    assert set(together) == set(wengert_list(first)) | set(wengert_list(second))
    assert len(set(together)) == len(together)


@given(expressions(largest=8))
def test_sizes_are_what_they_are_defined_to_be(expression):
    assert tree_size(expression) == written_out(expression)
    assert dag_size(expression) == len(set(wengert_list(expression)))
    assert dag_size(expression) <= tree_size(expression)
    assert operation_count(wengert_list(expression)) < dag_size(expression)


@given(expressions(largest=6), expressions(largest=6))
def test_the_size_of_several_trees_is_their_sum(first, second):
    assert tree_size(first, second) == tree_size(first) + tree_size(second)
    assert tree_size(first, first) == 2 * tree_size(first)


def test_a_tree_that_could_never_be_built_has_an_exact_size():
    node = x
    for _ in range(1000):
        node = node * node
    assert tree_size(node) == 2**1001 - 1
    assert dag_size(node) == 1001


def test_the_size_of_an_astronomical_tree_is_right_in_its_first_digits():
    """A doubling, a tripling that catches up with it, and what is so small beside them that it does not count."""
    double, triple = x, x
    for _ in range(18_000):
        double = double * double
    for _ in range(11_500):
        triple = triple * triple * triple
    exact = {double: 2**18_001 - 1, triple: 2 * 3**11_500 - 1}
    exact[double + triple] = sum(exact.values()) + 1
    exact[sin(x) - double] = exact[double] + 3
    for expression, size in exact.items():
        assert size - (size >> 230) <= tree_size(expression) <= size
        assert integer(tree_size(expression)) == integer(size)
    together = sum(exact[root] for root in (triple, double))
    assert together - (together >> 230) <= tree_size(triple, double) <= together


def test_the_logistic_map_has_the_surveys_sizes():
    """Section 2 of the teaching notes: 3*2^n - 5 as a tree, 3n as a DAG."""
    node = x
    for n in range(2, 13):
        node = 4 * node * (1 - node)
        assert (tree_size(node), dag_size(node)) == (3 * 2**n - 5, 3 * n)


def test_deep_and_wide_expressions_need_no_recursion():
    deep, wide = x, x
    for index in range(10_000):
        deep = sin(deep)
        wide = wide + Variable(f"v{index % 7}")
    assert len(wengert_list(deep)) == tree_size(deep) == 10_001
    assert tree_size(wide) == 20_001


def test_variables_are_in_natural_order():
    nodes = wengert_list(parse("x10 + x2 + X2 + b + alpha + x1*x02"))
    assert variables(nodes) == ["alpha", "b", "x1", "x02", "X2", "x2", "x10"]
    assert variables(wengert_list(Number(2))) == []


@pytest.mark.parametrize(
    ("first", "second"), [("x2", "x10"), ("a", "B"), ("x", "xa"), ("x1y2", "x1y10"), ("x02", "x2")]
)
def test_natural_order(first, second):
    assert natural_sort_key(first) < natural_sort_key(second)


def test_active_nodes_depend_on_the_variables_asked_for():
    expression = exp(x) * sin(y) + ln(Number(2))
    active = active_nodes(wengert_list(expression), ["x"])
    assert {str(node) for node in active} == {"x", "exp(x)", "exp(x)*sin(y)", "exp(x)*sin(y) + ln(2)"}
    assert active_nodes(wengert_list(expression), []) == set()


@given(expressions())
def test_activity_is_the_union_over_the_variables(expression):
    nodes = wengert_list(expression)
    assert active_nodes(nodes, NAMES) == set().union(*(active_nodes(nodes, [name]) for name in NAMES))


def test_sums_over_the_written_out_tree():
    expression = parse("(x + y)*(x + y) + sin(x)")
    nodes = wengert_list(expression)
    assert tree_sum(nodes, [expression], lambda node: 1) == tree_size(expression) == 10
    assert tree_sum(nodes, [expression], lambda node: int(node.operation is not None)) == 5
    assert tree_sum(nodes, [expression, expression], lambda node: int(node.level == 0)) == 10


def test_a_long_list_is_kept_as_long_as_its_expression_lives():
    expression = sum((x * n for n in range(2, 1_500)), y)
    first = wengert_list(expression)
    wengert_list(expression).clear()  # what is handed out is the caller's
    assert wengert_list(expression) == first
    assert first[-1] is expression
    root = weakref.ref(expression)
    del expression, first
    gc.collect()
    assert root() is None


def test_a_list_is_the_caller_s_own_and_keeps_nothing_alive():
    root = parse("sin(only_here) + only_here^2")
    first = wengert_list(root)
    first.pop()
    second = wengert_list(root)
    assert second == [*first, root]
    node = weakref.ref(second[-2])
    del root, first, second
    gc.collect()
    assert node() is None
