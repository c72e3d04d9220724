"""The loop of the player - show a frame, wait for a key, move to the next state - and the terminal in raw mode."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import monotonic
from types import FrameType
from typing import Any, Protocol

from diffcompare import safe_io
from diffcompare.classroom.demos.frame import Demo, Frame, ending, localized
from diffcompare.classroom.player.opening import opening_lines
from diffcompare.classroom.player.state import State, press
from diffcompare.localization import translate
from diffcompare.render import Look
from diffcompare.render.terminal import painted
from diffcompare.render.text_layout import Line
from diffcompare.safe_io import CannotWrite

BEAT = 0.25  # seconds between two checks of the window's size


def run(demos: Sequence[Demo], look: Look, *, seconds: float | None = None, digits: int | None = None) -> None:
    """Play the demos in the terminal until the user quits; with `seconds` each step advances by itself.

    Playback by itself ends with the last frame.  Raises KeyboardInterrupt, with the terminal restored.
    """
    with terminal_keyboard() as keyboard:
        _loop(
            list(map(localized, demos)), look, keyboard, seconds, State(digits=digits if digits in (4, 6, 9) else None)
        )


def _loop(demos: Sequence[Demo], look: Look, keyboard: Keyboard, seconds: float | None, state: State) -> None:
    computed: dict[int, tuple[Frame, ...]] = {}
    painted_state: tuple[State, os.terminal_size] | None = None
    waiting: list[str] = []  # keys that were pressed before there were frames
    while not state.over:
        if state.demo not in computed:
            frames, waiting = _opened(demos[state.demo], look, keyboard, seconds, is_asked=state.frame < 0)
            if "quit" in waiting:
                return
            computed[state.demo] = frames
            painted_state, last_turn = None, monotonic()
        from diffcompare.classroom.player.screen import compose  # while the opening is read

        frames = computed[state.demo]
        if state.frame < 0:
            state = state._replace(frame=len(frames) - 1)
        size = _size()
        if painted_state != (state, size):
            look = look._replace(width=size.columns)
            _show(compose(demos[state.demo], frames, state, look, size.lines, len(demos)).lines, look)
            painted_state = (state, size)
        key = waiting.pop(0) if waiting else keyboard.read(BEAT if seconds is None else min(BEAT, seconds))
        if key is None and seconds is not None and monotonic() - last_turn >= seconds:
            after = press(state, "next", frames, len(demos))
            state, last_turn = (after if after != state else state._replace(over=True)), monotonic()
        elif key == "save" and not state.help:
            state = state._replace(notice=_saved(demos[state.demo], state.frame, frames))
        elif key is not None:
            state, last_turn = press(state, key, frames, len(demos)), monotonic()


def _opened(
    demo: Demo, look: Look, keyboard: Keyboard, seconds: float | None, *, is_asked: bool
) -> tuple[tuple[Frame, ...], list[str]]:
    """Show the claim of a demo while its frames are computed, until a key asks for them.

    Return the frames, and the keys that are left for them.  `is_asked` says that they are asked for already.
    """
    work = _computed(demo)
    frames: tuple[Frame, ...] | None = None
    keys: list[str] = ["next"] * is_asked
    shown: tuple[bool, os.terminal_size] | None = None
    begun = monotonic()
    while frames is None or not keys:
        size = _size()
        if shown != (bool(keys), size):
            shown = (bool(keys), size)
            look = look._replace(width=size.columns)
            _show(opening_lines(demo, look, size.lines, waits=bool(keys)), look)
        key = keyboard.read(0 if frames is None else BEAT if seconds is None else min(BEAT, seconds))
        keys += [key] if key else []
        if key == "quit":
            return (), [key]
        if seconds is not None and monotonic() - begun >= seconds and not keys:
            keys = ["next"]
        if frames is None:
            frames = next(work)
    return frames, keys[keys[0] == "next" :]


def _computed(demo: Demo) -> Iterator[tuple[Frame, ...] | None]:
    """Yield nothing between two pieces of work, so that keys are looked at, and at last all frames with the ending."""
    frames: list[Frame] = []
    for frame in demo.frames():
        frames.append(frame)
        yield None
    yield (*frames, ending(demo))


def with_ending(demo: Demo) -> tuple[Frame, ...]:
    """Return the frames of a demo, with its closing sentence as one more."""
    *_, frames = _computed(demo)
    assert frames is not None
    return frames


def _saved(demo: Demo, index: int, frames: Sequence[Frame]) -> str:
    """Write a frame as in the handout, and return the message that says so."""
    from diffcompare.classroom.handout import write_frame  # which imports all that a handout needs

    try:
        names = write_frame(demo, index + 1, frames[index], os.curdir)
    except CannotWrite as error:
        return translate("not saved: {error}", error=error)
    return translate("saved {names} in {directory}", names=translate(" and ").join(names), directory=os.getcwd())


def _size() -> os.terminal_size:
    import shutil

    return shutil.get_terminal_size()


def _show(lines: Sequence[Line], look: Look) -> None:
    """Paint the whole screen: every line from its beginning, and clear the rest."""
    encoding = sys.stdout.encoding or "utf-8"
    texts = [f"{line}\x1b[K" for line in painted(lines, look)]
    sys.stdout.write(safe_io.encodable("\x1b[H" + "\r\n".join(texts) + "\x1b[J", encoding))
    sys.stdout.flush()


# --- The terminal in raw mode: single keys, the alternate screen, no cursor; restored whatever happens ----------------

ENTER = "\x1b[?1049h\x1b[?25l"  # switch to the alternate screen, hide the cursor
LEAVE = "\x1b[?25h\x1b[?1049l"  # show the cursor, switch back

# Actions by the bytes of a key. Page down and page up are the two keys of a presenter's remote; Escape alone has no
# action.
NAMES = {
    " ": "next", "\r": "next", "\n": "next", "\x1b[C": "next", "\x1bOC": "next", "l": "next", "\x1b[6~": "next",
    "\x1b[D": "back", "\x1bOD": "back", "\x7f": "back", "\x08": "back", "h": "back", "\x1b[5~": "back",
    "\x1b[H": "first", "\x1b[1~": "first", "\x1bOH": "first", "g": "first",
    "\x1b[F": "last", "\x1b[4~": "last", "\x1bOF": "last", "G": "last",
    "\x1b[A": "up", "\x1bOA": "up", "k": "up", "\x1b[B": "down", "\x1bOB": "down", "j": "down",
    "p": "predict", "b": "break", "+": "more", "=": "more", "-": "fewer", "?": "help",
    "f": "forward", "r": "reverse", "s": "save", "n": "next demo", "N": "previous demo",
    "q": "quit", "Q": "quit", "\x04": "quit",
}  # fmt: skip
LATE = 0.15  # seconds to wait for the rest of an escape sequence, which arrives in pieces over a slow line
STDOUT, ESCAPES = -11, 4  # STD_OUTPUT_HANDLE and ENABLE_VIRTUAL_TERMINAL_PROCESSING of the Windows console
# Actions by the second character of a special key on Windows.
WINDOWS = {"M": "next", "K": "back", "G": "first", "O": "last", "H": "up", "P": "down", "Q": "next", "I": "back"}


class Keyboard(Protocol):
    """A source of keys."""

    def read(self, seconds: float) -> str | None:
        """Return the action of the next key, "" for a key without one, or None if no key comes in time."""


@contextmanager
def terminal_keyboard() -> Iterator[Keyboard]:
    """Hold the terminal; restore it afterwards, even after an exception, SIGTERM or SIGHUP."""
    with _signals_as_exits(), _raw() as keyboard:
        _write(ENTER)
        try:
            yield keyboard
        finally:
            _write(LEAVE)


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


@contextmanager
def _signals_as_exits() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into SystemExit, so that the terminal is restored on the way out."""

    def leave(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    kinds = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    old: dict[Any, Any] = {}
    try:
        for kind in kinds:
            old[kind] = signal.signal(kind, leave)
    except ValueError:  # not in the main thread
        pass
    try:
        yield
    finally:
        for kind, handler in old.items():
            signal.signal(kind, handler)


@contextmanager
def _raw() -> Iterator[Keyboard]:
    if os.name == "nt":
        import ctypes

        kernel: Any = getattr(ctypes, "windll").kernel32  # noqa: B009  (it exists on Windows only)
        with console_with_escapes(kernel):
            yield Console()
        return
    import termios
    import tty

    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    try:
        tty.setcbreak(descriptor)
        settings = termios.tcgetattr(descriptor)
        settings[6][termios.VSUSP] = b"\0"  # Ctrl-Z would leave the shell on the other screen
        termios.tcsetattr(descriptor, termios.TCSANOW, settings)
        yield _Terminal(descriptor)
    finally:
        termios.tcsetattr(descriptor, termios.TCSAFLUSH, before)  # keys that nobody read are not for the shell


class _Terminal:
    """Keys of a POSIX terminal, where a key is one or several bytes."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._waiting = b""

    def read(self, seconds: float) -> str | None:
        """Return the action of the next key; see `Keyboard.read`."""
        if not self._waiting:
            if not self._ready(seconds):
                return None
            self._waiting = os.read(self._descriptor, 1024)
            if not self._waiting:  # the terminal is gone
                return "quit"
        while is_begun(self._waiting) and self._ready(LATE) and (more := os.read(self._descriptor, 1024)):
            self._waiting += more
        return NAMES.get(self._take(), "")

    def _ready(self, seconds: float) -> bool:
        import select

        return bool(select.select([self._descriptor], [], [], seconds)[0])

    def _take(self) -> str:
        """Take one key from the waiting bytes: a whole escape sequence, or a single character."""
        waiting = self._waiting
        length = escape_length(waiting) if waiting[:1] == b"\x1b" else 1
        self._waiting = waiting[length:]
        return waiting[:length].decode("latin-1")


def is_begun(waiting: bytes) -> bool:
    """Tell whether the bytes are the beginning of an escape sequence whose rest is missing."""
    if waiting in (b"\x1b", b"\x1b[", b"\x1bO"):
        return True
    return waiting[:2] == b"\x1b[" and not any(0x40 <= byte <= 0x7E for byte in waiting[2:])


def escape_length(waiting: bytes) -> int:
    """Return the length of the escape sequence at the start: ESC, ESC letter, or ESC [ parameters letter."""
    if waiting[1:2] not in (b"[", b"O"):
        return 1 if waiting[1:2] in (b"", b"\x1b") else 2
    end = 2
    while end < len(waiting) and not 0x40 <= waiting[end] <= 0x7E:
        end += 1
    return min(end + 1, len(waiting))


@contextmanager
def console_with_escapes(kernel: Any) -> Iterator[None]:
    """Make a Windows console interpret escape sequences, which older ones do not do by default."""
    from ctypes import byref, c_ulong

    handle, before = kernel.GetStdHandle(STDOUT), c_ulong()
    known = kernel.GetConsoleMode(handle, byref(before))
    if known:
        kernel.SetConsoleMode(handle, before.value | ESCAPES)
    try:
        yield
    finally:
        if known:
            kernel.SetConsoleMode(handle, before.value)


class Console:
    """Keys of a Windows console."""

    def read(self, seconds: float) -> str | None:
        """Return the action of the next key; see `Keyboard.read`."""
        import importlib
        from time import sleep

        msvcrt: Any = importlib.import_module("msvcrt")
        until = monotonic() + seconds
        while not msvcrt.kbhit():
            if monotonic() > until:
                return None
            sleep(0.02)
        first: str = msvcrt.getwch()
        if first == "\x03":
            raise KeyboardInterrupt
        if first in ("\0", "\xe0"):
            return WINDOWS.get(msvcrt.getwch(), "")
        return NAMES.get(first, "")
