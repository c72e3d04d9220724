"""The tape: PyTorch's Variable and Function in one module, over numbers and NumPy arrays."""

import copy
import gc
import math
import pickle
import threading
import traceback

import numpy as np
import pytest
from note_functions import Pair
from rows import every_row

from diffcompare.language.operations import FUNCTIONS
from diffcompare.tape import Function, TapeError, Variable, derivative, enable_grad, grad, no_grad


def leaf(value):
    return Variable(value, requires_grad=True)


def gradients(f, *values):
    """Return the gradients of a number that f computes from Variables."""
    leaves = [leaf(value) for value in values]
    f(*leaves).backward()
    return [variable.grad.data for variable in leaves]


def differences(f, *values, h=1e-6):
    """Return the same by central differences of the plain function."""
    columns = []
    for place, value in enumerate(values):
        slopes = np.zeros(np.shape(value))
        for index in np.ndindex(np.shape(value)):
            step = np.zeros(np.shape(value))
            step[index] = h
            above, below = ([*values[:place], value + side * step, *values[place + 1 :]] for side in (1, -1))
            slopes[index] = (f(*above) - f(*below)) / (2 * h)
        columns.append(slopes)
    return columns


# --- A walk through the tape ------------------------------------------------------------------------------------------


def test_a_result_knows_the_node_that_made_it_and_a_node_those_of_its_inputs():
    x = leaf(1.0)
    y = x * np.sin(x)
    assert repr(y) == "Variable(0.8414709848078965, grad_fn=<MulBackward>)"
    (first, _), (second, _) = y.grad_fn.next_functions
    assert [repr(first), repr(second)] == ["<AccumulateGrad>", "<SinBackward>"]
    assert first.variable is x
    assert second.next_functions == ((first, 0),)


def test_backward_fills_the_gradients_of_leaves_and_of_nothing_else():
    x, constant = leaf(1.0), Variable(3.0)
    y = x * x
    (y * constant).backward()
    assert x.grad == 6.0
    assert y.grad is None
    assert constant.grad is None
    assert (x.grad.requires_grad, x.is_leaf, y.is_leaf) == (False, True, False)


def test_gradients_accumulate_until_they_are_zeroed():
    x = leaf(3.0)
    (x * x).backward()
    (x * x).backward()
    assert x.grad == 12.0
    x.zero_grad()
    (x * x).backward()
    assert x.grad == 6.0


def test_a_value_used_twice_gets_both_shares():
    assert gradients(lambda x: x * x * x + x, 2.0) == [13.0]


