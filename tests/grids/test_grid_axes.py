"""Axes and grids: `numpy.linspace` and `numpy.geomspace`, made block by block."""

from __future__ import annotations

import numpy as np
import pytest
from rows import every_row

from diffcompare.diagnostics import DiffcompareError
from diffcompare.grids.grid_axes import GridAxis, checked_grid, parse_axes


@pytest.mark.parametrize(("start", "stop", "points"), [(0.0, 10.0, 1000), (-3.0, 0.1, 7), (5.0, 5.0, 1), (1.0, 0.0, 2)])
def test_an_axis_is_linspace(start, stop, points):
    values = GridAxis("x", start, stop, points).all_values()
    np.testing.assert_array_equal(values, np.linspace(start, stop, points))


def test_a_logarithmic_axis_is_geomspace():
    (axis,) = parse_axes(["x=1e-6:1e6:1000:log"])
    np.testing.assert_allclose(axis.all_values(), np.geomspace(1e-6, 1e6, 1000), rtol=1e-14)
    assert axis.all_values()[[0, -1]].tolist() == [1e-6, 1e6]
    np.testing.assert_allclose(GridAxis("x", -4.0, -1.0, 3, is_log=True).all_values(), [-4.0, -2.0, -1.0])


def test_the_last_axis_moves_fastest():
    grid = checked_grid(["x", "y", "z"], parse_axes(["x=0:1:2,z=0:2:3"]), {"y": 7.0})
    x, y, z = grid.columns(np.arange(6))
    assert (x.tolist(), y, z.tolist()) == ([0.0, 0.0, 0.0, 1.0, 1.0, 1.0], 7.0, [0.0, 1.0, 2.0] * 2)
    assert grid.point(5) == {"x": 1.0, "y": 7.0, "z": 2.0}


@every_row(
    ("specs", "message"),
    [
        (["x=0:1:1e18"], "1e\\+18 points"),
        (["x=0:1:1e300"], "1e\\+19 points"),
        (["x=0:1:1e5", "y=0:1:1e5"], "10,000,000,000 points"),
        (["x=0:1"], "no axis"),
        (["x=0:1:10:lin"], "no axis"),
        (["x=0:1:2.5"], "number of points"),
        (["x=0:1:nan"], "number of points"),
        (["x=0:1:0"], "no points"),
        (["x=0:1:1"], "one point"),
        (["x=-1:1:10:log"], "logarithmic"),
        (["x=0:1:10:log"], "logarithmic"),
        (["x=-1e308:1e308:10"], "longer"),
        (["x=a:1:10"], "not a number"),
        (["x=0:1:10,x=0:2:10"], "two values"),
    ],
)
def test_what_is_no_axis_is_told(specs, message):
    with pytest.raises(DiffcompareError, match=message):
        parse_axes(specs)


def test_a_variable_needs_an_axis_or_a_value_and_not_both():
    (axis,) = parse_axes(["x=0:1:10"])
    with pytest.raises(DiffcompareError, match="`y` has neither"):
        checked_grid(["x", "y"], [axis], {})
    with pytest.raises(DiffcompareError, match="both"):
        checked_grid(["x"], [axis], {"x": 1.0})
    with pytest.raises(DiffcompareError, match="no variable moves"):
        checked_grid(["x"], [], {"x": 1.0})
