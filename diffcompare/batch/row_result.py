"""The result of one row: its output (a line of JSON, or lines of CSV) and its summary."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache
from typing import Any, NamedTuple

from diffcompare.backends import DEFAULT_METHODS, JACOBIAN_METHODS
from diffcompare.backends.problem import Hand
from diffcompare.backends.symbolic.client import STARTUP
from diffcompare.batch.rows import InputRow
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.document import Cell, Code
from diffcompare.inputs.expression_file import entry_from
from diffcompare.inputs.files import function_file
from diffcompare.inputs.formulas import columns_from, formulas_from
from diffcompare.inputs.function_point import parse_function_point, parse_value
from diffcompare.inputs.function_process import FunctionProcess, ProcessProgram, hand_in_process, load_in_process
from diffcompare.inputs.point import bare_value, constant_value, named_value, parse_point
from diffcompare.inputs.resolve import ParsedInput, parse_entry, parse_input
from diffcompare.language.expression import Expression, Operation
from diffcompare.language.grammar import with_functions
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.render.csv import lines
from diffcompare.studies.compare import compare_question
from diffcompare.studies.record import SCHEMA


class Options(NamedTuple):
    """The options on which the results of a run depend: plain data, sent to every worker."""

    methods: tuple[str, ...] = DEFAULT_METHODS
    wrt: tuple[str, ...] = ()  # variables to differentiate by; empty for all
    step: float | None = None  # step of the difference formulas; None for that of each method
    budget: float | None = 5.0  # seconds for each method; None for no limit
    truth: bool = True
    simplify: str = "none"  # how hard sympy looks for shorter formulas
    max_error: float | None = None  # largest error with which a row counts as answered; None for any
    # Output of every row: `jsonl`, `csv`, or any other for none, because the format shows all rows together.
    format: str = "jsonl"
    allow_code: bool = False  # whether a row may name a Python function, whose file is then run
    ops: str | None = None  # a Python file whose Functions the rows may call

    def plain(self) -> dict[str, Any]:
        """Return the options as plain data for JSON."""
        return {**self._asdict(), "methods": list(self.methods), "wrt": list(self.wrt)}

    @property
    def time_limit(self) -> float | None:
        """Seconds after which a worker is ended; None for no limit.

        Every method and the truth keep to the budget by themselves.  The budget does not include the start of sympy,
        which has to be started again if the row before ended its process.
        """
        return None if self.budget is None else (len(self.methods) + 3) * self.budget + 10 + STARTUP


def options_from_plain(data: dict[str, Any]) -> Options:
    """Restore the options that `Options.plain` returned."""
    return Options(**{**data, "methods": tuple(data["methods"]), "wrt": tuple(data["wrt"])})


# --- The document of a row: that of `grad --json`, with the row's name, file and line in front ------------------------

NO_LIMIT = 1e6  # seconds: the budget of a check where the methods have none


def document(row: InputRow, options: Options) -> dict[str, Any]:
    """Return the document of a row; an error is part of the document, and nothing is raised."""
    try:
        with _own_operations(options):
            return {**_heading(row), **_compare(row, options)}
    except DiffcompareError as error:
        return error_document(row, error.diagnostic)
    except MemoryError:
        return error_document(row, Diagnostic("E811", "resource_limit", "the row needs more memory than is available"))
    except Exception as error:
        cause = " ".join(f"{type(error).__name__}: {error}".split())
        return error_document(row, Diagnostic("E900", "internal_error", f"internal error: {cause[:200]}"))


def _own_operations(options: Options) -> AbstractContextManager[None]:
    """Return a context in which rows may call the Functions of the options' file."""
    return nullcontext() if options.ops is None else with_functions(_loaded_operations(options.ops, options.budget))


@lru_cache(maxsize=1)  # the process that runs the file stays for all rows of a worker
def _loaded_operations(path: str, budget: float | None) -> Mapping[str, Operation]:
    process = FunctionProcess(path, None, budget)
    process.ask("ready")
    return {operation.name: operation for operation in process.known_operations}


def _heading(row: InputRow) -> dict[str, Any]:
    """Return the fields that a row's document has before those of `grad`."""
    heading: dict[str, Any] = {"name": row.name, "file": row.file, "line": row.line}
    if row.point_place is not None:
        heading["point_from"] = row.point_place
    return heading


