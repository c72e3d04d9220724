"""The engines that compute value and gradient over a grid: NumPy, or compiled C where there is a compiler."""

from __future__ import annotations

from collections.abc import Sequence

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.grids.block_program import gradient_program
from diffcompare.grids.c_kernel import CKernel
from diffcompare.grids.careful_blocks import GridProgram
from diffcompare.language.expression import Expression

ENGINES = ("numpy", "c")


def grid_program(engine: str, expression: Expression, variables: Sequence[str], wrt: Sequence[str]) -> GridProgram:
    """Return the program of an engine for value and partials.

    Raises DiffcompareError for an unknown engine (E665) and one that is not there (E664), and NotDifferentiable.
    """
    if engine == "numpy":
        return gradient_program(expression, variables, wrt)
    if engine == "c":
        return CKernel(expression, variables, wrt)
    help = f"the engines are {', '.join(ENGINES)}"
    raise DiffcompareError(Diagnostic("E665", "bad_value", f"unknown engine `{engine}`", source="--compute", help=help))
