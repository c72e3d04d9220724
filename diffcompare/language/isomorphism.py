"""Equality of expressions up to the names of the variables and the order and grouping of + and *.

An expression is brought into a *canonical form*: a list of `Form`s, arguments first, in which a - b is a + (-b), a
sum is one bag of all its terms and a product one bag of all its factors.  Two expressions with given names are equal
if their last forms get the same number from a shared numbering.  Which variable may stand for which is narrowed
down by *colours*, descriptions of a variable's surroundings in which no name occurs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice, permutations, product
from typing import NamedTuple

from diffcompare.language.expression import Constant, Expression, Number, Variable, apply
from diffcompare.language.operations import add, multiply, negate, subtract
from diffcompare.language.wengert import replace_nodes, wengert_list

MAX_PAIRINGS = 720  # of variables of equal colour that are tried: all pairings of six


class CanonicalNode(NamedTuple):
    """A distinct subexpression: its operation or leaf, and its arguments as (number, count or place)."""

    label: Hashable
    arguments: tuple[tuple[int, int], ...]
    in_order: bool


def renaming(pattern: Expression, expression: Expression) -> dict[str, str] | None:
    """Return the name in `expression` of every variable of `pattern`; None unless the two are isomorphic."""
    patterns, forms = canonical(pattern), canonical(expression)
    if len(patterns) != len(forms):
        return None
    numbers: dict[Hashable, int] = {}
    ours, theirs = _by_colour(patterns, numbers), _by_colour(forms, numbers)
    if {colour: len(names) for colour, names in ours.items()} != {
        colour: len(names) for colour, names in theirs.items()
    }:
        return None
    wanted = numbering(patterns, {name: name for name in chain(*ours.values())}, numbers)[-1]
    for names in islice(_pairings(ours, theirs), MAX_PAIRINGS):
        back = {typed: name for name, typed in names.items()}
        if numbering(forms, back, numbers)[-1] == wanted:
            return names
    return None


def canonical(expression: Expression) -> list[CanonicalNode]:
    """Return the canonical form: distinct subexpressions, arguments first, the expression itself last."""
    root = _without_subtraction(expression)
    forms: list[CanonicalNode] = []
    numbers: dict[CanonicalNode, int] = {}
    place: dict[Expression, int] = {}
    bags: dict[Expression, Counter[int]] = {}
    for node in wengert_list(root):
        if node.operation in (add, multiply):
            bag = bags[node] = _bag(node, bags, place)
            form = CanonicalNode(node.operation, tuple(sorted(bag.items())), False)
        else:
            arguments = tuple((place[argument], index) for index, argument in enumerate(node.arguments))
            form = CanonicalNode(node.operation or _leaf(node), arguments, True)
        place[node] = numbers.setdefault(form, len(forms))
        if place[node] == len(forms):
            forms.append(form)
    return _reachable(forms, place[root])


def _without_subtraction(expression: Expression) -> Expression:
    rewritten: dict[Expression, Expression] = {}
    for node in wengert_list(expression):
        if node.operation is None:
            rewritten[node] = node
            continue
        arguments = tuple([rewritten[argument] for argument in node.arguments])
        if node.operation is subtract:
            left, right = arguments
            rewritten[node] = apply(add, (left, apply(negate, (right,))))
        else:
            rewritten[node] = apply(node.operation, arguments)
    return rewritten[expression]


def _bag(node: Expression, bags: Mapping[Expression, Counter[int]], place: Mapping[Expression, int]) -> Counter[int]:
    """Return the terms of a sum of sums, or the factors of a product of products, each with its count."""
    bag: Counter[int] = Counter()
    for argument in node.arguments:
        bag.update(bags[argument] if argument.operation is node.operation else (place[argument],))
    return bag


def _leaf(node: Expression) -> Hashable:
    if isinstance(node, Number):
        return (node.digits, node.places)
    assert isinstance(node, Variable | Constant)
    return (type(node), node.name)


def _reachable(forms: Sequence[CanonicalNode], root: int) -> list[CanonicalNode]:
    """Return the forms below the root, renumbered; forms of sums inside sums have been absorbed."""
    needed = {root}
    for index in range(root, -1, -1):
        if index in needed:
            needed.update(argument for argument, _ in forms[index].arguments)
    order = {old: new for new, old in enumerate(sorted(needed))}
    return [
        forms[old]._replace(arguments=tuple((order[argument], number) for argument, number in forms[old].arguments))
        for old in order
    ]


def numbering(forms: Sequence[CanonicalNode], names: Mapping[str, str], numbers: dict[Hashable, int]) -> list[int]:
    """Return a number for every form, equal for equal forms under these names of the variables."""
    result: list[int] = []
    for label, arguments, in_order in forms:
        key: Hashable
        if in_order:
            if not arguments and isinstance(label, tuple) and label[0] is Variable:
                label = (Variable, names[label[1]])
            key = (label, tuple([result[argument] for argument, _ in arguments]))
        else:
            key = (label, _collected((result[argument], count) for argument, count in arguments))
        result.append(numbers.setdefault(key, len(numbers)))
    return result


def _collected(counts: Iterable[tuple[Hashable, int]]) -> frozenset[tuple[Hashable, int]]:
    bag: Counter[Hashable] = Counter()
    for key, count in counts:
        bag[key] += count
    return frozenset(bag.items())


def _by_colour(forms: Sequence[CanonicalNode], numbers: dict[Hashable, int]) -> dict[int, list[str]]:
    """Group the variables by colour, which describes the paths down to a variable without any names."""
    blind = {label[1]: "" for label, _, _ in forms if isinstance(label, tuple) and label[0] is Variable}
    shapes = numbering(forms, blind, numbers)
    above: list[list[tuple[Hashable, int]]] = [[] for _ in forms]
    classes: dict[int, list[str]] = {}
    for index in range(len(forms) - 1, -1, -1):
        label, arguments, in_order = forms[index]
        surroundings = numbers.setdefault(("above", _collected(above[index])), len(numbers))
        for argument, number in arguments:
            place, count = (number, 1) if in_order else (-1, number)
            above[argument].append(((shapes[index], surroundings, place), count))
        if isinstance(label, tuple) and label[0] is Variable:
            classes.setdefault(surroundings, []).append(label[1])
    return classes


def _pairings(ours: Mapping[int, list[str]], theirs: Mapping[int, list[str]]) -> Iterator[dict[str, str]]:
    """Yield the ways to pair variables of equal colour; the first keeps them in alphabetical order."""
    colours = sorted(ours)
    # `product` draws all of its choices before it yields the first, and ten alike have 3,628,800.
    choices = [islice(permutations(sorted(theirs[colour])), MAX_PAIRINGS) for colour in colours]
    pattern = [name for colour in colours for name in sorted(ours[colour])]
    for chosen in product(*choices):
        yield dict(zip(pattern, chain(*chosen), strict=True))


def renamed(expression: Expression, names: Mapping[str, str]) -> Expression:
    """Rename the variables of an expression, all at once (so x and y may change places)."""
    return replace_nodes([expression], {Variable(old): Variable(new) for old, new in names.items()})[0]
