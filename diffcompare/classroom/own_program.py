"""The viewer's own expression in demos; of a Python function, the source beside the tape as it grows."""

from __future__ import annotations

import linecache
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from diffcompare.classroom.demos import load_demo
from diffcompare.classroom.demos.frame import Demo, Frame, mask, partial_cell, table
from diffcompare.classroom.demos.tape import kept_names, label_of, pytorch_name
from diffcompare.classroom.demos.trace import frames_of
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.document import Block, Cell, Paragraph, Source, Table
from diffcompare.inputs.python_function import FunctionProgram
from diffcompare.inputs.resolve import ParsedInput
from diffcompare.language.expression import Expression, Variable
from diffcompare.localization import phrase
from diffcompare.numeric.evaluate import CAREFUL, Real
from diffcompare.numeric.sweeps import partials
from diffcompare.recording.recorder import Decision, Recording, TapeNode, short_number
from diffcompare.recording.source_lines import SourcePlace, function_around
from diffcompare.studies.compare import compare_question

MAX_STEPS = 40  # steps of a run, or of a sweep, that have a frame of their own; the rest comes with the last one
MAX_LINES = 24  # of source beside the tape
MAX_ROWS = 14  # of the tape beside the source: the last ones
MAX_VARIABLES = 6  # whose adjoints are shown at every step


def own_demo(name: str, question: ParsedInput, point: Mapping[str, float] | None) -> Demo:
    """Return a demo that plays the viewer's own expression or function.

    Its frames are computed now, so that errors are reported before the player takes the screen.
    """
    if name == "trace":
        frames = tuple(frames_of(question, point))
    else:
        program = program_of(question, name)
        played = tape_frames(program) if name == "tape" else branch_frames(question, program)
        frames = (*_doubts(question), *played)
    return load_demo(name)._replace(frames=lambda: frames)


def _doubts(question: ParsedInput) -> Iterator[Frame]:
    """Yield what is doubtful about the recording, as of a function that differs from itself at the same point."""
    for note in question.parsed.notes:
        if note.severity != "note":
            yield Frame("A doubt about this recording", (Paragraph(note.message, "warning"),), sentence=note.help or "")


def program_of(question: ParsedInput, demo: str) -> FunctionProgram:
    """Return the program of a question.  Raises DiffcompareError for a formula, which has no lines to run."""
    if question.program is None:
        message = f"`{demo}` plays a Python function, and this is a formula"
        help = f"write it to a file: `demo {demo} --expr model.py:f --at x=2`; `demo trace` takes formulas"
        raise DiffcompareError(Diagnostic("E506", "bad_value", message, help=help))
    return question.program


# --- The source -------------------------------------------------------------------------------------------------------


