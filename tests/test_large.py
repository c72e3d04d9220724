"""Large expressions: twice the operations take twice the calls of Python functions, whatever the shape and the method."""

import gc
import itertools
import sys

import pytest

import diffcompare as dc
from diffcompare.backends import backend, run_backend
from diffcompare.backends.problem import Problem
from diffcompare.language.expression import Number, Variable
from diffcompare.language.operations import sin
from diffcompare.language.parser import parse
from diffcompare.language.printer import to_text
from diffcompare.language.wengert import tree_size, variables, wengert_list
from diffcompare.studies.accuracy import truth_about

SIZE = 400


def long_sum(n):
    return parse("+".join(f"x*{i}" for i in range(1, n // 2)))


def long_product(n):
    return parse("*".join(f"(1+x/{i + 1000000})" for i in range(n // 3)))


def nested(n):
    return parse("sin(" * n + "x" + ")" * n)


def balanced(n):
    level = [Variable(f"x{i % 7}") * Number(i + 2) for i in range(n // 2)]
    while len(level) > 1:
        level = [a + b for a, b in zip(level[::2], level[1::2], strict=False)] + level[len(level) & ~1 :]
    return level[0]


def of_many_variables(n):
    return parse("+".join(f"x{i}*x{i + 1}" for i in range(n // 2)))


def shared(n):
    x = Variable("x")
    for _ in range(n // 3):
        x = x - x * x / Number(1000)
    return x


def wide(n):
    parts = [sin(Variable("x") * Number(i + 1)) for i in range(n // 6)]
    total = parts[0]
    for one, other in itertools.pairwise(parts):
        total = total + one * other
    return total


SHAPES = (long_sum, long_product, nested, balanced, of_many_variables, shared, wide)


def point_of(expression):
    return dict.fromkeys(variables(wengert_list(expression)), 0.5)


def by_method(method):
    def work(expression):
        problem = Problem(expression, point_of(expression), (), budget=None)
        some = tuple(problem.point)[:2]
        assert run_backend(backend(method), problem._replace(wrt=some)).status == "ok"

    return work


def truth(expression):
    point = point_of(expression)
    assert truth_about(Problem(expression, point, tuple(point)[:2], budget=None)).status == "ok"


WORKS = {
    "text": lambda expression: to_text(expression),
    "parse": lambda expression: parse(to_text(expression)),
    "sizes": lambda expression: tree_size(expression),
    "gradient": lambda expression: dc.gradient(expression, point_of(expression)),
    **{method: by_method(method) for method in ("reverse-ad", "forward-ad", "central-difference")},
    "truth": truth,
}


def calls(work, expression):
    """Count the calls, of functions in Python and in C, that the work takes."""
    count = 0

    def counted(frame, event, argument):
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    gc.collect()
    gc.disable()  # what others left behind is not freed here, with calls of its own
    sys.setprofile(counted)
    try:
        work(expression)
    finally:
        sys.setprofile(before)
        gc.enable()
    return count


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_work_grows_as_the_expression_does(shape, monkeypatch):
    monkeypatch.setattr("diffcompare.studies.gradient._uses", {})  # emptied when it is full, it frees what others asked
    small, large = shape(SIZE), shape(2 * SIZE)
    for name, work in WORKS.items():
        work(shape(60))  # what is imported and remembered once is not counted
        few, many = calls(work, small), calls(work, large)
        assert many <= 2.2 * few + 200, (name, few, many)


def test_the_keys_of_many_variables_are_made_once(monkeypatch):
    expression = of_many_variables(6000)
    nodes = wengert_list(expression)
    names = variables(nodes)
    assert names[:3] == ["x0", "x1", "x2"]
    monkeypatch.setattr("diffcompare.language.wengert.natural_sort_key", lambda name: pytest.fail(name))
    assert variables(nodes) == names
