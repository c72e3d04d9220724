"""The tape of PyTorch, small enough to be read in class: `Variable`, `Function`, and the sweep backwards.

    x = Variable(1.0, requires_grad=True)
    y = x * np.sin(x)     # runs at once, and leaves two nodes: Sin, and Mul on top of it
    y.backward()          # goes from the last node to the first, and adds up in x.grad
    x.grad                # Variable(1.3817732906760363), which is sin(1) + cos(1)

A result points to the node that made it (`grad_fn`), and a node to those of its inputs (`next_functions`): that is the
whole tape.  Values are NumPy's doubles and arrays.  `variable_operators` says how `x * y` becomes `Mul.apply(x, y)`;
the operations in `table_functions` and `array_functions` are `Function`s like yours.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import count
from typing import Any, NamedTuple

import numpy as np

from diffcompare.tape import tape_errors
from diffcompare.tape.context_marks import ContextMarks
from diffcompare.tape.variable_operators import MODE, TapeOperators, recorder_of, value_of

Edge = tuple["Function | None", int]
"""Where a gradient goes: to a node, as that of its result of this number; or, of a constant, nowhere."""
NOWHERE: Edge = (None, 0)

# --- Variables --------------------------------------------------------------------------------------------------------


class Variable(TapeOperators):
    """A number or an array that knows which node made it."""

    __slots__ = ("__weakref__", "accumulator", "grad", "made_by", "requires_grad", "saved_result", "value", "version")
    made_by: Edge | None  # None for a leaf, which no node made
    version: int  # the number of changes in place

    def __init__(self, value: Any, requires_grad: bool = False) -> None:
        self.value = np.array(tape_errors.real_numbers(value_of(value)))[()]
        self.made_by, self.requires_grad, self.version = None, requires_grad, 0
        self.grad: Variable | None = None
        self.accumulator: Callable[[], Function | None] | None = None  # returns the node of a leaf
        self.saved_result: Variable | None = None  # this value as the node that made it saved it

    @property
    def data(self) -> Any:
        """The value, a NumPy double or array.  Assigning to it changes the Variable in place, off the tape."""
        return self.value

    @data.setter
    def data(self, value: Any) -> None:
        with no_grad():
            self.become(Variable(value))

    @property
    def grad_fn(self) -> Function | None:
        """The node that made this Variable; None for a leaf."""
        return None if self.made_by is None else self.made_by[0]

    @property
    def edge(self) -> Edge:
        """The place that the gradient of this Variable goes to: the node that made it, or one that fills `.grad`."""
        if self.made_by is not None or not self.requires_grad:
            return self.made_by or NOWHERE
        node = self.accumulator and self.accumulator()
        if node is None:
            node = AccumulateGrad(self)
            self.accumulator = weakref.ref(node)  # weak, as the node holds the leaf
        return node, 0

    def backward(self, gradient: Any = None, retain_graph: bool | None = None, create_graph: bool = False) -> None:
        """Add the derivatives of this Variable to the `.grad` of the leaves below it.

        With `create_graph` the sweep is recorded as well, so that gradients can be differentiated again.
        """
        sweep(self, gradient, retain_graph, create_graph)

    def zero_grad(self) -> None:
        """Forget the gradient: `backward` only ever adds to it."""
        self.grad = None

    def detach(self) -> Variable:
        """Return the same value without its history."""
        return variable_of(self.value)

    def register_hook(self, hook: Callable[[Variable], Any], is_last: bool = False) -> Hook:
        """Call `hook` with the gradient of this Variable; what it returns replaces the gradient, unless None."""
        node, number = self.edge
        if node is None:
            raise tape_errors.no_gradient_passes("this Variable")
        if self.made_by is None:
            self.accumulator = lambda: node  # no longer weak: the hook stays as long as the leaf
        registered = Hook(hook, number, is_last)
        node.hooks = sorted([*node.hooks, registered], key=lambda each: each.is_last)
        return registered

    def retain_grad(self) -> None:
        """Fill `.grad` although this Variable is not a leaf."""
        variable = weakref.ref(self)
        if self.made_by is not None or not self.requires_grad:
            self.register_hook(lambda gradient: accumulate(variable(), gradient), is_last=True)

    def become(self, other: Variable) -> Variable:
        """Take over the value, and while recording the history, of another Variable: every change in place."""
        if MODE.recording:
            if self.requires_grad and self.made_by is None:
                raise tape_errors.leaf_changes()
            self.made_by, self.requires_grad = other.made_by, other.requires_grad
        self.value, self.version = other.value, self.version + 1
        if self.saved_result is not None:
            self.saved_result.version += 1
        return self


def variable_of(value: Any, made_by: Edge | None = None) -> Variable:
    """Return a Variable around a value that is nobody else's."""
    variable: Variable = object.__new__(Variable)
    variable.value, variable.made_by, variable.requires_grad = value, made_by, made_by is not None
    variable.version, variable.grad, variable.accumulator, variable.saved_result = 0, None, None, None
    return variable


# --- Functions: the nodes of the tape ---------------------------------------------------------------------------------


