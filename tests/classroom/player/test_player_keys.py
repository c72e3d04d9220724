"""The keys of a Windows console, with a console made of a list."""

import sys
from types import SimpleNamespace

import pytest
from rows import every_row

from diffcompare.classroom.player import player as keys
from diffcompare.classroom.player.player import NAMES, WINDOWS, console_with_escapes


@pytest.fixture
def console(monkeypatch):
    """A console on which these characters wait, as `msvcrt` hands them out."""

    def waiting(characters):
        left = list(characters)
        fake = SimpleNamespace(kbhit=lambda: bool(left), getwch=lambda: left.pop(0))
        monkeypatch.setitem(sys.modules, "msvcrt", fake)
        return keys.Console()

    return waiting


@every_row(("second", "name"), WINDOWS.items())
@every_row("first", ["\0", "\xe0"])
def test_a_special_key_is_two_characters(console, first, second, name):
    assert console([first, second, "q"]).read(0) == name


def test_a_clicker_steps_and_escape_does_nothing(console):
    keyboard = console(["\xe0", "Q", "\xe0", "I", "\x1b", "q"])  # page down, page up
    assert [keyboard.read(0) for _ in range(4)] == ["next", "back", "", "quit"]


def test_a_special_key_without_a_meaning_takes_both_its_characters(console):
    keyboard = console(["\xe0", "R", "q"])  # Insert; R alone would have none either
    assert [keyboard.read(0), keyboard.read(0)] == ["", "quit"]


@every_row("key", [key for key in NAMES if len(key) == 1])
def test_other_keys_are_those_of_every_terminal(console, key):
    assert console([key]).read(0) == NAMES[key]


def test_any_character_may_come(console):
    assert console(["é"]).read(0) == ""


def test_control_c_is_an_interrupt(console):
    with pytest.raises(KeyboardInterrupt):
        console(["\x03"]).read(0)


def test_where_nobody_presses_a_key_time_passes(console, monkeypatch):
    slept = []
    monkeypatch.setattr("time.sleep", slept.append)
    monkeypatch.setattr(keys, "monotonic", lambda: float(len(slept)))
    assert console([]).read(3.0) is None
    assert len(slept) == 4


class Kernel:
    """The three functions of kernel32 that switch escape sequences on."""

    def __init__(self, mode, *, is_console=True):
        self.mode, self.is_console = mode, is_console

    def GetStdHandle(self, which):
        assert which == -11  # stdout
        return 7

    def GetConsoleMode(self, handle, pointer):
        pointer._obj.value = self.mode
        return handle == 7 and self.is_console

    def SetConsoleMode(self, handle, mode):
        assert handle == 7
        self.mode = int(mode)
        return True


def crash(kernel):
    with console_with_escapes(kernel):
        assert kernel.mode == 0b111
        raise RuntimeError("crash")


def test_escape_sequences_are_on_while_the_console_is_held():
    kernel = Kernel(0b011)
    with pytest.raises(RuntimeError, match="crash"):
        crash(kernel)
    assert kernel.mode == 0b011


def test_what_is_no_console_has_no_mode():
    kernel = Kernel(0b011, is_console=False)
    with console_with_escapes(kernel):
        assert kernel.mode == 0b011
