"""The tape of PyTorch, small enough to be read in class: `Variable`, `Function`, and the walk backwards.

    x = Variable(1.0, requires_grad=True)
    y = x * np.sin(x)     # runs at once, and leaves two nodes: Sin, and Mul on top of it
    y.backward()          # walks from the last node to the first, and adds up in x.grad
    x.grad                # Variable(1.3817732906760363), which is sin(1) + cos(1)

A result points to the node that made it (`grad_fn`), and a node to the nodes of its inputs: that is the whole tape.
Values are NumPy's doubles and arrays.  The operations, `Function`s like yours, are in `table_functions`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from itertools import count
from typing import Any, NamedTuple

import numpy as np

from diffcompare.tape.variable_operators import (
    MODE,
    TapeError,
    TapeOperators,
    no_grad,
    real_numbers,
    record_function,
    recorded,
)

# --- Functions: the nodes of the tape ---------------------------------------------------------------------------------


class Function:
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
    how it was computed, so that second derivatives do not lose it (in PyTorch they do).
    """

    __slots__ = ("hooks", "inputs", "number", "result", "saved", "shape", "versions")
    forward: Callable[..., Any]
    inputs: tuple[Function | None, ...]  # the nodes of the arguments; None where no gradient is needed
    saved: tuple[Any, ...] | None
    versions: int  # those of all saved Variables, added up
    result: Variable | None  # what `forward` returned, if that is saved too
    shape: tuple[int, ...]  # of the result
    number: int  # nodes are numbered in the order in which they ran
    hooks: Sequence[Callable[[Variable], Any]]
    numbers = count(1)

    @classmethod
    def apply(cls, *arguments: Any) -> Variable:
        """Run `forward`, and record it if an argument requires a gradient."""
        ctx = cls()
        ctx.inputs = tuple([(a.grad_fn or a.node) if type(a) is Variable else None for a in arguments])
        if ctx.inputs.count(None) == len(arguments) and any(map(_records_functions, arguments)):
            return record_function(cls, arguments)  # type: ignore[no-any-return]
        ctx.saved, ctx.versions, ctx.result, ctx.hooks = (), 0, None, ()
        MODE.forwards += 1
        try:
            value = cls.forward(ctx, *arguments)
        finally:
            MODE.forwards -= 1
        if type(value) is Variable:
            ctx.result = value if id(value) in map(id, ctx.saved) else None
            value = value.value
        elif type(value) in (tuple, list):
            raise TapeError("E645", f"{cls.__name__}.forward returned {len(value)} values, and one is recorded",
                            "write a Function for each, or put them into one array: np.stack")  # fmt: skip
        elif type(value) is not np.ndarray and type(value) is not np.float64:
            value = real_numbers(value, f"{cls.__name__}.forward")
        if not MODE.recording or ctx.inputs.count(None) == len(arguments):
            return variable_of(value)
        ctx.shape, ctx.number = value.shape, next(Function.numbers)
        return variable_of(value, ctx)

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """Say that a subclass has none of its own."""
        raise TapeError("E645", f"{ctx} has no backward", "define backward(ctx, grad_output) as a static method")

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
            raise TapeError("E642", f"{self} was freed by an earlier backward",
                            "backward(retain_graph=True) keeps the tape for another one")  # fmt: skip
        if self.versions != _versions(self.saved):
            raise TapeError("E643", f"a value that {self} saved was changed in place before backward",
                            "make a new value (c = c + 1), or change it after backward")  # fmt: skip
        return self.saved

    saved_variables = saved_tensors

    @property
    def needs_input_grad(self) -> tuple[bool, ...]:
        """True for every argument that needs a gradient: for the others `backward` may return None."""
        return tuple([node is not None for node in self.inputs])

    @property
    def next_functions(self) -> tuple[tuple[Function | None, int], ...]:
        """The nodes that gradients go on to, each with the number of its output, which is always 0."""
        return tuple([(node, 0) for node in self.inputs])

    def __repr__(self) -> str:
        return f"<{type(self).__name__}{'Backward' if self.inputs else ''}>"


class AccumulateGrad(Function):
    """The node of a leaf."""

    __slots__ = ("variable",)

    def __init__(self, variable: Variable) -> None:
        self.variable, self.shape, self.number = variable, variable.shape, 0
        self.inputs, self.saved, self.hooks, self.result = (), (), (), None

    @staticmethod
    def backward(ctx: Any, grad_output: Variable) -> tuple[()]:
        """Add to the gradient of the leaf."""
        total = grad_output if ctx.variable.grad is None else ctx.variable.grad + grad_output
        ctx.variable.grad = total if total.requires_grad else Variable(total)
        return ()


