"""Dialects: the tables in which notations in a line differ, from MATLAB to spreadsheets."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from diffcompare.diagnostics import did_you_mean
from diffcompare.language.expression import Expression
from diffcompare.language.notation.comparisons import Condition
from diffcompare.language.notation.foreign_functions import ForeignFunction, power
from diffcompare.language.notation.latex_names import GREEK
from diffcompare.language.notation.translation import NotationFault
from diffcompare.language.tokenizer import SyntaxFault, number

CHOICE, EITHER, BOTH, NOT, RELATION, SUM, PRODUCT, NEGATION, POWER, TIGHT = range(1, 11)  # levels of precedence


MAX_DIGITS = 16  # digits of an integer with which a program is imitated
_LETTERS = {"pi": "pi", "exponentiale": "E", "imaginaryi": "I"}  # of Mathematica, beside Greek ones

STOP = "stop"  # the kind of the token after the last


class DialectToken(NamedTuple):
    """A token with its place: a `number`, a `name`, a `sign`, or `stop` after the last."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def span(self) -> tuple[int, int]:
        """The place of the token in the text."""
        return self.start, self.end


class Operator(NamedTuple):
    """A sign between two values: its level, what it builds, and whether the right one of `a^b^c` comes first."""

    level: int
    build: Callable[[Expression, Expression], Expression]
    is_right: bool = False
    is_doubtful: bool = False  # programs of this kind differ in that


def _add(a: Expression, b: Expression) -> Expression:
    return a + b


def _subtract(a: Expression, b: Expression) -> Expression:
    return a - b


def _multiply(a: Expression, b: Expression) -> Expression:
    return a * b


def _divide(a: Expression, b: Expression) -> Expression:
    return a / b


ARITHMETIC = {
    "+": Operator(SUM, _add), "-": Operator(SUM, _subtract), "*": Operator(PRODUCT, _multiply),
    "/": Operator(PRODUCT, _divide),
}  # fmt: skip
ELEMENTWISE = {".*": Operator(PRODUCT, _multiply), "./": Operator(PRODUCT, _divide)}
RIGHT_POWER, LEFT_POWER = Operator(POWER, power, True), Operator(POWER, power)
DOUBTFUL_POWER = Operator(POWER, power, is_doubtful=True)
RELATIONS = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "==": "==", "!=": "!="}


