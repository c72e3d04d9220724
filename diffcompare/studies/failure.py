"""Failures at a point (no value, overflow, a kink), each as a diagnostic that says what to do about it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

from diffcompare.backends.problem import Derivative, Problem
from diffcompare.diagnostics import Diagnostic
from diffcompare.language.expression import Expression, Operation
from diffcompare.language.printer import shorten
from diffcompare.language.wengert import wengert_list
from diffcompare.numeric.evaluate import Undefined, describe_outside, first_nonfinite, is_number, values_at
from diffcompare.numeric.sweeps import partials
from diffcompare.studies.accuracy import truth_about
from diffcompare.studies.question import format_coordinate
from diffcompare.truth.rounding import Slopes

if TYPE_CHECKING:
    from diffcompare.backends.jacobian_methods import MatrixAnswer
    from diffcompare.truth.establish import Truth


_LETTER = r"\b[a-z]\b"

_RELATIONS: Mapping[str, Callable[[float], bool]] = {
    ">": lambda x: x > 0,
    ">=": lambda x: x >= 0,
    "=": lambda x: x == 0,
    "!=": lambda x: x != 0,
}

# Trial values for arguments that vary: if any point is inside an operation's domain, one of these is.
_TRIALS = (-1.5, -1.0, 0.0, 0.5, 1.0, 2.0)

NO_POINT_HELPS = "the argument is a constant, so no point helps: change the expression"

# For lists of up to this many nodes the truth decides whether there is a derivative; for larger ones it is asked only
# where doubles give reason to doubt it.
MAX_CERTIFIED_NODES = 1_000

AT_A_KINK = "choose another point; the numbers here follow the conventions of the rows, see `diffcompare ops`"


def failure_of_sweep(
    problem: Problem, nodes: Sequence[Expression], values: Mapping[Expression, Any], active: Collection[Expression]
) -> Diagnostic | None:
    """Return what is wrong with the point of a study that shows one sweep in doubles; None where nothing is.

    Such a study shows its numbers at a kink, too, so the diagnostic says that they follow conventions.
    """
    if is_number(values[nodes[-1]]) and len(nodes) > MAX_CERTIFIED_NODES and _smooth_in_doubles(nodes, values, active):
        return None
    failure = failure_at(problem)
    return failure._replace(help=AT_A_KINK) if failure is not None and failure.code == "E803" else failure


def _smooth_in_doubles(
    nodes: Sequence[Expression], values: Mapping[Expression, Any], active: Collection[Expression]
) -> bool:
    """Tell whether, in doubles, no active operation is at a kink and every local partial is finite."""
    for node in nodes:
        if node in active and node.operation is not None and type(values[node]) is not Undefined:
            if node.operation.kink.contains(*[values[argument] for argument in node.arguments]):
                return False
            if not all(math.isfinite(partial) for _, partial in partials(node, values, active)):
                return False
    return True


def failure_at(problem: Problem) -> Diagnostic | None:
    """Return what is wrong with the point of a problem, whatever the method; None where there is a gradient."""
    nodes = wengert_list(problem.expression)
    return point_failure(nodes, problem, values_at(nodes, problem.point)[nodes[-1]], truth_about(problem))


def point_failure(
    nodes: Sequence[Expression], problem: Problem, value: float | Undefined, truth: Truth | None
) -> Diagnostic | None:
    """Return what is wrong with a point whose value (in doubles) and truth are known; None where nothing is.

    Without a truth, kinks go unseen.
    """
    if truth is not None and truth.status == "undefined" and truth.undefined is not None:
        return _undefined("the function is undefined at this point", *truth.undefined)
    if truth is not None and truth.status == "nondifferentiable":
        return _kink(truth)
    true_value_fits = truth is not None and truth.value is not None and math.isfinite(truth.value.nearest)
    if type(value) is Undefined and not true_value_fits:
        values = values_at(nodes, problem.point)
        node = next(node for node in nodes if values[node] is values[nodes[-1]])
        return _undefined("in doubles the function is undefined at this point", node, value)
    if not is_number(value) and not true_value_fits:
        return _overflow(nodes, problem, value, truth)
    return None


def _undefined(statement: str, node: Expression, outside: Undefined) -> Diagnostic:
    """Describe an operation outside its domain, in terms of its arguments: `ln(x - 5)` needs x - 5 > 0."""
    operation = outside.operation
    letters = re.findall(_LETTER, operation.notation)
    arguments = dict(zip(letters, node.arguments, strict=False))
    to_blame = [arguments[letter] for letter in re.findall(_LETTER, operation.domain.text) if letter in arguments]
    if node.operation is not operation or len(letters) != len(node.arguments) or not any(a.varies for a in to_blame):
        where = f"{shorten(node)}: {describe_outside(outside)}"
        help = "choose another point" if node.varies and not to_blame else NO_POINT_HELPS
        return Diagnostic("E802", "domain_error", f"{statement}: {where}", help=help)
    known = dict(zip(letters, outside.arguments, strict=True))
    if not _some_point_helps(operation, node.arguments, outside.arguments):
        fixed = " and ".join(dict.fromkeys(shorten(a) for a in to_blame if not a.varies))
        help = f"{fixed} is a constant, so no point helps: change the expression"
        message = f"{statement}: {shorten(node)}: {describe_outside(outside)}"
        return Diagnostic("E802", "domain_error", message, help=help)
    domain = _still_open(operation.domain.text, arguments, known)
    needs = re.sub(_LETTER, lambda match: shorten(arguments[match[0]]) if match[0] in arguments else match[0], domain)
    involved = [letter for letter in letters if re.search(rf"\b{letter}\b", domain)]
    actual = " and ".join({f"{shorten(arguments[letter])} is {known[letter]:.17g}": None for letter in involved})
    message = f"{statement}: {shorten(node)} needs {needs}, and {actual}"
    help = f"choose a point at which {needs}"
    if operation.name == "^" and shorten(node.arguments[1]) == "1/3":
        help = f"for the real cube root of any number write cbrt({shorten(node.arguments[0])}); or {help}"
    return Diagnostic("E802", "domain_error", message, help=help)


def _some_point_helps(operation: Operation, arguments: Sequence[Expression], values: Sequence[float]) -> bool:
    """Tell whether other values of the arguments that vary bring the operation into its domain."""
    trials = product(*[_TRIALS if a.varies else (value,) for a, value in zip(arguments, values, strict=True)])
    return any(operation.domain.contains(*trial) for trial in trials)


def _still_open(domain: str, arguments: Mapping[str, Expression], known: Mapping[str, float]) -> str:
    """Return a domain such as `a > 0, or a = 0 and b > 0` without what constants decide: `b > 0` for 0^x."""
    clauses = []
    for clause in domain.split(", or "):
        parts = clause.split(" and ")
        constant = [part for part in parts if part[0] in arguments and not arguments[part[0]].varies]
        lefts = [arguments.get(part[0]) for part in parts]
        if all(_holds(part, known) for part in constant) and len(set(lefts)) == len(lefts):
            clauses.append(" and ".join(part for part in parts if part not in constant))
    return _folded(clauses) or domain


def _holds(part: str, known: Mapping[str, float]) -> bool:
    """Tell whether a part of the form `a > 0` holds; parts of any other form count as true."""
    simple = re.fullmatch(r"([a-z]) (\S+) 0", part)
    return simple is None or _RELATIONS[simple[2]](known[simple[1]])


def _folded(clauses: Sequence[str]) -> str:
    """Join alternative clauses into one: `a > 0, or a = 0` becomes `a >= 0`."""
    if len(clauses) == 2 and clauses[1] == clauses[0].replace(">", "="):
        return clauses[0].replace(">", ">=")
    return ", or ".join(clauses)


def _kink(truth: Truth) -> Diagnostic:
    slopes = [_slope_text(name, slope) for name, slope in truth.slopes.items()]
    return Diagnostic(
        "E803",
        "nondifferentiable",
        f"the function has no derivative at this point ({'; '.join(slopes)})",
        help="choose another point; the table shows what each method says here",
    )


def _slope_text(name: str, slopes: Slopes) -> str:
    def side(slope: float | None) -> str:
        return "none" if slope is None else format_coordinate(slope).replace("inf", "infinity")

    return f"slope in {name}: {side(slopes.left)} from the left, {side(slopes.right)} from the right"


def _overflow(
    nodes: Sequence[Expression], problem: Problem, value: float | Undefined, truth: Truth | None
) -> Diagnostic:
    node = first_nonfinite(nodes, values_at(nodes, problem.point), nodes[-1])
    statement = "the value is beyond the range of doubles (1.8e308)"
    if truth is None or truth.value is None:
        statement = "in doubles the value " + ("is nan" if value != value else "overflows")
    begins = f": it begins at {shorten(node)}" if node is not None and node is not nodes[-1] else ""
    return Diagnostic(
        "E804",
        "overflow",
        f"{statement}{begins}",
        help="choose a smaller point, or take the logarithm of the function",
    )


def no_answer(
    answers: Sequence[Derivative | MatrixAnswer], truth_notes: Sequence[str], what: str = "gradient"
) -> Diagnostic:
    """Say why no method has an answer, `what` was asked; what the user can change comes first."""
    by_status: dict[str, list[Derivative | MatrixAnswer]] = {}
    for answer in answers:
        by_status.setdefault(answer.status, []).append(answer)
    if "not-supported" in by_status:
        notes = dict.fromkeys(note for answer in by_status["not-supported"] for note in answer.notes)
        message = f"no method can compute the whole {what}: {'; '.join(notes)}"
        return Diagnostic(
            "E806", "nondifferentiable", message, help="differentiate only by variables that have a partial: --wrt"
        )
    if "undefined" in by_status:
        methods = ", ".join(answer.method for answer in by_status["undefined"])
        message = f"no finite {what} was found at this point: inf, nan or no value at all from {methods}"
        return Diagnostic("E805", "domain_error", message, help="choose another point; the notes in the table say why")
    reasons = [f"{answer.method} {answer.status.replace('-', ' ')}" for answer in answers]
    reasons += truth_notes
    message = f"no method has an answer: {'; '.join(reasons) or 'none was asked'}"
    return Diagnostic("E807", "resource_limit", message, help="give more time (--budget), or ask another method")
