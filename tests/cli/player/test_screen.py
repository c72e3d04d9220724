"""The screen: never wider and never taller than the window, whatever is in it."""

import functools

import pytest

from diffcompare.cli.player.play import with_ending
from diffcompare.cli.player.screen import compose
from diffcompare.cli.player.state import State
from diffcompare.render import Look
from diffcompare.render.glyphs import width
from diffcompare.studies.demos import NAMES, demo

LOOK = Look(width=80)


@functools.cache
def frames(name):
    return with_ending(demo(name))


def screen(name, state, columns=80, rows=24, charset="braille"):
    return compose(demo(name), frames(name), state, Look(width=columns, charset=charset), rows).lines


WINDOWS = [("braille", size) for size in ((80, 24), (120, 40), (40, 12), (1, 1))] + [("ascii", (20, 6))]


@pytest.mark.parametrize("name", ["trace", "tape", "swell", "nan", "memory"])
@pytest.mark.parametrize(("charset", "size"), WINDOWS)
def test_every_frame_fits_every_window(name, charset, size):
    columns, rows = size
    for place in range(len(frames(name))):
        for state in (
            State(frame=place),
            State(frame=place, revealed=True),
            State(frame=place, broken=True, scroll=99),
        ):
            lines = screen(name, state, columns, rows, charset)
            assert len(lines) <= max(rows, 6)
            assert max(map(width, lines)) < max(columns, 20)
            assert all(line.isprintable() for line in lines)
            assert charset != "ascii" or all(line.isascii() for line in lines)


def test_an_open_question_hides_the_rule_and_the_answer():
    place = next(i for i, frame in enumerate(frames("trace")) if frame.broken and "+=" in frame.broken.bug)
    asked, told = (screen("trace", State(frame=place, revealed=revealed)) for revealed in (False, True))
    assert any(line.startswith(" PREDICT") for line in asked)
    assert not any(line.startswith((" RULE", " WHY")) for line in asked)
    assert any(line.startswith(" RULE") for line in told)
    value = next(iter(frames("trace")[place].numbers.values()))
    assert not any(str(value) in line for line in asked)
    assert any(str(value) in line for line in told)


def test_a_broken_step_says_so_in_words():
    place = next(i for i, frame in enumerate(frames("trace")) if frame.broken and "+=" in frame.broken.bug)
    lines = screen("trace", State(frame=place, broken=True, revealed=True))
    assert "[BROKEN: = for +=]" in lines[0]
    assert any(line.startswith(" BROKEN") for line in lines)


@pytest.mark.parametrize("name", NAMES)
def test_every_frame_is_seen_whole_on_80_by_24(name):
    for place, frame in enumerate(frames(name)):
        states = [State(frame=place, revealed=revealed) for revealed in (False, True)]
        states += [State(frame=place, broken=True)] if getattr(frame, "broken", None) else []
        for state in states:
            lines = screen(name, state)
            assert not any("below (down)" in line for line in lines), lines


def test_a_wide_window_has_graph_and_table_beside_each_other():
    lines = screen("trace", State(frame=len(frames("trace")) - 4, revealed=True), 120, 40)
    assert any("┃" in line and "v̄₅" in line and "seed" in line for line in lines)


def test_what_does_not_fit_can_be_scrolled():
    top, below = (screen("memory", State(scroll=scroll, revealed=True), 80, 10) for scroll in (0, 2))
    assert any("below (down)" in line for line in top)
    assert top != below
    assert any("above (up)" in line for line in below)


def test_the_closing_sentence_is_the_last_frame():
    lines = screen("memory", State(frame=len(frames("memory")) - 1))
    assert any(demo("memory").lesson in line for line in lines)
