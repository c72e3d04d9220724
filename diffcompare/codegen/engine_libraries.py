"""PyTorch and JAX as targets of generated code: their functions, and definitions of those that they lack.

Their functions want tensors where NumPy's take numbers as well, so constants are written as numbers, and functions of
two arguments make tensors of both.  A test compares the definitions with the rows of the table of operations.
"""

from __future__ import annotations

from diffcompare.codegen.libraries import FOR_NUMPY, PYTHON_PARTIALS, PYTHON_SYNTAX, Library, by_name

_SYNTAX = PYTHON_SYNTAX._replace(
    taken=frozenset(PYTHON_SYNTAX.taken)
    | {"torch", "jax", "jnp", "ctx", "saved", "grad_output", "f", "same_shape", "Function", "forward", "backward"}
)

_UNARY = (  # operations that both have under our names
    "abs", "sign", "exp", "expm1", "log1p", "log2", "log10", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh",
    "floor", "ceil",
)  # fmt: skip

_TORCH_NAMES = {
    "ln": "log", "asin": "asin", "acos": "acos", "atan": "atan", "asinh": "asinh", "acosh": "acosh", "atanh": "atanh",
    "erf": "erf", "erfc": "erfc", "lgamma": "lgamma", "digamma": "digamma", "relu": "relu",
}  # fmt: skip

_JNP_NAMES = {
    "ln": "log", "asin": "arcsin", "acos": "arccos", "atan": "arctan", "asinh": "arcsinh", "acosh": "arccosh",
    "atanh": "arctanh", "atan2": "arctan2", "hypot": "hypot", "min": "minimum", "max": "maximum", "cbrt": "cbrt",
}  # fmt: skip

_SCIPY_NAMES = {
    "erf": "erf", "erfc": "erfc", "gamma": "gamma", "lgamma": "gammaln", "digamma": "digamma",
}  # fmt: skip

_FOR_TORCH = """\
def tensor(x):
    return x if isinstance(x, torch.Tensor) else torch.tensor(x, dtype=torch.float64)


def choose(condition, yes, no):
    return torch.where(torch.as_tensor(condition), tensor(yes), tensor(no))


def min(a, b):
    return choose(a < b, a, b)


def max(a, b):
    return choose(a > b, a, b)


def hypot(a, b):
    return torch.hypot(tensor(a), tensor(b))


def atan2(a, b):
    return torch.atan2(tensor(a), tensor(b))


def cbrt(x):
    # a step of Newton's method takes back the rounding of 1/3
    y = torch.sign(x) * torch.abs(x) ** (1 / 3)
    return torch.where(y != 0, y - (y - x / (y * y)) / 3, y)


def gamma(x):
    right = torch.exp(torch.lgamma(torch.where(x > 0.5, x, 1 - x)))
    return torch.where(x > 0.5, right, torch.pi / (torch.sin(torch.pi * x) * right))


def polygamma(n, x):
    # Abramowitz & Stegun 6.4.6 and 6.4.11
    n = int(n)
    if n == 0:
        return torch.digamma(x)
    value = sum(math.factorial(n) / (x + k) ** (n + 1) for k in range(20 + n))
    x = x + (20 + n)
    value = value + math.factorial(n - 1) / x**n + math.factorial(n) / (2 * x ** (n + 1))
    for k, bernoulli in enumerate((1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6), 1):
        value = value + bernoulli * math.factorial(2 * k + n - 1) / (math.factorial(2 * k) * x ** (2 * k + n))
    return (-1) ** (n + 1) * value
"""

_FOR_JAX = """\
def polygamma(n, x):
    return jax.scipy.special.polygamma(int(n), x)
"""


def _in_torch() -> dict[str, str]:
    text = FOR_NUMPY
    for numpy, torch in {
        "numpy.maximum(x, 0.0)": "torch.relu(x)",
        "numpy.clip": "torch.clamp",
        "numpy.asarray(a, dtype=float)": "tensor(a)",
        "numpy.where(a != 0, a, 1.0)": "choose(a != 0, a, 1.0)",
        "numpy.where(a != 0, ": "choose(a != 0, ",
        "numpy.log(choose": "torch.log(choose",
        "numpy.": "torch.",
    }.items():
        text = text.replace(numpy, torch)
    definitions = {name: source for name, source in by_name(text).items() if "vectorize" not in source}
    return definitions | by_name(_FOR_TORCH)


def _in_jax() -> dict[str, str]:
    definitions = by_name(FOR_NUMPY.replace("numpy.", "jnp."))
    own = by_name(_FOR_JAX)
    return {name: source for name, source in definitions.items() if "vectorize" not in source} | own


TORCH = Library(
    "torch",
    {name: f"torch.{name}" for name in _UNARY} | {name: f"torch.{own}" for name, own in _TORCH_NAMES.items()},
    _in_torch(),
    "choose({condition}, {yes}, {no})",
    {"pi": "torch.pi", "e": "torch.e"},
    PYTHON_PARTIALS,
    _SYNTAX,
    folds_constants=True,
)
JAX = Library(
    "jax",
    {name: f"jnp.{name}" for name in _UNARY}
    | {name: f"jnp.{own}" for name, own in _JNP_NAMES.items()}
    | {name: f"jax.scipy.special.{own}" for name, own in _SCIPY_NAMES.items()},
    _in_jax(),
    "jnp.where({condition}, {yes}, {no})",
    {"pi": "jnp.pi", "e": "jnp.e"},
    PYTHON_PARTIALS,
    _SYNTAX,
    folds_constants=True,
)

ENGINES = {"torch": TORCH, "jax": JAX}
