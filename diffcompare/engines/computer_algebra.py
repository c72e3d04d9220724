"""Computer algebra systems that are programs: ours is written for them, run by them, and their output read.

A function becomes a program of assignments, `t0`, `t1`, ..., one for each operation, of variables `x0`, `x1`, ...:
nothing of a user's text gets there, and what the function shares is written once.  Numbers are written exactly, as
integers and fractions.  One process of a system answers many questions, because some take a third of a second to
start; names are not used twice in it, so that a statement that failed leaves none of an earlier question.
"""

from __future__ import annotations

import atexit
import contextlib
import math
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any, NamedTuple

from diffcompare.engines.engine import COMPARISONS, EngineAnswer, Function, Loaded, Mode, Number
from diffcompare.processes import start_thread

CPU_SECONDS = 300  # of one process, which outlives its worker where processes have no groups, and if that is killed
QUESTIONS = 200  # that one process answers, so that it does not come near the limit
PROMPTS = re.compile(
    r"(\d+>> .*|// .*|Evaluation time: .*|\*\*\* +Warning: .*|)"
)  # giac shows what it reads, times and warnings
NODES = re.compile(r"\d+\.?\d*|[A-Za-z_]\w*|[-+*/^<>=]+")  # of a formula as text: numbers, names and operators
SIZE, UNIT = r"(?:\d+\.?\d*|\.\d+)(?:[eEb][-+]?\d+)?", r"(?:%i|i|I)"
TERM = rf"(?:{SIZE}(?:\*{UNIT})?|{UNIT})"
NUMBER = re.compile(rf"([-+]?{TERM})([-+]{TERM})?")  # `2.5`, `-5.0b-1*%i`, `1.0+I`
HIDDEN = 1e-38
WORDS = {"infinity": math.inf, "inf": math.inf, "+infinity": math.inf, "-infinity": -math.inf, "undef": math.nan}
MAX_SAID = 200  # characters of its output that an error shows


class System(NamedTuple):
    """A computer algebra system: how it is started, and how its language says what is asked.

    Attributes:
        command: The command that starts it.
        assign: The statement that gives an expression a name.
        show: The statement that prints the value of an expression on a line of its own.
        partial: The formula of the partial of an expression with respect to a variable.
        at: A formula at a point, by variable, as a number of forty digits.
        decimal: A fraction as a number of forty digits, for the coordinates of a point.
        start: The statements that come first.
        lasts: Whether one process answers one question after another; one that does not needs the end of its input.
        asks: What it prints before it takes the next statement as an answer to a question of its own.
    """

    command: tuple[str, ...]
    assign: Callable[[str, str], str]
    show: Callable[[str], str]
    partial: Callable[[str, str], str]
    at: Callable[[str, Mapping[str, str]], str]
    decimal: Callable[[str], str]
    start: tuple[str, ...] = ()
    lasts: bool = True
    asks: re.Pattern[str] | None = None


class AlgebraTerm:
    """A number of a program under construction: the name or the text of an expression."""

    def __init__(self, program: AlgebraProgram, text: str) -> None:
        """Remember the program and the text."""
        self.program = program
        self.text = text

    def __add__(self, other: Any) -> AlgebraTerm:
        return self.program.term(f"{self.text}+{self.program.written(other)}")

    def __radd__(self, other: Any) -> AlgebraTerm:
        return self.program.term(f"{self.program.written(other)}+{self.text}")

    def __sub__(self, other: Any) -> AlgebraTerm:
        return self.program.term(f"{self.text}-{self.program.written(other)}")

    def __rsub__(self, other: Any) -> AlgebraTerm:
        return self.program.term(f"{self.program.written(other)}-{self.text}")

    def __mul__(self, other: Any) -> AlgebraTerm:
        return self.program.term(f"{self.text}*{self.program.written(other)}")

    def __rmul__(self, other: Any) -> AlgebraTerm:
        return self.program.term(f"{self.program.written(other)}*{self.text}")

    def __truediv__(self, other: Any) -> AlgebraTerm:
        return self.program.term(f"{self.text}/{self.program.written(other)}")

    def __rtruediv__(self, other: Any) -> AlgebraTerm:
        return self.program.term(f"{self.program.written(other)}/{self.text}")

    def __pow__(self, other: Any) -> AlgebraTerm:
        return self.program.term(f"{self.text}^{self.program.written(other)}")

    def __rpow__(self, other: Any) -> AlgebraTerm:
        return self.program.term(f"{self.program.written(other)}^{self.text}")

    def __neg__(self) -> AlgebraTerm:
        return self.program.term(f"-{self.text}")


