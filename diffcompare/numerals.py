"""How a number is written: the shortest text that is read as the same number."""

from __future__ import annotations

from diffcompare.expression import Number
from diffcompare.lexer import MAX_EXPONENT

CHUNK = 10**1000
"""Python refuses to write more than 4300 digits at once."""


def number_text(number: Number) -> str:
    """The shortest way to write a number, within the bounds of the language for literals."""
    digits, zeros = _significant(number)
    places = number.places
    point = len(digits) + zeros - places  # where the decimal point stands, counted from the first digit
    if places == 0:
        return digits + "0" * zeros if zeros < 6 or point <= 16 else _scientific(digits, point)
    if -4 < point <= 0:
        return "0." + "0" * -point + digits
    return digits[:point] + "." + digits[point:] if point > 0 else _scientific(digits, point)


def _significant(number: Number) -> tuple[str, int]:
    """The digits without the zeros at their end, and how many zeros those are."""
    value, pieces = number.digits, []
    while value >= CHUNK:
        value, low = divmod(value, CHUNK)
        pieces.append(f"{low:01000d}")
    text = str(value) + "".join(reversed(pieces))
    stripped = text.rstrip("0") or "0"
    return stripped, len(text) - len(stripped)


def _scientific(digits: str, point: int) -> str:
    exponent = point - 1
    if exponent > MAX_EXPONENT:  # the exponent may not be larger: the rest stands before it as digits
        return digits + "0" * max(0, point - MAX_EXPONENT - len(digits)) + f"e{min(MAX_EXPONENT, point - len(digits))}"
    if exponent < -MAX_EXPONENT:
        return "." + "0" * (-MAX_EXPONENT - point) + digits + f"e-{MAX_EXPONENT}"
    return f"{digits[0]}{'.' + digits[1:] if digits[1:] else ''}e{exponent}"
