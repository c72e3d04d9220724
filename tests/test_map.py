"""The map of the project: every file with the first line of its docstring, in the docstring of the package.

With UPDATE_MAP=1 in the environment it is written anew.
"""

import functools
import os
import re
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "diffcompare"
WIDTH = 28  # of the column of names
ALIKE = PACKAGE / "engines" / "libraries"  # a file for each library, named after it: the folder says what they are
PLACE = re.compile(r"(?<=and these the language.\n\n)(.*?)(?=^\"\"\"$)", re.M | re.S)
"""The lines of the package's `__init__.py` between which the map stands."""


def summary(path):
    """Return the first line of a module's docstring."""
    with path.open(encoding="utf-8") as file:
        first = file.readline().removeprefix("r")
    assert first.startswith('"""'), f"{path} does not begin with what it is for"
    return first.strip().strip('"').rstrip(".")


def lines_of(folder, depth=0):
    """Yield the lines of a folder: its own summary, its files, then its folders, each in alphabetical order."""
    for path in sorted(folder.glob("*.py")) if folder != ALIKE else ():
        if path.name != "__init__.py":
            yield f"{'  ' * depth + path.name:{WIDTH}}  {summary(path)}"
    for path in sorted(folder.iterdir()):
        if (path / "__init__.py").exists():
            yield f"{'  ' * depth + path.name + '/':{WIDTH}}  {summary(path / '__init__.py')}"
            yield from lines_of(path, depth + 1)


@functools.cache
def the_map():
    return "".join(f"{line.rstrip()}\n" for line in lines_of(PACKAGE))


def test_the_map_is_the_tree():
    path = PACKAGE / "__init__.py"
    text = path.read_text(encoding="utf-8")
    if os.environ.get("UPDATE_MAP"):
        text = PLACE.sub(lambda _: the_map(), text)
        path.write_text(text, encoding="utf-8")
    assert PLACE.search(text), "the map is missing"
    assert PLACE.search(text)[0] == the_map()


def test_every_file_says_in_one_line_what_it_is_for():
    for line in the_map().splitlines():
        name, text = line[:WIDTH].strip(), line[WIDTH:].strip()
        assert 10 <= len(text) <= 120, f"{name}: {text!r}"
