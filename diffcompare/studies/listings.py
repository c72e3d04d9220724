"""The kinds of mistakes that a check can name: `diffcompare check --kinds`."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from diffcompare.diagnostics import Diagnostic, DiffcompareError, did_you_mean
from diffcompare.document import Block, Cell, Code, Column, Document, Heading, Listing, Paragraph, Table
from diffcompare.inputs.catalogue import GROUPS, load
from diffcompare.inputs.expression_file import Entry
from diffcompare.language.expression import Expression, Operation, Variable, lift
from diffcompare.language.operations import FUNCTIONS, OPERATIONS
from diffcompare.misconceptions.inject import example_of
from diffcompare.misconceptions.kinds import KINDS

# The catalogue, to be read: `diffcompare list` and `diffcompare list physics`.

EXAMPLE_COLUMNS = (
    Column("group", "group", group=True),
    Column("name", "name"),
    Column("title", "title"),
    Column("point", "point"),
    Column("expression", "expression"),
)


@dataclass(frozen=True, slots=True)
class ExamplesRecord:
    """Entries of the catalogue: all of them, or those of a group."""

    entries: tuple[Entry, ...]
    group: str | None = None

    def data(self) -> dict[str, object]:
        """Plain values, for JSON."""
        return {"schema": "diffcompare/1", "command": "list", "examples": [_entry_data(each) for each in self.entries]}

    def document(self) -> Document:
        """One table, by group."""
        rows = tuple(
            (each.group, f"@{each.name}", each.title, Code(point_text(each)), Code(each.text)) for each in self.entries
        )
        title = "Catalogue of expressions" if self.group is None else f"Catalogue of expressions: {self.group}"
        example = self.entries[0].name
        closing = f"An entry is asked for by its name with an @ before it: diffcompare grad @{example}"
        return Document(
            (Heading(title, 1), Table("examples", EXAMPLE_COLUMNS, rows), Paragraph(closing, "note")), self.data
        )


def examples(group: str | None = None) -> ExamplesRecord:
    """The catalogue, or one group of it.  Raises DiffcompareError (E610) for a group that it does not have."""
    if group is not None and group not in GROUPS:
        raise _unknown_group(group)
    return ExamplesRecord(tuple(each for each in load() if group in (None, each.group)), group)


def point_text(entry: Entry) -> str:
    """The classic point as `--at` takes it."""
    return ",".join(
        f"{name}={int(value) if value.is_integer() and abs(value) < 1e15 else value}"
        for name, value in entry.point.items()
    )


def _entry_data(entry: Entry) -> dict[str, object]:
    return {
        "name": entry.name,
        "group": entry.group,
        "title": entry.title,
        "expression": entry.text,
        "point": dict(entry.point),
        "gradient": dict(entry.formulas),
        "domain": entry.domain or None,
        "lesson": entry.lesson,
        "source": entry.source,
        "tier": entry.tier,
        "demos": list(entry.demos),
        "traps": list(entry.traps),
    }


def _unknown_group(group: str) -> DiffcompareError:
    close = did_you_mean(group, GROUPS)
    help_text = f"did you mean `{close}`?" if close else f"the groups are {', '.join(GROUPS)}"
    message = f"the catalogue has no group `{group}`"
    return DiffcompareError(Diagnostic(code="E610", kind="bad_value", message=message, help=help_text))


# The table of operations, to be read: `diffcompare ops` and `diffcompare ops sin`.
#
# Nothing is written down here a second time: the partials are read over expressions, and what happens at a kink is
# found by asking the row at its kink.

OPERATION_COLUMNS = (
    Column("operation", "operation", group=True),
    Column("notation", "notation", group=True),
    Column("by", "by"),
    Column("partial", "partial"),
    Column("domain", "domain"),
    Column("kink", "kink"),
    Column("aliases", "aliases"),
)

_SPELLINGS = {"**": "^", "add": "+", "subtract": "-", "multiply": "*", "divide": "/", "power": "^", "if": "if <"}


@dataclass(frozen=True, slots=True)
class OpsRecord:
    """Rows of the table of operations: all of them, or the one asked for."""

    operations: tuple[Operation, ...]
    asked: str | None = None

    def data(self) -> dict[str, object]:
        """Plain values, for JSON."""
        rows = [_row_data(operation) for operation in self.operations]
        return {"schema": "diffcompare/1", "command": "ops", "operations": rows}

    def document(self) -> Document:
        """A table of all rows, or all facts about one."""
        blocks = _overview(self.operations) if self.asked is None else _details(self.operations[0])
        return Document(blocks, self.data)


def ops(name: str | None = None) -> OpsRecord:
    """The table of operations, or the row of that name or alias.  Raises DiffcompareError (E611) if there is none.

    The six rows of `if` differ only in the relation; the table shows the first.
    """
    if name is None:
        shown = [each for each in OPERATIONS.values() if each.selects is None or each.name == _SPELLINGS["if"]]
        return OpsRecord(tuple(shown))
    key = name.strip()
    operation = FUNCTIONS.get(key) or OPERATIONS.get(_SPELLINGS.get(key, key))
    if operation is None:
        raise _unknown_operation(key)
    return OpsRecord((operation,), name)


def parameters(operation: Operation) -> tuple[str, ...]:
    """The names of an operation's arguments, as in its notation."""
    return tuple(re.findall(r"\b[a-z]\b", operation.notation))


