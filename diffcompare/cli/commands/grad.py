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
    """Compare ways of differentiating an expression.

    By default six methods answer; `--method all` adds the backward difference, the five-point stencil, Richardson's
    extrapolation and the complex step.  The hand is `--hand`, a formula of the file or of the catalogue, or the program
    applies the rules of the textbook one by one; `-v` says which, and has tables with these columns:

        error, relative  distance from the truth, and the same over the size of the truth
        ulp              that distance over the spacing of doubles at the truth: up to 0.5 is the best a double can do
        digits           correct decimal digits, of the 15.9 that a double has
        calls            how often f was evaluated
        work, per f      elementary operations in all, and over those of f: counted, so the same on every machine
        tree, DAG        nodes of the gradient's formulas written out, and with equal parts shared
        swell            that tree over the tree of f

    The truth:
    It is one reverse sweep in ball arithmetic (numbers with a bound of their own error, by the library Arb), rounded to
    25 digits and checked against a difference quotient of values.  Where it takes longer than `--budget`, or where
    python-flint is not installed (Alpine Linux, WebAssembly), the table says so and has all the rest.  Where an `if`
    fills a gap, as in `if(x == 0, 1/2, (1 - cos(x))/x^2)`, power series say what happens on both sides.

    No derivative:
    The answer has both slopes, and what each method returns there all the same; the exit code is 3.  Where f has no
    value, what `--with` asks is shown beside that.

    Python functions:
    `FILE.py:name` is recorded as it runs at the point.  Its parameters are the variables, and defaults that are numbers
    the default point; a vector is `--at "w=[1,2,3]"`, and its parts are `w[0]`, also in `--wrt` and `--hand`.  Names of
    `math` and NumPy record as they are; what cannot be recorded, as `int(x)`, is an error with the line.  Differences
    call the function on its own path; sympy takes it if it never branches on a value.  `--hand FILE.py:df` is a
    gradient of your own.  Beyond 200,000 operations or 2,000 inputs it runs on whole arrays: the answer is the norm and
    the largest entry, and `-o gradient.npz` has all of it.

    Other libraries:
    Each library of `--with` runs in a process of its own, in both modes where it has both; one that is missing is a
    row.  Its version, its own value of f where that differs, and its convention at a kink stand beside it.  `--native`
    is for a function that is written with the arrays of that library.

    In a terminal sympy's partials fill in as they come; Ctrl-C stops sympy alone, and what is there stays.  `--simplify
    full` takes a hundred times as long as differentiating, and what it gets done within the budget differs between
    machines.  How expressions are written: `diffcompare ops --help`.
    """
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
