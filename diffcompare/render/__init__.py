"""Renderers: every one writes any document.

A format is one module of this package with one function, `render(document, look) -> str`, and one name in `FORMATS`.
Renderers are imported when they are asked for, so that a command pays for the one it uses and no other.
"""

from __future__ import annotations

import importlib
from os import PathLike, fspath
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from diffcompare.document import Document

__all__ = ["FORMATS", "LINES", "PICTURES", "TEXTS", "Look", "format_of_suffix", "render"]

TEXTS = ("terminal", "plain", "json", "csv", "markdown", "html", "latex")
"""The formats that write every document."""

PICTURES = ("svg", "dot", "mermaid")
"""The formats of pictures alone; a document without one is an error that names another format."""

LINES = ("jsonl",)
"""The format of many documents in one file: the plain data of each on one line."""

FORMATS: tuple[str, ...] = TEXTS + LINES + PICTURES
"""The formats by name; each is the module of that name in this package."""

_MODULES = {"dot": "graph.dot", "mermaid": "graph.mermaid"}
"""Formats whose module does not stand in this package itself."""

_SUFFIXES = {
    ".json": "json",
    ".jsonl": "jsonl",
    ".csv": "csv",
    ".md": "markdown",
    ".html": "html",
    ".htm": "html",
    ".tex": "latex",
    ".txt": "plain",
    ".py": "plain",  # the programs of `derive --code`
    ".js": "plain",
    ".svg": "svg",
    ".dot": "dot",
    ".gv": "dot",
    ".mmd": "mermaid",
    ".mermaid": "mermaid",
}


class Look(NamedTuple):
    """What the place that the text goes to can show."""

    width: int = 80
    """Columns of the terminal; no other format folds its lines."""
    color: bool = False
    styled: bool = False
    """Bold and underline may be used (as escape sequences); colour needs them too."""
    charset: Literal["braille", "blocks", "ascii"] = "braille"
    """What pictures are drawn with; `ascii`: only ASCII is written, whatever the document holds."""
    digits: int | None = None
    """Significant digits of floats in the formats for people; None shows all of them."""

    @property
    def unicode(self) -> bool:
        """Whether characters beyond ASCII may be written."""
        return self.charset != "ascii"


def render(document: Document, format: str, *, look: Look | None = None) -> str:
    """The document as text, ending in a newline (an empty document is empty text).

    Raises ValueError for an unknown format, and for nan or inf in the data of a document that becomes JSON.
    """
    if format not in FORMATS:
        raise ValueError(f"unknown format {format!r}: choose one of {', '.join(FORMATS)}")
    module = importlib.import_module(f"{__name__}.{_MODULES.get(format, format)}")
    text: str = module.render(document, look or Look())
    return text


def format_of_suffix(path: str | PathLike[str]) -> str | None:
    """The format that a file's name asks for, or None where its suffix says nothing to us."""
    name = fspath(path)
    return _SUFFIXES.get(name[name.rfind(".") :].lower()) if "." in name else None
