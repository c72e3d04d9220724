"""The viewer's own expression in demos; of a Python function, the source beside the tape as it grows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from diffcompare.classroom.demos import load_demo
from diffcompare.classroom.demos.frame import Demo, Frame, mask, partial_cell, table
from diffcompare.classroom.demos.live import Figure, Live, Text, Told, live_nodes, live_table, told
from diffcompare.classroom.demos.tape import kept_names, label_of, pytorch_name
from diffcompare.classroom.demos.trace import frames_of
from diffcompare.classroom.listing import SourceListing
from diffcompare.classroom.own_expression import FRAMES
from diffcompare.classroom.own_function import own_function
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.document import Block, Cell, Paragraph, Source, Table
from diffcompare.inputs.python_function import FunctionProgram
from diffcompare.inputs.resolve import ParsedInput
from diffcompare.language.expression import Expression, Variable
from diffcompare.localization import phrase
from diffcompare.numeric.evaluate import CAREFUL, Real, evaluate, is_number
from diffcompare.numeric.sweeps import partials
from diffcompare.recording.recorded_number import plain
from diffcompare.recording.recorder import Decision, Recording, TapeNode
from diffcompare.studies.compare import compare_question

MAX_STEPS = 40  # steps of a run, or of a sweep, that have a frame of their own; the rest comes with the last one
MAX_ROWS = 14  # of the tape beside the source: the last ones
MAX_VARIABLES = 6  # whose adjoints are shown at every step


def own_demo(name: str, question: ParsedInput, point: Mapping[str, float] | None) -> Demo:
    """Return a demo that plays the viewer's own expression or function.

    Its frames are computed now, so that errors are reported before the player takes the screen.
    Raises DiffcompareError for a function that the demo cannot play.
    """
    frames: tuple[Frame, ...]
    if name == "trace":
        frames = tuple(frames_of(question, point))
    elif name == "tape":
        frames = (*_doubts(question), *tape_frames(own_tape(question, point)))
    elif name == "branches":
        frames = (*_doubts(question), *branch_frames(question, program_of(question, name)))
    else:
        frames = tuple(FRAMES[name](own_function(question, point)))
        if not frames:
            message = f"`{name}` has nothing to show of this function"
            raise DiffcompareError(Diagnostic("E585", "bad_value", message, help="use `demo trace --expr`"))
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


def _left_out(count: int) -> str:
    return phrase("{count} steps before this one have no frame of their own.", count=f"{count:,}") if count > 0 else ""


def _growing(
    key: str, caption: str, columns: str, rows: Sequence[tuple[Any, ...]], **kinds: Any
) -> tuple[Table, tuple[Live, ...]]:
    """Return a table of which the last rows are shown, and the last one is new; and its cells with recipes."""
    if len(rows) > MAX_ROWS:
        caption = phrase(
            "{caption} (the last {count} of {total})", caption=caption, count=MAX_ROWS, total=f"{len(rows):,}"
        )
    return live_table(key, caption, columns, rows[-MAX_ROWS:], stepwise=True, **kinds)


# --- The tape ---------------------------------------------------------------------------------------------------------


class OwnTape(NamedTuple):
    """A tape to be played: that of a recording, or the Wengert list of a formula."""

    point: Mapping[str, float]
    steps: Sequence[Expression]
    events: Sequence[Expression | Decision]  # operations and decisions in the order of the run
    values: Mapping[Expression, Any]
    output: Expression
    places: Mapping[Expression, int]  # of the nodes, for the recipes of their numbers
    listing: SourceListing | None  # of the source
    text: str  # of a formula
    names: Mapping[Any, str]

    def beside(self, event: Expression | Decision, *others: Block) -> tuple[Block, ...]:
        """Return the source with the line of an event marked, and other blocks after it."""
        if self.listing is None or not isinstance(event, TapeNode | Decision):
            return (Source("text", self.text), *others)
        return self.listing.beside(event.place, *others)

    def line(self, event: Expression) -> tuple[int, ...]:
        """Return the number of the line that an operation is in; none in a formula."""
        return (event.place.line,) if isinstance(event, TapeNode) else ()


def own_tape(question: ParsedInput, point: Mapping[str, float] | None) -> OwnTape:
    """Return the tape of the viewer's function.  Raises DiffcompareError where a formula has no value."""
    places = {node: place for place, node in enumerate(live_nodes(question))}
    if question.program is None:
        own, text = own_function(question, point), " ".join(question.text.split())
        values = evaluate(list(places), own.point, CAREFUL)
        steps = [node for node in places if node.operation is not None]
        return OwnTape(own.point, steps, steps, values, own.expression, places, None, text, _numbered(steps))
    recording = question.program.recording
    events, listing = _events(recording), SourceListing(recording)
    values, names = recording.values, _numbered(recording.steps)
    return OwnTape(recording.point, recording.steps, events, values, recording.output, places, listing, "", names)


