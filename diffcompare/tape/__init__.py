"""The tape of PyTorch for the classroom: read `variable.py` first, from top to bottom.

A `Variable` holds a number or a NumPy array, every operation on it leaves a node, and `backward` walks over the nodes
from the last to the first.  NumPy's functions, operators and slices work on a Variable as they are; a slice is a copy.
A `Function` of your own says what its node does; where `forward` returns several results in a tuple, `backward` takes a
gradient for each.  This one forgets something that does not show as long as the incoming gradient is 1:

    >>> import numpy as np
    >>> import diffcompare as dc
    >>> from diffcompare.tape import Function, Variable
    >>> class Sinh(Function):
    ...     @staticmethod
    ...     def forward(ctx, i):
    ...         e, e_minus = np.exp(i), np.exp(-i)
    ...         ctx.save_for_backward(e, e_minus)
    ...         return (e - e_minus) / 2
    ...
    ...     @staticmethod
    ...     def backward(ctx, grad_output):
    ...         e, e_minus = ctx.saved_tensors
    ...         return (e + e_minus) / 2
    >>> x = Variable(1.0, requires_grad=True)
    >>> y = Sinh.apply(x)
    >>> y
    Variable(1.1752011936438014, grad_fn=<SinhBackward>)
    >>> y.backward()
    >>> x.grad
    Variable(1.5430806348152437)
    >>> dc.check(Sinh).mistake.sentence
    'backward ignores grad_output: the chain rule multiplies by it (for -2.5 it gives 1.25517 and not -3.13792)'

`dc.check` (`diffcompare check my_ops.py:Sinh`) compares its `backward` with its `forward`, in first and second order,
at numbers, arrays and shapes that are broadcast.  In a Python function that is recorded (`grad my_ops.py:f`, where f
calls `Sinh.apply(x)`) it is an operation of its own, with its own backward, and a trace shows what it saved.

A class attribute `definition = "(exp(i) - exp(-i))/2"` says what it is to the methods that need formulas, and to the
truth; without one the truth comes from differences, with their bound.  With `--ops my_ops.py` expressions call it by
its name in lower case, or by a class attribute `name`: `grad "sinh2(x)*x" --ops my_ops.py`; in Python that is
`dc.gradient("sinh2(x)*x", x=1, ops=Sinh2)`, with a class, a file or a list of both.  Where a `backward` disagrees with
the definition, or with differences of `forward`, the closing sentence of `grad` names it.
"""

import diffcompare.tape.function_operations
import diffcompare.tape.table_functions  # the operators of Variables  # noqa: F401
from diffcompare.tape.nesting import derivative, grad
from diffcompare.tape.tape_errors import TapeError
from diffcompare.tape.variable import Function, Variable, enable_grad, no_grad

__all__ = ["Function", "TapeError", "Variable", "derivative", "enable_grad", "grad", "no_grad"]
