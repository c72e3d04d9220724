"""What the README and the golden sessions show is what the program prints, to the last digit."""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path

import pytest
import sessions

DOCUMENTS = [sessions.ROOT / "README.md", *sorted((sessions.ROOT / "tests" / "golden").glob("*.md"))]
CASES = [(path, command, output) for path in DOCUMENTS for command, output in sessions.commands(path)]
IN_A_PROCESS = {
    ("methods", 'diffcompare grad "ln(x1)+x1*x2-sin(x2)"'),
    ("mistakes", 'diffcompare grad "ln(x1) + sni(x2)"'),
}
"""An answer and a complaint as a shell gets them; what the others add is arguments, and those are read here alike."""


@pytest.mark.skipif(sys.platform != "linux", reason="the last digits of sin and exp differ between C libraries")
@pytest.mark.parametrize(("path", "command", "output"), CASES, ids=[f"{p.stem}: {c}" for p, c, _ in CASES])
def test_a_session_prints_what_the_document_shows(path: Path, command: str, output: str, tmp_path: Path) -> None:
    sessions.write_files(path, tmp_path)
    if command == sessions.PROMPT:
        assert sessions.converse(output, tmp_path) == output
        return
    run = sessions.run if (path.stem, command) in IN_A_PROCESS else sessions.run_here
    assert run(command, tmp_path, **sessions.columns(path)) == output


def test_an_answer_and_a_complaint_come_from_a_process() -> None:
    assert {(path.stem, command) for path, command, _ in CASES} >= IN_A_PROCESS


def test_no_command_is_run_for_two_documents() -> None:
    """Where files of the documents differ, so do the questions."""
    asked = [
        (command, path.stem if re.search(r"\.(py|csv|txt|toml)\b", command) else sessions.columns(path).get("COLUMNS"))
        for path, command, _ in CASES
    ]
    assert not [command for command, count in Counter(asked).items() if count > 1]


@pytest.mark.skipif(not sessions.UPDATE, reason="set UPDATE_SESSIONS=1 to write the outputs anew")
@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_update(path: Path, tmp_path: Path) -> None:
    sessions.rewrite(path, tmp_path)
    assert sessions.commands(path)
