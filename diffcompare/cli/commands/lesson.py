"""`diffcompare lesson`: demos as one page for the browser."""

from __future__ import annotations

from typing import Annotated

import typer

from diffcompare.cli import completion, options
from diffcompare.cli.output import Answer

EXAMPLES = (
    "diffcompare lesson -o lesson.html",
    "diffcompare lesson trace step -o two.html",
    "diffcompare lesson all -o everything.html",
)


def command(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME...", help="Demos. [default: the ten]", autocompletion=completion.demos),
    ] = None,
    lang: options.Language = "en",
    quiet: options.Quiet = False,
) -> Answer:
    """Write demos as one page that opens without a network."""
    from diffcompare.studies.demos import NAMES, TEN, demos
    from diffcompare.studies.demos.play import document, played
    from diffcompare.studies.demos.translation import told
    from diffcompare.studies.lesson.page import page

    plays = [played(told(which)) for which in demos(names or TEN, NAMES)]
    return Answer(document(plays, brief=quiet), page=page(plays))