def error_document(row: InputRow, diagnostic: Diagnostic) -> dict[str, Any]:
    """Return the document of a row that could not be answered, with the column of the mistake."""
    column = row.column
    if row.error is None and diagnostic.span is not None and diagnostic.text in (None, row.text):
        column += diagnostic.span[0]
    return {**_heading(row), "column": column, "schema": SCHEMA, "command": "grad", "error": diagnostic.data()}


def json_line(data: Mapping[str, Any]) -> str:
    """Return a document on one line."""
    return f"{json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(', ', ': '))}\n"


def _compare(row: InputRow, options: Options) -> dict[str, Any]:
    """Return the data of the comparison that a row asks for, and the check of the row's own partials."""
    question, at, hands = _row_input(row, options)
    try:
        return _compared(question, at, hands, options)
    finally:
        if question.program is not None:
            question.program.close()


def _compared(
    question: ParsedInput, at: Mapping[str, float] | None, hands: Sequence[Hand], options: Options
) -> dict[str, Any]:
    if question.parsed.listed:
        return _jacobian(question, at, hands, options)
    hand = hands[0] if hands else None
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
    own_partials = hand or question.hand
    if own_partials is None or own_partials.origin == "catalogue" or question.program is not None:
        return comparison.data()
    return {**comparison.data(), "check": _check([comparison.problem.expression], [own_partials], options)}


def _jacobian(
    question: ParsedInput, at: Mapping[str, float] | None, hands: Sequence[Hand], options: Options
) -> dict[str, Any]:
    """Return the data of the Jacobian of a row with several outputs, and the check of the columns that it gives."""
    from diffcompare.studies.jacobian import jacobian_question

    methods = options.methods
    if options.methods == DEFAULT_METHODS and not hands:
        methods = JACOBIAN_METHODS  # without what nobody wrote
    data = jacobian_question(
        question, at=at, wrt=options.wrt, methods=methods, step=options.step, budget=options.budget,
        truth=options.truth, hands=hands,
    ).data()  # fmt: skip
    if not hands or question.program is not None:
        return data
    return {**data, "check": _check(question.parsed.outputs, hands, options)}


def _check(outputs: Sequence[Expression], hands: Sequence[Hand], options: Options) -> dict[str, Any]:
    """Return the verdicts of `check` on hand-coded partials, and the worst of them."""
    from diffcompare.verify.verdict import WORST_FIRST, judge

    partials: dict[str, str] = {}
    for number, (output, hand) in enumerate(zip(outputs, hands, strict=True)):
        judgements, _ = judge(output, hand.formulas, budget=(options.budget or NO_LIMIT) / len(outputs))
        of = f" of f{number + 1}" if len(outputs) > 1 else ""
        partials |= {f"{name}{of}": judgement.verdict for name, judgement in judgements.items()}
    worst = next(verdict for verdict in WORST_FIRST if verdict in partials.values())
    return {"verdict": worst, "partials": partials}


def _row_input(row: InputRow, options: Options) -> tuple[ParsedInput, Mapping[str, float] | None, Sequence[Hand]]:
    """Return the parsed expression of a row, its point, and the partials that it gives for every output (or none).

    Raises DiffcompareError.
    """
    if row.error is not None:
        raise DiffcompareError(row.error)
    if row.entry is not None:
        entry = entry_from(row.entry, row.file, row.line)
        question = parse_entry(entry, "file", f"{row.file}:{entry.name}")
        return question, None if row.point_place is None else _point(row.point, row.point_place), ()
    named = function_file(row.text)
    if named is not None:
        question = _function(row, *named, options)
        return question, None, _function_hands(row, question)
    value = bare_value([row.point]) if isinstance(row.point, str) else None
    at = None if row.point is None or value is not None else _point(row.point, row.point_place or row.place)
    question = parse_input(row.text, "file", row.place, tuple(at or ()), several=True)
    if value is not None:
        at = named_value(value, question.variables)
    return question, at, _formula_hands(row, question, variables(wengert_list(*question.parsed.outputs)))


