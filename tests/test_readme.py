"""The README keeps its promises: commands, pictures, Python lines, the row of an operation, and what it links to."""

from __future__ import annotations

import ast
import doctest
import re
import shlex
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
import readme_pictures
import sessions
from contrast import contrast

from diffcompare.classroom.demos import NAMES
from diffcompare.inputs import catalogue

PATH = sessions.ROOT / "README.md"
TEXT = PATH.read_text(encoding="utf-8")
PROSE = re.sub(r"^```.*?^```$", "", TEXT, flags=re.M | re.S)
SH_BLOCKS = re.findall(r"^```sh\n(.*?)^```$", TEXT, re.M | re.S)
SHOWN = re.findall(r"^!\[`(.*)`\]\(tests/golden/pictures/(.*)\)$", TEXT, re.M)
LECTURE = sessions.ROOT / "tests" / "golden" / "lecture"
HANDOUT = "diffcompare demo step --handout lecture"
RUN_ELSEWHERE = {
    HANDOUT,
    *[command for command, _ in SHOWN],
    *[command for path in (sessions.ROOT / "tests" / "golden").glob("*.md") for command, _ in sessions.commands(path)],
}
NAMED = sorted({*re.findall(r"`(diffcompare [^`]+)`", PROSE)} - RUN_ELSEWHERE)
"""The commands in sentences and in tables; sessions are those of `test_sessions`."""
of_one_libm = pytest.mark.skipif(
    sys.platform != "linux", reason="the last digits of sin and exp differ between C libraries"
)


@pytest.mark.parametrize("command", NAMED)
def test_a_command_that_is_named_answers(command: str, tmp_path: Path) -> None:
    sessions.write_files(PATH, tmp_path)
    printed = sessions.run_here(command, tmp_path)
    assert "error[" not in printed
    assert printed or any(tmp_path.joinpath(word).exists() for word in shlex.split(command))


def test_there_is_a_command_for_every_table_and_figure_of_the_survey() -> None:
    first_cells = re.findall(r"^\| (\w+ \d), .* \| `diffcompare .*` \|$", TEXT, re.M)
    assert first_cells == ["Table 1", "Table 2", "Table 3", "Figure 2", "Figure 3", "Figure 4"]


def test_there_are_two_lines_for_a_shell_to_install_and_to_test() -> None:
    assert [block.count("\n") for block in SH_BLOCKS] == [1, 1]
    assert "pytest" in SH_BLOCKS[1]


def test_the_first_picture_is_what_the_first_line_prints() -> None:
    (installed,) = re.findall(r"\.venv/bin/(diffcompare .*)\n", SH_BLOCKS[0])
    assert SHOWN[0][0] == installed


def test_the_python_lines_run() -> None:
    result = doctest.testfile(str(PATH), module_relative=False)
    assert result.attempted >= 5
    assert result.failed == 0


def test_the_row_of_an_operation_is_the_one_that_is_explained() -> None:
    (row,) = re.findall(r"`(\w+ = row\(.*\))`", PROSE)
    table = sessions.ROOT.joinpath("diffcompare", "language", "operations.py").read_text(encoding="utf-8")
    assert f"\n    {row}\n" in (ast.get_docstring(ast.parse(table)) or "")


def test_what_it_links_to_is_there() -> None:
    links = [link for link in re.findall(r"\]\(([^)]*)\)", TEXT) if not link.startswith("https://")]
    assert links
    assert [link for link in links if not sessions.ROOT.joinpath(link).is_file()] == []


def test_it_counts_right() -> None:
    assert re.findall(r"has (\d+)\s+of them", TEXT) == [str(len(NAMES))]
    assert re.findall(r"list` (\d+) expressions", TEXT) == [str(len(catalogue.references()))]


def test_it_takes_five_minutes() -> None:
    assert len(TEXT.splitlines()) <= 200


# --- Pictures, and a page to hand out ---------------------------------------------------------------------------------


@of_one_libm
@pytest.mark.parametrize("name", readme_pictures.PICTURES)
def test_a_picture_shows_what_its_command_answers(name: str, tmp_path: Path) -> None:
    command, make = readme_pictures.PICTURES[name]
    picture = make(command, tmp_path)
    ElementTree.fromstring(picture)
    _compare({readme_pictures.FOLDER / name: picture})


def test_each_picture_is_shown_with_the_command_that_made_it() -> None:
    assert {name: command for command, name in SHOWN} == {
        name: command for name, (command, _) in readme_pictures.PICTURES.items()
    }


def test_a_terminal_is_drawn_cell_by_cell(tmp_path: Path) -> None:
    picture = ElementTree.fromstring(readme_pictures.terminal("diffcompare ops sin", tmp_path, columns=60))
    texts = list(picture.iter("{http://www.w3.org/2000/svg}text"))
    assert texts[0].text == "$ diffcompare ops sin"
    assert any("cos(x)" in (element.text or "") for element in texts)


def test_the_table_is_legible() -> None:
    picture = ElementTree.fromstring(readme_pictures.FOLDER.joinpath("table.svg").read_text(encoding="utf-8"))
    inks = {element.attrib["fill"] for element in picture.iter("{http://www.w3.org/2000/svg}text")}
    assert len(inks) >= 4
    assert {ink for ink in inks if contrast(ink, readme_pictures.PAPER) < 4.5} == set()


@of_one_libm
def test_the_page_to_hand_out_is_what_its_command_writes(tmp_path: Path) -> None:
    assert f"`{HANDOUT}`" in TEXT.replace("\n", " ")
    assert "error[" not in sessions.run_here(HANDOUT, tmp_path)
    pages = {LECTURE / path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "lecture").iterdir()}
    _compare(pages)
    assert {path.name for path in LECTURE.iterdir()} == {path.name for path in pages}


def _compare(texts: dict[Path, str]) -> None:
    """Compare texts with golden files, or write them anew."""
    for path, text in texts.items():
        if sessions.UPDATE:
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8")
