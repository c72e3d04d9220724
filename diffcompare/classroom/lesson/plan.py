"""The plan of a lesson: demos and steps that fit in a number of minutes, and an estimate of each from its steps.

The minutes are an estimate of what a lecturer needs who says every sentence, lets the class look, and waits for
answers: nothing is measured but the words, rows and questions of the steps themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import ceil
from typing import Any, NamedTuple

from diffcompare.classroom.demos.frame import Demo, Frame, localized_table, table
from diffcompare.classroom.demos.report import ComputedDemo, compute, demo_data, tables_of
from diffcompare.diagnostics import DiffcompareError, usage_error
from diffcompare.document import Block, Cell, Document, Paragraph, Source, Table
from diffcompare.localization import phrase, translate
from diffcompare.studies.record import SCHEMA

# What a class should not go without comes first; of two demos the one that more of the others build on.
BY_WEIGHT = (
    "trace", "four-ways", "step", "sweeps", "tape", "swell", "kinks", "nan", "branches", "fd-strikes-back", "hessian",
    "memory", "complex", "nesting", "chaos",
)  # fmt: skip
# The demos that a demo takes for known; in the order of class they stand before it.
BUILDS_ON: Mapping[str, tuple[str, ...]] = {
    "swell": ("four-ways",), "step": ("four-ways",), "sweeps": ("trace",), "tape": ("trace",), "branches": ("tape",),
    "kinks": ("four-ways",), "nan": ("trace",), "fd-strikes-back": ("step",), "hessian": ("trace",),
    "nesting": ("trace",), "complex": ("step",), "memory": ("tape",), "chaos": ("step",),
}  # fmt: skip

# Seconds.  Lecturers say about 140 words a minute; a class of thirty needs a third of a minute to vote on a question.
PER_WORD = 0.43
PER_ROW = 2.0  # of a table, or line of a program, that was not there in the step before
PER_PICTURE = 10.0  # that is new; one with a number more takes the time of that number's row
PER_QUESTION = 20.0
PER_BUG = 10.0  # to break it, and to come back
OPENING = 20.0  # of a demo: what it is about, and questions about the one before
MIN_SHARE = 0.5  # of the decisive steps of a demo, in time: with less it is not worth its opening
MAX_WORTH = 9.0
RESERVE = 0.05  # of the time, for what takes longer
MAX_LOOK = 30.0  # nobody reads a table for longer, however many rows it has


class PlannedDemo(NamedTuple):
    """A demo of the plan: its computed frames, the numbers of those that are shown, and the seconds they take."""

    computed: ComputedDemo
    numbers: tuple[int, ...]  # from 1 on
    seconds: float

    @property
    def name(self) -> str:
        return self.computed.demo.name

    @property
    def is_short(self) -> bool:
        """Tell whether steps are left out."""
        return len(self.numbers) < len(self.computed.frames)


def timed(planned: PlannedDemo) -> ComputedDemo:
    """Return the whole demo, with the minutes that its steps of the plan take as its own."""
    computed = planned.computed
    return replace(computed, demo=computed.demo._replace(minutes=max(1, round(planned.seconds / 60))))


class Plan(NamedTuple):
    """The demos of a lesson in the order of class, and those that there was no time for."""

    minutes: float | None  # there are; None for as many as are needed
    demos: tuple[PlannedDemo, ...]
    left_out: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        return sum(demo.seconds for demo in self.demos)

    def data(self) -> dict[str, Any]:
        """Return the plan as plain data; minutes are rounded to tenths."""
        return {
            "minutes": self.minutes,
            "needed": in_minutes(self.seconds),
            "demos": [
                {
                    "name": demo.name,
                    "minutes": in_minutes(demo.seconds),
                    "steps": list(demo.numbers),
                    "of": len(demo.computed.frames),
                    "builds_on": list(BUILDS_ON.get(demo.name, ())),
                }
                for demo in self.demos
            ],
            "left_out": list(self.left_out),
        }

    def remarks(self) -> list[Paragraph]:
        """Return what the table does not say: the time that is left, and the demos that are left out."""
        needed = clock(self.seconds)
        if self.minutes is None:
            remarks = [translate("About {needed} in all.", needed=needed)]
        else:
            spare = clock(60 * self.minutes - self.seconds)
            remarks = [
                translate(
                    "About {needed} of {given} minutes; {spare} are left for questions.",
                    needed=needed, given=clock(60 * self.minutes), spare=spare,
                )
            ]  # fmt: skip
        if self.left_out:
            remarks.append(translate("No time for: {names}.", names=", ".join(self.left_out)))
        return [Paragraph(remark, "note") for remark in remarks]


def in_minutes(seconds: float) -> float:
    """Return seconds as minutes with one decimal."""
    return round(seconds / 60, 1)


# --- How long ---------------------------------------------------------------------------------------------------------


def step_seconds(computed: ComputedDemo, numbers: Sequence[int]) -> list[float]:
    """Return the estimated seconds of every step of these numbers, from 1 on, if no other is shown."""
    frames = [computed.frames[number - 1] for number in numbers]
    before = [(), *(frame.blocks for frame in frames)]
    return [_frame_seconds(frame, blocks) for frame, blocks in zip(frames, before, strict=False)]


def seconds_of(computed: ComputedDemo, numbers: Sequence[int]) -> float:
    """Return the estimated seconds of a demo if the steps of these numbers are shown, with its claim and its lesson."""
    words = words_in(computed.demo.claim) + words_in(computed.demo.lesson)
    return OPENING + PER_WORD * words + sum(step_seconds(computed, numbers))


def _frame_seconds(frame: Frame, before: Sequence[Block]) -> float:
    told = PER_WORD * sum(map(words_in, (frame.title, frame.rule, frame.sentence)))
    asked = PER_QUESTION + PER_WORD * words_in(frame.question) if frame.question else 0.0
    broken = 0.0
    if frame.broken is not None:
        words = words_in(frame.broken.bug) + words_in(frame.broken.sentence)
        broken = PER_BUG + PER_WORD * words + _look(frame.broken.blocks, ())
    return told + _look(frame.blocks, before) + asked + broken


def _look(blocks: Sequence[Block], before: Sequence[Block]) -> float:
    """Return the seconds that it takes to look at what was not there before."""
    known = {table.key: set(table.rows) for table in tables_of(before)}
    rows = sum(len(set(table.rows) - known.get(table.key, set())) for table in tables_of(blocks))
    programs = {block.text for block in before if isinstance(block, Source)}
    lines = [block.text.count("\n") + 1 for block in blocks if isinstance(block, Source) and block.text not in programs]
    kinds = {type(block) for block in before}
    pictures = [
        block for block in blocks if not isinstance(block, Table | Source | Paragraph) and type(block) not in kinds
    ]
    return min(PER_ROW * (rows + sum(lines)) + PER_PICTURE * len(pictures), MAX_LOOK)


def words_in(text: str) -> int:
    """Count what is said: words, and of a text without spaces between them a word for every two letters."""
    ideographs = sum("\u4e00" <= letter <= "\u9fff" for letter in text)
    return len(text.split()) + ideographs // 2


# --- Which steps ------------------------------------------------------------------------------------------------------


def versions(computed: ComputedDemo) -> list[PlannedDemo]:
    """Return a demo with fewer and fewer steps: all of them first, and last no less than is worth its opening.

    The steps of least worth go first; of two that are worth as much the later one: it is the one more variable, the one
    more example.  Steps that the next one repeats go together.
    """
    units = sorted(_units(computed), key=lambda unit: (unit[0], -unit[1][0]))
    numbers = tuple(range(1, len(computed.frames) + 1))
    made = [PlannedDemo(computed, numbers, seconds_of(computed, numbers))]
    decisive = tuple(sorted(number for worth, unit in units for number in unit if worth >= 1))
    least = MIN_SHARE * seconds_of(computed, decisive)
    for worth, unit in units:
        numbers = tuple([number for number in numbers if number not in unit])
        seconds = seconds_of(computed, numbers)
        if worth == MAX_WORTH or seconds < least:
            break
        made.append(PlannedDemo(computed, numbers, seconds))
    return made


def _units(computed: ComputedDemo) -> list[tuple[float, tuple[int, ...]]]:
    """Return the steps that are kept or left out together, by their numbers, and what they are worth.

    The first step and the last one are worth most.  A question and a bug count one each, and so does a kind of table or
    picture that was not complete before.  Steps whose rows the next one repeats are worth a tenth of the one that they
    lead to.
    """
    frames, seen = computed.frames, set[object]()
    units: list[tuple[float, tuple[int, ...]]] = []
    leading: list[int] = []  # steps whose rows the next one repeats
    for number, frame in enumerate(frames, 1):
        worth = float(bool(frame.question) + (frame.broken is not None))
        grows = number < len(frames) and _grows(frame, frames[number])
        if grows and not worth and number > 1:
            leading.append(number)
            continue
        if not grows:
            kinds = {table.key for table in tables_of(frame.blocks)}
            worth += 1 + bool(kinds - seen)
            seen |= kinds
        if number in (1, len(frames)):
            worth = MAX_WORTH
        units.append((worth, (number,)))
        if leading and not grows:
            units.append((worth / 10, tuple(leading)))
            leading = []
    return units


def _grows(frame: Frame, following: Frame) -> bool:
    """Tell whether the next frame shows the same tables and adds to one of them."""
    rows = {table.key: table.rows for table in tables_of(frame.blocks)}
    longer = {table.key: table.rows for table in tables_of(following.blocks)}
    return bool(rows) and all(
        key in longer and len(longer[key]) > len(old) and longer[key][: len(old)] == old for key, old in rows.items()
    )


def _within(computed: ComputedDemo, seconds: float) -> PlannedDemo | None:
    """Return the longest version of a demo that takes these seconds; None if there is none."""
    return next((version for version in versions(computed) if version.seconds <= seconds), None)


# --- Which demos ------------------------------------------------------------------------------------------------------


def planned(demos: Sequence[Demo], minutes: float | None, *, are_named: bool) -> Plan:
    """Return the plan of a lesson made of these demos.

    With `minutes` demos that the user has named are all shortened until they fit; of others the most important ones are
    chosen.  Raises DiffcompareError (E579) if none fits.
    """
    if minutes is None:
        return Plan(None, tuple([versions(compute(demo))[0] for demo in demos]))
    return fit(list(map(compute, demos)), minutes) if are_named else choose(demos, minutes)


def choose(demos: Sequence[Demo], minutes: float) -> Plan:
    """Return a plan made of some of these demos, in their order.

    They take their turn by weight, each as a whole if there is time for it.  The first one that is too long is
    shortened, if that helps; beside it only whole ones are taken, and none that builds on one that is left out.  Raises
    DiffcompareError (E579) if none fits.
    """
    left, taken, missing = 60 * minutes * (1 - RESERVE), dict[str, PlannedDemo](), list[str]()
    roots = []
    for demo in sorted(demos, key=lambda demo: BY_WEIGHT.index(demo.name)):
        if set(BUILDS_ON.get(demo.name, ())) & set(missing):
            missing.append(demo.name)
            continue
        computed = compute(demo)
        roots += [computed] if demo.name not in BUILDS_ON else []
        version = _within(computed, left)
        if version is None or (missing and taken and version.is_short):
            missing.append(demo.name)
        else:
            taken[demo.name], left = version, left - version.seconds
    if not taken:
        raise _no_time(roots, minutes)
    order = [demo.name for demo in demos]
    return Plan(
        minutes,
        tuple([taken[name] for name in order if name in taken]),
        tuple([name for name in order if name in missing]),
    )


def fit(plays: Sequence[ComputedDemo], minutes: float) -> Plan:
    """Return a plan of all these demos, each shortened as far as there is not time for all of it.

    If there is not even time for the shortest versions, the demo of least weight goes.  Raises DiffcompareError (E579)
    if none fits.
    """
    kept, time = list(plays), 60 * minutes * (1 - RESERVE)
    while kept:
        longest, shortest = ([versions(computed)[end].seconds for computed in kept] for end in (0, -1))
        if sum(shortest) <= time:
            spare, wanted = time - sum(shortest), sum(longest) - sum(shortest)
            share = min(1.0, spare / wanted) if wanted else 1.0
            limits = [least + share * (most - least) + 1e-6 for most, least in zip(longest, shortest, strict=True)]
            fitting = [_within(computed, limit) for computed, limit in zip(kept, limits, strict=True)]
            missing = [computed.demo.name for computed in plays if computed not in kept]
            return Plan(minutes, tuple([demo for demo in fitting if demo is not None]), tuple(missing))
        kept.remove(max(kept, key=lambda computed: BY_WEIGHT.index(computed.demo.name)))
    raise _no_time(plays, minutes)


def _no_time(plays: Sequence[ComputedDemo], minutes: float) -> DiffcompareError:
    """Return the error of a lesson that is too short for any of its demos."""
    seconds = min(versions(computed)[-1].seconds for computed in plays)
    least = ceil(seconds / 60 / (1 - RESERVE))
    what = f"`{plays[0].demo.name}`" if len(plays) == 1 else "the shortest demo"
    message = f"there is no time for a demo in {minutes:g} min: {what} takes {clock(seconds)} with all cut that can be"
    return usage_error("E579", message, f"for example `--minutes {least}`")


# --- For people -------------------------------------------------------------------------------------------------------


def document(plan: Plan) -> Document:
    """Return the plan as a short table: when a demo begins, how long it takes, its steps; the data have the frames."""
    rows: list[tuple[Cell, ...]] = []
    start = 0.0
    for demo in plan.demos:
        total = len(demo.computed.frames)
        steps = phrase("{count} of {total}", count=len(demo.numbers), total=total) if demo.is_short else str(total)
        rows.append((clock(start), demo.name, clock(demo.seconds), steps, demo.computed.demo.claim))
        start += demo.seconds
    caption = phrase("The lesson, in minutes and seconds")
    listing = localized_table(table("plan", caption, ">from | demo | >takes | >steps | claim", rows))
    return Document((listing, *plan.remarks()), lambda: _json(plan))


def _json(plan: Plan) -> dict[str, Any]:
    demos = [demo_data(demo.computed) for demo in plan.demos]
    return {"schema": SCHEMA, "command": "lesson", "plan": plan.data(), "demos": demos}


def clock(seconds: float) -> str:
    """Return seconds as minutes and seconds, in steps of five: `7:05`."""
    rounded = 5 * round(seconds / 5)
    return f"{rounded // 60}:{rounded % 60:02}"