class AlgebraProgram:
    """A program under construction: its statements, each with a name."""

    def __init__(
        self,
        assign: Callable[[str, str], str] | None,
        number: Callable[[float], str] | None = None,
        names: Iterator[str] | None = None,
    ) -> None:
        """Start an empty program.

        `assign` is the statement that gives an expression a name; None: there are no statements, and an expression
        has those inside it, in parentheses.  `number` writes a number; None: exactly.  `names` are those that the
        statements give; None: t0, t1, ...
        """
        self.assign = assign
        self.number = number or exactly
        self.names = names or map("t{}".format, count())
        self.statements: list[str] = []

    def term(self, text: str) -> AlgebraTerm:
        """Give an expression a name, in a statement."""
        if self.assign is None:
            return AlgebraTerm(self, f"({text})")
        name = next(self.names)
        self.statements.append(self.assign(name, text))
        return AlgebraTerm(self, name)

    def written(self, x: Any) -> str:
        """Return a term's name, or a number as it is written."""
        return x.text if isinstance(x, AlgebraTerm) else self.number(x)


def exactly(x: float) -> str:
    """Return a number as an integer or a fraction.  Raises ValueError for inf and nan."""
    if not math.isfinite(x):
        raise ValueError(f"{x} cannot be written exactly")
    above, below = x.as_integer_ratio()
    return f"({above})" if below == 1 else f"({above}/{below})"


def call(text: str) -> Callable[..., AlgebraTerm]:
    """Return a function of terms that is written by a template, `sin({})`."""

    def function(*arguments: Any) -> AlgebraTerm:
        program = next(argument.program for argument in arguments if isinstance(argument, AlgebraTerm))
        return program.term(text.format(*map(program.written, arguments)))

    return function


def conditions(text: str) -> dict[str, Callable[..., AlgebraTerm]]:
    """Return the rows of conditions of a language by its template, `when({})`: comparison, yes and no come there."""
    return {row: call(text.format(f"{{}}{row.removeprefix('if ')}{{}}")) for row in COMPARISONS}


def loaded(system: System, templates: Mapping[str, str], others: Mapping[str, Callable[..., Any]] = {}) -> Loaded:
    """Return a system as a library, with its functions by templates.  Raises ImportError where it is not installed."""
    if shutil.which(system.command[0]) is None:
        raise ImportError(f"no program {system.command[0]}")
    functions = {row: call(text) for row, text in templates.items()} | dict(others)
    return Loaded(functions, {"formula": _mode(system, 1), "second": _mode(system, 2)})


def _mode(system: System, order: int) -> Mode:
    def answer(f: Function, point: Sequence[float], wrt: Sequence[int]) -> EngineAnswer:
        program = AlgebraProgram(system.assign, names=_session(system).names)
        names = [f"x{i}" for i in range(len(point))]
        value = program.written(f(*[AlgebraTerm(program, name) for name in names]))
        at = {name: _coordinate(system, x) for name, x in zip(names, point, strict=True)}
        partials = []
        for i in wrt:
            formula = value
            for _ in range(order):
                formula = system.partial(formula, names[i])
            partials.append(formula)
        asked = [*partials, system.at(value, at), *[system.at(partial, at) for partial in partials]]
        output = run(system, program.statements, asked)
        formulas, (number, *numbers) = output[: len(wrt)], output[len(wrt) :]
        gradient = [read_number(text) for text in numbers]
        if unknown := next((text for text in output if re.search(r"\bt\d+\b", text)), None):
            raise ArithmeticError(f"it does not evaluate {unknown[:MAX_SAID]}")
        if gradient and all(partial is None for partial in gradient):
            raise ArithmeticError(f"it answers {numbers[0][:MAX_SAID] or 'nothing'}")
        return EngineAnswer(read_number(number), gradient, size=sum(map(size, formulas)))

    return answer


