"""Programs for PyTorch and JAX: run here on small stand-ins, of which the tape is the one for PyTorch."""

from __future__ import annotations

import contextlib
import io
import math
import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from rows import every_row

from diffcompare import tape
from diffcompare.backends.automatic import gradient_at
from diffcompare.codegen.engine_libraries import ENGINES
from diffcompare.codegen.engine_program import engine_program
from diffcompare.inputs.catalogue import load
from diffcompare.language.operations import OPERATIONS
from diffcompare.language.parser import parse
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.numeric.evaluate import value_at

NAMES = {"abs": "abs", "ln": "log", "asin": "arcsin", "acos": "arccos", "atan": "arctan", "asinh": "arcsinh",
         "acosh": "arccosh", "atanh": "arctanh", "atan2": "arctan2", "min": "minimum", "max": "maximum"}  # fmt: skip


def by_element(name):
    return lambda *numbers: np.vectorize(OPERATIONS[name].real, otypes=[float])(*map(tape_value, numbers))[()]


def tape_value(number):
    return number.data if isinstance(number, tape.Variable) else number


def stand_in_for_torch():
    """Return a module `torch` whose tensors are Variables of the tape."""
    torch = ModuleType("torch")
    for name in ("abs", "sign", "exp", "expm1", "log", "log1p", "log2", "log10", "sqrt", "sin", "cos", "tan", "sinh",
                 "cosh", "tanh", "floor", "ceil", "hypot", "where", "clip"):  # fmt: skip
        setattr(torch, name, getattr(np, name))
    for name, own in NAMES.items():
        setattr(torch, "atan2" if name == "atan2" else name, getattr(np, own))
    for name in ("erf", "erfc", "lgamma", "digamma"):
        setattr(torch, name, by_element(name))
    torch.relu, torch.clamp, torch.pi, torch.e = lambda x: np.maximum(x, 0.0), np.clip, math.pi, math.e
    torch.float64, torch.Tensor, torch.as_tensor = float, tape.Variable, np.asarray
    torch.tensor = lambda value, dtype, requires_grad=False: tape.Variable(value, requires_grad)
    torch.broadcast_tensors = lambda *tensors: tensors
    torch.autograd = SimpleNamespace(
        Function=tape.Function, function=SimpleNamespace(once_differentiable=lambda backward: backward)
    )
    return {"torch": torch}


def stand_in_for_jax():
    """Return modules `jax`, `jax.numpy` and `jax.scipy.special` that know one function with a rule of its own."""
    jax, special = ModuleType("jax"), ModuleType("jax.scipy.special")
    for name in ("erf", "erfc", "gamma", "digamma", "polygamma"):
        setattr(special, name, by_element(name))
    special.gammaln = by_element("lgamma")
    rules = {}

    def custom_vjp(function):
        function.defvjp = lambda forward, backward: rules.update({"forward": forward, "backward": backward})
        return function

    def gradients(function, places):
        def of(*numbers):
            assert np.isfinite(function(*numbers))
            shares = rules["backward"](rules["forward"](*map(np.float64, numbers))[1], np.float64(1.0))
            return [shares[place] for place in places]

        return of

    jax.custom_vjp, jax.grad, jax.numpy = custom_vjp, gradients, np
    jax.config = SimpleNamespace(update=lambda *options: None)
    jax.scipy = SimpleNamespace(special=special)
    return {"jax": jax, "jax.numpy": np, "jax.scipy": jax.scipy, "jax.scipy.special": special}


STAND_INS = {"torch": stand_in_for_torch, "jax": stand_in_for_jax}


def run(text, language, monkeypatch):
    """Run a program as `python program.py` does, and return the gradient that it prints."""
    for name, module in STAND_INS[language]().items():
        monkeypatch.setitem(sys.modules, name, module)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), np.errstate(all="ignore"):
        exec(compile(text, "program", "exec"), {"__name__": "__main__"})
    return eval(printed.getvalue(), {"nan": math.nan, "inf": math.inf})


def gradient_of(text, point, language, monkeypatch, wrt=None):
    expression = parse(text, names=tuple(point))
    names = list(point)
    return run(engine_program(expression, names, wrt or names, point, language), language, monkeypatch)


# --- What a program looks like ----------------------------------------------------------------------------------------


