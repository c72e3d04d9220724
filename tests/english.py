"""Words of English in a text that should have none."""

from __future__ import annotations

import re

from diffcompare.backends import METHODS
from diffcompare.classroom.demos import kinks
from diffcompare.engines.registry import engine_names
from diffcompare.language.expression import OPERATIONS

PROPER = {
    "AD", "DAG", "PyTorch", "JAX", "TensorFlow", "MLX", "sympy", "float32", "ReLU", "Speelpenning", "Rosenbrock", "Booth", "Rump", "Christianson",
    "Kakade", "Lee", "Squire", "Trapp", "Horner", "diffcompare", "demo", "all",
}  # fmt: skip
"""Names of people, programs, libraries and functions, and AD."""
CODE = {
    "ln", "exp", "sin", "cos", "sqrt", "cbrt", "abs", "max", "relu", "floor", "softplus", "expm1", "where", "root",
    "conjugate", "eps", "inf", "nan", "if", "Im", "ih", "order", *OPERATIONS, *METHODS,
    "torch", "func", "grad", "jvp", "vjp", "jax", "autograd", "tf", "GradientTape", "pytensor", "paddle", "tinygrad",
    *kinks.MEASURED, *engine_names(), "functional", "num", "dual", "gradient", "Log", "Mul", "Sin", "Add", "Sub", "Neg", "Exp", "Div", "Relu", "Pow",
}  # fmt: skip
"""What stands in formulas, what is typed, and what PyTorch calls nodes."""

OF_LIBRARIES = [f"{name}-{mode}" for name in (*kinks.MEASURED, *engine_names()) for mode in ("reverse", "forward")]
"""Methods of other libraries."""


def words(text: str) -> list[str]:
    """Words of English, but for names and what stands in formulas."""
    for name in (*METHODS, *OF_LIBRARIES):
        text = text.replace(name, "")
    english = re.findall(r"(?<![\w/'])[A-Za-z]{2,}(?![\w/(])", re.sub(r"`[^`]*`|\b\w+\(", " ", text))
    return [word for word in english if word not in PROPER | CODE]
