"""JSON, indented or on one line: the plain data of a document, not its blocks.

Numbers keep all digits; integers that a double cannot hold exactly become decimal text, because most JSON readers
use doubles.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from diffcompare.formatting import integer

if TYPE_CHECKING:
    from diffcompare.document import Document
    from diffcompare.render import Look

_FIRST_INEXACT = 2**53
_SCALARS = frozenset([str, bool, int, float, type(None)])


def render(document: Document, look: Look) -> str:
    """Return the data as JSON.  Raises ValueError for nan and inf, and TypeError for anything but plain data."""
    data = _data(document)
    text = _text(data, "\n", escaped=not look.unicode)
    if not _is_utf8(text):
        text = _text(data, "\n", escaped=True)  # a lone surrogate (bytes of the command line) can only be escaped
    return f"{text}\n"


def render_line(document: Document, look: Look) -> str:
    """Return the same data on one line, as JSON Lines has it."""
    return f"{json.dumps(_data(document), ensure_ascii=not look.unicode)}\n"


def _data(document: Document) -> object:
    return _portable(document.data() if callable(document.data) else document.data, "data")


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _text(value: object, line: str, *, escaped: bool) -> str:
    """Return what `json.dumps(value, indent=2)` would, with `line` as the line break.

    An indent makes json.dumps ten times slower.  So the innermost containers, which make up nearly all of a large
    document, go through its fast C encoder with the indent smuggled into the separator.
    """
    inner = line + "  "
    if not isinstance(value, dict | list) or not value:
        return json.dumps(value, ensure_ascii=escaped)
    if _SCALARS.issuperset(map(type, value.values() if isinstance(value, dict) else value)):
        flat = json.dumps(value, ensure_ascii=escaped, separators=("," + inner, ": "))
        return f"{flat[0]}{inner}{flat[1:-1]}{line}{flat[-1]}"
    if isinstance(value, dict):
        keys = [json.dumps(key, ensure_ascii=escaped) for key in value]
        items = [_text(item, inner, escaped=escaped) for item in value.values()]
        lines = [f"{key}: {item}" for key, item in zip(keys, items, strict=True)]
        return f"{{{inner}{f',{inner}'.join(lines)}{line}}}"
    return f"[{inner}{f',{inner}'.join([_text(item, inner, escaped=escaped) for item in value])}{line}]"


def _portable(value: object, path: str) -> object:
    """Return the value with unsafe integers as text; `path` locates an error in the data."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < _FIRST_INEXACT else integer(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{path} is {value}, which JSON cannot hold: use None and a status")
        return value
    if isinstance(value, Mapping):
        keys = [_key(key, path) for key in value]
        if all(map(_is_safe, value.values())):
            return dict(value)
        return {key: _portable(item, f"{path}.{key}") for key, item in zip(keys, value.values(), strict=True)}
    if isinstance(value, list | tuple):
        if all(map(_is_safe, value)):
            return list(value)
        return [_portable(item, f"{path}[{place}]") for place, item in enumerate(value)]
    raise TypeError(f"{path} is not plain data: {type(value).__name__}")


def _is_safe(value: object) -> bool:
    """Tell whether every JSON reader gets this scalar right."""
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return True
    if kind is float:
        return math.isfinite(value)  # type: ignore[arg-type]
    return kind is int and -_FIRST_INEXACT < value < _FIRST_INEXACT  # type: ignore[operator]


def _key(key: object, path: str) -> str:
    if isinstance(key, str):
        return key
    raise TypeError(f"a key of {path} is not text: {key!r}")
