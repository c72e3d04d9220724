"""`diffcompare lesson`: the demos as one page for the browser."""

from __future__ import annotations

from typing import Annotated

from diffcompare.classroom.demos import NAMES, OWN, SURVEY, TEN, select_demos
from diffcompare.cli import options
from diffcompare.cli.arguments import Argument
from diffcompare.cli.commands.demo import NEEDS_EXPRESSION, OwnExpression, complete_demos
from diffcompare.cli.output import CommandResult
from diffcompare.diagnostics import usage_error

EXAMPLES = (
    "diffcompare lesson -o lesson.html",
    "diffcompare lesson trace step -o two.html",
    'diffcompare lesson trace --expr "x*tanh(x)" --at x=1 -o own.html',
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
    from diffcompare.classroom.lesson import page, programs

    if ops is not None and expr is None:
        raise usage_error("E506", "`--ops` is for your own expression", NEEDS_EXPRESSION)
    chosen, own = select_demos(names or TEN, NAMES), None
    if expr is not None or at is not None:
        parsed, point = options.parse_input(SURVEY if expr is None else expr, at, asks=False)
        from diffcompare.classroom.own_program import own_demo

        played = ("trace",) if parsed.program is None else OWN
        selected = [demo.name for demo in chosen]
        if not set(played) & set(selected):
            plays_own = "`trace`" if parsed.program is None else "`trace`, `tape` and `branches`"
            raise usage_error("E506", f"`--expr` and `--at` are for {plays_own}", f"add it: `lesson {played[0]}`")
        if "trace" in selected:
            own = programs.staged(parsed, point)
        chosen = [own_demo(demo.name, parsed, point) if demo.name in played else demo for demo in chosen]
    plays = [compute(demo) for demo in chosen]
    return CommandResult(document(plays, brief=quiet), page=page.page(plays, own))
