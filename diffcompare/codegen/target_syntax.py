"""How statements are written: in Python, and in JavaScript."""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Collection, Sequence
from typing import NamedTuple

INDENT = {"python": "    ", "javascript": "  "}

_RESERVED = """
    arguments await break case catch class const continue debugger default delete do else enum eval export extends false
    finally for function if implements import in instanceof interface let new null package private protected public
    return static super switch this throw true try typeof undefined var void while with yield Infinity Math NaN console
"""


class Syntax(NamedTuple):
    """A language as far as a program needs it."""

    language: str
    comment: str
    """What a comment begins with."""
    taken: Collection[str]
    """Names that no variable can have."""

    def assignment(self, name: str, text: str, *, grows: bool = False) -> str:
        """A number gets its name; to one that grows others will be added."""
        return f"{name} = {text}" if self.language == "python" else f"{'let' if grows else 'const'} {name} = {text};"

    def increment(self, name: str, text: str) -> str:
        """A number is added to another."""
        return f"{name} += {text}" if self.language == "python" else f"{name} += {text};"

    def remark(self, text: str) -> str:
        """A comment."""
        return f"{self.comment} {text}"

    def result(self, entries: Sequence[str], *, in_lines: bool) -> list[str]:
        """The dictionary that a function returns, an entry a line or all in one."""
        end = "" if self.language == "python" else ";"
        if not in_lines:
            return [f"return {{{', '.join(entries)}}}{end}"]
        return ["return {", *[f"{INDENT[self.language]}{entry}," for entry in entries], f"}}{end}"]

    def function(self, name: str, parameters: Sequence[str], told: str, lines: Sequence[str]) -> str:
        """A function of these lines."""
        head, indent = f"{name}({', '.join(parameters)})", INDENT[self.language]
        body = "\n".join([indent + line for line in lines])
        if self.language == "python":
            return f'def {head}:\n{indent}"""{told}"""\n{body}'
        return f"function {head} {{\n{indent}{self.remark(told)}\n{body}\n}}"


PYTHON = Syntax("python", "#", frozenset({"math", "numpy", "float", *dir(builtins), *keyword.kwlist}))
JAVASCRIPT = Syntax("javascript", "//", frozenset(_RESERVED.split()))
