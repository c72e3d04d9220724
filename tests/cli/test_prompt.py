"""`diffcompare` alone: a prompt in a terminal, the lines of a pipe, and the help where nobody asks anything."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from diffcompare import processes
from diffcompare.cli import main
from diffcompare.cli.prompt import GREETING, PROMPT, Prompt

ROOT = Path(__file__).parents[2]
NEEDS_TERMINAL = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")


# --- A pipe -----------------------------------------------------------------------------------------------------------


def piped(text, **options):
    return subprocess.run(
        [sys.executable, "-m", "diffcompare"], input=text, capture_output=True, cwd=ROOT, timeout=60, **options
    )


def test_the_lines_of_a_pipe_are_answered_and_a_mistake_does_not_stop_them():
    lines = "\ufeff# a comment\r\n\nx^2 --at x=3 -q --method reverse-ad --no-truth\r\nx^\n\xff\0\n"
    done = piped(lines.encode() + b"\xff\xfe\n" + b"ans*2 --at x=3 -q --method reverse-ad --no-truth\nquit\nx\n")
    assert re.findall(rb"reverse-ad +(\S+)", done.stdout) == [b"6.0", b"12.0"]
    assert re.findall(rb"error\[(E\d+)\]", done.stderr) == [b"E202", b"E303", b"E301"]
    assert done.returncode == 2  # the first that is not 0


def test_what_is_said_of_the_notation_is_a_line_and_said_once():
    done = piped(
        b"2x + e --at x=1 -q --no-truth --method reverse-ad\n3x + e --at x=1 -v --no-truth --method reverse-ad\n"
    )
    notes = re.findall(r"note\[(W\d+)\]", done.stderr.decode())
    assert "W303" in notes or notes == ["W301"]
    assert len(notes) == len(set(notes))
    assert "-->" not in done.stderr.decode()


def test_a_command_reads_the_rest_of_the_pipe():
    done = piped(b"quiz --questions 1 --level 1 --seed 1\nskip\nderive x^2 -q\n")
    assert b"Question 1 of 1" in done.stdout
    assert done.stdout.rstrip().endswith(b"d/dx[f] = 2*x")
    assert done.returncode == 0


def test_without_a_question_there_is_the_help(process):
    asked, alone = process("--help"), process()
    assert b"Without a command, diffcompare opens a prompt." in asked.stdout
    assert (alone.stdout, alone.returncode) == (asked.stdout, 0)


# --- Lines, one after the other ---------------------------------------------------------------------------------------


def test_lines_run_as_on_the_command_line(capsys):
    prompt = Prompt(main)
    for line in (
        "derive x^2 + x -q",
        "check ans --hand x=2x + 1",
        "|x| --at x=0 -q",
        "check x --hand x=2 -q",
        "x^2 --metod all",
    ):
        code = prompt.answer(line)
        out, err = capsys.readouterr()
        words = {
            "check ans --hand x=2x + 1": ["check", "x^2 + x", "--hand", "x=2x + 1"],
            "|x| --at x=0 -q": ["grad", "|x|", "--at", "x=0", "-q"],
            "x^2 --metod all": ["grad", "x^2", "--metod", "all"],
        }.get(line) or line.replace("x^2 + x", "x^2+x").split()
        assert (main(words), *capsys.readouterr()) == (code, out.replace("x^2 + x", "x^2 + x"), err)
    assert prompt.answer("exit") == 0
    assert prompt.is_over


def test_help_says_what_the_prompt_adds(capsys):
    prompt = Prompt(main)
    assert prompt.answer("help") == 0
    out = capsys.readouterr().out
    assert "At the prompt" in out.partition("Examples:")[2]  # on the last lines, which are seen
    assert prompt.answer("help derive") == 0
    assert capsys.readouterr().out.startswith("Usage: diffcompare derive")


def test_the_worker_with_sympy_stays_and_that_of_a_users_function_does_not(tmp_path, capsys):
    from diffcompare.backends.symbolic import client

    tmp_path.joinpath("model.py").write_text("def f(x):\n    return x * x\n")
    prompt = Prompt(main)
    assert prompt.answer("x^2 -q --method symbolic --no-truth --at x=1") == 0
    worker = client._idle
    assert worker is not None
    assert prompt.answer(f"grad {tmp_path}/model.py:f -q --method reverse-ad --no-truth --at x=1") == 0
    assert not processes._passing
    assert prompt.answer("x^3 -q --method symbolic --no-truth --at x=1") == 0
    assert client._idle is worker
    assert re.findall(r"symbolic +(\S+)|reverse-ad +(\S+)", capsys.readouterr().out) == [
        ("2.0", ""),
        ("", "2.0"),
        ("3.0", ""),
    ]


def test_a_changed_file_is_read_again(tmp_path, capsys):
    model = tmp_path / "model.py"
    prompt = Prompt(main)
    for factor in (2, 3):
        model.write_text(f"def f(x):\n    return {factor} * x\n")
        assert prompt.answer(f"grad {model}:f -q --method reverse-ad --no-truth --at x=1") == 0
    assert re.findall(r"reverse-ad +(\S+)", capsys.readouterr().out) == ["2.0", "3.0"]


def test_the_language_of_one_command_is_not_that_of_the_next(capsys):
    prompt = Prompt(main)
    prompt.answer("demo kinks --quiet --lang zh")
    prompt.answer("demo kinks --quiet")
    chinese, english = capsys.readouterr().out.split("\nkinks: ")
    assert "真值" in chinese or "信任" in chinese
    assert english.isascii()


# --- A terminal -------------------------------------------------------------------------------------------------------


class Terminal:
    """A prompt in a pseudo-terminal of 80 columns, with a folder for its state."""

    def __init__(self, state, **environment):
        import fcntl
        import pty
        import struct
        import termios

        self.screen = ""
        self.ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "INPUTRC")}
        settings = {"TERM": "xterm", "PYTHONPATH": str(ROOT), "XDG_STATE_HOME": str(state), "HOME": str(state)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "diffcompare"],
            stdin=theirs, stdout=theirs, stderr=theirs, cwd=ROOT, env={**kept, **settings, **environment},
            preexec_fn=self._own_terminal,
        )  # fmt: skip
        os.close(theirs)
        self.wait_for(PROMPT)

    @staticmethod
    def _own_terminal():
        import fcntl
        import termios

        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # so that Ctrl-C is a signal

    def wait_for(self, text, seconds=20):
        """Read until a text comes, and return what came before it."""
        import select

        end = time.monotonic() + seconds
        while text not in self.screen:
            assert time.monotonic() < end, f"no {text!r} in {self.screen!r}"
            if select.select([self.ours], [], [], 0.2)[0]:
                self.screen += os.read(self.ours, 65536).decode("utf-8", "replace").replace("\r\n", "\n")
        before, _, self.screen = self.screen.partition(text)
        return before

    def type(self, keys):
        os.write(self.ours, keys.encode())

    def ask(self, line):
        """Type a line and return what is printed up to the next prompt."""
        self.type(f"{line}\r")
        self.wait_for("\n")
        return self.wait_for(f"\n{PROMPT}")

    def interrupt(self):
        """Press Ctrl-C, a moment after the last key: it throws away what has not been read."""
        time.sleep(0.3)
        self.type("\x03")
        self.wait_for(f"\n{PROMPT}")

    def leave(self):
        self.type("\x04")
        code = self.process.wait(30)
        os.close(self.ours)
        return code


SLOW_WITH_SYMPY = "sin(x*y)*exp(x+y)*tan(x)/(1+x^2+cos(y)^3) + ln(x+sqrt(x*y))*tanh(x^3)"
SHORT = "--method reverse-ad --no-truth -q"


@pytest.fixture
def terminal(tmp_path):
    started = []

    def start(state=tmp_path, **environment):
        started.append(Terminal(state, **environment))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()


@NEEDS_TERMINAL
def test_a_conversation(terminal, tmp_path):
    one = terminal()
    assert "4.0" in one.ask(f"x^2 --at x=2 {SHORT}")
    assert "8.0" in one.ask(f"grad ans*2 --at x=2 {SHORT}")
    assert "E202" in one.ask("grad x^")
    one.type("half a line")
    one.interrupt()
    one.type("jac\t")
    one.wait_for("jacobian ")
    assert "[" in one.ask("[x*y, x] --at x=1,y=2 -q --no-truth --method reverse-ad")
    one.type("derive x^2 -q\rderive x^3 -q\r")  # pasted
    one.wait_for("= 2*x")
    one.wait_for("= 3*x^2")
    one.wait_for(f"\n{PROMPT}")
    one.type("\x1b[A\x1b[A\r")  # the line before the last one
    one.wait_for("= 2*x")
    one.wait_for(f"\n{PROMPT}")
    assert one.leave() == 0
    history = tmp_path.joinpath("diffcompare", "history")
    if sys.platform == "linux":
        assert history.stat().st_mode & 0o077 == 0
        assert history.read_text().splitlines()[-3:] == ["derive x^2 -q", "derive x^3 -q", "derive x^2 -q"]


@NEEDS_TERMINAL
def test_the_history_of_an_earlier_prompt(terminal):
    one = terminal()
    one.ask("derive x^5 -q")
    one.process.send_signal(signal.SIGKILL)  # a terminal that is closed
    one.process.wait()
    one = terminal()
    one.type("\x1b[A")
    one.wait_for("derive x^5 -q")
    one.interrupt()
    assert one.leave() == 0


@NEEDS_TERMINAL
def test_a_folder_that_cannot_be_written_is_no_error(terminal, tmp_path):
    tmp_path.joinpath("file").touch()
    one = terminal(tmp_path / "file")
    assert "error" not in one.ask("derive x^2 -q")
    assert one.leave() == 0


@NEEDS_TERMINAL
def test_an_interruption_ends_the_answer_and_not_the_prompt(terminal):
    one = terminal()
    one.type(f"{SLOW_WITH_SYMPY} --at x=1,y=2 --simplify full --budget 300 -q\r")
    one.wait_for("reverse-ad")  # all but sympy's rows are there
    one.interrupt()
    one.type("scan x --over x=0:1:100000000\r")
    one.wait_for("diffcompare scan: 1 s")
    one.interrupt()
    assert "2.0" in one.ask("x^2 --at x=1 --method symbolic --no-truth -q")
    assert one.leave() == 0


@NEEDS_TERMINAL
def test_a_quiz_and_a_demo_from_the_prompt(terminal):
    one = terminal()
    one.type("quiz --questions 1 --level 1 --seed 1\r")
    one.wait_for("df/dx = ")
    one.type("skip\r")
    one.wait_for(f"\n{PROMPT}")
    one.type("demo kinks\r")
    one.wait_for("\x1b[?1049h")
    time.sleep(0.2)
    one.type("q")
    one.wait_for(PROMPT)
    one.type("\x1b[A\x1b[A")  # an answer in a quiz is no line of the prompt
    one.wait_for("quiz --questions 1")
    one.interrupt()
    assert one.leave() == 0


@NEEDS_TERMINAL
def test_the_prompt_is_there_before_anything_is_imported():
    code = (
        "import builtins, sys\n"
        "from diffcompare.cli.prompt import Prompt\n"
        "def typed(prompt):\n"
        "    print([name for name in ('typing', 're', 'diffcompare.diagnostics', 'json') if name in sys.modules])\n"
        "    raise EOFError\n"
        "builtins.input = typed\n"
        "Prompt(None).converse()"
    )
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == f"{GREETING}[]\n\n"


@NEEDS_TERMINAL
@pytest.mark.parametrize("locale", ["C.UTF-8", "C"])
def test_junk_is_an_error_and_the_prompt_goes_on(terminal, locale):
    one = terminal(LC_ALL=locale)
    os.write(one.ours, b"x^\xff\xfe2 + \xc3\r")
    assert "error[E" in one.wait_for(f"\n{PROMPT}")
    assert "E509" in one.ask('grad "x')
    assert "4.0" in one.ask(f"x^2 --at x=2 {SHORT}")
    assert one.leave() == 0
