"""The player in a terminal of its own: keys mashed, signals sent, and the terminal as it was afterwards."""

import os
import random
import re
import select
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from rows import every_row

from diffcompare.classroom.demos import NAMES as NAMES_OF_DEMOS
from diffcompare.classroom.demos import load_demo
from diffcompare.classroom.player.opening import opening_lines
from diffcompare.classroom.player.player import LATE, NAMES, _Terminal, escape_length, is_begun
from diffcompare.diagnostics import width
from diffcompare.render import Look
from diffcompare.render.text_layout import line_text

pty = pytest.importorskip("pty", reason="no pseudo-terminals on this system")
termios = pytest.importorskip("termios")
ROOT = Path(__file__).parents[3]
ENTER, LEAVE = b"\x1b[?1049h", b"\x1b[?1049l"
KEYS = [key for key, name in NAMES.items() if name != "quit"]


class Terminal:
    """A program in a terminal of 80 by 24."""

    def __init__(self, *arguments, path=(), directory=None):
        self.master, slave = pty.openpty()
        termios.tcsetwinsize(slave, (24, 80))
        self.before = termios.tcgetattr(slave)
        self.slave = slave
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(map(str, (*path, ROOT))),
            "TERM": "xterm-256color",
            "PYTHONIOENCODING": "utf-8",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "diffcompare", *arguments], stdin=slave, stdout=slave, stderr=subprocess.PIPE,
            env=environment, start_new_session=True, preexec_fn=lambda: take_terminal(slave), cwd=directory,
        )  # fmt: skip
        self.output = b""

    def read(self, seconds=0.1):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if select.select([self.master], [], [], 0.02)[0]:
                self.output += os.read(self.master, 65536)

    def wait_for(self, text, seconds=20, after=0):
        until = time.monotonic() + seconds
        while text not in self.output[after:]:
            assert time.monotonic() < until, self.output[-2000:]
            assert self.process.poll() is None, self.process.stderr.read()
            self.read(0.05)

    def press(self, keys):
        os.write(self.master, keys.encode("latin-1"))

    def end(self):
        until = time.monotonic() + 10
        while self.process.poll() is None and time.monotonic() < until:
            self.read(0.05)
        if self.process.poll() is None:
            self.process.kill()
        self.read(0.1)
        errors = self.process.stderr.read()
        self.process.stderr.close()
        after = termios.tcgetattr(self.slave)
        os.close(self.master)
        os.close(self.slave)
        assert after == self.before  # echo, lines, Ctrl-Z: everything
        assert self.output.count(ENTER) == self.output.count(LEAVE) == 1
        assert self.output.rstrip().endswith(LEAVE)
        assert b"\x1b[?25h" in self.output  # the cursor
        return self.process.wait(), errors


def take_terminal(slave):
    import fcntl

    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)


def screens(output):
    """Every screen that was painted, as lines of text."""
    for painted in output.decode().split("\x1b[H")[1:]:
        text = re.sub(r"\x1b\[[?0-9;]*[a-zA-Z]", "", painted.split("\x1b[J")[0])
        yield text.split("\r\n")


@pytest.mark.thorough
def test_keys_mashed_at_random_break_nothing(tmp_path):
    terminal = Terminal("demo", "tape", directory=tmp_path)
    terminal.wait_for(b"[q] quit")
    draw = random.Random(20)
    keys = [*KEYS, *"xyz\t~", "\x1b[Z", "\x1b[15~"]
    for _ in range(80):
        terminal.press("".join(draw.choices(keys, k=draw.randint(1, 9))))
        terminal.read(0.005)
    terminal.read(0.3)
    terminal.press("q")
    code, errors = terminal.end()
    assert (code, errors) == (0, b"")
    painted = list(screens(terminal.output))
    assert len(painted) > 50
    assert all(len(lines) <= 24 for lines in painted)


def test_ctrl_c_gives_the_terminal_back():
    terminal = Terminal("demo", "memory")
    terminal.wait_for(b"[q] quit")
    terminal.press("\x03")
    assert terminal.end()[0] == 130


def test_a_signal_gives_the_terminal_back():
    terminal = Terminal("demo", "memory")
    terminal.wait_for(b"[q] quit")
    terminal.process.send_signal(signal.SIGTERM)
    code, errors = terminal.end()
    assert code == 128 + signal.SIGTERM
    assert errors == b""


