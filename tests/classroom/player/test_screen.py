"""The screen: never wider and never taller than the window, whatever is in it."""

import functools
import math
import re

import playing
import pytest
from rows import every_row
from thorough_tier import one_in

from diffcompare.classroom.demos import NAMES, load_demo
from diffcompare.classroom.demos.frame import Frame, localized
from diffcompare.classroom.own_program import own_tape, tape_frames
from diffcompare.classroom.player.player import with_ending
from diffcompare.classroom.player.screen import compose
from diffcompare.classroom.player.state import State
from diffcompare.diagnostics import width
from diffcompare.document import Code, Graph, Paragraph, Source
from diffcompare.inputs.python_function import function_input
from diffcompare.localization import use_language
from diffcompare.render import Look
from diffcompare.render.terminal import painted

LOOK = Look(width=80)
SHOWN = (Paragraph("shown"),)


@functools.cache
def frames(name):
    with use_language("en"):  # they are kept, and their ending is in the language of whoever asks first
        return with_ending(load_demo(name)._replace(frames=lambda: playing.played(name).frames))


@functools.cache
def in_chinese(name):
    played_frames = frames(name)[:-1]  # the numbers need not be computed again
    return localized(load_demo(name)._replace(frames=lambda: played_frames))


def screen(name, state, columns=80, rows=24, charset="braille"):
    return compose(load_demo(name), frames(name), state, Look(width=columns, charset=charset), rows).texts


WINDOWS = [("braille", size) for size in ((80, 24), (120, 40), (40, 12), (1, 1))] + [("ascii", (20, 6))]


@pytest.mark.parametrize("name", one_in(3, ["trace", "tape", "swell", "nan", "memory"]))
@pytest.mark.parametrize(("charset", "size"), one_in(2, WINDOWS))
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
    asked, revealed_lines = (screen("trace", State(frame=place, revealed=revealed)) for revealed in (False, True))
    assert any(line.startswith(" PREDICT") for line in asked)
    assert not any(line.startswith((" RULE", " WHY")) for line in asked)
    assert any(line.startswith(" RULE") for line in revealed_lines)
    value = f"{next(iter(frames('trace')[place].numbers.values())):.6g}"
    assert not any(value in line for line in asked)
    assert any(value in line for line in revealed_lines)


def test_a_broken_step_says_so_in_words():
    place = next(i for i, frame in enumerate(frames("trace")) if frame.broken and "+=" in frame.broken.bug)
    lines = screen("trace", State(frame=place, broken=True, revealed=True))
    assert "[BROKEN: = for +=]" in lines[0]
    assert any(line.startswith(" BROKEN") for line in lines)
    state = State(frame=place, broken=True, revealed=True)
    spans = [span for line in compose(load_demo("trace"), frames("trace"), state, LOOK, 24).lines for span in line]
    assert ("wrong-verdict", True) in {
        (style, text.startswith(" BROKEN")) for text, style in spans
    }  # colour comes on top


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


@pytest.mark.thorough
@pytest.mark.parametrize(("spoken", "charset"), [("en", "braille"), ("en", "ascii"), ("zh", "braille")])
def test_on_80_columns_too_and_all_rows_are_there(spoken, charset):
    """Every step of the trace, asked and told: graph to the left, to the right as many rows as there were steps."""
    edge = "┃" if charset == "braille" else "["
    which = in_chinese("trace") if spoken == "zh" else load_demo("trace")._replace(frames=lambda: frames("trace")[:-1])
    with use_language(spoken):
        every = with_ending(which)
        for place, frame in enumerate(every):
            graph = next((block for block in frame.blocks if isinstance(block, Graph)), None)
            for revealed in (False, True) if frame.sweep else ():
                state = State(frame=place, revealed=revealed)
                lines = compose(which, every, state, Look(width=80, charset=charset), 24).texts
                rows = [line for line in lines if re.search(r" [>✓#] v\S* ", line)]
                assert len(rows) == len(graph.table.rows), lines
                assert sum(line.startswith(edge) for line in lines) > 1


def test_that_digits_are_left_out_is_said():
    place = place_of("trace", sweep="reverse", node="v₃")
    captions = [
        next(line for line in screen("trace", State(frame=place, digits=digits), *size) if "Reverse" in line[20:])
        for digits, size in ((None, (80, 24)), (None, (120, 40)), (4, (80, 24)))
    ]
    assert ["(6 digits)" in caption for caption in captions] == [True, False, False]


