"""A lesson about the viewer's own function: at another point the page has the numbers of a page made there by Python."""

import math
import re

import pytest

from diffcompare.classroom.demos import OWN
from diffcompare.classroom.demos.report import compute
from diffcompare.classroom.lesson.own_lesson import own_lesson
from diffcompare.classroom.lesson.page import page
from diffcompare.diagnostics import DiffcompareError
from diffcompare.inputs.python_function import function_input
from diffcompare.studies.question import question_of

# Text, the page's point, another one, and whether that takes another branch.
FORMULAS = [
    ("tanh(x1*x2) + sqrt(x1)", {"x1": 1.0, "x2": 2.0}, {"x1": 0.5, "x2": 1.5}),
    ("max(x, y)*|x - 1| + if(x > 2, x^2, sin(y))", {"x": 3.0, "y": 1.0}, {"x": 0.5, "y": 2.0}),
    ("if(x > 0, ln(x), -x)*y", {"x": 2.0, "y": 1.0}, {"x": -2.0, "y": 3.0}),
    ("erf(w[0])*gamma(w[1]) + atan2(w[0], w[1])", {"w_0": 1.0, "w_1": 2.0}, {"w_0": -0.5, "w_1": 3.5}),
    ("relu(x)^3 - softplus(-x)/cbrt(x) + floor(x)*x", {"x": 1.5}, {"x": -2.5}),
]


def newton(a, b):
    x = a
    for _ in range(2):
        x = (x + a / x) / 2
    if x > 10:
        return x
    return x * math.sin(b)


def written(question, point, path, names=OWN):
    made = own_lesson([name for name in names if name != "branches"], question, point, are_asked=False)
    path.write_text(page([compute(demo) for demo in made.demos], made), encoding="utf-8")
    return path


TEXTS = (
    "(() => Object.fromEntries(demos.map((demo, place) => [demo.id, framesOf[place].map(frame =>"
    " ['h3', '.rule', '.told td, .told th', '.broken td', '.asked td'].map(kind =>"
    " [...frame.querySelectorAll(kind)].map(each => each.textContent)))])))()"
)
NUMBER = re.compile(r"([-+]?\d[\d.]*(?:e[-+]?\d+)?)")
NOISY = ("step",)  # errors of two digits that are rounding noise, which a browser has of its own
SECOND = "The second difference"


def move(window, point):
    for name, x in point.items():
        window.run(f"byId('at-{name}').value = '{x}'; byId('at-{name}').dispatchEvent(new Event('input'))")
    return window.run("byId('complaint').textContent")


def same_text(ours, theirs, tolerance):
    ours, theirs = NUMBER.split(ours), NUMBER.split(theirs)
    if len(ours) != len(theirs):
        return False
    pairs = zip(ours[1::2], theirs[1::2], strict=True)
    close = all(math.isclose(float(a), float(b), rel_tol=tolerance, abs_tol=tolerance) for a, b in pairs)
    return ours[::2] == theirs[::2] and close


def agree(ours, theirs):
    assert ours.keys() == theirs.keys()
    for name in ours.keys() - {*NOISY, "trace"}:
        for frame, expected in zip(ours[name], theirs[name], strict=True):
            kept = 6 if SECOND in frame[0][0] else None  # of smaller steps there is rounding noise
            for part, true in zip(frame, expected, strict=True):
                assert len(part) == len(true), (name, frame[0])
                for a, b in zip(part[:kept], true[:kept], strict=True):
                    assert same_text(a, b, 1e-6), (name, frame[0], a, b)


@pytest.fixture
def own(shared_window, file):
    yield shared_window
    assert shared_window.complaints == []
    shared_window.open(file)


@pytest.mark.thorough
def test_every_demo_follows_the_point(own, tmp_path):
    """Values, tangents, adjoints, messages, quotients, formulas and Hessians, and in other branches too."""
    for place, (text, at, other) in enumerate(FORMULAS):
        question = question_of(text, tuple(at))
        own.open(written(question, at, tmp_path / f"{place}.html"))
        assert own.run("[byId('banner').hidden, byId('complaint').textContent]") == [True, ""], text
        own_texts = own.run(TEXTS)
        assert move(own, other) == "", text
        there = own.run(TEXTS)
        moved_traces = own.run("played.run.frames.map(frame => [frame.rule, frame.rows])")
        move(own, at)
        assert own.run(TEXTS) == own_texts, text
        own.open(written(question, other, tmp_path / f"{place}.html"))
        agree(there, own.run(TEXTS))
        for (rule, rows), (expected, true) in zip(
            moved_traces, own.run("played.run.frames.map(frame => [frame.rule, frame.rows])"), strict=True
        ):
            assert (rule, rows) == (expected, true), text


