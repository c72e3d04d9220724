"""The catalogue of classic expressions (`expressions/*.toml`), looked up by name or by shape.

`match` runs at almost every start of the program, so it must be quick: reading the files as TOML would take longer
than starting Python does.  The files are only scanned for the lines `name = ...` and `expression = ...` (a test
asserts that the scan sees what a TOML parser sees).  The scan computes a *fingerprint* of each expression, which
neither renaming nor reordering changes: its functions, numbers and operators.  Only an entry with the right
fingerprint is parsed, and only the stanza of the entry that matches is read as TOML.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from diffcompare.backends.problem import Hand
from diffcompare.diagnostics import Diagnostic, DiffcompareError, did_you_mean
from diffcompare.inputs.expression_file import Entry, entry_from
from diffcompare.inputs.formulas import formulas_from
from diffcompare.language.expression import Constant, Expression, Number, Variable
from diffcompare.language.isomorphism import renamed, renaming
from diffcompare.language.operations import CONSTANTS, FUNCTIONS
from diffcompare.language.parser import parse
from diffcompare.language.wengert import variables as variables_of
from diffcompare.language.wengert import wengert_list

# The files in reading order.  Of two entries with the same formula `match` finds the first: the nasty ones come last.
GROUPS = ("textbook", "ml", "physics", "finance", "optimisation", "nasty")

MAX_NODES = 400  # larger expressions are not looked up

_HEADER = "\n[[expression]]\n"
_TOKEN = re.compile(r"[A-Za-z_]\w*|[0-9.]+(?:e[+-]?[0-9]+)?|[-*/^]")


class Stanza(NamedTuple):
    """An entry as far as the scan reads it."""

    name: str
    text: str  # the expression
    fingerprint: frozenset[str | float]
    variables: int
    body: str  # the lines below the header
    group: str
    file: str
    line: int  # the line of the header


class CatalogueMatch(NamedTuple):
    """An entry that equals a typed expression, and the name that each of its variables has there."""

    entry: Entry
    names: dict[str, str]


def directory() -> str:
    """Return the folder of the files: inside an installed package, beside the package in a checkout."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    installed = os.path.join(package, "expressions")
    return installed if os.path.isdir(installed) else os.path.join(os.path.dirname(package), "expressions")


def references() -> list[str]:
    """Return what the entries are called as arguments: `@name`."""
    return [f"@{stanza.name}" for stanza in scan()]


@cache
def load() -> tuple[Entry, ...]:
    """Return all entries, in the order of GROUPS and of the files."""
    return tuple(_entry_of(stanza) for stanza in scan())


def entry(name: str) -> Entry:
    """Return the entry of that name.  Raises DiffcompareError (E601) with the nearest name if there is none."""
    for stanza in scan():
        if stanza.name == name:
            return _entry_of(stanza)
    raise _unknown(name)


def match(expression: Expression) -> CatalogueMatch | None:
    """Return the first entry that equals the expression up to the names of variables and the order of + and *."""
    nodes = wengert_list(expression)
    if len(nodes) > MAX_NODES:
        return None
    for stanza in _by_fingerprint().get(_fingerprint_of_nodes(nodes), ()):
        names = renaming(_parse(stanza.text), expression)
        if names is not None:
            return CatalogueMatch(_entry_of(stanza), names)
    return None


@cache
def _by_fingerprint() -> dict[tuple[frozenset[str | float], int], list[Stanza]]:
    """Return the entries by fingerprint and number of variables, so that most expressions take one look-up."""
    stanzas: dict[tuple[frozenset[str | float], int], list[Stanza]] = {}
    for stanza in scan():
        stanzas.setdefault((stanza.fingerprint, stanza.variables), []).append(stanza)
    return stanzas


def hand_for(match: CatalogueMatch) -> Hand | None:
    """Return the hand formulas of a matching entry, in the typed variables; None if its file gives none."""
    hand = hand_of(match.entry)
    if hand is None:
        return None
    formulas = {match.names[name]: renamed(formula, match.names) for name, formula in hand.formulas.items()}
    return Hand(formulas, hand.origin)


def hand_of(entry: Entry) -> Hand | None:
    """Return the hand formulas of an entry in its own variables; None if its file gives none."""
    if not entry.formulas:
        return None
    shipped = bool(entry.group) and os.path.dirname(entry.file) == directory()
    names = variables_of(wengert_list(parse(entry.text, names=entry.names)))
    formulas = formulas_from(entry.formulas, names, lambda name: f"{entry.place}, gradient.{name}")
    return Hand(formulas, "catalogue" if shipped else "file")


def point_for(match: CatalogueMatch) -> dict[str, float]:
    """Return the classic point of a matching entry, in the typed variables."""
    return {match.names[name]: value for name, value in match.entry.point.items()}


@cache
def scan() -> tuple[Stanza, ...]:
    """Scan the files for entries, reading only the lines that matter.  (They are our own files: no leniency.)"""
    stanzas: list[Stanza] = []
    folder = directory()
    for group in GROUPS:
        file = os.path.join(folder, f"{group}.toml")
        with open(file, encoding="utf-8") as opened:
            head, *bodies = opened.read().split(_HEADER)
        line = head.count("\n") + 2
        for body in bodies:
            text = _value("expression", body)
            fingerprint, variables = _fingerprint_of_text(text)
            stanzas.append(Stanza(_value("name", body), text, fingerprint, variables, body, group, file, line))
            line += body.count("\n") + 2
    return tuple(stanzas)


def _value(key: str, body: str) -> str:
    return f"\n{body}".partition(f'\n{key} = "')[2].partition('"\n')[0]


def _fingerprint_of_text(text: str) -> tuple[frozenset[str | float], int]:
    """Return the fingerprint of an expression as text, and the number of its variables."""
    marks: set[str | float] = set()
    variables = set()
    for token in set(_TOKEN.findall(text)):
        if token[0] in "0123456789.":
            marks.add(float(token))
        elif token in FUNCTIONS:
            marks.add(FUNCTIONS[token].name)
        elif token in CONSTANTS or token in "-*/^":
            marks.add(token)
        else:
            variables.add(token)
    return frozenset(marks), len(variables)


def _fingerprint_of_nodes(nodes: Iterable[Expression]) -> tuple[frozenset[str | float], int]:
    """Return the fingerprint of an expression's nodes, and the number of its variables.

    `+` is left out because a - b is matched as a + (-b).
    """
    marks: set[str | float] = set()
    variables = 0
    for node in nodes:
        if node.operation is not None:
            marks.add(_SYMBOLS.get(node.operation.name, node.operation.name))
        elif isinstance(node, Variable):
            variables += 1
        else:
            assert isinstance(node, Number | Constant)
            marks.add(node.name if isinstance(node, Constant) else float(node))
    marks.discard("+")
    return frozenset(marks), variables


_SYMBOLS = {"neg": "-", "^n": "^"}


@cache
def _parse(text: str) -> Expression:
    return parse(text)


@cache
def _entry_of(stanza: Stanza) -> Entry:
    import tomllib

    (table,) = tomllib.loads(_HEADER + stanza.body)["expression"]
    return entry_from(table, stanza.file, stanza.line, stanza.group)


def _unknown(name: str) -> DiffcompareError:
    close = did_you_mean(name, [stanza.name for stanza in scan()])
    help = f"did you mean @{close}?" if close else "`diffcompare list` shows all entries"
    message = f"the catalogue has no entry `{name}`"
    return DiffcompareError(
        Diagnostic(code="E601", kind="bad_value", message=message, span=(0, len(name) + 1), text=f"@{name}", help=help)
    )