def test_the_drawing_is_as_dense_at_the_beginning_of_a_sweep_as_at_its_end():
    for sweep in ("primal", "forward", "reverse"):
        places = [place for place, frame in enumerate(frames("trace")) if frame.sweep == sweep]
        texts = ["\n".join(screen("trace", State(frame=place, revealed=True))) for place in places]
        assert len({"v₁=ln" in text for text in texts}) == 1


def own_screen(function, frame, columns, rows=24, **point):
    question = function_input(function, point, "f")
    play = (*tape_frames(own_tape(question, None)), Frame("end", SHOWN))
    return compose(load_demo("tape"), play, State(frame=frame), Look(width=columns), rows).texts


def stepwise(x):
    y = x * x
    z = math.sin(y) + math.cos(y) * math.exp(-y)
    return z * 2


@pytest.mark.parametrize("columns", [80, 120, 200])
def test_a_program_has_its_tape_on_its_right(columns):
    texts = own_screen(stepwise, 3, columns, x=0.5)
    (running,) = (line for line in texts if line.startswith("> "))
    (latest,) = (line for line in texts if re.search(r"> t4 .*Neg", line))
    assert "z = math.sin(y)" in running
    assert any("return z * 2" in line for line in texts)
    assert latest.index("> t4") > width("    z = math.sin(y)")


def test_the_program_stands_still_while_the_tape_grows():
    starts = {own_screen(stepwise, frame, 100, x=0.5)[1].index("The tape") for frame in range(7)}
    assert len(starts) == 1


def test_a_narrow_screen_has_the_tape_below_and_its_newest_line_in_sight():
    texts = own_screen(stepwise, 5, 56, x=0.5)
    lines = [line.split()[:2] for line in texts]
    assert lines.index([">", "t6"]) > next(place for place, line in enumerate(lines) if line[:1] == [">"])


def test_the_running_line_is_folded_where_it_is_too_long():
    def wide(x):
        return math.sin(x) + math.cos(x) + math.exp(x) + math.sin(2 * x) + math.cos(3 * x) + math.exp(x / 7) + math.tan(x)  # fmt: skip

    texts = own_screen(wide, 4, 80, x=0.5)
    assert any("tan(x)" in line[:40] for line in texts)
    assert all(width(line) < 80 for line in texts)


def place_of(name, **wanted):
    return next(
        place
        for place, frame in enumerate(frames(name))
        if all(getattr(frame, key) == value for key, value in wanted.items())
    )


@pytest.mark.parametrize(("charset", "tick"), [("braille", "✓"), ("ascii", "#")])
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_steps_done_have_a_tick_and_the_one_shown_a_sign_and_reversed_video(charset, tick, size):
    """In the graph and in the table; colour only comes in addition."""
    place = place_of("trace", sweep="reverse", node="v₃")
    screen_now = compose(
        load_demo("trace"), frames("trace"), State(frame=place, revealed=True), Look(size[0], charset=charset), size[1]
    )
    text = "\n".join(screen_now.texts)
    v3, v5 = ("v₃", "v₅") if charset != "ascii" else ("v3", "v5")
    equals = " = " if size[0] > 100 else "="
    assert f">{v3}{equals}sin" in text
    assert f"{tick}{v5}{equals}" in text
    rows = [line for line in screen_now.texts if re.search(r"seed|1\.0+ *$|-1\.0+ *$", line)]
    rows = [rows[0], rows[-1]]
    assert [tick in rows[0], "> " in rows[1]] == [True, True]
    reverse = ["".join(text for text, style in line if style == "now") for line in screen_now.lines]
    assert f"{v3}{equals}sin" in "".join(reverse)
    bar = next(text for text in reverse if "-1.0" in text)
    assert re.search(r"> v\S* += .*-1\.0", bar)  # one bar from the mark to the number


def test_values_tangents_and_adjoints_have_signs_and_colours_of_their_own():
    def styles(sweep):
        state = State(frame=place_of("trace", sweep=sweep, node="v₃"), revealed=True)
        lines = compose(load_demo("trace"), frames("trace"), state, Look(width=80), 24).lines
        spans = [(style, text) for line in lines[:12] for text, style in line]
        return {kind: [text for style, text in spans if style == kind] for kind in ("primal", "tangent", "adjoint")}

    values, forward, reverse = map(styles, ("primal", "forward", "reverse"))
    assert [len(values[kind]) > 1 for kind in values] == [True, False, False]
    assert [len(forward[kind]) > 1 for kind in forward] == [True, True, False]
    assert [len(reverse[kind]) > 1 for kind in reverse] == [True, False, True]
    assert {text[:2] for text in forward["tangent"] if "v" in text} == {"v̇"}
    assert {text[:2] for text in reverse["adjoint"] if "v" in text} == {"v̄"}
    assert not any(text.startswith("v") for text in reverse["primal"])


