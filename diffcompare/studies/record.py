"""`Record`, the base of every study's result, and what their reports share: question, point, numbers, counts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

from diffcompare.diagnostics import Diagnostic
from diffcompare.document import Cell, Code, Document
from diffcompare.formatting import integer
from diffcompare.language.expression import Expression
from diffcompare.language.printer import shorten, to_text
from diffcompare.language.wengert import dag_size, operation_count, tree_size, wengert_list
from diffcompare.numeric.evaluate import Undefined, is_number
from diffcompare.render import render
from diffcompare.studies.question import format_point

if TYPE_CHECKING:
    from diffcompare.inputs.resolve import ParsedInput
    from diffcompare.recording.source_lines import SourcePlace

SCHEMA = "diffcompare/1"
MAX_EXACT_INTEGER = 2**53  # JSON readers keep smaller integers exact; larger ones are written as decimal text


class Record:
    """A result that shows itself: as text, as JSON, and as tables in a notebook.

    A subclass names the module of its report, which defines `data` and `document`.  It is imported only when the record
    is shown, so that computing a record needs no report, and a report can import its record.
    """

    report: ClassVar[str]
    tables: ClassVar[str] = ""  # the module of the long form, where the report is large without it
    __slots__ = ()

    if TYPE_CHECKING:

        @property
        def failure(self) -> Diagnostic | None:
            """The reason why there is nothing to show, or None."""

    def from_report(self, function: str, **options: Any) -> Any:
        """Call a function of the report's module with the record, and return its result."""
        return getattr(import_module(self.report), function)(self, **options)

    def long_form(self, function: str, **options: Any) -> Any:
        """Call a function of the module with the tables of the long form, and return its result."""
        return getattr(import_module(self.tables), function)(self, **options)

    def data(self) -> dict[str, Any]:
        """Return plain values for JSON, in the schema diffcompare/1."""
        data: dict[str, Any] = self.from_report("data")
        return data

    def document(self, *, brief: bool = False) -> Document:
        """Return the record as a document; a brief one has the table that was asked for and nothing else."""
        document: Document = self.from_report("document", brief=brief)
        return document

    @property
    def has_tables(self) -> bool:
        """False where the function itself is undefined or overflows, so that there is nothing to tabulate."""
        return self.failure is None or self.failure.code not in ("E802", "E804")

    def to_json(self) -> str:
        """Return the data as JSON text."""
        return render(self.document(), "json")

    def details(self) -> Details:
        """Return the record in its long form, with every table that `-v` shows; print it, or leave it to a notebook."""
        return Details(self)

    def __str__(self) -> str:
        return render(self.document(), "plain").rstrip("\n")

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return _html(self.document())


class Details:
    """The long form of a record, which shows itself as the record does."""

    __slots__ = ("record",)

    def __init__(self, record: Record) -> None:
        self.record = record

    def document(self) -> Document:
        """Return the document with every table."""
        return self.record.document().detailed

    def __repr__(self) -> str:
        return render(self.document(), "plain").rstrip("\n")

    def _repr_html_(self) -> str:
        return _html(self.document())


def _html(document: Document) -> str:
    """Return a document as a notebook shows it."""
    from diffcompare.render.html import fragment

    return fragment(document)


# --- Data -------------------------------------------------------------------------------------------------------------


def question_data(command: str, question: ParsedInput, point: Mapping[str, float]) -> dict[str, Any]:
    """Return the first fields of every JSON document: schema, command, expression, entry and point."""
    expression = question.parsed.expression
    return {
        "schema": SCHEMA,
        "command": command,
        "expression": {
            "text": question.text,
            "read_as": to_text(expression) if question.program is None else question.text,
            "variables": list(point),
            "operations": operation_count(wengert_list(expression)),
            "size": {"tree": large(tree_size(expression)), "dag": large(dag_size(expression))},
        },
        "entry": question.entry.name if question.entry else None,
        "point": dict(point),
    }


