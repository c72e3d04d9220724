"""`diffcompare derive`: the derivative as a person works it out, one rule per line."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from diffcompare.cli import arguments, options
from diffcompare.cli.arguments import OUTPUT
from diffcompare.cli.output import CommandResult

LANGUAGES = ("python", "numpy", "javascript", "c", "torch", "jax")

EXAMPLES = (
    'diffcompare derive "ln(x1) + x1*x2 - sin(x2)" --wrt x1',
    "diffcompare derive @rosenbrock -o rosenbrock.tex",
    'diffcompare derive "x^2*sin(x)" --at x=1 --code python',
)

Code: TypeAlias = Annotated[
    str | None,
    arguments.word_option(
        "--code", "LANGUAGE", LANGUAGES, f"Write programs: {'|'.join(LANGUAGES)}", "language", group=OUTPUT
    ),
]


def command(
    expression: options.Expression,
    at: options.At = None,
    wrt: options.Wrt = None,
    code: Code = None,
    ops: options.Ops = None,
    quiet: options.Quiet = False,
) -> CommandResult:
    """Differentiate by the textbook, one rule per line.

    `--code` prints the gradient as a program that runs by itself: by formulas, and as a straight-line reverse sweep (in
    C99 with the value too).  `torch` and `jax` print f with that sweep as its own `backward`: a
    `torch.autograd.Function`, which passes `torch.autograd.gradcheck`, and a `custom_vjp`.
    """
    parsed, point = options.parse_input(expression, at)
    from diffcompare.studies.derive import derive_question

    derived = derive_question(parsed, at=point, wrt=options.split(wrt))
    document = derived.document(brief=quiet) if code is None else derived.code_document(code)
    return CommandResult(document, derived.notes, derived.failure)
