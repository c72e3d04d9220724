"""The script of the lesson: files of plain JavaScript one after the other, without a library.

The operations that the page computes with are written from the table; all else stands in the files.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from diffcompare.codegen.tape import operations
from diffcompare.expression import Expression

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


def script(nodes: Iterable[Expression]) -> str:
    """The whole script, as it stands in the page, with the operations of these nodes."""
    here = Path(__file__).parent / "scripts"
    parts = [(here / f"{name}.js").read_text(encoding="utf-8") for name in FILES]
    return "\n".join(['\n"use strict";\n', f"const operations = {operations(nodes)};\n", *parts])
