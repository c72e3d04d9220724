"""The panels of step and swell: figures from the demos, a step that moves by keys and pointer, bars of two kinds."""

import pytest

from diffcompare.backends.problem import Problem
from diffcompare.inputs.catalogue import entry
from diffcompare.language.parser import parse
from diffcompare.studies.step_sweep.measurements import bracketed, cancellation_table, formulas
from diffcompare.studies.swell.study import swell_family

# --- The V ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def curve(window, go):
    go("step", 3)
    window.run("byId('exponent').value = '-6'; restep()")
    return window


def numbers(plays):
    return {name: value for frame in plays["step"].frames for name, value in frame.numbers.items()}


def test_the_curve_has_dots_lines_slopes_and_levels(curve, plays):
    drawing = curve.run(
        "({dots: [...document.querySelectorAll('#curve [clip-path] .dots')].map(each => each.childElementCount),"
        " lines: [...document.querySelectorAll('#curve polyline')].map(each => [each.getAttribute('class'), each.points.length]),"
        " slopes: [...document.querySelectorAll('#curve .slope')].map(each => [each.querySelector('text').textContent,"
        " each.querySelector('title').textContent]),"
        " names: [...document.querySelectorAll('#emerged-names .name')].map(each => each.textContent)})"
    )
    assert drawing["dots"] == [129, 129]
    assert dict(drawing["lines"]).keys() == {"forward", "central", "richardson", "complex", "ad"}
    assert all(count > 40 for name, count in drawing["lines"] if name != "ad")
    assert [text for text, _ in drawing["slopes"]] == ["+1", "+2", "−1"]
    fitted = numbers(plays)
    for (_, title), name in zip(
        drawing["slopes"],
        ("forward-difference truncation", "central-difference truncation", "forward-difference round-off"),
        strict=True,
    ):
        assert f"({fitted[name]:.3g} fitted)" in title
    assert drawing["names"] == ["forward", "central", "Richardson", "complex step", "reverse AD"]


FIRST_STEPS = "['forward', 'central'].map(name => document.querySelector(`#first-steps .${name}`).childElementCount)"
NAMED = "[...document.querySelectorAll('#curve .name')].filter(each => each.checkVisibility()).map(each => each.textContent)"


def test_the_picture_is_of_the_steps_that_have_been_told(curve, go, plays):
    """Those of the first table, before and after its question; then the curve takes their place from the right."""
    steps = plays["step"].frames[0].blocks[-1]
    for revealed, count in ((False, 4), (True, len(steps.rows))):
        go("step", 1, revealed=revealed)
        assert curve.run(FIRST_STEPS) == [count, count]
        assert curve.run(NAMED) == ["forward", "central"]
    go("step", 4)
    assert curve.run(FIRST_STEPS) == [len(steps.rows) - 3] * 2  # all but 1e-1, 1e-2 and 1e-4
    go("step", 6)
    assert curve.run(NAMED) == ["forward", "central", "Richardson", "complex step", "reverse AD"]


def test_no_name_is_cut_where_the_curve_begins(curve, go):
    for number in (4, 5):
        go("step", number)
        begins = curve.run("byId('emerged-box').x.baseVal.value")
        lefts = curve.run(
            "[...byId('emerged-names').children].filter(each => getComputedStyle(each).display !== 'none').map(each => each.getBBox().x)"
        )
        assert len(lefts) >= 3
        assert min(lefts) >= begins


def test_slope_triangles_have_the_slopes_that_they_name(curve):
    paths = curve.run("[...document.querySelectorAll('#curve .slope path')].map(each => each.getAttribute('d'))")
    scale = curve.run("(across(1e-2) - across(1e-3)) / (upwards(1e-3) - upwards(1e-2))")
    for path, slope in zip(paths, (1, 2, -1), strict=True):
        start, right, end = (path.replace("M", " ").replace("H", " ").replace("V", " ").replace("Z", "")).rsplit(" ", 2)
        x, y = map(float, start.split())
        assert (y - float(end)) / (float(right) - x) * scale == pytest.approx(slope, rel=1e-6)


