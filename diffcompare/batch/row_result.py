"""What is written for one row: a line of JSON, or lines of CSV."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from diffcompare.backends.problem import Hand
from diffcompare.backends.registry import DEFAULT_METHODS
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.inputs.point import constant_value, parse_point
from diffcompare.inputs.resolve import question_of_entry, question_of_text
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.studies.compare import compare_question
from diffcompare.studies.record import SCHEMA

if TYPE_CHECKING:
    from diffcompare.batch.row import InputRow
    from diffcompare.document import Cell
    from diffcompare.inputs.resolve import ParsedInput
    from diffcompare.language.expression import Expression


# What a run asks of every row: plain data, so that it reaches processes and machines as it is.


class Options(NamedTuple):
    """The options of a run on which its results depend, and nothing else."""

    methods: tuple[str, ...] = DEFAULT_METHODS
    wrt: tuple[str, ...] = ()
    step: float | None = None
    budget: float | None = 5.0
    truth: bool = True
    simplify: bool = False
    max_error: float | None = None
    format: str = "jsonl"
    """What is written for every row: `jsonl`, `csv`, or nothing where the format needs all rows together."""

    def plain(self) -> dict[str, Any]:
        """The options as plain data; `from_plain` makes the same of it."""
        return {**self._asdict(), "methods": list(self.methods), "wrt": list(self.wrt)}

    @property
    def patience(self) -> float | None:
        """Seconds after which a row has had its chance: every method and the truth keep to the budget by themselves.

        The budget does not count the start of sympy, which a row needs anew where the one before it ended that process.
        """
        from diffcompare.backends.symbolic.client import STARTUP

        return None if self.budget is None else (len(self.methods) + 3) * self.budget + 10 + STARTUP


def from_plain(data: dict[str, Any]) -> Options:
    """The options that `plain` wrote."""
    return Options(**{**data, "methods": tuple(data["methods"]), "wrt": tuple(data["wrt"])})


# One row answered: the document that `grad --json` prints for it, with the row's name, file and line in front.

FOREVER = 1e6  # Seconds: a check has a budget, whatever the methods have


def document(row: InputRow, options: Options) -> dict[str, Any]:
    """The document of a row.  Whatever is wrong with the row is told in it: nothing is raised."""
    try:
        return {**heading(row), **_compared(row, options)}
    except DiffcompareError as error:
        return failure(row, error.diagnostic)
    except MemoryError:
        return failure(row, Diagnostic("E811", "resource_limit", "the row needs more memory than there is"))
    except Exception as error:
        what = " ".join(f"{type(error).__name__}: {error}".split())
        return failure(row, Diagnostic("E900", "internal_error", f"a fault of ours: {what[:200]}"))


def heading(row: InputRow) -> dict[str, Any]:
    """What a row's document has beside that of `grad`."""
    found: dict[str, Any] = {"name": row.name, "file": row.file, "line": row.line}
    if row.point_place is not None:
        found["point_from"] = row.point_place
    return found


def failure(row: InputRow, diagnostic: Diagnostic) -> dict[str, Any]:
    """The document of a row that could not be asked, with the column of what is wrong in it."""
    column = row.column
    if row.error is None and diagnostic.span is not None and diagnostic.text in (None, row.text):
        column += diagnostic.span[0]
    return {**heading(row), "column": column, "schema": SCHEMA, "command": "grad", "error": diagnostic.data()}


def text(data: Mapping[str, Any]) -> str:
    """A document on one line."""
    return f"{json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(', ', ': '))}\n"


def _compared(row: InputRow, options: Options) -> dict[str, Any]:
    question, at, hand = row_input(row)
    comparison = compare_question(
        question,
        at=at,
        hand=hand,
        wrt=options.wrt,
        methods=options.methods,
        step=options.step,
        budget=options.budget,
        truth=options.truth,
        simplify=options.simplify,
    )
    written = hand or question.hand
    if written is None or written.origin == "catalogue":
        return comparison.data()
    return {**comparison.data(), "check": _check(comparison.problem.expression, written, options)}


