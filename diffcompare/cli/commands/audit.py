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
    """Audit engines: does what they return agree with the truth?"""
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
