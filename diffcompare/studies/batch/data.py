"""The figures of a run as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diffcompare.studies.telling import SCHEMA, large

if TYPE_CHECKING:
    from diffcompare.studies.batch.record import Batch
    from diffcompare.studies.batch.tally import MethodTally


def data(batch: Batch) -> dict[str, Any]:
    """The whole record; a median is right to two digits."""
    tally = batch.tally
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "command": "batch",
        "files": list(batch.files),
        "rows": tally.rows,
        "failed": tally.failed,
        "methods": [{"method": method, **_method(found)} for method, found in tally.by_method.items()],
        "worst": [
            {"row": worst.row, "method": worst.method, "partial": worst.partial, "error": worst.error}
            for worst in tally.worst
        ],
        "failures": [
            {"place": failed.place, "name": failed.name, "code": failed.code, "message": failed.why}
            for failed in tally.failures
        ],
        "failures_by_code": dict(sorted(tally.codes.items())),
        "verdict": batch.verdict,
        "warnings": [{"code": note.code, "message": note.message, "span": None} for note in batch.notes],
    }
    if tally.checked:
        document["checked"] = dict(sorted(tally.checked.items()))
    return document


def _method(found: MethodTally) -> dict[str, Any]:
    return {
        "answered": found.answered,
        "refused": found.refused,
        "timed_out": found.timed_out,
        "error": {"worst": found.worst, "row": found.worst_row, "median": found.errors.value},
        "work": large(found.work),
        "swell": found.swells.value,
    }