class Function(ContextMarks):
    """An operation: `forward` computes it, and `backward` turns the gradient of the result into those of the inputs.

        class Sinh(Function):
            @staticmethod
            def forward(ctx, i):
                e, e_minus = np.exp(i), np.exp(-i)
                ctx.save_for_backward(e, e_minus)
                return (e - e_minus) / 2

            @staticmethod
            def backward(ctx, grad_output):
                e, e_minus = ctx.saved_tensors
                return grad_output * (e + e_minus) / 2

        y = Sinh.apply(x)

    `ctx` is the node that this call leaves on the tape.  What `forward` computes from its inputs and saves remembers
    how it was computed, so that second derivatives do not lose it (in PyTorch they do).  Where `forward` returns a
    tuple of results, `backward` takes a gradient for each.
    """

    __slots__ = ("hooks", "next_functions", "number", "saved", "shapes", "versions")
    forward: Callable[..., Any]
    next_functions: tuple[Edge, ...]  # where the gradients of the arguments go
    saved: tuple[Any, ...] | None  # None once they are freed
    versions: int  # those of all saved Variables, added up
    shapes: tuple[tuple[int, ...], ...]  # of the results
    number: int  # nodes are numbered in the order in which they ran
    hooks: Sequence[Hook]
    numbers = count(1)

    @classmethod
    def apply(cls, *arguments: Any) -> Any:
        """Run `forward`, and leave a node on the tape if an argument requires a gradient."""
        ctx = cls()
        ctx.next_functions = tuple([(a.made_by or a.edge) if type(a) is Variable else NOWHERE for a in arguments])
        ctx.saved, ctx.versions, ctx.hooks = (), 0, ()
        is_active = ctx.next_functions.count(NOWHERE) < len(arguments)
        if not is_active and (record := recorder_of(arguments)):
            return record(cls, arguments)
        try:
            returned = cls.forward(ctx, *arguments)
        except Exception as error:
            error.add_note(f"in {cls.__name__}.forward")
            raise
        is_recorded = is_active and MODE.recording
        ctx.number, ctx.shapes = next(Function.numbers), ()
        if type(returned) not in (tuple, list):
            return ctx._result(returned, (ctx, 0) if is_recorded else None)
        edges = [(ctx, number) if is_recorded else None for number in range(len(returned))]
        return tuple(map(ctx._result, returned, edges))

    def _result(self, output: Any, made_by: Edge | None) -> Variable:
        """Return what `forward` returned as a Variable that this node made."""
        value = tape_errors.real_numbers(output.value if type(output) is Variable else output, type(self))
        self.shapes += (value.shape,)
        result = variable_of(value, None if id(output) in self.non_differentiable else made_by)
        if type(output) is Variable and id(output) in map(id, self.saved or ()):
            result.saved_result = output
        return output.become(result) if id(output) in self.dirty else result

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """Say that a subclass has none of its own."""
        raise tape_errors.no_backward(ctx)

    def save_for_backward(self, *values: Any) -> None:
        """Keep what `backward` needs: Variables, which must not change, and arrays, which become read-only."""
        self.saved, self.versions = values, _versions(values)
        for value in values:
            if type(value) is np.ndarray:
                value.flags.writeable = False

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """The saved values, as long as they are there and unchanged."""
        if self.saved is None:
            raise tape_errors.freed(self)
        if self.versions != _versions(self.saved):
            raise tape_errors.changed_in_place(self)
        return self.saved

    saved_variables = saved_tensors

    @property
    def needs_input_grad(self) -> tuple[bool, ...]:
        """True for every argument that needs a gradient: for the others `backward` may return None."""
        return tuple([node is not None for node, _ in self.next_functions])

    def __repr__(self) -> str:
        return f"<{type(self).__name__}{'Backward' if self.next_functions else ''}>"


def _versions(values: Sequence[Any]) -> int:
    return sum([value.version for value in values if type(value) is Variable])


class AccumulateGrad(Function):
    """The node of a leaf, where gradients end."""

    __slots__ = ("__weakref__", "variable")

    def __init__(self, variable: Variable) -> None:
        self.variable, self.shapes, self.number = variable, (variable.shape,), 0
        self.next_functions, self.saved, self.hooks = (), (), ()

    @staticmethod
    def backward(ctx: Any, grad_output: Variable) -> tuple[()]:
        """Add to the gradient of the leaf."""
        accumulate(ctx.variable, grad_output)
        return ()


def accumulate(variable: Variable | None, gradient: Variable) -> None:
    """Add to the gradient of a Variable, if that is still there."""
    if variable is not None:
        total = gradient if variable.grad is None else variable.grad + gradient
        variable.grad = total if total.requires_grad else Variable(total)


class Hook:
    """A function that sees the gradient of one result of a node, and may replace it."""

    def __init__(self, function: Callable[[Variable], Any], number: int, is_last: bool) -> None:
        self.function, self.number, self.is_last = function, number, is_last

    def remove(self) -> None:
        """Let gradients pass unseen."""
        self.function = lambda gradient: None


# --- The sweep backwards ----------------------------------------------------------------------------------------------


