"""The names of the Wengert list in the literature: variables v-1, v0 and operations v1, v2, ...

n variables are v(1-n) ... v0, so that the last one is v0, and the operations are numbered from 1 along the list
(Griewank and Walther, Evaluating Derivatives, 2008, section 2.2; Baydin et al., Automatic Differentiation in Machine
Learning, JMLR 2018, table 2).  Numbers and constants are written as themselves and have no name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from diffcompare.expression import Expression, Variable

_SUBSCRIPTS = str.maketrans("-0123456789", "₋₀₁₂₃₄₅₆₇₈₉")


def names(nodes: Iterable[Expression], variables: Sequence[str]) -> dict[Expression, str]:
    """The names of a Wengert list's variables and operations, in ASCII: `v-1`, `v0`, `v1`.

    `variables` are the names of the variables in the order of the point; each has its number there, whether or not it
    is among the nodes.  The dict is in the order of the list.  Raises KeyError for a variable that is not among them.
    """
    places = {name: place for place, name in enumerate(variables, 1 - len(variables))}
    named: dict[Expression, str] = {}
    operations = 0
    for node in nodes:
        if node.operation is not None:
            operations += 1
            named[node] = f"v{operations}"
        elif type(node) is Variable:
            named[node] = f"v{places[node.name]}"
    return named


def pretty(name: str) -> str:
    """The name as it is set in print, with Unicode subscripts: `v-1` becomes v₋₁."""
    return name[:1] + name[1:].translate(_SUBSCRIPTS)
