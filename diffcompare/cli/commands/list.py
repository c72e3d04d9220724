"""`diffcompare list`: the catalogue of examples."""

from __future__ import annotations

from typing import Annotated

from diffcompare.cli.arguments import Argument, words_at
from diffcompare.cli.output import CommandResult

EXAMPLES = (
    "diffcompare list",
    "diffcompare list physics",
    "diffcompare list --json",
)


def command(
    group: Annotated[
        str | None,
        Argument(metavar="GROUP", help="One group.", autocompletion=words_at("inputs.catalogue:GROUPS")),
    ] = None,
) -> CommandResult:
    """List the catalogue of examples (@name).

    Each has a point, a source and a lesson.  Files of your own have the same format as the folder `expressions`, and
    `FILE.toml:name` is an entry of one.
    """
    from diffcompare.studies.listings import examples

    return CommandResult(examples(group).document())
