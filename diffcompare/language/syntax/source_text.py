"""The text in error: its tokens with their places, and the tools to write a corrected text.

A fix is the user's own text with a few characters changed, so that spacing and names stay as they were typed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from diffcompare.diagnostics import Diagnostic, truncated
from diffcompare.language.expression import Expression
from diffcompare.language.grammar import AFTER, is_word
from diffcompare.language.printer import outputs_text
from diffcompare.language.tokenizer import SyntaxFault, locate

MAX_ECHO_LENGTH = 200  # characters up to which the whole expression is echoed as it was read
MAX_TEXT_LENGTH = 2_000  # characters up to which a whole corrected expression is offered

OPERATORS = frozenset(token for token in AFTER if token not in (")", "|", ""))


# The parser's `attempt` is handed over: the parser imports this package, and not the other way round.
Attempt: TypeAlias = Callable[[str, Collection[str]], Expression | SyntaxFault]


@dataclass(frozen=True, slots=True)
class Finding:
    """An error found in a text: its message, and the texts that might fix it, best first, or that might be meant."""

    message: str
    span: tuple[int, int] | None
    label: str = ""
    help: str | None = None
    fixes: tuple[str, ...] = ()
    # In place of fixes: texts of different meanings, all of which are shown, with words ("for the reciprocal").
    readings: tuple[tuple[str, str], ...] = ()
    is_certain: bool = True  # the fix keeps the meaning, so that it may be applied before the next mistake
    code: str | None = None  # where the cause has a code of its own
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A text in our language, or a step nearer to it, which has the meaning of a text in another notation."""

    text: str
    notes: tuple[Diagnostic, ...] = ()  # what there is to say but for the echo of the reading
    variables: tuple[str, ...] = ()  # names that the notation says are variables: x in `f(x) = x^2`
    wrt: str | None = None  # the variable of `d/dx`, where the text asks for the derivative of what was read
    steps: int = 0

    def followed_by(self, step: Reading) -> Reading:
        """Return the reading of which the second half is a reading of the first."""
        return Reading(
            step.text,
            (*self.notes, *step.notes),
            (*self.variables, *step.variables),
            self.wrt if step.wrt is None else step.wrt,
            self.steps + 1,
        )

    def echoed(self, text: str, outputs: Sequence[Expression], notes: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
        """Return the notes on the text that was read: the echo, on one line, and what there is to say about it.

        `notes` are those on the reading itself.  They have no place in the text as it was written, so that none is
        shown; warnings, which say what else may be meant, show it in the reading.
        """
        written = outputs_text(outputs)
        shown = f"`{written}`" if len(written) <= MAX_ECHO_LENGTH else quoted(written)
        echo = Diagnostic(
            "W310",
            "note",
            f"read as {'' if self.wrt is None else f'd/d{self.wrt} of '}{shown}",
            (0, len(text)),
            severity="note",
        )
        others = [note if note.severity == "warning" else note._replace(span=None, text=None) for note in notes]
        return (echo, *self.notes, *[note for note in others if note.code != "W301"])


@dataclass(slots=True)
class SourceText:
    """A text, its tokens, the token at which the parser stopped, and the parser, to try a corrected text on."""

    text: str
    fault: SyntaxFault
    names: Collection[str]
    attempt: Attempt
    tokens: list[str] = field(init=False)
    starts: list[int] = field(init=False)
    ends: list[int] = field(init=False)

    def __post_init__(self) -> None:
        # Of a long text no corrected one is written, so that later tokens need no places.
        count = len(self.text) if self.short else self.fault.index + 2
        self.tokens, self.starts, self.ends = locate(self.text, count)

    @property
    def index(self) -> int:
        return self.fault.index

    @property
    def short(self) -> bool:
        """True if the text is short enough to be written out again."""
        return len(self.text) <= MAX_TEXT_LENGTH

    def token(self, index: int) -> str:
        """Return the token of a number; an empty text before the first and after the last."""
        return self.tokens[index] if 0 <= index < len(self.tokens) else ""

    def word(self, index: int) -> str:
        """Return the name of a token that is a name or a call; empty for any other token."""
        token = self.token(index)
        return token.rstrip("(").rstrip() if is_word(token) else ""

    def span(self, first: int, last: int | None = None) -> tuple[int, int]:
        """Return the span from one token to another; after the last token, the end of the text."""
        if not 0 <= first < len(self.starts):
            return len(self.text), len(self.text)
        last = first if last is None else min(last, len(self.ends) - 1)
        return self.starts[first], self.ends[last]

    def literal(self, index: int) -> tuple[int, int]:
        """Return the span of a number with what touches it on the right and looks like more of it: all of `1_0.5`."""
        last = index
        while is_numeric(self.token(last + 1)) and self.span(last)[1] == self.span(last + 1)[0]:
            last += 1
        return self.span(index, last)

    def paren(self, index: int) -> int:
        """Return the place of the parenthesis of an opening token."""
        return self.text.index("(", self.span(index)[1] - (self.tokens[index] == "("))

    def excerpt(self, first: int, stop: int) -> str:
        """Return the text from one token up to another, which is not included."""
        if first >= stop or stop > len(self.ends):
            return ""
        end = self.paren(stop - 1) + 1 if is_opener(self.tokens[stop - 1]) else self.ends[stop - 1]
        return self.text[self.starts[first] : end]

    def edited(self, *edits: tuple[int, int, str]) -> str:
        """Return the text with edits (start, end, new text) made; a long text unchanged."""
        if not self.short:
            return self.text
        result = self.text
        for start, end, new in sorted(edits, reverse=True):
            result = result[:start] + new + result[end:]
        return result

    def replaced(self, start: int, end: int, new: str) -> str:
        """Put a formula in place of a stretch of the text, in parentheses unless it is read the same without."""
        wrapped = self.edited((start, end, f"({new})"))
        if not self.short:
            return wrapped
        bare = self.edited((start, end, new))
        return bare if self.attempt(bare, self.names) is self.attempt(wrapped, self.names) else wrapped

    def closing(self, index: int) -> int | None:
        """Return the token that closes the parenthesis opened by this one."""
        depth = 0
        for position in range(index, len(self.tokens)):
            depth += is_opener(self.tokens[position]) - (self.tokens[position] == ")")
            if depth == 0:
                return position
        return None

    def opening(self, index: int) -> int | None:
        """Return the token of the innermost parenthesis that is open just before a token."""
        depth = 0
        for position in range(min(index, len(self.tokens)) - 1, -1, -1):
            depth += is_opener(self.tokens[position]) - (self.tokens[position] == ")")
            if depth == 1:
                return position
        return None

    def arguments(self, index: int) -> list[tuple[int, int]]:
        """Return the arguments of a call as half-open ranges of tokens."""
        ranges, depth, first = [], 0, index + 1
        stop = self.closing(index)
        stop = len(self.tokens) if stop is None else stop
        for position in range(index + 1, stop):
            token = self.tokens[position]
            depth += is_opener(token) - (token == ")")
            if token in (",", ";") and depth == 0:
                ranges.append((first, position))
                first = position + 1
        return [*ranges, (first, stop)] if stop > index + 1 else []

    def operand_start(self, last: int) -> int:
        """Return the first token of the number, name, call or parenthesis that ends with this token."""
        if self.token(last) == ")":
            start = self.opening(last)
            return last if start is None else start
        return last

    def term_start(self, last: int) -> int:
        """Find the first token of the product that ends with this token."""
        first = self.operand_start(last)
        while self.token(first - 1) in ("*", "/", "^", "**") and first > 1:
            first = self.operand_start(first - 2)
        return first

    def operand_stop(self, first: int) -> int:
        """Return the token after the factor, with its powers, that starts with this one."""
        position = first
        while position < len(self.tokens):
            while self.token(position) in ("-", "+", "√"):
                position += 1
            if is_opener(self.token(position)):
                end = self.closing(position)
                if end is None:
                    return len(self.tokens)
                position = end
            position += 1
            if self.token(position) not in ("^", "**"):
                break
            position += 1
        return min(position, len(self.tokens))

    def root_stop(self, root: int) -> int:
        """Return the token after the argument of a root sign."""
        first = root
        while self.token(first) == "√":
            first += 1
        closing = self.closing(first) if is_opener(self.token(first)) else first
        return len(self.tokens) if closing is None else closing + 1

    def product_stop(self, first: int) -> int:
        """Return the token after the implicit product that starts with this one: `2x^2` up to the next sign."""
        stop = self.operand_stop(first)
        while (
            self.token(stop - 1) == ")"
            or self.token(stop - 1)[:1].isdigit()
            or (self.text[self.ends[stop - 1] - 1] == "π" and self.span(stop)[0] == self.ends[stop - 1])
        ) and (is_word(self.token(stop)) or self.token(stop) == "("):
            stop = self.operand_stop(stop)
        return stop


def is_opener(token: str) -> bool:
    """Tell whether the token opens a parenthesis, including that of a call."""
    return token[-1:] == "("


def is_numeric(token: str) -> bool:
    """Tell whether the token is (part of) a number, even if only its point."""
    return token[:1].isdigit() or token[:1] == "."


def is_value(token: str) -> bool:
    """Tell whether a value starts with this token."""
    return is_word(token) or token[:1].isdigit() or token in ("(", "√", "|") or (token[:1] == "." and len(token) > 1)


def quoted(text: str) -> str:
    """Return a text in backticks, shortened if it is long."""
    return f"`{truncated(text)}`"


def ended_lines(text: str) -> tuple[str, ...]:
    """Return the text with a semicolon after every line but the last, if it has several lines."""
    lines = [line.strip().rstrip(";") for line in text.splitlines() if line.strip()]
    return ("; ".join(lines),) if len(lines) > 1 else ()
