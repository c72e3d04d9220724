"""The report of a class: frequent mistakes, how every question went, and all rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from diffcompare.classroom.class_answers.submissions import (
    AnswerRow,
    CellError,
    Class,
    Outcome,
    PartialAnswer,
    right_outcomes,
    wrong_outcomes,
)
from diffcompare.document import Block, Cell, Code, Column, Document, Heading, Listing, Paragraph, Table, columns
from diffcompare.language.expression import Expression
from diffcompare.language.printer import to_text
from diffcompare.language.wengert import wengert_list
from diffcompare.misconceptions.kinds import KINDS
from diffcompare.studies.check import Counting
from diffcompare.studies.check_report import partial_data
from diffcompare.studies.check_wording import as_sentence, gap, parts
from diffcompare.studies.question import format_point
from diffcompare.studies.record import SCHEMA, closing_data, counted
from diffcompare.verify.verdict import WHERE_DEFINED, WORST_FIRST

# Statistics: how often each mistake was made, and how each question went.

UNKNOWN = "no known mistake"

# Kinds that say where an answer differs, but name no wrong rule: such answers are grouped by their text instead.
UNEXPLAINED = ("term-missing", "term-extra")


class MistakeGroup(NamedTuple):
    """One mistake at one place, made by several students."""

    kind: str | None  # its slug; None for an identical wrong answer that no wrong rule explains
    title: str
    at: Expression  # the subexpression where it was made; the whole function for a mistake about all of it
    names: tuple[str, ...]  # variables of the partials in question
    made: int
    of: int  # checked answers, by those variables, to questions in which the subexpression occurs
    answer: str  # the most frequent answer with this mistake
    rows: tuple[AnswerRow, ...]


@dataclass(frozen=True)
class OutcomeCounts:
    """Counts of every outcome, and which outcomes count as right and as wrong."""

    outcomes: Counter[Outcome]
    where_defined: Counting

    @property
    def right(self) -> int:
        """Number of answers that count as right."""
        return sum(self.outcomes[outcome] for outcome in right_outcomes(self.where_defined))

    @property
    def wrong(self) -> int:
        """Number of answers that count as wrong."""
        return sum(self.outcomes[outcome] for outcome in wrong_outcomes(self.where_defined))

    @property
    def judged(self) -> int:
        """Number of answers that could be read."""
        return self.right + self.wrong + self.outcomes["undecided"]


@dataclass(frozen=True)
class PartialTally(OutcomeCounts):
    """Outcomes of the answers to one partial of one question."""

    label: str
    function: Expression
    domain: tuple[str, ...]
    name: str
    commonest: MistakeGroup | None = None


@dataclass(frozen=True)
class Summary(OutcomeCounts):
    """All statistics of a class; the outcome `error` also counts rows that could not be read."""

    rows: int
    students: int
    groups: tuple[MistakeGroup, ...]  # the most frequent mistake first
    tallies: tuple[PartialTally, ...]


def summary(rows: Sequence[AnswerRow], where_defined: Counting = "right") -> Summary:
    """Return the statistics of the rows."""
    outcomes: Counter[Outcome] = Counter()
    for row in rows:
        outcomes.update([partial.outcome for partial in row.partials] if row.error is None else ["error"])
        outcomes["not answered"] += len(row.missing)
    groups = _groups(rows)
    students = len({row.who for row in rows})
    tallies = _tallies(rows, groups, where_defined)
    return Summary(outcomes, where_defined, len(rows), students, groups, tallies)


def summary_of(answers: Class) -> Summary:
    """Return the statistics of a class, for its record."""
    return summary(answers.rows, answers.where_defined)


def _groups(rows: Sequence[AnswerRow]) -> tuple[MistakeGroup, ...]:
    by_mistake: dict[tuple[str | None, Expression], list[tuple[AnswerRow, PartialAnswer]]] = {}
    roots: dict[tuple[str | None, Expression], Expression] = {}  # functions of answers grouped by their text
    for row, partial in _partials(rows):
        if partial.outcome != "wrong":
            continue
        assert row.question is not None
        root = row.question.parsed.expression
        known = [mistake for mistake in parts(partial.mistake) if mistake.kind not in UNEXPLAINED]
        for mistake in known:
            place = root if mistake.node is None else mistake.node
            by_mistake.setdefault((mistake.kind, place), []).append((row, partial))
        if not known:
            roots[None, _answer(partial)] = root
            by_mistake.setdefault((None, _answer(partial)), []).append((row, partial))
    judged = Counter(
        (row.question.parsed.expression, partial.name)
        for row, partial in _partials(rows)
        if partial.check is not None and row.question is not None
    )
    groups = [_group(kind, roots.get((kind, at), at), partials, judged) for (kind, at), partials in by_mistake.items()]
    return tuple(sorted(groups, key=lambda group: (-group.made, group.kind is None)))


def _group(
    kind: str | None,
    at: Expression,
    answers: Sequence[tuple[AnswerRow, PartialAnswer]],
    judged: Counter[tuple[Expression, str]],
) -> MistakeGroup:
    names = tuple(dict.fromkeys(partial.name for _, partial in answers))
    of = sum(number for (root, name), number in judged.items() if name in names and at in wengert_list(root))
    ((answer, _),) = Counter(partial.text for _, partial in answers).most_common(1)
    title = UNKNOWN if kind is None else KINDS[kind].title if kind in KINDS else kind
    return MistakeGroup(kind, title, at, names, len(answers), of, answer, tuple(row for row, _ in answers))


def _tallies(
    rows: Sequence[AnswerRow], groups: Sequence[MistakeGroup], where_defined: Counting
) -> tuple[PartialTally, ...]:
    tallies: dict[tuple[Expression, tuple[str, ...], str], PartialTally] = {}
    for row in rows:
        if row.question is None:
            continue
        root = row.question.parsed.expression
        outcomes = [(partial.name, partial.outcome) for partial in row.partials if not partial.stray]
        for name, outcome in [*outcomes, *((name, "not answered") for name in row.missing)]:
            key = (root, row.domain, name)
            new = PartialTally(Counter(), where_defined, row.label, root, row.domain, name)
            tally = tallies.setdefault(key, new)
            tally.outcomes[outcome] += 1
    return tuple(replace(tally, commonest=_commonest(tally, groups)) for tally in tallies.values())


def _commonest(tally: PartialTally, groups: Sequence[MistakeGroup]) -> MistakeGroup | None:
    """Return the group with the most rows about this question."""
    counts = [sum(_is_about(tally, row) for row in group.rows) * (tally.name in group.names) for group in groups]
    most = max(counts, default=0)
    return groups[counts.index(most)] if most else None


def _is_about(tally: PartialTally, row: AnswerRow) -> bool:
    return row.domain == tally.domain and row.question is not None and row.question.parsed.expression is tally.function


def _partials(rows: Sequence[AnswerRow]) -> Iterator[tuple[AnswerRow, PartialAnswer]]:
    return ((row, partial) for row in rows for partial in row.partials)


def _answer(partial: PartialAnswer) -> Expression:
    assert partial.check is not None
    return partial.check.answers[partial.name].expression


# Plain data: the JSON document of `check answers.csv`, schema diffcompare/1.

OUTCOMES: tuple[Outcome, ...] = (*reversed(WORST_FIRST), "error", "not answered")


def data(answers: Class) -> dict[str, Any]:
    """Return the summary, the mistakes by frequency, the questions, and the rows in their order, as plain data."""
    summary = answers.summary
    return {
        "schema": SCHEMA,
        "command": "check",
        "file": answers.file,
        "seed": answers.seed,
        "where_defined": answers.where_defined,
        "summary": {"rows": summary.rows, "students": summary.students, **_counts_data(summary)},
        "mistakes": [_group_data(group) for group in summary.groups],
        "questions": [_tally(tally) for tally in summary.tallies],
        "rows": [_row(row) for row in answers.rows],
        **closing_data(answers),
    }


def _counts_data(counts: OutcomeCounts) -> dict[str, int]:
    """Return the numbers of right and wrong answers, and of every other outcome."""
    outcomes = {outcome.replace(" ", "_"): counts.outcomes[outcome] for outcome in OUTCOMES}
    return {"right": counts.right, **outcomes, "wrong": counts.wrong}


def _group_data(group: MistakeGroup) -> dict[str, Any]:
    return {
        "kind": group.kind,
        "title": group.title,
        "at": to_text(group.at),
        "partials": list(group.names),
        "count": group.made,
        "of": group.of,
        "answer": group.answer,
        "lines": [row.line for row in group.rows],
    }


def _tally(tally: PartialTally) -> dict[str, Any]:
    commonest = tally.commonest
    return {
        "question": tally.label,
        "function": to_text(tally.function),
        "domain": list(tally.domain),
        "partial": tally.name,
        **_counts_data(tally),
        "commonest": None if commonest is None else {"kind": commonest.kind, "at": to_text(commonest.at)},
    }


def _row(row: AnswerRow) -> dict[str, Any]:
    return {
        "line": row.line,
        "student": row.student or None,
        "id": row.number or None,
        "question": row.label,
        "expression": row.text,
        "read_as": None if row.question is None else to_text(row.question.parsed.expression),
        "domain": list(row.domain),
        "verdict": row.outcome,
        "error": None if row.error is None else _error_data(row.error),
        "partials": {partial.name: _answer_data(partial) for partial in row.partials if not partial.stray},
        "missing": list(row.missing),
        "strays": [{"column": partial.name, **_answer_data(partial)} for partial in row.partials if partial.stray],
    }


def _answer_data(partial: PartialAnswer) -> dict[str, Any]:
    if partial.check is not None:
        return {**partial_data(partial.check, partial.name), "error": None}
    assert partial.error is not None
    return {"verdict": "error", "yours": {"text": partial.text}, "error": _error_data(partial.error)}


def _error_data(error: CellError) -> dict[str, Any]:
    return {"place": error.place, **error.diagnostic.data()}


MAX_NAMED_STUDENTS = 6  # students who are named in a row of the summary

MAX_MISTAKES = 40

RARE_OUTCOMES: Mapping[Outcome, str] = {
    WHERE_DEFINED: "where defined",
    "undecided": "undecided",
    "error": "unreadable",
    "not answered": "unanswered",
}

MAX_SENTENCES = 5  # mistakes described in sentences; the table has them all


def document(answers: Class, *, brief: bool = False) -> Document:
    """Return the summary and the rows; if `brief`, the rows only."""
    if brief:
        return Document((_rows(answers),), answers.data)
    summary = answers.summary
    blocks: list[Block] = [
        Heading("The answers of a class", 1),
        Paragraph(verdict(answers), "verdict"),
        _counts(answers),
    ]
    if summary.groups:
        blocks.append(Heading("What went wrong"))
        blocks += [
            Paragraph(as_sentence(f"{group.made} of {group.of}: {group_sentence(group)}"))
            for group in summary.groups[:MAX_SENTENCES]
        ]
        blocks.append(_mistakes(answers))
    blocks += [Heading("Question by question"), _questions(answers), Heading("Row by row"), _rows(answers)]
    return Document(tuple(blocks), answers.data)


def group_sentence(group: MistakeGroup) -> str:
    """Return the mistake and its place: `the inner derivative is missing, in sin(x^2)`."""
    if group.kind is None:
        return f"{group.title} leads from {to_text(group.at)} to {group.answer}"
    return f"{group.title}, in {to_text(group.at)}"


def verdict(answers: Class) -> str:
    """Return the sentence that opens the report."""
    summary = answers.summary
    outcomes = summary.outcomes
    were = "was" if summary.judged == 1 else "were"
    text = f"{counted(summary.judged, 'answer')} of {counted(summary.students, 'student')} {were} judged"
    text += f": {summary.right} right, {summary.wrong} wrong"
    if outcomes[WHERE_DEFINED]:
        text += f" ({outcomes[WHERE_DEFINED]} of the {answers.where_defined} ones only agree where they are defined)"
    if outcomes["undecided"]:
        text += f", {outcomes['undecided']} undecided"
    if outcomes["error"]:
        text += f"; {outcomes['error']} could not be read"
    if summary.groups and summary.groups[0].made > 1:
        first = summary.groups[0]
        text += f". The most frequent mistake ({first.made} of {first.of}): {group_sentence(first)}"
    return f"{text}."


def _counts(answers: Class) -> Listing:
    summary, outcomes = answers.summary, answers.summary.outcomes
    entries: list[tuple[str, Cell]] = [
        ("file", Code(answers.file)),
        ("rows", summary.rows),
        ("students", summary.students),
        ("answers judged", summary.judged),
        ("right", summary.right),
        ("wrong", summary.wrong),
    ]
    entries += [(label, outcomes[outcome]) for outcome, label in RARE_OUTCOMES.items() if outcomes[outcome]]
    return Listing(tuple(entries))


def _mistakes(answers: Class) -> Table:
    titles = columns(">count | >of | mistake | at=in | answer=most often as | students")
    rows: list[tuple[Cell, ...]] = [
        (group.made, group.of, group.kind or group.title, group.at, Code(group.answer), _named(group.rows))
        for group in answers.summary.groups
    ]
    return Table("mistakes", titles, tuple(rows), "Mistakes, the most frequent first", MAX_MISTAKES, summary=True)


def _named(rows: tuple[AnswerRow, ...]) -> str:
    names = list(dict.fromkeys(row.who for row in rows))
    return ", ".join(names[:MAX_NAMED_STUDENTS]) + f" and {len(names) - MAX_NAMED_STUDENTS} more" * (
        len(names) > MAX_NAMED_STUDENTS
    )


def _questions(answers: Class) -> Table:
    """Return the outcomes by question and partial; outcomes that never occur have no column."""
    occurring = [outcome for outcome in RARE_OUTCOMES if answers.summary.outcomes[outcome]]
    rare = [f">{outcome.replace(' ', '_')}={RARE_OUTCOMES[outcome]}" for outcome in occurring]
    titles = columns(" | ".join(["partial", ">judged", ">right", ">wrong", *rare, "commonest=most often"]))
    functions: dict[str, set[Expression]] = {}  # random variants of a question have its label
    for tally in answers.summary.tallies:
        functions.setdefault(tally.label, set()).add(tally.function)
    rows: list[tuple[Cell, ...]] = []
    for tally in answers.summary.tallies:
        label = f"{tally.label}: {to_text(tally.function)}" if len(functions[tally.label]) > 1 else tally.label
        question, commonest = ", ".join([label, *tally.domain]), tally.commonest
        counts = (tally.judged, tally.right, tally.wrong, *(tally.outcomes[outcome] for outcome in occurring))
        rows.append((question, f"df/d{tally.name}", *counts, commonest and (commonest.kind or commonest.title)))
    titles = (Column("question", "question", group=True), *titles)
    return Table("questions", titles, tuple(rows), "Answers by question", summary=True)


def _rows(answers: Class) -> Table:
    titles = columns(
        ">line | student | question | partial | answer | verdict | kind=mistake | sentence=what went wrong"
        " | witness=seen at"
    )
    rows: list[tuple[Cell, ...]] = []
    for row in answers.rows:
        first = (row.line, row.who, row.label)
        if not row.partials:
            error = None if row.error is None else f"{row.error.place}: {row.error.text}"
            rows.append((*first, None, None, row.outcome, None, error, None))
        rows += [(*first, *_cells(partial)) for partial in row.partials]
    return Table("rows", titles, tuple(rows), "Every answer")


def _cells(partial: PartialAnswer) -> tuple[Cell, ...]:
    if partial.check is None:
        assert partial.error is not None
        error = f"{partial.error.place}: {partial.error.text}"
        return partial.label, Code(partial.text) if partial.text else None, partial.outcome, None, error, None
    judgement, mistakes = partial.check.judgements[partial.name], list(parts(partial.mistake))
    counterexample, seen = judgement.counterexample, None
    if counterexample is not None:
        values = f"{counterexample.answer}, not {counterexample.partial}"
        seen = Code(": ".join(filter(None, (format_point(counterexample.point), values))))
    kinds = ", ".join(mistake.kind for mistake in mistakes) or None
    words = "; and ".join(mistake.sentence for mistake in mistakes) or None
    if judgement.verdict == "undecided":
        words = judgement.argument
    elif judgement.verdict == WHERE_DEFINED:
        words = gap(judgement)
    return partial.label, Code(partial.text), partial.outcome, kinds, words, seen
