"""The functions of a swell study: members of a family, or expressions of a file, by their numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import NamedTuple

from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.inputs.expression_file import entries_of_file
from diffcompare.inputs.files import read_text
from diffcompare.inputs.point import unknown_variable
from diffcompare.language.expression import Expression, Variable
from diffcompare.language.operations import multiply, sin
from diffcompare.language.parser import read
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.studies.question import checked_point, default_point

MAX_MEMBER = 400
# Beyond the member at which the expanded derivative of the logistic map has lost every digit.
DEFAULT_MEMBERS = range(1, 9)


class Member(NamedTuple):
    """One function: its number and name, the point, and the variables of differentiation."""

    number: int
    name: str
    expression: Expression
    point: Mapping[str, float]
    wrt: tuple[str, ...]


class Family(NamedTuple):
    """A sequence of functions: its name, its definition in words and as code, and the points of its members."""

    title: str
    definition: str
    letter: str
    build: Callable[[int], Expression]
    point: Callable[[int], dict[str, float]]
    whole: bool = False  # True if members are differentiated with respect to all their variables, not only the first
    source: str = ""


def _logistic(n: int) -> Expression:
    """Build the n-th iterate of the logistic map as a loop computes it (Baydin et al. 2018, Table 1)."""
    value: Expression = Variable("x")
    for _ in range(n - 1):
        value = (4 * value) * (1 - value)
    return value


def _speelpenning(n: int) -> Expression:
    """Build the product of n variables, from left to right (Speelpenning 1980)."""
    return reduce(multiply, [Variable(f"x{i}") for i in range(1, n + 1)])


def _nested_sin(n: int) -> Expression:
    return reduce(lambda value, _: sin(value), range(n), Variable("x"))


FAMILIES: Mapping[str, Family] = {
    "logistic": Family(
        "the logistic map", "l1 = x, l(n+1) = (4*l(n))*(1 - l(n))", "l", _logistic, lambda n: {"x": 0.2},
        source="Baydin et al. 2018, Table 1 (there n = 1 to 4), as the loop computes it",
    ),
    "speelpenning": Family(
        "Speelpenning's product", "p(n) = x1*x2*...*xn", "p", _speelpenning,
        lambda n: {f"x{i}": 1 + 1 / i for i in range(1, n + 1)},  # so that p(n) is about n + 1
        whole=True, source="B. Speelpenning, PhD thesis (1980)",
    ),
    "nested-sin": Family("nested sines", "s1 = sin(x), s(n+1) = sin(s(n))", "s", _nested_sin, lambda n: {"x": 1.0}),
}  # fmt: skip


def numbers(text: str | None) -> range:
    """Parse `--n 4` or `--n 1..12`; raise DiffcompareError (E562) for a range that is invalid."""
    if text is None:
        return DEFAULT_MEMBERS
    match = re.fullmatch(r"\s*([0-9]{1,9})\s*(?:\.\.\s*([0-9]{1,9})\s*)?", text)
    if match is None:
        raise _wrong_range(f"`--n` takes a number or a range, not `{text}`", "for example `--n 1..12`")
    first, last = int(match[1]), int(match[2] or match[1])
    if first > last:
        raise _wrong_range(f"the range {first}..{last} is empty", f"for example `--n {last}..{first}`")
    if first < 1:
        raise _wrong_range("the first member has the number 1", f"for example `--n 1..{max(last, 1)}`")
    if last > MAX_MEMBER:
        help = f"for example `--n {first if first < MAX_MEMBER else 1}..{MAX_MEMBER}`"
        raise _wrong_range(f"`--n` goes up to {MAX_MEMBER}, not {last}", help)
    return range(first, last + 1)


def of_family(
    family: Family, which: Sequence[int], at: Mapping[str, float] | None, wrt: Sequence[str] = ()
) -> tuple[Member, ...]:
    """Return the members with these numbers; `at` replaces the family's own point.

    Raises DiffcompareError for a point that lacks a coordinate, and for an unknown variable.
    """
    largest = variables(wengert_list(family.build(which[-1])))
    if at is not None:
        at = checked_point(largest, at)
    members = []
    for n in which:
        expression = family.build(n)
        names = variables(wengert_list(expression))
        point = {name: at[name] for name in names} if at is not None else family.point(n)
        asked = _asked(wrt, names) or tuple(names if family.whole else names[:1])
        members.append(Member(n, f"{family.letter}{n}", expression, point, asked))
    return tuple(members)


def of_file(
    path: str, which: range | None, at: Mapping[str, float] | None, wrt: Sequence[str] = ()
) -> tuple[Member, ...]:
    """Return the expressions of a file in order: the lines of a .txt file, the entries of a .toml file.

    Raises DiffcompareError for an invalid file, range, point or variable.
    """
    entries = _expressions(path, tuple(at or ()))
    if which is not None and which[-1] > len(entries):
        count = f"{len(entries)} expression{'s' * (len(entries) != 1)}"
        raise _wrong_range(f"{path} has {count}, and `--n` asks for number {which[-1]}", f"`--n 1..{len(entries)}`")
    chosen = which or range(1, min(len(entries), MAX_MEMBER) + 1)
    _check_names(at, [entries[n - 1][1] for n in chosen])
    members = []
    for n in chosen:
        name, expression, own = entries[n - 1]
        names = variables(wengert_list(expression))
        if at is not None:
            own = {variable: at[variable] for variable in names if variable in at}
        point = checked_point(names, own) if own or at is not None else default_point((expression,), names)
        members.append(Member(n, name, expression, point, _asked(wrt, names) or tuple(names[:1])))
    return tuple(members)


def _expressions(path: str, names: tuple[str, ...]) -> list[tuple[str, Expression, Mapping[str, float]]]:
    """Return the name, the expression and the suggested point of every entry of a file."""
    if path.lower().endswith(".toml"):
        texts = [(entry.name, entry.text, entry.place, entry.point) for entry in entries_of_file(path)]
    else:
        lines = enumerate(map(str.strip, read_text(path).split("\n")), 1)
        texts = [(f"line {i}", line, f"{path}:{i}", {}) for i, line in lines if line and not line.startswith("#")]
    if not texts:
        message = f"{path} has no expressions"
        raise DiffcompareError(Diagnostic("E566", "bad_value", message, source=path, help="write one per line"))
    entries = []
    for name, text, place, point in texts[:MAX_MEMBER]:
        try:
            entries.append((name, read(text, names=[*names, *point]).expression, point))
        except DiffcompareError as error:
            raise DiffcompareError(error.diagnostic._replace(source=place)) from None
    return entries


def _check_names(at: Mapping[str, float] | None, expressions: Sequence[Expression]) -> None:
    known = variables(wengert_list(*expressions))
    for name in at or ():
        if name not in known:
            raise unknown_variable(name, known, "--at", f"{name}=")


def _asked(wrt: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    for name in wrt:
        if name not in names:
            raise unknown_variable(name, names, "--wrt", name)
    return tuple(dict.fromkeys(wrt))


def _wrong_range(message: str, help: str) -> DiffcompareError:
    return DiffcompareError(Diagnostic("E562", "bad_value", message, help=help))
