"""Running the command line in this process (fast) and in one of its own (pipes, signals, encodings)."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from diffcompare.cli import main
from diffcompare.cli.commands import grad
from diffcompare.cli.output import CommandResult
from diffcompare.document import Code, Column, Document, Paragraph, Table

ROOT = Path(__file__).parents[2]
VARIABLES = ("NO_COLOR", "FORCE_COLOR", "TERM", "COLUMNS", "PYTHONIOENCODING", "PYTHONUTF8", "LC_ALL", "LANG")


class Outcome(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Run the command line here: `cli("grad", "x^2")`."""

    def run(*arguments: str) -> Outcome:
        capsys.readouterr()
        code = main(arguments)
        return Outcome(code, *capsys.readouterr())

    return run


def _environment(**extra: str) -> dict[str, str]:
    """An environment in which nothing but `extra` speaks of terminals and encodings."""
    kept = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    return {**kept, "PYTHONPATH": str(ROOT), **extra}


@pytest.fixture
def start() -> Callable[..., subprocess.Popen[bytes]]:
    """Start the command line in a process of its own, with options of Popen."""

    def run(*arguments: str | bytes, **options: Any) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "diffcompare", *arguments]
        return subprocess.Popen(command, **{"env": _environment(), "stdin": subprocess.DEVNULL, **options})

    return run


@pytest.fixture
def process() -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """Run the command line in a process of its own, to its end, with these variables in its environment."""

    def run(*arguments: str | bytes, **extra: str) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "diffcompare", *arguments]
        options = {"capture_output": True, "stdin": subprocess.DEVNULL, "timeout": 60}
        return subprocess.run(command, env=_environment(**extra), **options)

    return run


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What `grad` was asked, with a short answer in place of its work."""
    calls: list[dict[str, Any]] = []
    genuine = grad.command

    def command(**values: Any) -> CommandResult:
        calls.append(values)
        text = values["expression"]
        table = Table("t", (Column("expression", "expression"),), ((Code(text),),))
        return CommandResult(Document((Paragraph("An answer."), table), {"expression": text}))

    command.__signature__ = inspect.signature(genuine, eval_str=True)  # type: ignore[attr-defined]
    monkeypatch.setattr(grad, "command", command)
    return calls
