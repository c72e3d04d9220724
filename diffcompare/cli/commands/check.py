"""`diffcompare check`: is this derivative right, and if not, why?"""

from __future__ import annotations

from typing import Annotated

import typer

from diffcompare.cli import options
from diffcompare.cli.output import Answer

EXAMPLES = (
    'diffcompare check "x^2*sin(x)" --hand x="2*x*cos(x)"',
    'diffcompare check "ln(|x|)" --hand x="1/|x|" --domain "x > 0"',
    'diffcompare check "x1*x2^2" --hand x1="x2^2" --hand x2="2*x1" --solution',
)


def command(
    expression: options.Expression,
    hand: options.Hand = None,
    domain: Annotated[
        list[str] | None,
        typer.Option("--domain", metavar='"x>0"', help="Look there only. [default: wherever f is smooth]"),
    ] = None,
    seed: options.Seed = 0,
    budget: options.Budget = 5.0,
    solution: Annotated[bool, typer.Option("--solution", help="Show the whole derivation.")] = False,
    quiet: options.Quiet = False,
) -> Answer:
    """Check a derivative, and find the mistake in it."""
    question, _ = options.asked(expression, None)
    from diffcompare.hand import texts_of
    from diffcompare.studies.check import check_question
    from diffcompare.wengert import listing, variables

    texts = texts_of(hand or (), variables(listing(question.parsed.expression)))
    checked = check_question(question, texts, domain=domain or (), seed=seed, budget=budget, solution=solution)
    return Answer(checked.document(brief=quiet), checked.notes, None, checked.exit_code)
