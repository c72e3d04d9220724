"""The Wengert list: the distinct nodes of an expression in order of evaluation, and their names.

Every node follows its arguments.  The list is ordered by level and, within a level, by first appearance in the text,
which is the numbering of the literature (v1 = ln x1, v2 = x1*x2, v3 = sin x2, ...).  Every algorithm is a loop along
it, forwards or backwards.

n variables are called v(1-n) ... v0, so that the last one is v0, and the operations are numbered from 1 along the list
(Griewank and Walther, Evaluating Derivatives, 2008, section 2.2; Baydin et al., Automatic Differentiation in Machine
Learning, JMLR 2018, table 2).  Numbers and constants are written as themselves and have no name.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from operator import attrgetter
from weakref import KeyedRef

from diffcompare.language.expression import Expression, Variable, apply

_level = attrgetter("level")


EXACT_BITS, KEPT_BITS = 16_384, 256  # of the number of nodes of a tree: more digits than Python writes out, and 77

MAX_KEPT = 8  # recent lists that are kept: an expression that is looked at once is looked at many times

# By the id of the root: a weak reference to the root, and the nodes below it.
_kept: dict[int, tuple[KeyedRef[int, Expression], list[Expression]]] = {}


def wengert_list(*roots: Expression) -> list[Expression]:
    """Return the Wengert list of one or several expressions; nodes that they share occur once."""
    if len(roots) != 1:
        return _listed(roots)
    (root,) = roots
    known = _kept.get(id(root))
    if known is not None and known[0]() is root:
        return [*known[1], root]
    nodes = _listed(roots)
    if len(_kept) >= MAX_KEPT:
        _kept.clear()
    _kept[id(root)] = (KeyedRef(root, _forget, id(root)), nodes[:-1])
    return nodes


def _forget(root: KeyedRef[int, Expression]) -> None:
    """Remove the list of a root that has died, so that it keeps no node below the root alive."""
    known = _kept.get(root.key)
    if known is not None and known[0] is root:
        _kept.pop(root.key, None)  # another thread may have cleared it


def _listed(roots: Sequence[Expression]) -> list[Expression]:
    distinct: dict[Expression, None] = {}
    stack = list(reversed(roots))
    pop, push = stack.pop, stack.extend
    while stack:
        node = pop()
        if node not in distinct:
            distinct[node] = None
            if node.operation is not None:
                push(node.arguments[::-1])
    # The sort is stable, and an argument's level is lower than its user's: so the order is topological.
    return sorted(distinct, key=_level)


def replace_nodes(roots: Sequence[Expression], replaced: dict[Expression, Expression]) -> list[Expression]:
    """Return expressions with some of their nodes replaced; `replaced` has these, and is given all others."""
    for node in wengert_list(*roots):
        if node not in replaced:
            arguments = tuple([replaced[argument] for argument in node.arguments])
            replaced[node] = node if node.operation is None else apply(node.operation, arguments)
    return [replaced[root] for root in roots]


def variables(nodes: Iterable[Expression]) -> list[str]:
    """Return the names of the variables among the nodes, in natural order (x2 before x10)."""
    found = [node for node in nodes if type(node) is Variable]
    if len(found) > 1:
        found.sort(key=_sort_key)
    return [node.name for node in found]


def _sort_key(variable: Variable) -> list[tuple[int, int, str]]:
    """Return the sort key of a variable's name, which stays with it: a cache by name would be too small for many."""
    try:
        return variable.sort_key  # type: ignore[no-any-return]
    except AttributeError:
        variable.sort_key = key = natural_sort_key(variable.name)
        return key


def natural_sort_key(name: str) -> list[tuple[int, int, str]]:
    """Return a sort key that reads runs of digits as numbers and ignores case unless all else is equal."""
    key: list[tuple[int, int, str]] = []
    start = 0
    while start < len(name):
        end = start + 1
        numeric = name[start].isdecimal()
        while end < len(name) and name[end].isdecimal() == numeric:
            end += 1
        run = name[start:end]
        key.append((0, int(run), run) if numeric else (1, 0, run.casefold()))
        start = end
    return [*key, (2, 0, name)]


