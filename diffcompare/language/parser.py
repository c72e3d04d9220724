"""The parser: text becomes an expression, by operator precedence over an explicit stack.

The tables are in `grammar`.  `parse` is on the hot path of everything, so the loop in `_Parser.read_tokens` is written
for speed: tokens are plain strings, a token is looked up in a table, and no position is computed.  A text that is not
in our language raises a `SyntaxFault`; only then does `syntax` look for its one reading in our language, or for the
place, the reason and a fix, with `attempt` to try them on.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from diffcompare.collection_pause import MIN_OBJECTS, collection_paused
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.language.expression import Constant, Expression, Intern, Operation, Variable, build, intern
from diffcompare.language.grammar import (
    AFTER,
    BOTTOM,
    CLOSE_LIST,
    LIST,
    LOG,
    NEGATION,
    OPENERS,
    POWER,
    ROOT_FRAME,
    SEVERAL,
    TIMES,
    Frame,
    build_call,
    check_operations,
    is_grouped,
    is_word,
    may_have_warnings,
)
from diffcompare.language.operations import CONSTANTS, FUNCTIONS, abs_, divide, power_of
from diffcompare.language.tokenizer import (
    END,
    MAX_OPERATIONS,
    SUFFIX_STARTS,
    Adjacency,
    SyntaxFault,
    check_dimensions,
    number,
    tokenize,
)
from diffcompare.language.wengert import wengert_list

if TYPE_CHECKING:
    from diffcompare.language.syntax.source_text import Reading

_leaves: dict[str, Expression] = {}  # leaves by token, so that `x` and `2` cost one look-up; emptied when it is full


class Parsed(NamedTuple):
    """An expression, the text that writes it in our language, and notes and warnings about how the text was read."""

    expression: Expression  # of a list of outputs the last one
    text: str
    notes: tuple[Diagnostic, ...] = ()
    listed: tuple[Expression, ...] = ()  # the outputs of a list in brackets; empty where there is no bracket
    wrt: str | None = None  # the variable of `d/dx (x^2)`, of which the expression is x^2

    @property
    def outputs(self) -> tuple[Expression, ...]:
        """All outputs: those of the list, or the expression alone."""
        return self.listed or (self.expression,)


def parse(text: str, names: Collection[str] = (), *, notation: str | None = None) -> Expression:
    """Parse a formula, as it is typed or printed, into an expression.

    Args:
        text: The formula: `x^2*sin(x)`, `|x - 1|`, `if(x < 0, 0, x)`, or several statements of which all but
            the last name a value: `a = 2*x; a^2`.
        names: Variables that are known to have a value: with "e" among them, `e` is not Euler's number.
        notation: The notation of the text, such as "latex" or "matlab"; by default our own, or one that is recognized.

    Returns:
        The expression.  Equal subexpressions are one object, and so are texts that write the same operations.

    Raises:
        DiffcompareError: The text is not an expression, or is too large.  Its `diagnostic` names the cause, the
            characters at fault and, where one was found, a corrected text.
        TypeError: `text` is not a string.

    Example:
        >>> str(parse("2x² + √(1 - x₁)"))
        '2*x^2 + sqrt(1 - x1)'

    Source: R. W. Floyd: Syntactic analysis and operator precedence, Journal of the ACM 10(3), 1963.
    """
    if not isinstance(text, str):
        raise TypeError(f"an expression is text, not {type(text).__name__}")
    try:
        if notation is not None:
            raise SyntaxFault("")
        return _Parser(text, names).run()
    except SyntaxFault as fault:
        reading = _interpret(text, fault, names, notation=notation)
    if isinstance(reading, DiffcompareError):
        raise reading
    return _Parser(reading.text, names).run()


def attempt(text: str, names: Collection[str] = (), *, several: bool = False) -> Expression | SyntaxFault:
    """Parse a text in our language like `read`, but return a fault, unexplained, where it is not an expression."""
    try:
        return _Parser(text, names, several=several).run()
    except SyntaxFault as fault:
        return fault


def parse_apart(text: str, names: Collection[str] = ()) -> list[Expression]:
    """Parse a text into a list of nodes in which every node follows its arguments; the last is the whole expression.

    The nodes are not shared with other expressions, which is faster for a caller who reads many texts once.
    """
    nodes: dict[Any, Expression] = {}  # every node follows its arguments
    try:
        parser = _Parser(text, names, nodes.setdefault)
        expression = parser.run()
    except SyntaxFault as fault:
        reading = _interpret(text, fault, names)
    else:
        if parser.first is not None or not nodes:  # a name that was given a value may not be used
            return wengert_list(expression)
        leaves = dict.fromkeys([leaf for node in nodes.values() for leaf in node.arguments if not leaf.operation])
        return [*leaves, *nodes.values()]
    if isinstance(reading, DiffcompareError):
        raise reading
    return parse_apart(reading.text, names)


def read(text: str, names: Collection[str] = (), *, several: bool = False, **context: Any) -> Parsed:
    """Parse a text like `parse`, with notes and warnings about how it was read and what may have been meant otherwise.

    With `several` the last statement may be a list, `[x*y, x + y^2]`.  A `question` may be `d/dx (x^2)`.  The text may
    be in a `notation` that is named.
    """
    try:
        if context.get("notation"):
            raise SyntaxFault("")
        parser = _Parser(text, names, several=several)
        expression = parser.run()
    except SyntaxFault as fault:
        reading = _interpret(text, fault, names, several=several, **context)
    else:
        listed = tuple(parser.outputs)
        if not may_have_warnings(text, parser.implicit, names):
            return Parsed(expression, text, (), listed)
        from diffcompare.language.syntax.warnings import find_warnings

        roots, trial = listed or (expression,), partial(attempt, several=several)
        notes = find_warnings(text, roots, names, parser.implicit, trial)
        return Parsed(expression, text, notes, listed)
    if isinstance(reading, DiffcompareError):
        raise reading
    parsed = read(reading.text, names, several=several)
    return parsed._replace(notes=reading.echoed(text, parsed.outputs, parsed.notes), wrt=reading.wrt)


def _interpret(text: str, fault: SyntaxFault, names: Collection[str], **context: Any) -> Reading | DiffcompareError:
    """Return the one reading of a text that cannot be parsed, or the error if it has none."""
    from diffcompare.language.syntax.reading import interpret

    result = interpret(text, fault, names, partial(attempt, several=context.pop("several", False)), **context)
    return DiffcompareError(result) if isinstance(result, Diagnostic) else result


class _Parser:
    """One run over a text: its tokens, the stack, and what was noticed on the way."""

    __slots__ = (
        "first", "implicit", "intern", "is_one_line", "leaves", "names", "outputs",
        "places", "rest", "several", "stack", "target", "text", "tokens",
    )  # fmt: skip

    places: Adjacency  # the places of the tokens, once they matter

    def __init__(self, text: str, names: Collection[str], intern: Intern = intern, *, several: bool = False) -> None:
        self.intern = intern
        self.several, self.outputs = several, list[Expression]()
        self.text, self.is_one_line = text, text.isprintable()  # whatever ends lines
        self.tokens = tokens = tokenize(text)
        if not self.is_one_line:
            check_dimensions(text)
        if len(tokens) > MAX_OPERATIONS:
            check_operations(tokens)
        self.rest = [END, *tokens[::-1]]
        self.stack: list[Frame] = [BOTTOM]
        self.names = names
        self.leaves = {} if "e" in names else _leaves
        self.implicit: list[int] = []  # numbers of the tokens before which a product was read
        self.target: str | None = None  # the name being given a value
        self.first: dict[str, int] | None = None  # the first place of every token, once there is an assignment

    def run(self) -> Expression:
        """Return the expression that the text writes.  Raises SyntaxFault."""
        if len(self.tokens) < MIN_OBJECTS:
            return self.read_tokens()
        with collection_paused():
            return self.read_tokens()

    def read_tokens(self) -> Expression:
        stack, pop, intern = self.stack, self.rest.pop, self.intern
        push, openers, after = stack.append, OPENERS, AFTER
        leaf = self.leaves.get
        while True:
            token = pop()
            value = leaf(token)
            if value is None:
                frame = openers.get(token)
                if frame is not None:
                    push(frame)
                    continue
                value = self.begin(token)
                if value is None:
                    continue
            while True:
                token = pop()
                closes, level, operation = after.get(token) or self.juxtaposed(token)
                frame = stack[-1]
                while frame[0] >= closes:
                    level_done, done, left = stack.pop()
                    if left is None:
                        value = build(done, (value,), intern)
                    elif level_done == POWER:
                        value = build(*power_of(left, value), intern)
                    else:
                        value = build(done, (left, value), intern)
                    frame = stack[-1]
                if level:
                    push((level, operation, value))
                    break
                if token == ")" and frame[2] is None:
                    stack.pop()
                    if frame[1] is not None:
                        value = build(frame[1], (value,), intern)
                elif token in ")|]":
                    if token is END:
                        return self.finish(frame, value)
                    value = self.close(token, value)
                else:
                    self.separate(token, value)
                    leaf = self.leaves.get
                    break

    def index(self) -> int:  # of the token taken last
        return len(self.tokens) - len(self.rest)

    def begin(self, token: str) -> Expression | None:
        """Return the leaf of a token that is seen for the first time, or None after opening a frame."""
        if is_word(token):
            if token[-1] == "(":
                self.call(token)
                return None
            if token == "if":
                raise SyntaxFault("E215", self.index())
            if token in FUNCTIONS:
                return self.function_as_name(token)
            is_constant = token in CONSTANTS and (token != "e" or "e" not in self.names)
            return self.remember(token, Constant(token) if is_constant else Variable(token))
        if token and token[0] in "0123456789." and token != ".":
            return self.remember(token, number(token, self.index()))
        if token == "|":
            self.stack.append((0, abs_, self.index()))
        elif token == "√" and self.rest[-1] not in ("-", "+"):
            self.stack.append(ROOT_FRAME)
        elif token in ("[", "]") and self.several:
            self.open_list(token)
        elif token != "+":
            is_missing = token in AFTER or token == "√"
            ends_output = (token is END or token == ",") and self.stack[-1] is LIST
            raise SyntaxFault("E217" if ends_output else "E202" if is_missing else "E301", self.index())
        return None

    def function_as_name(self, token: str) -> Expression:
        """Return the variable that has the name of a function; `sin -x` is not sin minus x."""
        if token not in self.names and self.rest[-1] in ("-", "+") and self.locate().is_sign(self.index() + 1):
            raise SyntaxFault("E215", self.index())
        return Variable(token)  # it is not remembered: in another text it may be a mistake

    def open_list(self, token: str) -> None:
        """Begin a list of outputs, which is a whole statement and the last one."""
        if token == "]" or self.stack != [BOTTOM] or self.target is not None:
            raise SyntaxFault("E217", self.index())
        self.stack.append(LIST)

    def remember(self, token: str, leaf: Expression) -> Expression:
        if self.leaves is not _leaves:
            self.leaves[token] = leaf
        elif len(token) <= 20:
            if len(_leaves) > 1000:
                _leaves.clear()
            _leaves[token] = leaf
        return leaf

    def call(self, token: str) -> None:
        name = token[:-1].rstrip()
        frame = OPENERS.get(name + "(")
        if frame is None and name not in SEVERAL:
            raise SyntaxFault("E101", self.index())
        self.stack.append(frame or (0, name, []))

    def juxtaposed(self, token: str) -> tuple[int, int, Operation | None]:
        """Return what a token that is not an operator does after a value: an implicit product, if that is allowed."""
        index = self.index()
        if token == "]" and self.several:
            return CLOSE_LIST
        if not (is_word(token) or token in ("(", "√")):
            raise SyntaxFault("E203" if token[0] in "0123456789." and token != "." else "E301", index)
        if self.tokens[index - 1][0] not in ")0123456789.":
            raise SyntaxFault("E203", index)
        depth = -1
        while self.stack[depth][0] == NEGATION:
            depth -= 1
        level, operation, _ = self.stack[depth]
        if level >= POWER or operation is divide:
            raise SyntaxFault("E204", index)
        if token[0] in SUFFIX_STARTS or not self.is_one_line:
            self.check_adjacent(index)
        self.rest.append(token)
        self.implicit.append(index)
        return TIMES

    def locate(self) -> Adjacency:
        if not hasattr(self, "places"):  # most texts never need them, and do not pay for them
            self.places = Adjacency(self.text, self.tokens, self.names)
        return self.places

    def check_adjacent(self, index: int) -> None:
        """Refuse a product across two lines, and a number with the suffix of another language."""
        places = self.locate()
        if places.is_suffix(index):
            raise SyntaxFault("E304", index - 1, places=places)
        if not places.are_on_one_line(index):
            raise SyntaxFault("E203", index, across=True)

    def close(self, token: str, value: Expression) -> Expression:
        """Return the value of a bar, or of a call of several arguments, at its end."""
        _, name, left = self.stack[-1]
        if token == "]":
            return self.close_list(value)
        if isinstance(left, int):
            if token == ")":
                raise SyntaxFault("E207", left, end=self.index())
            self.stack.pop()
            return build(abs_, (value,), self.intern)
        if token == "|":
            raise SyntaxFault("E207", self.index())
        if not isinstance(left, list):
            raise SyntaxFault("E206", self.index())
        self.stack.pop()
        left.append(value)
        least, most = SEVERAL[name]
        if not least <= len(left) - 2 * (name == "if") <= most:  # the condition of `if` is three entries
            raise SyntaxFault("E102", self.index())
        return build_call(name, left, self.intern)

    def close_list(self, value: Expression) -> Expression:
        """Take the last output of a list, which ends the text."""
        if self.stack[-1] is not LIST:
            raise SyntaxFault("E205" if LIST in self.stack else "E217", self.index())
        if self.rest[-1] is not END:
            raise SyntaxFault("E217", self.index() + 1)
        self.stack.pop()
        self.outputs.append(value)
        return value

    def separate(self, token: str, value: Expression) -> None:
        """Take a comma, a semicolon, `=` or a comparison after a value."""
        frame = self.stack[-1]
        if frame is LIST:
            if token != ",":
                raise SyntaxFault("E217" if token == ";" else "E212" if token == "=" else "E209", self.index())
            self.outputs.append(value)
        elif token == ",":
            self.comma(frame, value)
        elif token == "=":
            self.target = self.assigned(frame)
        elif token == ";":
            if frame is not BOTTOM and not isinstance(frame[2], int) and self.is_balanced():
                raise SyntaxFault("E214", self.index())
            self.check_closed(frame)
            if self.target is None:
                raise SyntaxFault("E214", self.index())
            self.leaves[self.target] = value
            self.target = None
        elif frame[1] != "if" or len(frame[2]) > 2:
            raise SyntaxFault("E209", self.index())
        elif frame[2]:
            raise SyntaxFault("E210", self.index())
        else:
            frame[2].extend((value, token))

    def is_balanced(self) -> bool:
        """Tell whether every parenthesis is closed, so that one that is open here is closed further on."""
        return sum([token[-1:] == "(" for token in self.tokens]) == self.tokens.count(")")

    def comma(self, frame: Frame, value: Expression) -> None:
        arguments = frame[2]
        if isinstance(arguments, int):
            raise SyntaxFault("E207", arguments, end=self.index())
        if self.rest[-1][:1] == "0" and is_grouped(self.tokens[self.index() - 1], self.rest[-1], self.text):
            raise SyntaxFault("E208", self.index())
        if frame is LOG:
            self.stack[-1] = (0, "log", [value])
        elif isinstance(arguments, list):
            if frame[1] == "if" and not arguments:
                raise SyntaxFault("E211", self.index())
            arguments.append(value)
        else:
            raise SyntaxFault("E102" if arguments is None and frame[1] is not None else "E208", self.index())

    def assigned(self, frame: Frame) -> str:
        """Return the name before `=`, which must be new and alone at the start of a statement."""
        tokens, index = self.tokens, self.index()
        if frame is not BOTTOM or self.target or not (index == 1 or tokens[index - 2] == ";"):
            raise SyntaxFault("E212", index)
        name = tokens[index - 1]
        if not is_word(name):
            raise SyntaxFault("E212", index)
        if name in CONSTANTS or name in FUNCTIONS or name == "if":
            raise SyntaxFault("E103", index - 1)
        if self.first is None:
            self.first = {}
            for position, token in enumerate(tokens):
                self.first.setdefault(token, position)
            self.leaves = {}
        if self.first[name] != index - 1:
            raise SyntaxFault("E104", index - 1)
        self.leaves.pop(name, None)
        return name

    def finish(self, frame: Frame, value: Expression) -> Expression:
        self.check_closed(frame)
        if self.target is not None:
            raise SyntaxFault("E213", self.index())
        return value

    def check_closed(self, frame: Frame) -> None:
        """Check that no bracket is open at the end of a statement, and that it does not use the name it defines."""
        if isinstance(frame[2], int):
            raise SyntaxFault("E207", frame[2], end=self.index())
        if frame is not BOTTOM:
            raise SyntaxFault("E217" if frame is LIST else "E205", self.index())
        if self.target is not None and self.target in self.leaves:
            raise SyntaxFault("E104", self.tokens.index(self.target), own=True)
