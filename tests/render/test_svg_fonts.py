"""Texts fit where they stand, whatever font a program takes for that of the picture."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser import showing
from pictures import BARS, PLOT
from render_graphs import EXPRESSIONS, drawn

from diffcompare.document import Document
from diffcompare.render.html import fragment
from diffcompare.studies.graph import SHOWN

FONTS = ("DejaVu Sans", "Verdana", "Liberation Sans", "Arial", "DejaVu Sans Mono", "DejaVu Serif")

# Returns what is outside its box or the picture, and pairs of texts that overlap by more than a pixel.
MISFITS = """
(() => {
  const found = [];
  const inside = (box, frame, what, slack) => {
    if (box.left < frame.left - slack || box.right > frame.right + slack) found.push(what);
  };
  for (const svg of document.querySelectorAll("svg")) {
    const frame = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll("text")].map(text => [text, text.getBoundingClientRect()]);
    for (const [text, box] of texts) {
      inside(box, frame, `outside: ${text.textContent}`, 0);
      const shape = text.parentNode.querySelector(":scope > .shape, :scope > .plate");
      if (shape) inside(box, shape.getBoundingClientRect(), `wider than its box: ${text.textContent}`, 0);
    }
    texts.forEach(([one, a], place) => texts.slice(place + 1).forEach(([other, b]) => {
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (across > 1 && down > 6) found.push(`one on the other: ${one.textContent} | ${other.textContent}`);
    }));
  }
  return found;
})()
"""


@pytest.mark.thorough
def test_texts_fit_in_wide_and_in_narrow_fonts(tmp_path: Path) -> None:
    graphs = [drawn(text, show=SHOWN[place % len(SHOWN)]) for place, text in enumerate(EXPRESSIONS.values())]
    graphs.append(drawn("WMWWMWMWMWMWMWM*sigmoid(MMMMMMMMMMM) + asinh(mmmmmmmmmm)", show="adjoint"))
    page = fragment(Document((PLOT, BARS, *graphs)))
    (tmp_path / "page.html").write_text(f"<!DOCTYPE html><meta charset=utf-8>{page}", "utf-8")
    with showing(tmp_path / "page.html", tmp_path / "profile") as window:
        window.run("for (const it of document.querySelectorAll('svg')) it.style.maxWidth = 'none'")
        for font in FONTS:
            window.run(f"for (const it of document.querySelectorAll('svg')) it.style.fontFamily = '{font}'")
            assert window.run(MISFITS) == [], font
