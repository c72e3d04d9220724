"""The truth: value and gradient to 25 correctly rounded digits, with a bound, against which every error is measured.

`ball` is the arithmetic, `rounding` reads digits off a ball, `slopes` looks at both sides of a point, and `reference`
puts them together.
"""

from diffcompare.truth.reference import Slopes, Truth, establish

__all__ = ["Slopes", "Truth", "establish"]
