"""`diffcompare scan`: value, gradient and the error of every method over a grid of points."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from diffcompare import safe_io
from diffcompare.cli import arguments, options
from diffcompare.cli.arguments import METHODS, OUTPUT, READS_EXPRESSION, Option
from diffcompare.cli.output import CommandResult

EXAMPLES = (
    'diffcompare scan "ln(x1) + x1*x2 - sin(x2)" --over x1=1:9:1e5 --at x2=5',
    'diffcompare scan "x*tanh(x)" --over x=1e-6:1e6:10000:log -o scan.svg',
    "diffcompare scan @rosenbrock --over x=-2:2:300,y=-1:3:300 --npz grid.npz",
)
MORE_FORMATS = ("svg", "png", "pdf")

COMPUTE = ("numpy", "c")

Compute: TypeAlias = Annotated[
    str,
    arguments.word_option(
        "--compute", "HOW", COMPUTE, f"Compute in {'|'.join(COMPUTE)}", "way to compute", group=METHODS
    ),
]


def command(
    expression: options.Expression,
    over: Annotated[
        list[str] | None,
        Option("--over", metavar="x1=A:B:N", help="An axis: N points from A to B; A:B:N:log by equal factors."),
    ] = None,
    at: options.At = None,
    wrt: options.Wrt = None,
    method: options.Method = None,
    step: options.Step = None,
    budget: options.Budget = 5.0,
    truth: options.Truth = True,
    sample: options.Sample = None,
    compute: Compute = "numpy",
    npz: Annotated[
        str | None, Option("--npz", metavar="GRID.npz", help="Write all numbers as arrays.", group=OUTPUT)
    ] = None,
    ops: options.Ops = None,
    quiet: options.Quiet = False,
) -> CommandResult:
    """Compute over a grid of points.

    An axis has its first value, its last value and the number of points, both ends included as in `numpy.linspace`;
    `:log` at the end spaces them by equal factors; up to 10^8 points.  Variables without an axis have the values of
    `--at`.  Every method is compared with reverse mode at all points, and with the truth at `--sample` points, spread
    evenly, and where it is farthest off; its worst point is ready for `grad --at`.

    `--compute c` compiles the function of `derive --code c` once (`CC` is respected), and keeps it in the user's cache
    folder: three times as fast, at the price of up to 4 ulp where the C library has functions of vectors.
    """
    from diffcompare.grids.grid_axes import parse_axes

    axes = parse_axes(over or [])
    if npz is not None:
        read = [READS_EXPRESSION.file(expression), ops]
        safe_io.protect_inputs([path for path in read if path is not None], npz)
        safe_io.check_destination(npz)
    from diffcompare.cli.grid_scan import scan_grid

    return scan_grid(
        expression, axes, at, options.split(wrt), method, step, sample, compute, npz, budget, truth=truth, quiet=quiet
    )
