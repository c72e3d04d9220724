"""Equality up to the names of variables and the order and grouping of + and *."""

from rows import every_row

from diffcompare.language.isomorphism import canonical, numbering, renamed, renaming
from diffcompare.language.parser import parse
from diffcompare.language.wengert import variables, wengert_list


def equal_as_named(left, right):
    """Tell whether two expressions are equal but for order and grouping."""
    numbers = {}
    names = {name: name for expression in (left, right) for name in variables(wengert_list(expression))}
    return numbering(canonical(left), names, numbers)[-1] == numbering(canonical(right), names, numbers)[-1]


@every_row(
    ("pattern", "text", "names"),
    [
        ("x + 2*y", "b*2 + a", {"x": "a", "y": "b"}),
        ("(a + b) + c*2", "p*2 + (q + r)", {"a": "q", "b": "r", "c": "p"}),
        ("a - b", "-q + p", {"a": "p", "b": "q"}),
        ("a - b", "p + -q", {"a": "p", "b": "q"}),
        ("x*y + y*x", "u*v + u*v", {"x": "u", "y": "v"}),
        ("x/y", "y/x", {"x": "y", "y": "x"}),
        ("x^2", "t**2", {"x": "t"}),
        ("a*(b*(c*d))", "(p*q)*(r*s)", {"a": "p", "b": "q", "c": "r", "d": "s"}),
        ("x + x + x", "z + (z + z)", {"x": "z"}),
        ("x + x + y", "p + q + q", {"x": "q", "y": "p"}),
        ("sin(a*b) + c*a", "z*x + sin(y*z)", {"a": "z", "b": "y", "c": "x"}),
        ("2", "2", {}),
    ],
)
def test_equal_but_for_names_and_order(pattern, text, names):
    assert renaming(parse(pattern), parse(text)) == names
    assert equal_as_named(renamed(parse(pattern), names), parse(text))


@every_row(
    ("pattern", "text"),
    [
        ("x/y", "x/x"),
        ("x + x", "x + y"),
        ("x + x", "x + x + x"),
        ("a - (b + c)", "a - b - c"),  # equal in value, but not by order and grouping alone
        ("x*(y + z)", "x*y + x*z"),
        ("2*x", "3*x"),
        ("max(x, 2)", "max(2, x)"),  # the tie takes the second argument
        ("x^y", "x^2"),
        ("sin(x)*y", "sin(x*y)"),
        ("x*pi", "x*e"),
    ],
)
def test_not_equal(pattern, text):
    assert renaming(parse(pattern), parse(text)) is None


def test_variables_that_look_alike_one_by_one_are_tried_together():
    """Every variable of a ring of six and of two rings of three has the same surroundings."""
    ring = parse("a*b + b*c + c*d + d*e1 + e1*f + f*a")
    two_rings = parse("a*b + b*c + c*a + d*e1 + e1*f + f*d")
    assert renaming(ring, two_rings) is None
    shuffled = parse("p*s + t*q + s*t + q*u + u*r + r*p")
    assert equal_as_named(renamed(ring, renaming(ring, shuffled)), shuffled)


def test_places_in_a_quotient_narrow_the_choice_down():
    """Eight alike would be 40,320 pairings, four and four are 576."""
    pattern, text = parse("a/b + c/d + p/q + u/v"), parse("c/p + u/a + q/b + v/d")
    assert equal_as_named(renamed(pattern, renaming(pattern, text)), text)


def test_renaming_is_simultaneous():
    assert renamed(parse("x - 2*y"), {"x": "y", "y": "x"}) is parse("y - 2*x")


def test_sums_that_double_line_by_line_stay_small():
    lines = ["v1 = x + x", *[f"v{n + 1} = v{n} + v{n}" for n in range(1, 90)]]
    doubled = parse("; ".join([*lines, "v90"]))
    (variable, total) = canonical(doubled)
    assert variable.arguments == ()
    assert total.arguments == ((0, 2**90),)
