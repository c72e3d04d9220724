"""`diffcompare lesson`: the demos as one page for the browser, as slides, or as a sheet for students."""

from __future__ import annotations

from typing import Annotated

from diffcompare import safe_io
from diffcompare.classroom.demos import NAMES, SURVEY, TEN, select_demos
from diffcompare.cli import options
from diffcompare.cli.arguments import OUTPUT, Argument, Option
from diffcompare.cli.commands.demo import NEEDS_EXPRESSION, OwnExpression, complete_demos
from diffcompare.cli.output import CommandResult, Settings, check_destination, choose_format, progress_line
from diffcompare.diagnostics import note, usage_error
from diffcompare.output_folder import is_same_file
from diffcompare.render import format_of_suffix

EXAMPLES = (
    "diffcompare lesson --minutes 45 -o lesson.html",
    "diffcompare lesson trace step --slides -o slides.html",
    'diffcompare lesson --expr "x*tanh(x)" --sheet -o sheet.html --key key.html',
)
MORE_FORMATS = ("svg", "png", "pdf")


def command(
    settings: Settings,
    names: Annotated[
        list[str] | None,
        Argument(metavar="NAME...", help="Demos. [default: the ten class demos]", autocompletion=complete_demos),
    ] = None,
    expr: OwnExpression = None,
    at: options.At = None,
    ops: options.Ops = None,
    minutes: options.Minutes = None,
    as_slides: Annotated[bool, Option("--slides", help="Write slides, one frame each.", group=OUTPUT)] = False,
    as_sheet: Annotated[
        bool, Option("--sheet", help="Write a student's sheet of two pages, with gaps to fill.", group=OUTPUT)
    ] = False,
    key: Annotated[
        str | None, Option("--key", metavar="FILE", help="Write the solutions of the sheet to FILE.", group=OUTPUT)
    ] = None,
    lang: options.Language = "en",
) -> CommandResult:
    """Write demos as a page, as slides or as a sheet of paper.

    The page and the slides are one file each and need no network.

    Keys step through the page (they can be switched off).  Another point, or another of the expressions that it offers,
    is replayed in full by the page's own tape.  In the V of the errors, keys or pointer move h and show the digits that
    cancel; swell has bars, of nodes or of errors.  It has a mode for projectors, follows the system (dark, no motion,
    forced colours, screen readers), and prints one demo a page with every step.

    A lesson of your own:
    With `--expr "tanh(x1*x2) + sqrt(x1)" --at x1=1,x2=2` four-ways, trace, swell, step, sweeps, tape and hessian are
    about that function; a note says which demos keep functions of their own, and sliders move the point in all of them,
    into other branches too.  `--expr FILE.py:f` steps through a Python function with the running line marked; at
    another point its recording is replayed as long as every decision comes out the same way, and where it does not the
    page says so.

    Time, slides and paper:
    `--minutes 45` chooses the demos that fit and leaves out steps where there are too many; with names it shortens
    those demos.  It prints the plan; the minutes are estimated from the words, rows and questions of the steps.
    `--slides` has one frame a slide, and one a page where the browser prints it: arrow keys and space go on, `o` shows
    all slides, `w` opens notes and a clock, `?` lists the keys.  `--sheet` has two pages of tasks about the function
    and questions of the demos, for A4 and letter; `--key key.html` has the solutions.
    """
    _check_kind(as_slides, as_sheet, key, settings)
    check_destination(settings)
    from diffcompare.classroom.demos.report import document
    from diffcompare.classroom.lesson import own_lesson, page, plan, sheet, sheet_page, slides

    if ops is not None and expr is None:
        raise usage_error("E506", "`--ops` is for your own expression", NEEDS_EXPRESSION)
    with progress_line("diffcompare lesson"):
        parsed = point = None
        chosen, own = select_demos(names or (TEN if minutes is None else NAMES), NAMES), None
        if expr is not None or at is not None:
            parsed, point = options.parse_input(SURVEY if expr is None else expr, at, asks=False)
            own = own_lesson.own_lesson([demo.name for demo in chosen], parsed, point, are_asked=bool(names))
            chosen = list(own.demos)
        notes = (note("W585", own.note),) if own is not None and own.note else ()
        lesson = plan.planned(chosen, minutes, are_named=bool(names))
        plays = [planned.computed for planned in lesson.demos]
        if as_sheet:
            tasks = sheet.make(plays, parsed, point)
            written = sheet_page.page(tasks)
            if key is not None:
                safe_io.write_file(key, sheet_page.page(tasks, solved=True))
            return CommandResult(tasks.document(), notes, page=written)
        written = slides.slides(lesson) if as_slides else page.page(plays, own, None if minutes is None else lesson)
        if minutes is None:
            return CommandResult(document(plays, brief=settings.quiet), notes, page=written)
        shown = plan.document(lesson)
        return CommandResult(shown, notes, page=written, summary=shown)


def _check_kind(as_slides: bool, as_sheet: bool, key: str | None, settings: Settings) -> None:
    """Raise an error if the options contradict each other, or if the key could not be written."""
    if as_slides and as_sheet:
        raise usage_error("E506", "`--slides` and `--sheet` contradict each other", "write one after the other")
    if (as_slides or as_sheet) and choose_format(settings) in ("svg", "png", "pdf"):
        message = "slides and sheets are laid out by a browser, which also prints them to PDF"
        raise usage_error("E506", message, "write `-o FILE.html`, open it, and print it")
    if key is None:
        return
    if not as_sheet:
        raise usage_error("E506", "`--key` is for the sheet", "add `--sheet`")
    if format_of_suffix(key) != "html":
        raise usage_error(
            "E506", f"the key is a page, and `{key}` does not end in .html", "for example `--key key.html`"
        )
    if settings.output is not None and is_same_file(settings.output, key):
        raise usage_error("E506", f"the sheet and its key are both to be `{key}`", "give the key a name of its own")
    safe_io.check_destination(key)
