"""JSON: the plain data of a document, not its blocks.

Numbers in full; integers that a double cannot hold exactly are decimal text, because most readers of JSON read doubles.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from diffcompare.render.cells import integer

if TYPE_CHECKING:
    from diffcompare.document import Document
    from diffcompare.render import Look

_FIRST_INEXACT = 2**53


def render(document: Document, look: Look) -> str:
    """The data as JSON.  Raises ValueError for nan and inf, and TypeError for anything that is not plain data."""
    data = _portable(document.data() if callable(document.data) else document.data, "data")
    text = json.dumps(data, indent=2, ensure_ascii=not look.unicode, allow_nan=False)
    if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
        text = json.dumps(data, indent=2)  # a lone surrogate (bytes of the command line) can only be escaped
    return f"{text}\n"


def _portable(value: object, path: str) -> object:
    """The value with every integer safe; `path` says where a fault is."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < _FIRST_INEXACT else integer(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{path} is {value}, which JSON cannot hold: use None and a status")
        return value
    if isinstance(value, Mapping):
        return {_key(key, path): _portable(item, f"{path}.{key}") for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_portable(item, f"{path}[{place}]") for place, item in enumerate(value)]
    raise TypeError(f"{path} is not plain data: {type(value).__name__}")


def _key(key: object, path: str) -> str:
    if isinstance(key, str):
        return key
    raise TypeError(f"a key of {path} is not text: {key!r}")
