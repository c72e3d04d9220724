"""`dc.check(Sinh)`: the backward of a Function of the tape against its forward; mistakes are named."""

import json
import math

import numpy as np
import pytest
from thorough_tier import one_in

import diffcompare as dc
from diffcompare.render import render
from diffcompare.tape import Function


def function(name, forward, backward):
    return type(name, (Function,), {"forward": staticmethod(forward), "backward": staticmethod(backward)})


def keeping(compute, *kept):
    """Return a forward that computes its value, and saves what `kept` makes of the arguments."""

    def forward(ctx, *arguments):
        ctx.save_for_backward(*[keep(*arguments) for keep in kept])
        return compute(*arguments)

    return forward


def saved(ctx):
    return ctx.saved_tensors


def sinh(ctx, i):
    e, e_minus = i.exp(), (-i).exp()
    ctx.save_for_backward(e, e_minus)
    return (e - e_minus) / 2


def product(ctx, a, b):
    ctx.save_for_backward(a, b)
    return a * b


def cube(ctx, x):
    ctx.save_for_backward(x)
    return x**3


def product_and_sum(ctx, a, b):
    ctx.save_for_backward(a, b)
    return a * b, a + b


def largest_and_place(ctx, v):
    ctx.save_for_backward(v.shape)
    place = np.argmax(v.data) if v.ndim else 0
    ctx.place = place
    ctx.mark_non_differentiable(place)
    return v[place] if v.ndim else v * 1, place


def to_the_largest(ctx, g, _):
    chosen = np.ones(saved(ctx)[0])
    if chosen.ndim:
        chosen = (np.arange(chosen.size) == ctx.place).astype(float)
    return g * chosen


def keeping_both(compute):
    """Return a forward of two arguments that saves both."""

    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        return compute(a, b)

    return forward


def take_twice(ctx, x):
    ctx.save_for_backward(x.shape)
    return x.data[np.array([0, 0, 2])]


def put_without_adding(ctx, g):
    entries = np.zeros(saved(ctx)[0])
    entries[np.array([0, 0, 2])] = g.data
    return entries


def add(ctx, m, b):
    ctx.save_for_backward(m.shape, b.shape)
    return m + b


def add_with_mean(ctx, g):
    big, small = saved(ctx)
    return g, g.mean(axis=0) if len(big) == 2 and len(small) == 1 else g


LAST = {}  # what a function keeps outside of ctx


def remember(ctx, x):
    LAST["x"] = x
    return np.sin(x)


def softmax(ctx, v):
    e = np.exp(v)
    ctx.save_for_backward(e / np.sum(e))
    return e / np.sum(e)


def with_mask(ctx, x):
    mask = np.random.default_rng().random(x.shape) > 0.5
    ctx.save_for_backward(mask)
    return x * mask


def where_needed(ctx, g):
    _, b = saved(ctx)
    return (g * b if ctx.needs_input_grad[0] else None), None


RIGHT = {
    "the note's Sinh": function("Sinh", sinh, lambda ctx, g: g * (saved(ctx)[0] + saved(ctx)[1]) / 2),
    "of two arguments": function("Product", product, lambda ctx, g: (g * saved(ctx)[1], g * saved(ctx)[0])),
    "of two results": function(
        "Pair", product_and_sum, lambda ctx, g, h: (g * saved(ctx)[1] + h, g * saved(ctx)[0] + h)
    ),
    "of a result without gradient": function("TopOne", largest_and_place, to_the_largest),
    "of positive numbers": function("Log", keeping(np.log, lambda x: x), lambda ctx, g: g / saved(ctx)[0]),
    "of a narrow domain": function(
        "Asin", keeping(np.arcsin, lambda x: x), lambda ctx, g: g / np.sqrt(1 - saved(ctx)[0] ** 2)
    ),
    "of which the components have a constant sum": function(
        "Softmax", softmax, lambda ctx, g: saved(ctx)[0] * (g - np.sum(g * saved(ctx)[0]))
    ),
    "of matrices": function(
        "MatrixProduct",
        keeping_both(lambda a, b: a @ b),
        lambda ctx, g: (g @ saved(ctx)[1].T, saved(ctx)[0].T @ g),
    ),
    "of a matrix and a vector": function(
        "Linear",
        keeping_both(lambda a, x: a @ x),
        lambda ctx, g: (g.reshape(-1, 1) * saved(ctx)[1], saved(ctx)[0].T @ g),
    ),
    "of numbers only": function("Sine", keeping(math.sin, lambda x: x), lambda ctx, g: g * np.cos(saved(ctx)[0])),
}