def _coordinate(system: System, x: float) -> str:
    """Return a coordinate as it is substituted: an integer exactly, so that an end of a domain is one."""
    text = exactly(x)
    return text if float(x).is_integer() else system.decimal(text)


def run(system: System, statements: Iterable[str], asked: Sequence[str]) -> list[str]:
    """Run a program and return what it printed for each expression that is asked.

    Raises ArithmeticError where the system ended before it answered anything.
    """
    marked = [line for i, text in enumerate(asked) for line in (system.show(f"mark{i}"), system.show(text))]
    last = f"mark{len(asked)}"
    said: dict[str, list[str]] = {}
    current: list[str] = []
    for text in _session(system).lines([*statements, *marked, system.show(last)], last):
        if re.fullmatch(r"mark\d+", text):
            current = said.setdefault(text, [])
        elif not PROMPTS.fullmatch(text):
            current.append(text)
    if "mark0" not in said:
        raise ArithmeticError(f"{system.command[0]} ended without an answer")
    return [" ".join(said.get(f"mark{i}", [])) for i in range(len(asked))]


class Session:
    """A running process of a system.

    Attributes:
        left: How many questions it may still be asked; 0 once it has ended.
        names: Names that no statement of it has given yet.
    """

    def __init__(self, system: System) -> None:
        """Start the process.  Raises OSError."""
        self.system = system
        self.left = QUESTIONS if system.lasts else 1
        self.names = map("t{}".format, count())
        limited = ["sh", "-c", f'ulimit -t {CPU_SECONDS}; exec "$0" "$@"', *system.command]
        self.process = subprocess.Popen(
            limited, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        atexit.register(self.end)
        self._send(system.start)

    def _send(self, lines: Iterable[str]) -> None:
        assert self.process.stdin is not None
        with contextlib.suppress(OSError):  # it ended: its output says how far it came
            self.process.stdin.write("".join([f"{line}\n" for line in lines]).encode())
            self.process.stdin.flush()
            if not self.left:
                self.process.stdin.close()

    def lines(self, program: Sequence[str], last: str) -> Iterator[str]:
        """Send statements and yield what is printed, line by line, until one is `last` or the process ends."""
        self.left -= 1
        whole = False  # whether it answered all
        try:
            start_thread(self._send, program)  # both would wait for each other where the answers fill a pipe meanwhile
            assert self.process.stdout is not None
            for line in self.process.stdout:
                text = line.decode(errors="replace").strip()  # what is read and is long is shown with \r in it
                yield text
                whole = text == last
                if whole or (self.system.asks is not None and self.system.asks.search(text)):
                    break
        finally:
            if not whole or not self.left:
                self.end()

    def end(self) -> None:
        """End the process."""
        self.left = 0
        atexit.unregister(self.end)
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            with contextlib.suppress(OSError):
                stream.close()


_sessions: dict[System, Session] = {}


def _session(system: System) -> Session:
    """Return the running process of a system; a new one if it ended or has answered its share."""
    session = _sessions.get(system)
    if session is None or not session.left or session.process.poll() is not None:
        if session is not None:
            session.end()
        session = _sessions[system] = Session(system)
    return session


def read_number(text: str) -> Number | None:
    """Return a number that a system printed; None for anything else.

    A part of a complex number is 0 where the other one of forty digits hides it.
    """
    text = text.strip()
    if text in WORDS:
        return WORDS[text]
    text = re.sub(r"^\(([^()]*)\)", r"\1", text)  # maxima: (-2.5b0*%i)-1.0b0
    written = NUMBER.fullmatch(re.sub(r" *([-+E]) *", r"\1", text))
    if written is None:
        return None
    number = complex(sum(_term(term) for term in written.groups() if term))
    real, imaginary = [0.0 if abs(part) < HIDDEN * abs(number) else part for part in (number.real, number.imag)]
    return complex(real, imaginary) if imaginary else real


def _term(text: str) -> Number:
    """Return a term of a complex number."""
    size = re.sub(rf"\*?{UNIT}$", "", text)
    number = float(f"{size}1" if size in ("", "-", "+") else size.replace("b", "e"))
    return complex(0.0, number) if len(size) < len(text) else number


def size(formula: str) -> int:
    """Return the number of nodes of a formula written out as a tree: its numbers, names and operators."""
    return len(NODES.findall(formula))
