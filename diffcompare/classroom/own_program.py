"""The viewer's own expression in demos; of a Python function, the source beside the tape as it grows."""

from __future__ import annotations

import linecache
from collections.abc import Iterator, Mapping
from typing import Any

from diffcompare.classroom.demos import load_demo
from diffcompare.classroom.demos.frame import Demo, Frame, partial_cell, table
from diffcompare.classroom.demos.tape import backward_frame, kept_names, label_of, pytorch_name
from diffcompare.classroom.demos.trace import frames_of
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.document import Cell, Code, Source
from diffcompare.inputs.python_function import FunctionProgram
from diffcompare.inputs.resolve import ParsedInput
from diffcompare.localization import phrase
from diffcompare.recording.recorded_number import Decision
from diffcompare.recording.recorder import Recording, TapeNode, short_number
from diffcompare.recording.source_lines import SourcePlace
from diffcompare.studies.compare import compare_question

MAX_STEPS = 40  # operations and decisions that have a frame of their own; the rest of the tape comes at once
MAX_LINES = 24  # of source beside the tape
HERE, ELSEWHERE = "> ", "  "


def own_demo(name: str, question: ParsedInput, point: Mapping[str, float] | None) -> Demo:
    """Return a demo that plays the viewer's own expression or function.

    Its frames are computed now, so that errors are reported before the player takes the screen.
    """
    if name == "trace":
        frames = tuple(frames_of(question, point))
    else:
        program = program_of(question, name)
        frames = tuple(tape_frames(program) if name == "tape" else branch_frames(question, program))
    return load_demo(name)._replace(frames=lambda: frames)


def program_of(question: ParsedInput, demo: str) -> FunctionProgram:
    """Return the program of a question.  Raises DiffcompareError for a formula, which has no lines to run."""
    if question.program is None:
        message = f"`{demo}` plays a Python function, and this is a formula"
        help = f"write it to a file: `demo {demo} --expr model.py:f --at x=2`; `demo trace` takes formulas"
        raise DiffcompareError(Diagnostic("E584", "bad_value", message, help=help))
    return question.program


# --- The tape ---------------------------------------------------------------------------------------------------------


def tape_frames(program: FunctionProgram) -> Iterator[Frame]:
    """Yield the tape as it grows, with the running line marked in the source, and the backward pass."""
    recording = program.recording
    names = {node: f"t{number}" for number, node in enumerate(recording.steps, 1)}
    events = _events(recording)
    rows: list[tuple[Cell, ...]] = []
    for number, event in enumerate(events, 1):
        if isinstance(event, TapeNode):
            rows.append(_tape_row(event, recording, names))
        if number <= MAX_STEPS or number == len(events):
            yield _running(event, recording, names, rows)
    yield backward_frame(recording, "What does the backward pass return?")


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
    return (names[node], pytorch_name(node), arguments, float(recording.values[node]), kept_names(node, names))


def _running(
    event: TapeNode | Decision, recording: Recording, names: dict[Any, str], rows: list[tuple[Cell, ...]]
) -> Frame:
    columns = "line | node | of | >value | saved for the backward pass"
    tape = table("tape", "The tape", columns, list(rows), primal=(3,), stepwise=bool(rows))
    blocks = (_source(event.place, recording), tape) if rows else (_source(event.place, recording),)
    if isinstance(event, Decision):
        answer = phrase("yes") if event.outcome else phrase("no")
        return Frame(
            phrase("Line {line} decides", line=event.place.line),
            blocks,
            f"{_told(event)} ?  {answer}",
            "A decision looks at the value and leaves nothing on the tape.",
        )
    name, operation, arguments, value, _ = rows[-1]
    return Frame(
        phrase("Line {line} writes {name}", line=event.place.line, name=name),
        blocks,
        f"{name} = {operation}({arguments}) = {value}",
        numbers={f"{name} {operation}": value},
        sweep="primal",
        node=str(name),
    )


def _source(place: SourcePlace, recording: Recording) -> Source:
    """Return the source around the lines that ran, with the running one marked."""
    lines = linecache.getlines(place.file)
    ran = [node.place.line for node in recording.steps if node.place.file == place.file]
    ran += [decision.place.line for decision in recording.decisions if decision.place.file == place.file]
    first = _definition_above(lines, min(ran))
    last = max(ran)
    while last < len(lines) and lines[last].startswith((" ", "\t")) and last - first < MAX_LINES - 1:
        last += 1  # what did not run stands there, too
    if last - first >= MAX_LINES:
        first = max(first, place.line - MAX_LINES // 2)
        last = min(last, first + MAX_LINES - 1)
    marked = [
        f"{HERE if number == place.line else ELSEWHERE}{line.rstrip()}"
        for number, line in enumerate(lines[first - 1 : last], first)
    ]
    return Source("python", "\n".join(marked))


def _definition_above(lines: list[str], line: int) -> int:
    """Return the line of the `def` above a line, or that line itself."""
    while line > 1 and not lines[line - 1].lstrip().startswith(("def ", "class ")):
        line -= 1
    return line


# --- Branches ---------------------------------------------------------------------------------------------------------


def branch_frames(question: ParsedInput, program: FunctionProgram) -> Iterator[Frame]:
    """Yield the decisions of the run with their numbers, and what the methods say about the function."""
    recording = program.recording
    rows = [
        (number, Code(str(decision.place)), _told(decision), phrase("yes") if decision.outcome else phrase("no"))
        for number, decision in enumerate(recording.decisions[:MAX_STEPS], 1)
    ]
    if rows:
        decisions = table("decisions", "The decisions of this run", "time | line | question | answer", rows)
        yield Frame(
            "The decisions of this run",
            (_source(recording.decisions[0].place, recording), decisions),
            f"f = {recording.value!r}",
            "The tape has the steps that ran, but none of the tests.",
            {"decisions": len(recording.decisions), "value": recording.value},
        )
    methods = ("central-difference", "symbolic", "forward-ad", "reverse-ad")
    comparison = compare_question(question, methods=methods)
    for name in comparison.problem.wrt[:4]:
        answers: list[tuple[Cell, ...]] = [(item.method, partial_cell(item, name)) for item in comparison.answers]
        yield Frame(
            phrase("The derivative by {name}", name=name),
            (table("branch", f"df/d{name}", "method | >derivative", answers),),
            sentence="AD sees the path taken; a difference runs the program at points beside it, on their own paths.",
            numbers={item.method: partial_cell(item, name) for item in comparison.answers},
        )


def _told(decision: Decision) -> str:
    left, right = map(short_number, decision.numbers)
    return f"{left} {decision.sign} {right}"