def test_micrograds_readme():
    a, b = leaf(-4.0), leaf(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    g.backward()
    assert (g.item(), a.grad.item(), b.grad.item()) == (24.70408163265306, 138.83381924198252, 645.5772594752186)


def test_a_long_tape_is_walked_without_recursion():
    x = leaf(1.0)
    y = x
    for _ in range(10_000):
        y = y * 0.5 + 0.5
    y.backward()
    assert x.grad == 0.5**10_000
    assert y == 1.0


def test_a_long_tape_is_dropped_without_recursion():
    x = leaf(1.0)
    y = x
    for _ in range(20_000):
        y = y * 0.5 + 0.5
    node = y.grad_fn
    del y
    assert node.next_functions[0][0] is not None
    del node


@pytest.mark.parametrize("kind", ["plain", "without a sweep", "hook", "retain_grad", "derivative"])
def test_a_tape_is_freed_without_the_garbage_collector(kind):
    gc.collect()
    gc.disable()
    try:
        x = leaf(np.ones(3))
        y = x * x
        if kind == "hook":
            y.register_hook(lambda gradient: gradient)
        if kind == "retain_grad":
            y.retain_grad()
        if kind == "derivative":
            derivative(lambda z: np.sum(z * z))(np.ones(3))
        if kind != "without a sweep":
            np.sum(y).backward()
        del x, y
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_no_grad_holds_in_its_own_thread_only():
    inside, done = threading.Event(), threading.Event()

    def other():
        with no_grad():
            inside.set()
            done.wait(10)

    thread = threading.Thread(target=other)
    thread.start()
    inside.wait(10)
    assert (leaf(2.0) * 3).requires_grad
    done.set()
    thread.join()


# --- Functions of one's own -------------------------------------------------------------------------------------------


class Sinh(Function):
    @staticmethod
    def forward(ctx, i):
        e, e_minus = i.exp(), (-i).exp()
        ctx.save_for_backward(e, e_minus)
        return (e - e_minus) / 2

    @staticmethod
    def backward(ctx, grad_output):
        e, e_minus = ctx.saved_variables
        return grad_output * (e + e_minus) / 2


def test_the_sinh_of_the_lecture_note():
    x = leaf(1.0)
    y = Sinh.apply(x)
    assert repr(y) == "Variable(1.1752011936438014, grad_fn=<SinhBackward>)"
    y.backward()
    assert x.grad == 1.5430806348152437


def test_what_forward_saves_counts_in_second_derivatives():
    """In PyTorch the second derivative of this Sinh is lost without a word."""
    x = leaf(1.0)
    first = grad(Sinh.apply(x), x, create_graph=True)
    assert grad(first, x) == pytest.approx(math.sinh(1.0), rel=1e-15)
    x = leaf(2.0)
    first = grad(Sinh.apply(x) * x, x, create_graph=True)
    assert grad(first, x) == pytest.approx(2 * math.cosh(2) + 2 * math.sinh(2), rel=1e-14)


def test_forward_may_compute_with_plain_numbers_and_keep_what_it_likes_on_ctx():
    class Scale(Function):
        @staticmethod
        def forward(ctx, x, factor, unused):
            ctx.factor = factor
            assert ctx.needs_input_grad == (True, False, False)
            return math.exp(x) * factor

        @staticmethod
        def backward(ctx, grad_output):
            return grad_output * ctx.factor * math.e, None, None

    x = leaf(1.0)
    Scale.apply(x, 2.0, "text").backward()
    assert x.grad == 2 * math.e


def test_a_function_without_active_arguments_is_not_recorded():
    assert Sinh.apply(Variable(1.0)).grad_fn is None
    with no_grad():
        assert Sinh.apply(leaf(1.0)).grad_fn is None
        with enable_grad():
            assert Sinh.apply(leaf(1.0)).grad_fn is not None


def test_an_operation_saves_what_its_partials_read_and_nothing_else():
    x, y = leaf(2.0), leaf(3.0)
    assert (x + y).grad_fn.saved_tensors == ()
    assert (x * y).grad_fn.saved_tensors == (None, x, y)
    result, argument = np.exp(x).grad_fn.saved_tensors
    assert (result.item(), argument) == (math.exp(2.0), None)
    d = x * 1.0
    tripled = d * 3  # only the factor 3 is needed, so that d may change
    d += 1
    tripled.backward()
    assert x.grad == 3.0


@pytest.mark.parametrize(
    ("backward", "wrong"),
    [
        (lambda ctx, g: g * ctx.saved_tensors[0], 1.0),  # the value, not twice the value
        (lambda ctx, g: 2 * ctx.saved_tensors[0], 2.0),  # the chain is forgotten
        (lambda ctx, g: None, None),
    ],
)
def test_a_wrong_backward_is_taken_at_its_word(backward, wrong):
    """The tape cannot know: `diffcompare.check` can."""

    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.data**2

    square = type("Square", (Function,), {"forward": staticmethod(forward), "backward": staticmethod(backward)})
    x = leaf(1.0)
    y = square.apply(x)
    (5.0 * y).backward()
    assert x.grad != 10.0
    assert (None if x.grad is None else x.grad / 5 if wrong == 1.0 else x.grad) == wrong


# --- Several results, and marks on ctx --------------------------------------------------------------------------------


def test_results_of_one_function_share_its_node_and_have_their_numbers():
    a, b = leaf([1.0, 2.0]), leaf(3.0)
    product, total = Pair.apply(a, b)
    assert product.grad_fn is total.grad_fn
    assert (total * product).grad_fn.next_functions == ((total.grad_fn, 1), (total.grad_fn, 0))
    (total * product).sum().backward()
    assert (a.grad.tolist(), b.grad) == ([15.0, 21.0], 23.0)


def test_a_result_that_was_not_used_has_zeros_for_a_gradient():
    a, b = leaf([1.0, 2.0]), leaf(3.0)
    Pair.apply(a, b)[1].sum().backward()
    assert (a.grad.tolist(), b.grad) == ([1.0, 1.0], 2.0)


def test_or_none_where_the_function_asks_for_that():
    seen = []

    class Sparing(Pair):
        @staticmethod
        def forward(ctx, a, b):
            ctx.set_materialize_grads(False)
            return a * b, a + b

        @staticmethod
        def backward(ctx, grad_product, grad_sum):
            seen.append((grad_product, grad_sum))
            return grad_sum, grad_sum

    a = leaf(2.0)
    Sparing.apply(a, 3.0)[1].backward()
    assert seen == [(None, 1.0)]
    assert a.grad == 1.0


def test_several_results_in_second_derivatives_hooks_and_grad():
    a, b = leaf([1.0, 2.0]), leaf(3.0)
    product, total = Pair.apply(a, b)
    seen = []
    total.register_hook(seen.append)
    total.register_hook(lambda gradient: gradient * 100)
    by_total, by_product, by_a = grad(np.sum(product * total), (total, product, a), retain_graph=True)
    assert seen[0].tolist() == [3.0, 6.0]
    assert [slope.tolist() for slope in (by_total, by_product, by_a)] == [[300, 600], [4, 5], [312, 615]]
    product, total = Pair.apply(a, b)
    slope = grad(np.sum(product * total), a, create_graph=True)  # 2ab + b^2, for every a
    assert grad(np.sum(slope * slope), a).tolist() == [180.0, 252.0]


def test_no_gradient_comes_back_from_a_result_that_is_marked():
    class TopOne(Function):
        @staticmethod
        def forward(ctx, v):
            place = np.argmax(v.data)
            ctx.place, ctx.shape = place, v.shape
            ctx.mark_non_differentiable(place)
            return v[place], place

        @staticmethod
        def backward(ctx, grad_largest, _):
            gradient = np.zeros(ctx.shape)
            gradient[ctx.place] = grad_largest.item()
            return gradient

    v = leaf([1.0, 5.0, 2.0])
    largest, place = TopOne.apply(v)
    assert (place, place.requires_grad, largest.requires_grad) == (1.0, False, True)
    (largest * place).backward()
    assert v.grad.tolist() == [0.0, 1.0, 0.0]


class AddOneInPlace(Function):
    @staticmethod
    def forward(ctx, v):
        v.data = v.data + 1
        ctx.mark_dirty(v)
        return v

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output * 7


def test_an_argument_that_is_changed_in_place_is_the_result():
    v = leaf([1.0, 2.0])
    copy = v * 1
    result = AddOneInPlace.apply(copy)
    assert result is copy
    (copy * result).sum().backward()
    assert v.grad.tolist() == [28.0, 42.0]
    with pytest.raises(TapeError, match="E653"):
        AddOneInPlace.apply(v)
    saved = v * 1
    square = saved * saved
    AddOneInPlace.apply(saved)
    with pytest.raises(TapeError, match="MulBackward"):
        square.sum().backward()


def test_an_argument_that_is_returned_as_it_is_leaves_a_node_all_the_same():
    same = type(
        "Same", (Function,), {"forward": staticmethod(lambda ctx, a: a), "backward": staticmethod(Scaled.backward)}
    )
    v = leaf([1.0, 2.0])
    result = same.apply(v)
    assert result is not v
    (result * v).sum().backward()
    assert v.grad.tolist() == [6.0, 12.0]


class Scaled(Function):
    @staticmethod
    def forward(ctx, v):
        return v.reshape(-1)

    @staticmethod
    def backward(ctx, grad_output):
        return 5 * grad_output


def test_an_error_names_the_function_and_the_tape_can_be_used_on():
    def fail(ctx, _):
        raise LookupError("not done")

    broken = type("Broken", (Scaled,), {"backward": staticmethod(fail)})
    unborn = type("Unborn", (Scaled,), {"forward": staticmethod(fail)})
    v = leaf([1.0, 2.0])
    for words, call in (
        ("in backward of <BrokenBackward>", lambda: np.sum(broken.apply(v) * v).backward()),
        ("in Unborn.forward", lambda: unborn.apply(v)),
    ):
        with pytest.raises(LookupError, match="not done") as caught:
            call()
        text = "".join(traceback.format_exception(caught.value))
        assert words in text
        assert 'raise LookupError("not done")' in text
    v.zero_grad()
    np.sum(v * v).backward()
    assert v.grad.tolist() == [2.0, 4.0]


# --- Rows of the table ------------------------------------------------------------------------------------------------


ROWS = [row for name, row in FUNCTIONS.items() if name == row.name and name != "polygamma"]


@every_row("row", ROWS)
def test_every_function_of_the_language_works_on_numbers_and_on_arrays(row):
    for sample in row.samples:
        if not row.domain.contains(*sample):
            continue
        value = row.real(*sample)
        partials = [partial(value, *sample) if callable(partial) else partial for partial in row.partials]
        for shape in ((), (2,)):
            leaves = [leaf(np.full(shape, argument)) for argument in sample]
            result = row(*leaves)
            np.testing.assert_array_max_ulp(result.data, np.full(shape, value, float), 2)
            result.sum().backward()
            for variable, partial in zip(leaves, partials, strict=True):
                given = np.zeros(shape) if variable.grad is None else variable.grad.data
                np.testing.assert_array_max_ulp(given, np.full(shape, partial, float), 4)


def test_slopes_in_the_tails_keep_their_digits_and_their_derivatives():
    x = leaf([-18.0, 0.0, 20.0])
    np.tanh(x).sum().backward()
    np.testing.assert_allclose(x.grad.data, 1 / np.cosh(x.data) ** 2, rtol=1e-15)
    for function, third in ((np.tanh, -2.0), (lambda x: x.sigmoid(), -0.125)):
        assert derivative(derivative(derivative(function)))(0.0) == third


# --- Arrays -----------------------------------------------------------------------------------------------------------

RANDOM = np.random.default_rng(7)
M, N = RANDOM.normal(size=(3, 4)), RANDOM.normal(size=(4, 2))
V, W, U = RANDOM.normal(size=4), RANDOM.normal(size=4), RANDOM.uniform(0.5, 2.0, size=3)

ARRAY_CODE = {
    "broadcast": (lambda m, v: np.sum(m * v + m / (2 + v * v) - v), M, V),
    "a number and an array": (lambda a, v: np.sum(np.sin(a * v) ** 2), np.float64(0.3), V),
    "matrix product": (lambda m, n: np.sum((m @ n) ** 2), M, N),
    "matrix and vector": (lambda m, v: np.sum(np.tanh(m @ v)), M, V),
    "vector and matrix": (lambda u, m: np.sum((u @ m) ** 3), U, M),
    "vectors": (lambda v, w: np.exp(v @ w), V, W),
    "np.dot": (lambda m, v: np.sum(np.dot(m, v) * np.dot(2.0, U)), M, V),
    "batches": (lambda b, n: np.sum((b @ n) ** 2), RANDOM.normal(size=(2, 3, 4)), N),
    "batches of vectors": (lambda b, v: np.sum((b @ v) ** 2), RANDOM.normal(size=(2, 3, 4)), V),
    "mean and sum along axes": (
        lambda m: np.sum(np.mean(m, axis=0) ** 2) * np.sum(m.sum(axis=1, keepdims=True) ** 2),
        M,
    ),
    "slices": (lambda v: np.sum((v[1:] - v[:-1] ** 2) ** 2) + v[-1] * v[0], V),
    "an entry twice": (lambda v: np.sum(v[np.array([0, 0, 2])] ** 2), V),
    "rows and masks": (lambda m: np.sum(m[1] * m[:, 1:][2].sum()) + np.sum(m[np.arange(3), [0, 1, 3]]), M),
    "reshape and transpose": (lambda m: np.sum((m.reshape((2, 6)).T @ np.reshape(m, (2, 6)))[0] ** 2), M),
    "concatenate": (lambda v, w: np.sum(np.concatenate([v * w, w[:1], np.ones(2)]) ** 3), V, W),
    "stack": (lambda v: np.sum(np.stack([v[0] * v[1], v[2], v[0]]) ** 2), V),
    "stack along an axis": (lambda v, w: np.sum(np.stack([v, w], axis=1)[:, 1] * np.stack([w, v])[1]), V, W),
    "where": (lambda v, w: np.sum(np.where(v > 0, v * w, w**2)), V, W),
    "maximum and minimum": (lambda v, w: np.sum(np.maximum(v, w) * np.minimum(v, 0.1)), V, W),
    "largest and smallest": (lambda m: np.sum(np.max(m, axis=1) ** 2) - np.min(m) * m.max(), M),
    "powers": (lambda u: np.sum(u**2.5 + 2.0**u + u**-2 + u**u), U),
    "outer": (lambda u, v: np.sum(np.outer(u, v) ** 2), U, V),
    "three axes": (
        lambda b: np.sum(np.transpose(b, (1, 2, 0))[0] ** 2 * b.swapaxes(0, 2)[1, 0]),
        np.arange(24.0).reshape(2, 3, 4) / 9,
    ),
    "an entry replaced": (lambda v: _replaced(v), V),
    "norm, hstack, vstack, diff, clip": (
        lambda v, w: np.linalg.norm(np.vstack([v, w])) * np.sum(np.diff(np.hstack([v, w])) ** 2 * np.clip(v[0], -9, 9)),
        V,
        W,
    ),
    "variance and standard deviation": (
        lambda m: np.sum(np.var(m, axis=0, ddof=1) ** 2) + np.std(m) ** 3 + np.sum(np.std(m, axis=1, keepdims=True)),
        M,
    ),
    "product": (lambda m, v: np.sum(np.prod(m, axis=1) ** 2) + np.prod(v) + np.sum(np.prod(m, axis=0)), M, V),
    "product with a factor of 0": (lambda v: np.prod(v), np.array([2.0, 0.0, 3.0])),
    "clip with one end": (lambda v: np.sum(np.clip(v, 0.1, None) * np.clip(v, a_min=None, a_max=0.3)), V),
    "an array filled": (lambda v: _filled(v), V),
    "logsumexp": (lambda v: np.log(np.sum(np.exp(v - np.max(v)))) + np.max(v), V),
    "two layers": (lambda w1, b1, w2: np.mean((np.tanh(M @ w1 + b1) @ w2) ** 2), N, V[:2], W[:2]),
}


def _replaced(v):
    out = v * v
    out[1:3] = v[0]
    return np.sum(out * out * v)


def _filled(v):
    out = v * 0.0
    for i in range(len(v)):
        out[i] = v[i] * v[i - 1]
    return np.sum(out * out)


@every_row("case", ARRAY_CODE)
def test_array_code_of_numpy_has_the_gradient_of_its_differences(case):
    f, *values = ARRAY_CODE[case]
    for given, expected in zip(gradients(f, *values), differences(f, *values), strict=True):
        assert given.shape == expected.shape
        np.testing.assert_allclose(given, expected, rtol=1e-7, atol=1e-7)


@every_row("case", ARRAY_CODE)
def test_the_walk_can_be_differentiated_in_its_turn(case):
    """The gradient of |gradient|^2 by sweeping the sweep, against differences of the gradient."""
    f, *values = ARRAY_CODE[case]

    def square(*arguments, create=False):
        leaves = [value if type(value) is Variable else leaf(value) for value in arguments]
        parts = [part for part in grad(f(*leaves), leaves, create_graph=create) if part is not None]
        total = sum(np.sum(part * part) for part in parts)
        return total if create else total.item()

    given = gradients(lambda *leaves: square(*leaves, create=True), *values)
    for one, expected in zip(given, differences(square, *values), strict=True):
        np.testing.assert_allclose(one, expected, rtol=1e-5, atol=1e-5)


def test_numpy_leaves_python_operators_to_the_variable():
    x = leaf([1.0, 2.0])
    for result in (np.ones(2) * x, np.float64(2) - x, 1 / x, x + np.arange(2), x @ np.ones(2), np.eye(2) @ x, 2**x):
        assert type(result) is Variable
    with pytest.raises(TypeError):
        [1.0, 2.0] - x
    with pytest.raises(TypeError):
        x += "text"


def test_comparisons_give_plain_truth_values():
    x = leaf([1.0, 2.0])
    assert (x > 1.5).tolist() == [False, True]
    assert np.less(1.5, x).tolist() == [False, True]
    assert leaf(2.0) == 2
    assert np.any(x > 1.5)
    assert np.argmax(x) == 1
    assert np.allclose(x, [1.0, 2.0])
    assert max(leaf(2.0), leaf(3.0)) == 3.0


# --- Second derivatives, and derivatives within derivatives -----------------------------------------------------------


def test_create_graph_sweeps_the_sweep():
    x = leaf(2.0)
    (x**4).backward(create_graph=True)
    assert x.grad == 32.0
    slope, x.grad = x.grad, None
    slope.backward()
    assert x.grad == 48.0


def test_an_inner_derivative_has_a_variable_of_its_own():
    assert derivative(lambda x: x * derivative(lambda y: x + y)(1.0))(1.0) == 1.0
    assert derivative(lambda x: x * derivative(lambda y: x + y)(x))(1.0) == 1.0
    assert derivative(lambda x: derivative(lambda y: x * y**2)(x))(3.0) == 12.0
    assert (
        derivative(lambda x: x * x * derivative(lambda y: y * x * derivative(lambda z: x * y * z)(2.0))(2.0))(1.0)
        == 16.0
    )
    assert derivative(derivative(np.sin))(1.0) == -np.sin(1.0)
    assert derivative(lambda x: 3.0)(1.0) == 0.0


def test_a_finished_derivative_is_a_plain_number_and_an_unfinished_one_is_not():
    slope = derivative(lambda x: x * derivative(lambda y: x * y**3)(2.0))
    assert float(slope(1.0)) == 24.0
    x = leaf(1.0)
    slope(x).backward()
    assert x.grad == 24.0


def test_two_names_of_one_variable_are_one_input():
    """As in PyTorch: y = x is no new variable, and the derivative by y is that by x."""
    x = leaf(3.0)
    y = x
    assert grad(grad(x * y**2, y, create_graph=True), x) == 18.0


def test_grad_returns_derivatives_and_leaves_the_leaves_alone():
    x, y, z = leaf(2.0), leaf(3.0), leaf(4.0)
    inner = x * y
    assert [None if slope is None else slope.item() for slope in grad(inner * x, (x, inner, z))] == [12.0, 2.0, None]
    assert x.grad is None


def test_grad_reads_the_tape_down_to_its_inputs_and_frees_no_more():
    x = leaf(2.0)
    y = x * x
    assert grad(y * y, y) == 8.0
    assert grad(y, x) == 4.0


# --- Hooks, and changes in place --------------------------------------------------------------------------------------


def test_the_methods_that_users_of_pytorch_write():
    x = Variable([1.0, 2.0]).requires_grad_()
    y = x.clone()
    (y.exp().log() * y.t()).sum().backward()
    assert x.grad.tolist() == pytest.approx([2.0, 4.0])
    assert x.grad.zero_().numpy().tolist() == [0.0, 0.0]
    assert x.detach().mm(np.ones(2)).item() == 3.0


def test_a_hook_sees_a_gradient_pass_and_may_replace_it():
    x, seen = leaf(3.0), []
    y = x * x
    y.register_hook(seen.append)
    y.register_hook(lambda gradient: gradient * 10)
    y.retain_grad()
    (2 * y).backward()
    assert (seen[0], y.grad, x.grad) == (2.0, 20.0, 120.0)


def test_a_retained_gradient_is_that_after_all_hooks_and_accumulates():
    x = leaf(3.0)
    y = x * x
    y.retain_grad()
    y.register_hook(lambda gradient: gradient * 10)
    for passes in (1, 2):
        (2 * y).backward(retain_graph=True)
        assert y.grad == 20.0 * passes
    x.retain_grad()  # a leaf keeps it anyway, and once
    x.zero_grad()
    (x * x).backward()
    assert x.grad == 6.0


def test_a_hook_of_a_leaf_stays_when_no_tape_leads_to_it():
    x = leaf(3.0)
    x.register_hook(lambda gradient: gradient * 10)
    for _ in range(2):
        x.zero_grad()
        (x * x).backward()
        assert x.grad == 60.0


def test_a_hook_can_be_removed():
    x = leaf(3.0)
    tenfold = x.register_hook(lambda gradient: gradient * 10)
    x.register_hook(lambda gradient: gradient + 1)
    (2 * x).backward()
    assert x.grad == 21.0
    tenfold.remove()
    x.zero_grad()
    (2 * x).backward()
    assert x.grad == 3.0


@pytest.mark.parametrize("wrong", [np.ones(3), 7.0])
def test_what_a_hook_returns_has_the_shape_of_the_gradient(wrong):
    y = leaf([1.0, 2.0]) * 3
    y.register_hook(lambda gradient: wrong)
    with pytest.raises(TapeError, match="a hook of <MulBackward> returned a gradient of shape"):
        np.sum(y).backward()


def test_an_array_of_one_number_needs_no_gradient_to_start_with():
    x = leaf([[3.0]])
    (x * x).backward()
    assert x.grad.tolist() == [[6.0]]


@pytest.mark.parametrize("flat", [lambda x: x**0, np.sign, np.floor], ids=["x^0", "sign", "floor"])
def test_a_derivative_that_is_0_everywhere_is_a_gradient_all_the_same(flat):
    x = leaf([1.5, -2.5])
    np.sum(flat(x)).backward()
    assert x.grad.tolist() == [0.0, 0.0]


def test_gradient_descent_changes_leaves_in_place_off_the_tape():
    w = leaf([1.0, -2.0])
    same = w
    for _ in range(60):
        w.zero_grad()
        np.sum((w - np.array([3.0, 4.0])) ** 2).backward()
        with no_grad():
            w -= 0.2 * w.grad
        w.data -= 0.025 * w.grad.data
        w.data -= 0.025 * w.grad
    assert w is same
    np.testing.assert_allclose(w.data, [3.0, 4.0], rtol=1e-12)


def test_a_copy_of_a_leaf_is_a_leaf_of_its_own():
    x = leaf([1.0, 2.0])
    np.sum(x * x).backward()
    for duplicate in (copy.deepcopy(x), copy.copy(x), pickle.loads(pickle.dumps(x))):
        np.sum(duplicate * 5).backward()
        assert (x.grad.tolist(), duplicate.grad.tolist()) == ([2.0, 4.0], [5.0, 5.0])
    with pytest.raises(TapeError, match=r"v\.clone\(\)"):
        copy.deepcopy(x * 2)


def product_changed_before_backward(change):
    x = leaf(2.0)
    y = x * 1.0
    z = y * y
    change(x, y)
    z.backward()


@every_row(
    ("misuse", "code", "words"),
    [
        (lambda: (leaf([1.0, 2.0]) * 2).backward(), "E651", "needs a gradient of that shape"),
        (lambda: (leaf([1.0, 2.0]) * 2).backward(np.ones(3)), "E651", "shape (3,)"),
        (lambda: (Variable(1.0) * 2).backward(), "E651", "requires_grad=True"),
        (lambda: grad(leaf(1.0) * 2, Variable(1.0)), "E651", "requires no gradient"),
        (lambda: [v.backward() for v in [np.exp(leaf(1.0))] * 2], "E652", "retain_graph=True"),
        (lambda: product_changed_before_backward(lambda x, y: y.__iadd__(1)), "E653", "<MulBackward>"),
        (lambda: product_changed_before_backward(lambda x, y: setattr(y, "data", 1.0)), "E653", "changed in place"),
        (lambda: leaf(1.0).__iadd__(1), "E653", "no_grad()"),
        (lambda: leaf([1.0]).__setitem__(0, 1.0), "E653", "no_grad()"),
        (lambda: (leaf(np.ones((2, 2))) * 1)[0].__setitem__(1, 5.0), "E653", "m[i, j]"),
        (lambda: Variable(1.0).__iadd__(np.ones(2)), "E653", "shape () would change in place to shape (2,)"),
        (lambda: Variable(1.0).register_hook(print), "E651", "requires no gradient"),
        (lambda: Variable(1.0).retain_grad(), "E651", "requires no gradient"),
        (lambda: math.sin(leaf(1.0)), "E654", "np.sin for math.sin"),
        (lambda: np.array([leaf(1.0), leaf(2.0)]), "E654", "np.stack"),
        (lambda: np.zeros(1).__iadd__(leaf([1.0])), "E654", "out = out + v"),
        (lambda: np.fft.fft(leaf([1.0])), "E654", "np.fft is not recorded"),
        (lambda: np.diff(leaf([[1.0]]), prepend=0), "E654", "np.diff is not recorded with these arguments"),
        (lambda: Variable("text"), "E655", "not a real number"),
        (lambda: Variable(1j), "E655", "not a real number"),
    ],
)  # fmt: skip
def test_misuse_is_an_error_that_says_what_to_do(misuse, code, words):
    with pytest.raises(TapeError) as caught:
        misuse()
    assert caught.value.diagnostic.code == code
    assert words in str(caught.value)
    assert isinstance(caught.value, RuntimeError)  # as in PyTorch


def test_the_result_that_an_operation_saved_must_not_change_either():
    x = leaf(1.0)
    y = np.exp(x)
    z = y * 2
    y *= 3
    with pytest.raises(TapeError, match="ExpBackward"):
        z.backward()


def test_backward_twice_is_fine_where_the_tape_was_retained():
    x = leaf(3.0)
    y = x * x
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad == 12.0


def test_an_array_that_was_saved_is_read_only():
    data = np.array([1.0, 2.0])
    y = np.sum(leaf([1.0, 1.0]) * data)
    with pytest.raises(ValueError, match="read-only"):
        data[0] = 5.0
    y.backward()


class Product(Function):
    """Three mistakes to make in a backward of two arguments."""

    answer = None

    @staticmethod
    def forward(ctx, a, b):
        return a.data * b.data

    @classmethod
    def backward(cls, ctx, grad_output):
        return cls.answer(grad_output)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda g: g, "returned 1 gradients for 2 arguments"),
        (lambda g: (g, np.ones(3)), "a gradient of shape (3,), and (2,) is wanted"),
    ],
)
def test_a_backward_that_does_not_fit_is_named(answer, words):
    wrong = type("Wrong", (Product,), {"answer": staticmethod(answer)})
    with pytest.raises(TapeError, match="E655") as caught:
        np.sum(wrong.apply(leaf([1.0, 2.0]), leaf([3.0, 4.0]))).backward()
    assert words in str(caught.value)
    assert "<WrongBackward>" in str(caught.value)


def test_a_function_without_backward_is_named():
    half = type("Half", (Function,), {"forward": staticmethod(lambda ctx, a: a.data)})
    with pytest.raises(TapeError, match="<HalfBackward> has no backward"):
        half.apply(leaf(1.0)).backward()


def test_a_forward_that_returns_no_numbers_is_named():
    nothing = type("Nothing", (Function,), {"forward": staticmethod(lambda ctx, a: None)})
    with pytest.raises(TapeError, match=r"Nothing\.forward: None is not a real number"):
        nothing.apply(leaf(1.0))