def _check(expression: Expression, written: Hand, options: Options) -> dict[str, Any]:
    """The verdicts of `check` on the partials that a person wrote, and the worst of them."""
    from diffcompare.verify.verdict import WORST_FIRST, judge

    judgements, _ = judge(expression, written.formulas, budget=options.budget or FOREVER)
    partials = {name: judgement.verdict for name, judgement in judgements.items()}
    worst = next(verdict for verdict in WORST_FIRST if verdict in partials.values())
    return {"verdict": worst, "partials": partials}


def row_input(row: InputRow) -> tuple[ParsedInput, Mapping[str, float] | None, Hand | None]:
    """The question of a row, its point, and the partials that its file gives.  Raises DiffcompareError."""
    if row.error is not None:
        raise DiffcompareError(row.error)
    if row.entry is not None:
        from diffcompare.inputs.expression_file import entry_from

        entry = entry_from(row.entry, row.file, row.line)
        question = question_of_entry(entry, "file", f"{row.file}:{entry.name}")
        return question, None if row.point_place is None else _point(row.point, row.point_place), None
    at = None if row.point is None else _point(row.point, row.point_place or row.place)
    question = question_of_text(row.text, "file", row.place, tuple(at or ()))
    if not row.hand:
        return question, at, None
    from diffcompare.inputs.formulas import formulas_from

    names = variables(wengert_list(question.parsed.expression))
    return question, at, Hand(formulas_from(row.hand, names, lambda name: f"{row.place}, hand {name}"), "given")


def _point(given: str | Mapping[str, Any] | None, place: str) -> dict[str, float]:
    """The point that a row gives, as text or by name."""
    if given is None:
        return {}
    if isinstance(given, str):
        return parse_point([given])
    return {name: _coordinate(value, f"{place}, {name}") for name, value in given.items()}


def _coordinate(value: Any, source: str) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return constant_value(repr(value), source) if isinstance(value, int) else value
    if isinstance(value, str):
        return constant_value(value, source)
    message = f"the value of a coordinate is not a number but {json.dumps(value)[:40]}"
    raise DiffcompareError(Diagnostic("E703", "bad_value", message, source=source, help='for example {"x": 2.5}'))


# What is kept of a row's document for the summary: a few figures, the same whether the row was just computed or
# read from the results of an interrupted run.


class MethodSummary(NamedTuple):
    """One method's answer to one row, in short."""

    method: str
    status: str
    error: float | None
    """Of its worst partial: relative, and absolute where the true partial is 0; None where it is not known."""
    partial: str | None
    """The variable of that partial."""
    unknown: str | None
    """The variable of a partial of which no error is known."""
    operations: int | None
    swell: float | None
    """Nodes of the gradient's formulas over those of f, as trees."""


class Digest(NamedTuple):
    """One row in short."""

    place: str
    name: str | None
    error: tuple[str, str] | None
    """Code and message of what is wrong with the row."""
    check: tuple[str, str] | None
    """The verdict on the partials by hand, and which of them it is about."""
    cells: tuple[MethodSummary, ...]

    @property
    def called(self) -> str:
        """What to call the row."""
        return self.name or self.place


def digest(document: Mapping[str, Any]) -> Digest:
    """The digest of a row's document."""
    error = document.get("error")
    size = document["expression"]["size"]["tree"] if "expression" in document else None
    cells = tuple([_cell(method, size) for method in document.get("methods", ())])
    place = f"{document['file']}:{document['line']}"
    if "column" in document:
        place += f":{document['column']}"
    if "point_from" in document:
        place += f" at {document['point_from']}"
    check = document.get("check")
    return Digest(
        place,
        document["name"],
        (error["code"], error["message"]) if error else None,
        _checked(check) if check else None,
        cells,
    )