def partials(operation: Operation) -> Iterator[tuple[str, Expression | None]]:
    """By which argument, and the partial as a formula in the arguments; None where the row has none."""
    names = parameters(operation)
    arguments = [Variable(name) for name in names]
    # The row of integer powers wants to see its exponent, and n is none; its formula is that of the general power.
    rules = (*OPERATIONS["^"].partials[:1], None) if operation.name == "^n" else operation.partials
    result = operation(*arguments)
    for name, rule in zip(names, rules, strict=True):
        yield name, lift(rule(result, *arguments) if callable(rule) else rule) if rule is not None else None


def at_kink(operation: Operation) -> tuple[dict[str, float], dict[str, float | None]] | None:
    """A point at which the operation has a kink, and the partials that it uses there (None: nan)."""
    from diffcompare.numeric.evaluate import Real

    names = parameters(operation)
    for values in product((0.0, 1.0, -1.0), repeat=operation.arity):
        if not operation.kink.contains(*values):
            continue
        arguments = [Real(value) for value in values]
        result = operation(*arguments)
        used: dict[str, float | None] = {}
        for name, rule in zip(names, operation.partials, strict=True):
            if rule is not None:
                partial = float(rule(result, *arguments) if callable(rule) else rule)
                used[name] = partial if math.isfinite(partial) else None
        return dict(zip(names, values, strict=True)), used
    return None


def house_rule(operation: Operation) -> str | None:
    """What the operation's partials are taken to be at a kink, in words."""
    found = at_kink(operation)
    if found is None:
        return None
    point, used = found
    place = ", ".join(f"{name} = {value:g}" for name, value in point.items())
    taken = [f"{'none' if value is None else format(value, 'g')} by {name}" for name, value in used.items()]
    return f"at {place} the partial is {', '.join(taken)}"


def _row_data(operation: Operation) -> dict[str, object]:
    return {
        "name": operation.name,
        "notation": operation.notation,
        "arguments": list(parameters(operation)),
        "partials": {name: None if formula is None else str(formula) for name, formula in partials(operation)},
        "domain": operation.domain.text or None,
        "kink": operation.kink.text or None,
        "house_rule": house_rule(operation),
        "aliases": list(operation.aliases),
        "libraries": _libraries(operation),
    }


def _libraries(operation: Operation) -> dict[str, str]:
    """What it is called where it is a function; signs are signs everywhere."""
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
    facts += [(f"partial by {name}", formula) for name, formula in partials(operation)]
    facts.append(("domain", operation.domain.text or "all real numbers"))
    if operation.aliases:
        facts.append(("aliases", ", ".join(operation.aliases)))
    if operation.kink.text:
        facts += [("kink", operation.kink.text), ("house rule", house_rule(operation))]
    facts += [(f"in {library}", Code(own)) for library, own in sorted(_libraries(operation).items())]
    return (Heading(operation.name, 1), Listing(tuple(facts)))


def _unknown_operation(name: str) -> DiffcompareError:
    close = did_you_mean(name, [*FUNCTIONS, *OPERATIONS])
    help_text = f"did you mean `{close}`?" if close else "`diffcompare ops` shows all operations"
    return DiffcompareError(
        Diagnostic(code="E611", kind="unknown_function", message=f"unknown operation `{name}`", help=help_text)
    )


KIND_COLUMNS = (
    Column("kind", "kind"),
    Column("title", "what it is"),
    Column("expression", "f"),
    Column("by", "by"),
    Column("wrong", "wrong answer"),
)


@dataclass(frozen=True, slots=True)
class Kinds:
    """All kinds, each with an example whose wrong answer its wrong rule has just written."""

    def rows(self) -> list[dict[str, str]]:
        """The slug, the title and the example of each kind."""
        return [{"kind": slug, "title": kind.title, **example_of(slug)._asdict()} for slug, kind in KINDS.items()]

    def data(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {"schema": "diffcompare/1", "command": "check", "kinds": self.rows()}

    def document(self) -> Document:
        """One table."""
        rows = tuple(
            (row["kind"], row["title"], Code(row["expression"]), Code(row["by"]), Code(row["wrong"]))
            for row in self.rows()
        )
        return Document((Heading("Mistakes that are known by name", 1), Table("kinds", KIND_COLUMNS, rows)), self.data)
