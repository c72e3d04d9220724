"""`diffcompare sweep`: the error of a difference quotient against its step."""

from __future__ import annotations

from typing import Annotated

from diffcompare.cli import options
from diffcompare.cli.arguments import METHODS, Option
from diffcompare.cli.output import CommandResult

EXAMPLES = (
    "diffcompare sweep @logistic_l4",
    'diffcompare sweep "exp(x)*sin(y)" --at x=1,y=2 --wrt y --steps 1e0..1e-12',
    "diffcompare sweep @logistic_l4 --nominal -o steps.svg",
)
MORE_FORMATS = ("svg", "png", "pdf")


def command(
    expression: options.Expression,
    at: options.At = None,
    wrt: options.Wrt = None,
    steps: options.Steps = None,
    nominal: Annotated[bool, Option("--nominal", help="Divide by h, not by (x+h)-x.", group=METHODS)] = False,
    float32: Annotated[bool, Option("--float32", help="Compute in single precision.", group=METHODS)] = False,
    budget: options.Budget = 5.0,
    ops: options.Ops = None,
    verbose: options.Verbose = False,
    quiet: options.Quiet = False,
) -> CommandResult:
    """Plot the error of difference quotients against the step.

    Truncation falls with the step, round-off grows as it shrinks.  The slopes of both branches are fitted, the best
    steps stand beside those of theory, and the table of cancellation has the digits that a difference loses.  Steps
    range from 1e-1 to 1e-16 (with `--float32` from 1 to 1e-8; longer if |x| is large), or as in `--steps 1e-2..1e-8`.
    """
    parsed, point = options.parse_input(expression, at, budget)
    from diffcompare.studies.step_sweep.sweep import sweep_question

    swept = sweep_question(
        parsed,
        at=point,
        wrt=options.split(wrt),
        steps=steps,
        nominal=nominal,
        single=float32,
        budget=budget,
        brief=quiet,
    )
    return CommandResult(swept.document(brief=quiet), swept.notes, swept.failure)