def test_without_styles_nothing_but_text_is_written():
    state = State(frame=place_of("trace", sweep="reverse", node="v₃"), revealed=True)
    screen_now = compose(load_demo("trace"), frames("trace"), state, Look(width=80), 24)
    assert painted(screen_now.lines, Look(width=80)) == [text.rstrip() for text in screen_now.texts]
    styled = painted(screen_now.lines, Look(width=80, styled=True, colour=True))
    assert len(styled) == len(screen_now.lines)
    assert any("\x1b[7m" in line for line in styled)
    assert not any("38;5" in line for line in painted(screen_now.lines, Look(width=80, styled=True)))
    assert [re.sub(r"\x1b\[[0-9;]*m", "", line).rstrip() for line in styled] == [
        text.rstrip() for text in screen_now.texts
    ]


@pytest.mark.parametrize(("sweep", "word"), [("primal", "VALUES"), ("forward", "FORWARD"), ("reverse", "REVERSE")])
def test_the_title_says_which_sweep_it_is(sweep, word):
    place = place_of("trace", sweep=sweep)
    title, *_, keys = screen("trace", State(frame=place))
    assert f" {word} {place + 1}/32" in title
    assert "[f/r]" in keys
    assert "[f/r]" not in screen("memory", State())[-1]


def test_in_a_tall_window_the_rule_stands_near_what_it_is_about():
    lines = screen("trace", State(frame=place_of("trace", sweep="reverse"), revealed=True), 120, 60)
    assert len(lines) == 60
    rule = next(place for place, line in enumerate(lines) if line.startswith(" RULE"))
    assert 15 < rule < 25
    assert lines[-1].startswith("[space]")


def test_a_long_title_leaves_room_for_the_place():
    long = (Frame("A title " * 20, SHOWN),)
    title = compose(load_demo("trace"), long, State(), LOOK, 24).texts[0]
    assert "…" in title
    assert title.endswith(" 1/1 [predict]")


@pytest.mark.parametrize("columns", [30, 50, 80, 100, 200])
def test_of_the_keys_as_many_are_named_as_there_is_room_for(columns):
    keys = screen("trace", State(frame=place_of("trace", node="x1", sweep="reverse")), columns)[-1]
    assert keys.startswith("[space]")
    assert keys.endswith("[q] quit")
    assert ("[+/-] digits" in keys) == (columns >= 100)


@every_row("spoken", ["en", "zh"])
@every_row("columns", [20, 21, 30, 40, 50, 60, 80, 120])
def test_the_keys_of_a_lecture_are_named_in_every_window(spoken, columns):
    state = State(frame=next(place for place, frame in enumerate(frames("trace")) if frame.broken and frame.sweep))
    with use_language(spoken):
        line = compose(load_demo("trace"), frames("trace"), state, Look(width=columns), 24).texts[-1]
    space = "space" if spoken == "en" else "空格"
    keys = [word.strip("[]") for word in line.split()]
    assert [key for key in keys if key in (space, "<-", "p", "b", "?", "q")] == [space, "<-", "p", "b", "?", "q"]
    assert spoken == "zh" or columns < 80 or {"next", "back", "predict", "break", "help", "quit"} <= set(keys)


def test_at_the_end_is_offered_what_works_there():
    last = State(frame=len(frames("memory")) - 1)
    single, several = (
        compose(load_demo("memory"), frames("memory"), last, LOOK, 24, count).texts[-1] for count in (1, 2)
    )
    assert single.startswith("[home] first [<-] back")
    assert "[space]" not in single
    assert several.startswith("[space] next [<-] back")
    asked = (Frame("Asked", SHOWN, question="How much?"),)
    lines = [
        compose(load_demo("memory"), asked, State(revealed=revealed), LOOK, 24).texts[-1] for revealed in (False, True)
    ]
    assert ["[space]" in line for line in lines] == [True, False]


def test_frames_are_counted_as_without_a_player():
    count = len(frames("four-ways")) - 1
    places = [screen("four-ways", State(frame=place))[0].split()[-2] for place in range(count + 1)]
    assert places == [*[f"{number}/{count}" for number in range(1, count + 1)], "end"]