def sweep(output: Variable, gradient: Any, retain: bool | None, create: bool, wanted: Sequence[Variable] = ()) -> Any:
    """Pass a gradient from the node of `output` down the tape; return what arrives at the wanted Variables.

    Where none are wanted, leaves accumulate.  Nodes are visited by falling number: when a node's turn comes, all that
    used its results have added their share.
    """
    root, number = output.edge
    if root is None:
        raise tape_errors.no_gradient_starts()
    seed = summed_to(output.shape, tape_errors.seed_values(output, gradient), output)
    arrived: dict[Function, dict[int, Variable]] = {root: {number: seed}}  # by node, and number of its result
    targets: dict[Any, dict[int, Variable]] = {variable.edge[0]: {} for variable in wanted}
    order = nodes_below(root, targets)
    reached = set(order if wanted else ())
    summed = set[Edge]()  # results whose gradient is an array of this sweep's own
    with recorded(create), np.errstate(all="ignore"):  # the forward pass has warned of overflow
        for node in order:
            gradients = arrived.pop(node, {})
            for hook in node.hooks:
                changed = hook.function(gradients[hook.number]) if hook.number in gradients else None
                if changed is not None:
                    gradients[hook.number] = summed_to(node.shapes[hook.number], changed, f"a hook of {node}")
            if node in targets:
                targets[node] = gradients
            if not gradients or (wanted and reached.isdisjoint([below for below, _ in node.next_functions])):
                continue
            for (below, number), share in zip(node.next_functions, _shares(node, gradients), strict=True):
                if type(share) is Entries and below is not None:
                    shares, edge = arrived.setdefault(below, {}), (below, number)
                    shares[number] = share.added_to(shares.get(number), below.shapes[number], own=edge in summed)
                    summed.add(edge)
                elif below is not None and share is not None:
                    share = summed_to(below.shapes[number], share, node)
                    shares = arrived.setdefault(below, {})
                    shares[number] = shares[number] + share if number in shares else share
            if node.saved and not (create if retain is None else retain):
                node.saved = None
    return [targets[node].get(number) for node, number in [variable.edge for variable in wanted]]


class Entries(NamedTuple):
    """A gradient that is 0 but for some entries: where nothing is recorded, all of them are added up in one array."""

    index: Any
    values: Any

    def added_to(self, total: Variable | None, shape: tuple[int, ...], *, own: bool) -> Variable:
        """Return a total with the entries added, in its own array if that is nobody else's."""
        array = np.zeros(shape) if total is None else total.value if own else np.array(total.value)
        parts = self.index if type(self.index) is tuple else (self.index,)
        if all(part is None or part is ... or isinstance(part, int | slice) for part in parts):
            array[self.index] += self.values  # no entry twice, and quicker
        else:
            np.add.at(array, self.index, self.values)
        return variable_of(array)


def nodes_below(root: Function, targets: Collection[Function | None] = ()) -> list[Function]:
    """Return a node and all below it, or those on the way to targets, the last first."""
    seen, stack = {root}, [root]
    while stack:
        new = {node for node, _ in stack.pop().next_functions if node is not None} - seen
        seen |= new
        stack += new
    nodes, on_the_way = sorted(seen, key=lambda node: node.number), set(targets)
    for node in nodes if targets else ():
        if not on_the_way.isdisjoint([below for below, _ in node.next_functions]):
            on_the_way.add(node)
    return [node for node in reversed(nodes) if node in on_the_way or not targets]


def _shares(node: Function, gradients: Mapping[int, Variable]) -> Sequence[Any]:
    """Return what `backward` makes of the gradients of the results: a gradient, or None, for every argument."""
    grad_outputs = [gradients.get(number) for number in range(len(node.shapes))]
    if len(gradients) < len(grad_outputs) and node.materializes_grads:
        zeros = [variable_of(np.zeros(shape)[()]) for shape in node.shapes]
        grad_outputs = [gradients.get(number, zero) for number, zero in enumerate(zeros)]
    try:
        return tape_errors.one_for_each_argument(node.backward(node, *grad_outputs), node)
    except Exception as error:
        error.add_note(f"in backward of {node}")
        raise


def summed_to(shape: tuple[int, ...], value: Any, source: Any) -> Variable:
    """Return a gradient in the shape of its input: what forward repeated along an axis, backward adds up."""
    gradient = value if type(value) is Variable else Variable(value)
    have = gradient.value.shape
    if have == shape:
        return gradient
    tape_errors.check_shape(have, shape, source)
    extra = len(have) - len(shape)
    repeated = [axis for axis, n in enumerate(have) if axis < extra or shape[axis - extra] != n]
    return gradient.sum(tuple(repeated)).reshape(shape)  # type: ignore[no-any-return]


@contextmanager
def recorded(recording: bool) -> Iterator[None]:
    """Record what runs in a `with` block, or do not."""
    before, MODE.recording = MODE.recording, recording
    try:
        yield
    finally:
        MODE.recording = before


no_grad, enable_grad = partial(recorded, False), partial(recorded, True)  # `with no_grad(): w -= 0.1 * w.grad`
