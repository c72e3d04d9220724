"""Plots of characters: curves at their places, told apart by marks, in any width and character set."""

from __future__ import annotations

import pytest
from pictures import PICTURES, PLOT
from rows import every_row

from diffcompare.diagnostics import width
from diffcompare.document import Axis, Document, Plot, Series
from diffcompare.render import Look, render
from diffcompare.render.chart.text import ASCII_MARKS, MARKS, draw_plot


def text(plot: Plot, look: Look, columns: int = 60) -> list[str]:
    return ["".join([part for part, _ in line]).rstrip() for line in draw_plot(plot, look, columns)]


DIAGONAL = Plot(
    "p", Axis("x"), Axis("y"), (Series("up", ((0.0, 0.0), (10.0, 10.0))),), PLOT.table, "A line"
)  # fmt: skip


def test_a_line_goes_from_corner_to_corner_of_its_axes() -> None:
    assert text(DIAGONAL, Look(charset="ascii"), 24) == [
        "A line",
        "y",
        "10 +                  oo",
        "   |               ooo",
        "   |             oo",
        "   |          ooo",
        " 5 +       ooo",
        "   |     oo",
        "   |  ooo",
        " 0 +oo",
        "   ++------------------+",
        "    0                 10",
        "             x",
        "o up",
    ]


@every_row("charset", ["braille", "blocks", "ascii"])
@every_row("columns", [20, 40, 80, 200])
def test_no_line_is_wider_than_its_place(charset: str, columns: int) -> None:
    lines = render(PICTURES, "terminal", look=Look(width=columns, charset=charset)).splitlines()  # type: ignore[arg-type]
    assert max(map(width, lines)) <= columns


@pytest.mark.parametrize("charset", ["braille", "blocks", "ascii"])
def test_every_curve_shows_its_mark_even_where_it_hides_another(charset: str) -> None:
    look = Look(charset=charset)  # type: ignore[arg-type]
    marks = (MARKS if look.unicode else ASCII_MARKS)[: len(PLOT.series)]
    *drawing, legend = text(PLOT, look, 100)
    for mark, series in zip(marks, PLOT.series, strict=True):
        assert f"{mark} {series.name}" in legend
        assert any(mark in line[7:] for line in drawing if "|" in line or "│" in line or "┤" in line or "+" in line)


def test_each_character_set_draws_with_its_own_dots() -> None:
    def drawn(charset: str) -> str:
        return "".join(text(PLOT, Look(charset=charset), 80))  # type: ignore[arg-type]

    assert any("\u2801" <= char <= "\u28ff" for char in drawn("braille"))
    assert set("▀▄▌▐▖▗▘▝") & set(drawn("blocks"))
    assert drawn("ascii").isascii()


def test_a_pipe_gets_the_same_drawing_whatever_the_width_of_the_terminal() -> None:
    assert render(PICTURES, "plain", look=Look(width=200)) == render(PICTURES, "plain", look=Look(width=40))


def test_the_styles_of_curves_are_known_to_the_terminal() -> None:
    styled = render(PICTURES, "terminal", look=Look(colour=True, styled=True))
    assert "\x1b[38;5;32m" in styled


def test_a_plot_without_points_is_its_caption() -> None:
    empty = Plot("p", Axis("x"), Axis("y"), (), PLOT.table, "Nothing")
    assert text(empty, Look()) == ["Nothing"]
    assert render(Document((empty._replace(caption=""),)), "plain") != ""