class RegisteredHook(NamedTuple):
    """A hook at its node, from which it can be removed."""

    node: Function
    hook: Callable[[Variable], Any]

    def remove(self) -> None:
        """Let gradients pass without the hook."""
        self.node.hooks = [hook for hook in self.node.hooks if hook is not self.hook]


# --- Variables --------------------------------------------------------------------------------------------------------


class Variable(TapeOperators):
    """A number or an array that knows which node made it."""

    __slots__ = ("accumulator", "grad", "grad_fn", "requires_grad", "value", "version")
    value: Any
    grad: Variable | None
    grad_fn: Function | None  # None for a leaf
    accumulator: AccumulateGrad | None

    def __new__(cls, value: Any, requires_grad: bool = False) -> Any:
        """Return a new Variable; a number of a recording stays what it is, as its derivative is followed already."""
        return value if _records_functions(value) else object.__new__(cls)

    def __init__(self, value: Any, requires_grad: bool = False) -> None:
        array = np.array(real_numbers(value, "Variable"))
        self.value, self.requires_grad, self.version = array[()], requires_grad, 0
        self.grad = self.grad_fn = self.accumulator = None

    @property
    def data(self) -> Any:
        """The value, a NumPy double or array.  Assigning to it changes the Variable in place, off the tape."""
        return self.value

    @data.setter
    def data(self, value: Any) -> None:
        with no_grad():
            self.become(Variable(value))

    @property
    def is_leaf(self) -> bool:
        """True if no node made it."""
        return self.grad_fn is None

    @property
    def node(self) -> Function | None:
        """The node that the gradient of this Variable goes to."""
        if self.grad_fn is not None or not self.requires_grad:
            return self.grad_fn
        self.accumulator = self.accumulator or AccumulateGrad(self)
        return self.accumulator

    def backward(self, gradient: Any = None, retain_graph: bool | None = None, create_graph: bool = False) -> None:
        """Add the derivatives of this Variable to the `.grad` of the leaves below it.

        With `create_graph` the walk is recorded as well, so that gradients can be differentiated again.
        """
        walk(self, gradient, retain_graph, create_graph, ())

    def zero_grad(self) -> None:
        """Forget the gradient: `backward` only ever adds to it."""
        self.grad = None

    def detach(self) -> Variable:
        """Return the same value without its history."""
        return variable_of(self.value)

    def register_hook(self, hook: Callable[[Variable], Any]) -> RegisteredHook:
        """Call `hook` with the gradient of this Variable; what it returns replaces the gradient, unless None."""
        if self.node is None:
            raise TapeError("E641", "no gradient passes here", "make the Variable with requires_grad=True")
        self.node.hooks = [*self.node.hooks, hook]
        return RegisteredHook(self.node, hook)

    def retain_grad(self) -> None:
        """Keep the gradient in `.grad` although this Variable is not a leaf."""
        self.register_hook(lambda gradient: setattr(self, "grad", gradient))

    def become(self, other: Variable) -> Variable:
        """Take over the value, and while recording the history, of another Variable: every change in place."""
        if MODE.recording and self.requires_grad and self.grad_fn is None:
            raise TapeError("E643", "a leaf that requires a gradient would change in place while it is recorded",
                            "write w = w + 1, or change it `with no_grad():`")  # fmt: skip
        if self.grad_fn is not None and self.grad_fn.result is not None:
            self.grad_fn.result.version += 1
        if MODE.recording:
            self.grad_fn, self.requires_grad = other.grad_fn, other.requires_grad
        self.value, self.version = other.value, self.version + 1
        return self


# --- The walk backwards -----------------------------------------------------------------------------------------------


def walk(output: Variable, gradient: Any, retain: bool | None, create: bool, wanted: Sequence[Variable]) -> list[Any]:
    """Pass a gradient from the node of `output` down the tape; return what arrives at the wanted Variables.

    Where none are wanted, leaves accumulate.  Nodes are visited by falling number: when a node's turn comes, all that
    used its value have added their share.
    """
    root, gradient = _start(output, gradient)
    arrived, targets, results = {root: gradient}, {variable.node for variable in wanted}, {}
    with recorded(create), np.errstate(all="ignore"):  # the forward pass has warned of overflow
        for node in nodes_below(root, targets):
            if node not in arrived:
                continue
            gradient = arrived.pop(node)
            for hook in node.hooks:
                changed = hook(gradient)
                gradient = gradient if changed is None else _fitted(changed, node.shape, f"a hook of {node}")
            if node in targets:
                results[node] = gradient
            if not (targets and isinstance(node, AccumulateGrad)):
                for below, share in zip(node.inputs, _shares(node, gradient), strict=True):
                    if below is not None and share is not None:
                        share = _fitted(share, below.shape, f"backward of {node}")
                        arrived[below] = arrived[below] + share if below in arrived else share
            if node.saved and not (create if retain is None else retain):
                node.saved = None
    return [results.get(variable.node) for variable in wanted]  # type: ignore[arg-type]


