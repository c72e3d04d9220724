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
    """Show the operations and their partials.

    The language has numbers `12 .5 2e-3`, names `x1 θ`, `+ - * / ^`, `|x|`, `pi` and `e`, these operations, `if(x > 0,
    a, b)`, named values `a = x^2 + 1; ln(a)/a`, and for `jacobian` outputs in brackets `[x*y, x + y]`:

        -x^2          is -(x^2), and 2^3^2 is 512; ln and log are natural
        2x, 3(x+1)    a product sign may be left out where nobody can misread it
        1/2x, x(y+1)  are errors that show both readings
        sinx, xy      are names, with a warning that shows the other reading; `check` gives no verdict on them
        0.1           is one tenth, and 0.1 + 0.2 == 0.3; in doubles it is not, and `grad` says where that matters

    In place of an expression, `-` is standard input, `@name` an entry of the catalogue (`diffcompare list`), and
    `FILE.toml:name` one of a file of yours.  The coordinates of a point are doubles: at x=0.1, `x == 0.1` is false.

    Other notations:
    LaTeX and the notations of computer algebra, programs and spreadsheets are read where they have one reading, and a
    note echoes it; where there are several, all are shown, each to paste.  `--notation` says what a text is, and then
    it means what it means there: in a spreadsheet `-A1^2` is (-A1)^2, in Fortran `1/3` is 0.

    An operation is one row of a table, `diffcompare/language/operations.py`, which says how to add one.
    """
    from diffcompare.studies.listings import ops

    return CommandResult(ops(name).document())
