"""Sparsity patterns and the colours of Curtis, Powell and Reid."""

from hypothesis import given
from hypothesis import strategies as st

from diffcompare.language.parser import read
from diffcompare.numeric.sparsity import colour, groups_of, pattern_of


def pattern(text, *wrt):
    sparsity = pattern_of(read(text, several=True).outputs, wrt)
    return [
        "".join("*" if sparsity.has(row, column) else "." for column in range(len(wrt)))
        for row in range(len(sparsity.rows))
    ]


def test_an_output_depends_on_the_variables_below_it():
    assert pattern("[x*y, sin(z), 3, x + z]", "x", "y", "z") == ["**.", "..*", "...", "*.*"]
    assert pattern("[x*y, z]", "z", "y") == [".*", "*."]


def test_what_decides_or_is_rounded_counts():
    """No derivative flows there, but a difference quotient that moves x may notice."""
    assert pattern("[if(x < 1, y, z), floor(x) + y]", "x", "y", "z") == ["***", "**."]


def test_a_band_of_three_needs_three_colours_however_wide():
    band = [0b11 if row == 0 else 0b111 << row - 1 for row in range(50)]
    assert max(colour(band)) + 1 == 3


def test_an_arrow_is_cheap_by_one_side_only():
    """A full row: every column meets every other there; a full column costs the rows alike."""
    rows = [0b1111, 0b0010, 0b0100, 0b1000]
    columns = [0b0001, 0b0011, 0b0101, 0b1001]
    assert max(colour(columns)) + 1 == 4
    assert max(colour(rows)) + 1 == 2


@given(st.lists(st.integers(min_value=0, max_value=2**12 - 1), max_size=12))
def test_members_of_one_colour_share_nothing(sets):
    for group in groups_of(colour(sets)):
        for first, one in enumerate(group):
            assert not any(sets[one] & sets[other] for other in group[first + 1 :])
