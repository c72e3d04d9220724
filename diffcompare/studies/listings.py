"""Listings: the catalogue (`list`), the table of operations (`ops`), kinds of mistakes (`--kinds`)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from diffcompare.diagnostics import Diagnostic, DiffcompareError, did_you_mean
from diffcompare.document import Block, Cell, Code, Document, Heading, Listing, Paragraph, Table, columns
from diffcompare.inputs.catalogue import GROUPS, load
from diffcompare.inputs.expression_file import Entry
from diffcompare.language.expression import Expression, Operation, Variable, lift
from diffcompare.language.operations import FUNCTIONS, OPERATIONS
from diffcompare.language.syntax.spelling import suggest
from diffcompare.misconceptions.inject import example_of
from diffcompare.misconceptions.kinds import KINDS
from diffcompare.numeric.evaluate import Real
from diffcompare.studies.question import format_coordinate
from diffcompare.studies.record import select

# --- The catalogue: `diffcompare list` and `diffcompare list physics` -------------------------------------------------

EXAMPLE_COLUMNS = columns("*group | name | title | point | expression")


_ENTRY_FIELDS = (
    "name | group | title | expression=text | point | gradient=formulas | domain?"
    " | lesson | source | tier | demos | traps"
)


@dataclass(frozen=True, slots=True)
class Examples:
    """Entries of the catalogue: all of them, or those of one group."""

    entries: tuple[Entry, ...]
    group: str | None = None

    def data(self) -> dict[str, object]:
        """Return plain values for JSON."""
        examples = [select(entry, _ENTRY_FIELDS) for entry in self.entries]
        return {"schema": "diffcompare/1", "command": "list", "examples": examples}

    def document(self) -> Document:
        """Return one table, by group."""
        rows = tuple(
            (entry.group, f"@{entry.name}", entry.title, Code(point_text(entry)), Code(entry.text))
            for entry in self.entries
        )
        title = "Catalogue of expressions" if self.group is None else f"Catalogue of expressions: {self.group}"
        example = self.entries[0].name
        closing = f"Ask for an entry by its name, with @ in front: diffcompare grad @{example}"
        return Document(
            (Heading(title, 1), Table("examples", EXAMPLE_COLUMNS, rows), Paragraph(closing, "note")), self.data
        )


def examples(group: str | None = None) -> Examples:
    """Return the catalogue, or one group of it.  Raises DiffcompareError (E610) for an unknown group."""
    if group is not None and group not in GROUPS:
        raise _unknown_group(group)
    return Examples(tuple(entry for entry in load() if group in (None, entry.group)), group)


def point_text(entry: Entry) -> str:
    """Return the whole classic point as `--at` reads it."""
    return ",".join(f"{name}={format_coordinate(x)}" for name, x in entry.point.items())


def _unknown_group(group: str) -> DiffcompareError:
    close = did_you_mean(group, GROUPS)
    help = f"did you mean `{close}`?" if close else f"the groups are {', '.join(GROUPS)}"
    message = f"the catalogue has no group `{group}`"
    return DiffcompareError(Diagnostic(code="E610", kind="bad_value", message=message, help=help))


# --- The table of operations: `diffcompare ops` and `diffcompare ops sin` ---------------------------------------------

# Nothing of the table is repeated here: its partials are applied to expressions, which gives them as formulas, and to
# numbers at a kink, which shows the convention there.

OPERATION_COLUMNS = columns("*operation | *notation | by | partial | domain | kink | aliases")

_SPELLINGS = {"**": "^", "add": "+", "subtract": "-", "multiply": "*", "divide": "/", "power": "^", "if": "if <"}


@dataclass(frozen=True, slots=True)
class OperationsTable:
    """Rows of the table of operations: all of them, or the one that was named."""

    operations: tuple[Operation, ...]
    name: str | None = None

    def data(self) -> dict[str, object]:
        """Return plain values for JSON."""
        rows = [_row_data(operation) for operation in self.operations]
        return {"schema": "diffcompare/1", "command": "ops", "operations": rows}

    def document(self) -> Document:
        """Return a table of all rows, or all facts about one."""
        blocks = _overview(self.operations) if self.name is None else _details(self.operations[0])
        return Document(blocks, self.data)


def ops(name: str | None = None) -> OperationsTable:
    """Return the table of operations, or the row with this name or alias.

    The six rows of `if` differ only in the relation, so the table shows the first.  Raises DiffcompareError (E611) for
    an unknown name.
    """
    if name is None:
        rows = [row for row in OPERATIONS.values() if row.selects is None or row.name == _SPELLINGS["if"]]
        return OperationsTable(tuple(rows))
    key = name.strip()
    operation = FUNCTIONS.get(key) or OPERATIONS.get(_SPELLINGS.get(key, key))
    if operation is None:
        raise _unknown_operation(key)
    return OperationsTable((operation,), name)


def parameters(operation: Operation) -> tuple[str, ...]:
    """Return the names of an operation's arguments, as in its notation."""
    return tuple(re.findall(r"\b[a-z]\b", operation.notation))


