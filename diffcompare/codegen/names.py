"""Names in a program: variables that cannot be called what they are called in the expression, and those of nodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from unicodedata import normalize

from diffcompare.codegen.library import Library, definable
from diffcompare.expression import Expression
from diffcompare.operations import exact_integer
from diffcompare.printer import free_prefix

BAR = "_bar"
"""What the name of an adjoint ends in."""


def variable_names(names: Sequence[str], library: Library) -> dict[str, str]:
    """What each variable is called in the program: its own name unless that means something else there."""
    taken = {"gradient", "gradient_by_formulas", *library.syntax.taken, *definable(library)}
    found: dict[str, str] = {}
    for number, name in enumerate(names, 1):
        own = name if name.isidentifier() and normalize("NFKC", name) == name else f"x_{number}"
        while own in taken or own.endswith(BAR) or (own != name and own in names):
            own += "_"
        found[name] = own
        taken.add(own)
    return found


def node_names(nodes: Sequence[Expression], variables: Mapping[str, str], library: Library) -> dict[Expression, str]:
    """v1, v2, ... for the operations of a Wengert list; a negative whole number is no operation here (x^-2)."""
    prefix = free_prefix({*variables.values(), *definable(library)})
    operations = [node for node in nodes if node.operation is not None and exact_integer(node) is None]
    return {node: f"{prefix}{number}" for number, node in enumerate(operations, 1)}


def quoted(name: str) -> str:
    """A name as a string of Python; it has letters, digits and underscores only."""
    return f'"{name}"'


def remarks(variables: Mapping[str, str]) -> list[str]:
    """What is said of variables that had to be renamed."""
    return [f"the variable {name} is called {own} here" for name, own in variables.items() if own != name]
