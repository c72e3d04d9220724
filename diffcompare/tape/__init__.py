"""The tape of PyTorch for the classroom: read `variable.py` first, from top to bottom."""

from diffcompare.tape.nesting import derivative
from diffcompare.tape.variable import Function, Variable, grad
from diffcompare.tape.variable_operators import TapeError, enable_grad, no_grad

__all__ = ["Function", "TapeError", "Variable", "derivative", "enable_grad", "grad", "no_grad"]
