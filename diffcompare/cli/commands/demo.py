"""`diffcompare demo`: the methods step by step, for the classroom."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, TypeAlias

from diffcompare import safe_io
from diffcompare.classroom.demos import NAMES, OWN, SURVEY, select_demos
from diffcompare.cli import arguments, options
from diffcompare.cli.arguments import OUTPUT, READS_EXPRESSION, Argument, Option
from diffcompare.cli.output import (
    CommandResult,
    Settings,
    check_destination,
    choose_format,
    choose_look,
    progress_line,
)
from diffcompare.diagnostics import usage_error
from diffcompare.document import Document

if TYPE_CHECKING:
    from diffcompare.classroom.demos.frame import Demo

NEEDS_EXPRESSION = 'add it: `--expr "sinh2(x)*x"`'

EXAMPLES = (
    "diffcompare demo --list",
    'diffcompare demo trace --expr "x*exp(-x^2)" --at x=1',
    "diffcompare demo all --handout lecture",
)
MORE_FORMATS = ("svg", "png", "pdf")


def complete_demos(incomplete: str) -> list[str]:
    """Complete names of demos and `all`."""
    return arguments.beginning(incomplete, [*NAMES, "all"])


Names: TypeAlias = Annotated[
    list[str] | None,
    Argument(metavar="NAME...", help="Demos, or all. [default: the list]", autocompletion=complete_demos),
]
OwnExpression: TypeAlias = Annotated[
    str | None,
    Option("--expr", metavar="EXPR", help="Your own function in the demos that are about one: EXPR or FILE.py:f."),
    READS_EXPRESSION,
]
List: TypeAlias = Annotated[bool, Option("--list", help="List the demos with their claims and minutes.", group=OUTPUT)]
Frames: TypeAlias = Annotated[
    bool, Option("--frames", help="Print every frame once, without the player.", group=OUTPUT)
]
FrameNumber: TypeAlias = Annotated[
    int | None, Option("--frame", metavar="N", help="Show only this frame.", group=OUTPUT)
]
Auto: TypeAlias = Annotated[
    float | None,
    Option(
        "--auto",
        metavar="S",
        help="Advance every S seconds.",
        parser=arguments.positive("--auto", "5"),
        group=OUTPUT,
    ),
]
Handout: TypeAlias = Annotated[
    str | None, Option("--handout", metavar="DIR", help="Write every demo to DIR as Markdown and SVG.", group=OUTPUT)
]


def command(
    settings: Settings,
    names: Names = None,
    list_: List = False,
    expr: OwnExpression = None,
    at: options.At = None,
    ops: options.Ops = None,
    lang: options.Language = "en",
    frames: Frames = False,
    frame: FrameNumber = None,
    auto: Auto = None,
    handout: Handout = None,
) -> CommandResult | int:
    """Show how the methods work, step by step.

    Space goes on, left goes back, `p` hides the decisive number until the next key, `b` breaks the rule and shows the
    damage beside the truth, `?` lists the keys.  In a pipe every frame is printed once.  `demo nan kinks` plays two
    demos, `demo all` is a lecture, and `--handout` writes it down in Markdown and SVG; pages that you have changed
    since are not overwritten.

    `demo tape --expr FILE.py:f` plays the run of a function: its source with the operation at work, and the tape beside
    it.
    """
    check_destination(settings)
    if ops is not None and expr is None:
        raise usage_error("E506", "`--ops` is for your own expression", NEEDS_EXPRESSION)
    if list_ or not (names or expr is not None or at is not None):
        from diffcompare.classroom.demos.report import catalogue

        return CommandResult(catalogue())
    demos = _selected(names or ["trace"], expr, at)
    if frame is not None and len(demos) > 1:
        raise usage_error("E506", "`--frame` needs a single demo", "for example `demo trace --frame 3`")
    if handout is not None:
        return CommandResult(_write_handout(demos, handout, settings.output))
    if not (frames or settings.quiet or frame is not None) and _can_play(settings):
        from diffcompare.classroom.player.player import run

        run(demos, choose_look(settings), seconds=auto, digits=settings.digits)
        return 0
    from diffcompare.classroom.demos.report import compute, document  # the player begins without

    with progress_line(f"diffcompare demo {' '.join(demo.name for demo in demos)}"):
        plays = [compute(demo) for demo in demos]
        return CommandResult(document(plays, brief=settings.quiet, only=frame))


def _can_play(settings: Settings) -> bool:
    """Tell whether there is a terminal and somebody to press keys."""
    return choose_format(settings) == "terminal" and safe_io.is_terminal(sys.stdin) and safe_io.is_terminal(sys.stdout)


def _selected(names: Sequence[str], expr: str | None, at: Sequence[str] | None) -> list[Demo]:
    if expr is None and at is None:
        return select_demos(names)
    other = next((name for name in names if name not in OWN), None)
    if other is not None:
        raise usage_error("E506", f"`{other}` has its own expressions", 'write `demo trace --expr "x^2" --at x=3`')
    parsed, point = options.parse_input(SURVEY if expr is None else expr, at, asks=False)
    from diffcompare.classroom.own_program import own_demo

    return [own_demo(name, parsed, point) for name in dict.fromkeys(names)]


def _write_handout(demos: Sequence[Demo], directory: str, output: str | None) -> Document:
    from diffcompare.classroom.handout import write

    with progress_line("writing the handout"):
        return write(demos, directory, output)
