"""`diffcompare graph`: the computational graph of an expression, drawn."""

from __future__ import annotations

from diffcompare.cli import options
from diffcompare.cli.output import CommandResult

EXAMPLES = (
    'diffcompare graph "ln(x1) + x1*x2 - sin(x2)" --at x1=2,x2=5',
    'diffcompare graph "x*sin(x)" --show adjoint -o graph.svg',
    "diffcompare graph @rosenbrock --show tangent --wrt y --format dot",
)


def command(
    expression: options.Expression,
    at: options.At = None,
    wrt: options.Wrt = None,
    show: options.Show = "primal",
    quiet: options.Quiet = False,
) -> CommandResult:
    """Draw the computational graph of an expression."""
    parsed, point = options.parse_input(expression, at)
    from diffcompare.studies.graph import graph_question

    drawn = graph_question(parsed, at=point, show=show, wrt=options.split(wrt))  # type: ignore[arg-type]
    return CommandResult(drawn.document(brief=quiet), drawn.notes, drawn.failure)
