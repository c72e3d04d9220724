"""`diffcompare scan`: value, gradient and the error of every method over a grid of points."""

from __future__ import annotations

from typing import Annotated

import typer

from diffcompare import safe_io
from diffcompare.cli import options
from diffcompare.cli.output import CommandResult

EXAMPLES = (
    'diffcompare scan "ln(x1) + x1*x2 - sin(x2)" --over x1=0.5:10:100000 --at x2=5',
    'diffcompare scan "x*tanh(x)/(1 + x^2)" --over x=1e-6:1e6:10000:log -o scan.svg',
    "diffcompare scan @rosenbrock --over x=-2:2:1000 --over y=-1:3:1000 --npz grid.npz",
)

COMPUTE = ("numpy", "numexpr", "c")


def command(
    expression: options.Expression,
    over: Annotated[
        list[str] | None,
        typer.Option("--over", metavar="x1=A:B:N", help="An axis: N points from A to B; A:B:N:log by equal factors."),
    ] = None,
    at: Annotated[list[str] | None, typer.Option("--at", metavar="x2=5", help="The variables without an axis.")] = None,
    wrt: options.Wrt = None,
    method: options.Method = None,
    step: options.Step = None,
    sample: options.Sample = None,
    truth: options.Truth = True,
    compute: Annotated[str, options.word_option("--compute", "ENGINE", COMPUTE, noun="engine")] = "numpy",
    npz: Annotated[
        str | None, typer.Option("--npz", metavar="FILE", help="Write values, partials and errors as arrays.")
    ] = None,
    budget: options.Budget = 5.0,
    ops: options.Ops = None,
    quiet: options.Quiet = False,
) -> CommandResult:
    """Compute over a grid of points.

    An axis has its first value, its last value and the number of points, both ends included as in `numpy.linspace`;
    `:log` at the end spaces them by equal factors.  The truth is established at `--sample` points, spread evenly.
    """
    from diffcompare.grids.grid_axes import parse_axes

    axes = parse_axes(over or [])
    if npz is not None:
        safe_io.check_destination(npz)
    from diffcompare.cli.grid_scan import scan_grid

    return scan_grid(
        expression, axes, at, options.split(wrt), method, step, sample, compute, npz, budget, truth=truth, quiet=quiet
    )
