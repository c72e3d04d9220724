"""Pictures in text: which module draws which."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from diffcompare.document import Bars, Plot

if TYPE_CHECKING:
    from diffcompare.document import Picture
    from diffcompare.render import Look
    from diffcompare.render.folding import Line

DRAWERS: dict[type, str] = {Plot: "plot_text", Bars: "bars_text"}
"""The module that draws each kind of picture, with `draw(block, look, columns) -> list[Line]`."""


COLUMNS = 80
"""The width of pictures in files and pipes, where nobody knows how wide the reader's screen is."""


def picture_lines(block: Picture, look: Look, columns: int) -> list[Line]:
    """The picture as lines of text no wider than `columns`; none where text cannot show it."""
    if type(block) not in DRAWERS:
        return []
    module = import_module(f"diffcompare.render.{DRAWERS[type(block)]}")
    lines: list[Line] = module.draw(block, look, columns)
    return lines
