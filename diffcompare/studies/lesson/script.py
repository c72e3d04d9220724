"""The script of the lesson: files of plain JavaScript one after the other, without a library."""

from __future__ import annotations

from pathlib import Path

FILES = (
    "numbers",
    "elements",
    "tape",
    "trace",
    "stage",
    "steps",
    "articles",
    "point",
    "curve",
    "swell",
    "paper",
    "start",
)
"""In the order in which they build on each other."""


def script() -> str:
    """The whole script, as it stands in the page."""
    here = Path(__file__).parent / "scripts"
    parts = [(here / f"{name}.js").read_text(encoding="utf-8") for name in FILES]
    return "\n".join(['\n"use strict";\n', *parts])
