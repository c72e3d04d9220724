"""`check` for Python functions: a gradient against values of its function, or a backward against its forward."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from typing import Any

from diffcompare.cli.output import CommandResult
from diffcompare.diagnostics import DiffcompareError, usage_error
from diffcompare.engines.registry import version
from diffcompare.gradcheck.function_report import document_of
from diffcompare.gradcheck.gradient_check import check_callable
from diffcompare.gradcheck.other_checkers import CHECKERS, OtherCheck, checker_names, not_installed
from diffcompare.inputs.files import function_file
from diffcompare.inputs.function_point import parse_function_point
from diffcompare.inputs.function_process import LIBRARY, FunctionProcess, callable_of, load_at

EXIT_CODES = {"agrees": 0, "wrong": 1, "undecided": 3}


def check_function(
    path: str, name: str, hand: Sequence[str], at: Sequence[str] | None, *, seed: int, budget: float, brief: bool,
    engines: Sequence[str] = (),
) -> CommandResult:  # fmt: skip
    """Check what `--hand FILE.py:name` says about a function of a file, or else the Function itself.

    The checkers of `engines`, other libraries, are asked about a gradient as well.
    """
    gradient = function_file(hand[0]) if len(hand) == 1 else None
    if gradient is None:
        return _check_backward(path, name, hand, at, seed, budget, brief)
    return _check_gradient(path, name, gradient, at, seed, budget, brief, engines)


def _check_gradient(
    path: str, name: str, named: tuple[str, str], at: Sequence[str] | None, seed: int, budget: float, brief: bool,
    engines: Sequence[str],
) -> CommandResult:  # fmt: skip
    """Check a gradient that is a Python function against values of another one, each in a process of its own."""
    program = load_at(path, name, at, budget)
    gradient = callable_of(FunctionProcess(*named, budget), named[1])
    checked = check_callable(callable_of(program.process, name), gradient, *program.at.arguments, seed=seed)
    if engines:
        others = _others(path, name, named, program.at.arguments, engines, budget)
        checked = dataclasses.replace(checked, others=others)
    return CommandResult(checked.document(brief=brief), (), None, EXIT_CODES[checked.verdict])


def _others(
    path: str, name: str, named: tuple[str, str], arguments: list[Any], engines: Sequence[str], budget: float
) -> tuple[OtherCheck, ...]:
    """Ask the checkers of other libraries, each in a process of its own, whose end is a row."""
    answers = []
    for library in checker_names(engines):
        missing = not_installed(library)
        if missing is not None:
            answers.append(missing)
            continue
        with FunctionProcess(path, name, budget, "diffcompare.gradcheck.other_checkers_worker") as process:
            try:
                asked = {"library": library, "gradient": named, "arguments": arguments}
                answers.append(OtherCheck(**process.ask("checker", extra=LIBRARY, **asked)))
            except DiffcompareError as error:
                why = error.diagnostic.message
                answers.append(OtherCheck(library, version(library), CHECKERS[library][0], "failed", note=why))
    return tuple(answers)


def _check_backward(
    path: str, name: str, hand: Sequence[str], at: Sequence[str] | None, seed: int, budget: float, brief: bool
) -> CommandResult:
    """Check the backward of a `Function` of the tape against its forward, in a process of its own."""
    given = None if at is None else parse_function_point(at)
    process = FunctionProcess(path, name, budget, "diffcompare.gradcheck.function_check_worker")
    process.ask("ready")
    if hand or not process.is_operation:
        process.end()
        message = f"`{name}` needs a function to be checked: the one that computes its gradient"
        help = f"for example `check {path}:{name} --hand {path}:df`"
        if process.is_operation:
            message = f"`{name}` has a backward of its own, and takes no `--hand`"
            help = f"`check {path}:{name}` compares its own backward with its forward"
        raise usage_error("E505", message, help)
    data = json.loads(process.ask("check", given=given, label=f"{path}:{name}", seed=seed)["check"])
    process.end()
    return CommandResult(document_of(data, brief=brief), (), None, EXIT_CODES[data["verdict"]])
