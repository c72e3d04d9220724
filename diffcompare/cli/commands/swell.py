"""`diffcompare swell`: the growth of derivative formulas, and what it does to their accuracy."""

from __future__ import annotations

from typing import Annotated

from diffcompare.cli import options
from diffcompare.cli.arguments import READS_EXPRESSION, Option
from diffcompare.cli.output import CommandResult
from diffcompare.diagnostics import usage_error

EXAMPLES = (
    "diffcompare swell --family logistic --n 1..4",
    "diffcompare swell --family speelpenning --n 1..12",
    'diffcompare swell "exp(x)*sin(x)/(1+x^2)" --order 5 --wrt x',
)
MORE_FORMATS = ("svg", "png", "pdf")


def command(
    expression: options.OptionalExpression = None,
    order: options.Order = None,
    family: Annotated[
        str | None,
        Option("--family", metavar="NAME", help="A family of functions: logistic|speelpenning|nested-sin, or FILE."),
        READS_EXPRESSION,
    ] = None,
    n: Annotated[
        str | None, Option("--n", metavar="A..B", help="Members of the family. [default: 1..8, or all of a file]")
    ] = None,
    at: options.At = None,
    wrt: options.Wrt = None,
    budget: options.Budget = 5.0,
    ops: options.Ops = None,
    verbose: options.Verbose = False,
    quiet: options.Quiet = False,
) -> CommandResult:
    """Show how the formulas of derivatives swell.

    Formulas are counted as trees, written out, and as DAGs, with equal parts shared: by the rules of the textbook and
    by sympy.  `--order` is for the higher derivatives of an expression, `--family` for a family of functions.
    """
    if (expression is None) == (family is None):
        given = "neither an expression nor a family" if family is None else "both an expression and a family"
        raise usage_error("E561", f"swell was given {given}", "for example `diffcompare swell --family logistic`")
    if family is None and n is not None:
        raise usage_error("E561", "`--n` numbers the members of a family", "for an expression use `--order 4`")
    if family is not None and order is not None:
        raise usage_error("E561", "`--order` is for an expression", f"for a family use `--family {family} --n 1..8`")
    names = options.split(wrt)
    parsed = None
    if expression is not None:
        parsed, point = options.parse_input(expression, at, budget, asks=False)
    else:
        point = None if at is None else options.point(at)
    from diffcompare.studies.swell.families import numbers
    from diffcompare.studies.swell.study import swell_family, swell_orders

    if parsed is not None:
        swell = swell_orders(parsed, order, at=point, wrt=names, budget=budget)
    else:
        assert family is not None
        swell = swell_family(family, None if n is None else numbers(n), at=point, wrt=names, budget=budget)
    return CommandResult(swell.document(brief=quiet), swell.notes, swell.failure)
