"""A viewer's Python function on the page: source and tape side by side, stepped by keys, printed once, its path kept."""

import math
import re

import pytest

from diffcompare.classroom.demos import load_demo
from diffcompare.classroom.demos.report import compute
from diffcompare.classroom.demos.trace import frames_of
from diffcompare.classroom.lesson.own_lesson import own_lesson
from diffcompare.classroom.lesson.page import page
from diffcompare.classroom.own_program import branch_frames, own_tape, tape_frames
from diffcompare.inputs.python_function import function_input


def early(x):
    if x < 0:
        return -x
    y = x**2
    if y > 4:
        return 4.0
    return y * math.sin(x) + "</script><b>".count("<")


@pytest.fixture(scope="module")
def own_page(tmp_path_factory):
    question = function_input(early, {"x": 1.0}, "model.py:early")
    frames = {
        "trace": frames_of(question, {"x": 1.0}),
        "tape": tape_frames(own_tape(question, None)),
        "branches": branch_frames(question, question.program),
    }
    plays = [compute(load_demo(name)._replace(frames=lambda play=tuple(play): play)) for name, play in frames.items()]
    path = tmp_path_factory.mktemp("own") / "own.html"
    path.write_text(page(plays, own_lesson(list(frames), question, {"x": 1.0}, are_asked=True)), encoding="utf-8")
    return path


@pytest.fixture
def own(shared_window, own_page, file):
    shared_window.open(own_page, "#tape/1")
    yield shared_window
    assert shared_window.complaints == []
    shared_window.open(file)


LINE = "here().querySelector('.program mark.running').textContent"
ROWS = "here().querySelectorAll('.growing > .scroll:first-child tbody tr').length"


def test_the_running_line_moves_and_the_tape_grows(own):
    steps = []
    for _ in range(6):
        steps.append(own.run(f"[{LINE}, here().querySelector('mark u').textContent, {ROWS}]"))
        own.press("ArrowRight")
    lines, parts, rows = zip(*steps, strict=True)
    first = early.__code__.co_firstlineno
    assert [int(re.match(r"> (\d+) ", line)[1]) - first for line in lines] == [1, 3, 4, 6, 6, 6]
    assert parts[:5] == ("x < 0", "x**2", "y > 4", "math.sin(x)", "y * math.sin(x)")
    assert rows == (0, 1, 1, 2, 3, 4)


def test_the_backward_pass_marks_the_lines_again_from_the_end(own):
    own.run("go(1, 6, false)")
    parts = []
    for _ in range(4):
        parts.append(own.run("here().querySelector('mark u').textContent"))
        own.press("ArrowRight")
    assert parts == ['y * math.sin(x) + "</script><b>".count("<")', "y * math.sin(x)", "math.sin(x)", "x**2"]
    shown = float(own.run("here().querySelector('tbody td').textContent"))
    assert shown == pytest.approx(2 * math.sin(1) + math.cos(1))


def test_source_and_tape_are_side_by_side_on_a_screen_and_stacked_on_a_narrow_one(own):
    box = "[...here().querySelectorAll('.told > .picture, .told > .step')].map(part => part.getBoundingClientRect())"
    own.run("go(1, 4, false)")
    left, right = own.run(f"{box}.map(({{left, right, top}}) => [left, right, top])")
    assert left[1] < right[0]
    own.resize(420, 800)
    try:
        left, right = own.run(f"{box}.map(({{left, right, bottom, top}}) => [top, bottom])")
        assert left[1] <= right[0]
        assert own.run("root.scrollWidth <= innerWidth")
    finally:
        own.resize(1280, 720)


@pytest.mark.parametrize("x", [-1.0, 3.0])
def test_a_point_at_which_the_function_takes_another_path_is_refused(own, x):
    """The page replays the steps that were recorded, and these are the function's on the same path only."""
    own.run("go(0, 0, false)")
    place = f"const input = byId('at-x'); input.value = '{x}'; input.dispatchEvent(new Event('input'));"
    told = own.run(f"(() => {{ {place} return [byId('complaint').textContent, byId('answer').textContent]; }})()")
    assert "another branch" in told[0]
    assert f"value {early(1.0)!r}"[:18] in told[1]


def test_a_point_on_the_same_path_is_replayed(own):
    own.run("go(0, 0, false)")
    told = own.run(
        "(() => { const input = byId('at-x'); input.value = '1.5'; input.dispatchEvent(new Event('input'));"
        " return [byId('complaint').textContent, byId('answer').textContent]; })()"
    )
    assert told[0] == ""
    assert f"value {early(1.5)!r}"[:18] in told[1]


def test_on_paper_the_program_stands_once_and_the_tape_as_it_is_in_the_end(own_page):
    text = own_page.read_text(encoding="utf-8")
    printed = text.partition('id="tape"')[2].partition('<div class="printed')[2].partition("</section>")[0]
    assert printed.count("def early(x):") == 1
    assert "running" not in printed
    assert [printed.count(f"<caption>{caption}<") for caption in ("The tape", "So far", "The tape, read backwards")] == [
        1, 1, 1,
    ]  # fmt: skip


def test_nothing_of_the_program_ends_the_script(own_page):
    text = own_page.read_text(encoding="utf-8")
    assert text.count("</script>") == 2  # the figures, and the script itself
