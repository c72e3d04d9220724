"""Files of expressions (TOML): the format of `expressions/*.toml`, read leniently for users' own files.

An entry needs only `name` and `expression`.  Whatever is wrong with a file becomes a diagnostic that says where.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from diffcompare.diagnostics import MIN_SLIP_LIKENESS, Diagnostic, DiffcompareError, did_you_mean
from diffcompare.inputs.files import read_text

_HEADER = r"(?m)^[ \t]*\[\[[ \t]*expression[ \t]*\]\]"
_PLACE = r" \(at (?:line (\d+), column (\d+)|end of document)\)$"  # ends the messages of tomllib
_AN_ENTRY = 'an entry is the line [[expression]], then lines such as name = "..." and expression = "..."'
_DEEP_KEY = r"(?:\.[ \t]*+[\w-]++[ \t]*+){100}"
_OTHER_NAMES = {"id": "name", "expr": "expression", "grad": "gradient", "note": "lesson"}


_TEXTS = ("title", "lesson", "source", "domain", "tier")
_KEYS = frozenset(
    ("name", "expression", "group", "point", "gradient", "demos", "traps", "value", "gradient_at_point", "undefined")
).union(_TEXTS)

_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Entry(NamedTuple):
    """An expression with everything that its file says about it; formulas stay text until they are needed.

    (A named tuple, because making a data class of this size at every start takes milliseconds.)
    """

    name: str
    text: str  # the expression as written
    file: str
    line: int | None = None
    group: str = ""
    title: str = ""
    point: Mapping[str, float] = _NOTHING  # the classic point, in the order of the variables; may be empty
    formulas: Mapping[str, str] = _NOTHING  # partials derived by hand, by variable
    lesson: str = ""
    source: str = ""
    domain: str = ""
    tier: str = ""
    demos: tuple[str, ...] = ()
    traps: tuple[str, ...] = ()
    value: float | None = None  # the true value at the point, rounded once
    gradient_at_point: Mapping[str, float] = _NOTHING  # the true partials there
    undefined: Mapping[str, str] = _NOTHING  # why a partial does not exist there, by variable

    @property
    def names(self) -> frozenset[str]:
        """Names that are variables in this entry, whatever they mean elsewhere (`e`)."""
        return frozenset(self.point) | frozenset(self.formulas)

    @property
    def place(self) -> str:
        """`file:line`, as far as it is known."""
        return self.file if self.line is None else f"{self.file}:{self.line}"


def entries_of_file(path: str) -> tuple[Entry, ...]:
    """Return all entries of a file.  Raises DiffcompareError for the first thing that is wrong with it."""
    entries = tuple(entry_from(table, path, line) for table, line in _tables(path))
    seen: dict[str, Entry] = {}
    for entry in entries:
        if entry.name in seen:
            raise _twice(entry.place, entry.name, seen[entry.name].line)
        seen[entry.name] = entry
    return entries


def from_file(path: str, name: str | None = None) -> Entry:
    """Return the entry of that name from a file, or the only entry of the file if no name is given.

    Raises DiffcompareError if there is no such entry or more than one, or if something is wrong with it.
    """
    tables = _tables(path)
    candidates = [(table, line) for table, line in tables if name is None or _name_of(table) == name]
    if len(candidates) != 1:
        if name is None:
            raise _several(path, [_name_of(table) for table, _ in tables])
        if not candidates:
            raise _no_such_entry(path, name, [_name_of(table) for table, _ in tables])
        raise _twice(path, name, candidates[0][1])
    table, line = candidates[0]
    return entry_from(table, path, line)


def entry_from(table: Mapping[str, Any], file: str, line: int | None, group: str = "") -> Entry:
    """Make the entry that a table of a file describes.  Raises DiffcompareError if a value has the wrong type."""
    place = file if line is None else f"{file}:{line}"
    table = {_OTHER_NAMES.get(key, key): value for key, value in table.items()}
    _check_keys(table, place)
    for key in ("name", "expression"):
        if key not in table:
            raise _wrong(place, f"an entry has no `{key}`", f'{key} = "..."')
    texts = {key: _text(table.get(key, ""), key, place) for key in _TEXTS}
    return Entry(
        name=_text(table["name"], "name", place),
        text=_text(table["expression"], "expression", place),
        file=file,
        line=line,
        group=group or _text(table.get("group", ""), "group", place),
        point=_numbers(table.get("point", {}), "point", place),
        formulas=_formulas(table.get("gradient", {}), "gradient", place),
        demos=_texts(table.get("demos", []), "demos", place),
        traps=_texts(table.get("traps", []), "traps", place),
        value=_number(table["value"], "value", place) if "value" in table else None,
        gradient_at_point=_numbers(table.get("gradient_at_point", {}), "gradient_at_point", place),
        undefined=_formulas(table.get("undefined", {}), "undefined", place),
        **texts,
    )


def _check_keys(table: Mapping[str, Any], place: str) -> None:
    """Raise DiffcompareError for a key that is probably a misspelt one of ours.  Other keys are welcome."""
    unknown = [key for key in table if key not in _KEYS]
    if unknown:
        for key in unknown:
            close = did_you_mean(key, _KEYS, MIN_SLIP_LIKENESS, abbreviated=False)
            if close and close not in table:
                raise _wrong(place, f"an entry has no key `{key}`", f"did you mean `{close}`?")


def _tables(path: str) -> list[tuple[dict[str, Any], int | None]]:
    return tables_in(read_text(path), path)


def tables_in(text: str, path: str) -> list[tuple[dict[str, Any], int | None]]:
    """Return the tables that describe entries, each with the line of its header if that is certain."""
    document = parsed_toml(text, path)
    tables = document.get("expression")
    if isinstance(tables, str):  # a file that is one entry
        return [(document, 1)]
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise _wrong(path, "the file has no entries", _AN_ENTRY)
    return list(zip(tables, lines_of_headers(text, _HEADER, len(tables)), strict=True))


def lines_of_headers(text: str, header: str, count: int) -> Sequence[int | None]:
    """Return the lines of the headers of that many tables; None for each where they cannot be told from other text."""
    import re

    lines, line, start = [], 1, 0
    for match in re.finditer(header, text):
        line += text.count("\n", start, match.end())
        start = match.end()
        lines.append(line)
    return lines if len(lines) == count else [None] * count


def parsed_toml(text: str, path: str, example: str = _AN_ENTRY) -> dict[str, Any]:
    """Return what a TOML file says; `example` is the help of an error.  Raises DiffcompareError with the place."""
    import re
    import tomllib

    try:
        if re.search(_DEEP_KEY, text):  # tomllib takes quadratic time and memory for it
            raise RecursionError
        return tomllib.loads(text)
    except RecursionError:
        raise _wrong(
            path, "the brackets or keys of the file are nested too deeply", "an entry needs no nesting"
        ) from None
    except ValueError as error:
        raise _malformed(text, path, str(error), example) from None


def _malformed(text: str, path: str, message: str, example: str) -> DiffcompareError:
    import re

    place = re.search(_PLACE, message)
    message = message[: place.start()] if place else message
    message = f"not valid TOML: {message[:1].lower()}{message[1:]}"
    lines = text.split("\n")
    line = int(place[1]) if place and place[1] else len(lines)
    column = int(place[2]) - 1 if place and place[2] else len(lines[line - 1])
    return DiffcompareError(
        Diagnostic(
            code="E603",
            kind="syntax_error",
            message=message,
            source=f"{path}:{line}",
            text=lines[line - 1],
            span=(column, column + 1),
            help=example,
        )
    )


def _text(value: Any, key: str, place: str) -> str:
    if not isinstance(value, str):
        raise _wrong(place, f"`{key}` is not a string but {_kind(value)}", f'put it in quotes: {key} = "..."')
    return value


def _texts(value: Any, key: str, place: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise _wrong(place, f"`{key}` is not a list but {_kind(value)}", f'{key} = ["...", "..."]')
    return tuple(_text(item, key, place) for item in value)


def _number(value: Any, key: str, place: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong(place, f"`{key}` is not a number but {_kind(value)}", f"{key} = 1.5")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise _wrong(place, f"`{key}` is {number}: a coordinate is a finite number", f"{key} = 1.5", kind="bad_value")
    return number


def _numbers(value: Any, key: str, place: str) -> dict[str, float]:
    table = _table(value, key, place, "{ x = 1.5, y = 2 }")
    return {name: _number(number, f"{key}.{name}", place) for name, number in table.items()}


def _formulas(value: Any, key: str, place: str) -> dict[str, str]:
    """Return a table of texts by name; a number is accepted as its text."""
    table = _table(value, key, place, '{ x = "...", y = "..." }')
    return {
        name: repr(text) if type(text) in (int, float) else _text(text, f"{key}.{name}", place)
        for name, text in table.items()
    }


def _table(value: Any, key: str, place: str, example: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _wrong(place, f"`{key}` is not a table but {_kind(value)}", f"{key} = {example}")
    return value


def _kind(value: Any) -> str:
    kinds = {bool: "a boolean", int: "a number", float: "a number", str: "a string", list: "a list", dict: "a table"}
    return kinds.get(type(value), "a date or time")


def _name_of(table: Mapping[str, Any]) -> str:
    name = table.get("name", table.get("id"))
    return name if isinstance(name, str) else ""


def _several(path: str, names: list[str]) -> DiffcompareError:
    listed = [name for name in names if name][:5]
    text = ", ".join(listed) + (", ..." if len(names) > len(listed) else "")
    message = f"{path} has {len(names)} entries: {text}" if names else f"{path} has no entries"
    help = f"name one of them: {path}:{listed[0] if listed else 'NAME'}"
    return DiffcompareError(Diagnostic(code="E607", kind="bad_value", message=message, source=path, help=help))


def _no_such_entry(path: str, name: str, names: list[str]) -> DiffcompareError:
    close = did_you_mean(name, names)
    listed = ", ".join(names[:5]) + ", ..." * (len(names) > 5)
    help = f"did you mean {path}:{close}?" if close else f"it has {listed}"
    message = f"{path} has no entry `{name}`"
    return DiffcompareError(Diagnostic(code="E608", kind="bad_value", message=message, source=path, help=help))


def _wrong(place: str, message: str, help: str, kind: str = "bad_value") -> DiffcompareError:
    message = f"{place}: {message}"
    return DiffcompareError(Diagnostic(code="E604", kind=kind, message=message, source=place, help=help))


def _twice(place: str, name: str, first: int | None) -> DiffcompareError:
    where = "" if first is None else f", first in line {first}"
    return _wrong(place, f"the name `{name}` is used twice{where}", "give every entry a name of its own")
