"""GiNaC, by its shell `ginsh`: a formula by `diff`, evaluated with forty digits by `evalf`."""

from __future__ import annotations

from diffcompare.engines import computer_algebra
from diffcompare.engines.computer_algebra import System
from diffcompare.engines.engine import Engine, Loaded

SYSTEM = System(
    ("ginsh",),
    start=("real_symbols;", "Digits=40:"),
    assign=lambda name, text: f"{name}={text}:",
    show=lambda text: f"{text};",
    partial=lambda text, variable: f"diff({text},{variable})",
    at=lambda text, at: f"evalf(subs({text},{{{','.join(f'{name}=={x}' for name, x in at.items())}}}))",
    decimal=lambda text: f"evalf({text})",
    lasts=False,  # it reads thousands of characters ahead, before it looks at the first statement
)
TEMPLATES = {
    "exp": "exp({})", "ln": "log({})", "sqrt": "sqrt({})", "sin": "sin({})", "cos": "cos({})", "tan": "tan({})",
    "asin": "asin({})", "acos": "acos({})", "atan": "atan({})", "sinh": "sinh({})", "cosh": "cosh({})",
    "tanh": "tanh({})", "asinh": "asinh({})", "acosh": "acosh({})", "atanh": "atanh({})", "abs": "abs({})",
    "atan2": "atan2({},{})", "gamma": "tgamma({})", "lgamma": "lgamma({})", "digamma": "psi({})",
    "polygamma": "psi({},{})", "prod": "{}*{}*{}",
}  # fmt: skip


def load() -> Loaded:
    """Look for the program."""
    return computer_algebra.loaded(SYSTEM, TEMPLATES)


ENGINE = Engine(load, "ginsh", ("formula",), second=("second",), way="symbolically", program=("ginsh",))
