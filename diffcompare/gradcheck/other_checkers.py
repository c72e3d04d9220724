"""The gradient checkers of other libraries on the user's gradient: PyTorch's `gradcheck` and JAX's `check_grads`.

Both compare with one central difference of a fixed step, under a fixed tolerance; here they have their defaults.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

from diffcompare.diagnostics import Diagnostic, DiffcompareError, without_addresses
from diffcompare.engines.registry import engine, how_to_install, version
from diffcompare.gradcheck.flat_arguments import FlatPoint, flattened
from diffcompare.gradcheck.given import evaluate_gradient

# Takes f, from coordinates to components, and its Jacobian, from coordinates to rows.
Checker: TypeAlias = Callable[
    [Callable[[Sequence[float]], list[float]], Callable[[Sequence[float]], list[list[float]]], Sequence[float]],
    "tuple[str, str]",
]
MAX_MESSAGE = 160  # characters of what a checker says


class OtherCheck(NamedTuple):
    """The verdict of another library's checker on a gradient.

    Attributes:
        library: The library.
        version: Its version; None where it is not installed.
        tool: The function that checks.
        verdict: `passes` or `fails`; `failed` where it raised something else, and why in `note`.
        settings: Its step and tolerances.
        note: What it says, or the command that installs it.
    """

    library: str
    version: str | None
    tool: str
    verdict: Literal["passes", "fails", "failed", "not-installed"]
    settings: str = ""
    note: str = ""


def _gradcheck(f: Any, jacobian: Any, coordinates: Sequence[float]) -> tuple[str, str]:
    """Return what `torch.autograd.gradcheck` has against a gradient, empty if nothing, and its settings."""
    import torch
    from torch.autograd.gradcheck import GradcheckError

    class Own(torch.autograd.Function):  # type: ignore[misc]
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return torch.tensor(f(x.tolist()), dtype=torch.float64)

        @staticmethod
        def backward(ctx: Any, grad: Any) -> Any:
            (x,) = ctx.saved_tensors
            return grad @ torch.tensor(jacobian(x.tolist()), dtype=torch.float64)

    options = inspect.signature(torch.autograd.gradcheck).parameters
    settings = ", ".join(f"{name}={options[name].default:g}" for name in ("eps", "atol", "rtol"))
    x = torch.tensor(coordinates, dtype=torch.float64, requires_grad=True)
    try:
        torch.autograd.gradcheck(Own.apply, (x,))
    except GradcheckError as error:
        return _one_line(error) or "it fails", settings
    return "", settings


def _check_grads(f: Any, jacobian: Any, coordinates: Sequence[float]) -> tuple[str, str]:
    """Return what `jax.test_util.check_grads` has against a gradient, empty if nothing, and its settings."""
    import jax
    from jax.test_util import check_grads

    jax.config.update("jax_enable_x64", True)
    array = jax.numpy.asarray

    @jax.custom_vjp  # type: ignore[untyped-decorator]
    def own(x: Any) -> Any:
        return array(f(x.tolist()), dtype=float)

    own.defvjp(lambda x: (own(x), x), lambda x, grad: (array(grad) @ array(jacobian(x.tolist()), dtype=float),))
    settings = "order=1, modes=rev, one random direction"
    try:
        import jax._src.public_test_util as defaults

        tolerance = defaults.default_gradient_tolerance[jax.numpy.dtype("float64")]
        settings += f", eps={defaults.EPS:g}, atol=rtol={tolerance:g}"
    except (ImportError, AttributeError, KeyError):
        pass  # they are not public
    try:
        check_grads(own, (array(coordinates, dtype=float),), order=1, modes=["rev"])
    except AssertionError as error:
        return _one_line(error) or "it fails", settings
    return "", settings


def _one_line(error: BaseException) -> str:
    text = without_addresses(" ".join(str(error).split()))
    return text if len(text) <= MAX_MESSAGE else f"{text[:MAX_MESSAGE]} ..."


CHECKERS: Mapping[str, tuple[str, Checker]] = {
    "torch": ("torch.autograd.gradcheck", _gradcheck),
    "jax": ("jax.test_util.check_grads", _check_grads),
}


def checker_names(names: Iterable[str]) -> tuple[str, ...]:
    """Return the libraries whose checkers are asked; `all` stands for those that are installed.

    Raises DiffcompareError for an unknown library, and for one without a checker.
    """
    chosen: dict[str, None] = {}
    for name in names:
        if name == "all":
            chosen |= dict.fromkeys(other for other in CHECKERS if version(other))
            continue
        engine(name)
        if name not in CHECKERS:
            help = f"those of {' and '.join(CHECKERS)} are asked; `grad --with {name}` compares its derivatives"
            raise DiffcompareError(Diagnostic("E719", "bad_value", f"{name} has no checker of gradients", help=help))
        chosen[name] = None
    return tuple(chosen)


def other_check(name: str, f: Callable[..., Any], gradient: Any, flat: FlatPoint) -> OtherCheck:
    """Ask the checker of a library about a gradient at a point; the gradient is as `check_callable` takes it."""
    missing = not_installed(name)
    if missing is not None:
        return missing
    tool, checker = CHECKERS[name]
    for_f = flat.for_function(f)
    for_gradient = for_f if gradient is True else flat.for_function(gradient) if callable(gradient) else for_f

    def value(numbers: Sequence[float]) -> tuple[list[float], tuple[int, ...] | None]:
        result = for_f.call(f, numbers)
        found, shape = flattened(result[0] if gradient is True else result)
        return [float(number) for number in found], shape

    def rows(numbers: Sequence[float]) -> list[list[float]]:
        shape = value(numbers)[1]
        given = evaluate_gradient(
            f if gradient is True else gradient, for_gradient, shape, numbers, paired=gradient is True
        )
        return [list(map(float, row)) for row in given.rows]

    try:
        against, settings = checker(lambda numbers: value(numbers)[0], rows, for_f.coordinates)
    except Exception as error:  # whatever the library or the function raises is its answer
        return OtherCheck(name, version(name), tool, "failed", note=f"{type(error).__name__}: {_one_line(error)}")
    return OtherCheck(name, version(name), tool, "fails" if against else "passes", settings, against)


def not_installed(name: str) -> OtherCheck | None:
    """Return the answer of a library that is not installed; None for one that is."""
    if version(name):
        return None
    note = f"not installed: {how_to_install(name)}"
    return OtherCheck(name, None, CHECKERS[name][0], "not-installed", note=note)


def disagreement(verdict: str, others: Iterable[OtherCheck], *, at_kink: bool = False) -> str:
    """Say in one sentence which checkers differ from the verdict of this check; empty if none does.

    Where the point is at a kink, no gradient is right or wrong.
    """
    opposite = {"wrong": "passes", "agrees": "fails"}.get(verdict)
    listed = [f"{other.tool} ({other.settings})" for other in others if other.verdict == opposite]
    if not listed:
        return ""
    if at_kink and opposite == "fails":
        return f"{' and '.join(listed)} {'fail' if len(listed) > 1 else 'fails'} at a kink, where no gradient is right."
    what = "pass a gradient that is wrong" if verdict == "wrong" else "fail a gradient that is right"
    what = what if len(listed) > 1 else what.replace("pass ", "passes ").replace("fail ", "fails ")
    return f"{' and '.join(listed)} {what}: a fixed step and a fixed tolerance fit few functions."