def partials(operation: Operation) -> Iterator[tuple[str, Expression | None]]:
    """Yield (argument, partial as a formula in the arguments); the partial is None where the row has none."""
    names = parameters(operation)
    arguments = [Variable(name) for name in names]
    # The partial for integer powers looks at the exponent, which n is not; its formula is that of the general power.
    rules = (*OPERATIONS["^"].partials[:1], None) if operation.name == "^n" else operation.partials
    result = operation(*arguments)
    for name, rule in zip(names, rules, strict=True):
        yield name, lift(rule(result, *arguments) if callable(rule) else rule) if rule is not None else None


def at_kink(operation: Operation) -> tuple[dict[str, float], dict[str, float | None]] | None:
    """Return a point at which the operation has a kink and the partials used there (None for nan); None without one."""
    names = parameters(operation)
    for values in product((0.0, 1.0, -1.0), repeat=operation.arity):
        if not operation.kink.contains(*values):
            continue
        arguments = [Real(value) for value in values]
        result = operation(*arguments)
        conventions: dict[str, float | None] = {}
        for name, rule in zip(names, operation.partials, strict=True):
            if rule is not None:
                partial = float(rule(result, *arguments) if callable(rule) else rule)
                conventions[name] = partial if math.isfinite(partial) else None
        return dict(zip(names, values, strict=True)), conventions
    return None


def kink_convention(operation: Operation) -> str | None:
    """Say what the operation's partials are taken to be at a kink; None where it has none."""
    kink = at_kink(operation)
    if kink is None:
        return None
    point, conventions = kink
    place = ", ".join(f"{name} = {value:g}" for name, value in point.items())
    listed = [f"{'none' if value is None else format(value, 'g')} for {name}" for name, value in conventions.items()]
    return f"at {place} the partial is {', '.join(listed)}"


def _row_data(operation: Operation) -> dict[str, object]:
    return {
        "name": operation.name,
        "notation": operation.notation,
        "arguments": list(parameters(operation)),
        "partials": {name: None if formula is None else str(formula) for name, formula in partials(operation)},
        "domain": operation.domain.text or None,
        "kink": operation.kink.text or None,
        "house_rule": kink_convention(operation),
        "aliases": list(operation.aliases),
        "libraries": _libraries(operation),
    }


def _libraries(operation: Operation) -> dict[str, str]:
    """Return the names of the operation in the libraries where it is a function; signs look alike everywhere."""
    return {library: own for library, own in operation.names.items() if own.isidentifier()}


def _overview(operations: tuple[Operation, ...]) -> tuple[Block, ...]:
    rows: list[tuple[Cell, ...]] = []
    for operation in operations:
        facts = (operation.domain.text, operation.kink.text, ", ".join(operation.aliases))
        for name, formula in partials(operation):
            rows.append((operation.name, Code(operation.notation), name, formula, *facts))
    return (
        Heading("Elementary operations", 1),
        Paragraph(
            f"{len(operations)} operations and their partials. Where no domain is given, it is all real numbers."
        ),
        Table("operations", OPERATION_COLUMNS, tuple(rows)),
    )


def _details(operation: Operation) -> tuple[Block, ...]:
    facts: list[tuple[str, Cell]] = [("notation", Code(operation.notation))]
    facts += [(f"d/d{name}", formula) for name, formula in partials(operation)]
    facts.append(("domain", operation.domain.text or "all real numbers"))
    if operation.aliases:
        facts.append(("aliases", ", ".join(operation.aliases)))
    if operation.kink.text:
        facts += [("kink", operation.kink.text), ("house rule", kink_convention(operation))]
    facts += [(f"in {library}", Code(own)) for library, own in sorted(_libraries(operation).items())]
    return (Heading(operation.name, 1), Listing(tuple(facts)))


def _unknown_operation(name: str) -> DiffcompareError:
    near = suggest(name)
    help = f"did you mean `{near}`?" if near else "`diffcompare ops` shows all operations"
    return DiffcompareError(
        Diagnostic(code="E611", kind="unknown_function", message=f"unknown operation `{name}`", help=help)
    )


# --- Kinds of mistakes: `diffcompare check --kinds` -------------------------------------------------------------------

KIND_COLUMNS = columns("kind | title=what it is | expression=f | by | wrong=wrong answer")


@dataclass(frozen=True, slots=True)
class Kinds:
    """All kinds of mistakes, each with an example whose wrong answer is computed by its wrong rule."""

    def rows(self) -> list[dict[str, str]]:
        """Return the slug, the title and the example of each kind."""
        return [{"kind": slug, "title": kind.title, **example_of(slug)._asdict()} for slug, kind in KINDS.items()]

    def data(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {"schema": "diffcompare/1", "command": "check", "kinds": self.rows()}

    def document(self) -> Document:
        """Return one table."""
        rows = tuple(
            (row["kind"], row["title"], Code(row["expression"]), Code(row["by"]), Code(row["wrong"]))
            for row in self.rows()
        )
        return Document((Heading("Mistakes that are known by name", 1), Table("kinds", KIND_COLUMNS, rows)), self.data)
