"""What the README and the golden sessions show is what the program prints, to the last digit."""

from __future__ import annotations

import doctest
import re
import sys
from pathlib import Path

import pytest
import sessions

DOCUMENTS = [sessions.ROOT / "README.md", *sorted((sessions.ROOT / "tests" / "golden").glob("*.md"))]
CASES = [(path, command, output) for path in DOCUMENTS for command, output in sessions.commands(path)]
IN_A_PROCESS = ('diffcompare grad "ln(x1)+x1*x2-sin(x2)"', 'diffcompare grad "ln(x1) + sni(x2)"')
"""An answer and a complaint as a shell gets them; what the others add is arguments, and those are read here alike."""


@pytest.mark.skipif(sys.platform != "linux", reason="the last digits of sin and exp differ between C libraries")
@pytest.mark.parametrize(("path", "command", "output"), CASES, ids=[f"{p.stem}: {c}" for p, c, _ in CASES])
def test_a_session_prints_what_the_document_shows(path: Path, command: str, output: str, tmp_path: Path) -> None:
    sessions.write_files(path, tmp_path)
    if command == sessions.PROMPT:
        assert sessions.converse(output, tmp_path) == output
        return
    in_a_process = path.stem == "README" and command in IN_A_PROCESS
    run = sessions.run if in_a_process else sessions.run_here
    assert run(command, tmp_path, **sessions.columns(path)) == output


def test_an_answer_and_a_complaint_of_the_readme_come_from_a_process() -> None:
    assert {command for path, command, _ in CASES if path.stem == "README"} >= set(IN_A_PROCESS)


@pytest.mark.skipif(not sessions.UPDATE, reason="set UPDATE_SESSIONS=1 to write the outputs anew")
@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_update(path: Path, tmp_path: Path) -> None:
    sessions.rewrite(path, tmp_path)
    assert sessions.commands(path)


def test_the_python_session_of_the_readme() -> None:
    result = doctest.testfile(str(sessions.ROOT / "README.md"), module_relative=False)
    assert result.attempted >= 5
    assert result.failed == 0


TABLED = re.findall(r"^\| .* \| `(diffcompare .*)` \|$", DOCUMENTS[0].read_text(encoding="utf-8"), re.M)


@pytest.mark.parametrize("command", TABLED)
def test_a_command_in_a_table_of_the_readme_answers(command: str, tmp_path: Path) -> None:
    assert "error[" not in sessions.run_here(command, tmp_path)


def test_the_readme_names_a_command_for_every_table_and_figure_of_the_survey() -> None:
    assert len(TABLED) == 6


def test_the_readme_has_two_commands_of_one_line_each() -> None:
    blocks = re.findall(
        r"^```sh\n(.*?)^```$", sessions.ROOT.joinpath("README.md").read_text(encoding="utf-8"), re.M | re.S
    )
    assert len(blocks) == 2
    assert all(block.count("\n") == 1 for block in blocks)
    assert "pytest" in blocks[1]