class _Listing:
    """The source of what ran: in every file, from the first function that took part to the last one."""

    def __init__(self, recording: Recording) -> None:
        self.spans: dict[str, tuple[int, int]] = {}
        places = {step.place for step in recording.steps} | {decision.place for decision in recording.decisions}
        for file, line in {(place.file, place.line) for place in places}:
            first, last = function_around(file, line)
            known = self.spans.get(file, (first, last))
            self.spans[file] = min(first, known[0]), max(last, known[1])

    def beside(self, place: SourcePlace, *others: Block) -> tuple[Block, ...]:
        """Return the source with the running line marked, and other blocks after it."""
        lines = linecache.getlines(place.file)
        if not lines:
            return others
        first, last = self.spans[place.file]
        if last - first >= MAX_LINES:
            first, last = function_around(place.file, place.line)
        if last - first >= MAX_LINES:
            first = min(max(first, place.line - MAX_LINES // 2), last - MAX_LINES + 1)
            last = first + MAX_LINES - 1
        text = "\n".join([line.rstrip("\r\n").expandtabs() for line in lines[first - 1 : last]])
        running = lines[place.line - 1] if place.line <= len(lines) else ""
        start, end = (len(running[:column].expandtabs()) for column in (place.start, place.end))
        return (Source("python", text, first, place.line, (start, end)), *others)


def _left_out(count: int) -> str:
    return phrase("{count} steps before this one have no frame of their own.", count=f"{count:,}") if count > 0 else ""


def _growing(key: str, caption: str, columns: str, rows: Sequence[tuple[Cell, ...]], **kinds: Sequence[int]) -> Table:
    """Return a table of which the last rows are shown, and the last one is new."""
    if len(rows) > MAX_ROWS:
        caption = phrase(
            "{caption} (the last {count} of {total})", caption=caption, count=MAX_ROWS, total=f"{len(rows):,}"
        )
    return table(key, caption, columns, rows[-MAX_ROWS:], stepwise=True, **kinds)


# --- The tape ---------------------------------------------------------------------------------------------------------


def tape_frames(program: FunctionProgram) -> Iterator[Frame]:
    """Yield the tape as it grows, with the running line marked in the source, and the backward pass in the same way."""
    recording, listing = program.recording, _Listing(program.recording)
    names: dict[Any, str] = {node: f"t{number}" for number, node in enumerate(recording.steps, 1)}
    events = _events(recording)
    rows: list[tuple[Cell, ...]] = []
    for number, event in enumerate(events, 1):
        if isinstance(event, TapeNode):
            rows.append(_tape_row(event, recording, names))
        if number < MAX_STEPS or number == len(events):
            skipped = number - MAX_STEPS if number == len(events) else 0
            yield _running(event, listing, rows, skipped)
    yield from _backward(recording, listing, names)


def _events(recording: Recording) -> list[TapeNode | Decision]:
    """Return operations and decisions in the order of the run."""
    events: list[TapeNode | Decision] = []
    decisions, made = recording.decisions, 0
    for number, node in enumerate(recording.steps):
        while made < len(decisions) and decisions[made].after - len(recording.point) <= number:
            events.append(decisions[made])
            made += 1
        events.append(node)
    return [*events, *decisions[made:]]


def _tape_row(node: TapeNode, recording: Recording, names: dict[Any, str]) -> tuple[Cell, ...]:
    arguments = ", ".join(label_of(argument, names) for argument in node.arguments)
    value = float(recording.values[node])
    return (names[node], node.place.line, pytorch_name(node), arguments, value, kept_names(node, names))


def _running(event: TapeNode | Decision, listing: _Listing, rows: list[tuple[Cell, ...]], skipped: int) -> Frame:
    columns = "tape | >line | node | of | >value | saved"
    blocks = listing.beside(
        event.place, *([_growing("tape", phrase("The tape"), columns, rows, primal=(4,))] if rows else [])
    )
    if isinstance(event, Decision):
        return Frame(
            phrase("Line {line} decides", line=event.place.line),
            blocks,
            f"{_told(event)} ?  {_answer(event)}",
            _left_out(skipped) or "A decision looks at the value and leaves nothing on the tape.",
            sweep="primal",
        )
    name, line, operation, arguments, value, kept = rows[-1]
    why = phrase("{operation} must keep {kept}: its slope is computed from it.", operation=operation, kept=kept)
    return Frame(
        phrase("Line {line} writes {name}", line=line, name=name),
        blocks,
        f"{name} = {operation}({arguments}) = {value}",
        _left_out(skipped) or (why if kept else ""),
        numbers={f"{name} {operation}": value},
        sweep="primal",
        node=str(name),
    )


# --- The backward pass ------------------------------------------------------------------------------------------------


class _Reading(NamedTuple):
    """A line of the tape as the backward pass reads it: its adjoint, and what it adds to those of its arguments."""

    node: TapeNode
    adjoint: float
    messages: tuple[tuple[Expression, float, float], ...]  # argument, slope, contribution
    variables: dict[str, float]  # adjoints of the variables afterwards


def _readings(recording: Recording) -> Iterator[_Reading]:
    """Yield the lines of the tape that reach the output, from the end."""
    values = {node: Real(value) for node, value in recording.values.items()}
    active = {node for node in recording.nodes if node.varies}
    arrived: dict[Expression, list[Any]] = {recording.output: [Real(1.0)]}
    variables = dict.fromkeys(recording.point, 0.0)
    for node in reversed(recording.steps):
        if node not in arrived:
            continue
        adjoint = CAREFUL.total(arrived.pop(node))
        messages = []
        for argument, slope in partials(node, values, active):
            contribution = adjoint * slope
            arrived.setdefault(argument, []).append(contribution)
            messages.append((argument, float(slope), float(contribution)))
            if isinstance(argument, Variable):
                variables[argument.name] = float(CAREFUL.total(arrived[argument]))
        yield _Reading(node, float(adjoint), tuple(messages), dict(variables))


def _backward(recording: Recording, listing: _Listing, names: dict[Any, str]) -> Iterator[Frame]:
    """Yield the lines of the tape as they are read, and the gradient."""
    readings = list(_readings(recording))
    rows: list[tuple[Cell, ...]] = []
    for number, reading in enumerate(readings, 1):
        rows.append(_reading_row(reading, names))
        if number < MAX_STEPS or number == len(readings):
            yield _read(reading, listing, names, rows, number - MAX_STEPS if number == len(readings) else 0)
    gradient = readings[-1].variables if readings else recording.gradient()
    unread = len(recording.steps) - len(readings)
    result = table("backward", "After one backward pass", "variable | >adjoint", list(gradient.items()), adjoint=(1,))
    yield Frame(
        "Backward: the diary is read from the end",
        (result._replace(most=MAX_STEPS),),
        "for each line, last first: adjoint of argument += adjoint of result * slope",
        phrase("Not read, for they do not reach the output: {count} of the lines of the tape.", count=unread)
        if unread
        else "Every line needs only what it saved, and nothing else of the program.",
        dict(gradient),
        sweep="reverse",
    )


def _reading_row(reading: _Reading, names: dict[Any, str]) -> tuple[Cell, ...]:
    node = reading.node
    passed = ", ".join(
        f"{label_of(argument, names)} += {short_number(contribution)}" for argument, _, contribution in reading.messages
    )
    return (names[node], node.place.line, pytorch_name(node), reading.adjoint, passed or None)


def _read(
    reading: _Reading, listing: _Listing, names: dict[Any, str], rows: list[tuple[Cell, ...]], skipped: int
) -> Frame:
    name, line, *_ = rows[-1]
    tape = _growing(
        "reading", phrase("The tape, read backwards"), "tape | >line | node | >adjoint | passes on", rows, adjoint=(3,)
    )
    so_far = list(reading.variables.items())[:MAX_VARIABLES]
    variables = table("variables", "So far", "variable | >adjoint", so_far, adjoint=(1,))
    sums = [
        f"{label_of(argument, names)} += {short_number(reading.adjoint)} * {short_number(slope)}"
        for argument, slope, _ in reading.messages
    ]
    return Frame(
        phrase("Backward: {name}, which line {line} wrote", name=name, line=line),
        listing.beside(reading.node.place, tape, variables),
        "; ".join(sums),
        _left_out(skipped),
        {f"{name} adjoint": reading.adjoint},
        sweep="reverse",
        node=str(name),
    )


# --- Branches ---------------------------------------------------------------------------------------------------------


def branch_frames(question: ParsedInput, program: FunctionProgram) -> Iterator[Frame]:
    """Yield the decisions of the run with their numbers, and what the methods say about the function."""
    yield from _decisions(program.recording)
    methods = ("central-difference", "symbolic", "forward-ad", "reverse-ad")
    comparison = compare_question(question, methods=methods, simplify="none")
    for name in comparison.problem.wrt[:4]:
        answers: list[tuple[Cell, ...]] = [(item.method, partial_cell(item, name)) for item in comparison.answers]
        derivatives = table("branch", f"df/d{name}", "method | >derivative", answers)
        yield Frame(
            phrase("The derivative by {name}", name=name),
            (derivatives,),
            sentence="AD sees the path taken; a difference runs the program at points beside it, on their own paths.",
            numbers={item.method: partial_cell(item, name) for item in comparison.answers},
            question="Which methods answer, and do they agree?",
            question_blocks=(mask(derivatives, 1),),
        )


def _decisions(recording: Recording) -> Iterator[Frame]:
    """Yield every decision with the line that made it; all are in the frame of the last one."""
    listing, decisions = _Listing(recording), recording.decisions
    columns = "time | >line | question | answer"
    rows: list[tuple[Cell, ...]] = []
    for number, decision in enumerate(decisions, 1):
        rows.append((number, decision.place.line, _told(decision), _answer(decision)))
        is_last = number == len(decisions)
        if number < MAX_STEPS or is_last:
            made = _growing("decisions", phrase("The decisions of this run"), columns, rows)
            yield Frame(
                phrase("Line {line} decides", line=decision.place.line),
                listing.beside(decision.place, made),
                f"{_told(decision)} ?  {_answer(decision)}",
                (is_last and _left_out(number - MAX_STEPS))
                or ("The tape has the steps that ran, but none of the tests." if is_last else ""),
                {"decisions": number, "value": recording.value} if is_last else {"decisions": number},
            )
    if not decisions and recording.steps:
        yield Frame(
            "This run decides nothing",
            listing.beside(recording.steps[0].place),
            f"f = {recording.value!r}",
            "Without a decision the same steps run at every point: one tape serves them all.",
            {"decisions": 0, "value": recording.value},
        )


def _answer(decision: Decision) -> str:
    return phrase("yes") if decision.outcome else phrase("no")


def _told(decision: Decision) -> str:
    left, right = map(short_number, decision.numbers)
    return f"{left} {decision.sign} {right}"
