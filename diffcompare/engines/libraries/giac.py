"""Giac, the system of Xcas: a formula by `diff`, evaluated with forty digits."""

from __future__ import annotations

from diffcompare.engines import computer_algebra
from diffcompare.engines.computer_algebra import System
from diffcompare.engines.engine import Engine, Loaded

SYSTEM = System(
    ("giac",),
    assign=lambda name, text: f"{name}:={text}:;",
    show=lambda text: f"{text};",
    partial=lambda text, variable: f"diff({text},{variable})",
    at=lambda text, at: f"evalf(subst({text},[{','.join(at)}],[{','.join(at.values())}]),40)",
    decimal=lambda text: f"evalf({text},40)",
)
TEMPLATES = {
    "exp": "exp({})", "ln": "ln({})", "log10": "log10({})", "sqrt": "sqrt({})", "cbrt": "surd({},3)", "sin": "sin({})",
    "cos": "cos({})", "tan": "tan({})", "cot": "cot({})", "sec": "sec({})", "csc": "csc({})", "asin": "asin({})",
    "acos": "acos({})", "atan": "atan({})", "sinh": "sinh({})", "cosh": "cosh({})", "tanh": "tanh({})",
    "asinh": "asinh({})", "acosh": "acosh({})", "atanh": "atanh({})", "abs": "abs({})", "sign": "sign({})",
    "floor": "floor({})", "ceil": "ceil({})", "erf": "erf({})", "erfc": "erfc({})", "gamma": "Gamma({})",
    "digamma": "Psi({})", "max": "max({},{})", "min": "min({},{})", "min3": "min({},{},{})",
    "prod": "{}*{}*{}",
}  # fmt: skip


def load() -> Loaded:
    """Look for the program."""
    conditions = computer_algebra.conditions("when({},{{}},{{}})")
    return computer_algebra.loaded(SYSTEM, TEMPLATES, conditions)


ENGINE = Engine(load, "giac", ("formula",), second=("second",), way="symbolically", program=("giac", "--version"))
