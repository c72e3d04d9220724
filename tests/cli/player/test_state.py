"""What the keys do, without a terminal."""

import random

import pytest

from diffcompare.cli.player.state import DIGITS, LAST, State, asks, press
from diffcompare.document import Paragraph
from diffcompare.studies.demos.frame import Broken, Frame

SHOWN = (Paragraph("shown"),)
FRAMES = (
    Frame("Values: step 1", SHOWN),
    Frame("Forward from x", SHOWN, question="How much?", asked=(Paragraph("?"),)),
    Frame("Reverse: step 1", SHOWN, broken=Broken("a bug", SHOWN, "Damage.")),
)


def pressed(*keys, state=State(), demos=2):  # noqa: B008  (a State never changes)
    for key in keys:
        state = press(state, key, FRAMES, demos)
        if state.frame == LAST:
            state = state._replace(frame=len(FRAMES) - 1)
    return state


def test_a_question_is_revealed_before_the_next_frame_comes():
    state = pressed("next")
    assert asks(state, FRAMES)
    state = press(state, "next", FRAMES, 2)
    assert (state.frame, asks(state, FRAMES)) == (1, False)
    assert press(state, "next", FRAMES, 2).frame == 2


def test_without_predicting_nothing_is_asked():
    assert not asks(pressed("predict", "next"), FRAMES)


def test_back_shows_what_was_revealed():
    state = pressed("last", "back")
    assert (state.frame, state.revealed) == (1, True)


def test_from_one_demo_to_the_next_and_back():
    assert pressed("last", "next")[:2] == (1, 0)
    assert pressed("last", "next", "back")[:2] == (0, 2)
    assert pressed("next demo")[:2] == (1, 0)
    assert pressed("previous demo") == State()
    assert pressed("last", "next", demos=1)[:2] == (0, 2)


def test_break_it_only_where_something_can_break():
    assert not pressed("break").broken
    assert pressed("last", "break").broken
    assert not pressed("last", "break", "break").broken
    assert not pressed("last", "break", "back").broken


def test_jumps_to_the_sweeps():
    assert pressed("reverse").frame == 2
    assert pressed("forward").frame == 1


def test_digits_have_ends():
    assert pressed("more").digits is None
    assert pressed("fewer").digits == 9
    assert pressed(*["fewer"] * 9).digits == DIGITS[0]


def test_any_key_leaves_the_help():
    assert pressed("help").help
    assert pressed("help", "next") == State()
    assert pressed("help", "quit").over


@pytest.mark.parametrize("seed", range(20))
def test_no_keys_lead_astray(seed):
    draw = random.Random(seed)
    keys = ("next", "back", "first", "last", "up", "down", "predict", "break", "more", "fewer", "help", "forward",
            "reverse", "next demo", "previous demo", "")  # fmt: skip
    state = State()
    for _ in range(500):
        state = pressed(draw.choice(keys), state=state)
        assert 0 <= state.frame < len(FRAMES)
        assert 0 <= state.demo < 2
        assert state.scroll >= 0
        assert not state.over
