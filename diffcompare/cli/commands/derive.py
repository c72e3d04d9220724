"""`diffcompare derive`: the derivative as a person works it out, one rule a line."""

from __future__ import annotations

from diffcompare.cli import options, streams
from diffcompare.cli.output import Answer

EXAMPLES = (
    'diffcompare derive "ln(x1) + x1*x2 - sin(x2)" --wrt x1',
    "diffcompare derive @rosenbrock -o rosenbrock.tex",
    'diffcompare derive "x^2*sin(x)" --at x=1 --json',
)


def command(
    expression: options.Expression,
    at: options.At = None,
    wrt: options.Wrt = None,
    quiet: options.Quiet = False,
) -> Answer:
    """Derive by the textbook, one rule a line."""
    from diffcompare.source import resolve

    point = None if at is None else options.point(at)
    question = resolve(expression, stdin=streams.read_input, names=tuple(point or ()))
    from diffcompare.studies.derive import derive_question

    derived = derive_question(question, at=point, wrt=options.split(wrt))
    return Answer(derived.document(brief=quiet), derived.notes, derived.failure)
