"""A long expression that repeats itself, as a loop forwards and a loop backwards: an iteration written once.

The logistic map of any length, `x = r*x*(1 - x)` again and again, is three operations that repeat: what a step reads is
what the step before it computed, or stays the same.  Such a stretch of the Wengert list is found by the shape of its
nodes, an operation and the distances to its arguments, in a time proportional to its length, and checked node by node.
The loop forwards keeps what a step hands on; the loop backwards computes the step again from that, and then its
adjoints.  Whatever is before the stretch and behind it is written as it is.  Contributions are added as in the plain
sweep, all of a node at once, so that the results have its bits, but for the sign of a zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import repeat
from typing import Any, NamedTuple

from diffcompare.codegen.joint_sweep import SweepBuilder
from diffcompare.codegen.magnitudes import watch_values
from diffcompare.codegen.point_program import LineWriter, conditions, defined, named, within
from diffcompare.collection_pause import collection_paused
from diffcompare.language.expression import Double, Expression, Variable
from diffcompare.language.wengert import wengert_list
from diffcompare.numeric.evaluate import FLOATS, RANGE_ERRORS, evaluate
from diffcompare.numeric.extended_range import MAX_DOUBLE, near_range_limits

WINDOW = 1_024  # operations in which a period is looked for
MAX_PERIOD = 128
MIN_STEPS = 50
MAX_AROUND = 3_000  # operations before and behind the loop


class Stretch(NamedTuple):
    """Operations start ... start + steps*period - 1 of a list that repeat; `handed_on` are the places in a step."""

    start: int
    period: int
    steps: int
    handed_on: tuple[int, ...]  # whose values the next step reads


def find_stretch(operations: Sequence[Expression]) -> Stretch | None:
    """Return the stretch of operations around the middle that repeats with the shortest period; None if none does."""
    if len(operations) < 2 * WINDOW:
        return None
    middle = len(operations) // 2
    period = _shortest_period([node.operation for node in operations[middle : middle + WINDOW]])
    if not period or period > MAX_PERIOD:
        return None
    near = {operations[number]: number for number in range(middle - 3 * period, middle + period)}
    patterns = [_pattern(operations, number, period, near) for number in range(middle, middle + period)]
    if None in patterns:
        return None
    first, last = 0, len(operations)
    for number, pattern in enumerate(patterns, middle):
        first = max(first, _first_difference(operations, number, pattern, -period) + 1)
        last = min(last, _first_difference(operations, number, pattern, period))
    # Steps may begin at any operation: the best beginning is where the fewest values are handed on.
    choices = []
    for start in range(max(first, period), max(first, period) + period):
        steps = (last - start) // period - 1  # the last one is written behind the loop
        handed_on = _handed_on(operations, start, [patterns[(start + j - middle) % period] for j in range(period)])
        if steps >= MIN_STEPS and handed_on is not None:
            choices.append(Stretch(start, period, steps, handed_on))
    return min(choices, key=lambda choice: len(choice.handed_on), default=None)


def _pattern(
    operations: Sequence[Expression], number: int, period: int, near: Mapping[Expression, int]
) -> list[int | Expression] | None:
    """Return for every argument of an operation how far back it is, or what it always is; None if neither."""
    node, earlier = operations[number], operations[number - period]
    pattern: list[int | Expression] = []
    if node.operation is not earlier.operation:
        return None
    for one, other in zip(node.arguments, earlier.arguments, strict=True):
        if one is other or _is_same_number(one, other):
            pattern.append(one)
        elif one in near and near.get(other) == near[one] - period:
            pattern.append(number - near[one])
        else:
            return None
    return pattern


def _first_difference(
    operations: Sequence[Expression], start: int, pattern: Sequence[int | Expression] | None, step: int
) -> int:
    """Return the first number from `start` on, in steps, whose operation does not follow the pattern."""
    assert pattern is not None
    numbers = range(start, len(operations) if step > 0 else -1, step)
    nodes = [operations[number] for number in numbers]
    operation, agree = nodes[0].operation, len(nodes)
    agree = next((place for place, node in enumerate(nodes) if node.operation is not operation), agree)
    for position, kind in enumerate(pattern):
        read = [node.arguments[position] for node in nodes[:agree]]
        if isinstance(kind, int):
            distances = [operations[number - kind] for number in numbers[:agree] if number >= kind]
            agree = next(
                (place for place, (a, b) in enumerate(zip(read, distances, strict=False)) if a is not b), len(distances)
            )
        else:
            differs = (place for place, argument in enumerate(read) if argument is not kind)
            agree = next((place for place in differs if not _is_same_number(read[place], kind)), agree)
    return start + step * agree


def _shortest_period(sequence: Sequence[Any]) -> int:
    """Return the shortest period of a sequence, by the failure function of Knuth, Morris and Pratt."""
    failure, length = [0] * len(sequence), 0
    for place in range(1, len(sequence)):
        while length and sequence[place] is not sequence[length]:
            length = failure[length - 1]
        length += sequence[place] is sequence[length]
        failure[place] = length
    period = len(sequence) - length
    return period if 4 * period <= len(sequence) else 0


def _is_same_number(one: Expression, other: Expression) -> bool:
    return type(one) is Double and type(other) is Double and one.double == other.double != 0


def _handed_on(
    operations: Sequence[Expression], start: int, patterns: Sequence[Sequence[int | Expression] | None]
) -> tuple[int, ...] | None:
    """Return which operations of a step the next one reads; None if it reads an earlier step, or always the first."""
    period = len(patterns)
    own = set(operations[start : start + period])
    handed_on = set()
    for place, pattern in enumerate(patterns):
        for kind in pattern or ():
            if not isinstance(kind, int):
                if kind in own:
                    return None
            elif kind > place:
                if kind > place + period:
                    return None
                handed_on.add(place - kind + period)
    return tuple(sorted(handed_on))


def rolled_function(
    nodes: Sequence[Expression],
    names: Sequence[str],
    wrt: Sequence[str] | None,
    careful: Callable[..., Any],
    title: str,
) -> Callable[..., Any] | None:
    """Return a function of doubles for the value and the partials, as `point_function` does; None without a loop.

    If `wrt` is None it is the function for the value alone.  Raises NotDifferentiable.
    """
    operations = [node for node in nodes if node.operation is not None]
    with collection_paused(len(operations)):
        stretch = find_stretch(operations)
        if stretch is None:
            return None
        stop = stretch.start + stretch.steps * stretch.period
        if stretch.start + len(operations) - stop > MAX_AROUND:
            return None
        outside = {*operations[: stretch.start], *operations[stop - stretch.period :]}
        read = {argument for node in operations[stop:] for argument in node.arguments if argument.operation is not None}
        if not read <= outside:
            return None  # the rest reads from the middle of the loop
        try:
            rolled = _Rolled(operations, stretch, names, wrt or ())
            return rolled.value_function(careful, title) if wrt is None else rolled.function(careful, title)
        except RANGE_ERRORS:
            return None  # a constant that the plain sweep does not take


class _Section:
    """A part of the list as a program of its own, in which what it reads of earlier parts are variables."""

    def __init__(
        self,
        nodes: Sequence[Expression],
        inputs: Mapping[Expression, str],
        prefix: str,
        writer: LineWriter,
        *,
        looks: bool = True,
    ) -> None:
        self.builder, self.writer, self.prefix = SweepBuilder(), writer, prefix
        self.inputs = {node: Variable(f"{prefix} {number}") for number, node in enumerate(inputs)}
        self.writer.texts.update({self.inputs[node]: text for node, text in inputs.items()})
        own = set(nodes)
        read = dict.fromkeys(argument for node in nodes for argument in node.arguments if argument not in own)
        constants = {node: self.builder.constant(constant_value(node)) for node in read if not node.varies}
        self.built = self.builder.forwards_with(nodes, {**self.inputs, **constants})
        self.values = self.builder.needed([self.built[node] for node in nodes])
        self.limits = watch_values(self.values) if looks else {}
        self.seeds: dict[Expression, list[Expression]] = {}

    def looks_at_inputs(self) -> list[str]:
        """Write the looks at what it reads."""
        limits = [(self.writer.texts[variable], self.limits.get(variable)) for variable in self.inputs.values()]
        return [f"if not ({within(text, *limit)}): return CAREFUL" for text, limit in limits if limit is not None]

    def write(self, wanted: Sequence[Expression], uses: int) -> list[str]:
        """Write lines for nodes of the program, with looks; they have names of their own if `uses` is more than 1."""
        inner = {node: limits for node, limits in self.limits.items() if node.operation is not None}
        self.writer.prefix = self.prefix
        return self.writer.lines(self.builder.needed(wanted), dict.fromkeys(wanted, uses), inner)

    def seed(self, node: Expression, contributions: Sequence[str]) -> None:
        """Give a node contributions from elsewhere: names, or lists with a star."""
        texts = list(contributions)
        if any(text.startswith("*") for text in texts):
            texts += ["0.0", "0.0"]  # three terms are a call, in which a list may stand
        for text in texts:
            variable = Variable(f"{self.prefix} seed {len(self.writer.texts)}")
            self.writer.texts[variable] = text
            self.seeds.setdefault(self.built[node], []).append(variable)

    def contributions(self) -> dict[Expression, list[Expression]]:
        """Build the sweep, and return the contributions to every input."""
        gathered = self.builder.contributions(self.seeds, self.inputs.values())
        return {node: gathered[variable] for node, variable in self.inputs.items() if variable in gathered}

    def backwards(self, uses: int) -> tuple[list[str], dict[Expression, list[str]]]:
        """Write the sweep, and return the texts of the contributions to every input."""
        terms = self.contributions()
        lines = self.write([term for each in terms.values() for term in each], uses)
        return lines, {node: [self.writer.texts[term] for term in each] for node, each in terms.items()}


def constant_value(root: Expression) -> float:
    """Return the value of a node without a variable.  Raises one of RANGE_ERRORS for huge and tiny ones."""
    values = evaluate(wengert_list(root), {}, FLOATS)
    if near_range_limits(values.values()):
        raise OverflowError
    return float(values[root])


class _Rolled:
    """The source of a function with one loop forwards and one backwards.

    Names in it: a0 ... are the parameters, c0 ... what a step is handed (backwards d0 ...), h0 ... the lists of that,
    n0_0 ... the contributions to it, g0 ... the lists of contributions to what stays the same.
    """

    def __init__(
        self, operations: Sequence[Expression], stretch: Stretch, names: Sequence[str], wrt: Sequence[str]
    ) -> None:
        start, period = stretch.start, stretch.period
        stop = start + stretch.steps * period
        self.names, self.wrt, self.steps, self.root = names, wrt, stretch.steps, operations[-1]
        self.parameters: dict[Expression, str] = {Variable(name): f"a{place}" for place, name in enumerate(names)}
        self.before, self.step, self.behind = operations[:start], operations[start : start + period], operations[stop:]
        self.carried = {operations[start - period + place]: f"c{n}" for n, place in enumerate(stretch.handed_on)}
        self.outputs = [self.step[place] for place in stretch.handed_on]
        self.handed_on = {operations[stop - period + place]: f"c{n}" for n, place in enumerate(stretch.handed_on)}
        self.writer = LineWriter({})

    def value_function(self, careful: Callable[..., Any], title: str) -> Callable[..., Any]:
        """Return the compiled function for the value, which keeps nothing and looks at no value but the last."""
        before = _Section(self.before, self.parameters, "p", self.writer, looks=False)
        lines, known, _ = self._before(before)
        step = _Section(self.step, {**known, **self.carried}, "t", self.writer, looks=False)
        lines += self._loop(step, [])
        behind = _Section(self.behind, {**known, **self.handed_on}, "q", self.writer, looks=False)
        value = behind.built[self.root]
        lines += [*behind.write([value], 2), f"s = {self.writer.texts[value]}"]
        lines += [f"if not ({within('s', 0.0, MAX_DOUBLE)}): return CAREFUL", "return s"]
        return self._compiled(lines, careful, title)

    def function(self, careful: Callable[..., Any], title: str) -> Callable[..., Any] | None:
        """Return the compiled function; None where contributions do not repeat."""
        before = _Section(self.before, self.parameters, "p", self.writer)
        lines, known, kept = self._before(before)
        lines += self._loop_forwards(known)
        behind = _Section(self.behind, {**known, **self.handed_on}, "q", self.writer)
        value = behind.built[self.root]
        lines += [*behind.looks_at_inputs(), *behind.write([value], 2)]
        behind.seeds[value] = [behind.builder.constant(1.0)]
        more, totals = behind.backwards(2)
        loop = self._loop_backwards(known, [totals.pop(node, []) for node in self.handed_on])
        if loop is None:
            return None
        loop_lines, loop_totals = loop
        lines += more + loop_lines
        for node, texts in loop_totals.items():
            totals.setdefault(node, []).extend(texts)
        for node in kept:
            before.seed(node, totals.get(node, []))
        more, before_totals = before.backwards(2)
        lines += more
        for node, texts in before_totals.items():
            totals.setdefault(node, []).extend(texts)
        partials = [_total_text(totals.get(Variable(name), [])) for name in self.wrt]
        lines += [f"r{place} = {partial}" for place, partial in enumerate(partials)]
        results = [self.writer.texts[value], *[f"r{place}" for place in range(len(partials))]]
        lines += [f"s = {' + '.join(results)}", f"if not ({within('s', 0.0, MAX_DOUBLE)}): return CAREFUL"]
        lines.append(f"return {results[0]}, ({''.join([f'{result}, ' for result in results[1:]])})")
        return self._compiled(lines, careful, title)

    def _before(self, section: _Section) -> tuple[list[str], dict[Expression, str], list[Expression]]:
        """Write what is before the loop; return the texts of what is known then, and which nodes are read later."""
        own = set(self.before)
        read = dict.fromkeys(argument for node in (*self.step, *self.behind) for argument in node.arguments)
        kept = [node for node in dict.fromkeys([*self.carried, *read]) if node in own and node.varies]
        lines = [*section.looks_at_inputs(), *section.write([section.built[node] for node in kept], 2)]
        known = {**self.parameters, **{node: self.writer.texts[section.built[node]] for node in kept}}
        lines += [f"{name} = {known[node]}" for node, name in self.carried.items()]
        return lines, known, kept

    def _loop(self, section: _Section, first: Sequence[str]) -> list[str]:
        """Write a step again and again, each time after the lines `first`."""
        outputs = [section.built[node] for node in self.outputs]
        body = section.write(outputs, 1)
        handed = ", ".join([self.writer.texts[output] for output in outputs])
        body.append(f"{', '.join(self.carried.values())} = {handed}")
        return [f"for _ in repeat(None, {self.steps}):", *[f"    {line}" for line in (*first, *body)]]

    def _loop_forwards(self, known: Mapping[Expression, str]) -> list[str]:
        section = _Section(self.step, {**known, **self.carried}, "t", self.writer)
        lines = [f"h{place} = []" for place in range(len(self.carried))]
        lines += self._loop(section, [f"h{place}.append({name})" for place, name in enumerate(self.carried.values())])
        for node, variable in section.inputs.items():
            limits = section.limits.get(variable)
            if limits is not None and node in self.carried:
                name = f"h{list(self.carried).index(node)}"
                lines.append(f"if not all_within({name}, {limits[0]!r}, {limits[1]!r}): return CAREFUL")
            elif limits is not None:
                lines.append(f"if not ({within(known[node], *limits)}): return CAREFUL")
        return lines

    def _loop_backwards(
        self, known: Mapping[Expression, str], received: Sequence[Sequence[str]]
    ) -> tuple[list[str], dict[Expression, list[str]]] | None:
        """Write the loop that takes the contributions to the last values handed on; return those that it makes."""
        # Names of their own: what is behind the loop may have put c0 into the texts of its contributions.
        again = {node: f"d{place}" for place, node in enumerate(self.carried)}
        trial = _Section(self.step, {**known, **again}, "b", self.writer)
        for node in self.outputs:
            trial.seed(node, ["0.0"])
        made = trial.contributions()
        counts = [len(made.get(node, [])) for node in self.carried]
        if not all(counts) or any(len(texts) > count for texts, count in zip(received, counts, strict=True)):
            return None
        section = _Section(self.step, {**known, **again}, "b", self.writer)
        slots = [[f"n{place}_{number}" for number in range(count)] for place, count in enumerate(counts)]
        lines = []
        for node, names, texts in zip(self.outputs, slots, received, strict=True):
            section.seed(node, names)
            padded = [*texts, *["0.0"] * (len(names) - len(texts))]
            lines += [f"{name} = {text}" for name, text in zip(names, padded, strict=True)]
        body, contributions = section.backwards(1)
        if [len(contributions.get(node, [])) for node in self.carried] != counts:
            return None
        handed = [text for node in self.carried for text in contributions.pop(node)]
        body.append(f"{', '.join([name for names in slots for name in names])} = {', '.join(handed)}")
        totals: dict[Expression, list[str]] = {}
        for place, (node, texts) in enumerate(contributions.items()):
            lines.append(f"g{place} = []")
            body[-1:-1] = [f"g{place}.append({text})" for text in texts]
            totals[node] = [f"*g{place}"]
        kept = ", ".join([f"reversed(h{place})" for place in range(len(counts))])
        carried = ", ".join(again.values())
        lines.append(f"for {carried} in {kept}:" if len(counts) == 1 else f"for {carried} in zip({kept}):")
        lines += [f"    {line}" for line in body]
        for node, slot in zip(self.carried, slots, strict=True):
            totals.setdefault(node, []).extend(slot)
        return lines, totals

    def _compiled(self, lines: Sequence[str], careful: Callable[..., Any], title: str) -> Callable[..., Any]:
        parameters = ", ".join(self.parameters.values())
        source = [
            f"def compiled({parameters}):",
            f"    if {' and '.join(conditions(self.parameters, {})) or 'True'}:",
            "        try:",
            *[f"            {line.replace('CAREFUL', f'careful({parameters})')}" for line in lines],
            "        except errors:",
            "            pass",
            f"    return careful({parameters})",
        ]
        space = {
            "__builtins__": {}, "float": float, "errors": RANGE_ERRORS, "careful": careful, "repeat": repeat,
            "reversed": reversed, "zip": zip, "all_within": _all_within, "fsum": math.fsum, **self.writer.functions,
        }  # fmt: skip
        return named(defined("\n".join(source), space), self.names, title)


def _total_text(texts: Sequence[str]) -> str:
    """Write the sum of contributions: names, and lists with a star."""
    if any(text.startswith("*") for text in texts) or len(texts) > 2:
        return f"fsum(({', '.join(texts)},))"
    return " + ".join(texts) or "0.0"


def _all_within(numbers: Sequence[float], low: float, high: float) -> bool:
    """Tell whether all numbers are 0 or between two limits in magnitude."""
    if min(numbers) > low and max(numbers) < high:
        return True
    return all(low < abs(number) < high or number == 0 for number in numbers)
