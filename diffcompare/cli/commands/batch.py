"""`diffcompare batch`: every expression of many files through every method, with nothing lost."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from diffcompare import safe_io
from diffcompare.cli import options, overwriting
from diffcompare.cli.output import CommandResult, Settings, choose_format, is_terminal, show
from diffcompare.cli.progress import sign_of_life
from diffcompare.diagnostics import Diagnostic, DiffcompareError, usage_error
from diffcompare.output_files import appender, check_destination, is_special

if TYPE_CHECKING:
    from diffcompare.batch.input_files import InputFile
    from diffcompare.batch.pool import Pool
    from diffcompare.batch.row_result import Options, RowSummary
    from diffcompare.batch.run import Batch, Run
    from diffcompare.batch.scheduler import Sink

EXAMPLES = (
    "diffcompare batch formulas.csv -o results.jsonl",
    "diffcompare batch data/ more.txt --jobs 4 -o results.jsonl --resume",
    "diffcompare batch formulas.toml --method symbolic --max-error 1e-9",
)
ROW_BY_ROW = ("jsonl", "csv")
"""Formats in which every row is written as it is done."""


def command(
    settings: Settings,
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="Files, folders, patterns, or - for stdin.", show_default=False),
        options.READS_FILE,
    ],
    input_format: options.InputFormat = None,
    encoding: options.Encoding = None,
    points: options.Points = None,
    method: options.Method = None,
    wrt: options.Wrt = None,
    step: options.Step = None,
    budget: options.Budget = 5.0,
    truth: options.Truth = True,
    simplify: options.Simplify = False,
    max_error: options.MaxError = None,
    jobs: options.Jobs = None,
    scheduler: options.Scheduler = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an interrupted run.")] = False,
    durable: Annotated[bool, typer.Option("--durable", help="Sync every row to the disk.")] = False,
) -> int:
    """Compare ways of differentiating all expressions of files."""
    format = _format(settings)
    if max_error is not None and not truth:
        raise usage_error("E631", "`--max-error` needs the truth", "leave out `--no-truth`")
    from diffcompare.backends.registry import DEFAULT_METHODS, METHODS
    from diffcompare.batch.row_result import Options
    from diffcompare.batch.run import Run

    output = None if settings.output in (None, "-") else settings.output
    found = _places(files, input_format, encoding, points, output, kept=format == "jsonl")
    methods = options.methods(method, METHODS, DEFAULT_METHODS)
    asked = Options(methods, tuple(options.split(wrt)), step, budget, truth, simplify, max_error, format)
    run = Run(found, asked, points=points)
    pool = _open_pool(asked, jobs, scheduler)
    sink, kept = _sink(run, format, output, resume=resume, durable=durable)
    rows: list[RowSummary] = []
    shown = format not in (*ROW_BY_ROW, "plain", "terminal", "json")
    batch = _go(run, sink, pool, rows.append if shown else None, kept=kept)
    return _conclude(run, replace(batch, rows=tuple(rows)), settings, format, output)


def _places(
    files: Sequence[str],
    input_format: str | None,
    encoding: str | None,
    points: str | None,
    output: str | None,
    *,
    kept: bool,
) -> list[InputFile]:
    """The files that are read.  Raises CannotWrite where results, or their state, would be written over one of them.

    What an earlier run wrote into a folder, or among the files of a pattern, is passed over if it is to be replaced.
    """
    from diffcompare.batch.earlier_results import is_state, may_be_replaced
    from diffcompare.batch.input_files import find_input_files
    from diffcompare.batch.journal import state_of

    results = [] if output is None else [output]
    states = [state_of(path) for path in results if kept]
    ours = [*filter(may_be_replaced, results), *filter(is_state, states)]
    found = find_input_files(files, input_format, ours, encoding)
    read = [overwriting.STREAM if place.path is None else place.path for place in found]
    overwriting.keep([*read, *([] if points is None else [points])], *(results or [overwriting.STREAM]), *states)
    return found


# --- Where results go -------------------------------------------------------------------------------------------------


def _format(settings: Settings) -> str:
    """The format of the results: JSON lines, where nobody asks for another and a program reads them."""
    asked = settings.json or settings.format or settings.output not in (None, "-")
    if not asked and not is_terminal(sys.stdout):
        return "jsonl"
    return choose_format(settings)


def _sink(run: Run, format: str, output: str | None, *, resume: bool, durable: bool) -> tuple[Callable[[], Sink], bool]:
    """What opens the results, and whether a run can go on with them.

    They are a file with a journal, a stream, or nothing where the format shows all rows at the end.
    """
    from diffcompare import __version__
    from diffcompare.batch.earlier_results import is_state
    from diffcompare.batch.input_files import is_stream
    from diffcompare.batch.journal import Journal, state_of
    from diffcompare.batch.run import PassThrough, run_identity

    kept = output is not None and format == "jsonl" and not is_special(output)
    if (resume or durable) and not kept:
        flag = "--resume" if resume else "--durable"
        raise usage_error("E632", f"`{flag}` is for results in a file of JSON lines", f"{flag} -o results.jsonl")
    if resume and any(map(is_stream, run.files)):
        raise usage_error("E632", "`--resume` cannot read standard input again", "save it as a file")
    if output is not None:
        check_destination(output)
    if not kept or output is None:
        return lambda: PassThrough(_pass_on(format, output)), False
    state = state_of(output)
    check_destination(state)
    if not is_state(state):
        raise safe_io.CannotWrite(f"`{state}`", "a file that is not the state of a run is there", overwriting.ELSEWHERE)
    identity = run_identity(__version__, run.files, run.points, run.options)
    return lambda: Journal(output, identity, resume=resume, durable=durable), True


def _pass_on(format: str, output: str | None) -> Callable[[bytes], None]:
    if format not in ROW_BY_ROW:
        return lambda written: None
    write = safe_io.write_bytes if output is None else appender(output)
    if format == "csv":
        from diffcompare.batch.row_result import csv_header

        write(csv_header().encode())
    return write


def _open_pool(asked: Options, jobs: int | None, scheduler: str | None) -> Callable[[], Pool]:
    from diffcompare.batch.pool import LocalPool, processors

    if scheduler is None:
        return lambda: LocalPool(asked, jobs or processors(), safe_io.tell)
    if jobs is not None:
        raise usage_error("E631", "`--jobs` is for this machine, and `--scheduler` for others", "keep one")
    from diffcompare.batch.dask_pool import DaskPool

    return lambda: DaskPool(asked, scheduler)


# --- The run ----------------------------------------------------------------------------------------------------------


def _go(
    run: Run,
    sink: Callable[[], Sink],
    pool: Callable[[], Pool],
    keep: Callable[[RowSummary], None] | None,
    *,
    kept: bool,
) -> Batch:
    from diffcompare.batch.input_files import estimate_rows
    from diffcompare.batch.journal import DiskTrouble
    from diffcompare.batch.pool import PoolLost

    try:
        with sign_of_life("diffcompare batch", _details(run, estimate_rows(run.files, run.points))):
            return run.go(sink, pool, keep)
    except KeyboardInterrupt:
        safe_io.complain(f"\ninterrupted: {_rows(run.statistics.rows)} done{'; go on with --resume' * kept}\n")
        raise
    except DiskTrouble as trouble:
        help = f"{safe_io.cure(trouble.error)}, or {overwriting.ELSEWHERE}"
        if run.statistics.rows:
            help = (
                f"{_rows(run.statistics.rows)} stand there whole: {safe_io.cure(trouble.error)} and go on with --resume"
            )
        raise safe_io.CannotWrite(f"`{trouble.path}`", safe_io.reason(trouble.error), help) from None
    except PoolLost as lost:
        message = f"{lost}; {_rows(run.statistics.rows)} done"
        help = f"{lost.help}{', and go on with --resume' * (kept and run.begun)}"
        raise DiffcompareError(Diagnostic("E635", "resource_limit", message, help=help)) from None


def _details(run: Run, expected: int | None) -> Callable[[float], str]:
    """What the line on the screen says: how many rows, how fast, how long still, how many of them failed."""

    def details(passed: float) -> str:
        done, failed = run.statistics.rows, run.statistics.failed
        rate = (done - run.resumed) / passed
        said = f"{_rows(done)}, {rate:.0f} a second" if rate >= 10 else f"{_rows(done)}, {rate:.1f} a second"
        if expected is not None and rate > 0 and expected > done:
            said += f", {_duration((expected - done) / rate)} left"
        return f"{said}, {failed} failed" if failed else said

    return details


def _duration(seconds: float) -> str:
    minutes, hours = seconds / 60, seconds / 3600
    return f"{seconds:.0f} s" if seconds < 100 else f"{minutes:.0f} min" if minutes < 100 else f"{hours:.1f} h"


def _rows(count: int) -> str:
    return f"{count:,} row{'s' * (count != 1)}"


# --- The end ----------------------------------------------------------------------------------------------------------


def _conclude(run: Run, batch: Batch, settings: Settings, format: str, output: str | None) -> int:
    """Show the figures where the rows are not, name the rows that failed, and return the exit code."""
    if run.resumed and not settings.quiet:
        safe_io.complain(f"{_rows(run.resumed)} were there already\n")
    if output is not None and format not in ROW_BY_ROW:
        show(CommandResult(batch.document()), settings)
    summary = replace(batch, rows=())
    if format in ROW_BY_ROW and output is None:
        if not settings.quiet:
            safe_io.complain(f"{summary}\n")
    elif output is not None:
        show(
            CommandResult(summary.document(brief=settings.quiet)),
            settings._replace(output=None, format=None, json=False),
        )
    else:
        show(CommandResult(batch.document(brief=settings.quiet)), settings)
    if not settings.quiet:
        for note in batch.notes:
            safe_io.tell(note)
    if not batch.statistics.failed:
        return 0
    safe_io.complain(_failed(batch))
    return 1


def _failed(batch: Batch) -> str:
    """The last lines: which rows failed, and why."""
    from diffcompare.diagnostics import one_line

    statistics = batch.statistics
    lines = []
    for failed in statistics.failures:
        name = f"{failed.name}: " if failed.name else ""
        lines.append(one_line(f"{failed.place}: error[{failed.code}]: {name}{failed.why}"))
    more = statistics.failed - len(statistics.failures)
    count = f"error[E630]: {statistics.failed:,} of {_rows(statistics.rows)} failed"
    return "\n".join([*lines, count + (f", {more:,} of them not named here" if more else "")]) + "\n"
