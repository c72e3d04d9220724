"""The table of operations, to be read: `diffcompare ops` and `diffcompare ops sin`.

Nothing is written down here a second time: the partials are read over expressions, and what happens at a kink is
found by asking the row at its kink.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.document import Block, Cell, Code, Column, Document, Heading, Listing, Paragraph, Table
from diffcompare.expression import Expression, Operation, Variable, lift
from diffcompare.operations import FUNCTIONS, OPERATIONS

COLUMNS = (
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
        raise _unknown(key)
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
    from diffcompare.evaluation import Real

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
        Table("operations", COLUMNS, tuple(rows)),
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


def _unknown(name: str) -> DiffcompareError:
    from difflib import get_close_matches

    close = get_close_matches(name, [*FUNCTIONS, *OPERATIONS], 1, 0.5)
    help_text = f"did you mean `{close[0]}`?" if close else "`diffcompare ops` shows all operations"
    return DiffcompareError(
        Diagnostic(code="E611", kind="unknown_function", message=f"unknown operation `{name}`", help=help_text)
    )
