"""`diffcompare grad`: all ways of differentiating an expression at a point, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from diffcompare.cli import options
from diffcompare.cli.output import INTERRUPTED, CommandResult, LiveOutput
from diffcompare.diagnostics import ManyNumbers

EXAMPLES = (
    'diffcompare grad "ln(x1) + x1*x2 - sin(x2)" --at x1=2,x2=5',
    "diffcompare grad -x^2 --at x=pi/3 --method forward-ad,reverse-ad",
    'diffcompare grad "x*y" --hand x=y --hand y=x -o result.html',
)
MORE_FORMATS = ("npz",)


def command(
    expression: options.Expression,
    at: options.At = None,
    hand: options.Hand = None,
    method: options.Method = None,
    engines: options.With = None,
    native: options.Native = None,
    wrt: options.Wrt = None,
    step: options.Step = None,
    budget: options.Budget = 5.0,
    truth: options.Truth = True,
    simplify: options.Simplify = "quick",
    ops: options.Ops = None,
    verbose: options.Verbose = False,
    quiet: options.Quiet = False,
    live: LiveOutput | None = None,
) -> CommandResult:
    """Compare ways of differentiating an expression."""
    libraries = options.split(native)
    methods = options.methods(method, engines=engines, native=libraries)
    try:
        parsed, point = options.parse_input(expression, at, budget, native=libraries)
    except ManyNumbers as refused:
        return _on_arrays(refused, hand, methods, options.split(wrt), budget, truth=truth, quiet=quiet)
    formulas = None if hand is None else options.hand(hand, parsed)
    from diffcompare.studies.compare import compare_question

    comparison = compare_question(
        parsed, at=point, hand=formulas, wrt=options.split(wrt), methods=methods, step=step, budget=budget, truth=truth,
        simplify=simplify, watch=None if live is None else lambda grown: live.show(_result(grown, quiet=quiet)),
    )  # fmt: skip
    return _result(comparison, quiet=quiet)


def _result(comparison: Any, *, quiet: bool) -> CommandResult:
    document = comparison.document(brief=quiet)
    if not comparison.has_tables:  # the failure on stderr says it all
        document = document._replace(blocks=())
    code = INTERRUPTED if comparison.was_interrupted else 0
    return CommandResult(document, comparison.notes, comparison.failure, code)


def _on_arrays(
    refused: ManyNumbers, hand: Any, methods: Sequence[str], wrt: Sequence[str], budget: float | None, *, truth: bool,
    quiet: bool,
) -> CommandResult:  # fmt: skip
    """Compare what can be compared of a function of large arrays."""
    from diffcompare.studies.array_comparison import compare_arrays

    own = None if hand is None else (lambda program: options.hand_of_arrays(hand, program))
    comparison = compare_arrays(refused, hand=own, wrt=wrt, methods=methods, budget=budget, truth=truth)
    return CommandResult(comparison.document(brief=quiet), comparison.notes, comparison.failure)