@dataclass(frozen=True)
class Dialect:
    """The tables of one notation in a line."""

    title: str
    functions: Mapping[str, ForeignFunction]
    operators: Mapping[str, Operator]
    constants: Mapping[str, Expression | Condition]
    minus: int = NEGATION  # the level of a minus sign before a value
    relations: Mapping[str, str] = field(default_factory=lambda: RELATIONS)
    both: tuple[str, ...] = ()  # signs and words for `and`
    either: tuple[str, ...] = ()  # for `or`
    negations: tuple[str, ...] = ()  # for `not`
    casts: tuple[str, ...] = ()  # signs before a value that do not change it
    number: str = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
    suffix: str = r"(?!)"  # what follows a number and is no part of its value
    exponent: str = r"(?!)"  # what stands for the `e` of a number
    name: str = r"[^\W\d]\w*"
    skipped: str = r"\s+"
    call: str = "()"  # brackets around the arguments of a function
    index: str = ""  # brackets around an index
    lists: str = ""  # brackets around a list
    separators: tuple[str, ...] = (",",)
    postfixes: Mapping[str, Callable[[Expression], Expression]] = field(default_factory=dict)
    modules: frozenset[str] = frozenset()  # that stand before the name of a function
    unread: Mapping[str, str] = field(default_factory=dict)  # names and signs without a meaning here, and what they are
    choice: str = ""  # of "?" (c ? a : b), "else" (a if c else b) and "then" (if c then a else b), those there are
    ends: tuple[str, ...] = (";",)  # signs that may stand at the end
    targets: tuple[str, ...] = ("=", ":=")  # signs between a name and its value, where a statement begins
    statements: str = ""  # what separates statements that give names a value
    is_folded: bool = False  # capitals and small letters are the same
    is_beside: bool = False  # values side by side are a product
    is_chained: bool = False  # a < b < c is a < b and b < c
    divides_whole: bool = False  # a quotient of whole numbers is whole: 1/2 is 0
    integers: str = ""  # the letters with which variables begin that are integers
    to_integers: frozenset[str] = frozenset()  # functions whose values are integers
    of_integers: frozenset[str] = frozenset()  # functions whose values are integers where all arguments are
    is_octal: bool = False  # 010 is 8
    is_choosing: bool = False  # `a and b` is one of the numbers a and b, and `&` comes before comparisons
    remarks: tuple[str, ...] = ()

    @cached_property
    def words(self) -> frozenset[str]:
        """The words that are no names."""
        by_choice = {"else": ("if", "else"), "then": ("if", "then", "else", "elseif")}
        choices = [word for sign in self.choice.split() for word in by_choice.get(sign, ())]
        return frozenset((*choices, *self.both, *self.either, *self.negations))

    @cached_property
    def tokens(self) -> re.Pattern[str]:
        """The pattern of all tokens."""
        signs = {":=", *self.operators, *self.relations, *self.both, *self.either, *self.negations, *self.unread}
        long = sorted((sign for sign in signs if not sign.isalnum() and len(sign) > 1), key=len, reverse=True)
        listed = "".join(f"{re.escape(sign)}|" for sign in long)
        return re.compile(
            rf"(?P<skipped>{self.skipped})|(?P<sign>{'|'.join(map(re.escape, self.casts)) or '(?!)'})"
            rf"|(?P<number>{self.number})(?P<suffix>{self.suffix})?|(?P<name>{self.name})|(?P<other>{listed}.)",
            re.DOTALL,
        )

    def tokenize(self, text: str) -> list[DialectToken]:
        """Cut a text into tokens, without what may stand at its end."""
        tokens = [
            DialectToken("number" if match["number"] else "name" if match["name"] else "sign", match[0], *match.span())
            for match in self.tokens.finditer(text)
            if match["skipped"] is None
        ]
        while tokens and tokens[-1].text in self.ends:
            tokens.pop()
        return [*tokens, DialectToken(STOP, "", len(text), len(text))]

    def number_of(self, token: DialectToken) -> tuple[Expression, int | None, bool]:
        """Return the value of a number, and for an integer of a program its value as one.

        Returns:
            The value, the integer where it is not too long, and whether it is one.

        Raises:
            NotationFault: The number is too long or too large, or begins with a 0 that means something.
        """
        match = re.match(self.number, token.text)
        assert match is not None, "the token is a number"
        digits = re.sub(r"`{1,2}[0-9]*\.?[0-9]*", "", match[0])  # Mathematica's precision
        text = re.sub(self.exponent, "e", digits).replace(",", ".")
        try:
            value = number(text, 0)
        except SyntaxFault:
            raise NotationFault("this number is not read", token.span, "too long, or too large") from None
        if self.is_octal and text.isdecimal() and re.match("0[0-9]", text):
            raise NotationFault("a number that begins with 0 is octal", token.span, "not read", "leave the 0 out")
        is_integer = self.divides_whole and text.isdecimal() and token.text[-1] not in "fF"
        return value, int(text) if is_integer and len(text) < MAX_DIGITS else None, is_integer

    def spelt(self, name: str) -> str:
        """Return a name without its module, in small letters where they are the same as capitals."""
        if name[0] == "\\":  # Mathematica's \\[Mu] and \\[CapitalOmega]
            letter = name[2:-1].removeprefix("Capital")
            letter = letter if len(letter) < len(name) - 3 else letter.lower()
            return _LETTERS.get(letter, letter if letter in GREEK else name)
        name = name.replace("$", "")
        parts = re.split(r"\.|::", name)
        if len(parts) > 1 and set(parts[:-1]) <= self.modules:
            name = parts[-1]
        return name.lower() if self.is_folded else name

    def unknown(self, token: DialectToken, name: str) -> NotationFault:
        """Return the error about a function that is not known."""
        near = did_you_mean(name, self.functions, abbreviated=False)
        help = None if near is None else f"did you mean `{near}`?"
        message = f"unknown function `{token.text}` in {self.title}"
        return NotationFault(message, token.span, "not known", help, code="E101")
