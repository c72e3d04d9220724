"""The report of a benchmark: what a gradient costs in a sentence, the ratios as bars, and the times of everyone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from diffcompare.document import (
    Approximate,
    Axis,
    Bars,
    Block,
    Cell,
    Document,
    Heading,
    Listing,
    Paragraph,
    Table,
    approximate,
    columns,
)
from diffcompare.engines.engine_timing import IS_PROCESSOR_TIME
from diffcompare.studies.bench import Bench, Quartiles, TimedMethod
from diffcompare.studies.record import counted, plain, question_entries, study_data

MICRO = 1e6  # microseconds in a second
DIGITS = 3


# --- Data: the JSON document of `bench`, schema diffcompare/1 ---------------------------------------------------------


def data(bench: Bench) -> dict[str, Any]:
    """Return the whole benchmark for JSON; times are in seconds."""
    fields = {
        "one": bench.one,
        "rounds": bench.rounds,
        "seconds": bench.seconds,
        "noise": _quartile_data(bench.noise),
        "value": _quartile_data(bench.value),
        "one_forward_sweep_over_value": _quartile_data(bench.sweep),
        "methods": [_method(timed) for timed in bench.methods],
        "verdict": bench.verdict,
    }
    return study_data("bench", bench, bench.problem.point, fields)


def _method(timed: TimedMethod) -> dict[str, Any]:
    return {
        "method": timed.method,
        "how": timed.how,
        "status": timed.status,
        "first": plain(timed.first),
        "seconds": _quartile_data(timed.seconds),
        "ratio": _quartile_data(timed.ratio),
        "gradient_over_value": _quartile_data(timed.over_value),
        "counted_over_value": plain(timed.counted),
        "calls_in_a_turn": timed.calls,
        "note": timed.note or None,
    }


def _quartile_data(quartiles: Quartiles | None) -> Mapping[str, Any] | None:
    return None if quartiles is None else plain(quartiles)


# --- The sentence -----------------------------------------------------------------------------------------------------


def verdict(bench: Bench) -> str:
    """Say what a gradient by the two modes costs in values of f, and who is quickest."""
    if bench.failure is not None:
        return "there is no gradient to be timed at this point"
    if not bench.problem.wrt:
        return "a constant has no gradient to be timed"
    costs = []
    for method in ("reverse-ad", "forward-ad"):
        timed = bench.method(method)
        if timed is not None and timed.over_value is not None:
            costs.append(f"{method} {_short(timed.over_value.median)} x")
    if not costs:
        return _quickest(bench)
    inputs = counted(len(bench.problem.wrt), "input")
    return f"a gradient costs by {' and by '.join(costs)} the value of f, for {inputs}; {_quickest(bench)}"


def _quickest(bench: Bench) -> str:
    """Say who is quickest, and by how much; where the noise hides it, that it does."""
    ranked = sorted((timed.ratio.median, timed.method) for timed in bench.methods if timed.ratio is not None)
    (ratio, first), *others = ranked
    if first == bench.one:
        if not others:
            return f"{bench.one} is the only one"
        next_ratio, second = others[0]
        return f"{bench.one} is the quickest, {second} takes {_short(next_ratio)} x as long{_hidden(next_ratio, bench)}"
    return f"{first} is the quickest, {_short(ratio)} x the time of {bench.one}{_hidden(ratio, bench)}"


def _short(ratio: float) -> str:
    """Return two digits of a ratio, or all before the point."""
    return f"{ratio:.2g}" if ratio < 100 else f"{ratio:.0f}"


def _hidden(ratio: float, bench: Bench) -> str:
    """Say that a ratio is no larger than the noise; empty where it is."""
    noise = bench.noise
    return " (within the noise)" if noise is not None and noise.low <= ratio <= noise.high else ""


# --- Document ---------------------------------------------------------------------------------------------------------


def document(bench: Bench, *, brief: bool = False) -> Document:
    """Return the sentence, the bars and the table of a benchmark; a brief document has the table only."""
    if bench.failure is not None or not bench.problem.wrt:
        listing = Listing(tuple(question_entries(bench.question, bench.problem.point)))
        blocks: list[Block] = [Heading("What a gradient costs", 1), listing, Paragraph(bench.verdict, "verdict")]
        return Document(tuple(blocks), bench.data)
    table = _table(bench)
    if brief:
        return Document((table,), bench.data)
    blocks = [Heading("What a gradient costs", 1), Paragraph(bench.verdict, "verdict"), _listing(bench), _bars(bench)]
    blocks += [table, *_first(bench), *_notes(bench), *[Paragraph(text, "note") for text in _remarks(bench)]]
    return Document(tuple(blocks), bench.data)


def _listing(bench: Bench) -> Listing:
    entries = question_entries(bench.question, bench.problem.point)
    if bench.value is not None:
        entries.append(("value of f", f"{bench.value.median * MICRO:.3g} µs by one loop over the operations"))
    entries.append(("rounds", f"{bench.rounds}, in each of which everyone had one turn"))
    if bench.noise is not None:
        noise = bench.noise
        entries.append(
            ("noise", f"{bench.one} against itself: {noise.median:.2f} ({noise.low:.2f} to {noise.high:.2f})")
        )
    return Listing(tuple(entries))


def _bars(bench: Bench) -> Bars:
    timed = [each for each in bench.methods if each.ratio is not None]
    heights = tuple(each.ratio.median for each in timed if each.ratio is not None)
    cells = tuple((each.method, approximate(height, DIGITS)) for each, height in zip(timed, heights, strict=True))
    caption = f"Time of a gradient, {bench.one} = 1"
    table = Table("bars", columns("method | >ratio"), cells, caption)
    axis = Axis(f"times {bench.one}", log=True)
    return Bars("bench", axis, tuple(each.method for each in timed), (("median", heights),), table, caption)


def _table(bench: Bench) -> Table:
    """Return the table of times: a gradient in microseconds, its ratio with quartiles, and over the value."""
    heads = columns(
        "method | >microseconds=µs | >ratio | >low=quartile | >high=quartile | >over_value=per value | >counted | -how"
    )
    rows = [_row(timed) for timed in bench.methods]
    return Table("times", heads, tuple(rows), f"Time of one gradient, {bench.one} = 1")


def _row(timed: TimedMethod) -> tuple[Cell, ...]:
    if timed.seconds is None or timed.ratio is None:
        return timed.method, timed.status, None, None, None, None, None, timed.how
    over = None if timed.over_value is None else timed.over_value.median
    return (
        timed.method,
        Approximate(timed.seconds.median * MICRO, DIGITS),
        Approximate(timed.ratio.median, DIGITS),
        Approximate(timed.ratio.low, DIGITS),
        Approximate(timed.ratio.high, DIGITS),
        approximate(over, DIGITS),
        approximate(timed.counted, DIGITS),
        timed.how,
    )


def _first(bench: Bench) -> list[Table]:
    """Return the table of first gradients: what is done once, and how many later ones take as long."""
    rows: list[tuple[Cell, ...]] = []
    for timed in bench.methods:
        if timed.first is not None:
            later = None if timed.seconds is None else timed.first / timed.seconds.median
            first = Approximate(timed.first * 1e3, DIGITS)
            rows.append((timed.method, first, approximate(later, DIGITS), timed.calls))
    heads = columns("method | >milliseconds=ms | >later=in later gradients | >calls=calls in a turn")
    return [Table("first", heads, tuple(rows), "The first gradient, with all that is done once")] if rows else []


def _notes(bench: Bench) -> list[Table]:
    rows = tuple((timed.method, timed.note) for timed in bench.methods if timed.note)
    return [Table("notes", columns("method | note"), rows, "Notes")] if rows else []


def _remarks(bench: Bench) -> list[str]:
    """Return what explains the figures."""
    remarks = [
        "Per value: relative to one value of f, computed in the same manner; counted: in elementary operations.  "
        "Reverse mode takes a small multiple of the value whatever the number of inputs (Griewank and Walther 2008, "
        "section 3.3), forward mode one sweep for each.",
        f"Times are {'processor' if IS_PROCESSOR_TIME else 'elapsed'} time, the first ones elapsed time; imports of "
        "libraries are in none.  A library that does not compile is called once for each operation.",
    ]
    forward, sweep = bench.method("forward-ad"), bench.sweep
    if forward is not None and forward.over_value is not None and sweep is not None:
        more = (forward.over_value.median - sweep.median) / (len(bench.problem.wrt) - 1)
        remarks.insert(
            1,
            f"Forward mode with a single sweep takes {_short(sweep.median)} x the value, and each further input "
            f"{_short(max(more, 0.0))} x more.",
        )
    if bench.question.program is not None:
        remarks.append("Methods and libraries compute along the path that the function took here; `recorded` runs it.")
    return remarks
