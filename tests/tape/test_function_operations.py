"""A Function of the tape inside a Python function that is recorded: one entry, with its own backward."""

import numpy as np
import pytest
from note_functions import Pair, Sinh

import diffcompare as dc
from diffcompare.diagnostics import DiffcompareError
from diffcompare.recording.recorder import record
from diffcompare.tape import Function
from diffcompare.truth.establish import Truth


class DefinedSinh(Sinh):
    definition = "(exp(i) - exp(-i))/2"


class Wrong(DefinedSinh):
    @staticmethod
    def backward(ctx, grad_output):
        return grad_output * 7


class Raising(DefinedSinh):
    @staticmethod
    def backward(ctx, grad_output):
        raise LookupError("backward is not done")


class Product(Function):
    @staticmethod
    def forward(ctx, a, b, c):
        ctx.save_for_backward(a, b, c)
        filled = np.zeros(1)
        filled[0] = 1.0
        return a * b * c

    @staticmethod
    def backward(ctx, grad_output):
        a, b, c = ctx.saved_tensors
        return grad_output * b * c, grad_output * a * c, grad_output * a * b


class Softmax(Function):
    @staticmethod
    def forward(ctx, v):
        e = np.exp(v)
        ctx.save_for_backward(e / np.sum(e))
        return e / np.sum(e)

    @staticmethod
    def backward(ctx, grad_output):
        (s,) = ctx.saved_tensors
        return s * (grad_output - np.sum(grad_output * s))


class SinCos(Function):
    @staticmethod
    def forward(ctx, x):
        s, c = np.sin(x), np.cos(x)
        ctx.save_for_backward(s, c)
        return s, c

    @staticmethod
    def backward(ctx, grad_sin, grad_cos):
        s, c = ctx.saved_tensors
        return grad_sin * c - grad_cos * s


class Power(Function):
    definition = "x^n"

    @staticmethod
    def forward(ctx, x, n=2):
        ctx.save_for_backward(x, n)
        return x**n

    @staticmethod
    def backward(ctx, grad_output):
        x, n = ctx.saved_tensors
        return grad_output * n * x ** (n - 1), None


def names(recording):
    return [node.operation.name for node in recording.steps]


def f(x):
    return Sinh.apply(x) * x


def test_it_is_one_entry_and_its_partial_is_what_backward_says():
    recording = record(f, {"x": 0.5})
    assert names(recording) == ["Sinh", "*"]
    assert recording.gradient()["x"] == pytest.approx(np.sinh(0.5) + 0.5 * np.cosh(0.5), rel=1e-15)
    assert dc.gradient(lambda x: Wrong.apply(x), x=0.5) == {"x": 7.0}


def test_of_several_arguments():
    def g(x, y, z):
        return Product.apply(x, y, z) * x

    assert names(record(g, {"x": 1.0, "y": 2.0, "z": 3.0})) == ["Product", "*"]
    for method in ("reverse-ad", "forward-ad"):
        assert dc.gradient(g, x=1.0, y=2.0, z=3.0, method=method) == {"x": 12.0, "y": 3.0, "z": 2.0}


def test_of_an_array_element_by_element():
    def g(v):
        return np.sum(Sinh.apply(v) ** 2)

    assert names(record(lambda x, y: g(np.array([x, y])), {"x": 0.1, "y": 0.2}))[:2] == ["Sinh", "Sinh"]
    gradient = dc.gradient(g, v=[0.1, 0.2])["v"]
    assert gradient == pytest.approx(np.sinh([0.2, 0.4]))


def test_of_an_array_as_a_whole():
    def g(v):
        return np.sum(Softmax.apply(v) * np.array([1.0, 2.0, 3.0]))

    def plain(v):
        e = np.exp(v)
        return np.sum(e / np.sum(e) * np.array([1.0, 2.0, 3.0]))

    assert dc.gradient(g, v=[0.1, 0.2, 0.3])["v"] == pytest.approx(dc.gradient(plain, v=[0.1, 0.2, 0.3])["v"])


def test_of_several_results():
    def g(a, b):
        product, total = Pair.apply(a, b)
        return product * np.sin(total)

    assert names(record(g, {"a": 1.2, "b": 0.7})) == ["Pair[0]", "Pair[1]", "sin", "*"]
    for method in ("reverse-ad", "forward-ad"):
        gradient = dc.gradient(g, a=1.2, b=0.7, method=method)
        assert gradient["a"] == pytest.approx(0.7 * np.sin(1.9) + 0.84 * np.cos(1.9), rel=1e-15)


def test_of_several_arrays():
    def g(v):
        s, c = SinCos.apply(v)
        return s[0] * c[1] + np.sum(s * c)

    v = np.array([0.3, 1.1])
    expected = np.cos(2 * v) + np.array([np.cos(0.3) * np.cos(1.1), -np.sin(0.3) * np.sin(1.1)])
    assert dc.gradient(g, v=v.tolist())["v"] == pytest.approx(expected, rel=1e-14)
    recording = record(lambda x, y: g(np.array([x, y])), {"x": 0.3, "y": 1.1})
    assert names(recording)[:4] == ["SinCos[0]", "SinCos[0]", "SinCos[1]", "SinCos[1]"]


