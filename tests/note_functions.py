"""The lecture note's custom Function, for tests, also as the text of a user's file."""

import inspect

import numpy as np

from diffcompare.tape import Function


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


class Pair(Function):
    """Product and sum: two results of one Function."""

    @staticmethod
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        return a * b, a + b

    @staticmethod
    def backward(ctx, grad_product, grad_sum):
        a, b = ctx.saved_tensors
        return grad_product * b + grad_sum, grad_product * a + grad_sum


HEAD = "import numpy as np\nfrom diffcompare.tape import Function\n"
SINH = inspect.getsource(Sinh)


def sinh_with(**attributes: str) -> str:
    """Return the text of the class with these attributes, such as a `name` or a `definition`."""
    return SINH + "".join(f"Sinh.{name} = {value!r}\n" for name, value in attributes.items())
