"""`diffcompare taylor`: Taylor coefficients by every method."""

from __future__ import annotations

from diffcompare.cli import options
from diffcompare.cli.output import CommandResult

EXAMPLES = (
    'diffcompare taylor "sin(x)*exp(x)" --at x=0 --order 8',
    'diffcompare taylor "1/(1 - x)" --at x=1/2 --method taylor-mode --order 20',
    'diffcompare taylor "x^2*sin(y)" --at x=1,y=2 --wrt y -o taylor.html',
)
MORE_FORMATS = ("npz",)


def command(
    expression: options.Expression,
    order: options.Order = None,
    at: options.At = None,
    method: options.HigherOrderMethod = None,
    wrt: options.Wrt = None,
    step: options.Step = None,
    budget: options.Budget = 5.0,
    truth: options.Truth = True,
    ops: options.Ops = None,
    verbose: options.Verbose = False,
    quiet: options.Quiet = False,
) -> CommandResult:
    """Expand an expression into its Taylor series.

    By one truncated series that is propagated, by forward mode nested in itself (whose work triples with every order),
    by sympy (whose formulas swell) and by differences (which lose digits).  Where the expansion breaks off, as that of
    `x*|x|` at 0, both one-sided derivatives are told.
    """
    parsed, point = options.parse_input(expression, at, budget, asks=False)
    from diffcompare.studies.taylor import taylor_question

    taylor = taylor_question(
        parsed, order, at=point, wrt=options.split(wrt),
        methods=options.split(method) or "all", step=step, budget=budget, truth=truth,
    )  # fmt: skip
    return CommandResult(taylor.document(brief=quiet), taylor.notes, taylor.failure)
