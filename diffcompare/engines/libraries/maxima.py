"""Maxima: a formula by `diff`, evaluated with forty digits by `bfloat`."""

from __future__ import annotations

import re

from diffcompare.engines import computer_algebra
from diffcompare.engines.computer_algebra import System
from diffcompare.engines.engine import Engine, Loaded

SYSTEM = System(
    ("maxima", "--very-quiet"),
    start=("display2d:false$", "linel:1000000$", "fpprec:40$"),
    assign=lambda name, text: f"{name}:{text}$",
    show=lambda text: f"errcatch(print(string({text})))$",
    partial=lambda text, variable: f"diff({text},{variable})",
    at=lambda text, at: f"expand(bfloat(subst([{','.join(f'{name}={x}' for name, x in at.items())}],{text})))",
    decimal=lambda text: f"bfloat({text})",
    asks=re.compile(r"^Acceptable answers are "),
)
TEMPLATES = {
    "exp": "exp({})", "ln": "log({})", "sqrt": "sqrt({})", "sin": "sin({})", "cos": "cos({})", "tan": "tan({})",
    "cot": "cot({})", "sec": "sec({})", "csc": "csc({})", "asin": "asin({})", "acos": "acos({})", "atan": "atan({})",
    "sinh": "sinh({})", "cosh": "cosh({})", "tanh": "tanh({})", "asinh": "asinh({})", "acosh": "acosh({})",
    "atanh": "atanh({})", "abs": "abs({})", "sign": "signum({})", "floor": "floor({})", "ceil": "ceiling({})",
    "atan2": "atan2({},{})", "erf": "erf({})", "erfc": "erfc({})", "gamma": "gamma({})", "lgamma": "log_gamma({})",
    "digamma": "psi[0]({})", "polygamma": "psi[{}]({})", "max": "max({},{})", "min": "min({},{})",
    "min3": "min({},{},{})", "prod": "{}*{}*{}",
}  # fmt: skip


def load() -> Loaded:
    """Look for the program."""
    return computer_algebra.loaded(SYSTEM, TEMPLATES)


ENGINE = Engine(load, "maxima", ("formula",), second=("second",), way="symbolically", program=("maxima", "--version"))
