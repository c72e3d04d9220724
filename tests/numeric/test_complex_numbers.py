"""Complex numbers for the rows of the table: their order, and where they are undefined."""

import math

from diffcompare.language.expression import OPERATIONS
from diffcompare.numeric.complex_numbers import COMPLEX, Complex
from diffcompare.numeric.evaluate import Undefined


def test_complex_numbers_are_ordered_by_their_real_parts():
    small, large = Complex(1 + 5j), Complex(2 - 5j)
    assert small < large
    assert small <= large
    assert large > small
    assert large >= 2
    assert small == 1
    assert small != large


def test_outside_a_domain_a_complex_number_is_undefined_and_so_is_one_without_a_real_part():
    ln = COMPLEX.functions[OPERATIONS["ln"]]
    assert ln(Complex(complex(-1.0, 1e-20))) == Undefined(OPERATIONS["ln"], (-1.0,))
    assert type(ln(Complex(complex(math.nan, 1e-20)))) is Undefined
