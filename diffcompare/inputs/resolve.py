"""The argument of a command, resolved: an expression, `@name`, `FILE.toml:name`, a file, or `-` for standard input.

The result is a `ParsedInput`: the parsed expression and, if they are known, partials by hand and a classic point.  A
typed expression that is in the catalogue, perhaps with other names, gets those of the catalogue.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from diffcompare.diagnostics import Diagnostic, DiffcompareError, is_misread
from diffcompare.inputs.files import TABLES, decoded, file_and_name, read_text, too_long
from diffcompare.inputs.point import check_point, unknown_variable
from diffcompare.language.parser import Parsed, read
from diffcompare.language.wengert import variables as variables_of
from diffcompare.language.wengert import wengert_list
from diffcompare.numeric.user_operations import written_out
from diffcompare.safe_io import MAX_INPUT_BYTES

if TYPE_CHECKING:
    from diffcompare.backends.problem import Hand
    from diffcompare.inputs.catalogue import CatalogueMatch
    from diffcompare.inputs.expression_file import Entry
    from diffcompare.inputs.python_function import FunctionProgram


Origin: TypeAlias = Literal["expression", "catalogue", "file", "stdin", "function"]


class ParsedInput(NamedTuple):
    """A command's argument, resolved and parsed."""

    text: str  # the expression as written
    parsed: Parsed
    origin: Origin
    label: str  # its name in messages: `expression`, `@name`, `FILE.toml:name`, `FILE.txt`, `standard input`
    entry: Entry | None = None
    hand: Hand | None = None
    point: Mapping[str, float] | None = None  # the classic point, if there is one
    match: CatalogueMatch | None = None  # the match of a typed expression in the catalogue
    program: FunctionProgram | None = None  # a Python function at a point; the expression is the tape of its run
    native: FunctionProgram | None = None  # a Python function that cannot be recorded, and runs in a library only

    @property
    def variables(self) -> list[str]:
        """The names of the variables: of a function those of its parameters, used or not."""
        return variables_of(wengert_list(*self.parsed.outputs)) if self.program is None else list(self.program.at.point)

    def as_expression(self) -> ParsedInput:
        """Return a function as an expression, in which equal parts of its recording are one.

        An operation of the user's own is written out as its definition, if it has one.
        """
        expression = self.parsed.expression if self.program is None else self.program.recording.expression
        written = written_out(expression)
        if written is self.parsed.expression:
            return self
        return self._replace(parsed=self.parsed._replace(expression=written))


def resolve(
    argument: str,
    *,
    stdin: Callable[[], bytes] | None = None,
    names: Collection[str] = (),
    look_up: bool = True,
    several: bool = False,
    asks: bool = False,
) -> ParsedInput:
    """Resolve and parse the argument of a command.

    `stdin` reads standard input, by default at most a byte more than is allowed; `names` are variables whatever else
    they mean (`e`); without `look_up` a typed expression is not looked up in the catalogue, which takes some
    milliseconds; with `several` a list of outputs in brackets is read as well; where the command `asks` for derivatives
    the text may be `d/dx (x^2)`.  Raises DiffcompareError for whatever
    cannot be read, found or parsed.
    """
    if argument == "-":
        text = decoded(_bounded((stdin or _standard_input)()), "standard input")
        return parse_input(text.rstrip("\n"), "stdin", "standard input", names, look_up, several=several, asks=asks)
    if argument.startswith("@"):
        from diffcompare.inputs.catalogue import entry

        return parse_entry(entry(argument[1:]), "catalogue", argument, names)
    path, name = file_and_name(argument)
    if path is None:
        return parse_input(argument, "expression", "expression", names, look_up, several=several, asks=asks)
    if path.lower().endswith(".toml"):
        from diffcompare.inputs.expression_file import from_file

        entry_of_file = from_file(path, name)
        return parse_entry(entry_of_file, "file", f"{path}:{entry_of_file.name}", names)
    return parse_input(_only_expression(path), "file", path, names, look_up, several=several, asks=asks)


def parse_input(
    text: str,
    origin: Origin,
    label: str,
    names: Collection[str] = (),
    look_up: bool = True,
    *,
    several: bool = False,
    asks: bool = False,
) -> ParsedInput:
    """Parse an expression of any origin, called `label` in errors, and look it up in the catalogue."""
    parsed = _read(text, names, label, several=several, asks=asks)
    question = ParsedInput(text, parsed, origin, label)
    return looked_up(question) if look_up and not parsed.listed and not is_misread(parsed.notes) else question


def looked_up(question: ParsedInput) -> ParsedInput:
    """Return an input with what the catalogue knows of its expression: partials by hand and a classic point."""
    from diffcompare.inputs.catalogue import hand_for, match, point_for

    known = match(question.parsed.expression)
    if known is None:
        return question
    point = point_for(known) or None
    return question._replace(entry=known.entry, hand=hand_for(known), point=point, match=known)


def parse_entry(entry: Entry, origin: Origin, label: str, names: Collection[str] = ()) -> ParsedInput:
    """Parse an entry of a file, and check its point."""
    from diffcompare.inputs.catalogue import hand_of

    parsed = _read(entry.text, [*names, *entry.names], entry.place)
    variables = variables_of(wengert_list(parsed.expression))
    for name in entry.point:
        if name not in variables:
            raise unknown_variable(name, variables, f"{entry.place}, point")
    if entry.point:
        check_point(variables, entry.point, f"{entry.place}, point")
    return ParsedInput(entry.text, parsed, origin, label, entry, hand_of(entry), dict(entry.point) or None)


def _read(text: str, names: Collection[str], source: str, *, several: bool = False, asks: bool = False) -> Parsed:
    try:
        return read(text, names=names, several=several, question=asks)
    except DiffcompareError as error:
        raise DiffcompareError(error.diagnostic._replace(source=source)) from None


def _standard_input() -> bytes:
    import sys

    return sys.stdin.buffer.read(MAX_INPUT_BYTES + 1)


def _bounded(content: bytes) -> bytes:
    if len(content) > MAX_INPUT_BYTES:
        raise too_long("standard input", MAX_INPUT_BYTES)
    return content


def _only_expression(path: str) -> str:
    """Return the one expression of a text file: its only line that is neither empty nor a `#` comment."""
    if not path.lower().endswith(".txt"):
        suffix = path[path.rindex(".") :]
        help = f"`diffcompare batch {path}` takes it, and a class's answers `diffcompare check {path}`"
        message = f"{path}: this command takes one expression, but a {suffix} file holds a table of them"
        raise _not_one_expression(path, message, help if suffix.lower() in TABLES else None)
    lines = [line.strip() for line in read_text(path, MAX_INPUT_BYTES).split("\n")]
    expressions = [line for line in lines if line and not line.startswith("#")]
    if len(expressions) != 1:
        message = f"{path}: this command takes one expression, but the file has {len(expressions) or 'none'}"
        raise _not_one_expression(path, message)
    return expressions[0]


def _not_one_expression(path: str, message: str, help: str | None = None) -> DiffcompareError:
    help = help or "give the expression itself, or a text file with nothing else in it"
    return DiffcompareError(Diagnostic(code="E609", kind="bad_value", message=message, source=path, help=help))
