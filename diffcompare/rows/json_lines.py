"""Rows of a `.jsonl` file: one object a line with `expression`, and perhaps `name`, `point` and `hand`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from diffcompare.rows.lines import LineStream, lines_of
from diffcompare.rows.row import NOTHING, Row, broken

EXAMPLE = '{"name": "a", "expression": "x^2*y", "point": {"x": 2, "y": 3}}'
_OTHER_NAMES: dict[str, str] = {"id": "name", "expr": "expression", "at": "point", "gradient": "hand", "grad": "hand"}


class _Wrong(Exception):
    """What is wrong with an object, and its code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def rows(stream: LineStream, file: str) -> Iterator[Row]:
    """The rows of a file of JSON lines; empty lines are none."""
    for number, line in lines_of(stream, file):
        if isinstance(line, Row):
            yield line
        elif line and not line.isspace():
            yield row_of(line, file, number)


def row_of(line: str, file: str, number: int) -> Row:
    """The row of one line."""
    try:
        table = _object(line)
        name, text = table.get("name"), table["expression"]
        if name is not None and not isinstance(name, str):
            name = json.dumps(name)
        if not isinstance(text, str):
            raise _Wrong("E626", "`expression` is not a text")
        point, hand = table.get("point"), table.get("hand") or NOTHING
        if point is not None and not isinstance(point, dict | str):
            raise _Wrong("E626", "`point` is not an object of numbers")
        if not isinstance(hand, dict) or not all(isinstance(formula, str) for formula in hand.values()):
            raise _Wrong("E626", "`hand` is not an object of formulas")
    except json.JSONDecodeError as error:
        message = f"not valid JSON: {error.msg[:1].lower()}{error.msg[1:]}"
        return broken(file, number, "E624", "syntax_error", message, f"a line is {EXAMPLE}", error.colno)
    except _Wrong as wrong:
        return broken(file, number, wrong.code, "bad_value", str(wrong), f"a line is {EXAMPLE}")
    except (ValueError, RecursionError) as error:  # an integer of 5,000 digits; brackets a thousand deep
        message = f"not JSON that can be read: {str(error).partition(';')[0].lower()}"
        return broken(file, number, "E624", "syntax_error", message, f"a line is {EXAMPLE}")
    return Row(file, number, _column(line), name, text, point, hand)


def _object(line: str) -> dict[str, Any]:
    found = json.loads(line, object_pairs_hook=_once, parse_constant=_no_constant)
    if not isinstance(found, dict):
        raise _Wrong("E624", "the line is JSON, and not an object")
    table: dict[str, Any] = {_OTHER_NAMES.get(str(key), str(key)): value for key, value in found.items()}
    if "expression" not in table:
        raise _Wrong("E626", "the object has no `expression`")
    return table


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise _Wrong("E627", f"the key `{twice}` comes twice")
    return table


def _no_constant(token: str) -> None:
    raise _Wrong("E624", f"not valid JSON: `{token}` is no number")


def _column(line: str) -> int:
    """Where the text of the expression begins, by a look at the usual spelling."""
    for key in ('"expression"', '"expr"'):
        found = line.find(key)
        if found >= 0:
            quote = line.find('"', line.find(":", found + len(key)))
            return quote + 2 if quote >= 0 else 1
    return 1
