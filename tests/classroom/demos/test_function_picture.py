"""The pictures of functions in demos: their lines have the slopes that the frame's methods returned."""

import math

import pytest

from diffcompare.classroom.demos.function_picture import function_picture, without_lines
from diffcompare.document import Plot

PICTURES = {
    "four-ways": [1, 2, 5],
    "branches": [3, 4],
    "kinks": [1, 2, 3, 5, 6],
    "nan": [1, 2, 3, 5, 7, 8, 9, 10],
    "fd-strikes-back": [1, 2, 3, 4, 5],
}


def pictures(frame, blocks=None):
    return [block for block in (frame.blocks if blocks is None else blocks) if isinstance(block, Plot)]


def slope_of(series):
    (x, y), *_, (end, last) = series.points
    return (last - y) / (end - x)


@pytest.mark.parametrize("name", PICTURES)
def test_frames_have_the_picture_that_explains_them(name, played):
    frames = played(name).frames
    assert [number for number, frame in enumerate(frames, 1) if pictures(frame)] == PICTURES[name]


@pytest.mark.parametrize("name", PICTURES)
def test_a_question_keeps_the_window_and_the_function_and_hides_the_slopes(name, played):
    for frame in played(name).frames:
        if frame.question and pictures(frame) and pictures(frame)[0].key.startswith("graph"):
            (told,), (asked,) = pictures(frame), pictures(frame, frame.question_blocks)
            assert asked in (told, without_lines(told))
            assert (asked.x, asked.y, asked.series[0]) == (told.x, told.y, told.series[0])
            assert asked == told or {row[1] for row in asked.table.rows} == {"?"}


def test_lines_have_the_slopes_of_the_methods(played):
    """A line by a method's name passes the point with the slope that the frame's table has for that method."""
    seen = 0
    for name in PICTURES:
        for frame in played(name).frames:
            for series in (series for picture in pictures(frame) for series in picture.series):
                method = series.name.split(":")[0]
                if method in frame.numbers and ": slope " in series.name:
                    slope = slope_of(series)
                    # Where f is nearly level, its values have fewer digits than their differences need.
                    assert slope == pytest.approx(frame.numbers[method], rel=1e-6, abs=1e-8)
                    seen += 1
    assert seen >= 10


def test_the_slide_and_the_tangent_part(played):
    (picture,) = pictures(played("four-ways").frames[0])
    slopes = dict(picture.table.rows)
    assert slopes["tangent"] == pytest.approx(0.8233867834733424, rel=1e-12)
    assert slopes["hand-coded"] == pytest.approx(1.1359192126858823, rel=1e-12)


def test_secants_turn_into_the_tangent(played):
    (picture,) = pictures(played("four-ways").frames[4])
    slopes = dict(picture.table.rows)
    errors = [abs(slope - slopes["tangent"]) for name, slope in slopes.items() if name.startswith("secant")]
    assert len(errors) == 3
    assert errors == sorted(errors, reverse=True)
    assert errors[0] > 4 * errors[-1]  # far enough apart to be seen


def test_both_slopes_at_a_kink(played):
    (picture,) = pictures(played("kinks").frames[0])
    assert dict(picture.table.rows) == {"from the left": -1.0, "from the right": 1.0, "reverse-ad": 0.0}
    (rings,) = [series for series in picture.series if series.marks == "rings"]
    assert rings.points == ((0.0, -1.0), (0.0, 1.0))


def test_a_program_that_ends_before_the_point(played):
    """The stable form goes on where the other one overflows."""
    (picture,) = pictures(played("nan").frames[8])
    unstable, stable = picture.series[:2]
    assert max(x for x, _ in unstable.points) == pytest.approx(math.log(1.797e308), rel=1e-2)
    assert max(x for x, _ in stable.points) == 1100
    assert picture.y.span[0] > 400  # no room for their difference


def test_what_a_tape_has_at_another_point(played):
    frame = played("branches").frames[0]
    (picture,) = pictures(frame, frame.broken.blocks)
    root, tape = picture.series[:2]
    assert root.points[-1][1] == pytest.approx(math.sqrt(2000))
    assert tape.points[-1][1] == pytest.approx(frame.broken.numbers["broken"])


def test_the_noise_of_a_quotient_beside_the_true_curve(played):
    (picture,) = pictures(played("fd-strikes-back").frames[0])
    noisy, true = picture.series[:2]
    assert max(abs(y - 1) for _, y in noisy.points) > 5e-8
    assert max(abs(y - 1) for _, y in true.points) < 2e-9
    assert slope_of(picture.series[3]) == pytest.approx(-81.74, rel=1e-3)


def test_a_slope_that_is_no_number_has_no_line():
    drawn = function_picture("x^2", {"x": 1.0}, [("nan", "nan"), ("inf", math.inf), ("two", 2.0)], shows="tangent")
    assert [row[0] for row in drawn.table.rows] == ["tangent", "two"]
    assert drawn.series[0].name == "f"