def test_what_was_saved_is_said_above_the_keys():
    *_, keys = lines = screen("memory", State(notice="saved memory-01.md in /lecture"))
    assert " NOTE    saved memory-01.md in /lecture" in lines[18:]
    assert keys.startswith("[space]")


def test_what_does_not_fit_can_be_scrolled():
    top, below = (screen("memory", State(scroll=scroll, revealed=True), 80, 10) for scroll in (0, 2))
    assert any("below (down)" in line for line in top)
    assert top != below
    assert any("above (up)" in line for line in below)


@every_row("size", [(80, 24), (120, 40), (60, 24), (30, 40)])
@every_row(("name", "place", "key"), [("four-ways", 2, "hand"), ("swell", 3, "formulas")])
def test_a_long_formula_goes_on_below_at_any_width(name, place, key, size):
    table = next(block for block in frames(name)[place].blocks if getattr(block, "key", "") == key)
    text = "".join("".join(screen(name, State(frame=place, revealed=True), *size)).split())
    assert all("".join(cell.text.split()) in text for row in table.rows for cell in row if isinstance(cell, Code))


@pytest.mark.parametrize(("charset", "sign"), [("braille", "…"), ("ascii", "...")])
def test_what_is_cut_has_a_sign(charset, sign):
    long = (Frame("Long", (Source("text", "x" * 100),)),)
    lines = compose(load_demo("trace"), long, State(), Look(width=40, charset=charset), 24).texts
    assert f"{'x' * (39 - len(sign))}{sign}" in lines
    exact = (Frame("Exact", (Source("text", "x" * 39),)),)
    assert "x" * 39 in compose(load_demo("trace"), exact, State(), Look(width=40, charset=charset), 24).texts


def test_the_closing_sentence_is_the_last_frame():
    lines = screen("memory", State(frame=len(frames("memory")) - 1))
    assert any(load_demo("memory").lesson in line for line in lines)


# --- In Chinese: a character takes two columns ------------------------------------------------------------------------


def chinese_screen(name, state, columns=80, rows=24):
    which = in_chinese(name)
    return compose(which, with_ending(which), state, Look(width=columns), rows).texts


@pytest.mark.parametrize("size", [(80, 24), (40, 12)])
@pytest.mark.parametrize("name", one_in(3, NAMES))
def test_chinese_fits_every_window(name, size):
    columns, rows = size
    with use_language("zh"):
        for place in range(len(frames(name))):
            for state in (State(frame=place), State(frame=place, revealed=True), State(frame=place, broken=True)):
                lines = chinese_screen(name, state, columns, rows)
                assert len(lines) <= max(rows, 6)
                assert max(map(width, lines)) < max(columns, 20)


@pytest.mark.parametrize("name", one_in(3, NAMES))
def test_every_frame_in_chinese_is_seen_whole_on_80_by_24(name):
    with use_language("zh"):
        for place, frame in enumerate(frames(name)):
            states = [State(frame=place, revealed=revealed) for revealed in (False, True)]
            states += [State(frame=place, broken=True)] if frame.broken else []
            for state in states:
                lines = chinese_screen(name, state)
                heads = [line[:5] for line in lines if re.match(" (规则|说明|先猜|弄错) ", line)]
                assert heads or not (frame.rule or frame.sentence)
                assert not any("（↓）" in line for line in lines), lines
                assert "…" not in lines[0], lines[0]


def test_the_keys_are_told_in_chinese():
    with use_language("zh"):
        *_, keys = chinese_screen("trace", State(frame=place_of("trace", sweep="reverse")))
        title, *told_keys, _ = chinese_screen("memory", State(help=True))
    assert "[f/r] 前向、反向" in keys
    assert keys.endswith("[q] 退出")
    assert title == " memory  按键"
    meanings = [re.search("  +", line).end() for line in told_keys if line]
    assert len({width(line[:place]) for line, place in zip(filter(None, told_keys), meanings, strict=True)}) == 1
    assert max(width(line) for line in told_keys) < 80


def test_rows_of_a_table_with_chinese_are_in_line():
    place = next(i for i, frame in enumerate(frames("tape")) if frame.broken and frame.broken.bug == "no zeroing")
    with use_language("zh"):
        lines = chinese_screen("tape", State(frame=place, revealed=True))
    numbers = [line for line in lines if re.search(r"\d\.\d", line)]
    assert len(numbers) == 3
    assert len({width(line[: line.index(".")]) for line in numbers}) == 1
