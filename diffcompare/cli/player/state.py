"""What the keys do: from one state of the player to the next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from diffcompare.studies.demos.frame import Frame

DIGITS: tuple[int | None, ...] = (4, 6, 9, None)
"""Significant digits, from few to all of them."""
LAST = -1
"""The last frame of a demo whose length is not known yet."""


class State(NamedTuple):
    """Where the player is, and how it shows it."""

    demo: int = 0
    frame: int = 0
    revealed: bool = False
    broken: bool = False
    predict: bool = True
    digits: int | None = None
    help: bool = False
    notice: str = ""
    """What is to be said until the next key."""
    scroll: int = 0
    over: bool = False


def asks(state: State, frames: Sequence[Frame]) -> bool:
    """Whether the frame's question stands open."""
    return state.predict and not state.revealed and bool(frames[state.frame].question)


def press(state: State, key: str, frames: Sequence[Frame], demos: int) -> State:
    """The state after a key; `frames` are those of the demo shown.  A key without a meaning changes nothing."""
    if key == "quit":
        return state._replace(over=True)
    state = state._replace(notice="")
    if state.help:
        return state._replace(help=False)
    if key in _MOVES:
        return _moved(state, key, frames, demos)
    if key in ("up", "down"):
        return state._replace(scroll=max(state.scroll + (1 if key == "down" else -1), 0))
    if key in ("more", "fewer"):
        place = DIGITS.index(state.digits) + (1 if key == "more" else -1)
        return state._replace(digits=DIGITS[min(max(place, 0), len(DIGITS) - 1)])
    if key == "help":
        return state._replace(help=True)
    if key == "predict":
        return state._replace(predict=not state.predict, revealed=False)
    if key == "break" and frames[state.frame].broken is not None:
        return state._replace(broken=not state.broken, revealed=True, scroll=0)
    return state


_MOVES = ("next", "back", "first", "last", "forward", "reverse", "next demo", "previous demo")


def _moved(state: State, key: str, frames: Sequence[Frame], demos: int) -> State:
    if key == "next":
        return _next(state, frames, demos)
    if key == "back":
        if state.frame > 0:
            return _at(state, state.demo, state.frame - 1, revealed=True)
        return _at(state, state.demo - 1, LAST, revealed=True) if state.demo > 0 else state
    if key in ("forward", "reverse"):
        found = _same_step(frames, state.frame, key)
        return state if found is None else _at(state, state.demo, found)
    if key in ("next demo", "previous demo"):
        other = state.demo + (1 if key == "next demo" else -1)
        return _at(state, other, 0) if 0 <= other < demos else state
    return _at(state, state.demo, 0 if key == "first" else len(frames) - 1)


def _same_step(frames: Sequence[Frame], place: int, sweep: str) -> int | None:
    """Where this sweep comes by the node that is shown; again for the next time, of another seed or message.

    Where it does not, where it begins; None for a demo without that sweep.
    """
    every = [other for other, frame in enumerate(frames) if frame.sweep == sweep]
    here = [other for other in every if frames[other].node and frames[other].node == frames[place].node]
    if place in here:
        return here[(here.index(place) + 1) % len(here)]
    if place in every:
        return place
    return next(iter([*here, *every]), None)


def _next(state: State, frames: Sequence[Frame], demos: int) -> State:
    if asks(state, frames):
        return state._replace(revealed=True)
    if state.frame + 1 < len(frames):
        return _at(state, state.demo, state.frame + 1)
    return _at(state, state.demo + 1, 0) if state.demo + 1 < demos else state


def _at(state: State, demo: int, frame: int, *, revealed: bool = False) -> State:
    return state._replace(demo=demo, frame=frame, revealed=revealed, broken=False, scroll=0)