def test_an_option_is_part_of_the_operation_and_of_its_definition():
    def g(x):
        return Power.apply(x, 3) + Power.apply(x)

    comparison = dc.compare(g, x=-2.0, methods=["reverse-ad", "hand-coded"])
    assert names(record(g, {"x": -2.0})) == ["Power[n=3]", "Power", "+"]
    assert comparison.truth.gradient["x"].nearest == 8.0
    assert [answer.gradient for answer in comparison.answers] == [{"x": 8.0}, {"x": 8.0}]


def truth(function, **point) -> Truth:
    return dc.compare(function, methods=["reverse-ad"], **point).truth


def test_the_truth_comes_from_the_definition():
    found = truth(lambda x: DefinedSinh.apply(x) * x, x=0.5)
    assert (found.source, found.gradient["x"].text) == ("definition", "1.084908288096937754235538")
    assert truth(lambda x: Wrong.apply(x), x=1.0).gradient["x"].text == "1.543080634815243778477906"


def test_without_one_it_comes_from_differences_with_their_bound():
    found = truth(f, x=0.5).gradient["x"]
    assert truth(f, x=0.5).source == "differences"
    assert abs(found.nearest - 1.0849082880969378) <= float(found.bound) < 1e-10
    assert "1.0849082880969378".startswith(found.text[:10])


def test_a_definition_that_is_another_function_is_told():
    class Other(Sinh):
        definition = "(exp(i) + exp(-i))/2"

    notes = truth(lambda x: Other.apply(x), x=1.0).notes
    assert any("1.5430806348152437 here, and its forward gives 1.1752011936438014" in note for note in notes)


def test_methods_that_need_formulas_say_so():
    methods = ["hand-coded", "complex-step", "symbolic", "central-difference"]
    *formulas, differences = dc.compare(f, x=0.5, methods=methods, truth=False).answers
    assert {answer.status for answer in formulas} == {"not-supported"}
    assert all("has no `definition`" in answer.notes[0] for answer in formulas)
    assert differences.status == "ok"
    defined = dc.compare(lambda x: DefinedSinh.apply(x), x=0.5, methods=methods[:3], truth=False)
    assert [answer.status for answer in defined.answers] == ["ok", "ok", "ok"]


def test_the_trace_shows_what_it_saved():
    node = dc.trace(f, x=0.0).data()["nodes"][1]
    assert (node["operation"], node["saved"]) == ("Sinh", [1.0, 1.0])
    assert "v₁    Sinh(v₀)" in str(dc.trace(f, x=0.0))
    assert "·Sinh_i(v₀)" in str(dc.trace(f, x=0.0))


def test_a_backward_that_raises_fails_and_the_other_rows_stand():
    comparison = dc.compare(lambda x: Raising.apply(x) * 2, x=1.0, methods=["reverse-ad", "central-difference"])
    assert [answer.status for answer in comparison.answers] == ["failed", "ok"]
    assert "LookupError: backward is not done" in comparison.answers[0].notes[0]


def test_a_backward_that_forgets_the_chain_is_not_hidden_by_the_sweep():
    class Forgetful(DefinedSinh):
        @staticmethod
        def backward(ctx, grad_output):
            e, e_minus = ctx.saved_tensors
            return (e + e_minus) / 2

    (answer,) = dc.compare(lambda x: Forgetful.apply(x) * x, x=1.0, methods=["reverse-ad"]).answers
    assert answer.status == "failed"
    assert "the backward of Forgetful is not proportional to grad_output" in answer.notes[0]


def test_a_forward_that_raises_is_an_error_at_its_line():
    class Slip(Sinh):
        @staticmethod
        def forward(ctx, i):
            return i.exq()

    with pytest.raises(DiffcompareError, match=r"(?s)E587.*exq.*return i\.exq\(\)"):
        record(lambda x: Slip.apply(x), {"x": 1.0})


def test_a_definition_in_unknown_names_is_an_error():
    class Unknown(Sinh):
        definition = "exp(j)"

    with pytest.raises(DiffcompareError, match=r"E647.*names `j`"):
        record(lambda x: Unknown.apply(x), {"x": 1.0})


def test_a_function_of_the_tape_stands_where_a_python_function_stands():
    assert dc.gradient(DefinedSinh, i=0.0) == {"i": 1.0}


def test_second_derivatives_are_those_of_the_definition():
    from diffcompare.language.operations import sin
    from diffcompare.numeric.user_operations import written_out

    expression = record(lambda x: DefinedSinh.apply(x), {"x": 0.5}).expression
    assert str(written_out(sin(expression))) == "sin((exp(x) - exp(-x))/2)"
