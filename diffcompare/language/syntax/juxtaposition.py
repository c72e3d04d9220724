"""The reader of formulas as they are written by hand: `2x sin x`, `sin^2 x`, `ln|x|`, `x(x+1)`, `x^2 sin(x)`, `2e^x`.

One pass over the tokens writes the formula with its signs and parentheses.  Where mathematicians do not agree, it has a
narrow reading, in which an argument, an exponent or a divisor ends at once, and a wide one, in which it goes on to the
next sign: `sin x/2` is sin(x)/2 or sin(x/2), `1/2x` is 1/2*x or 1/(2*x).  The pass is then made twice to show both.

The rules:

- The argument of a function without parentheses is a factor and its power (`sin x`, `sin x^2`), with a coefficient in
  front that touches it (`sin 2x`).  It ends before `+`, `-` and another function (`sin x cos x`), and it is not clear
  where it ends before anything else.  What is between bars ends by itself; that of a root is a number or a name.
- A power binds more closely than a product without a sign: `x^2 sin(x)` and `3x^2(x + 1)` are products.  It is not
  clear where an exponent ends before a name that touches it (`x^2y`), and where a number is its base (`e^2x`, `2^3 x`).
- After `/` a product without a sign is never clear.
- A name before a parenthesis is a factor where it stands as a variable elsewhere; else it may be a function.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Literal, TypeAlias

from diffcompare.language.grammar import is_word
from diffcompare.language.notation.latex_names import GREEK
from diffcompare.language.operations import CONSTANTS, FUNCTIONS, RELATIONS
from diffcompare.language.syntax.doubt import Doubt, DoubtKind
from diffcompare.language.syntax.misread_names import CALLED
from diffcompare.language.syntax.source_text import Finding, Reading, SourceText, is_numeric, is_value
from diffcompare.language.syntax.spelling import ALIASES, REWRITTEN
from diffcompare.language.tokenizer import END, Adjacency, SyntaxFault, locate

Mode: TypeAlias = Literal["narrow", "wide"]

_VARIABLE = re.compile(r"[^\W\d_](?:_?\d+|_\w+)?")  # a letter, perhaps with an index: no word of a sentence
_INDEX = re.compile(r"\d{1,4}|[ijkmn]")
_POWERS = ("^", "**")
_SIGNS = ("+", "-")
_ROOTS = ("sqrt", "cbrt")
_PREFIX = tuple(name for name in CALLED if FUNCTIONS[name].arity == 1)  # the longest come first
_GREEK = GREEK - FUNCTIONS.keys()
_ENDS = frozenset((*_SIGNS, ")", "]", ",", ";", "=", END, *RELATIONS))  # what ends a product
_ALIKE = "fghFGH"  # names of functions before all


def juxtaposed(source: SourceText) -> Reading | Finding | None:
    """Read products without a sign and functions without parentheses; return both readings where there are two."""
    if source.fault.span is not None or source.fault.code == "E216":
        return None  # a character that is not ours, or a formula in two dimensions
    narrow = _Pass(source, "narrow")
    text = narrow.run()
    if text is None or isinstance(source.attempt(text, source.names), SyntaxFault):
        return None
    if narrow.doubt is None:
        return Reading(text)
    other = _Pass(source, "wide").run()
    if other is None or other == text or isinstance(source.attempt(other, source.names), SyntaxFault):
        return None
    return narrow.doubt.finding(source, text, other)


class _NoReading(Exception):
    """The text is not a formula of this kind, or has a mistake."""


@dataclass(slots=True)
class _Level:
    """A bracket, or the argument of a function without parentheses, and the product that is being read in it."""

    kind: str  # the sign that opened it; "" for the text itself, "f" for an argument
    closing: str = ""  # what is written at its end
    # The factor before: number, name, paren, bar, or raised (by a power that is written); empty where one is expected.
    left: str = ""
    name: str = ""  # of a factor that is a name
    base: str = ""  # of a power: number, also e, or other
    is_exponent: bool = False  # the factor that is expected is one
    is_stacked: bool = False  # it is one of an exponent
    exponent: str = ""  # that of the factor before: number, name, paren, call or other
    divides: bool = False  # the product stands after `/`
    is_root: bool = False  # the factor stands under a root sign, without parentheses
    divisor: int = 0  # in what is written, the place for a parenthesis after `/`
    slot: int = 0  # the same after `^` or √
    is_wrapped: bool = False  # there is such a parenthesis
    # Of an argument:
    function: int = 0  # the token of the function
    is_begun: bool = False
    is_coefficient: bool = True  # it is nothing but numbers so far
    is_delimited: bool = False  # it is a pair of bars
    is_nested: bool = False  # it begins with a function
    is_extended: bool = False  # in the wide reading, it goes on


class _Pass:
    """One pass over the tokens of a text, in which every doubt is decided in the same way."""

    def __init__(self, source: SourceText, mode: Mode) -> None:
        self.source, self.mode = source, mode
        self.tokens, self.starts, self.ends = locate(source.text, len(source.text))
        self.places = Adjacency(source.text, self.tokens, source.names)
        self.uses = Counter(self.tokens)
        self.out: list[str] = []
        self.levels = [_Level("")]
        self.doubt: Doubt | None = None
        self.index = 0
        self.is_tight = False  # no blanks are written before the next token

    def run(self) -> str | None:
        """Return the text with its signs and parentheses; None if it is not a formula of this kind."""
        try:
            while self.index < len(self.tokens):
                if self.levels[-1].left:
                    self.after_value()
                else:
                    self.value()
            self.end_arguments(END)
            self.end_product()
        except _NoReading:
            return None
        return "".join(self.out).strip() if len(self.levels) == 1 else None

    def token(self, offset: int = 0) -> str:
        index = self.index + offset
        return self.tokens[index] if index < len(self.tokens) else END

    def gap(self, index: int) -> str:
        """Return the blanks between a token and the one before it."""
        if not 0 < index < len(self.tokens):
            return ""
        end, before = self.ends[index - 1], self.tokens[index - 1]
        if before[-1] == "(" and before != "(":
            end = self.source.text.index("(", end) + 1
        return self.source.text[end : self.starts[index]]

    def take(self, written: str | None = None) -> None:
        """Write the next token, or something in its place, after the blanks before it."""
        if not self.is_tight:
            self.out.append(self.gap(self.index))
        self.is_tight = False
        self.out.append(self.token() if written is None else written)
        self.index += 1

    def reserve(self) -> int:
        """Return a place in what is written where a parenthesis may be put later."""
        self.out.append("")
        return len(self.out) - 1

    def is_known(self, name: str) -> bool:
        """Tell whether a name stands as a variable somewhere in the text, or has a value."""
        return name in self.source.names or (name in self.uses and name not in FUNCTIONS)

    def is_prefix(self, token: str) -> bool:
        """Tell whether a token is a function that may stand without parentheses, or the call of any function."""
        if is_word(token) and token[-1] == "(":
            name = token[:-1].rstrip()
            return name in FUNCTIONS or self.split(name) is not None
        return token in _PREFIX and token not in self.source.names

    def split(self, name: str) -> tuple[str, str] | None:
        """Return the variable and the function of `xsin(x)`, where the variable stands elsewhere."""
        if name in FUNCTIONS or name in ALIASES or name in REWRITTEN:
            return None
        tail = next((tail for tail in _PREFIX if name.endswith(tail)), "")
        head = name.removesuffix(tail) if tail else ""
        return (head, tail) if _VARIABLE.fullmatch(head) and self.is_known(head) else None

    def is_variable(self, name: str) -> bool:
        """Tell whether a name is a factor rather than a word: a letter with an index, a Greek letter, a known name."""
        return name in CONSTANTS or name in self.source.names or name in _GREEK or bool(_VARIABLE.fullmatch(name))

    def value(self) -> None:
        token, level = self.token(), self.levels[-1]
        if token in _SIGNS:
            self.take()
        elif token == "√":
            self.take()
            level.is_root, level.slot = True, self.reserve()
        elif token in ("(", "|", "["):
            level.is_delimited = token == "|" and not level.is_begun
            self.take()
            self.levels.append(_Level(token, {"(": ")", "|": "|", "[": "]"}[token]))
        elif is_word(token):
            self.word(token)
        elif is_value(token):
            self.take(token.removesuffix("e"))
            self.complete("number")
            if token[-1] == "e":  # `2e^x`
                self.number_and_e()
        else:
            raise _NoReading

    def number_and_e(self) -> None:
        if self.token() not in _POWERS:
            raise _NoReading
        self.follow("name", is_raised=True)
        self.out += ["e"] if self.out[-1] == "*" else ["*", "e"]
        self.complete("name", name="e")

    def word(self, token: str) -> None:
        name = token.removesuffix("(").rstrip()
        if name == "if" or name in FUNCTIONS:
            if name != token:
                self.open(f"{name}(")
            elif self.is_prefix(name):
                self.function(name)
            else:
                self.name(name)
        elif name == token:
            self.name(name)
        elif (parts := self.split(name)) is not None:
            self.take(parts[0])
            self.complete("name", name=parts[0])
            self.follow("function")
            self.open(f"{parts[1]}(", taken=True)
        else:
            self.factor_before_parenthesis(name)

    def open(self, written: str, closing: str = ")", *, taken: bool = False) -> None:
        """Open the parenthesis of a call."""
        self.levels[-1].is_nested = not self.levels[-1].is_begun
        self.out.append(written) if taken else self.take(written)
        self.levels.append(_Level("(", closing, name="call"))

    def name(self, name: str) -> None:
        if name == "if":
            raise _NoReading
        if self.token(1) != "[" or self.gap(self.index + 1):
            self.take()
            self.complete("name", name=name)
            return
        index = self.token(2)  # `x[1]`
        indexed = f"{name}_{index}"
        is_index = _INDEX.fullmatch(index) and self.token(3) == "]"
        if not is_index or not _VARIABLE.fullmatch(name) or name in _ALIKE or name in CONSTANTS or indexed in self.uses:
            raise _NoReading
        self.take(indexed)
        self.index += 3
        self.complete("name", name=name)

    def factor_before_parenthesis(self, name: str) -> None:
        """Read `x(x + 1)`, but neither `f(x)` nor `x(t)` where t does not stand elsewhere."""
        inner = self.token(1)
        is_call = self.token(2) == ")" and is_word(inner) and inner not in self.source.names and self.uses[inner] == 1
        is_variable = name in self.source.names or (self.is_known(name) and name not in _ALIKE) or name == "pi"
        if is_call or not is_variable:
            raise _NoReading
        self.take(name)
        self.complete("name", name=name)
        self.follow("paren")
        self.out.append("(")
        self.levels.append(_Level("(", ")"))

    def begins_argument(self) -> bool:
        """Tell whether a function is followed by an argument without parentheses, or by a power and an argument."""
        after = self.token(1)
        if after in _SIGNS:
            return self.places.is_sign(self.index + 1) and is_value(self.token(2))
        return after in _POWERS or is_value(after)

    def function(self, name: str) -> None:
        """Begin the argument of a function without parentheses: `sin x`, `sin^2 x`, `sin^2(x)`."""
        if not self.begins_argument():
            raise _NoReading
        function, stop, power, is_open = self.index, self.index + 1, "", False
        if self.token(1) in _POWERS:
            power, stop, is_open = self.power(self.index + 2)
            if power in ("^-1", "^(-1)"):
                inverse = next((inverse for inverse in (f"a{name}", f"arc{name}") if inverse in FUNCTIONS), None)
                if inverse is None:
                    raise _NoReading
                self.note_doubt("inverse", function, stop - 1)
                name, power = (inverse, "") if self.mode == "narrow" else (name, power)
            is_open = is_open or self.tokens[stop : stop + 1] == ["("]
        if is_open:
            self.open(f"{name}(", f"){power}")
            self.index = stop if self.tokens[stop - 1][-1] == "(" else stop + 1
            return
        self.levels[-1].is_nested = not self.levels[-1].is_begun
        self.take(f"{name}(")
        self.index = stop
        if not (is_value(self.token()) or self.token() in _SIGNS) or not self.is_on_this_line():
            raise _NoReading
        self.is_tight = True
        self.levels.append(_Level("f", f"){power}", function=function))

    def power(self, index: int) -> tuple[str, int, bool]:
        """Return the power of a function, the token after it, and whether it ends with a parenthesis: `sin^n(x)`."""
        token = self.tokens[index] if index < len(self.tokens) else END
        if token in ("(", "-"):
            inner = self.tokens[index : index + (4 if token == "(" else 2)]
            inner = inner[: inner.index(")") + 1] if ")" in inner else inner
            if not re.fullmatch(r"-[0-9.]+|\(-?\w+\)", "".join(inner)):
                raise _NoReading
            return "^" + "".join(inner), index + len(inner), False
        name = token.removesuffix("(").rstrip()
        if name in FUNCTIONS or not (is_word(token) or (is_numeric(token) and token[-1] != "e")):
            raise _NoReading
        return f"^{name}", index + 1, name != token

    def complete(self, left: str, exponent: str = "", *, name: str = "") -> None:
        """Take note of a factor that was read to its end, and of what it is if it is an exponent."""
        level = self.levels[-1]
        if level.is_exponent:
            level.exponent = "other" if level.is_stacked else exponent or left
            level.left, level.name, level.is_exponent, level.is_coefficient = "raised", "", False, False
        else:
            is_closed = level.is_root and left == "paren"  # `√(2)x`
            level.exponent, level.left, level.name = "", "bar" if is_closed else left, name
            level.base = "number" if left == "number" or name == "e" else "other"
            level.is_coefficient = level.is_coefficient and (left == "number" or name == "pi")
            level.is_root = level.is_root and not is_closed
        level.is_begun = True

    def after_value(self) -> None:
        token = self.token()
        self.end_arguments(token, is_function=self.is_prefix(token), is_glued=not self.gap(self.index))
        level = self.levels[-1]
        if token in _POWERS:
            if level.left == "raised" and not level.exponent:  # `sin^2(x)^3`
                raise _NoReading
            level.is_stacked = bool(level.exponent) or level.is_root  # `e^-x^2`
            self.take("^")
            level.left, level.is_exponent = "", True
            level.slot = level.slot if level.is_stacked else self.reserve()
        elif token in ("*", "/"):
            self.end_product()
            self.take()
            level.divides, level.divisor = token == "/", self.reserve()
        elif token == ")" or token == "]" or (token == "|" and self.closes_bar()):
            self.close(token)
        elif token in _ENDS:
            self.end_product()
            self.take()
        elif is_value(token) and not is_numeric(token) and self.is_on_this_line():
            is_name = is_word(token) and not self.is_prefix(token)
            kind = "function" if self.is_prefix(token) else "name" if is_name else "paren"
            self.multiply(kind, is_glued=not self.gap(self.index), is_raised=self.token(1) in _POWERS)
        else:
            raise _NoReading

    def is_on_this_line(self) -> bool:
        return len(f"{self.gap(self.index)}.".splitlines()) == 1

    def closes_bar(self) -> bool:
        return next((level.kind for level in reversed(self.levels) if level.kind != "f"), "") == "|"

    def close(self, token: str) -> None:
        level = self.levels[-1]
        self.end_product()
        if token != {"(": ")", "[": "]", "|": "|"}.get(level.kind):
            raise _NoReading
        self.take(level.closing)
        self.levels.pop()
        left = "bar" if token == "|" else "paren" if level.closing == token else "raised"
        self.complete(left, "call" if level.name == "call" else "paren")

    def follow(self, kind: str, *, is_raised: bool = False) -> None:
        """Go on with a factor that touches the name or the number before it, and is part of the same token."""
        self.index -= 1
        self.end_arguments("(", is_function=kind == "function", is_glued=True)
        self.multiply(kind, is_glued=True, is_raised=is_raised)
        self.index += 1
        self.is_tight = False

    def multiply(self, kind: str, *, is_glued: bool, is_raised: bool = False) -> None:
        """Write a product without a sign: before a name, a function, or anything in brackets (`paren`)."""
        level, name = self.levels[-1], self.token().removesuffix("(").rstrip()
        is_part = is_word(self.token()) and kind == "name" and level.left not in ("number", "paren")
        if (level.name and kind != "paren" and not self.is_variable(level.name)) or (
            is_part and not is_raised and not self.is_variable(name)
        ):
            raise _NoReading  # words
        is_suffix = level.left == "number" and is_glued and self.places.is_suffix(self.index)  # `2.d0`
        if is_suffix or self.token() == "|" == self.token(1):  # `x||y`
            raise _NoReading
        if level.divides:
            self.note_doubt("quotient", self.index, self.index, level.divisor)
        elif level.exponent and _is_unclear(level, kind, is_glued=is_glued, is_raised=is_raised):
            self.note_doubt("power", self.index, self.index, level.slot)
        elif level.is_root:
            self.note_doubt("root", self.index, self.index, level.slot)
        elif level.left in ("number", "paren") and not level.exponent and self.token() != "|":
            level.left = ""  # the language has this product
            return
        self.out.append("*")
        self.is_tight = True
        level.left, level.is_root = "", False

    def note_doubt(self, kind: DoubtKind, first: int, last: int, slot: int | None = None) -> None:
        """Take note that there are two readings from here on; in the wide one, a parenthesis is opened in its place."""
        self.doubt = self.doubt or Doubt(kind, first, last)
        level = self.levels[-1]
        if self.mode == "wide" and slot is not None and not level.is_wrapped:
            self.out[slot] = "("
            level.is_wrapped = True

    def end_product(self) -> None:
        level = self.levels[-1]
        if not level.left:
            raise _NoReading
        if level.is_wrapped:
            self.out.append(")")
        level.is_wrapped = level.divides = level.is_root = False
        level.left = level.exponent = ""

    def end_arguments(self, token: str, *, is_function: bool = False, is_glued: bool = False) -> None:
        """Write the closing parentheses of arguments that end before a token."""
        while self.levels[-1].kind == "f" and self.ends_argument(token, is_function, is_glued):
            level = self.levels[-1]
            self.end_product()
            self.out.append(level.closing)
            self.levels.pop()
            self.complete("paren" if level.closing == ")" else "raised", "other")

    def ends_argument(self, token: str, is_function: bool, is_glued: bool) -> bool:
        """Tell whether the argument of a function without parentheses ends before a token."""
        level = self.levels[-1]
        is_root = self.tokens[level.function] in _ROOTS
        if token in _ENDS or (token == "|" and self.closes_bar()):
            return True
        if token in _POWERS:
            is_negative = "-" in (self.token(1), self.token(2) if self.token(1) == "(" else "")
            if level.is_extended or not (level.is_delimited or level.is_nested or is_root or is_negative):
                return False
            is_clear = False
        elif token in ("*", "/"):
            is_clear = level.is_delimited or (self.is_prefix(self.token(1)) and not level.is_nested)
        elif level.is_coefficient and is_glued and not is_function and not is_root:
            return False
        else:
            is_clear = level.is_delimited or (is_function and not level.is_coefficient and not level.is_nested)
        if not is_clear:
            self.note_doubt("argument", level.function, self.index - 1)
            level.is_extended = self.mode == "wide"
        return is_clear or self.mode == "narrow"


def _is_unclear(level: _Level, kind: str, *, is_glued: bool, is_raised: bool) -> bool:
    """Tell whether it is not clear that an exponent ends before a factor."""
    if level.exponent in ("name", "call"):
        return kind == "function" and is_glued
    if level.is_stacked:
        return kind != "function" or is_glued
    if level.exponent != "number":
        return level.exponent != "paren"
    if level.base == "number":
        return kind != "function" or is_glued
    return kind == "name" and is_glued and not is_raised
