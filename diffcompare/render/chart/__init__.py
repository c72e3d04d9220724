"""Drawings of plots and bar charts, with characters or as SVG."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diffcompare.document import Plot

if TYPE_CHECKING:
    from diffcompare.document import Bars
    from diffcompare.render import Look
    from diffcompare.render.text_layout import Line

WIDTH = 80  # columns of a chart in files and pipes, where the reader's screen is unknown


def chart_lines(chart: Plot | Bars, look: Look, columns: int = WIDTH) -> list[Line]:
    """Draw a chart in lines no wider than `columns`; return none if it is empty."""
    from diffcompare.render.chart.text import draw_bars, draw_plot  # few documents have a chart

    return draw_plot(chart, look, columns) if isinstance(chart, Plot) else draw_bars(chart, look, columns)
