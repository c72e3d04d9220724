"""What the keys do, without a terminal."""

import random

from rows import every_row

from diffcompare.classroom.demos.frame import Broken, Frame
from diffcompare.classroom.player.state import DIGITS, LAST, State, has_open_question, press
from diffcompare.document import Paragraph

SHOWN = (Paragraph("shown"),)
FRAMES = (
    Frame("Values: step 1", SHOWN, sweep="primal", node="v1"),
    Frame("Forward from x", SHOWN, question="How much?", question_blocks=(Paragraph("?"),), sweep="forward", node="v0"),
    Frame("Reverse: step 1", SHOWN, broken=Broken("a bug", SHOWN, "Damage."), sweep="reverse", node="v1"),
)


def pressed(*keys, state=State(), demos=2):  # noqa: B008  (a State never changes)
    for key in keys:
        state = press(state, key, FRAMES, demos)
        if state.frame == LAST:
            state = state._replace(frame=len(FRAMES) - 1)
    return state


def test_a_question_is_revealed_before_the_next_frame_comes():
    state = pressed("next")
    assert has_open_question(state, FRAMES)
    state = press(state, "next", FRAMES, 2)
    assert (state.frame, has_open_question(state, FRAMES)) == (1, False)
    assert press(state, "next", FRAMES, 2).frame == 2


def test_without_predicting_nothing_is_asked():
    assert not has_open_question(pressed("predict", "next"), FRAMES)


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


SWEEPS = (
    Frame("The function", SHOWN),
    *[Frame("Values", SHOWN, sweep="primal", node=node) for node in ("x", "y", "v1")],
    *[Frame("By x", SHOWN, sweep="forward", node=node) for node in ("x", "y", "v1")],
    *[Frame("By y", SHOWN, sweep="forward", node=node) for node in ("x", "y", "v1")],
    *[Frame("Reverse", SHOWN, sweep="reverse", node=node) for node in ("v1", "x", "y", "x")],
    Frame("The test", SHOWN),
)
"""Nine steps of three sweeps: two seeds, and two messages to x."""


@every_row(
    ("place", "key", "there"),
    [
        (2, "forward", 5),  # the value of y: its tangent
        (5, "forward", 8),  # of the other seed
        (8, "forward", 5),  # and the first one again
        (8, "reverse", 12),  # its adjoint
        (12, "forward", 5),
        (1, "reverse", 11),  # x has two messages
        (11, "reverse", 13),
        (13, "reverse", 11),
        (0, "forward", 4),  # no node: where the sweep begins
        (14, "reverse", 10),
    ],
)
def test_from_a_step_to_the_same_node_in_another_sweep(place, key, there):
    state = press(State(frame=place, revealed=True), key, SWEEPS, 1)
    assert (state.frame, state.revealed) == (there, False)


def test_a_demo_without_sweeps_stays_where_it_is():
    frames = (Frame("one", SHOWN), Frame("two", SHOWN, sweep="primal", node="x"))
    assert press(State(frame=1), "reverse", frames, 1) == State(frame=1)


def test_a_sweep_without_nodes_stays_where_it_is():
    frames = (Frame("one", SHOWN, sweep="reverse"), Frame("two", SHOWN, sweep="reverse"))
    assert press(State(frame=1), "reverse", frames, 1).frame == 1
    assert press(State(frame=1), "forward", frames, 1).frame == 1


def test_a_notice_stays_until_the_next_key():
    state = State(notice="saved")
    assert all(not press(state, key, FRAMES, 1).notice for key in ("next", "help", "more", ""))


def test_digits_have_ends():
    assert pressed("more").digits is None
    assert pressed("fewer").digits == 9
    assert pressed(*["fewer"] * 9).digits == DIGITS[0]


def test_any_key_leaves_the_help():
    assert pressed("help").help
    assert pressed("help", "next") == State()
    assert pressed("help", "quit").over


@every_row("seed", range(20))
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
