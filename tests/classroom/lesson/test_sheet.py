"""The student's sheet and its key: solutions that the engine computes, and two pages of paper."""

import base64
import re

import browser
import pytest

from diffcompare import gradient
from diffcompare.classroom.demos import TEN
from diffcompare.classroom.lesson.sheet import Gap, make
from diffcompare.classroom.lesson.sheet_page import page
from diffcompare.diagnostics import DiffcompareError
from diffcompare.localization import use_language
from diffcompare.render import render
from diffcompare.studies.question import question_of

MILLIMETRE = 96 / 25.4  # pixels
OWN = [("exp(sin(a*b))/c", {"a": 1.5, "b": 2.0, "c": 0.5}), ("x*tanh(x)", {"x": 1.0}), ("3*x + 1", {"x": 2.0})]


@pytest.fixture(scope="module")
def survey(plays):
    return make([plays[name] for name in TEN], None, None)


def solutions(task):
    return [gap.solution for gap in task.gaps]


def test_the_tasks_about_the_survey_function(survey):
    forward, reverse, guess, step, mistake, *others = survey.tasks
    values = ["0.69315", "0.5", "10", "5", "−0.95892", "0", "10.693", "5.5", "11.652", "5.5"]
    assert solutions(forward) == [*values, "5.5"]
    assert solutions(reverse)[-5:] == ["+=", "5.5", "5.5", "1.7163", "v̄₀, v̄₋₁"]
    assert solutions(guess) == ["5.4879", "0.012", "5.4988", "0.0012", "5.4999", "1.2e-04", "10"]
    assert sorted(step.choices) == sorted(solutions(step)[:5])
    assert solutions(step)[5:] == ["1e-8", "truncation", "rounding", "1.5e-08"]
    assert solutions(mistake) == ["9.7163", "the exponent is not lowered by 1", "x1 - cos(x2)"]
    assert "x1*x2 - cos(x2)" in mistake.text
    assert [task.title for task in others][:1] == ["What a gradient costs"]


@pytest.mark.parametrize(("text", "point"), OWN)
def test_a_function_of_ones_own(plays, text, point):
    sheet = make([plays["trace"]], question_of(text), point)
    slopes = gradient(text, **point)
    found = {label: gap.solution for label, gap in sheet.tasks[1].answers}
    for name, slope in slopes.items():
        assert float(found[f"∂f/∂{name} ="].replace("−", "-")) == pytest.approx(slope, rel=1e-4)
    assert [task.title for task in sheet.tasks][2:] == (
        ["Find the mistake"] if "3*x" in text else ["A guess from two values", "How small a step?", "Find the mistake"]
    )


def test_gaps_are_empty_on_the_sheet_and_filled_in_the_key(survey):
    sheet, key = page(survey), page(survey, solved=True)
    assert '<span class="solved">' not in sheet
    assert 'class="remark"' not in sheet
    written = re.findall(r'<span class="solved">(.*?)</span>', key)
    assert {"−0.28366", "1.7163", "+=", "x1 - cos(x2)"} <= set(written)
    assert sheet.count('class="blank"') + sheet.count('class="gap') == len(written)
    assert "<script" not in sheet
    assert "default-src 'none'" in sheet
    assert not re.search(r"https?:(?!//www\.w3\.org)|\bsrc=|@import|url\((?!#)", sheet)


def test_other_formats_have_the_tasks_too(survey):
    plain = render(survey.document(), "plain")
    assert "__________" in plain
    assert "−0.28366" not in plain
    assert "−0.28366" in render(survey.document(solved=True), "markdown")
    first = survey.data()["sheet"]["tasks"][0]["rows"][2]
    assert first[2] == {"solution": "0.69315"}


def test_demos_without_a_function_ask_their_own_questions(plays):
    sheet = make([plays["kinks"], plays["nan"]], None, None)
    assert sheet.graph is None
    assert {task.title for task in sheet.tasks} == {plays[name].demo.title for name in ("kinks", "nan")}
    assert all(isinstance(cell, str | Gap) for task in sheet.tasks for row in task.rows for cell in row)
    with pytest.raises(DiffcompareError, match="E506"):
        make([plays["swell"]], None, None)


@pytest.mark.parametrize(
    ("text", "point", "code"),
    [("abs(x)", {"x": 0.0}, "E803"), ("3", {}, "E585"), ("sin(sin(sin(sin(x*y+z)+x)*y)+z)*sin(x+y*z)", None, "E598")],
)
def test_what_no_sheet_can_be_made_of(plays, text, point, code):
    with pytest.raises(DiffcompareError, match=code):
        page(make([plays["trace"]], question_of(text), point))


MEASURED = """
[...document.querySelectorAll(".page")].map(page => {
  const edge = page.getBoundingClientRect(), last = page.lastElementChild.getBoundingClientRect();
  const gaps = [...page.querySelectorAll("td.gap:not(.sign)")].map(gap => gap.getBoundingClientRect());
  const wide = [...page.querySelectorAll("table, p, h2, svg")].map(part => part.getBoundingClientRect().right - edge.right);
  return [edge.bottom - last.bottom, Math.max(...wide), page.querySelectorAll(".task, .notes").length,
          Math.min(1e3, ...gaps.map(gap => gap.height)), Math.min(1e3, ...gaps.map(gap => gap.width))];
})
"""


@pytest.mark.thorough
def test_two_pages_of_either_paper_on_which_one_can_write(plays, survey, tmp_path):
    """Nothing is cut, in both languages, on the sheet and in the key."""
    with use_language("zh"):
        chinese = page(make([plays["trace"], plays["sweeps"]], None, None), solved=True)
    sheets = {"survey": page(survey), "key": page(survey, solved=True), "zh": chinese}
    for number, (text, point) in enumerate(OWN):
        sheets[f"own{number}"] = page(make([plays["trace"]], question_of(text), point), solved=number == 0)
    sheets["demos"] = page(make([plays["kinks"], plays["nan"], plays["chaos"]], None, None), solved=True)
    files = {name: tmp_path / f"{name}.html" for name in sheets}
    for name, file in files.items():
        file.write_text(sheets[name], encoding="utf-8")
    with browser.showing(files["survey"], tmp_path / "profile") as window:
        for name, file in files.items():
            window.open(file)
            window.send("Emulation.setEmulatedMedia", media="print", features=[])
            for below, beyond, tasks, high, wide in window.run(MEASURED):
                assert below >= -0.5, name
                assert beyond <= 0.5, name
                assert high >= 6.5 * MILLIMETRE, name
                assert wide >= 20 * MILLIMETRE, name
                assert tasks, name
            window.emulate(motion="reduce")
            for width, height in ((8.27, 11.69), (8.5, 11)):
                pdf = window.send("Page.printToPDF", paperWidth=width, paperHeight=height)["data"]
                assert len(re.findall(rb"/Type\s*/Page\b", base64.b64decode(pdf))) == 2, name
        window.resize(390, 844)
        assert window.run("document.documentElement.scrollWidth") <= 390
