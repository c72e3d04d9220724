"""The loop: show, wait for a key, go on."""

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

BEAT = 0.25  # Seconds after which the size of the window is looked at again.


def run(demos: Sequence[Demo], look: Look, *, seconds: float | None = None, digits: int | None = None) -> None:
    """Play the demos in the terminal until somebody leaves; with `seconds` each step goes on by itself.

    The last frame of a playback by itself ends it.  Raises KeyboardInterrupt, with the terminal as it was.
    """
    with held() as keyboard:
        _loop(demos, look, keyboard, seconds, State(digits=digits if digits in (4, 6, 9) else None))


def _loop(demos: Sequence[Demo], look: Look, keyboard: Keyboard, seconds: float | None, state: State) -> None:
    @cache
    def frames_of(place: int) -> tuple[Frame, ...]:
        title = translate("{name}: {claim}", name=demos[place].name, claim=demos[place].claim)
        told = (f" {title}", "", translate(" computing ..."))
        _show(Screen(tuple([[(line, "")] for line in told])), look)
        return with_ending(demos[place])

    shown: tuple[State, os.terminal_size] | None = None
    turned = monotonic()
    while not state.over:
        frames = frames_of(state.demo)
        if state.frame < 0:
            state = state._replace(frame=len(frames) - 1)
        size = _size()
        if shown != (state, size):
            look = look._replace(width=size.columns)
            _show(compose(demos[state.demo], frames, state, look, size.lines, len(demos)), look)
            shown = (state, size)
        key = keyboard.read(BEAT if seconds is None else min(BEAT, seconds))
        if key is None and seconds is not None and monotonic() - turned >= seconds:
            after = press(state, "next", frames, len(demos))
            state, turned = (after if after != state else state._replace(over=True)), monotonic()
        elif key == "save" and not state.help:
            state = state._replace(notice=_saved(demos[state.demo], state.frame, frames))
        elif key is not None:
            state, turned = press(state, key, frames, len(demos)), monotonic()


def with_ending(which: Demo) -> tuple[Frame, ...]:
    """The frames, and the closing sentence as one more."""
    return (*which.frames(), ending(which))


def _saved(which: Demo, place: int, frames: Sequence[Frame]) -> str:
    """The frame written as the handout has it, and what is to be said of that."""
    from diffcompare.classroom.handout import write_frame

    try:
        names = write_frame(which, place + 1, frames[place], os.curdir)
    except CannotWrite as error:
        return translate("not saved: {error}", error=error)
    return translate("saved {names} in {directory}", names=translate(" and ").join(names), directory=os.getcwd())


def _size() -> os.terminal_size:
    import shutil

    return shutil.get_terminal_size()


def _show(screen: Screen, look: Look) -> None:
    """Paint the screen anew: every line from its beginning, and the rest of it cleared."""
    encoding = sys.stdout.encoding or "utf-8"
    lines = [f"{line}\x1b[K" for line in painted(screen.lines, look)]
    sys.stdout.write(safe_io.encodable("\x1b[H" + "\r\n".join(lines) + "\x1b[J", encoding))
    sys.stdout.flush()
