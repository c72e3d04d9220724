"""What every study tells in the same way: its question, its point, numbers that may be none, and itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

from diffcompare.diagnostics import Diagnostic
from diffcompare.document import Cell, Code, Document
from diffcompare.formatting import integer
from diffcompare.language.printer import to_text
from diffcompare.language.wengert import dag_size, operation_count, tree_size, wengert_list
from diffcompare.numeric.evaluate import Undefined, is_number
from diffcompare.studies.question import format_point

if TYPE_CHECKING:
    from diffcompare.inputs.resolve import ParsedInput

SCHEMA = "diffcompare/1"
EXACT_BELOW = 2**53  # JSON readers keep integers exact below this; larger ones are written as decimal text


class Record:
    """A record that shows itself: as text, as JSON, and as a table in a notebook.

    It names the module of its report, which has the functions `data` and `document`, and imports it when it is shown:
    a record is computed from below, its report is written from above.
    """

    report: ClassVar[str]
    __slots__ = ()

    if TYPE_CHECKING:

        @property
        def failure(self) -> Diagnostic | None:
            """What is wrong with the point."""

    def from_report(self, function: str, **options: Any) -> Any:
        """Return what a function of the report's module makes of the record."""
        return getattr(import_module(self.report), function)(self, **options)

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
        """Whether there is anything to show: not where the function itself is undefined or beyond the doubles."""
        return self.failure is None or self.failure.code not in ("E802", "E804")

    def to_json(self) -> str:
        """The data as JSON text."""
        from diffcompare.render import render

        return render(self.document(), "json")

    def __str__(self) -> str:
        from diffcompare.render import render

        return render(self.document(), "plain").rstrip("\n")

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        from diffcompare.render.html import fragment

        return fragment(self.document())


# --- Data -------------------------------------------------------------------------------------------------------------


def question_data(command: str, question: ParsedInput, point: Mapping[str, float]) -> dict[str, Any]:
    """The first fields of every document: schema, command, expression, entry and point."""
    expression = question.parsed.expression
    return {
        "schema": SCHEMA,
        "command": command,
        "expression": {
            "text": question.text,
            "read_as": to_text(expression),
            "variables": list(point),
            "operations": operation_count(wengert_list(expression)),
            "size": {"tree": large(tree_size(expression)), "dag": large(dag_size(expression))},
        },
        "entry": question.entry.name if question.entry else None,
        "point": dict(point),
    }


def warnings_data(notes: Iterable[Diagnostic]) -> list[dict[str, Any]]:
    """The notes of a study."""
    return [
        {"code": note.code, "message": note.message, "span": list(note.span) if note.span else None} for note in notes
    ]


def large(count: int) -> int | str:
    """An integer that JSON readers keep exact, else its decimal text (beyond 4,300 digits its order of magnitude)."""
    return count if abs(count) < EXACT_BELOW else integer(count)


def number(value: Any) -> float | None:
    """A value as a finite double, None where it is none."""
    return float(value) if value is not None and is_number(value) else None


def status(value: Any) -> str:
    """`ok`, or what the value is instead of a number: undefined, inf, -inf, nan."""
    if type(value) is Undefined:
        return "undefined"
    return "ok" if is_number(value) else str(float(value))


# --- Words ------------------------------------------------------------------------------------------------------------


def question_entries(question: ParsedInput, point: Mapping[str, float]) -> list[tuple[str, Cell]]:
    """The first lines of every listing: the function, its name in the catalogue, and the point."""
    entry = question.entry
    entries: list[tuple[str, Cell]] = [("f", question.parsed.expression)]
    if entry is not None:
        entries.append(("known as", f"@{entry.name}" + f", {entry.title}" * bool(entry.title)))
    if point:
        entries.append(("at", Code(format_point(point))))
    return entries


def cell(value: Any) -> Cell:
    """A value as a cell: its number, or what it is instead."""
    return number(value) if status(value) == "ok" else status(value)


def counted(count: int, noun: str) -> str:
    """`1 node`, `2 nodes`."""
    return f"{large(count)} {noun}{'s' * (count != 1)}"
