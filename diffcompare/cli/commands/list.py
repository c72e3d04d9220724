"""`diffcompare list`: the catalogue of examples."""

from __future__ import annotations

from typing import Annotated

import typer

from diffcompare.cli import completion
from diffcompare.cli.output import Answer

EXAMPLES = (
    "diffcompare list",
    "diffcompare list physics",
    "diffcompare list --json",
)


def command(
    group: Annotated[
        str | None, typer.Argument(metavar="GROUP", help="One group.", autocompletion=completion.groups)
    ] = None,
) -> Answer:
    """List the catalogue of examples (@name)."""
    from diffcompare.studies.examples import examples

    return Answer(examples(group).document())