def test_lines_run_through_the_medians_of_the_demo(curve):
    off = curve.run(
        "medians('central_difference').filter(([, error]) => error > 0).map(([h, error], place) => {"
        " const {x, y} = document.querySelector('#curve polyline.central').points[place];"
        " return Math.abs(x - across(h)) + Math.abs(y - upwards(error)); }).reduce((a, b) => Math.max(a, b))"
    )
    assert off < 0.01


LOOP = parse(entry("logistic_l4_nested").text)


@pytest.mark.parametrize(
    ("power", "digits", "quotient"), [(-6, 4, "9.06612"), (-10, 9, "9.066086"), (-14, 13, "9.065"), (-16, 15, "3.89")]
)
def test_the_strip_is_that_of_the_study(curve, power, digits, quotient):
    """Of the loop: shared digits and quotient; what is shared is in brackets and underlined, and grey besides."""
    curve.run(f"byId('exponent').value = '{power}'; restep()")
    line, rules = formulas(Problem(LOOP, {"x": 0.2}, ("x",)), nominal=True, single=False)
    (expected,) = cancellation_table(line, rules["forward-difference"][0], 0.2, [float(f"1e{power}")], single=False)
    shared, there, quotient_text = curve.run(
        "['#cancellation-there .shared', '#cancellation-there', '#cancellation-quotient'].map(each => document.querySelector(each).textContent)"
    )
    assert sum(map(str.isdigit, shared.lstrip("[0."))) == digits == expected.shared
    assert there == bracketed(expected.value, expected.shared, 17)
    assert (shared[0], shared[-1]) == ("[", "]")
    assert float(quotient_text) == pytest.approx(expected.quotient, rel=1e-14)
    assert f"{float(quotient_text):.{len(quotient) - 2}f}" == quotient
    style = (
        "(({textDecorationLine, color}) => [textDecorationLine, color])(getComputedStyle(document.querySelector(%r)))"
    )
    assert curve.run(style % "#cancellation-there .shared")[0] == "underline"
    assert curve.run(style % "#cancellation-there .shared")[1] != curve.run(style % "#cancellation-there")[1]
    assert f"{digits} digits are shared" in curve.run("byId('cancellation-shared').textContent")


def test_the_step_moves_by_keys(curve):
    curve.run("byId('exponent').focus()")
    before = curve.run("[byId('ring').cx.baseVal.value, byId('chosen').textContent]")
    curve.press("ArrowLeft", 4)
    after = curve.run("[byId('ring').cx.baseVal.value, byId('chosen').textContent]")
    assert after[0] < before[0]
    assert before[1].startswith("h = 1e-06, ")
    assert after[1].startswith("h = 6.31e-07, ")
    assert curve.run("byId('exponent').getAttribute('aria-valuetext')").startswith("h = 6.31e-07")
    assert curve.run("here().id") == "step-3"  # an arrow key in the field is no step


def test_the_step_moves_by_the_pointer(curve):
    curve.run("byId('curve').scrollIntoView({block: 'center'})")
    left, top, width, height = curve.run(
        "(({left, top, width, height}) => [left, top, width, height])(byId('curve').getBoundingClientRect())"
    )
    y = top + height / 2

    def pointer(kind, share, buttons):
        curve.send(
            "Input.dispatchMouseEvent",
            type=kind,
            x=left + share * width,
            y=y,
            button="left" if buttons else "none",
            buttons=buttons,
        )

    pointer("mousePressed", 0.3, 1)
    first = curve.run("+byId('exponent').value")
    pointer("mouseMoved", 0.8, 1)
    second = curve.run("+byId('exponent').value")
    pointer("mouseReleased", 0.8, 0)
    assert first < -10 < second
    ring = curve.run("byId('ring').getBoundingClientRect().left + byId('ring').getBoundingClientRect().width / 2")
    assert ring == pytest.approx(left + 0.8 * width, abs=8)
    pointer("mouseMoved", 0.2, 0)
    assert curve.run("+byId('exponent').value") == second