def active_nodes(nodes: Sequence[Expression], wrt: Collection[str] | None = None) -> set[Expression]:
    """Return the nodes that depend on one of the variables `wrt`; None stands for all variables."""
    varying = {node for node in nodes if node.varies}
    if wrt is None:
        return varying
    if not isinstance(wrt, (dict, frozenset, set)):
        wrt = frozenset(wrt)
    chosen: set[Expression] = {node for node in varying if type(node) is Variable and node.name in wrt}
    if len(chosen) == sum([type(node) is Variable for node in varying]):
        return varying
    for node in nodes:
        if node.operation is not None and not chosen.isdisjoint(node.arguments):
            chosen.add(node)
    return chosen


def operation_count(nodes: Iterable[Expression]) -> int:
    """Return the number of nodes that apply an operation."""
    return sum(1 for node in nodes if node.operation is not None)


def dag_size(*roots: Expression) -> int:
    """Return the number of distinct nodes of the expressions."""
    return len(wengert_list(*roots))


def tree_size(*roots: Expression) -> int:
    """Return the number of nodes of the expressions written out as trees, even for a tree too large to build.

    It is exact up to 4,900 digits, and beyond in the first 70, as `tree_sum` is.
    """
    return tree_sum(wengert_list(*roots), roots, lambda node: 1)


def tree_sum(nodes: Sequence[Expression], roots: Sequence[Expression], weight: Callable[[Expression], int]) -> int:
    """Return the sum of the weights of the nodes of expressions written out as trees; `nodes` is their Wengert list.

    It is exact below 2^EXACT_BITS.  In `a = x*x; b = a*a; ...` sums double in length line by line: beyond that they
    keep their KEPT_BITS first bits and how many others there were, so that the time stays linear, and a sum is dropped
    after its last use.
    """
    uses: dict[Expression, int] = dict.fromkeys(nodes, 0)
    for node in nodes:
        for argument in node.arguments:
            uses[argument] += 1
    for root in roots:
        uses[root] += 1
    sizes: dict[Expression, int] = {}
    shifts: dict[Expression, int] = {}  # bits that a size has lost
    for node in nodes:
        size, shift = weight(node), 0
        for argument in node.arguments:
            if shifts:
                size, shift = _shifted_sum(size, shift, sizes[argument], shifts.get(argument, 0))
            else:
                size += sizes[argument]
            uses[argument] -= 1
            if not uses[argument]:
                del sizes[argument]
        if size.bit_length() > (KEPT_BITS * 2 if shift else EXACT_BITS):
            lost = size.bit_length() - KEPT_BITS
            size, shift = size >> lost, shift + lost
        sizes[node] = size
        if shift:
            shifts[node] = shift
    total, shift = 0, 0
    for root in roots:
        total, shift = _shifted_sum(total, shift, sizes[root], shifts.get(root, 0))
    return total << shift


def _shifted_sum(size: int, shift: int, other: int, other_shift: int) -> tuple[int, int]:
    """Return the sum of two integers that have lost some bits, with as many lost as the one that has lost more."""
    if shift == other_shift:
        return size + other, shift
    if shift > other_shift:
        return size + (other >> (shift - other_shift)), shift
    return (size >> (other_shift - shift)) + other, other_shift


_SUBSCRIPTS = str.maketrans("-0123456789", "₋₀₁₂₃₄₅₆₇₈₉")


def names(nodes: Iterable[Expression], variables: Sequence[str]) -> dict[Expression, str]:
    """Return the names of the variables and operations of a Wengert list, in ASCII: `v-1`, `v0`, `v1`.

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
    """Return a name as it is set in print, with Unicode subscripts: `v-1` becomes v₋₁."""
    return name[:1] + name[1:].translate(_SUBSCRIPTS)
