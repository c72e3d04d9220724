"""`diffcompare batch`: all methods on every expression of many files, with runs that can be resumed."""

from __future__ import annotations

from typing import Annotated

from diffcompare.cli import options
from diffcompare.cli.arguments import OUTPUT, READS_FILE, Argument, Option
from diffcompare.cli.output import Settings
from diffcompare.diagnostics import usage_error

EXAMPLES = (
    'diffcompare batch table.csv --columns "name=File*,expression=Law" -o a.jsonl',
    "diffcompare batch data/ more.txt --jobs 4 -o results.jsonl --resume",
    "diffcompare batch formulas.toml --method symbolic --max-error 1e-9",
)


def command(
    settings: Settings,
    files: Annotated[
        list[str],
        Argument(metavar="FILE...", help="Files, folders, patterns, or - for stdin.", show_default=False),
        READS_FILE,
    ],
    wrt: options.Wrt = None,
    input_format: options.InputFormat = None,
    encoding: options.Encoding = None,
    columns: options.Columns = None,
    points: options.Points = None,
    method: options.Method = None,
    engines: options.With = None,
    step: options.Step = None,
    budget: options.Budget = 5.0,
    truth: options.Truth = True,
    simplify: options.Simplify = "none",
    max_error: options.MaxError = None,
    jobs: options.Jobs = None,
    scheduler: options.Scheduler = None,
    resume: Annotated[bool, Option("--resume", help="Continue an interrupted run.", group=OUTPUT)] = False,
    durable: Annotated[bool, Option("--durable", help="Sync every row to disk.", group=OUTPUT)] = False,
    allow_code: Annotated[
        bool, Option("--allow-code", help="Rows may name Python functions, as `model.py:f`: their code is run.")
    ] = False,
    ops: options.Ops = None,
    verbose: options.Verbose = False,
) -> int:
    """Compare ways of differentiating every expression in files.

    The rows:
    A row of a table has an expression and perhaps a point and partials derived by hand (`hand_x`); other columns are
    left out, with a note.  A line of a text file is `name: expression @ x=1, y=2`.  TOML (as in the folder
    `expressions`) and JSON lines say the same, `-` is standard input, and tables of the Feynman database and of PySR
    are read as they are.  Rows with several outputs, `[x^2 + y^2, y/x]`, are answered by their Jacobian; `hand_x` is
    then `"[2*x, -y/x^2]"`.

    The results:
    A result is a line of what `grad --json --simplify none` prints, with name, file, line, and the verdict of `check`
    on partials by hand; `-o results.csv`, `.md` and `.html` (a page that sorts and filters) are for people.  A row that
    fails makes the exit code 1, and costs no other row its answer.

    Long runs:
    `--resume` goes on where a run stopped, whatever stopped it, and the file is the same to the byte.
    `results.jsonl.state` says which inputs, options and version it belongs to; others are refused.  No file is
    overwritten that is read.  Fastest are gradients alone: `--method reverse-ad --no-truth`.  `--scheduler tcp://...`
    runs the rows on a Dask cluster whose workers have diffcompare (`pip install "diffcompare[dask]"`); when you stop,
    those under way are finished.
    """
    if max_error is not None and not truth:
        raise usage_error("E631", "`--max-error` needs the truth", "leave out `--no-truth`")
    from diffcompare.batch.row_result import Options
    from diffcompare.batch.run import Run
    from diffcompare.cli import batch_run

    format = batch_run.result_format(settings)
    output = None if settings.output in (None, "-") else settings.output
    with_state = format == "jsonl"
    inputs = batch_run.input_files(
        files, input_format, encoding, points, output, with_state=with_state, columns=columns
    )
    methods, names = options.methods(method, engines=engines), tuple(options.split(wrt))
    row_options = Options(methods, names, step, budget, truth, simplify, max_error, format, allow_code, ops)
    run = Run(inputs, row_options, points=points)
    pool = batch_run.worker_pool(row_options, jobs, scheduler)
    sink, resumable = batch_run.result_sink(run, format, output, resume=resume, durable=durable)
    with_rows = format not in (*batch_run.ROW_BY_ROW, "plain", "terminal", "json")
    batch = batch_run.execute(run, sink, pool, with_rows=with_rows, resumable=resumable)
    return batch_run.conclude(run, batch, settings, format, output)
