"""A large expression as vectors: what is the same operation at the same height is one NumPy call.

Sums and products of many terms, which the language writes as chains `((a + b) + c) + d`, are one node each: their
partial sums come of `accumulate`, which adds from left to right as Python does, and their partial products run once
forwards and once backwards (Speelpenning's product).  Arithmetic of NumPy has the bits of Python's, every other
function is called number by number, and a total of three or more contributions is rounded once, as by `math.fsum`.  So
the results are those of the plain sweep, to the bit, but for the sign of a zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple, TypeAlias

import numpy

from diffcompare.codegen.joint_sweep import Form, partial_form, selects_a_one
from diffcompare.collection_pause import collection_paused
from diffcompare.language.expression import Expression, Operation, Variable
from diffcompare.language.operations import NotDifferentiable, add, divide, multiply, negate, subtract
from diffcompare.numeric.evaluate import FLOATS, RANGE_ERRORS
from diffcompare.numeric.extended_range import MAX_PLAIN, MIN_PLAIN

MIN_CHAIN = 3  # operations of a chain
MAX_SUMMED_SINGLY = 4_000  # numbers up to which `math.fsum` is quicker than vectors

MIN_NODES_A_VECTOR = 50  # a call of NumPy takes as long as some fifty operations of Python


class TooNarrow(Exception):
    """Vectors would be too short to be quicker than single numbers."""


Index: TypeAlias = Any  # a slice, or an array of places
_RELATIONS = {
    "<": numpy.less, "<=": numpy.less_equal, ">": numpy.greater, ">=": numpy.greater_equal, "==": numpy.equal,
    "!=": numpy.not_equal,
}  # fmt: skip
_ARITHMETIC = {add: numpy.add, subtract: numpy.subtract, multiply: numpy.multiply, divide: numpy.divide,
               negate: numpy.negative}  # fmt: skip


class WideOperation(NamedTuple):
    """An operation, or a whole chain, with its arguments; signs are those of the terms of a sum."""

    operation: Operation
    arguments: Sequence[Expression]
    signs: tuple[float, ...] | None = None  # None for an operation that is no chain


Partial: TypeAlias = Callable[[Any, Any, Sequence[Any]], Any]  # of adjoints, results and arguments: contributions


class Layer:
    """Terms of one kind at one height: places of the arguments by position, and where the results go."""

    def __init__(self, terms: Sequence[WideOperation], start: int, place: Mapping[Expression, int]) -> None:
        first = terms[0]
        self.operation, self.is_chain = first.operation, first.signs is not None
        self.results = slice(start, start + len(terms))
        places = numpy.array([[place[argument] for argument in term.arguments] for term in terms], dtype=numpy.intp)
        self.places = places if self.is_chain else places.T  # a row for every chain, or for every position
        self.arguments = [_index(self.places.ravel())] if self.is_chain else [_index(row) for row in self.places]
        self.shape = self.places.shape
        self.signs: Any = None
        if self.is_chain and first.operation is not multiply:
            signs = numpy.array([term.signs for term in terms])
            self.signs = None if (signs == 1.0).all() else signs
        self.is_single = not self.is_chain and len(terms) == 1  # a single operation is quicker without vectors
        row = self.operation.real if self.is_single else exact_function(self.operation)
        self.function = None if self.is_chain else row
        self.partials: list[Partial | None] = []
        self.contributions = slice(0, 0)  # of all positions, one after the other
        self.adjoint: list[tuple[Index, Any]] = []  # for results with equally many uses: which, and their contributions


def _index(places: Any) -> Index:
    """Return places as a slice if they follow one another."""
    first, count = int(places[0]), len(places)
    if int(places[-1]) == first + count - 1 and (count < 2 or (numpy.diff(places) == 1).all()):
        return slice(first, first + count)
    return places


class VectorProgram:
    """The value and the partials of an expression by vectors; `efficiency` is the mean number of nodes of a vector.

    Raises TooNarrow where that is too small, NotDifferentiable if a partial that is needed does not exist, and one of
    RANGE_ERRORS for a constant beyond the doubles.
    """

    def __init__(
        self,
        nodes: Sequence[Expression],
        names: Sequence[str],
        wrt: Sequence[str],
        min_efficiency: float = MIN_NODES_A_VECTOR,
    ) -> None:
        with collection_paused(len(nodes)):
            self._build(nodes, names, wrt, min_efficiency)

    def _build(
        self, nodes: Sequence[Expression], names: Sequence[str], wrt: Sequence[str], min_efficiency: float
    ) -> None:
        self.nodes, terms = nodes, _terms(nodes)
        self.count = len(names)
        place: dict[Expression, int] = {Variable(name): number for number, name in enumerate(names)}
        constants = [node for node in nodes if not node.varies]
        for node in constants:
            place[node] = len(place)
        leaves = len(place)
        groups = _grouped(terms)
        self.efficiency = len(nodes) / max(1, len(groups))
        if self.efficiency < min_efficiency:
            raise TooNarrow
        self.layers: list[Layer] = []
        for group in groups:
            start = len(place)
            for node in group:
                place[node] = len(place)
            self.layers.append(Layer([terms[node] for node in group], start, place))
        self.values = numpy.zeros(len(place))
        known = _constant_values(nodes)
        self.values[self.count : leaves] = [known[node] for node in constants]
        self.root = place[nodes[-1]]
        self.wrt = (
            _index(numpy.array([place[Variable(name)] for name in wrt], dtype=numpy.intp)) if wrt else slice(0, 0)
        )
        self._prepare_backwards(leaves)

    def _prepare_backwards(self, leaves: int) -> None:
        """Give every argument of every layer a place for its contribution, and every result those of its uses."""
        start, targets = 0, []
        for layer in self.layers:
            if not layer.is_chain:
                forms = [self._form(layer, position, leaves) for position in range(len(layer.places))]
                row = _row if layer.is_single else exact_function
                layer.partials = [None if form is None else _contribution(form, row) for form in forms]
            targets.append(layer.places.ravel())
            layer.contributions = slice(start, start + layer.places.size)
            start += layer.places.size
        self.contributions = start
        every = numpy.concatenate(targets) if targets else numpy.zeros(0, dtype=numpy.intp)
        order = numpy.argsort(every, kind="stable")
        counts = numpy.bincount(every, minlength=len(self.values))
        firsts = numpy.concatenate([[0], numpy.cumsum(counts)])
        for layer in self.layers:
            layer.adjoint = _gathered(order, counts, firsts, layer.results.start, layer.results.stop)
        self.of_variables = _gathered(order, counts, firsts, 0, self.count)

    def _form(self, layer: Layer, position: int, leaves: int) -> Form | None:
        """Return the partial of a layer; None where all arguments are constants."""
        row = layer.places[position]
        if (row >= self.count).all() and (row < leaves).all():
            return None
        partial = layer.operation.partials[position]
        if partial is None:
            raise NotDifferentiable(self.nodes[-1])
        if type(partial) is int:
            return partial
        fixed = [bool(self.count <= other[0] < leaves and (other == other[0]).all()) for other in layer.places]
        constants = [
            float(self.values[other[0]]) if is_fixed else None
            for other, is_fixed in zip(layer.places, fixed, strict=True)
        ]
        return partial_form(layer.operation, position, tuple(constants))

    def __call__(self, point: Any, *, with_gradient: bool = True) -> tuple[float, Any] | None:
        """Return the value and the partials at a point, an array; None where only a careful sweep can tell."""
        values = self.values.copy()
        values[: self.count] = point
        try:
            with numpy.errstate(divide="raise", over="raise", invalid="raise", under="ignore"):
                saved = [self._forwards(layer, values) for layer in self.layers]
                if not with_gradient:
                    value = float(values[self.root])
                    return (value, None) if math.isfinite(value) and numpy.isfinite(point).all() else None
                partials = self._backwards(values, saved)
                if not all(is_plain(numbers) for numbers in (values, *saved) if numbers is not None):
                    return None
        except RANGE_ERRORS:
            return None
        return float(values[self.root]), partials

    def _forwards(self, layer: Layer, values: Any) -> Any:
        """Compute the results of a layer; return the partial sums or products of chains."""
        if layer.is_single:
            assert layer.function is not None
            values[layer.results.start] = layer.function(*values[layer.places[:, 0]].tolist())
            return None
        if layer.function is not None:
            values[layer.results] = layer.function(*[values[index] for index in layer.arguments])
            return None
        terms = values[layer.arguments[0]].reshape(layer.shape)
        if layer.signs is not None:
            terms = terms * layer.signs
        prefix = (numpy.multiply if layer.operation is multiply else numpy.add).accumulate(terms, axis=1)
        values[layer.results] = prefix[:, -1]
        return prefix

    def _backwards(self, values: Any, saved: Sequence[Any]) -> Any:
        contributions = numpy.empty(self.contributions)
        for layer, prefix in zip(reversed(self.layers), reversed(saved), strict=True):
            results = layer.results
            if layer.is_single:
                _single_backwards(layer, values, contributions, is_root=results.start == self.root)
                continue
            if results.start <= self.root < results.stop:  # the last node has a height of its own
                adjoint = numpy.ones(1)
            else:
                adjoint = _totals(layer.adjoint, contributions, results.stop - results.start)
            target = contributions[layer.contributions].reshape(layer.shape)
            if not layer.is_chain:
                result, arguments = values[results], [values[index] for index in layer.arguments]
                for position, partial in enumerate(layer.partials):
                    if partial is not None:
                        target[position] = partial(adjoint, result, arguments)
            elif layer.operation is multiply:
                _product_backwards(values[layer.arguments[0]].reshape(layer.shape), prefix, adjoint, target)
            elif layer.signs is None:
                target[:] = adjoint[:, None]
            else:
                numpy.multiply(layer.signs, adjoint[:, None], out=target)
        if self.root < self.count:
            partials = numpy.zeros(self.count)
            partials[self.root] = 1.0
        else:
            partials = _totals(self.of_variables, contributions, self.count)
        return partials[self.wrt].copy()


def _terms(nodes: Sequence[Expression]) -> dict[Expression, WideOperation]:
    """Return the operations on variables, chains as one; the inner ones of a chain are gone."""
    uses: dict[Expression, int] = {}
    for node in nodes:
        for argument in node.arguments:
            uses[argument] = uses.get(argument, 0) + 1
    terms: dict[Expression, WideOperation] = {}
    lengths: dict[Expression, int] = {}  # of the chain that ends at a node
    for node in nodes:
        operation = node.operation
        if operation is None or not node.varies:
            continue
        terms[node] = WideOperation(operation, node.arguments)
        if operation is add or operation is subtract or operation is multiply:
            left = node.arguments[0]
            goes_on = left in lengths and uses[left] == 1 and (operation is multiply) == (left.operation is multiply)
            lengths[node] = lengths[left] + 1 if goes_on else 1
    inner: set[Expression] = set()
    for node in reversed(nodes):
        if lengths.get(node, 0) >= MIN_CHAIN and node not in inner:
            operands, signs, link = [], [], node
            for _ in range(lengths[node] - 1):
                operands.append(link.arguments[1])
                signs.append(-1.0 if link.operation is subtract else 1.0)
                link = link.arguments[0]
                inner.add(link)
            operands += [link.arguments[1], link.arguments[0]]
            signs += [-1.0 if link.operation is subtract else 1.0, 1.0]
            operation = multiply if node.operation is multiply else add
            terms[node] = WideOperation(operation, operands[::-1], tuple(signs[::-1]))
    for node in inner:
        del terms[node]
    return terms


def _grouped(terms: Mapping[Expression, WideOperation]) -> list[list[Expression]]:
    """Return the terms in layers: of one operation, of one length, at one height, in order of evaluation."""
    heights: dict[Expression, int] = {}
    groups: dict[tuple[Any, ...], list[Expression]] = {}
    for node, term in terms.items():
        height = heights[node] = 1 + max([heights.get(argument, 0) for argument in term.arguments])
        key: tuple[Any, ...] = (height, term.operation, term.signs is not None, len(term.arguments))
        if term.signs is None and term.operation not in _ARITHMETIC:
            key += tuple([id(argument) if not argument.varies else None for argument in term.arguments])
        groups.setdefault(key, []).append(node)
    return [groups[key] for key in sorted(groups, key=lambda key: key[0])]


def _constant_values(nodes: Sequence[Expression]) -> dict[Expression, float]:
    """Return the values of the nodes without a variable.  Raises one of RANGE_ERRORS where there is none."""
    values: dict[Expression, float] = {}
    for node in nodes:
        if not node.varies:
            if node.operation is None:
                values[node] = FLOATS.leaf(node, {})
            else:
                values[node] = node.operation.real(*[values[argument] for argument in node.arguments])
    return values


def _gathered(order: Any, counts: Any, firsts: Any, start: int, stop: int) -> list[tuple[Index, Any]]:
    """Return, for every number of uses, which of the nodes have so many, and the places of their contributions."""
    gathered = []
    own = counts[start:stop]
    for count in numpy.unique(own):
        if count:
            which = numpy.flatnonzero(own == count)
            places = order[firsts[start + which] + numpy.arange(count)[:, None]]
            row = _index(places[0]) if count == 1 else places
            gathered.append((_index(which), row))
    return gathered


def _totals(gathered: Sequence[tuple[Index, Any]], contributions: Any, count: int) -> Any:
    """Return the sums of the contributions to every node."""
    if len(gathered) == 1 and isinstance(gathered[0][0], slice):
        which, places = gathered[0]
        if which == slice(0, count):
            return _total(contributions, places)
    totals = numpy.zeros(count)
    for which, places in gathered:
        totals[which] = _total(contributions, places)
    return totals


def _total(contributions: Any, places: Any) -> Any:
    terms = contributions[places]
    if terms.ndim == 1:
        return terms
    return terms[0] + terms[1] if len(terms) == 2 else exact_totals(terms)


def exact_totals(terms: Any) -> Any:
    """Return the sums of the columns, each rounded once.

    The additions of a tree leave their errors as doubles (Knuth's TwoSum).  Where these are known well enough to tell
    how the sum is rounded (Ogita, Rump and Oishi: Accurate sum and dot product, SIAM J. Sci. Comput. 26, 2005), that is
    the sum; the few others are left to `math.fsum`.
    """
    if terms.size <= MAX_SUMMED_SINGLY:
        return numpy.array([math.fsum(column) for column in terms.T.tolist()])
    count, rest = len(terms), terms
    lost = numpy.empty((count - 1, terms.shape[1]))
    start = 0
    while len(rest) > 1:
        half = len(rest) // 2
        left, right, errors = rest[:half], rest[half : 2 * half], lost[start : start + half]
        sums = left + right
        part = sums - left
        numpy.subtract(right, part, out=errors)
        numpy.subtract(sums, part, out=part)
        numpy.subtract(left, part, out=part)
        errors += part
        rest = numpy.concatenate([sums, rest[2 * half :]]) if len(rest) % 2 else sums
        start += half
    errors = numpy.add.reduce(lost)
    sizes = numpy.add.reduce(numpy.abs(lost, out=lost))
    bound = sizes * (count * 2.0**-50)
    totals = rest[0] + errors
    unclear = numpy.flatnonzero((rest[0] + (errors - bound)) != (rest[0] + (errors + bound)))
    for column in unclear:
        totals[column] = math.fsum(terms[:, column].tolist())
    return totals


def _product_backwards(terms: Any, prefix: Any, adjoint: Any, target: Any) -> None:
    """Write the contributions of a product to its factors: those behind a factor, times those before it."""
    count = terms.shape[1]
    behind = numpy.empty(terms.shape)  # the adjoints of the partial products, from the last to the first
    behind[:, 0] = adjoint
    behind[:, 1:] = terms[:, :0:-1]
    numpy.multiply.accumulate(behind, axis=1, out=behind)
    numpy.multiply(behind[:, count - 2 :: -1], prefix[:, :-1], out=target[:, 1:])
    target[:, 0] = behind[:, -1]


_MAX_SQUARES = MAX_PLAIN**2
MAX_DOTTED = 5_000  # numbers; beyond, libraries of linear algebra start threads


def is_plain(values: Any) -> bool:
    """Tell whether all values are where the plain sweep takes them for good: 0, or neither huge nor tiny."""
    if not values.size:
        return True
    values = values.ravel()
    if values.size <= MAX_DOTTED and numpy.dot(values, values) < _MAX_SQUARES:  # quicker than the largest number
        with suppress(FloatingPointError):  # of 0
            inverse = numpy.reciprocal(values)
            if numpy.dot(inverse, inverse) < _MAX_SQUARES:
                return True
    sizes = numpy.abs(values)
    if sizes.max() < MAX_PLAIN and sizes.min() > MIN_PLAIN:
        return True
    return bool(((sizes < MAX_PLAIN) & ((sizes > MIN_PLAIN) | (sizes == 0))).all())


def exact_function(operation: Operation) -> Callable[..., Any]:
    """Return a row as a function of arrays, with the bits that it has over doubles."""
    if operation in _ARITHMETIC:
        return _ARITHMETIC[operation]
    if operation.selects is not None:
        relation = _RELATIONS[operation.name[3:]]
        return lambda left, right, yes, no: numpy.where(relation(left, right), yes, no)
    return lambda *arguments: _number_by_number(operation.real, arguments)


def _number_by_number(function: Callable[..., float], arguments: Sequence[Any]) -> Any:
    lists = [argument.tolist() for argument in numpy.broadcast_arrays(*arguments)]
    return numpy.array(list(map(function, *lists)), dtype=float)


def _single_backwards(layer: Layer, values: Any, contributions: Any, *, is_root: bool) -> None:
    """Write the contributions of a single operation, in numbers of Python."""
    if is_root:
        adjoint = 1.0
    else:
        terms = contributions[layer.adjoint[0][1]].ravel().tolist()
        adjoint = terms[0] if len(terms) == 1 else terms[0] + terms[1] if len(terms) == 2 else math.fsum(terms)
    result, arguments = float(values[layer.results.start]), values[layer.places[:, 0]].tolist()
    for position, partial in enumerate(layer.partials, layer.contributions.start):
        if partial is not None:
            contributions[position] = partial(adjoint, result, arguments)


def _row(operation: Operation) -> Callable[..., Any]:
    return operation.real


def _contribution(form: Form, row: Callable[[Operation], Callable[..., Any]]) -> Partial:
    """Return the function that multiplies adjoints by a partial; `row` gives the function of an operation."""
    if not isinstance(form, Expression):
        if form == 0:
            return lambda *_: 0.0
        return (lambda adjoint, *_: adjoint) if form == 1 else lambda adjoint, *_: adjoint * float(form)
    if selects_a_one(form):
        assert form.operation is not None
        choice = row(form.operation)
        left, right = [_evaluator(part, row) for part in form.arguments[:2]]
        if FLOATS.leaf(form.arguments[2], {}) == 1.0:
            return lambda adjoint, *rest: choice(left(*rest), right(*rest), adjoint, 0.0)
        return lambda adjoint, *rest: choice(left(*rest), right(*rest), 0.0, adjoint)
    partial = _evaluator(form, row)
    return lambda adjoint, *rest: adjoint * partial(*rest)


def _evaluator(form: Expression, row: Callable[[Operation], Callable[..., Any]]) -> Callable[[Any, Sequence[Any]], Any]:
    """Return a partial as a function of results and arguments."""
    if form.operation is None:
        if type(form) is not Variable:
            constant = FLOATS.leaf(form, {})
            return lambda result, arguments: constant
        if form.name == "y":
            return lambda result, arguments: result
        place = int(form.name[1:])
        return lambda result, arguments: arguments[place]
    function, parts = row(form.operation), [_evaluator(part, row) for part in form.arguments]
    return lambda result, arguments: function(*[part(result, arguments) for part in parts])
