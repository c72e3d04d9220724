"""Whole numbers of C and Fortran, where what two integers make is an integer: 1/2 is 0 there, and so is 10**(-2)."""

from __future__ import annotations

MAX_WHOLE = 10**15  # whole numbers up to which results are worked out
MAX_EXPONENT = 50


def result(sign: str, left: int | None, right: int | None) -> int | None:
    """Return what a sign makes of two integers in these programs.

    Args:
        sign: One of `+ - * / **`.
        left: The integer before it; None for one that is not known.
        right: The integer behind it, likewise.

    Returns:
        The integer; None where it is not known, where it is too large, and for a quotient by 0.
    """
    if left is None or right is None:
        return None
    if sign == "/":
        return _quotient(left, right)
    if sign == "**":
        if abs(right) > MAX_EXPONENT:
            return None
        value = left**right if right >= 0 else _quotient(1, left**-right)
    else:
        value = {"+": left + right, "-": left - right, "*": left * right}.get(sign)
    return value if value is not None and abs(value) < MAX_WHOLE else None


def is_cut_off(sign: str, left: int | None, right: int | None) -> bool:
    """Tell whether the result may have lost digits behind the point, given as for `result`."""
    if sign == "/":
        return left is None or right is None or (right != 0 and left % right != 0)
    return sign == "**" and right is not None and right < 0 and left not in (1, -1)


def _quotient(left: int, right: int) -> int | None:
    return abs(left) // abs(right) * (1 if left * right >= 0 else -1) if right else None
