"""`diffcompare audit`: real engines against the truth, case by case."""

from __future__ import annotations

import json
from typing import Annotated

from diffcompare import safe_io
from diffcompare.cli import arguments, options
from diffcompare.cli.arguments import METHODS, OUTPUT, READS_FILE, Argument, Option, Reads
from diffcompare.cli.output import INTERRUPTED, CommandResult
from diffcompare.engines.cases import cases_of_file
from diffcompare.engines.own_engine import is_own_engine
from diffcompare.inputs.files import read_text
from diffcompare.studies.audit import MODE_BUDGET, audit
from diffcompare.studies.audit_changes import changed, saved
from diffcompare.studies.audit_suite import check_right_values

EXAMPLES = (
    "diffcompare audit autograd",
    "diffcompare audit jax --save jax.json",
    "diffcompare audit my_engine.py --cases mine.toml",
)


def command(
    engines: Annotated[
        list[str] | None,
        Argument(
            metavar="ENGINE...",
            help="torch, jax, ..., or a Python file with a function `gradient(f, point)`, and if you like `hessian(f, "
            "point)`, `value(f, point)`, `derivative(f, x)`, `complex_derivative(f, z)`. [default: all installed]",
            autocompletion=arguments.words_at("engines.registry:engine_names"),
        ),
        Reads(lambda name: name if is_own_engine(name) else None),
    ] = None,
    cases: Annotated[
        str | None,
        Option("--cases", metavar="FILE", help="Cases of your own (TOML) in place of ours."),
        READS_FILE,
    ] = None,
    save: Annotated[
        str | None,
        Option("--save", metavar="audit.json", help="Keep every number, to compare with later.", group=OUTPUT),
    ] = None,
    against: Annotated[
        str | None,
        Option("--against", metavar="FILE", help="Show what differs from an audit that was saved."),
        READS_FILE,
    ] = None,
    budget: options.Budget = 10.0,
    mode_budget: Annotated[
        float,
        Option(
            "--mode-budget",
            metavar="S",
            help="Seconds for all questions to one mode of an engine; the others are not asked.",
            parser=arguments.positive("--mode-budget", "180"),
            group=METHODS,
        ),
    ] = MODE_BUDGET,
    quiet: options.Quiet = False,
) -> CommandResult:
    """Audit engines: does what they return agree with the truth?

    Some 400 cases are put to each engine, to first and second order, in all modes: the catalogue, every operation at
    its samples, edge cases, derivatives inside of derivatives, and complex numbers.  Each number is judged against a
    truth with a bound; none is wrong while rounding explains it: up to 8 units beside the intermediate values, 16 (32
    to second order) beside 1.  The report has what is finite and wrong with the cure, where modes differ, and a matrix
    of cases and engines; `-o report.html` sorts.

    An engine of your own:
    It is a Python file with these functions, of which only the first is needed:

        gradient(f, point)        the partials of f
        hessian(f, point)         the matrix of second partials, whose diagonal is judged
        value(f, point)           the value that the engine computes on its way
        derivative(f, x)          the derivative of a function of one number, which may stand inside of itself
        complex_derivative(f, z)  f' of an analytic function of a complex number, f_x + i f_y of a real one

    The functions that a question may use have our names in the file (`from math import *`).  `--cases` takes stanzas in
    the format of `diffcompare/engines/cases.toml`; to add a case there is to add a stanza.

    Time and exit code:
    Edge cases come first, and the report says how many of how many questions were asked.  PyTensor compiles every
    graph, keeps what it has compiled, and comes further the next time.  Ctrl-C ends an audit with what was judged.  The
    exit code is 1 where a number is finite and wrong, 2 where no engine returned a number, 130 after Ctrl-C.
    """
    given = () if cases is None else cases_of_file(cases)
    check_right_values(given, cases or "", budget)
    earlier = None if against is None else saved(read_text(against), against)
    if save is not None:
        read = [name for name in engines or () if is_own_engine(name)]
        safe_io.protect_inputs([*read, *[file for file in (cases, against) if file is not None]], save)
        safe_io.check_destination(save)
    result = audit(engines or "all", budget=budget, mode_budget=mode_budget, cases=given, keep_interrupted=True)
    if save is not None:
        safe_io.write_file(save, json.dumps(result.data(), ensure_ascii=False, indent=1))
    document = result.document(brief=quiet) if earlier is None else changed(result, earlier=earlier)
    code = INTERRUPTED if result.was_interrupted else 1 if result.wrong else 0
    return CommandResult(document, failure=result.failure, code=code)
