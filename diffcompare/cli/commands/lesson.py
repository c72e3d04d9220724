"""`diffcompare lesson`: the demos as one page for the browser."""

from __future__ import annotations

from typing import Annotated

from diffcompare.classroom.demos import NAMES, SURVEY, TEN, select_demos
from diffcompare.cli import options
from diffcompare.cli.arguments import Argument
from diffcompare.cli.commands.demo import NEEDS_EXPRESSION, OwnExpression, complete_demos
from diffcompare.cli.output import CommandResult
from diffcompare.diagnostics import note, usage_error

EXAMPLES = (
    "diffcompare lesson -o lesson.html",
    "diffcompare lesson trace step -o two.html",
    'diffcompare lesson --expr "x*tanh(x)" --at x=1 -o own.html',
)
MORE_FORMATS = ("svg", "png", "pdf")


def command(
    names: Annotated[
        list[str] | None,
        Argument(metavar="NAME...", help="Demos. [default: the ten class demos]", autocompletion=complete_demos),
    ] = None,
    expr: OwnExpression = None,
    at: options.At = None,
    ops: options.Ops = None,
    lang: options.Language = "en",
    quiet: options.Quiet = False,
) -> CommandResult:
    """Write demos as one page that needs no network."""
    from diffcompare.classroom.demos.report import compute, document
    from diffcompare.classroom.lesson import own_lesson, page

    if ops is not None and expr is None:
        raise usage_error("E506", "`--ops` is for your own expression", NEEDS_EXPRESSION)
    chosen, own = select_demos(names or TEN, NAMES), None
    if expr is not None or at is not None:
        parsed, point = options.parse_input(SURVEY if expr is None else expr, at, asks=False)
        own = own_lesson.own_lesson([demo.name for demo in chosen], parsed, point, are_asked=bool(names))
        chosen = list(own.demos)
    plays = [compute(demo) for demo in chosen]
    notes = (note("W585", own.note),) if own is not None and own.note else ()
    return CommandResult(document(plays, brief=quiet), notes, page=page.page(plays, own))
