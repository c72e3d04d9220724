"""`diffcompare demo`: how the methods work, step by step, in class."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from diffcompare.cli import completion, options
from diffcompare.cli.output import CommandResult, Settings, check, choose_format, choose_look, is_terminal
from diffcompare.cli.progress import sign_of_life
from diffcompare.diagnostics import usage_error
from diffcompare.document import Document

if TYPE_CHECKING:
    from diffcompare.classroom.demos.frame import Demo

EXAMPLES = (
    "diffcompare demo --list",
    'diffcompare demo trace --expr "x*exp(-x^2)" --at x=1',
    "diffcompare demo all --handout lecture",
)


def command(
    settings: Settings,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME...", help="Demos, or all. [default: the list]", autocompletion=completion.demos),
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="What there is, with claims and minutes.")] = False,
    expr: Annotated[
        str | None,
        typer.Option("--expr", metavar="EXPR", help="Of `trace`: an expression of your own."),
        options.READS_EXPRESSION,
    ] = None,
    at: options.At = None,
    lang: options.Language = "en",
    frames: Annotated[bool, typer.Option("--frames", help="Every frame once, without a player.")] = False,
    frame: Annotated[int | None, typer.Option("--frame", metavar="N", help="This frame alone.")] = None,
    auto: Annotated[
        float | None,
        typer.Option("--auto", metavar="SEC", help="Go on by itself.", parser=options.positive("--auto", "5")),
    ] = None,
    handout: Annotated[
        str | None, typer.Option("--handout", metavar="DIR", help="Write Markdown and SVG of every demo there.")
    ] = None,
) -> CommandResult | int:
    """Show how the methods work, step by step."""
    from diffcompare.classroom.demos.frame import localized
    from diffcompare.classroom.demos.report import catalogue, compute, document

    check(settings)
    if list_ or not (names or expr is not None or at is not None):
        return CommandResult(catalogue())
    demos = list(map(localized, _chosen(names or ["trace"], expr, at)))
    if frame is not None and len(demos) > 1:
        raise usage_error("E584", "`--frame` is a frame of one demo", "for example `demo trace --frame 3`")
    if handout is not None:
        return CommandResult(_written(demos, handout, settings.output))
    if not (frames or settings.quiet or frame is not None) and _plays(settings):
        from diffcompare.classroom.player.player import run

        run(demos, choose_look(settings), seconds=auto, digits=settings.digits)
        return 0
    with sign_of_life(f"diffcompare demo {' '.join(demo.name for demo in demos)}"):
        computed = list(map(compute, demos))
        return CommandResult(document(computed, brief=settings.quiet, only=frame))


def _plays(settings: Settings) -> bool:
    """Whether somebody is there to press keys."""
    return choose_format(settings) == "terminal" and is_terminal(sys.stdin) and is_terminal(sys.stdout)


def _chosen(names: Sequence[str], expr: str | None, at: Sequence[str] | None) -> list[Demo]:
    from diffcompare.classroom.demos import load_demo, select_demos

    if expr is None and at is None:
        return select_demos(names)
    other = next((name for name in names if name != "trace"), None)
    if other is not None:
        raise usage_error("E584", f"`{other}` has expressions of its own", 'write `demo trace --expr "x^2" --at x=3`')
    from diffcompare.classroom.demos.trace import SURVEY, frames_of

    question, point = options.asked(SURVEY if expr is None else expr, at)
    frames = tuple(frames_of(question, point))  # what is wrong with it is said before the screen is taken
    return [load_demo("trace")._replace(frames=lambda: frames)]


def _written(demos: Sequence[Demo], directory: str, output: str | None) -> Document:
    from diffcompare.classroom.handout import write

    with sign_of_life("writing the handout"):
        return write(demos, directory, output)
