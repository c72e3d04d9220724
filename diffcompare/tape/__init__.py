"""The tape of PyTorch for the classroom: read `variable.py` first, from top to bottom."""

import diffcompare.tape.function_operations
import diffcompare.tape.table_functions  # the operators of Variables  # noqa: F401
from diffcompare.tape.nesting import derivative, grad
from diffcompare.tape.tape_errors import TapeError
from diffcompare.tape.variable import Function, Variable, enable_grad, no_grad

__all__ = ["Function", "TapeError", "Variable", "derivative", "enable_grad", "grad", "no_grad"]