def summary_from_plain(fields: list[Any]) -> Digest:
    """The digest that was sent as JSON."""
    place, name, error, check, cells = fields
    check = tuple(check) if check else None
    return Digest(place, name, tuple(error) if error else None, check, tuple([MethodSummary(*cell) for cell in cells]))


def _checked(check: Mapping[str, Any]) -> tuple[str, str]:
    """The verdict, and the partials that have it."""
    names = [f"df/d{name}" for name, verdict in check["partials"].items() if verdict == check["verdict"]]
    return check["verdict"], ", ".join(names)


def _cell(method: Mapping[str, Any], size: Any) -> MethodSummary:
    worst = partial = unknown = None
    for name, error in _errors(method):
        if error is None:
            unknown = unknown or name
        elif worst is None or error > worst:
            worst, partial = error, name
    work, swell = method["work"], method["swell"]
    raw = swell["raw"] if swell else None
    return MethodSummary(
        method["method"],
        method["status"],
        worst,
        partial,
        unknown,
        int(work["operations"]) if work and isinstance(work["operations"], int) else None,
        raw["tree"] / size if raw and isinstance(raw["tree"], int) and isinstance(size, int) else None,
    )


def _errors(method: Mapping[str, Any]) -> Iterator[tuple[str, float | None]]:
    relative = method["error"]["relative"]
    for name, absolute in method["error"]["absolute"].items():
        yield name, absolute if relative[name] is None else relative[name]


CSV_COLUMNS = (
    "name", "file", "line", "expression", "point", "method", "status", "partial", "value", "truth", "absolute",
    "relative", "ulp", "digits", "work", "error",
)  # fmt: skip


def answered(row: InputRow, options: Options) -> tuple[bytes, bytes]:
    """The digest of a row, as JSON, and what is to be written for it."""
    return _both(document(row, options), options)


def refused(row: InputRow, options: Options, diagnostic: Diagnostic) -> tuple[bytes, bytes]:
    """The same for a row that nobody can answer."""
    return _both(failure(row, diagnostic), options)


def _both(found: dict[str, Any], options: Options) -> tuple[bytes, bytes]:
    written = WRITERS[options.format](found) if options.format in WRITERS else ""
    return _sent(digest(found)), written.encode("utf-8", "backslashreplace")


def _sent(short: Digest) -> bytes:
    return json.dumps(short).encode()


def _csv(found: Mapping[str, Any]) -> str:
    from diffcompare.render.csv import lines

    return lines(_csv_rows(found))


def csv_header() -> str:
    """The first line of the CSV of a run."""
    from diffcompare.render.csv import lines

    return lines([CSV_COLUMNS])


def _csv_rows(found: Mapping[str, Any]) -> list[tuple[Cell, ...]]:
    """One line for each method and partial, or one for the row that has neither."""
    from diffcompare.document import Code

    point = ",".join(f"{name}={value!r}" for name, value in found.get("point", {}).items())
    expression = Code(found["expression"]["text"]) if "expression" in found else None
    head = (found["name"], found["file"], found["line"], expression, Code(point) if point else None)
    error = f"{found['error']['code']}: {found['error']['message']}" if "error" in found else None
    truth = (found.get("truth") or {}).get("gradient", {})
    rows: list[tuple[Cell, ...]] = []
    for method in found.get("methods", ()):
        work = method["work"]["operations"] if method["work"] else None
        for name, value in method["gradient"].items():
            errors = (method["error"][kind][name] for kind in ("absolute", "relative", "ulp"))
            numbers = (value, truth.get(name), *errors, method["digits"][name], work)
            rows.append((*head, method["method"], method["status"], name, *numbers, error))
    empty = (None,) * (len(CSV_COLUMNS) - len(head) - 1)
    return rows or [(*head, *empty, error)]


# The formats in which rows are written one by one.
WRITERS: dict[str, Callable[[Mapping[str, Any]], str]] = {"jsonl": text, "csv": _csv}
