"""Another point, another expression: everything that the demo shows is computed anew, as Python would."""

import json
import math

import pytest
from thorough_tier import one_in

from diffcompare.classroom.demos.report import frame_data
from diffcompare.classroom.demos.trace import frames_of
from diffcompare.classroom.lesson.programs import SHIPPED, program, shipped
from diffcompare.studies.question import question_of

POINTS = {
    "baydin": {"x1": 0.5, "x2": -1.25},
    "rosenbrock": {"x": 1.5, "y": -2.0},
    "booth": {"x": -1.5, "y": 0.75},
    "himmelblau": {"x": 1.5, "y": 2.0},
    "beale": {"x": 0.5, "y": -1.5},
    "logistic_l4": {"x": 0.3},
    "damped_oscillator": {"g": 0.25, "w": -1.5, "t": 2.0},
}


def test_a_program_has_the_numbers_of_python():
    data = program(question_of("x^2"), {"x": 3.0}).data
    assert (data["values"][-1], max(data["adjoints"])) == (9, 6)


def close(actual, expected):
    return actual == (pytest.approx(expected, rel=1e-12, abs=1e-15) if isinstance(expected, float) else expected)


def agree(actual, tables):
    """Rows of the page, and tables as data: equal words, and numbers equal but for rounding."""
    assert len(actual) == len(tables)
    for rows, table in zip(actual, tables, strict=True):
        assert len(rows) == len(table["rows"])
        for row, expected in zip(rows, table["rows"], strict=True):
            assert all(map(close, row, expected)), (row, expected)


@pytest.mark.parametrize("name", one_in(3, SHIPPED))
def test_every_frame_is_that_of_python(window, name):
    """At its own point and at another: rules, sentences, tables and what a bug makes of them."""
    data = shipped()[name].data
    for point in (data["point"], POINTS[name]):
        recomputed = window.run(f"framesAt(traced(figures.programs.{name}, {json.dumps(point)}))")
        frames = list(frames_of(question_of(data["text"], tuple(point)), point))
        assert len(recomputed) == len(frames)
        for ours, frame in zip(recomputed, frames, strict=True):
            expected = frame_data(frame)
            for key in ("title", "question", "rule", "sentence"):
                assert (ours[key] or None) == expected[key], (name, point)
            agree(ours["rows"], expected["tables"])
            assert (ours["broken"] is None) == (expected["broken"] is None)
            if frame.broken is not None:
                assert ours["broken"]["sentence"] == frame.broken.sentence
                agree(ours["broken"]["rows"], expected["broken"]["tables"])


def test_an_article_made_here_reads_as_one_of_pythons(window):
    """At the demo's own point the page could make every article itself: the same elements with the same text."""
    ours, theirs = window.run(
        "(() => { const text = frame => frame.textContent,"
        " tidy = frame => [text(frame).replace(/\\s+/g, ''), frame.dataset.asks, frame.dataset.breaks, frame.id,"
        " frame.querySelectorAll('th, td, p, table').length];"
        " const made = framesAt(played.run).map((frame, number) => articleOf(frame, number + 1));"
        " const shown = shippedFrames.slice(0, -1).map(frame => { const copy = frame.cloneNode(true);"
        " copy.querySelectorAll('svg').forEach(each => each.remove()); return copy; });"
        " return [made.map(tidy), shown.map(tidy)]; })()"
    )
    assert len(ours) == 32
    assert ours == theirs


def type_into(window, field, text):
    window.run(f"byId('{field}').focus(); byId('{field}').select()")
    if text:
        window.send("Input.insertText", text=text)
    else:
        window.run(f"byId('{field}').value = ''; byId('{field}').dispatchEvent(new Event('input'))")


def test_typing_another_point_changes_everything(window, go):
    """Subject, gradient, graph with its chips, table, rule, sentence and the broken variant."""
    go("trace", 30)
    type_into(window, "at-x1", "3")
    assert window.run("document.activeElement.id") == "at-x1"
    assert window.run("byId('subject').textContent") == "ln(x1) + x1*x2 - sin(x2) at x1 = 3, x2 = 5"
    expected = program(question_of("ln(x1) + x1*x2 - sin(x2)"), {"x1": 3.0, "x2": 5.0}).data
    assert str(expected["values"][-1]) in window.run("byId('answer').textContent")
    text_shown = window.run("here().querySelector('.told').innerText")
    assert "v̄₀ += v̄₂·v₋₁ = 1·3 = 3" in text_shown
    assert "-0.2837 + 3 ≈ 2.716" in text_shown
    assert "2.7163378145367" in text_shown
    assert "With = the last message wins: 3 instead of 2.716." in window.run(
        "here().querySelector('.broken').textContent"
    )
    chips = window.run("[...here().querySelectorAll('[data-node=\"v₀\"] .chip')].map(each => each.textContent)")
    assert chips == ["5", "v̄₀ = 2.716", "−0.2837", "+ 3"]
    window.run("byId('restore').click()")
    assert "1.7163378145367738" in window.run("here().querySelector('.told').innerText")
    assert window.run("framesOf[traceDemo][3] === shippedFrames[3]")


