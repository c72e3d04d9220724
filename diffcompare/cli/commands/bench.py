"""`diffcompare bench`: the time of a gradient by every method and library."""

from __future__ import annotations

from typing import Annotated

from diffcompare.cli import arguments, options
from diffcompare.cli.arguments import METHODS, Option
from diffcompare.cli.output import CommandResult

EXAMPLES = (
    'diffcompare bench "ln(x1) + x1*x2 - sin(x2)" --at x1=2,x2=5',
    "diffcompare bench @rosenbrock --with torch,jax -o bench.svg",
    "diffcompare bench model.py:f --one recorded --seconds 30 --json",
)
MORE_FORMATS = ("svg", "png", "pdf")


def command(
    expression: options.Expression,
    at: options.At = None,
    hand: options.Hand = None,
    method: options.TimedMethod = None,
    engines: options.With = None,
    one: Annotated[
        str,
        Option(
            "--one",
            metavar="NAME",
            help="The method that all are compared with.",
            autocompletion=arguments.words_at("studies.bench_contenders:METHODS"),
            group=METHODS,
        ),
    ] = "reverse-ad",
    wrt: options.Wrt = None,
    step: options.Step = None,
    seconds: options.Seconds = 10.0,
    budget: options.Budget = 5.0,
    ops: options.Ops = None,
    quiet: options.Quiet = False,
) -> CommandResult:
    """Time gradients: every method, in interleaved rounds.

    In every round each contender has one turn, and a ratio is that of two turns in one round, so that a busy machine
    slows both.  Quartiles are those of the rounds; one method is timed against itself, which shows what is only noise.
    Beside the times are the ratio of a gradient to a value of f computed in the same manner, the same ratio in counted
    operations, and the first gradient, with all that is done once.  Libraries run in processes of their own, by their
    own clocks.
    """
    parsed, point = options.parse_input(expression, at, budget)
    formulas = None if hand is None else options.hand(hand, parsed)
    from diffcompare.studies.bench import bench_question

    libraries = list(map(str.lower, options.split(engines)))
    benchmark = bench_question(
        parsed, at=point, hand=formulas, wrt=options.split(wrt), methods=options.split(method), engines=libraries,
        one=one, step=step, seconds=seconds, budget=budget,
    )  # fmt: skip
    return CommandResult(benchmark.document(brief=quiet), benchmark.notes, benchmark.failure)
