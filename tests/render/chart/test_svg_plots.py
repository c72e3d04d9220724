"""The pixels of plots with a window: curves in pieces, cut off at its edges, with rings, dots and labels."""

import re
import xml.etree.ElementTree as ElementTree

import pytest

from diffcompare.document import Axis, Document, Plot, Series, Table
from diffcompare.render import Look, render
from diffcompare.render.chart.scale import placed, scales, tick_labels
from diffcompare.render.chart.svg import draw_plot

TABLE = Table("numbers", (), ())


def plot(*series, x=(0, 10), y=(0, 10)):
    return Plot("graph", Axis("x", span=x), Axis("", span=y), series, TABLE)


def paths(drawn):
    """Return the points of all lines that have a width, in pixels."""
    lines = re.findall(r'<path d="M([^"]+)" fill="none" stroke-width', drawn.split("M84 614")[0])
    return [[tuple(map(float, point.split())) for point in line.split("L")] for line in lines]


def line(*points, **options):
    return Series("f", points, "curve", **options)


def test_a_curve_is_cut_off_at_the_edges_of_the_window():
    steep = line((0.0, -30.0), (10.0, 70.0))
    (piece,) = placed(steep, *scales(plot(steep)))
    assert piece == [pytest.approx((0.3, 0.0)), pytest.approx((0.4, 1.0))]
    assert placed(line((0.0, 20.0), (5.0, 11.0)), *scales(plot(steep))) == []
    assert placed(line((0.0, 1e308), (5.0, -1e308)), *scales(plot(steep))) != []
    corner = line((-1.0, 5.0), (5.0, 11.0), (11.0, 5.0))
    assert [len(part) for part in placed(corner, *scales(plot(corner)))] == [2, 2]


def test_no_line_leads_over_a_break():
    broken = line((0.0, 1.0), (4.0, 9.0), (4.0, 2.0), (10.0, 3.0), breaks=(2,))
    svg = draw_plot(plot(broken)).body
    first, second = paths(svg)
    assert first[-1][0] == second[0][0]
    assert first[-1][1] < second[0][1]  # pixels count downwards


def test_a_tangent_has_its_slope_in_pixels():
    tangent = Series("tangent", ((0.0, 1.0), (10.0, 6.0)), "guide")
    ((start, end),) = paths(draw_plot(plot(tangent)).body)
    width, height = 960 - 84 - 32, 600 - 44 - 72
    assert (start[1] - end[1]) / (end[0] - start[0]) == pytest.approx(0.5 * height / width, rel=1e-3)


def test_rings_and_dots_belong_to_their_curve_and_have_no_entry_in_the_legend():
    ends = [Series("", ((4.0, 9.0),), "rings", of=0), Series("", ((4.0, 2.0), (40.0, 2.0)), "dots", of=0)]
    svg = draw_plot(plot(line((0.0, 1.0), (4.0, 9.0)), *ends)).body
    assert svg.count('class="in-blue"') == 4  # the curve, the ring, the dot inside the window, the legend
    assert svg.count('<circle class="hollow"') == 1
    assert svg.count('<circle r="5"/>') == 1
    assert svg.count(">f</text>") == 1


def test_labels_do_not_overlap_and_stay_inside():
    labels = ((5.0, 5.0, "h = 0.5"), (5.1, 5.0, "h = 0.25"), (9.9, 0.1, "h = 1"))
    svg = draw_plot(plot(line((0.0, 1.0), (10.0, 9.0), labels=labels))).body
    found = re.findall(r'class="beside" x="([\d.]+)" y="([\d.]+)" font-size="\d+">([^<]+)', svg)
    places = [(float(x), float(y), 10.08 * len(text)) for x, y, text in found]
    assert len(places) == 3
    for number, (x, y, wide) in enumerate(places):
        assert x >= 84
        assert x + wide <= 960
        for left, top, other in places[:number]:
            assert x + wide <= left or left + other <= x or abs(y - top) >= 18


def test_ticks_close_together_are_told_apart():
    scale = scales(plot(line((0.3, 1.0), (0.3 + 4e-9, 2.0)), x=(0.3, 0.3 + 4e-9)))[0]
    labels = tick_labels(scale.ticks(5), log=False)
    assert len(set(labels)) == len(labels) > 2


@pytest.mark.parametrize("charset", ["braille", "blocks", "ascii"])
def test_characters_show_the_pieces_and_the_labels(charset):
    broken = line((0.0, 1.0), (4.0, 9.0), (4.0, 2.0), (10.0, 3.0), breaks=(2,), labels=((8.0, 6.0, "h = 1"),))
    shown = [render(Document((plot(curve),)), "plain", look=Look(charset=charset)) for curve in
             (broken, broken._replace(breaks=()))]  # fmt: skip
    assert [text.count(" h = 1") for text in shown] == [1, 1]
    middle = [[row[33:37].strip() for row in text.splitlines()[6:13]] for text in shown]
    assert not any(middle[0])
    assert all(middle[1])


def test_the_picture_is_well_formed():
    svg = render(Document((plot(line((0.0, 1.0), (10.0, 9.0))),)), "svg")
    assert ElementTree.fromstring(svg).tag.endswith("svg")
