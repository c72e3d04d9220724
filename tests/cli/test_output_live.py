"""A result that grows on a terminal: everything at once but for the method that is at work, whose rows fill in later."""

import io
import os
import re
import sys

import pytest

from diffcompare import backends
from diffcompare.backends.problem import Backend, Derivative
from diffcompare.cli import main

ASKED = ("grad", "x*y", "--at", "x=3,y=4", "--method", "symbolic,reverse-ad", "--no-truth", "-q")


class Terminal(io.StringIO):
    """A terminal of a few columns and rows that understands what is written to it."""

    encoding = "utf-8"

    def __init__(self, columns, rows):
        super().__init__()
        self.columns, self.rows, self.lines, self.row = columns, rows, [""], 0

    def isatty(self):
        return True

    def write(self, text):
        text = re.sub(r"\x1b\[[\d;]*m", "", text)
        for part in re.findall(r"\x1b\[\d*[A-Z]|\r|\n|[^\x1b\r\n]+", text):
            top = max(0, len(self.lines) - self.rows)
            if part[0] == "\x1b":
                count = int(part[2:-1] or 1)
                if part[-1] in "AB":
                    self.row = max(top, self.row + (count if part[-1] == "B" else -count))
                elif part == "\x1b[2K":
                    self.lines[self.row] = ""
                else:
                    assert part == "\x1b[J"
                    del self.lines[self.row + 1 :]
                    self.lines[self.row] = ""
            elif part == "\n":
                self.row += 1
            elif part != "\r":
                rows = [part[start : start + self.columns] for start in range(0, len(part), self.columns)]
                self.put(rows[0])
                for row in rows[1:]:
                    self.row += 1
                    self.lines += [""] * (self.row + 1 - len(self.lines))
                    self.put(row)
            self.lines += [""] * (self.row + 1 - len(self.lines))
        return len(text)

    def put(self, text):
        self.lines[self.row] = text + self.lines[self.row][len(text) :]

    def shown(self):
        return [line.rstrip() for line in self.lines]


@pytest.fixture
def screen(monkeypatch):
    def made(columns=80, rows=50):
        terminal = Terminal(columns, rows)
        monkeypatch.setattr(sys, "stdout", terminal)
        monkeypatch.setattr("shutil.get_terminal_size", lambda *_: os.terminal_size((columns, rows)))
        for name in ("NO_COLOR", "FORCE_COLOR"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("TERM", "xterm")
        return terminal

    return made


@pytest.fixture
def sympy_that(monkeypatch):
    """Put a backend in the place of sympy: it shows these answers, one after the other, while it works."""

    def answers(*shown, end=None):
        def follow(problem, look):
            for gradient in shown:
                look(Derivative("symbolic", "pending", gradient=gradient))
            if end is not None:
                raise end
            return Derivative("symbolic", gradient={"x": 4.0, "y": 3.0})

        loaded = backends._loaded
        fake = Backend("symbolic", lambda problem: follow(problem, lambda _: None), lambda: None, follow)
        monkeypatch.setattr(backends, "_loaded", lambda name: fake if name == "symbolic" else loaded(name))

    return answers


def values(lines):
    """The numbers of sympy and of reverse mode, x before y, in the lines of a table."""
    return [line.split()[-1] for line in lines if "symbolic" in line or "reverse-ad" in line]


def test_rows_fill_in_as_they_come_and_the_end_is_the_finished_table(screen, sympy_that, monkeypatch):
    terminal = screen()
    seen = []
    write = terminal.write
    monkeypatch.setattr(terminal, "write", lambda text: (write(text), seen.append(values(terminal.shown())))[0])
    sympy_that({"x": 4.0, "y": None})
    assert main(ASKED) == 0
    frames = [frame for place, frame in enumerate(seen) if frame and frame != seen[place - 1]]
    assert frames == [["…", "4.0", "…", "3.0"], ["4.0", "4.0", "…", "3.0"], ["4.0", "4.0", "3.0", "3.0"]]
    grown = terminal.shown()
    terminal = screen()
    sympy_that()
    main([*ASKED, "--color", "never"])
    assert grown == terminal.shown()


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (80, 8), (30, 10), (200, 24)])
def test_on_a_screen_that_is_too_low_the_frame_is_cut_and_the_finished_table_is_whole(
    screen, sympy_that, columns, rows
):
    def final(color):
        terminal = screen(columns, rows)
        sympy_that({"x": 4.0, "y": None}, {"x": 4.0, "y": 3.0})
        assert main(["grad", "x*y", "--at", "x=3,y=4", "--method", "symbolic,reverse-ad", "--color", color]) == 0
        return terminal.shown()

    underlined = [line for line in final("always") if "digits that differ" not in line]
    brackets = [re.sub(r"[\[\]]", "", line) for line in final("never") if "digits that differ" not in line]
    assert underlined == brackets


def test_ctrl_c_keeps_what_is_there(screen, sympy_that):
    terminal = screen()
    sympy_that({"x": 4.0, "y": None}, end=KeyboardInterrupt())
    assert main(ASKED) == 130
    assert values(terminal.shown()) == ["4.0", "4.0", "interrupted", "3.0"]


def test_notes_stand_above_the_first_frame_and_are_said_once(screen, sympy_that, monkeypatch):
    terminal = screen()
    monkeypatch.setattr(sys, "stderr", terminal)
    sympy_that({"x": 4.0, "y": None})
    main(["grad", "x*y", "--method", "symbolic,reverse-ad", "--no-truth"])
    notes = [place for place, line in enumerate(terminal.shown()) if "note[W311]" in line]
    (verdict,) = [place for place, line in enumerate(terminal.shown()) if "The truth was not asked for" in line]
    assert len(notes) == 1
    assert notes[0] < verdict


@pytest.mark.parametrize(
    "arguments", [("--color", "never"), ("--json",), ("--format", "plain"), ("-o", "result.txt")], ids=" ".join
)
def test_where_nothing_can_be_overwritten_there_are_no_frames(screen, sympy_that, arguments, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    terminal = screen()
    writes = []
    monkeypatch.setattr(terminal, "write", writes.append)
    sympy_that({"x": 4.0, "y": None})
    assert main([*ASKED, *arguments]) == 0
    assert len(writes) == (arguments[0] != "-o")
    assert "\x1b[" not in "".join(writes)


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_nor_on_terminals_that_cannot(screen, sympy_that, monkeypatch, name, value):
    terminal = screen()
    monkeypatch.setenv(name, value)
    writes = []
    monkeypatch.setattr(terminal, "write", writes.append)
    sympy_that({"x": 4.0, "y": None})
    assert main(ASKED) == 0
    assert len(writes) == 1
    assert not re.search(r"\x1b\[\d*[AJKB]", writes[0])