def _numbered(steps: Sequence[Expression]) -> dict[Any, str]:
    return {node: f"t{number}" for number, node in enumerate(steps, 1)}


def tape_frames(tape: OwnTape) -> Iterator[Frame]:
    """Yield the tape as it grows, with the running line marked in the source, and the backward pass in the same way."""
    rows: list[tuple[Any, ...]] = []
    decided = 0
    for number, event in enumerate(tape.events, 1):
        is_last = number == len(tape.events)
        if isinstance(event, Decision):
            decided += 1
        else:
            rows.append(_tape_row(event, tape))
        if number < MAX_STEPS or is_last:
            yield _running(event, tape, rows, decided, number - MAX_STEPS if is_last else 0)
    yield from _backward(tape)


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


def tape_rule(node: Expression, tape: OwnTape) -> str:
    """Return the operation of a line of the tape: `Mul(t1, x)`."""
    return f"{pytorch_name(node)}({', '.join([label_of(argument, tape.names) for argument in node.arguments])})"


def _tape_row(node: Expression, tape: OwnTape) -> tuple[Any, ...]:
    arguments = ", ".join(label_of(argument, tape.names) for argument in node.arguments)
    number = tape.values[node]
    value = Figure(float(number) if is_number(number) else None, ("value", tape.places[node]))
    return (tape.names[node], *tape.line(node), pytorch_name(node), arguments, value, kept_names(node, tape.names))


def _running(
    event: Expression | Decision, tape: OwnTape, rows: list[tuple[Any, ...]], decided: int, skipped: int
) -> Frame:
    columns = "tape | >line | node | of | >value | saved"
    if tape.listing is None:
        columns = columns.replace(">line | ", "")
    grown, live = (
        _growing("tape", phrase("The tape"), columns, rows, primal=(columns.count("|") - 1,)) if rows else (None, ())
    )
    blocks = tape.beside(event, *([grown] if grown else []))
    if isinstance(event, Decision):
        question = _told_live(event, decided - 1)
        return Frame(
            phrase("Line {line} decides", line=event.place.line),
            blocks,
            f"{question.text} ?  {_answer(event)}",
            _left_out(skipped) or "A decision looks at the value and leaves nothing on the tape.",
            sweep="primal",
            live=live,
            live_rule=[*question.data, f" ?  {_answer(event)}"],
        )
    name, *line, operation, _, value, kept = rows[-1]
    why = phrase("{operation} must keep {kept}: its slope is computed from it.", operation=operation, kept=kept)
    rule = told(f"{name} = {tape_rule(event, tape)} = ", value)
    return Frame(
        phrase("Line {line} writes {name}", line=line[0], name=name)
        if line
        else phrase("Line {count} of the tape", count=len(rows)),
        blocks,
        rule.text,
        _left_out(skipped) or (why if kept else ""),
        numbers={f"{name} {operation}": value.value},
        sweep="primal",
        node=str(name),
        live=live,
        live_rule=rule.data,
    )


# --- The backward pass ------------------------------------------------------------------------------------------------


class _Reading(NamedTuple):
    """A line of the tape as the backward pass reads it: its adjoint, and what it adds to those of its arguments."""

    node: Expression
    adjoint: float
    messages: tuple[tuple[Expression, float, float], ...]  # argument, slope, contribution
    variables: dict[str, float]  # adjoints of the variables afterwards


def _readings(tape: OwnTape) -> Iterator[_Reading]:
    """Yield the lines of the tape that reach the output, from the end.

    Those of a formula are read whether they reach it or not: at another point another branch may be taken.
    """
    values = {node: Real(value) if is_number(value) else value for node, value in tape.values.items()}
    active = {node for node in tape.values if node.varies}
    arrived: dict[Expression, list[Any]] = {tape.output: [Real(1.0)]}
    variables = dict.fromkeys(tape.point, 0.0)
    if isinstance(tape.output, Variable):
        variables[tape.output.name] = 1.0
    for node in reversed(tape.steps):
        if node not in arrived and (tape.listing is not None or node not in active):
            continue
        reached = node in arrived
        adjoint = CAREFUL.total(arrived.pop(node)) if reached else Real(0.0)
        messages = []
        for argument, slope in partials(node, values, active) if reached else ():
            contribution = adjoint * slope
            arrived.setdefault(argument, []).append(contribution)
            messages.append((argument, float(slope), float(contribution)))
            if isinstance(argument, Variable):
                variables[argument.name] = float(CAREFUL.total(arrived[argument]))
        yield _Reading(node, float(adjoint), tuple(messages), dict(variables))


