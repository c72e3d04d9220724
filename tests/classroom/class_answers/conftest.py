"""Tables of answers, written to a file and judged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from diffcompare.classroom.class_answers.grade import check_class
from diffcompare.classroom.class_answers.submissions import Class


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Write a table and return its name: `table("student,expression,x", "Ada,x^2,2*x")`."""
    monkeypatch.chdir(tmp_path)

    def write(*lines: str, end: str = "\n", encoding: str = "utf-8") -> str:
        tmp_path.joinpath("answers.csv").write_bytes(end.join([*lines, ""]).encode(encoding))
        return "answers.csv"

    return write


@pytest.fixture
def judged(table: Callable[..., str]) -> Callable[..., Class]:
    """Write a table and judge it."""
    return lambda *lines, **options: check_class(table(*lines, **options))
