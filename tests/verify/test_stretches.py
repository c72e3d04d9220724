"""Stretches in words."""

import math

from diffcompare.verify.regions import Stretch
from diffcompare.verify.verdict import stretch_text, stretches_text


def test_stretches():
    assert stretch_text("x", -math.inf, math.inf) == "all x"
    assert stretch_text("x", 0, math.inf) == "x > 0"
    assert stretch_text("x", -math.inf, -2) == "x < -2"
    assert stretch_text("x", 0, 1 / 3) == "0 < x < about 0.333333"
    both = [Stretch("x", -math.inf, 0, "same"), Stretch("x", 0, 1, "different"), Stretch("x", 1, math.inf, "same")]
    assert stretches_text(both, "same") == "x < 0 and x > 1"
    assert stretches_text(both) == "x < 0 and 0 < x < 1 and x > 1"