@pytest.mark.parametrize("case", one_in(3, RIGHT))
def test_a_right_backward_agrees_in_first_and_second_order(case):
    check = dc.check(RIGHT[case])
    assert check.ok, check
    assert {case.order for case in check.cases} == {1, 2}
    assert str(check).startswith("✓ The backward of")
    assert "of first and second order" in str(check)
    assert "order" in render(check.document().detailed, "plain").partition("\n")[2]


WRONG = {
    "the chain forgotten": (
        function("Sinh", sinh, lambda ctx, g: (saved(ctx)[0] + saved(ctx)[1]) / 2),
        ("chain", "backward ignores grad_output"),
    ),
    "the chain twice": (
        function("Cube", cube, lambda ctx, g: g * g * 3 * saved(ctx)[0] ** 2),
        ("chain", "not proportional to grad_output"),
    ),
    "a factor": (
        function("Sinh", sinh, lambda ctx, g: g * (saved(ctx)[0] + saved(ctx)[1])),
        ("factor", "there is an extra factor 2"),
    ),
    "a sign": (function("Cube", cube, lambda ctx, g: -3 * g * saved(ctx)[0] ** 2), ("sign", "the sign is wrong")),
    "the argument saved": (
        function("Exp", keeping(np.exp, lambda x: x), lambda ctx, g: g * saved(ctx)[0]),
        ("saved", "what is saved should be the result of forward and not the argument"),
    ),
    "the result saved": (
        function("Cosh", keeping(np.cosh, np.cosh), lambda ctx, g: g * np.sinh(saved(ctx)[0])),
        ("saved", "and not the result of forward"),
    ),
    "two saved values exchanged": (
        function("Product", product, lambda ctx, g: (g * saved(ctx)[0], g * saved(ctx)[1])),
        ("saved", "saved values 1 and 2 are mixed up"),
    ),
    "the second of two results forgotten": (
        function("Pair", product_and_sum, lambda ctx, g, h: (g * saved(ctx)[1], g * saved(ctx)[0])),
        ("unused-result", "does not use the gradient of result 2, its argument 2 after ctx"),
    ),
    "two saved values exchanged, of two results": (
        function("Pair", product_and_sum, lambda ctx, g, h: (g * saved(ctx)[0] + h, g * saved(ctx)[1] + h)),
        ("saved", "saved values 1 and 2 are mixed up"),
    ),
    "a broadcast shape": (function("Add", add, add_with_mean), ("broadcast", "shapes (2, 2) and (2,)")),
    "one gradient for two": (
        function("Product", product, lambda ctx, g: g * saved(ctx)[1]),
        ("error", "returned 1 gradients for 2 arguments"),
    ),
    "plain numbers": (
        function("Cube", cube, lambda ctx, g: 3 * g.data * saved(ctx)[0].data ** 2),
        ("not-followed", "agrees with its forward, but its own derivative"),
    ),
    "a call that overwrites what the one before kept": (
        function("Sine", remember, lambda ctx, g: g * np.cos(LAST["x"])),
        ("shared", "keep it on ctx, and not on the class or in a global"),
    ),
    "no return": (function("Cube", cube, lambda ctx, g: None), ("missing", "its `return` is missing")),
    "None where there is a gradient": (
        function("Product", product, where_needed),
        ("missing", "backward returns None for b, although the value depends on it (ctx.needs_input_grad has an entry"),
    ),
    "the diagonal alone": (
        function("Softmax", softmax, lambda ctx, g: g * saved(ctx)[0] * (1 - saved(ctx)[0])),
        ("elementwise", "backward goes element by element, and a component of the value depends on other elements"),
    ),
    "a matrix that is not transposed": (
        function(
            "MatrixProduct", keeping_both(lambda a, b: a @ b), lambda ctx, g: (g @ saved(ctx)[1].T, g.T @ saved(ctx)[0])
        ),
        ("shape", "a gradient of shape (2, 3), and (3, 2) is wanted"),
    ),
    "negative numbers alone": (
        function("Log", keeping(lambda x: np.log(np.abs(x)), np.abs), lambda ctx, g: g / saved(ctx)[0]),
        ("sign", "the sign is wrong (at -1.3; it is right at 0.7)"),
    ),
    "an exception": (function("Cube", cube, lambda ctx, g: 1 / 0), ("error", "ZeroDivisionError")),
    "nothing that has a name": (
        function("Sinh", sinh, lambda ctx, g: g * (1 + saved(ctx)[0])),
        (None, "it disagrees with the values of forward"),
    ),
}