def _formula_hands(row: InputRow, question: ParsedInput, names: Sequence[str]) -> Sequence[Hand]:
    """Return the partials of every output by formulas: one for each variable, or a column `[y, 1]` of the Jacobian."""
    if not row.hand or isinstance(row.hand, str):
        return ()

    def source(name: str) -> str:
        return f"{row.place}, hand {name}"

    if question.parsed.listed:
        count = len(question.parsed.outputs)
        return [Hand(formulas, "given") for formulas in columns_from(row.hand, names, source, count)]
    return [Hand(formulas_from(row.hand, names, source), "given")]


def _function(row: InputRow, path: str, name: str, options: Options) -> ParsedInput:
    """Return the Python function that a row names, at its point.  Raises DiffcompareError unless that is allowed."""
    if not options.allow_code:
        message = f"this row names a Python function, and `{path}` would be run"
        help = "if you trust the file, and the table: --allow-code"
        raise DiffcompareError(Diagnostic("E634", "bad_value", message, (0, len(row.text)), help, row.text, row.place))
    given: Any = row.point
    if isinstance(given, str):
        given = parse_function_point([given])
    elif given is not None:
        given = {name: parse_value(x, name) if isinstance(x, str) else x for name, x in given.items()}
    program = load_in_process(path, name, given, f"{path}:{name}", options.budget)
    return program.as_input(default=given is None, several=len(program.recording.places) > 1)


def _function_hands(row: InputRow, question: ParsedInput) -> Sequence[Hand]:
    """Return the partials that a row gives for a Python function: another function, or formulas by variable."""
    program = question.program
    assert isinstance(program, ProcessProgram)
    if not isinstance(row.hand, str) or not row.hand:
        return _formula_hands(row, question, list(program.at.point))
    if question.parsed.listed:
        message = f"`{row.hand}` is the gradient of one output, but {program.label} returns several"
        help = f"check its Jacobian with `diffcompare check {program.label} --hand {row.hand}`"
        raise DiffcompareError(Diagnostic("E636", "bad_value", message, help=help))
    path, name = function_file(row.hand) or ("", "")
    return [hand_in_process(path, name, program)]


def _point(given: str | Mapping[str, Any] | None, place: str) -> dict[str, float]:
    """Return the coordinates of a point that is given as text or by variable."""
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


# --- The summary of a row: what the statistics of a run need, whether it was just computed or read from its results ---


class MethodSummary(NamedTuple):
    """The answer of one method to one row, in short."""

    method: str
    status: str
    # Error of the worst partial: relative, or absolute where the true partial is 0; None if it is unknown.
    error: float | None
    partial: str | None  # variable of the worst partial
    unknown: str | None  # variable of a partial whose error is unknown, if there is one
    operations: int | None  # operations that the gradient takes; None if unknown
    swell: float | None  # nodes of the gradient's formulas over those of f, both as trees


class RowSummary(NamedTuple):
    """One row in short."""

    place: str  # `file:line`, with the column of an error and the place of a point if there are any
    name: str | None
    error: tuple[str, str] | None  # code and message of what is wrong with the row
    check: tuple[str, str] | None  # the worst verdict on the hand-coded partials, and the partials that have it
    cells: tuple[MethodSummary, ...]

    @property
    def label(self) -> str:
        """Name of the row, or else its place."""
        return self.name or self.place


def summarize(document: Mapping[str, Any]) -> RowSummary:
    """Return the summary of a row's document."""
    error = document.get("error")
    size = document["expression"]["size"]["tree"] if "expression" in document else None
    cells = tuple([_cell(document, method, size) for method in document.get("methods", ())])
    place = f"{document['file']}:{document['line']}"
    if "column" in document:
        place += f":{document['column']}"
    if "point_from" in document:
        place += f" at {document['point_from']}"
    check = document.get("check")
    return RowSummary(
        place,
        document["name"],
        (error["code"], error["message"]) if error else None,
        _check_summary(check) if check else None,
        cells,
    )


def summary_from_plain(fields: list[Any]) -> RowSummary:
    """Restore a summary that was sent as JSON."""
    place, name, error, check, cells = fields
    check = tuple(check) if check else None
    return RowSummary(
        place, name, tuple(error) if error else None, check, tuple([MethodSummary(*cell) for cell in cells])
    )


