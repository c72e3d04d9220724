"""A student's sheet: tasks about one function with gaps to fill by hand, and questions of the demos that were chosen.

The solutions are computed by the same studies that the demos show; nothing is written down here but the questions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from math import isfinite, log10
from typing import Any, NamedTuple

from diffcompare import formatting
from diffcompare.backends.finite_differences import EPSILON, FORWARD, quotient
from diffcompare.classroom.demos import AT_SURVEY, SURVEY
from diffcompare.classroom.demos.report import ComputedDemo
from diffcompare.diagnostics import Diagnostic, DiffcompareError, usage_error
from diffcompare.document import Block, Cell, Column, Document, Graph, Heading, Paragraph, Table
from diffcompare.inputs.resolve import ParsedInput
from diffcompare.language.expression import Expression, Variable
from diffcompare.language.printer import to_text
from diffcompare.localization import translate, translated
from diffcompare.misconceptions.inject import inject_mistakes
from diffcompare.misconceptions.kinds import KINDS
from diffcompare.misconceptions.messages import tidied
from diffcompare.misconceptions.whole_answer import differentiate
from diffcompare.numeric.evaluate import Undefined, is_number, value_at
from diffcompare.studies.graph import graph_question
from diffcompare.studies.question import question_of
from diffcompare.studies.record import SCHEMA
from diffcompare.studies.trace import Trace, TraceFrame, trace_question
from diffcompare.truth.establish import establish

DIGITS = 5  # significant, of solutions: what a pocket calculator gives without effort
GIVEN_DIGITS = 10  # of values of which students take differences
QUOTIENT_STEPS = (0.1, 0.01, 0.001)
MATCHED_STEPS = (1e-1, 1e-4, 1e-8, 1e-12, 1e-15)
MAX_FORMULA = 60  # letters of a formula that has a line
MAX_TASKS = 4  # of one demo, on a sheet that is about no function
MAX_DEMO_ROWS, MAX_DEMO_COLUMNS, MAX_DEMO_GAPS = 6, 5, 6  # of a table of a demo

# Mistakes that are worth finding, the most instructive first.
MISTAKES = (
    "missing-inner-factor", "product-of-derivatives", "quotient-flipped", "power-rule-on-exponential",
    "exponent-not-lowered", "sign-of-derivative", "product-term-lost", "coefficient-lost", "term-lost",
    "variable-as-constant", "sign-of-term",
)  # fmt: skip


SAME_TASKS = {"trace", "tape", "step", "four-ways"}  # demos of which the tasks about a function ask the same
ABOUT_FUNCTION = SAME_TASKS | {"sweeps", "complex", "hessian"}  # demos of which a lesson begins with a function


class Gap(NamedTuple):
    """A place to fill in by hand, and what belongs there."""

    solution: str
    wide: bool = False  # room for words


Text = str | Gap


class Task(NamedTuple):
    """A task: what to do, a table with gaps, and lines to complete below it."""

    title: str
    text: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Text, ...], ...] = ()
    answers: tuple[tuple[str, Gap], ...] = ()
    choices: tuple[str, ...] = ()  # what is to be put into the gaps, in another order
    remark: str = ""  # for the key: why it is so

    @property
    def gaps(self) -> list[Gap]:
        """Return all gaps, in reading order."""
        return [cell for row in self.rows for cell in row if isinstance(cell, Gap)] + [gap for _, gap in self.answers]


class ExerciseSheet(NamedTuple):
    """A sheet: its function at a point with a graph, if it has tasks about one, and the tasks."""

    function: str
    point: str
    graph: Graph | None
    tasks: tuple[Task, ...]

    def data(self) -> dict[str, Any]:
        """Return plain data in the schema diffcompare/1, with the solutions of the gaps in the tables."""
        tasks = [
            {
                "title": task.title,
                "text": task.text,
                "columns": list(task.columns),
                "rows": [[{"solution": c.solution} if isinstance(c, Gap) else c for c in row] for row in task.rows],
                "answers": [{"label": label, "solution": gap.solution} for label, gap in task.answers],
                "choices": list(task.choices),
                "remark": task.remark or None,
            }
            for task in self.tasks
        ]
        sheet = {"function": self.function or None, "point": self.point or None, "tasks": tasks}
        return {"schema": SCHEMA, "command": "lesson", "sheet": sheet}

    def document(self, *, solved: bool = False) -> Document:
        """Return the sheet for formats without a layout of its own; if `solved`, with the solutions."""
        blocks: list[Block] = [Heading(title(solved=solved), 1)]
        if self.function:
            blocks.append(Paragraph(subject(self)))
        for number, task in enumerate(self.tasks, 1):
            blocks += [Heading(f"{number}. {task.title}"), Paragraph(task.text)]
            rows = tuple([tuple([_filled(cell, solved=solved) for cell in row]) for row in task.rows])
            heads = tuple([Column(head, head) for head in task.columns])
            blocks += [Table(f"task-{number}", heads, rows)] if rows else []
            blocks += [Paragraph(", ".join(task.choices))] if task.choices else []
            blocks += [Paragraph(f"{label} {_filled(gap, solved=solved)}") for label, gap in task.answers]
            blocks += [Paragraph(task.remark, "note")] if solved and task.remark else []
        return Document(tuple(blocks), self.data)


def title(*, solved: bool) -> str:
    """Return the title of a sheet, or of its key."""
    return translate("Derivatives by hand: solutions") if solved else translate("Derivatives by hand")


def subject(sheet: ExerciseSheet) -> str:
    """Return the function and its point in one line."""
    return translate("f = {text} at {point}", text=sheet.function, point=sheet.point)


def _filled(cell: Text, *, solved: bool) -> str:
    if isinstance(cell, str):
        return cell
    return cell.solution if solved else "_" * (24 if cell.wide else 10)


# --- Tasks about the function -----------------------------------------------------------------------------------------


def make(demos: Sequence[ComputedDemo], question: ParsedInput | None, at: Mapping[str, float] | None) -> ExerciseSheet:
    """Return the sheet of some demos: tasks about a function, the survey's if there is no question, and their own.

    Raises DiffcompareError if the function is undefined or has no derivative at the point, and if the demos have no
    tasks (E506).
    """
    names = {computed.demo.name for computed in demos}
    is_about_one = question is not None or bool(names & ABOUT_FUNCTION)
    others = [computed for computed in demos if not (is_about_one and computed.demo.name in SAME_TASKS)]
    of_demos = [task for computed in others for task in _of_demo(computed, 1 if is_about_one else MAX_TASKS)]
    if not is_about_one:
        if not of_demos:
            raise usage_error(
                "E506", f"{', '.join(sorted(names))}: no question for a sheet", "add `trace`, or `--expr`"
            )
        return ExerciseSheet("", "", None, tuple(of_demos))
    parsed, point = (question_of(SURVEY), AT_SURVEY) if question is None else (question, at)
    trace = _traced(parsed, point)
    tasks = (_forward(trace), _reverse(trace), *_quotients(trace), *_steps(trace), *_mistake(trace))
    where = ", ".join(f"{name} = {_number(value)}" for name, value in trace.problem.point.items())
    return ExerciseSheet(" ".join(parsed.text.split()), where, _graph(trace), (*tasks, *of_demos))


def _graph(trace: Trace) -> Graph:
    """Return the graph of the function without its numbers."""
    graph = graph_question(trace.question, at=trace.problem.point).document(brief=True).blocks[0]
    assert isinstance(graph, Graph)
    vertices = tuple([vertex._replace(numbers=()) for vertex in graph.vertices])
    return graph._replace(vertices=vertices, edges=tuple([edge._replace(label="") for edge in graph.edges]))


def _traced(question: ParsedInput, at: Mapping[str, float] | None) -> Trace:
    trace = trace_question(question, at=at, mode="both")
    if trace.failure is not None:
        raise DiffcompareError(trace.failure)
    steps = [*trace.primal, *[step for seed in trace.tangents for step in trace.tangent(seed)], *trace.adjoint]
    if trace.identity is None or any(step.status == "ok" and step.total is None for step in steps):
        message = f"there is no sheet for this function: {trace.remark or 'a number of the sweeps is not finite'}"
        help = 'for example `--expr "x^2*tanh(x)" --at x=1`'
        raise DiffcompareError(Diagnostic("E585", "bad_value", message, help=help))
    return trace


def _number(value: float | None) -> str:
    """Return a number as students write it, with a minus sign and without zeros at the end."""
    return "" if value is None else f"{value + 0.0:.{DIGITS}g}".replace("-", "\N{MINUS SIGN}")


def _result(step: TraceFrame) -> Text:
    return Gap(_number(step.total)) if step.status == "ok" else translated(step.status)


def _forward(trace: Trace) -> Task:
    """Return the evaluation trace and the first forward sweep, side by side; variables and seeds are given."""
    seed = trace.problem.wrt[0]
    rows: list[tuple[Text, ...]] = []
    for value, tangent in zip(trace.primal, trace.tangent(seed), strict=True):
        is_given = isinstance(value.node, Variable)
        numbers = (_number(value.total), _number(tangent.total)) if is_given else (_result(value), _result(tangent))
        rule = translated(tangent.rule)
        rows.append((value.name, value.rule, numbers[0], tangent.name, rule if is_given else tangent.rule, numbers[1]))
    answer = (_signs("\u2202f/\u2202{name} =", name=seed), Gap(_number(trace.tangent(seed)[-1].total)))
    return Task(
        translate("Forward: values and tangents"),
        translate("Fill in the values from top to bottom, then the tangents for the seed {seed}.", seed=seed),
        (translate("node"), translate("rule"), translate("value"), translate("tangent"), translate("rule"),
         translate("number")),
        tuple(rows),
        (answer,),
        remark=translate("One sweep gives one partial: the one whose seed is 1."),
    )  # fmt: skip


def _signs(pattern: str, **values: object) -> str:
    """Return signs that are the same in every language, with their names filled in."""
    return pattern.format(**values)


def _reverse(trace: Trace) -> Task:
    """Return the reverse sweep: numbers, and whether a message is assigned or added."""
    rows: list[tuple[Text, ...]] = []
    for step in trace.adjoint:
        sign = "+=" if step.again else "="
        if step.source is None:
            rows.append((step.name, sign, translated(step.rule), "1"))
        else:
            rows.append((step.name, Gap(sign), step.rule, _result(step)))
    answers = [
        (_signs("\u2202f/\u2202{name} =", name=name), Gap(_number(float(trace.adjoints.get(Variable(name), 0.0)))))
        for name in trace.problem.wrt[:4]
    ]
    several = list(dict.fromkeys(step.name for step in trace.adjoint if step.again))
    answers.append((translate("More than one message arrives at"), Gap(", ".join(several) or translate("none"))))
    return Task(
        translate("Reverse: the same slopes from the other end"),
        translate("Fill in = or +=, and the adjoint after every step. Which number must agree with task 1?"),
        (translate("adjoint"), "= / +=", translate("rule"), translate("so far")),
        tuple(rows),
        tuple(answers),
        remark=translate(
            "The adjoint of {seed} is the tangent of the output in task 1.", seed=trace.problem.wrt[0]
        ),
    )  # fmt: skip


def _line(trace: Trace) -> tuple[str, Any, float]:
    """Return the first variable, the function along it, and its true slope."""
    problem, name = trace.problem, trace.problem.wrt[0]

    def f(x: float) -> float | None:
        return _value(problem.expression, {**problem.point, name: x})

    truth = establish(problem).gradient.get(name)
    return name, f, float(trace.adjoints.get(Variable(name), 0.0)) if truth is None else truth.nearest


def _value(expression: Expression, point: Mapping[str, float]) -> float | None:
    """Return the value of an expression; None where it is no finite number."""
    value = value_at(expression, point)
    return float(value) if not isinstance(value, Undefined) and is_number(value) else None


def _quotients(trace: Trace) -> Iterator[Task]:
    """Yield the task of a quotient at three steps, if it is defined there and its error falls as it should."""
    name, f, truth = _line(trace)
    x = trace.problem.point[name]
    values = [f(x + h) for h in (*QUOTIENT_STEPS, 0.0)]
    if any(value is None for value in values):
        return
    numbers = [float(value) for value in values if value is not None]
    here = numbers.pop()
    quotients = [(there - here) / h for there, h in zip(numbers, QUOTIENT_STEPS, strict=True)]
    errors = [abs(found - truth) for found in quotients]
    if min(errors) < 1e-7 * max(abs(truth), 1.0):  # a straight line: nothing falls
        return
    rows = [
        (f"{h:g}", f"{there:.{GIVEN_DIGITS}g}", Gap(_number(found)), Gap(formatting.approximate(error)))
        for h, there, found, error in zip(QUOTIENT_STEPS, numbers, quotients, errors, strict=True)
    ]
    order = round(log10(errors[0] / errors[-1]) / 2)
    answer = (translate("A step ten times smaller makes the error smaller by a factor of about"), Gap(f"{10**order:g}"))
    yield Task(
        translate("A guess from two values"),
        translate(
            "f is {value} at the point. Divide differences by the step, and compare with your derivative by {name}.",
            value=f"{here:.{GIVEN_DIGITS}g}", name=name,
        ),
        ("h", _signs("f({name} + h)", name=name), translate("quotient"), translate("absolute error")),
        tuple(rows),
        (answer,),
        remark=translate("The error of a one-sided quotient is about h times half the second derivative."),
    )  # fmt: skip


def _steps(trace: Trace) -> Iterator[Task]:
    """Yield the task of matching steps and errors, if the errors differ."""
    name, f, truth = _line(trace)
    x = trace.problem.point[name]
    found = [quotient(FORWARD, f, x, h, nominal=True) for h in MATCHED_STEPS]
    errors = [abs(each - truth) for each in found if each is not None and isfinite(each)]
    texts = [formatting.approximate(error) for error in errors]
    if len(errors) < len(MATCHED_STEPS) or not all(errors) or len(set(texts)) < len(texts) or not _is_v(errors):
        return
    best = MATCHED_STEPS[errors.index(min(errors))]
    answers = (
        (translate("The best of these steps is"), Gap(_power(best))),
        (translate("At a larger step the error comes from"), Gap(translate("truncation"), wide=True)),
        (translate("At a smaller step the error comes from"), Gap(translate("rounding"), wide=True)),
        (
            translate("The square root of the rounding unit {unit} is", unit=f"{EPSILON:.2g}"),
            Gap(f"{EPSILON**0.5:.2g}"),
        ),
    )
    yield Task(
        translate("How small a step?"),
        translate("In double precision, such a quotient has these errors. Which belongs to which step?"),
        ("h", *map(_power, MATCHED_STEPS)),
        ((translate("absolute error"), *map(Gap, texts)),),
        answers,
        tuple([formatting.approximate(error) for error in sorted(errors)]),
        translate("Truncation falls with h, rounding grows with 1/h: the best step is where they meet."),
    )


def _is_v(errors: Sequence[float]) -> bool:
    """Tell whether errors at MATCHED_STEPS have both branches: one that falls with h, and one that rises again."""
    lowest = errors.index(min(errors))
    falls = 0.3 < errors[0] / errors[1] * MATCHED_STEPS[1] / MATCHED_STEPS[0] < 3
    rises = all(before < after for before, after in pairwise(errors[lowest:]))
    return falls and rises and 0 < lowest < len(errors) - 1


def _power(step: float) -> str:
    return f"1e{round(log10(step))}"


def _mistake(trace: Trace) -> Iterator[Task]:
    """Yield the task of finding the mistake in a derivative by hand, if one is made that shows at the point."""
    problem = trace.problem
    for name in reversed(problem.wrt):
        right = differentiate(problem.expression, name)
        wrong = _wrong(problem.expression, name, problem.point, right)
        if wrong is None:
            continue
        kind, formula, value = wrong
        answers = (
            (translate("The student's formula at the point is"), Gap(_number(value))),
            (translate("What has gone wrong:"), Gap(translated(KINDS[kind].title), wide=True)),
            (translate("The right formula:"), Gap(_formula(right, problem.expression), wide=True)),
        )
        yield Task(
            translate("Find the mistake"),
            translate(
                "A student writes \u2202f/\u2202{name} = {formula}. Compare with task 2 at the point, and correct it.",
                name=name, formula=formula,
            ),
            answers=answers,
        )  # fmt: skip
        return


def _wrong(
    expression: Expression, by: str, point: Mapping[str, float], right: Expression
) -> tuple[str, str, float] | None:
    """Return the most instructive mistake that can be seen at the point: its kind, the formula, and its value."""
    truth, found = _value(right, point), dict[str, tuple[str, str, float]]()
    if truth is None:
        return None
    for mistake in inject_mistakes(expression, by):
        formula, value = _formula(mistake.answer, expression), _value(mistake.answer, point)
        if value is None or abs(value - truth) < 0.02 * max(abs(truth), 0.1) or mistake.kind in found:
            continue
        if mistake.kind in MISTAKES and formula != "0" and len(formula) <= MAX_FORMULA:
            found[mistake.kind] = (mistake.kind, formula, value)
    return next((found[kind] for kind in MISTAKES if kind in found), None)


def _formula(derivative: Expression, expression: Expression) -> str:
    return to_text(tidied(derivative, expression) or derivative)


# --- Tasks of the demos -----------------------------------------------------------------------------------------------


def _of_demo(computed: ComputedDemo, most: int) -> list[Task]:
    """Return questions of a demo that have gaps in a small table: as many as are wanted, the shortest ones."""
    tasks: list[Task] = []
    for frame in computed.frames:
        asked = {block.key: block for block in frame.question_blocks if isinstance(block, Table)}
        for block in frame.blocks:
            if isinstance(block, Table) and block.key in asked and _is_small(asked[block.key]):
                rows = _with_gaps(asked[block.key], block)
                task = Task(
                    computed.demo.title,
                    " ".join([part for part in (block.caption and f"{block.caption}.", frame.question) if part]),
                    tuple([column.title for column in block.columns]),
                    rows,
                    remark=frame.sentence,
                )
                tasks += [task] if 0 < len(task.gaps) <= MAX_DEMO_GAPS else []
    shortest = sorted(tasks, key=lambda task: (len(task.gaps) < 2, len(task.rows)))[:most]
    return [task for task in tasks if task in shortest]


def _is_small(table: Table) -> bool:
    return len(table.rows) <= MAX_DEMO_ROWS and len(table.columns) <= MAX_DEMO_COLUMNS


def _with_gaps(asked: Table, told: Table) -> tuple[tuple[Text, ...], ...]:
    """Return the rows of a table, with a gap wherever the question has its sign."""
    return tuple(
        [
            tuple(
                [Gap(_short(cell)) if shown == "?" else _short(cell) for shown, cell in zip(before, after, strict=True)]
            )
            for before, after in zip(asked.rows, told.rows, strict=True)
        ]
    )


def _short(cell: Cell) -> str:
    return _number(cell) if isinstance(cell, float) and isfinite(cell) else formatting.text(cell)
