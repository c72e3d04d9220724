"""The closing sentence of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffcompare.studies.comparison.clauses import join
from diffcompare.studies.telling import counted

if TYPE_CHECKING:
    from diffcompare.studies.batch.record import Batch


def verdict(batch: Batch) -> str:
    """What the tables come to; every figure in it comes from them."""
    clauses = [*_well(batch), *_worst(batch), *_stopped(batch)]
    sentence = "; ".join(clauses)
    return f"{sentence[0].upper()}{sentence[1:]}."


def _well(batch: Batch) -> list[str]:
    rows, failed = batch.tally.rows, batch.tally.failed
    if not rows:
        return ["there is no row"]
    if not failed:
        return [f"all {rows} rows are well" if rows > 1 else "the row is well"]
    return [f"{failed} of {counted(rows, 'row')} failed"]


def _worst(batch: Batch) -> list[str]:
    """The largest error of a method of exact rules, and what the median says beside it."""
    if not batch.tally.worst:
        return []
    worst = batch.tally.worst[0]
    median = batch.tally.by_method[worst.method].errors.value
    beside = "" if median is None else f" (its median is {median:.2g})"
    return [f"of the methods of exact rules {worst.method} is furthest off: {worst.error:.2g} at {worst.row}{beside}"]


def _stopped(batch: Batch) -> list[str]:
    late = [f"{method} {found.timed_out}" for method, found in batch.tally.by_method.items() if found.timed_out]
    none = [f"{method} {found.refused}" for method, found in batch.tally.by_method.items() if found.refused]
    return [
        *([f"timed out: {join(late)}"] if late else []),
        *([f"without an answer: {join(none)}"] if none else []),
    ]