def test_a_program_follows_its_point_on_its_path_and_says_where_it_parts(own, tmp_path):
    at, other = {"a": 2.0, "b": 1.0}, {"a": 3.0, "b": 0.5}
    path = written(
        function_input(newton, at, "model.py:newton"), at, tmp_path / "own.html", ("tape", "branches", "four-ways")
    )
    own.open(path)
    assert own.run("byId('point-panel').closest('.demo').id") == "tape"
    assert move(own, other) == ""
    there = own.run(TEXTS)
    assert f"value {newton(**other):.10g}"[:14] in own.run("byId('answer').textContent")
    assert "another branch" in move(own, {"a": 500.0})
    assert own.run(TEXTS) == there
    own.run("go(1, 0, false)")
    assert own.run("byId('point-panel').closest('.demo').id") == "four-ways"
    own.open(written(function_input(newton, other, "model.py:newton"), other, path, ("tape", "branches", "four-ways")))
    agree(there, own.run(TEXTS))


def test_the_lines_of_a_program_are_marked_in_the_trace_too_and_at_another_point(own, tmp_path):
    at = {"a": 2.0, "b": 1.0}
    own.open(written(function_input(newton, at, "model.py:newton"), at, tmp_path / "own.html", ("trace",)))
    marks = "framesOf[0].map(frame => frame.querySelector('.told mark u')?.textContent)"
    before = own.run(marks)
    # a and b, then what each line computes; the loop runs its line twice
    assert before[3:10] == ["a / x", "x + a / x", "(x + a / x) / 2"] * 2 + ["math.sin(b)"]
    assert move(own, {"a": 3.0}) == ""
    assert own.run("framesOf[0][3] !== shippedFrames[3]")
    assert own.run(marks) == before


def test_a_kink_is_told_with_the_slopes_on_both_sides(own, tmp_path):
    own.open(written(question_of("|x|*y", ("x", "y")), {"x": 1.0, "y": 3.0}, tmp_path / "own.html", ("trace",)))
    assert "Slope by x: -3 from the left, 3 from the right." in move(own, {"x": 0.0})
    assert move(own, {"x": -1.0}) == ""


def test_of_many_variables_the_first_have_fields(own, tmp_path):
    names = [f"x{place}" for place in range(30)]
    question = question_of("*".join(names), tuple(names))
    own.open(written(question, dict.fromkeys(names, 1.0), tmp_path / "own.html", ("tape",)))
    assert own.run("document.querySelectorAll('.coordinate').length") == 12
    assert move(own, {"x3": 2.0}) == ""
    assert own.run("byId('answer').textContent").endswith("df/dx11 = 2.0 and 18 more.")


def test_a_slider_moves_the_point_and_the_curve(own, tmp_path):
    at = {"x": 1.0}
    own.open(written(question_of("x*sin(x)", ("x",)), at, tmp_path / "own.html", ("step", "sweeps")))
    drawn = "document.querySelector('#curve polyline.forward').getAttribute('points')"
    before = own.run(f"[{drawn}, byId('step-of').textContent]")
    own.run("byId('slide-x').value = '2.5'; byId('slide-x').dispatchEvent(new Event('input'))")
    after = own.run(f"[{drawn}, byId('step-of').textContent]")
    assert own.run("byId('at-x').value") == "2.5"
    assert (before[1], after[1]) == ("x*sin(x) at x = 1", "x*sin(x) at x = 2.5")
    assert before[0] != after[0]
    level = own.run(
        "({truth: along('step').truth, least: Math.min(...medians('central_difference').map(([, e]) => e))})"
    )
    assert level["truth"] == pytest.approx(math.sin(2.5) + 2.5 * math.cos(2.5))
    assert level["least"] < 1e-8
    own.run("restore()")
    assert own.run(f"[{drawn}, byId('step-of').textContent]") == before


@pytest.mark.parametrize(
    ("text", "at", "code"),
    [("|x|", 0.0, "E803"), ("ln(x)", -1.0, "E802"), ("3", None, "E585"), ("exp(x)", 1e3, "E804")],
)
def test_a_point_without_a_derivative_is_told_as_elsewhere(text, at, code):
    with pytest.raises(DiffcompareError, match=code):
        own_lesson(["four-ways", "trace"], question_of(text), None if at is None else {"x": at}, are_asked=False)


def test_what_is_too_long_for_a_demo_is_said_once_and_the_others_play_it():
    text = "+".join(f"sin({k}*x)" for k in range(2, 40))
    made = own_lesson(["four-ways", "trace", "nan", "step"], question_of(text), {"x": 1.0}, are_asked=False)
    assert [demo.name for demo in made.demos] == ["four-ways", "nan", "step"]
    assert made.note.startswith("these demos show functions of their own: nan; `trace` is left out: the expression has")
    with pytest.raises(DiffcompareError, match="E598"):
        own_lesson(["trace"], question_of(text), {"x": 1.0}, are_asked=True)


PADDINGS = """
[...document.querySelectorAll("#four-ways .told td")].map(each => each.style.paddingRight.replace(/ /g, ""))
"""


def test_decimal_points_stand_below_each_other_at_another_point(own, tmp_path):
    text, at, other = FORMULAS[0]
    own.open(written(question_of(text), other, tmp_path / "there.html", ("four-ways",)))
    expected = own.run(PADDINGS)
    own.open(written(question_of(text), at, tmp_path / "here.html", ("four-ways",)))
    before = own.run(PADDINGS)
    assert move(own, other) == ""
    assert own.run(PADDINGS) == expected != before
    move(own, at)
    assert own.run(PADDINGS) == before