def _backward(tape: OwnTape) -> Iterator[Frame]:
    """Yield the lines of the tape as they are read, and the gradient."""
    readings = list(_readings(tape))
    rows: list[tuple[Any, ...]] = []
    for number, reading in enumerate(readings, 1):
        rows.append(_reading_row(reading, tape))
        if number < MAX_STEPS or number == len(readings):
            yield _read(reading, tape, rows, number - MAX_STEPS if number == len(readings) else 0)
    gradient = readings[-1].variables if readings else _gradient_of_nothing(tape)
    unread = len(tape.steps) - len(readings)
    result, live = live_table(
        "backward",
        "After one backward pass",
        "variable | >adjoint",
        [(name, Figure(value, ("partial", name))) for name, value in gradient.items()],
        adjoint=(1,),
    )
    yield Frame(
        "Backward: the diary is read from the end",
        (result._replace(most=MAX_STEPS),),
        "for each line, last first: adjoint of argument += adjoint of result * slope",
        phrase("Not read, for they do not reach the output: {count} of the lines of the tape.", count=unread)
        if unread
        else "Every line needs only what it saved, and nothing else of the program.",
        dict(gradient),
        sweep="reverse",
        live=live,
    )


def _gradient_of_nothing(tape: OwnTape) -> dict[str, float]:
    """Return the gradient of a tape of which nothing reaches the output."""
    return {name: float(tape.output is node) for name in tape.point for node in [Variable(name)]}


def _reading_row(reading: _Reading, tape: OwnTape) -> tuple[Any, ...]:
    node = reading.node
    passed = ", ".join(
        f"{label_of(argument, tape.names)} += {contribution:.6g}" for argument, _, contribution in reading.messages
    )
    place = tape.places[node]
    adjoint = Figure(reading.adjoint, ("adjoint", place))
    return (tape.names[node], *tape.line(node), pytorch_name(node), adjoint, Text(passed, ("passes", place)))


def _read(reading: _Reading, tape: OwnTape, rows: list[tuple[Any, ...]], skipped: int) -> Frame:
    name, *line = rows[-1][: 2 if tape.listing else 1]
    columns = "tape | >line | node | >adjoint | passes on"
    if tape.listing is None:
        columns = columns.replace(">line | ", "")
    number = columns.count("|") - 1
    grown, live = _growing("reading", phrase("The tape, read backwards"), columns, rows, adjoint=(number,))
    so_far = [
        (variable, Figure(value, ("arrived", variable, tape.places[reading.node])))
        for variable, value in list(reading.variables.items())[:MAX_VARIABLES]
    ]
    variables, more = live_table("variables", "So far", "variable | >adjoint", so_far, 1, adjoint=(1,))
    sums = [
        f"{label_of(argument, tape.names)} += {reading.adjoint:.6g} * {slope:.6g}"
        for argument, slope, _ in reading.messages
    ]
    rule = Text("; ".join(sums) or phrase("nothing is passed on"), ("reads", tape.places[reading.node]))
    return Frame(
        phrase("Backward: {name}, which line {line} wrote", name=name, line=line[0])
        if line
        else phrase("Backward: line {name} of the tape", name=name),
        tape.beside(reading.node, grown, variables),
        rule.text,
        _left_out(skipped),
        {f"{name} adjoint": reading.adjoint},
        sweep="reverse",
        node=str(name),
        live=[*live, *more],
        live_rule=[rule.data],
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
    listing, decisions = SourceListing(recording), recording.decisions
    columns = "time | >line | question | answer"
    rows: list[tuple[Any, ...]] = []
    for number, decision in enumerate(decisions, 1):
        question = _told_live(decision, number - 1)
        rows.append((number, decision.place.line, question, _answer(decision)))
        is_last = number == len(decisions)
        if number < MAX_STEPS or is_last:
            made, live = _growing("decisions", phrase("The decisions of this run"), columns, rows)
            yield Frame(
                phrase("Line {line} decides", line=decision.place.line),
                listing.beside(decision.place, made),
                f"{question.text} ?  {_answer(decision)}",
                (is_last and _left_out(number - MAX_STEPS))
                or ("The tape has the steps that ran, but none of the tests." if is_last else ""),
                {"decisions": number, "value": recording.value} if is_last else {"decisions": number},
                live=live,
                live_rule=[*question.data, f" ?  {_answer(decision)}"],
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


def _told_live(decision: Decision, number: int) -> Told:
    """Return the comparison with its numbers; `number` is its place among the decisions."""
    left, right = (
        Figure(float(plain(side)), ("decided", number, place), "six") for place, side in enumerate(decision.numbers)
    )
    return told(left, f" {decision.sign} ", right)