def test_a_step_that_x_swallows(curve):
    curve.run("byId('exponent').value = '-17'; restep()")
    assert curve.run("byId('cancellation-quotient').textContent") == "0.0"
    assert curve.run("byId('cancellation-there').textContent.endsWith(']')")


# --- Bars -------------------------------------------------------------------------------------------------------------


def test_sizes_are_those_of_the_demo_and_of_the_study(window, plays):
    members = {row["n"]: row for row in window.run("figures.swell")}
    assert list(members) == list(range(1, 13))
    sizes = next(frame for frame in reversed(plays["swell"].frames) if frame.title.startswith("Act 2")).blocks[0].table
    for n, _, _, raw, _, tree, dag in sizes.rows:
        assert [members[n][form] for form in ("raw tree", "light tree", "light dag")] == [raw, tree, dag]
    for row in swell_family("logistic", range(4, 5)).rows:
        ours = members[row.member.number]
        assert (ours["raw tree"], ours["cse"]) == (row.forms["raw"].size.tree, row.forms["cse"].size.tree)
    figures = {name: value for frame in plays["swell"].frames for name, value in frame.numbers.items()}
    for n in range(4, 10):
        assert members[n]["expanded"] == figures[f"expanded {n}"]
        assert members[n]["reverse"] == pytest.approx(figures[f"ad {n}"], rel=0.05)
    assert [members[n]["expanded"] for n in (10, 11, 12)] == [None, None, None]


def heights(window):
    return window.run("[...document.querySelectorAll('#bars .bar')].map(each => each.height.baseVal.value)")


def test_bars_on_a_logarithmic_axis_and_the_accuracy_instead(window, go):
    go("swell", 7)
    sizes = heights(window)
    assert len(sizes) == 48
    decade = window.run("(chart.height - chart.top - chart.bottom) / 7")
    assert sizes[44] - sizes[46] == pytest.approx(decade * 3.3526, rel=1e-3)  # log10(202753/90)
    rows = window.run(
        "[...document.querySelectorAll('#bar-table tbody tr')].map(row => [...row.cells].map(cell => cell.textContent))"
    )
    assert rows[-1] == ["12", "202753", "137215", "90", "644"]
    window.run("byId('accuracy').focus()")
    window.press(" ")
    assert window.run("byId('accuracy').getAttribute('aria-pressed')") == "true"
    errors = heights(window)
    assert len(errors) == 24
    assert errors[14] > 2 * errors[12] > 0  # n = 8 against n = 7
    rows = window.run(
        "[...document.querySelectorAll('#bar-table tbody tr')].map(row => [...row.cells].map(cell => cell.textContent))"
    )
    assert rows[7][1] == "3e+31"
    assert float(rows[7][2]) < 2e-14
    assert [row[1] for row in rows[9:]] == ["overflow"] * 3
    window.press(" ")
    assert heights(window) == sizes


def test_bars_differ_in_their_pattern(window, go):
    go("swell", 1)
    assert (
        window.run(
            "new Set([...document.querySelectorAll('#bars pattern path')].map(each => each.getAttribute('d'))).size"
        )
        == 4
    )


def test_series_are_told_apart_by_hatches_that_are_seen(window, go):
    go("swell", 8)
    window.run("byId('accuracy').getAttribute('aria-pressed') === 'true' && byId('accuracy').click()")
    colours = window.run(
        "[...document.querySelectorAll('#bars pattern .hatch[d^=M]')].map(each =>"
        " [getComputedStyle(each).stroke, getComputedStyle(each.previousElementSibling).fill])"
    )
    assert len(colours) == 3
    assert all(line != ground for line, ground in colours)
    cut = window.run("document.querySelectorAll('#bar-legend svg:not([viewBox])').length")
    assert cut == 0  # the whole swatch is shown, however large the letters are
