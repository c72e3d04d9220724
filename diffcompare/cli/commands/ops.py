"""`diffcompare ops`: the table of elementary operations, or one of its rows."""

from __future__ import annotations

from typing import Annotated

from diffcompare.cli.arguments import Argument, words_at
from diffcompare.cli.output import CommandResult

EXAMPLES = (
    "diffcompare ops",
    "diffcompare ops tanh",
    "diffcompare ops -o operations.md",
)


def command(
    name: Annotated[
        str | None,
        Argument(
            metavar="NAME",
            help="One operation.",
            autocompletion=words_at("language.operations:OPERATIONS"),
        ),
    ] = None,
) -> CommandResult:
    """Show the operations and their partials."""
    from diffcompare.studies.listings import ops

    return CommandResult(ops(name).document())