def study_data(command: str, record: Any, point: Mapping[str, float], fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON document of a study: its question, its own fields, its notes, and the failure if there is one."""
    return {**question_data(command, record.question, point), **fields, **closing_data(record)}


def closing_data(record: Any) -> dict[str, Any]:
    """Return the last fields of every JSON document: the notes, and the error where there is one."""
    error = {} if record.failure is None else {"error": record.failure.data()}
    return {"warnings": [select(note, "code | message | span") for note in record.notes], **error}


def plain(value: Any) -> Any:
    """Return a value as JSON has it: a named tuple by its fields, an expression as text.

    Anything but a finite number becomes None, and an integer that JSON readers would round becomes text.
    """
    kind = type(value)
    if kind is float:  # nearly all values are scalars, for which this is much faster than `isinstance`
        return value if math.isfinite(value) else None
    if kind is str or kind is bool or value is None:
        return value
    if kind is int:
        return large(value)
    if isinstance(value, str):
        return value
    if isinstance(value, float | Undefined):
        return number(value)
    if isinstance(value, int):
        return large(value)
    if isinstance(value, Expression):
        return to_text(value)
    if kind is dict or isinstance(value, Mapping):
        return {name: plain(item) for name, item in value.items()}
    if hasattr(value, "_asdict"):
        return plain(value._asdict())
    return [plain(item) for item in value]


def select(record: Any, fields: str) -> Any:
    """Return attributes of a record for JSON, written as `name=attribute` between bars; None for no record.

    An attribute alone is its own name, `a.b` is attribute b of attribute a (None where a is), and a `?` at the end
    turns what is empty into None.
    """
    if record is None:
        return None
    data = {}
    for name, path, optional in _selected(fields):
        value = record
        for attribute in path:
            value = None if value is None else getattr(value, attribute)
        data[name] = None if optional and not value else plain(value)
    return data


@lru_cache(maxsize=64)
def _selected(fields: str) -> list[tuple[str, list[str], bool]]:
    """Return name, path and whether empty means None for every field of a selection."""
    parts = [part.strip() for part in fields.split("|")]
    pairs = [(part.rstrip("?").rpartition("="), part.endswith("?")) for part in parts]
    return [(name or path, path.split("."), optional) for (name, _, path), optional in pairs]


MAX_LINE_NODES = 60  # of a formula that is written out in its line


def in_a_line(formula: Cell, most: int = MAX_LINE_NODES) -> Cell:
    """Return a formula, or its beginning and its size if it has more nodes than that, written out."""
    if not isinstance(formula, Expression) or tree_size(formula) <= most:
        return formula
    return Code(f"{shorten(formula)} ({large(tree_size(formula))} nodes)")


def large(count: int) -> int | str:
    """Return an integer that JSON readers keep exact, else its text (beyond 4,300 digits its order of magnitude)."""
    return count if abs(count) < MAX_EXACT_INTEGER else integer(count)


def number(value: Any) -> float | None:
    """Return a value as a finite double, or None for undefined, inf, nan and None."""
    return float(value) if value is not None and is_number(value) else None


def partials(names: Sequence[str], word: str = "and") -> str:
    """List partials: `df/dx`, `df/dx and df/dy`, `df/dx1, df/dx2, df/dx3 and 5 more`."""
    return join([f"df/d{name}" for name in names], word, most=4)


def slope_data(slope: float | None) -> float | str | None:
    """Return a one-sided slope for JSON: an infinite one as the text `inf` or `-inf`, a missing one as None."""
    return slope if slope is None or math.isfinite(slope) else str(slope)


def status(value: Any) -> str:
    """Return `ok` for a finite number, else what the value is: `undefined`, `inf`, `-inf` or `nan`."""
    if type(value) is Undefined:
        return "undefined"
    return "ok" if is_number(value) else str(float(value))


def source_place(node: Expression) -> SourcePlace | None:
    """Return the place in the program that a node was recorded from; None for a node of a formula, and for a leaf."""
    place: SourcePlace | None = getattr(node, "place", None)  # of a `TapeNode`, which formulas need not load
    return place


def source_cell(node: Expression) -> Cell:
    """Return the line that a node was recorded from as a cell: `3: y = (y + x/y)/2`."""
    place = source_place(node)
    return None if place is None else Code(str(place))


def source_data(node: Expression) -> dict[str, Any]:
    """Return the line that a node was recorded from for JSON; nothing for a node of a formula."""
    place = source_place(node)
    return {} if place is None else {"line": {"file": place.file, "number": place.line, "text": place.source_line}}


# --- Words ------------------------------------------------------------------------------------------------------------


def question_entries(question: ParsedInput, point: Mapping[str, float]) -> list[tuple[str, Cell]]:
    """Return the first lines of every listing: the function, its name in the catalogue, and the point."""
    entry = question.entry
    function: Cell = question.parsed.expression if question.program is None else Code(question.label)
    entries: list[tuple[str, Cell]] = [("f", function)]
    if entry is not None:
        entries.append(("known as", f"@{entry.name}" + f", {entry.title}" * bool(entry.title)))
    if point:
        entries.append(("at", Code(format_point(point))))
    return entries


def cell(value: Any) -> Cell:
    """Return a value as a cell: its number, or what it is instead (see `status`)."""
    return number(value) if status(value) == "ok" else status(value)


def counted(count: int, noun: str) -> str:
    """Return a count with its noun: `1 node`, `2 nodes`."""
    return f"{large(count)} {noun}{'s' * (count != 1)}"


def primed(order: int) -> str:
    """Return the name of a derivative: f, f', f'', f''', f^(4), f^(5) ..."""
    return "f" + "'" * order if order <= 3 else f"f^({order})"


def times(count: int) -> str:
    """Return `once`, `twice`, `3 times`."""
    return {1: "once", 2: "twice"}.get(count, f"{count:,} times")


def join(words: Sequence[str], word: str = "and", most: int | None = None, others: str = "more") -> str:
    """Join words as in a sentence: `a`, `a and b`, `a, b and c`; of more than `most` the last ones are counted."""
    if most is not None and len(words) > most:
        words = [*words[: most - 1], f"{len(words) - most + 1} {others}"]
    return f"{', '.join(words[:-1])} {word} {words[-1]}" if len(words) > 1 else "".join(words)
