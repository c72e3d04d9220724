"""`diffcompare trace`: automatic differentiation, step by step."""

from __future__ import annotations

from diffcompare.cli import options
from diffcompare.cli.output import CommandResult

EXAMPLES = (
    'diffcompare trace "ln(x1) + x1*x2 - sin(x2)" --at x1=2,x2=5 --mode reverse',
    'diffcompare trace "x*sin(x)" --mode forward',
    "diffcompare trace @rosenbrock --wrt y -o trace.tex",
)


def command(
    expression: options.Expression,
    at: options.At = None,
    wrt: options.Wrt = None,
    mode: options.Mode = "both",
    ops: options.Ops = None,
    quiet: options.Quiet = False,
) -> CommandResult:
    """Show the sweeps of automatic differentiation step by step.

    The numbering is that of tables 2 and 3 of the survey.  In reverse mode every contribution to an adjoint is a row of
    its own, and `+=` marks where a second one arrives.
    """
    parsed, point = options.parse_input(expression, at)
    from diffcompare.studies.trace import trace_question

    traced = trace_question(parsed, at=point, mode=mode, wrt=options.split(wrt))  # type: ignore[arg-type]
    return CommandResult(traced.document(brief=quiet), traced.notes, traced.failure)
