"""Completion at the prompt: what may stand in the place of the last word, from the declarations of the options."""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Iterable, Iterator

from diffcompare.cli.arguments import Argument, Declared, beginning, declared_parameters
from diffcompare.cli.command_line import NAME, command_of
from diffcompare.cli.commands import COMMANDS
from diffcompare.cli.prompt_line import ANS, DEFAULT_COMMAND, HELP_WORD, LEAVE
from diffcompare.language.operations import CONSTANTS, FUNCTIONS

_WORD = re.compile(r"[^\s\"']*$")
_NAME = re.compile(r"[^\W\d]\w*$")


def complete(before: str) -> tuple[int, list[str]]:
    """Return where the word at the cursor begins, and what may stand there; `before` is all to its left."""
    match = _WORD.search(before)
    assert match is not None
    start, word = match.start(), match.group()
    earlier = before[:start].replace('"', " ").replace("'", " ").split()
    while earlier and earlier[0] in ("$", ">", NAME):
        del earlier[0]
    return start, sorted(dict.fromkeys(_candidates(earlier, word)))


def _candidates(earlier: list[str], word: str) -> Iterator[str]:
    if earlier[:1] == [HELP_WORD]:
        yield from beginning(word, COMMANDS)
        return
    if not earlier:
        yield from (f"{name} " for name in beginning(word, (*COMMANDS, HELP_WORD, *LEAVE)))
    command, *words = earlier if earlier and earlier[0] in COMMANDS else (DEFAULT_COMMAND, *earlier)
    declared = declared_parameters(inspect.signature(command_of(command)).parameters)
    options = {flag: one for one in declared for flag, _ in one.flags()}
    flag, equals, value = word.partition("=")
    if equals and flag in options:
        yield from (f"{flag}={found}" for found in _values(options[flag], value))
        return
    asked = options.get(words[-1]) if words else None
    if asked is not None and not asked.is_switch:
        yield from _values(asked, word)
        return
    if word.startswith("-") and earlier:
        yield from (f"{found} " for found in beginning(word, options))
    if word.startswith("--"):  # no expression such as --atan(x)
        return
    for one in declared:
        if isinstance(one.declaration, Argument):
            yield from _values(one, word)


def _values(declared: Declared, word: str) -> Iterator[str]:
    """Yield the values of an option or an argument that begin with a word."""
    fields = declared.declaration.fields
    completion = fields.get("autocompletion")
    found = list(completion(word)) if completion is not None else []
    yield from found
    metavar = fields.get("metavar") or ""
    if metavar == "EXPR" or "=" in metavar or '"' in metavar:
        yield from _names_of_language(word)
    if (completion is None or metavar == "EXPR") and not found and (word or metavar.startswith(("FILE", "DIR"))):
        yield from files(word)


def _names_of_language(word: str) -> Iterator[str]:
    """Yield a word with its last name completed to a function, a constant or `ans`."""
    match = _NAME.search(word)
    if match is None or word.startswith("@"):
        return
    stem, name = word[: match.start()], match.group()
    names: Iterable[str] = (*(f"{function}(" for function in FUNCTIONS), *CONSTANTS, ANS)
    yield from (stem + found for found in beginning(name, names))


def files(word: str) -> Iterator[str]:
    """Yield the files and folders whose path begins with a word; hidden ones only if asked for."""
    folder, name = os.path.split(word)
    try:
        entries = sorted(os.scandir(os.path.expanduser(folder) or "."), key=lambda entry: entry.name)
    except (OSError, ValueError):
        return
    for entry in entries:
        if entry.name.startswith(name) and (name or not entry.name.startswith(".")):
            yield os.path.join(folder, entry.name) + (os.sep if entry.is_dir() else "")