def test_a_frame_is_saved_and_never_written_over(tmp_path):
    (tmp_path / "memory-01-2.svg").touch()
    terminal = Terminal("demo", "memory", directory=tmp_path)
    terminal.wait_for(b"[q] quit")
    for name in (b"memory-01.md", b"memory-01-3.md"):
        terminal.press("s")
        terminal.wait_for(b"saved " + name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["memory-01-2.svg", "memory-01-3.md", "memory-01.md"]
    shutil.rmtree(tmp_path)
    terminal.press("s")
    terminal.wait_for(b"not saved: ")
    terminal.press("q")
    assert terminal.end() == (0, b"")


def test_a_crash_gives_the_terminal_back(tmp_path):
    broken = tmp_path / "sitecustomize.py"
    broken.write_text(
        "import diffcompare.classroom.player.screen as screen\n"
        "def compose(*_):\n    raise RuntimeError('crash')\n"
        "screen.compose = compose\n"
    )
    terminal = Terminal("demo", "memory", path=[tmp_path])
    terminal.wait_for(b"[q] quit")
    terminal.press(" ")
    code, errors = terminal.end()
    assert code == 70
    assert b"Traceback" not in errors


def test_it_plays_by_itself_to_the_end():
    terminal = Terminal("demo", "memory", "--auto", "0.1")
    code, errors = terminal.end()
    assert (code, errors) == (0, b"")
    assert "very good price" in terminal.output.decode()


def test_the_claim_is_there_before_the_frames_and_keys_wait_for_them():
    terminal = Terminal("demo", "step")
    terminal.wait_for(b"[q] quit")
    assert "How small a step?" in terminal.output.decode()
    assert "loses half the digits" in terminal.output.decode()
    assert b"1/1" not in terminal.output
    terminal.press(" p  ")  # the first key opens, the others are for the frames
    terminal.wait_for(b" 3/")
    assert b"computing" in terminal.output
    terminal.press("q")
    assert terminal.end() == (0, b"")


def test_a_demo_is_left_while_its_frames_are_computed():
    terminal = Terminal("demo", "step")
    terminal.wait_for(b"[q] quit")
    terminal.press("q")
    assert terminal.end() == (0, b"")
    assert b"1/" not in terminal.output


def test_the_opening_fits_every_window_and_says_what_is_known_at_once():
    for columns, rows in ((80, 24), (200, 60), (20, 6), (1, 1)):
        for charset in ("braille", "ascii"):
            look = Look(width=columns, charset=charset)
            for name in NAMES_OF_DEMOS:
                lines = [line_text(line) for line in opening_lines(load_demo(name), look, rows, waits=True)]
                assert len(lines) == max(rows, 6)
                assert max(map(width, lines)) < max(columns, 20)
                assert columns < 80 or load_demo(name).claim in " ".join(line.strip() for line in lines)


def test_the_player_begins_without_what_only_frames_need():
    loaded = "sorted(name for name in sys.modules if name.startswith(('numpy', 'sympy', 'diffcompare.studies', 'diffcompare.backends')))"
    code = (
        f"import sys; import diffcompare.cli.commands.demo, diffcompare.classroom.player.player as p; print({loaded})"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert run.stdout.strip() == "[]"


@pytest.mark.thorough
def test_a_clicker_steps_and_escape_does_nothing():
    terminal = Terminal("demo", "kinks")
    terminal.wait_for(b"[q] quit")
    terminal.press("p")
    for key, place in (("\x1b[6~", b" 2/"), ("\x1b[6~", b" 3/"), ("\x1b[5~", b" 2/")):
        seen = len(terminal.output)
        terminal.press(key)
        terminal.wait_for(place, after=seen)
    terminal.press("\x1b")
    terminal.read(2 * LATE)
    assert terminal.process.poll() is None
    terminal.press("q")
    assert terminal.end() == (0, b"")


@every_row("pause", [0.02, 0.1])
@every_row("pieces", [("\x1b", "[C"), ("\x1b", "[", "C"), ("\x1b[", "6~"), ("\x1b[6", "~")])
def test_a_sequence_that_comes_in_pieces_is_one_key(pieces, pause):
    reader, writer = os.pipe()
    keyboard = _Terminal(reader)

    def send():
        for piece in pieces:
            os.write(writer, piece.encode())
            time.sleep(pause)
        os.write(writer, b"q")

    sender = threading.Thread(target=send)
    sender.start()
    actions = [keyboard.read(1), keyboard.read(1)]
    sender.join()
    os.close(writer)
    os.close(reader)
    assert actions == ["next", "quit"]


@pytest.mark.parametrize("waiting", [b"\x1b", b"\x1b[", b"\x1bO", b"\x1b[1;5"])
def test_the_rest_of_a_sequence_is_waited_for(waiting):
    assert is_begun(waiting)


@pytest.mark.parametrize("waiting", [b"q", b"\x1b[C", b"\x1bOC", b"\x1b[6~", b"\x1bx", b"\x1b\x1b", b""])
def test_but_not_where_there_is_none(waiting):
    assert not is_begun(waiting)


@every_row(
    ("waiting", "length"),
    [(b"\x1b", 1), (b"\x1b[C", 3), (b"\x1b[C\x1b[D", 3), (b"\x1bOC", 3), (b"\x1b[15~x", 5), (b"\x1bx", 2),
     (b"\x1b\x1b", 1), (b"\x1b[", 2), (b"\x1b[1;5Cq", 6)],
)  # fmt: skip
def test_an_escape_sequence_is_one_key(waiting, length):
    assert escape_length(waiting) == length