@pytest.mark.parametrize("name", one_in(3, SHIPPED))
def test_another_expression_can_be_chosen(window, go, name):
    """By the list; its last frames show the gradient and the graph is its own."""
    go("trace", 1)
    window.run(f"byId('expression').value = '{name}'; byId('expression').dispatchEvent(new Event('change'))")
    data = shipped()[name].data
    assert data["text"] in window.run("byId('subject').textContent")
    assert window.run("framesOf[traceDemo].length") == len(data["frames"]) + 1
    window.press("End")
    window.press("ArrowLeft", 2)
    text_shown = window.run("here().innerText")
    for place, node in enumerate(data["nodes"]):
        if "variable" in node:
            assert window.run(f"played.run.adjoints[{place}]") == pytest.approx(data["adjoints"][place], rel=1e-12)
    assert "Reverse" in text_shown
    assert window.run("here().querySelectorAll('[data-node]').length") == len(data["nodes"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("abc", "“abc” is not a number"),
        ("", "“” is not a number"),
        ("1,5", "“1,5” is not a number"),
        ("1e999", "“1e999” is not a number"),
        ("--2", "“--2” is not a number"),
        ("NaN", "“NaN” is not a number"),
        ("0x10", "“0x10” is not a number"),
        ("-1", "v₁ = ln(-1) has no finite value there"),
        ("0", "v₁ = ln(0) has no finite value there"),
        ("1e308", "has no finite value there"),
    ],
)
def test_bad_input_gets_a_message_and_changes_nothing(window, go, text, message):
    go("trace", 31)
    before = window.run("here().innerText")
    if text == "1e308":
        type_into(window, "at-x2", "1e300")
    type_into(window, "at-x1", text)
    complaint = window.run("byId('complaint').innerText")
    assert message in complaint
    assert "choose another point" in complaint or "write for example" in complaint
    assert window.run("byId('complaint').getAttribute('role')") == "alert"
    assert window.run("['at-x1', 'at-x2'].map(each => byId(each).getAttribute('aria-invalid'))") == [
        "true",
        "false"
        if "is not a number" in message
        else "true",  # of a point without a value, no one coordinate is to blame
    ]
    if text != "1e308":
        assert window.run("here().innerText") == before
    page = window.run("document.body.innerText").replace(complaint, "")
    assert not {"NaN", "Infinity", "undefined"} & set(page.replace(",", " ").split())
    type_into(window, "at-x1", "2.5")
    assert window.run("byId('complaint').innerText") == ""
    assert window.run("byId('at-x1').getAttribute('aria-invalid')") == "false"


TYPED = {
    "pi/2": math.pi / 2, "−2·π": -2 * math.pi, "E": math.e, "1/3": 1 / 3, "- 3 * pi / 4": -3 * math.pi / 4,
    "2e-3": 0.002, "+.5": 0.5, "1/0": None, "2e": None, "pi pi": None, "/2": None, "2*": None, "1+1": None,
    "alert(1)": None,
}  # fmt: skip


def test_a_coordinate_may_be_a_multiple_of_pi(window):
    assert window.run(f"{json.dumps([*TYPED])}.map(typed)") == [*TYPED.values()]


def test_tables_made_here_are_set_like_those_of_python(window):
    """Decimal points in line, headers where the numbers begin: cell by cell, at the demo's own point."""
    differing, spaced = window.run(
        "(() => { const cells = frame => [...frame.querySelectorAll('.told th, .told td, .broken th, .broken td')]"
        ".map(cell => [cell.localName, cell.className, cell.style.paddingRight, cell.textContent].join('|'));"
        " const ours = played.run.frames.map((frame, number) => cells(articleOf(frame, number + 1)));"
        " const theirs = shippedFrames.slice(0, -1).map(cells);"
        " return [ours.flatMap((each, place) => each.filter((cell, at) => cell !== theirs[place][at])).slice(0, 5),"
        " ours.flat().filter(cell => cell.includes('calc')).length]; })()"
    )
    assert differing == []
    assert spaced > 50


def test_numbers_are_written_as_python_writes_them(window):
    values = [0.1, 1.0, -0.0, 1e16, 1e-5, 1.5e-7, 123456789.125, 1e22, 5e-324, 2 / 3, 1e15, 0.0001, -12345.678]
    assert window.run(f"{values!r}.map(exact)") == [repr(value) for value in values]
    for digits in (4, 8):
        texts = window.run(f"{values!r}.map(value => general(value, {digits}))")
        assert texts == [f"{value:.{digits}g}" for value in values]


def test_the_printed_sheet_follows(window, go):
    go("trace", 1)
    type_into(window, "at-x1", "3")
    sheet = "demos[traceDemo].querySelector('.printed')"
    assert "v₋₁ = x1 = 3" in window.run(f"{sheet}.textContent")
    assert window.run(f"{sheet}.querySelectorAll('tbody').length") == 32
    assert "v̄₀ = 2.716" in window.run(f"{sheet}.querySelector('svg').textContent")
    window.run("restore()")
    assert "v₋₁ = x1 = 2" in window.run(f"{sheet}.textContent")


FUZZ = """
const program = figures.programs[name], wrong = [];
let told = 0;
for (const a of [0, 1, -2.5, 1e155, -1e300, 5e-324]) for (const b of [0, 3, 1e200, 1e-320]) {
  const point = Object.fromEntries(program.variables.map((each, place) => [each, place % 2 ? b : a]));
  const found = traced(program, point);
  if (trouble(found)) continue;
  told++;
  const plain = (key, value) => typeof value === "number" ? exact(value) : value === undefined ? "undefined" : value;
  if (/NaN|Infinity|undefined/.test(JSON.stringify(found.frames, plain))) wrong.push(point);
}
return [told, wrong];
"""


@pytest.mark.parametrize("name", SHIPPED)
def test_at_no_point_anything_else_than_a_number_is_shown(window, name):
    """Small, huge, negative and zero: either a message, or finite numbers in all frames."""
    played, wrong = window.run(f"(name => {{ {FUZZ} }})('{name}')")
    assert played > 0
    assert wrong == []
