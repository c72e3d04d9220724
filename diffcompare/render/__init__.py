"""The output formats, each a renderer that writes any document.

A format is a function `render(document, look) -> str` in a module of this package, and a name in `FORMATS`.  The module
is imported on first use, so that a command pays only for the format it writes.
"""

from __future__ import annotations

import importlib
from importlib.util import find_spec
from os import PathLike, fspath
from typing import TYPE_CHECKING, Literal, NamedTuple

from diffcompare.diagnostics import Diagnostic, DiffcompareError

if TYPE_CHECKING:
    from diffcompare.document import Document

__all__ = [
    "FILES",
    "FORMATS",
    "LINES",
    "PICTURES",
    "TEXTS",
    "Look",
    "check_library",
    "format_of_suffix",
    "render",
    "render_file",
]

TEXTS = ("terminal", "plain", "json", "csv", "markdown", "html", "latex")  # can write every document

PICTURES = ("svg", "dot", "mermaid")  # write only pictures; a document without one is an error

LINES = ("jsonl",)  # for many documents in one file: the plain data of each on one line

FORMATS: tuple[str, ...] = TEXTS + LINES + PICTURES

FILES = ("npz", "png", "pdf")  # are no text, and written to a file whose suffix asks for them

# The module and the function of those formats that are not written by `render` of the module with their name.
_RENDERERS = {
    "npz": ("npz", "archive"),
    "png": ("picture_file", "png"),
    "pdf": ("picture_file", "pdf"),
    "jsonl": ("json", "render_line"),
    "dot": ("graph.diagram_code", "render_dot"),
    "mermaid": ("graph.diagram_code", "render_mermaid"),
}

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
    ".c": "plain",
    ".npz": "npz",
    ".svg": "svg",
    ".png": "png",
    ".pdf": "pdf",
    ".dot": "dot",
    ".gv": "dot",
    ".mmd": "mermaid",
    ".mermaid": "mermaid",
}


class Look(NamedTuple):
    """The look of a document: what the destination can show, and the user's choices."""

    width: int = 80  # columns of the terminal; the other formats do not fold lines
    colour: bool = False
    styled: bool = False  # escape sequences for bold and underline are allowed; colour needs this too
    # The characters that pictures are drawn with; with `ascii` all text is transliterated to ASCII.
    charset: Literal["braille", "blocks", "ascii"] = "braille"
    digits: int | None = None  # significant digits of floats in the formats for people; None keeps all
    formulas: Literal["text", "unicode", "latex"] = "text"  # on terminals and in plain text

    @property
    def unicode(self) -> bool:
        """Tell whether characters beyond ASCII may be written."""
        return self.charset != "ascii"


def render(document: Document, format: str, *, look: Look | None = None) -> str:
    """Return the document as text that ends in a newline (an empty document gives empty text).

    Raises ValueError for an unknown format, and for nan or inf in data that is to become JSON.
    """
    if format not in FORMATS:
        raise ValueError(f"unknown format {format!r}: choose one of {', '.join(FORMATS)}")
    module, function = _RENDERERS.get(format, (format, "render"))
    look = look or Look()
    if look.formulas != "text" and format in ("terminal", "plain"):
        typeset = importlib.import_module(f"{__name__}.formula_blocks").with_formulas
        document = typeset(document, look, repeats_groups=format == "terminal")
    text: str = getattr(importlib.import_module(f"{__name__}.{module}"), function)(document, look)
    return text


def render_file(document: Document, format: str) -> bytes:
    """Return the content of a file in one of the formats of `FILES`.

    Raises DiffcompareError if the document has no array (E514) or no picture (E512), or if a library is missing (E515).
    """
    check_library(format)
    module, function = _RENDERERS[format]
    content: bytes = getattr(importlib.import_module(f"{__name__}.{module}"), function)(document)
    return content


def check_library(format: str) -> None:
    """Raise DiffcompareError (E515) if the library that writes a format is not installed."""
    if format in ("png", "pdf") and find_spec("typst") is None:
        message = "PNG and PDF files are made with Typst, which is not installed"
        help = 'pip install "diffcompare[pictures]", or end the name in .svg'
        raise DiffcompareError(Diagnostic("E515", "io_error", message, help=help))


def format_of_suffix(path: str | PathLike[str]) -> str | None:
    """Return the format that the suffix of a file name implies, or None if it implies none."""
    name = fspath(path)
    return _SUFFIXES.get(name[name.rfind(".") :].lower()) if "." in name else None