def _check_summary(check: Mapping[str, Any]) -> tuple[str, str]:
    """Return the worst verdict, and the partials that have it."""
    names = [f"df/d{name}" for name, verdict in check["partials"].items() if verdict == check["verdict"]]
    return check["verdict"], ", ".join(names)


def _cell(document: Mapping[str, Any], method: Mapping[str, Any], size: Any) -> MethodSummary:
    """Return the summary of a method's data; `size` is the number of nodes of f as a tree."""
    worst = partial = unknown = None
    for name, error in _errors(document, method):
        if error is None:
            unknown = unknown or name
        elif worst is None or error > worst:
            worst, partial = error, name
    work, swell = method["work"], method.get("swell")
    raw = swell["raw"] if swell else method.get("size")
    return MethodSummary(
        method["method"],
        method["status"],
        worst,
        partial,
        unknown,
        int(work["operations"]) if work and isinstance(work["operations"], int) else None,
        raw["tree"] / size if raw and isinstance(raw["tree"], int) and isinstance(size, int) else None,
    )


def _errors(document: Mapping[str, Any], method: Mapping[str, Any]) -> Iterator[tuple[str, float | None]]:
    relative = by_partial(document, method["error"]["relative"])
    for name, absolute in by_partial(document, method["error"]["absolute"]).items():
        yield name, absolute if relative[name] is None else relative[name]


def by_partial(document: Mapping[str, Any], numbers: Any) -> dict[str, Any]:
    """Return numbers by partial; those of a matrix, given as rows, by `x of f2`."""
    if isinstance(numbers, Mapping):
        return dict(numbers)
    return {
        f"{name} of {output}": number
        for output, row in zip(document["rows"], numbers or (), strict=False)
        for name, number in zip(document["columns"], row, strict=True)
    }


CSV_COLUMNS = (
    "name", "file", "line", "expression", "point", "method", "status", "partial", "value", "truth", "absolute",
    "relative", "ulp", "digits", "work", "error",
)  # fmt: skip


def answer_row(row: InputRow, options: Options) -> tuple[bytes, bytes]:
    """Return the summary of a row, as JSON, and its output."""
    return _summary_and_output(document(row, options), options)


def refuse_row(row: InputRow, options: Options, diagnostic: Diagnostic) -> tuple[bytes, bytes]:
    """Return the summary, as JSON, and the output of a row that no worker can answer."""
    return _summary_and_output(error_document(row, diagnostic), options)


def _summary_and_output(data: dict[str, Any], options: Options) -> tuple[bytes, bytes]:
    output = WRITERS[options.format](data) if options.format in WRITERS else ""
    return json.dumps(summarize(data)).encode(), output.encode("utf-8", "backslashreplace")


def _csv_lines(data: Mapping[str, Any]) -> str:
    return lines(_csv_rows(data))


def csv_header() -> str:
    """Return the first line of the CSV of a run."""
    return lines([CSV_COLUMNS])


def _csv_rows(data: Mapping[str, Any]) -> list[tuple[Cell, ...]]:
    """Return one line for each method and partial, or a single line for a row that has none."""
    point = ",".join(f"{name}={value!r}" for name, value in data.get("point", {}).items())
    expression = Code(data["expression"]["text"]) if "expression" in data else None
    head = (data["name"], data["file"], data["line"], expression, Code(point) if point else None)
    error = f"{data['error']['code']}: {data['error']['message']}" if "error" in data else None
    known = data.get("truth") or {}
    truth = by_partial(data, known.get("gradient", known.get("jacobian", {})))
    rows: list[tuple[Cell, ...]] = []
    for method in data.get("methods", ()):
        work = method["work"]["operations"] if method["work"] else None
        columns = [by_partial(data, method["error"][kind]) for kind in ("absolute", "relative", "ulp")]
        columns.append(by_partial(data, method["digits"]))
        for name, value in by_partial(data, method.get("gradient", method.get("jacobian"))).items():
            numbers = (value, truth.get(name), *[column[name] for column in columns], work)
            rows.append((*head, method["method"], method["status"], name, *numbers, error))
    empty = (None,) * (len(CSV_COLUMNS) - len(head) - 1)
    return rows or [(*head, *empty, error)]


WRITERS: dict[str, Callable[[Mapping[str, Any]], str]] = {"jsonl": json_line, "csv": _csv_lines}  # formats row by row
