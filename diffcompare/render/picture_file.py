"""PNG and PDF: the pictures of a document as pixels or as a page of their size, made from the SVG by Typst.

Typst (an extra) is one wheel for Linux, macOS and Windows, without other programs.  Its PDF keeps lines as lines and
text as text, and holds the fonts; the picture is the light one.
"""

from __future__ import annotations

from typing import Literal

from diffcompare.document import Document
from diffcompare.render import Look, svg

RESOLUTION = 192.0  # pixels per inch of a PNG: two for each pixel of the SVG, of which an inch has 96

# A page as large as the picture.  Without a date equal pictures make equal files.
_PAGE = b"""\
#set document(title: sys.inputs.title, date: none)
#set page(width: auto, height: auto, margin: 0pt)
#image(bytes(sys.inputs.picture), format: "svg", alt: sys.inputs.description)
"""


def png(document: Document) -> bytes:
    """Return the document's pictures, one below the other, as PNG.  Raises DiffcompareError (E512) if it has none."""
    return _compile(document, "png")


def pdf(document: Document) -> bytes:
    """Return the document's pictures, one below the other, as PDF.  Raises DiffcompareError (E512) if it has none."""
    return _compile(document, "pdf")


def _compile(document: Document, format: Literal["png", "pdf"]) -> bytes:
    import typst

    title, drawn = svg.assemble(document)
    texts = {"picture": svg.render(document, Look()), "title": title, "description": drawn.description}
    content: bytes = typst.compile(_PAGE, format=format, ppi=RESOLUTION, sys_inputs=texts)
    return content
