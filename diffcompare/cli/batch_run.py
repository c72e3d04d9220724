"""A run of `diffcompare batch`: the files it reads, where results go, the workers, progress and the final summary."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace

from diffcompare import __version__, safe_io
from diffcompare.batch.dask_pool import DaskPool
from diffcompare.batch.input_files import InputFile, estimate_rows, find_input_files, is_stream
from diffcompare.batch.journal import DiskError, Journal, is_state, may_be_replaced, state_of
from diffcompare.batch.pool import Pool, PoolLost
from diffcompare.batch.row_result import Options, RowSummary, csv_header
from diffcompare.batch.run import Batch, Run, Sink, run_identity
from diffcompare.batch.serial_pool import pool_of_this_machine
from diffcompare.cli.output import CommandResult, Settings, choose_format, progress_line, show
from diffcompare.diagnostics import Diagnostic, DiffcompareError, one_line, usage_error
from diffcompare.inputs.column_choice import BATCH_ROLES, parse_columns
from diffcompare.processes import processors
from diffcompare.safe_io import STREAM, appender, check_destination, is_special

ROW_BY_ROW = ("jsonl", "csv")  # formats in which each row is written as soon as it is done


def input_files(
    files: Sequence[str],
    input_format: str | None,
    encoding: str | None,
    points: str | None,
    output: str | None,
    *,
    with_state: bool,
    columns: str | None = None,
) -> list[InputFile]:
    """Return the files to read.  Raises CannotWrite if the results, or their state, would overwrite one of them.

    Results of an earlier run among the files of a folder or pattern are skipped if they are about to be replaced.
    """
    results = [] if output is None else [output]
    states = [state_of(path) for path in results if with_state]
    ours = [*filter(may_be_replaced, results), *filter(is_state, states)]
    inputs = find_input_files(files, input_format, ours, encoding, parse_columns(columns, BATCH_ROLES))
    read = [STREAM if file.path is None else file.path for file in inputs]
    safe_io.protect_inputs([*read, *([] if points is None else [points])], *(results or [STREAM]), *states)
    return inputs


# --- Where results go -------------------------------------------------------------------------------------------------


def result_format(settings: Settings) -> str:
    """Return the format of the results: JSON lines, unless another is requested or a person reads them."""
    requested = settings.json or settings.format or settings.output not in (None, "-")
    if not requested and not safe_io.is_terminal(sys.stdout):
        return "jsonl"
    return choose_format(settings)


def result_sink(
    run: Run, format: str, output: str | None, *, resume: bool, durable: bool
) -> tuple[Callable[[], Sink], bool]:
    """Return a function that opens the results, and whether the run can be resumed.

    Results go to a file with a journal, or to a stream, or nowhere if the format shows all rows at the end.
    """
    resumable = output is not None and format == "jsonl" and not is_special(output)
    if (resume or durable) and not resumable:
        flag = "--resume" if resume else "--durable"
        raise usage_error(
            "E632", f"`{flag}` needs results in a file of JSON lines", f"for example `{flag} -o results.jsonl`"
        )
    if resume and any(map(is_stream, run.files)):
        raise usage_error(
            "E632", "`--resume` cannot read standard input again", "save the input as a file, and name that"
        )
    if output is not None:
        check_destination(output)
    if not resumable or output is None:
        return lambda: Sink(_writer(format, output)), False
    state = state_of(output)
    check_destination(state)
    if not is_state(state):
        raise safe_io.CannotWrite(f"`{state}`", "the file there is not the state of a run", safe_io.ANOTHER_OUTPUT)
    identity = run_identity(__version__, run.files, run.points, run.options)
    return lambda: Journal(output, identity, resume=resume, durable=durable), True


def _writer(format: str, output: str | None) -> Callable[[bytes], None]:
    if format not in ROW_BY_ROW:
        return lambda written: None
    write = safe_io.write_bytes if output is None else appender(output)
    if format == "csv":
        write(csv_header().encode())
    return write


def worker_pool(row_options: Options, jobs: int | None, scheduler: str | None) -> Callable[[], Pool]:
    """Return a function that starts the workers: processes of this machine, or those of a Dask cluster."""
    if scheduler is None:
        return lambda: pool_of_this_machine(row_options, jobs or processors(), safe_io.tell)
    if jobs is not None:
        raise usage_error(
            "E631", "`--jobs` starts processes here, `--scheduler` uses a Dask cluster", "leave out one of them"
        )
    return lambda: DaskPool(row_options, scheduler)


# --- The run ----------------------------------------------------------------------------------------------------------


def execute(
    run: Run,
    sink: Callable[[], Sink],
    pool: Callable[[], Pool],
    *,
    with_rows: bool,
    resumable: bool,
) -> Batch:
    """Run all rows with a progress line; the batch has a summary of each row if `with_rows` is set.

    Raises CannotWrite if the results cannot be written, and DiffcompareError (E635) if the workers are lost.
    """
    rows: list[RowSummary] = []
    try:
        with progress_line("diffcompare batch", progress_text(run, estimate_rows(run.files, run.points))):
            batch = run.go(sink, pool, rows.append if with_rows else None)
        return replace(batch, rows=tuple(rows))
    except KeyboardInterrupt:
        safe_io.complain(f"\ninterrupted: {_rows(run.statistics.rows)} done{'; continue with --resume' * resumable}\n")
        raise
    except DiskError as failure:
        help = safe_io.help_for(failure.error)
        if run.statistics.rows:
            help = f"{_rows(run.statistics.rows)} are done: {help}, then continue with --resume"
        elif run.begun and resumable:  # the first rows may be in the file although none was counted
            help = f"{help}, then continue with --resume"
        else:
            help = f"{help}, or {safe_io.ANOTHER_OUTPUT}"
        raise safe_io.CannotWrite(f"`{failure.path}`", safe_io.reason(failure.error), help) from None
    except PoolLost as lost:
        message = f"{lost}; {_rows(run.statistics.rows)} done"
        help = f"{lost.help}{', and continue with --resume' * (resumable and run.begun)}"
        raise DiffcompareError(Diagnostic("E635", "resource_limit", message, help=help)) from None


def progress_text(run: Run, expected: int | None) -> Callable[[float], str]:
    """Return a function for the text of the progress line: rows done, rate, time left, and rows that failed."""

    def details(passed: float) -> str:
        done, failed = run.statistics.rows, run.statistics.failed
        rate = (done - run.resumed) / passed
        text = f"{_rows(done)}, {rate:.{0 if rate >= 10 else 1}f} a second"
        if expected is not None and rate > 0 and expected > done:
            text += f", {_duration((expected - done) / rate)} left"
        return f"{text}, {failed} failed" if failed else text

    return details


def _duration(seconds: float) -> str:
    minutes, hours = seconds / 60, seconds / 3600
    return f"{seconds:.0f} s" if seconds < 100 else f"{minutes:.0f} min" if minutes < 100 else f"{hours:.1f} h"


def _rows(count: int) -> str:
    return f"{count:,} row{'s' * (count != 1)}"


# --- The end ----------------------------------------------------------------------------------------------------------


def conclude(run: Run, batch: Batch, settings: Settings, format: str, output: str | None) -> int:
    """Show the summary where the rows are not, name the rows that failed, and return the exit code."""
    if run.resumed and not settings.quiet:
        safe_io.complain(f"{_rows(run.resumed)} were there already\n")
    if output is not None and format not in ROW_BY_ROW:
        show(CommandResult(batch.document()), settings)
    summary = replace(batch, rows=())
    if format in ROW_BY_ROW and output is None:
        if not settings.quiet:
            safe_io.complain(f"{summary.details() if settings.verbose else summary}\n")
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
    safe_io.complain(_failures(batch))
    return 1


def _failures(batch: Batch) -> str:
    """Return the last lines: the rows that failed, and why."""
    tally = batch.statistics
    lines = []
    for failed in tally.failures:
        name = f"{failed.name}: " if failed.name else ""
        lines.append(one_line(f"{failed.place}: error[{failed.code}]: {name}{failed.message}"))
    more = tally.failed - len(tally.failures)
    count = f"error[E630]: {tally.failed:,} of {_rows(tally.rows)} failed"
    return "\n".join([*lines, count + (f", {more:,} of them not named here" if more else "")]) + "\n"
