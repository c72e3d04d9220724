"""What was done wrong how often, and how every question went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from diffcompare.expression import Expression
from diffcompare.mistakes import KINDS
from diffcompare.studies.answers.record import Outcome, Part, Row, right_outcomes, wrong_outcomes
from diffcompare.studies.check.record import Counting
from diffcompare.studies.check.wording import parts
from diffcompare.wengert import listing

UNKNOWN = "no known mistake"
UNEXPLAINED = ("term-missing", "term-extra")
"""Kinds that say where an answer differs, and not by which wrong rule: the answers themselves are counted then."""


class Group(NamedTuple):
    """One mistake at one place, made by several."""

    kind: str | None
    """Its slug; None for one and the same wrong answer that no rule explains."""
    title: str
    at: Expression
    """The subexpression where it was made; the whole function for a mistake about the whole."""
    names: tuple[str, ...]
    """The variables by which was differentiated."""
    made: int
    of: int
    """Answers that were judged to questions in which the subexpression occurs, by those variables."""
    answer: str
    """The answer that shows it most often."""
    rows: tuple[Row, ...]


class Tally(NamedTuple):
    """How the answers to one partial of one question turned out."""

    label: str
    function: Expression
    domain: tuple[str, ...]
    name: str
    outcomes: Counter[Outcome]
    commonest: Group | None

    where_defined: Counting = "right"

    @property
    def right(self) -> int:
        """Answers that count as right."""
        return sum(self.outcomes[outcome] for outcome in right_outcomes(self.where_defined))

    @property
    def wrong(self) -> int:
        """Answers that count as wrong."""
        return sum(self.outcomes[outcome] for outcome in wrong_outcomes(self.where_defined))

    @property
    def judged(self) -> int:
        """Answers that could be read."""
        return self.right + self.wrong + self.outcomes["undecided"]


class Summary(NamedTuple):
    """Everything that is counted."""

    rows: int
    students: int
    outcomes: Counter[Outcome]
    """Of the answers, and as `error` also the rows that could not be read."""
    groups: tuple[Group, ...]
    """The most frequent first."""
    tallies: tuple[Tally, ...]

    where_defined: Counting = "right"

    @property
    def right(self) -> int:
        """Answers that count as right."""
        return sum(self.outcomes[outcome] for outcome in right_outcomes(self.where_defined))

    @property
    def wrong(self) -> int:
        """Answers that count as wrong."""
        return sum(self.outcomes[outcome] for outcome in wrong_outcomes(self.where_defined))

    @property
    def judged(self) -> int:
        """Answers that could be read."""
        return self.right + self.wrong + self.outcomes["undecided"]


def summary(rows: Sequence[Row], where_defined: Counting = "right") -> Summary:
    """Count."""
    outcomes: Counter[Outcome] = Counter()
    for row in rows:
        outcomes.update([part.outcome for part in row.parts] if row.trouble is None else ["error"])
        outcomes["not answered"] += len(row.missing)
    groups = _groups(rows)
    students = len({row.who for row in rows})
    return Summary(len(rows), students, outcomes, groups, _tallies(rows, groups, where_defined), where_defined)


def _groups(rows: Sequence[Row]) -> tuple[Group, ...]:
    found: dict[tuple[str | None, Expression], list[tuple[Row, Part]]] = {}
    alike: dict[tuple[str | None, Expression], Expression] = {}
    for row, part in _parts(rows):
        if part.outcome != "wrong":
            continue
        assert row.question is not None
        root = row.question.parsed.expression
        known = [mistake for mistake in parts(part.mistake) if mistake.kind not in UNEXPLAINED]
        for mistake in known:
            place = root if mistake.node is None else mistake.node
            found.setdefault((mistake.kind, place), []).append((row, part))
        if not known:
            alike[None, _answer(part)] = root
            found.setdefault((None, _answer(part)), []).append((row, part))
    judged = Counter(
        (row.question.parsed.expression, part.name)
        for row, part in _parts(rows)
        if part.check is not None and row.question is not None
    )
    groups = [_group(kind, alike.get((kind, at), at), each, judged) for (kind, at), each in found.items()]
    return tuple(sorted(groups, key=lambda group: (-group.made, group.kind is None)))


def _group(
    kind: str | None,
    at: Expression,
    found: Sequence[tuple[Row, Part]],
    judged: Counter[tuple[Expression, str]],
) -> Group:
    names = tuple(dict.fromkeys(part.name for _, part in found))
    of = sum(number for (root, name), number in judged.items() if name in names and at in listing(root))
    ((answer, _),) = Counter(part.text for _, part in found).most_common(1)
    title = UNKNOWN if kind is None else KINDS[kind].title if kind in KINDS else kind
    return Group(kind, title, at, names, len(found), of, answer, tuple(row for row, _ in found))


def _tallies(rows: Sequence[Row], groups: Sequence[Group], where_defined: Counting) -> tuple[Tally, ...]:
    found: dict[tuple[Expression, tuple[str, ...], str], Tally] = {}
    for row in rows:
        if row.question is None:
            continue
        root = row.question.parsed.expression
        outcomes = [(part.name, part.outcome) for part in row.parts if not part.stray]
        for name, outcome in [*outcomes, *((name, "not answered") for name in row.missing)]:
            key = (root, row.domain, name)
            tally = found.setdefault(key, Tally(row.label, root, row.domain, name, Counter(), None, where_defined))
            tally.outcomes[outcome] += 1
    return tuple(tally._replace(commonest=_commonest(tally, groups)) for tally in found.values())


def _commonest(tally: Tally, groups: Sequence[Group]) -> Group | None:
    """The group with most of its rows in this question."""
    counts = [sum(_is_about(tally, row) for row in group.rows) * (tally.name in group.names) for group in groups]
    most = max(counts, default=0)
    return groups[counts.index(most)] if most else None


def _is_about(tally: Tally, row: Row) -> bool:
    return row.domain == tally.domain and row.question is not None and row.question.parsed.expression is tally.function


def _parts(rows: Sequence[Row]) -> Iterator[tuple[Row, Part]]:
    return ((row, part) for row in rows for part in row.parts)


def _answer(part: Part) -> Expression:
    assert part.check is not None
    return part.check.answers[part.name].expression
