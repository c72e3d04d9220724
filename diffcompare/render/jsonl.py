"""JSON lines: the plain data of a document on one line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from diffcompare.document import Document
    from diffcompare.render import Look


def render(document: Document, look: Look) -> str:
    """Return the data that `render.json` writes, on one line."""
    from diffcompare.render import json as indented

    return f"{json.dumps(json.loads(indented.render(document, look)), ensure_ascii=not look.unicode)}\n"
