"""The state of the player, and the transitions from one state to the next that keys make."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from diffcompare.classroom.demos.frame import Frame

DIGITS: tuple[int | None, ...] = (4, 6, 9, None)  # significant digits, from few to all

LAST = -1  # the last frame of a demo whose length is not known yet


class State(NamedTuple):
    """The state of the player: where it is, and how it shows a frame."""

    demo: int = 0
    frame: int = 0
    revealed: bool = False
    broken: bool = False
    predict: bool = True
    digits: int | None = None
    help: bool = False
    notice: str = ""  # a message that is shown until the next key
    scroll: int = 0
    over: bool = False


def has_open_question(state: State, frames: Sequence[Frame]) -> bool:
    """Tell whether the frame's question is still open."""
    return state.predict and not state.revealed and bool(frames[state.frame].question)


def press(state: State, key: str, frames: Sequence[Frame], demos: int) -> State:
    """Return the state after a key; `frames` belong to the current demo.  A key without an action changes nothing."""
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
        target = _same_node(frames, state.frame, key)
        return state if target is None else _at(state, state.demo, target)
    if key in ("next demo", "previous demo"):
        other = state.demo + (1 if key == "next demo" else -1)
        return _at(state, other, 0) if 0 <= other < demos else state
    return _at(state, state.demo, 0 if key == "first" else len(frames) - 1)


def _same_node(frames: Sequence[Frame], place: int, sweep: str) -> int | None:
    """Return the frame of this sweep that computes the current node, or the next one that does.

    There are several for several seeds or messages.  If there is none, return the sweep's first frame; None for a demo
    without that sweep.
    """
    every = [other for other, frame in enumerate(frames) if frame.sweep == sweep]
    here = [other for other in every if frames[other].node and frames[other].node == frames[place].node]
    if place in here:
        return here[(here.index(place) + 1) % len(here)]
    if place in every:
        return place
    return next(iter([*here, *every]), None)


def _next(state: State, frames: Sequence[Frame], demos: int) -> State:
    if has_open_question(state, frames):
        return state._replace(revealed=True)
    if state.frame + 1 < len(frames):
        return _at(state, state.demo, state.frame + 1)
    return _at(state, state.demo + 1, 0) if state.demo + 1 < demos else state


def _at(state: State, demo: int, frame: int, *, revealed: bool = False) -> State:
    return state._replace(demo=demo, frame=frame, revealed=revealed, broken=False, scroll=0)
