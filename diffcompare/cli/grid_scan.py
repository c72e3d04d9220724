"""The command `scan` beyond its options: axes, methods, and the file of arrays."""

from __future__ import annotations

from collections.abc import Sequence

from diffcompare import safe_io
from diffcompare.cli import options
from diffcompare.cli.output import CommandResult
from diffcompare.grids.grid_axes import GridAxis
from diffcompare.render.npz import archive
from diffcompare.studies.scan import DEFAULT_METHODS, DEFAULT_SAMPLE, scan_question


def scan_grid(
    expression: str,
    axes: Sequence[GridAxis],
    at: Sequence[str] | None,
    wrt: Sequence[str],
    method: Sequence[str] | None,
    step: float | None,
    sample: int | None,
    compute: str,
    npz: str | None,
    budget: float,
    *,
    truth: bool,
    quiet: bool,
) -> CommandResult:
    """Scan an expression over some axes, write the arrays if a file is named, and return the report."""
    fixed = {} if at is None else options.point(at)
    start = [f"{axis.name}={axis.start!r}" for axis in axes if axis.name not in fixed]
    parsed, _ = options.parse_input(expression, [*(at or []), *start] or None, budget)
    methods = options.methods(method) if method else DEFAULT_METHODS
    scanned = scan_question(
        parsed, axes, at=fixed, wrt=wrt, methods=methods, step=step, sample=sample or DEFAULT_SAMPLE, truth=truth,
        compute=compute, keep=npz is not None, budget=budget,
    )  # fmt: skip
    document = scanned.document(brief=quiet)
    if npz is not None:
        safe_io.write_file(npz, archive(document))
    return CommandResult(document, scanned.notes, scanned.failure)
