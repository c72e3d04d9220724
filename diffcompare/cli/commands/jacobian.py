"""`diffcompare jacobian`: the Jacobian of several outputs, by every method."""

from __future__ import annotations

from typing import Annotated

from diffcompare.cli import options
from diffcompare.cli.arguments import METHODS, Option
from diffcompare.cli.output import CommandResult

EXAMPLES = (
    'diffcompare jacobian "[x*y, x + y^2]" --at x=2,y=3',
    'diffcompare jacobian "r = hypot(x, y); [r, atan2(y, x)]" -o polar.html',
    'diffcompare jacobian "[x1*x2, sin(x3), x3*x4]" --compressed -o jacobian.npz',
)
MORE_FORMATS = ("npz",)


def command(
    expression: options.Outputs,
    at: options.At = None,
    method: options.Method = None,
    wrt: options.Wrt = None,
    compressed: Annotated[
        bool, Option("--compressed", help="Find columns, or rows, that share no entry by one sweep.", group=METHODS)
    ] = False,
    step: options.Step = None,
    budget: options.Budget = 5.0,
    truth: options.Truth = True,
    ops: options.Ops = None,
    verbose: options.Verbose = False,
    quiet: options.Quiet = False,
) -> CommandResult:
    """Compute the Jacobian of several outputs.

    Several outputs stand in brackets, behind named values if there are any.  Forward mode finds the Jacobian by
    columns, reverse mode by rows; the answer says which takes less work.  `--compressed` finds columns, or rows, that
    share no entry by one sweep together (Curtis, Powell and Reid 1974), and shows the seeds.  An output at a kink or
    outside its domain is named, and all others have their partials.  `sweeps` counts passes of AD, or evaluations of f
    or of formulas.
    """
    parsed, point = options.parse_input(expression, at, budget, several=True)
    from diffcompare.studies.jacobian import jacobian_question

    jacobian = jacobian_question(
        parsed, at=point, wrt=options.split(wrt), methods=options.methods(method, several=True),
        step=step, budget=budget, truth=truth, compressed=compressed,
    )  # fmt: skip
    return CommandResult(jacobian.document(brief=quiet), jacobian.notes, jacobian.failure)
