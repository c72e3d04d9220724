"""The reader of notations in a line: what programs, spreadsheets and computer algebra write.

They differ in their tables, which are a `Dialect`.  One loop reads them all, by operator precedence over an explicit
stack, as our own parser does, so that the depth of a text has no limit.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, NamedTuple

from diffcompare.language.expression import Expression, Number, Variable
from diffcompare.language.notation.comparisons import (
    MAX_DEPTH,
    Both,
    Condition,
    Not,
    Relation,
    as_number,
    choose,
    depth,
)
from diffcompare.language.notation.dialect import (
    BOTH,
    CHOICE,
    EITHER,
    NOT,
    POWER,
    PRODUCT,
    RELATION,
    STOP,
    TIGHT,
    Dialect,
    DialectToken,
    Operator,
)
from diffcompare.language.notation.foreign_functions import PI, E, ForeignFunction, truncated
from diffcompare.language.notation.translation import Meanings, NotationFault
from diffcompare.language.notation.whole_numbers import is_cut_off, result


class _Value(NamedTuple):
    """A number, a condition, or a list of them; `whole` is set where it is a whole number in the notation."""

    value: Expression | Condition | tuple[_Value, ...]
    whole: int | None = None
    is_integer: bool = False  # of a program that has a type for integers
    is_closed: bool = False  # in brackets of its own


class _Frame(NamedTuple):
    """A sign that waits for a value, with its left side, or an open bracket (of level 0)."""

    level: int
    kind: str
    token: DialectToken
    payload: Any = None


_BOTTOM = _Frame(0, "bottom", DialectToken(STOP, "", 0, 0))
_CLOSED_BY = {"(": ")", "[": "]", "{": "}"}
_INDEX = re.compile(r"[0-9]+|[ijklmn]")  # what a component is asked for, where a call has the same brackets


def read_infix(text: str, names: Collection[str], meanings: Meanings, dialect: Dialect) -> Expression:
    """Read a formula in a dialect.

    Args:
        text: The formula, which may name values first where the dialect has statements.
        names: Variables that are known; `e` may be among them.
        meanings: The choices for what has two meanings.
        dialect: The tables of the notation.

    Raises:
        NotationFault: The text is not read.
    """
    for remark in dialect.remarks:
        meanings.remark(remark)
    return _InfixReader(text, names, meanings, dialect).read()


class _InfixReader:
    """One run over a text."""

    def __init__(self, text: str, names: Collection[str], meanings: Meanings, dialect: Dialect) -> None:
        self.dialect, self.names, self.meanings = dialect, frozenset(names), meanings
        self.tokens = dialect.tokenize(text)
        self.position = 0
        self.stack = [_BOTTOM]
        self.given: dict[str, Expression | Condition] = {}  # names that the text gives a value
        self.target: str | None = None
        self.spelt: dict[str, str] = {}  # names in small letters, as they were first written
        self.result: Expression | None = None

    # --- Tokens -------------------------------------------------------------------------------------------------------

    @property
    def peek(self) -> DialectToken:
        return self.tokens[self.position]

    @property
    def last(self) -> DialectToken:
        return self.tokens[max(0, self.position - 1)]

    def take(self) -> DialectToken:
        token = self.tokens[self.position]
        self.position += token.kind != STOP
        return token

    def unexpected(self, token: DialectToken) -> NotationFault:
        """Return the error about a token that cannot stand where it does."""
        title = self.dialect.title
        if token.text in self.dialect.unread:
            return NotationFault(f"`{token.text}` is {self.dialect.unread[token.text]}", token.span, "not read")
        if token.kind == STOP:
            opened = next((frame.token for frame in reversed(self.stack) if not frame.level and frame.token.text), None)
            if opened is not None:
                return NotationFault(f"`{opened.text}` is not closed", opened.span, "opened here")
            return NotationFault("the formula ends too early", token.span, "something is missing here")
        return NotationFault(f"`{token.text}` does not belong here in {title}", token.span, "not read")

    # --- The loop -----------------------------------------------------------------------------------------------------

    def read(self) -> Expression:
        """Return the expression that the text writes.  Raises NotationFault."""
        while self.result is None:
            value = self._begin(self.take())
            while value is not None:
                value = self._go_on(value)
        return self.result

    def _begin(self, token: DialectToken) -> _Value | None:
        """Return the value that a token is, or None after opening a frame."""
        dialect, text = self.dialect, token.text
        if token.kind == "number":
            return _Value(*dialect.number_of(token))
        if text in dialect.negations:
            self.stack.append(_Frame(TIGHT if text in "!~" else NOT, "not", token))
        elif text == "-":
            self.stack.append(_Frame(dialect.minus, "minus", token))
        elif text == "+" or text in dialect.casts:
            self.stack.append(_Frame(dialect.minus, "plus", token))
        elif text == "(" or (text and text in dialect.lists[:1]):
            self.stack.append(_Frame(0, text, token, []))
        elif text == "if" and "then" in dialect.choice:
            self.stack.append(_Frame(0, "if", token))
        elif text == dialect.call[1] and self.stack[-1].kind == "call" and self.last.text == text:
            frame = self.stack.pop()
            if frame.payload[1] or self.tokens[self.position - 2].text in dialect.separators:
                raise self.unexpected(token)
            return self._called(frame)
        elif token.kind == "name" and text not in dialect.words and (text not in dialect.unread or text in self.names):
            return self._name(token)
        else:
            raise self.unexpected(token)
        return None

    def _go_on(self, value: _Value) -> _Value | None:
        """Read the token after a value; return what the value has become, or None where the next one begins."""
        dialect, token = self.dialect, self.peek
        text = token.text
        operator = dialect.operators.get(text)
        if text in dialect.postfixes and not (operator and self.tokens[self.position + 1].kind in ("number", "name")):
            self.take()
            return _Value(dialect.postfixes[text](self.numeric(value)))
        if operator is not None:
            self.take()
            value = self._reduce(value, operator.level + self._is_right(operator, token))
            self.stack.append(_Frame(operator.level, "binary", token, (operator, value)))
        elif text in dialect.targets and self._is_target(value):
            self.take()
            self.target = self.tokens[self.position - 2].text
        elif text in dialect.relations:
            self.take()
            value = self._reduce(value, RELATION)
            self.stack.append(_Frame(RELATION, "relation", token, value))
        elif text in dialect.both or text in dialect.either:
            self.take()
            level = BOTH if text in dialect.both else EITHER
            value = self._reduce(value, level)
            self.stack.append(_Frame(level, "logic", token, value))
        elif (text == "?" and "?" in dialect.choice) or (text == "if" and "else" in dialect.choice.split()):
            self.take()
            value = self._reduce(value, CHOICE + 1)
            self.stack.append(_Frame(0, text + "-", token, value))
        elif text in (":", "else", "then", "elseif"):
            self._choose(self.take(), self._reduce(value, CHOICE))
        elif dialect.is_beside and self._begins_beside(token):
            value = self._reduce(value, PRODUCT)
            self.stack.append(_Frame(PRODUCT, "binary", token, (dialect.operators["*"], value)))
        else:
            return self._close(self.take(), self._reduce(value, CHOICE))
        return None

    def _is_right(self, operator: Operator, token: DialectToken) -> bool:
        """Tell whether a sign leaves the same sign before it waiting."""
        top = self.stack[-1]
        if operator.level != POWER:
            return operator.is_right
        if top.kind == "minus" and top.level > POWER:
            self.meanings.remark(f"-a^n is read as (-a)^n, as in {self.dialect.title}")
        if top.kind == "minus" and not operator.is_right and top.level < POWER and self.stack[-2].level == POWER:
            raise NotationFault("programs differ in which of these powers comes first", token.span, "write brackets")
        if top.level != POWER or operator.is_right:
            return operator.is_right
        if operator.is_doubtful:
            message, labels = "programs differ in which of these powers comes first", ("for (a^b)^c", "for a^(b^c)")
            return self.meanings.choose("power", token.span, message, labels) == 1
        self.meanings.remark(f"a^b^c is read as (a^b)^c, as in {self.dialect.title}")
        return False

    def _is_target(self, value: _Value) -> bool:
        """Tell whether a name alone stands at the beginning of a statement: `y = ...`."""
        return self._begins_statement() and isinstance(value.value, Variable)

    def _begins_statement(self) -> bool:
        """Tell whether the token taken last is the first one of a statement."""
        is_first = self.position == 1 or self.tokens[self.position - 2].text == (self.dialect.statements or "\n")
        return is_first and len(self.stack) == 1 and self.target is None

    def _begins_beside(self, token: DialectToken) -> bool:
        is_value = token.kind in ("number", "name") and token.text not in self.dialect.words
        return is_value or token.text == "("

    # --- Frames -------------------------------------------------------------------------------------------------------

    def _reduce(self, value: _Value, closes: int) -> _Value:
        """Apply what waits for the value, down to a level."""
        while self.stack[-1].level >= closes:
            frame = self.stack.pop()
            value = self._applied(frame, value)
        return value

    def _applied(self, frame: _Frame, right: _Value) -> _Value:
        if frame.kind == "plus":
            is_cast = frame.token.text in self.dialect.casts
            return _Value(self.numeric(right)) if is_cast else right._replace(value=self.numeric(right))
        if frame.kind == "minus":
            whole = None if right.whole is None else -right.whole
            return _Value(-self.numeric(right), whole, is_integer=right.is_integer)
        if frame.kind == "not":
            return self._checked(Not(self.condition(right)), frame.token)
        if frame.kind == "logic":
            is_either = frame.token.text in self.dialect.either
            if self.dialect.is_choosing:
                self._check_logic(frame, right)
            return self._checked(Both(self.condition(frame.payload), self.condition(right), is_either), frame.token)
        if frame.kind == "relation":
            return self._related(frame, right)
        if frame.kind == "else":
            condition, yes = frame.payload
            chosen = choose(self.condition(condition), self.numeric(yes), self.numeric(right))
            return _Value(chosen, is_integer=yes.is_integer and right.is_integer)
        operator, left = frame.payload
        value = operator.build(self.numeric(left), self.numeric(right))
        if not all(side.is_integer or isinstance(side.value, Condition) for side in (left, right)):
            return _Value(value)
        if not self.dialect.divides_whole:
            return _Value(value)
        whole = result(frame.token.text, left.whole, right.whole)
        if is_cut_off(frame.token.text, left.whole, right.whole):
            if not self._is_cut_off(frame.token, left, right, whole):
                return _Value(value)
            value = truncated(value) if whole is None else -Number(-whole) if whole < 0 else Number(whole)
        return _Value(value, whole, is_integer=True)

    def _check_logic(self, frame: _Frame, right: _Value) -> None:
        """Raise NotationFault where a word or a sign between conditions would choose a number, or compare one."""
        word, title = frame.token.text, self.dialect.title
        for value in (frame.payload, right):
            if not isinstance(value.value, Condition):
                raise NotationFault(
                    f"`{word}` between numbers is no condition in {title}", frame.token.span, "not read"
                )
            if word in "&|" and isinstance(value.value, Relation) and not value.is_closed:
                message = f"`{word}` comes before a comparison in {title}"
                raise NotationFault(message, frame.token.span, "not read", "write brackets: (x > 1) & (x < 2)")

    def _is_cut_off(self, token: DialectToken, left: _Value, right: _Value, whole: int | None) -> bool:
        """Tell whether a result is to be the integer that the program makes of it, rather than a fraction."""
        title = self.dialect.title
        message = f"a quotient of integers is an integer in {title}"
        if whole is not None:
            message = (
                f"{left.whole}{token.text}{right.whole} is {whole} in {title}, where a quotient of integers is one"
            )
        labels = "for the fraction", "as the program computes it"
        return self.meanings.choose("division", token.span, message, labels) == 1

    def _related(self, frame: _Frame, right: _Value) -> _Value:
        sign, left = self.dialect.relations[frame.token.text], frame.payload
        if isinstance(left.value, Relation | Both) and not left.is_closed:
            before = left.value.right if isinstance(left.value, Both) else left.value
            if not self.dialect.is_chained or not isinstance(before, Relation):
                raise NotationFault("a comparison of a comparison", frame.token.span, "write `and` between them")
            return self._checked(Both(left.value, Relation(before.right, sign, self.numeric(right))), frame.token)
        return _Value(Relation(self.numeric(left), sign, self.numeric(right)))

    def _checked(self, condition: Condition, token: DialectToken) -> _Value:
        if depth(condition) > MAX_DEPTH:
            raise NotationFault("a condition of too many parts", token.span, "the limit is here")
        return _Value(condition)

    def _choose(self, token: DialectToken, value: _Value) -> None:
        """Go on in a choice: behind `:`, `then` or `else`."""
        frame = self.stack[-1]
        if token.text == "then" and frame.kind == "if":
            self.stack[-1] = _Frame(0, "then", token, value)
        elif token.text == ":" and frame.kind == "?-":
            self.stack[-1] = _Frame(CHOICE, "else", token, (frame.payload, value))
        elif token.text == "else" and frame.kind == "if-":
            self.stack[-1] = _Frame(CHOICE, "else", token, (value, frame.payload))
        elif token.text in ("else", "elseif") and frame.kind == "then":
            self.stack[-1] = _Frame(CHOICE, "else", token, (frame.payload, value))
            if token.text == "elseif":
                self.stack.append(_Frame(0, "if", token))
        else:
            raise self.unexpected(token)

    def _close(self, token: DialectToken, value: _Value) -> _Value | None:
        """Read what ends a value: a closing bracket, a separator, the end of a statement or of the text."""
        frame = self.stack[-1]
        if frame.kind == "bottom":
            self._end(token, value)
            return None
        is_list = frame.kind in _CLOSED_BY and (self.dialect.lists or frame.payload)
        if token.text in self.dialect.separators and (frame.kind == "call" or is_list):
            (frame.payload[1] if frame.kind == "call" else frame.payload).append(value)
            return None
        if frame.kind == "call" and token.text == self.dialect.call[1]:
            self.stack.pop()
            frame.payload[1].append(value)
            return self._called(frame)
        if frame.kind in _CLOSED_BY and token.text == _CLOSED_BY[frame.kind]:
            self.stack.pop()
            if frame.payload or frame.kind == "{":
                return _Value((*frame.payload, value))
            return value._replace(is_closed=True)
        raise self.unexpected(token)

    def _end(self, token: DialectToken, value: _Value) -> None:
        """End a statement, whose value gets its name, or the text."""
        if token.kind == STOP:
            self.result = self.numeric(value)
        elif token.text == self.dialect.statements and self.target is not None and not isinstance(value.value, tuple):
            self.given[self.target], self.target = value.value, None
        else:
            raise self.unexpected(token)

    # --- Values -------------------------------------------------------------------------------------------------------

    def numeric(self, value: _Value) -> Expression:
        """Return a value as a number: a condition is 1 or 0."""
        if isinstance(value.value, tuple):
            raise NotationFault("a list, where a number is needed", self.last.span, "behind a list")
        return value.value if isinstance(value.value, Expression) else as_number(value.value)

    def condition(self, value: _Value) -> Condition:
        """Return a value as a condition: a number holds where it is not 0."""
        if isinstance(value.value, Expression | tuple):
            return Relation(self.numeric(value), "!=", Number(0))
        return value.value

    def _name(self, token: DialectToken) -> _Value | None:
        """Read a variable, a constant, or the beginning of a call."""
        dialect = self.dialect
        name = self.dialect.spelt(token.text)
        follows = self.peek.text
        if name in self.given:
            return _Value(self.given[name])
        if follows and follows == dialect.call[0]:
            function = dialect.functions.get(name)
            if function is not None:
                self.stack.append(_Frame(0, "call", token, (function, [], self.take())))
                return None
            if dialect.call[0] != dialect.index[:1] and not dialect.is_beside:
                raise self.dialect.unknown(token, name)
            if dialect.call == "[]" and not self._is_index():
                raise self.dialect.unknown(token, name)
        if follows and follows == dialect.index[:1]:
            return _Value(Variable(self._indexed(token, name)))
        if name in dialect.constants:
            return _Value(dialect.constants[name])
        if name in ("pi", "e") and (name != token.text.lower() or name not in self.names):
            if name == "e" and token.text[-2:] == ".e":  # math.e
                return _Value(E)
            if name == "pi":
                return _Value(PI)
            message = f"`e` is a variable in {dialect.title}, and Euler's number in our language"
            raise NotationFault(
                message, token.span, "which one?", "a variable e is given a value, --at e=...; or exp(1)"
            )
        if dialect.is_folded:
            known = next((own for own in self.names if own.lower() == name), token.text.replace("$", ""))
            name = self.spelt.setdefault(name, known)
        is_integer = dialect.divides_whole and name[0].lower() in dialect.integers
        is_given = dialect.statements and follows == "=" and self._begins_statement()
        if not is_given and not re.fullmatch(r"[^\W\d]\w*", name):
            raise NotationFault(f"`{token.text}` is not known in {dialect.title}", token.span, "not read")
        return _Value(Variable(name), is_integer=is_integer)

    def _is_index(self) -> bool:
        behind = self.tokens[self.position + 1 : self.position + 3]
        return [token.text for token in behind[1:]] == [self.dialect.index[1]] and behind[0].text.isdecimal()

    def _indexed(self, token: DialectToken, name: str) -> str:
        """Return the name of a component: x1 of `x[1]`."""
        opened = self.take()
        parts: list[str] = []
        while self.peek.kind in ("number", "name"):
            parts.append(self.take().text)
            if self.peek.text != ",":
                break
            self.take()
        is_call = self.dialect.index == self.dialect.call and not all(_INDEX.fullmatch(part) for part in parts)
        closing = self.take().text
        if closing != self.dialect.index[1] or not all(part.isalnum() for part in parts) or not parts or is_call:
            if self.dialect.index == self.dialect.call:
                raise self.dialect.unknown(token, name)
            raise NotationFault("this index is not read", opened.span, "of numbers and names only")
        glued, apart = f"{name}{parts[0]}", "_".join([name, *parts])
        is_plain = len(parts) == 1 and parts[0].isdecimal() and not name[-1].isdecimal()
        return glued if is_plain and apart not in self.names else apart

    def _called(self, frame: _Frame) -> _Value:
        function: ForeignFunction
        function, values, _ = frame.payload
        name = frame.token.text
        if not function.least <= len(values) <= function.most:
            takes = str(function.least) if function.least == function.most else f"at least {function.least}"
            message = (
                f"`{name}` takes {takes} argument{'s' * (takes != '1')} in {self.dialect.title}, not {len(values)}"
            )
            raise NotationFault(message, frame.token.span, "wrong number of arguments")
        spelt = self.dialect.spelt(frame.token.text)
        is_integer = spelt in self.dialect.to_integers or (
            spelt in self.dialect.of_integers and all(value.is_integer for value in values)
        )
        try:
            if function.takes_conditions:
                return _Value(function.build(*[_plain(value) for value in values]))
            return _Value(function.build(*[self.numeric(value) for value in values]), is_integer=is_integer)
        except ValueError as error:
            raise NotationFault(f"`{name}`: {error}", frame.token.span, "not read") from None


def _plain(value: _Value) -> Any:
    """Return a value without what is known of it, lists as tuples."""
    return tuple(_plain(part) for part in value.value) if isinstance(value.value, tuple) else value.value
