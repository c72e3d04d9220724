"""`diffcompare hessian`: second derivatives, and the Hessian times a vector."""

from __future__ import annotations

from typing import Annotated

from diffcompare.cli import options
from diffcompare.cli.arguments import Option
from diffcompare.cli.output import CommandResult

EXAMPLES = (
    "diffcompare hessian @rosenbrock",
    'diffcompare hessian "x^2*sin(y)" --at x=1,y=2 --times x=1,y=-1',
    'diffcompare hessian "x*y/z" --at x=1,y=2,z=3 -o hessian.csv',
)
MORE_FORMATS = ("npz",)


def command(
    expression: options.Expression,
    at: options.At = None,
    times: Annotated[
        list[str] | None, Option("--times", metavar="x=1,y=2", help="Only the Hessian times this vector.")
    ] = None,
    method: options.SecondOrderMethod = None,
    wrt: options.Wrt = None,
    step: options.Step = None,
    budget: options.Budget = 5.0,
    truth: options.Truth = True,
    ops: options.Ops = None,
    verbose: options.Verbose = False,
    quiet: options.Quiet = False,
) -> CommandResult:
    """Compute second derivatives.

    By reverse sweeps over dual numbers (forward over reverse), by sweeps over the formulas of a sweep (reverse over
    reverse), by sympy, and by differences of values and of gradients; it says how far each matrix is from symmetric.
    With `--times x=1,y=-1` it is the Hessian times a vector, by one sweep, at a cost that does not grow with the
    variables.
    """
    parsed, point = options.parse_input(expression, at, budget, asks=False)
    vector = None if times is None else options.numbers(times, parsed, "--times")
    from diffcompare.studies.hessian import hessian_question

    hessian = hessian_question(
        parsed, at=point, wrt=options.split(wrt), times=vector, methods=options.split(method) or "all",
        step=step, budget=budget, truth=truth,
    )  # fmt: skip
    return CommandResult(hessian.document(brief=quiet), hessian.notes, hessian.failure)
