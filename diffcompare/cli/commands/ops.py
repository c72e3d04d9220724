"""`diffcompare ops`: the table of elementary operations, or one row of it."""

from __future__ import annotations

from typing import Annotated

import typer

from diffcompare.cli import completion
from diffcompare.cli.output import Answer

EXAMPLES = (
    "diffcompare ops",
    "diffcompare ops tanh",
    "diffcompare ops -o operations.md",
)


def command(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="One operation.", autocompletion=completion.operations)
    ] = None,
) -> Answer:
    """Show the operations and their partials."""
    from diffcompare.studies.operations_table import ops

    return Answer(ops(name).document())
