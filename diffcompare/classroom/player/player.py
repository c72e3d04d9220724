"""The loop of the player: show a frame, wait for a key, move to the next state."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from functools import cache
from time import monotonic

from diffcompare import safe_io
from diffcompare.classroom.demos.frame import Demo, Frame
from diffcompare.classroom.player.keyboard import Keyboard, held
from diffcompare.classroom.player.screen import Screen, State, compose, ending, press
from diffcompare.localization import translate
from diffcompare.render import Look
from diffcompare.render.terminal import painted
from diffcompare.safe_io import CannotWrite

BEAT = 0.25  # seconds between two checks of the window's size


def run(demos: Sequence[Demo], look: Look, *, seconds: float | None = None, digits: int | None = None) -> None:
    """Play the demos in the terminal until the user quits; with `seconds` each step advances by itself.

    Playback by itself ends with the last frame.  Raises KeyboardInterrupt, with the terminal restored.
    """
    with held() as keyboard:
        _loop(demos, look, keyboard, seconds, State(digits=digits if digits in (4, 6, 9) else None))


def _loop(demos: Sequence[Demo], look: Look, keyboard: Keyboard, seconds: float | None, state: State) -> None:
    @cache
    def frames_of(index: int) -> tuple[Frame, ...]:
        title = translate("{name}: {claim}", name=demos[index].name, claim=demos[index].claim)
        waiting = (f" {title}", "", translate(" computing ..."))
        _show(Screen(tuple([[(line, "")] for line in waiting])), look)
        return with_ending(demos[index])

    painted_state: tuple[State, os.terminal_size] | None = None
    last_turn = monotonic()
    while not state.over:
        frames = frames_of(state.demo)
        if state.frame < 0:
            state = state._replace(frame=len(frames) - 1)
        size = _size()
        if painted_state != (state, size):
            look = look._replace(width=size.columns)
            _show(compose(demos[state.demo], frames, state, look, size.lines, len(demos)), look)
            painted_state = (state, size)
        key = keyboard.read(BEAT if seconds is None else min(BEAT, seconds))
        if key is None and seconds is not None and monotonic() - last_turn >= seconds:
            after = press(state, "next", frames, len(demos))
            state, last_turn = (after if after != state else state._replace(over=True)), monotonic()
        elif key == "save" and not state.help:
            state = state._replace(notice=_saved(demos[state.demo], state.frame, frames))
        elif key is not None:
            state, last_turn = press(state, key, frames, len(demos)), monotonic()


def with_ending(demo: Demo) -> tuple[Frame, ...]:
    """Return the frames of a demo, with its closing sentence as one more."""
    return (*demo.frames(), ending(demo))


def _saved(demo: Demo, index: int, frames: Sequence[Frame]) -> str:
    """Write a frame as in the handout, and return the message that says so."""
    from diffcompare.classroom.handout import write_frame

    try:
        names = write_frame(demo, index + 1, frames[index], os.curdir)
    except CannotWrite as error:
        return translate("not saved: {error}", error=error)
    return translate("saved {names} in {directory}", names=translate(" and ").join(names), directory=os.getcwd())


def _size() -> os.terminal_size:
    import shutil

    return shutil.get_terminal_size()


def _show(screen: Screen, look: Look) -> None:
    """Paint the whole screen: every line from its beginning, and clear the rest."""
    encoding = sys.stdout.encoding or "utf-8"
    lines = [f"{line}\x1b[K" for line in painted(screen.lines, look)]
    sys.stdout.write(safe_io.encodable("\x1b[H" + "\r\n".join(lines) + "\x1b[J", encoding))
    sys.stdout.flush()
