"""Pictures in text: which module draws which."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from diffcompare.document import Bars, Plot

if TYPE_CHECKING:
    from diffcompare.document import Picture
    from diffcompare.render import Look
    from diffcompare.render.table_layout import Line

DRAWERS: dict[type, str] = {Plot: "draw_plot", Bars: "draw_bars"}
"""The function of `render.chart.text` that draws each kind of picture: `draw(block, look, columns) -> list[Line]`."""


COLUMNS = 80
"""The width of pictures in files and pipes, where nobody knows how wide the reader's screen is."""


def picture_lines(block: Picture, look: Look, columns: int) -> list[Line]:
    """The picture as lines of text no wider than `columns`; none where text cannot show it."""
    if type(block) not in DRAWERS:
        return []
    module = import_module("diffcompare.render.chart.text")
    lines: list[Line] = getattr(module, DRAWERS[type(block)])(block, look, columns)
    return lines