def test_a_function_for_pytorch():
    expression = parse("x1*x2 + sin(x1)^2")
    assert engine_program(expression, ["x1", "x2"], ["x1", "x2"], {"x1": 2.0, "x2": 5.0}, "torch") == (
        "# f = x1*x2 + sin(x1)^2, with the gradient by one reverse sweep\n"
        "import torch\n"
        "\n\n"
        "class Function(torch.autograd.Function):\n"
        '    """f, and what a gradient of f means for its variables."""\n'
        "\n"
        "    @staticmethod\n"
        "    def forward(ctx, x1, x2):\n"
        "        v1 = x1*x2\n"
        "        v2 = torch.sin(x1)\n"
        "        v3 = v2**2  # sin(x1)^2\n"
        "        v4 = v1 + v3  # x1*x2 + sin(x1)^2\n"
        "        ctx.save_for_backward(x1, x2, v2)\n"
        "        return v4\n"
        "\n"
        "    @staticmethod\n"
        "    @torch.autograd.function.once_differentiable\n"
        "    def backward(ctx, grad_output):\n"
        "        x1, x2, v2 = ctx.saved_tensors\n"
        "        v4_bar = grad_output\n"
        "        # v4 = v1 + v3\n"
        "        v1_bar = v4_bar\n"
        "        v3_bar = v4_bar\n"
        "        # v3 = v2**2\n"
        "        v2_bar = v3_bar*(2*v2)\n"
        "        # v2 = torch.sin(x1)\n"
        "        x1_bar = v2_bar*torch.cos(x1)\n"
        "        # v1 = x1*x2\n"
        "        x1_bar = x1_bar + v1_bar*x2\n"
        "        x2_bar = v1_bar*x1\n"
        "        return x1_bar, x2_bar\n"
        "\n\n"
        "def f(x1, x2):\n"
        '    """The function; its gradient is that of the sweep above."""\n'
        "    return Function.apply(*torch.broadcast_tensors(x1, x2))\n"
        "\n\n"
        'if __name__ == "__main__":\n'
        "    x1 = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)\n"
        "    x2 = torch.tensor(5.0, dtype=torch.float64, requires_grad=True)\n"
        "    f(x1, x2).backward()\n"
        '    print({"x1": x1.grad.item(), "x2": x2.grad.item()})\n'
    )


def test_a_function_for_jax():
    text = engine_program(parse("x*exp(x)"), ["x"], ["x"], None, "jax")
    assert "@jax.custom_vjp\ndef same_shape(x):\n    return forward(x)[0]\n" in text
    assert "    v1 = jnp.exp(x)\n    v2 = x*v1  # x*exp(x)\n    return v2, (x, v1)\n" in text
    assert "def backward(saved, grad_output):\n" in text
    assert "    return (x_bar,)\n\n\nsame_shape.defvjp(forward, backward)\n" in text


# --- What it computes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ENGINES)
@every_row("entry", load())
def test_the_catalogue(entry, language, monkeypatch):
    point = dict(entry.point)
    expected = gradient_at(parse(entry.text, names=tuple(entry.names)), point)
    if expected is None or not point:
        return  # no gradient in doubles here
    gradient = gradient_of(entry.text, point, language, monkeypatch)
    for name, partial in expected.items():
        assert gradient[name] == pytest.approx(partial, rel=1e-12, abs=1e-14, nan_ok=True), name


@pytest.mark.parametrize("language", ENGINES)
@every_row("name", [name for name in OPERATIONS if name.isidentifier() and name != "neg"])
def test_every_function(name, language, monkeypatch):
    row = OPERATIONS[name]
    arguments = next(sample for sample in row.samples if row.domain.contains(*sample) and all(x > 0 for x in sample))
    text = f"{name}({', '.join('xy'[: row.arity])})"
    point = dict(zip("xy", arguments, strict=False))
    if name == "polygamma":
        text, point = f"polygamma({arguments[0]:g}, y)", {"y": arguments[1]}
    expected = gradient_at(parse(text), point)
    for variable, partial in gradient_of(text, point, language, monkeypatch).items():
        assert partial == pytest.approx(expected[variable], rel=1e-13), (variable, partial)


@pytest.mark.parametrize("language", ENGINES)
@pytest.mark.parametrize(
    "text",
    ["sin(2)*x", "max(2, 3)*x + ln(0.5)^2*x", "x", "if(x > 1, y, ln(0))*x", "2^x + x^-3", "if(1 < 2, x, y)", "y*3"],
)
def test_constants_branches_and_bare_variables(text, language, monkeypatch):
    point = {"x": 1.7, "y": 0.6}
    expected = gradient_at(parse(text, names=("x", "y")), point)
    gradient = gradient_of(text, point, language, monkeypatch)
    assert gradient == pytest.approx({name: expected.get(name, 0.0) for name in point}, rel=1e-14)


@pytest.mark.parametrize("language", ENGINES)
def test_some_variables_only(language, monkeypatch):
    gradient = gradient_of("x*y", {"x": 2.0, "y": 3.0}, language, monkeypatch, wrt=["y"])
    assert gradient == {"y": 2.0}


@pytest.mark.parametrize("language", ENGINES)
def test_names_that_mean_something_else_are_changed(language, monkeypatch):
    point = {"f": 2.0, "ctx": 3.0, "jnp": 4.0, "torch": 5.0, "grad_output": 6.0, "lambda": 7.0, "forward": 0.5}
    gradient = gradient_of("*".join(point), point, language, monkeypatch)
    assert gradient == {name: math.prod(point.values()) / value for name, value in point.items()}


def test_the_value_is_that_of_the_expression(monkeypatch):
    expression = parse("x*tanh(y) + softplus(x)")
    text = engine_program(expression, variables(wengert_list(expression)), ["x", "y"], None, "torch")
    monkeypatch.setitem(sys.modules, "torch", stand_in_for_torch()["torch"])
    space = {"__name__": "program"}
    exec(compile(text, "program", "exec"), space)
    value = space["f"](tape.Variable(1.5), tape.Variable(-0.4))
    assert value == pytest.approx(value_at(expression, {"x": 1.5, "y": -0.4}), rel=1e-15)
