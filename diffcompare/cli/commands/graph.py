"""`diffcompare graph`: the computational graph of an expression, drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from diffcompare.cli import options
from diffcompare.cli.arguments import Option
from diffcompare.cli.output import CommandResult

if TYPE_CHECKING:
    from diffcompare.inputs.resolve import ParsedInput

EXAMPLES = (
    'diffcompare graph "ln(x1) + x1*x2 - sin(x2)" --at x1=2,x2=5',
    'diffcompare graph "x*sin(x)" --show adjoint -o graph.svg',
    "diffcompare graph @rosenbrock --show tangent --wrt y --format dot",
)
MORE_FORMATS = ("svg", "png", "pdf", "dot", "mermaid")


def command(
    expression: options.Expression,
    at: options.At = None,
    wrt: options.Wrt = None,
    show: options.Show = "values",
    other_at: Annotated[
        list[str] | None,
        Option("--other-at", metavar="x=0.8", help="For a Python function: draw its path at another point, too."),
    ] = None,
    ops: options.Ops = None,
    quiet: options.Quiet = False,
) -> CommandResult:
    """Draw the computational graph of an expression.

    Shared nodes are drawn once.  `--show tangent` and `--show adjoint` have the numbers of a sweep under the nodes.
    With `--other-at` the paths of a Python function at two points are one picture; of a function that returns a
    Variable of `diffcompare.tape` the nodes are those that PyTorch has, `grad_fn` and its `next_functions`.
    """
    program = options.function_program(expression, at)
    if program is not None and (show, wrt, other_at) == ("values", None, None):
        nodes = program.tape_nodes()
        if nodes is not None:
            from diffcompare.studies.tape_graph import TapeGraph

            return CommandResult(TapeGraph(expression, program.at.point, nodes).document(brief=quiet))
    parsed, point = options.parse_input(expression, at, program=program)
    if other_at is not None:
        return _both_paths(parsed, other_at, quiet=quiet)
    from diffcompare.studies.graph import graph_question

    drawn = graph_question(parsed, at=point, show=show, wrt=options.split(wrt))  # type: ignore[arg-type]
    return CommandResult(drawn.document(brief=quiet), drawn.notes, drawn.failure)


def _both_paths(parsed: ParsedInput, other_at: list[str], *, quiet: bool) -> CommandResult:
    """Draw the paths of a program at two points."""
    from diffcompare.studies.two_paths import two_paths

    paths = two_paths(parsed, options.numbers(other_at, parsed, "--other-at"))
    return CommandResult(paths.document(brief=quiet), paths.notes, None)