@pytest.mark.parametrize("case", one_in(2, WRONG))
def test_a_wrong_backward_is_found_and_its_mistake_named(case):
    wrong, (kind, words) = WRONG[case]
    check = dc.check(wrong)
    assert check.verdict == "wrong"
    assert not check
    assert (check.mistake and check.mistake.kind) == kind
    assert words in str(check).replace("\n", " ")
    assert str(check).startswith("✗ ")


def test_assignment_in_place_of_addition_is_named():
    wrong = function("Take", take_twice, put_without_adding)
    check = dc.check(wrong, [1.0, 2.0, 3.0])
    assert check.mistake.kind == "overwritten"
    assert "`=` instead of `+=`" in check.mistake.sentence


def defined(definition, forward, backward):
    made = function("Defined", forward, backward)
    made.definition = definition
    return made


DEFINED = {
    "all three agree": ("x^3", cube, lambda ctx, g: 3 * g * saved(ctx)[0] ** 2, None),
    "the definition": (
        "x^2",
        cube,
        lambda ctx, g: 3 * g * saved(ctx)[0] ** 2,
        "follows forward: look at the definition",
    ),
    "forward": ("x^2", cube, lambda ctx, g: 2 * g * saved(ctx)[0], "follows the definition: look at forward"),
    "backward": ("x^3", cube, lambda ctx, g: 2 * g * saved(ctx)[0] ** 2, "every entry is 2/3"),
}


@pytest.mark.parametrize("wrong", DEFINED)
def test_a_definition_a_forward_and_a_backward_of_which_one_is_wrong(wrong):
    *parts, words = DEFINED[wrong]
    check = dc.check(defined(*parts))
    assert check.ok == (words is None)
    if wrong in ("the definition", "forward"):
        assert check.mistake.kind == "definition"
        assert "(at x = 0.7 they are 0.49 and 0.343)" in check.mistake.sentence
        assert words in check.mistake.sentence
    elif words:
        assert check.mistake.kind == "factor"


def test_a_function_of_random_numbers_is_undecided():
    check = dc.check(function("Dropout", with_mask, lambda ctx, g: g * saved(ctx)[0]), np.arange(1.0, 9.0))
    assert (check.verdict, check.mistake) == ("undecided", None)
    assert "at the same point" in str(check).replace("\n", " ")


def test_forward_and_backward_are_static():
    class Square(Function):
        def forward(ctx, x):
            return x * x

        def backward(ctx, g):
            return g

    with pytest.raises(dc.DiffcompareError, match="the forward of Square is not static"):
        dc.check(Square)


def test_the_witness_is_the_worst_entry_of_the_first_wrong_point():
    wrong, _ = WRONG["a factor"]
    witness = dc.check(wrong).witness
    assert witness.given == 2 * math.cosh(0.7)
    assert witness.found == pytest.approx(math.cosh(0.7), rel=1e-9)


def test_points_of_ones_own():
    log = RIGHT["of positive numbers"]
    assert [case.arguments for case in dc.check(log, 3.0).cases] == [(3.0,), (3.0,)]
    assert [case.arguments for case in dc.check(log, points=[3.0, 4.0]).cases if case.order == 1] == [(3.0,), (4.0,)]


def test_the_record_as_data():
    data = json.loads(dc.check(WRONG["a factor"][0]).to_json())
    assert (data["command"], data["function"], data["verdict"]) == ("check", "Sinh", "wrong")
    assert data["mistake"]["kind"] == "factor"
    assert data["cases"][0]["entries"][0]["ratio"] == pytest.approx(2.0)


def test_a_forward_without_values_asks_for_a_point():
    nowhere = function("Nowhere", lambda ctx, x: x.data * math.nan, lambda ctx, g: g)
    with pytest.raises(dc.DiffcompareError, match=r"E576.*\n.*dc\.check\(Nowhere, 1\.5\)"):
        dc.check(nowhere)
