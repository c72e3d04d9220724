"""`diffcompare plot`: the graph of a function with its derivative, tangent and secants."""

from __future__ import annotations

from typing import Annotated

from diffcompare.cli import options
from diffcompare.cli.arguments import Option
from diffcompare.cli.output import CommandResult

EXAMPLES = (
    'diffcompare plot "|x|" --at 0',
    'diffcompare plot "(exp(x) - 1)/x" --at 1e-9 --range -1e-8:1e-8 -o noise.svg',
    'diffcompare plot "d/dx (x^2*sin(x))" --versus "2x cos x"',
)
MORE_FORMATS = ("svg", "png", "pdf")


def command(
    expression: options.Expression,
    at: options.At = None,
    wrt: options.Wrt = None,
    range: Annotated[
        str | None,
        Option("--range", metavar="A:B", help="From A to B along the variable. [default: around the point]"),
    ] = None,
    versus: Annotated[
        str | None, Option("--versus", metavar="FORMULA", help="Draw this too, and the difference.")
    ] = None,
    budget: options.Budget = 5.0,
    ops: options.Ops = None,
    quiet: options.Quiet = False,
) -> CommandResult:
    """Plot a function, its derivative, tangent and secants.

    Poles, jumps and holes are found where they are, and no line crosses one; at a kink both slopes are drawn.  Of
    several variables the plot goes along that of `--wrt`, with the others at the point.  Where rounding shows, the true
    curve is drawn beside the values of the doubles.  `--versus` draws another formula, and the difference.
    """
    parsed, point = options.parse_input(expression, at, budget)
    from diffcompare.studies.function_plot.plot import plot_question

    plotted = plot_question(parsed, at=point, wrt=options.split(wrt), range=range, versus=versus, budget=budget)
    return CommandResult(plotted.document(brief=quiet), plotted.notes, plotted.failure)