def _start(output: Variable, gradient: Any) -> tuple[Function, Variable]:
    """Return the node where a walk starts, and the gradient that starts it."""
    if output.node is None:
        raise TapeError("E641", "no leaf below this Variable requires a gradient",
                        "make it with Variable(..., requires_grad=True), and not under no_grad()")  # fmt: skip
    if gradient is None and output.size != 1:
        raise TapeError("E641", f"backward of an array of shape {output.shape} needs a gradient of that shape",
                        "take v.sum().backward(), or v.backward(np.ones(v.shape))")  # fmt: skip
    seed = gradient if type(gradient) is Variable else Variable(np.ones(output.shape) if gradient is None else gradient)
    if seed.shape != output.shape:
        raise TapeError("E641", f"the gradient has shape {seed.shape}, and the value {output.shape}",
                        "give a gradient of the shape of the value")  # fmt: skip
    return output.node, seed


def nodes_below(root: Function, targets: Collection[Function | None]) -> list[Function]:
    """Return a node and all below it, or those on the way to targets, the last first."""
    seen, stack = {root}, [root]
    while stack:
        new = {node for node in stack.pop().inputs if node is not None} - seen
        seen |= new
        stack += new
    nodes = sorted(seen, key=lambda node: node.number)
    if targets:
        on_the_way = set(targets)
        for node in nodes:
            if not on_the_way.isdisjoint(node.inputs):
                on_the_way.add(node)
        nodes = [node for node in nodes if node in on_the_way]
    return nodes[::-1]


def _shares(node: Function, gradient: Variable) -> Sequence[Any]:
    """Return what `backward` makes of a gradient: a gradient, or None, for every argument."""
    returned = node.backward(node, gradient)
    shares: Sequence[Any] = returned if type(returned) in (tuple, list) else (returned,)
    while len(shares) > len(node.inputs) and shares[-1] is None:  # of an argument that was left out
        shares = shares[:-1]
    if len(shares) != len(node.inputs):
        raise TapeError("E645", f"backward of {node} returned {len(shares)} gradients for {len(node.inputs)} arguments",
                        "return one for every argument of forward, None where there is none")  # fmt: skip
    return shares


def _fitted(share: Any, shape: tuple[int, ...], source: str) -> Variable:
    """Return a gradient in the shape of its input: what forward repeated along an axis, backward adds up."""
    fitted: Variable = share if type(share) is Variable else Variable(share)
    have = fitted.shape
    if have == shape:
        return fitted
    extra = len(have) - len(shape)
    if extra < 0 or any(n not in (1, m) for n, m in zip(shape, have[extra:], strict=True)):
        raise TapeError("E645", f"{source} returned a gradient of shape {have}, and {shape} is wanted",
                        "a gradient has the shape of its value")  # fmt: skip
    repeated = [axis for axis, m in enumerate(have) if axis < extra or shape[axis - extra] != m]
    return fitted.sum(tuple(repeated)).reshape(shape)  # type: ignore[no-any-return]


def grad(output: Variable, inputs: Variable | Sequence[Variable], gradient: Any = None, *,
         retain_graph: bool | None = None, create_graph: bool = False) -> Any:  # fmt: skip
    """Return the derivatives of `output` with respect to Variables, None where it does not depend on one.

    No `.grad` changes.  Two names of one Variable are one input: `derivative` makes an input of its own.
    """
    wanted = [inputs] if isinstance(inputs, Variable) else inputs
    if not all(variable.node for variable in wanted):
        raise TapeError("E641", "an input requires no gradient", "make it with requires_grad=True")
    gradients = walk(output, gradient, retain_graph, create_graph, wanted)
    return gradients[0] if isinstance(inputs, Variable) else tuple(gradients)


def _records_functions(argument: Any) -> bool:
    """Tell whether an argument is a number of a recording, on which a Function leaves one entry."""
    return hasattr(type(argument), "records_functions")


def variable_of(value: Any, grad_fn: Function | None = None) -> Variable:
    """Return a Variable around a value that is nobody else's."""
    variable: Variable = object.__new__(Variable)
    variable.value, variable.grad_fn, variable.requires_grad = value, grad_fn, grad_fn is not None
    variable.version, variable.grad, variable.accumulator = 0, None, None
    return variable


def _versions(values: Sequence[Any]) -> int:
    return sum([value.version for value in values if type(value) is Variable])
