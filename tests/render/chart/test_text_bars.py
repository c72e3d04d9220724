"""Bars of characters: lengths in proportion, numbers at their ends, heights of any size."""

from __future__ import annotations

import pytest
from pictures import BARS

from diffcompare.document import Axis
from diffcompare.render import Look
from diffcompare.render.chart.text import draw_bars

PLAIN = BARS._replace(axis=Axis("nodes"), series=(("tree", (50, 100)), ("DAG", (25, None))), caption="")


def text(bars: object, look: Look, columns: int) -> list[str]:
    return ["".join([part for part, _ in line]) for line in draw_bars(bars, look, columns)]  # type: ignore[arg-type]


def test_lengths_are_in_proportion_and_what_is_unknown_has_no_bar() -> None:
    assert text(PLAIN, Look(charset="ascii"), 37) == [
        "n = 1   tree ########## 50",
        "        DAG  ===== 25",
        "n = 200 tree #################### 100",
        "        DAG  -",
        "nodes",
    ]


def test_an_integer_of_sixty_digits_has_a_bar_and_a_number() -> None:
    lines = text(BARS, Look(), 60)
    assert lines[0] == "How formulas <grow>"
    assert lines[4].endswith("█ 4.82e+60")
    assert lines[4].count("█") > 10 * lines[1].count("█")
    assert lines[-1] == "nodes (lengths are logarithms)"


def test_a_height_of_zero_has_no_bar_and_a_small_one_is_still_seen() -> None:
    lines = text(PLAIN._replace(series=(("tree", (0, 10**9)), ("DAG", (1, 1)))), Look(charset="ascii"), 60)
    assert lines[0] == "n = 1   tree  0"
    assert lines[1] == "        DAG  = 1"
    assert text(BARS._replace(series=(("tree", (0, 10)),)), Look(charset="ascii"), 60)[1] == "n = 1   tree  0"


@pytest.mark.parametrize("columns", [20, 25, 40])
def test_where_the_words_leave_no_room_they_get_lines_of_their_own(columns: int) -> None:
    lines = text(BARS, Look(), columns)
    assert max(map(len, lines)) <= columns
    assert any("█" in line for line in lines)
