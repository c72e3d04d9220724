"""The uncertainty of fitted slopes, and ties for the best step."""

import pytest

import diffcompare as dc
from diffcompare.document import Paragraph, Table
from diffcompare.studies.step_sweep.slopes import FittedSlope, spread


def test_points_on_a_line_have_no_spread():
    assert spread([(x, 2.0 * x + 1) for x in range(8)]) == pytest.approx(0)


def test_halves_that_differ_have_one():
    assert spread([(x, abs(x - 4.0)) for x in range(9)]) >= 0.9


def test_points_that_scatter_have_one():
    assert spread([(0, 0), (1, 3), (2, 0), (3, 3), (4, 0), (5, 3)]) > 0.2


@pytest.mark.parametrize(
    ("slope", "uncertain"),
    [
        (FittedSlope(1.0, -7, -1, 25, 0.01), False),
        (FittedSlope(4.0, -2, -1, 5, 0.01), False),
        (FittedSlope(1.43, -1.75, 0, 8, 0.05), True),
        (FittedSlope(-0.53, -7.25, 1, 34, 0.5), True),
    ],
)
def test_short_and_scattered_branches_are_uncertain(slope, uncertain):
    assert slope.is_uncertain is uncertain


def tables(sweep):
    return {block.key: block for block in sweep.document().detailed.blocks if isinstance(block, Table)}


def test_an_uncertain_slope_is_marked_and_explained():
    sweep = dc.sweep("1/(1+x^2)", x=0.6, single=True, budget=60)
    row = tables(sweep)["slopes"].rows[0]
    assert row[:2] == ("forward-difference", "+1.4 ?")  # f'' is nearly 0 here, so that the theory's 1 is not reached
    notes = [block.text for block in sweep.document().detailed.blocks if isinstance(block, Paragraph)]
    assert any(note.startswith("A slope with ? is uncertain") for note in notes)
    assert sweep.data()["methods"][0]["truncation"]["uncertain"] is True


def test_certain_slopes_are_not():
    sweep = dc.sweep("sin(x)", x=1.0, budget=60)
    assert not any("?" in str(cell) for row in tables(sweep)["slopes"].rows for cell in row)
    assert not any(
        "uncertain" in block.text for block in sweep.document().detailed.blocks if isinstance(block, Paragraph)
    )


def test_the_best_step_of_many_equals_is_the_longest_and_says_so():
    sweep = dc.sweep("sin(x)", x=1.0, budget=60)
    notes = [block.text for block in sweep.document().detailed.blocks if isinstance(block, Paragraph)]
    count = sweep.findings["complex-step"].equals
    assert count > 20
    sentence = "Where several steps tie for the best, the longest is called the best; tied steps: "
    assert f"{sentence}complex-step {count}." in notes
