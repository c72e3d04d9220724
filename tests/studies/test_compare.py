"""The library: `dc.compare`, `dc.gradient` and `dc.parse`, as a Python program calls them."""

import inspect
import json
import math
import pickle
import sys
import threading
from decimal import Decimal
from fractions import Fraction

import numpy
import pytest
from rows import every_row

import diffcompare as dc
from diffcompare.backends import DEFAULT_METHODS, METHODS
from diffcompare.inputs.catalogue import load
from diffcompare.language.expression import Number

SURVEY = "ln(x1) + x1*x2 - sin(x2)"
AT = {"x1": 2, "x2": 5}
GRADIENT = {"x1": 5.5, "x2": 1.7163378145367738}
QUICK = ("forward-ad", "reverse-ad")


def refusal(call, *arguments, **options):
    """Return the diagnostic of the error that a call raises."""
    with pytest.raises(dc.DiffcompareError) as caught:
        call(*arguments, **options)
    return caught.value.diagnostic


# --- Points -----------------------------------------------------------------------------------------------------------


def test_signatures():
    """Expression and point by position, so that variables may be called `expression` and `point`."""
    compare, gradient = inspect.signature(dc.compare).parameters, inspect.signature(dc.gradient).parameters
    assert [name for name, parameter in compare.items() if parameter.kind is parameter.POSITIONAL_ONLY] == [
        "expression",
        "point",
    ]
    assert [name for name, parameter in gradient.items() if parameter.kind is parameter.POSITIONAL_ONLY] == [
        "expression",
        "point",
    ]
    assert gradient["method"].default == "reverse-ad"
    assert dc.compare("expression*point", expression=2, point=3, methods=QUICK).value == 6


@every_row(
    "compared",
    [
        lambda: dc.compare(SURVEY, AT, methods=QUICK),
        lambda: dc.compare(SURVEY, x1=2, x2=5, methods=QUICK),
        lambda: dc.compare(SURVEY, {"x1": 2}, x2=5.0, methods=QUICK),
        lambda: dc.compare(SURVEY, x1=numpy.float64(2), x2=numpy.int32(5), methods=QUICK),
        lambda: dc.compare(SURVEY, x1=Fraction(4, 2), x2=numpy.array(5.0), methods=QUICK),
        lambda: dc.compare(SURVEY, methods=QUICK),  # the classic point
        lambda: dc.compare("@baydin", methods=QUICK),
        lambda: dc.compare(dc.parse(SURVEY), AT, methods=QUICK),
        lambda: dc.compare(dc.parse(SURVEY), methods=QUICK),
    ],
)
def test_ways_to_give_a_point(compared):
    comparison = compared()
    assert comparison.problem.point == AT
    assert all(type(x) is float for x in comparison.problem.point.values())
    assert comparison.value == 11.652071455223084
    assert comparison.gradient == GRADIENT
    assert [answer.gradient for answer in comparison.answers] == [GRADIENT, GRADIENT]


def test_the_gradient_is_a_dict_of_floats():
    for x1 in (2, 2.0, numpy.float64(2), numpy.int64(2), Fraction(2)):
        gradient = dc.gradient(SURVEY, {"x1": x1, "x2": 5})
        assert gradient == GRADIENT
        assert all(type(partial) is float for partial in gradient.values())
    assert dc.gradient("2 + 3", {}) == {}


@every_row("method", METHODS)
def test_the_gradient_by_any_method(method):
    gradient = dc.gradient(SURVEY, AT, method=method)
    assert gradient == pytest.approx(GRADIENT, rel=1e-6)


def test_an_expression_object_is_a_question():
    x, y = dc.parse("x"), dc.parse("y")
    assert dc.gradient(x**2 * y, {"x": 3, "y": 2}) == {"x": 12.0, "y": 9.0}
    comparison = dc.compare(x**2 * y, x=3, y=2, methods=QUICK)
    assert comparison.question.text == "x^2*y"
    assert comparison.gradient == {"x": 12.0, "y": 9.0}


def test_an_expression_object_too_long_to_be_read_back():
    """Its text has more than the million characters that the parser takes: it must not go by way of the text."""
    tree = dc.parse("x")
    for place in range(1200):
        tree = tree + Number(10**900 + place, 900)
    assert len(str(tree)) > 1_000_000
    comparison = dc.compare(tree, x=1, methods=["reverse-ad"], truth=False)
    assert comparison.gradient == {"x": 1.0}


@pytest.mark.parametrize("name", ["e", "gamma", "i", "S", "beta", "θ"])
def test_letters_of_physics_are_variables_where_the_point_gives_them(name):
    assert dc.gradient(f"{name}*x^2", {name: 3, "x": 2}) == {name: 4.0, "x": 12.0}
    comparison = dc.compare(f"{name}*x^2", {name: 3, "x": 2}, methods=QUICK)
    assert comparison.gradient == {name: 4.0, "x": 12.0}
    again = dc.compare(dc.parse(f"{name}*x^2", names=[name]), {name: 3, "x": 2}, methods=QUICK)
    assert again.gradient == {name: 4.0, "x": 12.0}


def test_a_letter_with_two_meanings_has_a_note():
    assert [note.code for note in dc.compare("e*x", x=1, methods=QUICK).notes] == ["W303"]
    assert [note.code for note in dc.compare("e*x", x=1, e=2, methods=QUICK).notes] == ["W304"]
    assert dc.compare("e*x", x=1, methods=QUICK).gradient == {"x": 2.718281828459045}


def test_a_point_that_was_chosen_has_a_note():
    (note,) = dc.compare("x^2*y", methods=QUICK).notes
    assert (note.code, note.help) == ("W311", "--at x=2,y=5")
    (note,) = dc.compare(SURVEY, methods=QUICK).notes
    assert "@baydin" in note.message
    assert dc.compare("@baydin", methods=QUICK).notes == ()
    assert dc.compare("2 + 3", methods=QUICK).notes == ()


def test_a_note_on_a_point_of_very_many_coordinates_is_short_and_gives_no_half_of_a_command():
    (note,) = dc.compare("+".join(f"x{place}" for place in range(40)), methods=["reverse-ad"], truth=False).notes
    assert note.message.endswith(",...")
    assert note.help is None


# --- Options ----------------------------------------------------------------------------------------------------------


def test_methods_come_in_the_order_of_asking_and_once():
    asked = ["reverse-ad", "symbolic", "forward-ad", "reverse-ad"]
    comparison = dc.compare("x^2", x=1, methods=asked)
    assert [answer.method for answer in comparison.answers] == ["reverse-ad", "symbolic", "forward-ad"]
    one = dc.compare("x^2", x=1, methods="reverse-ad")
    assert [answer.method for answer in one.answers] == ["reverse-ad"]
    every = dc.compare("x^2", x=1, methods="all")
    assert [answer.method for answer in every.answers] == list(METHODS)
    default = dc.compare("x^2", x=1)
    assert [answer.method for answer in default.answers] == list(DEFAULT_METHODS)
    assert {answer.status for answer in every.answers} == {"ok"}


def test_no_method_at_all_leaves_the_truth():
    comparison = dc.compare("x^2", x=3, methods=[])
    assert comparison.answers == ()
    assert comparison.gradient == {"x": 6.0}
    assert comparison.failure is None
    assert "6.000000000000000000000000" in str(comparison)


def test_wrt_restricts_the_variables():
    for wrt in ("x2", ["x2"], ("x2", "x2")):
        comparison = dc.compare(SURVEY, AT, wrt=wrt)
        assert comparison.problem.wrt == ("x2",)
        assert all(list(answer.gradient) == ["x2"] for answer in comparison.answers)
        assert list(comparison.truth.gradient) == ["x2"]
    comparison = dc.compare("x2*x1", x1=1, x2=2, wrt=["x2", "x1"], methods=QUICK)
    assert comparison.problem.wrt == ("x2", "x1")


def test_step_is_the_step_of_the_differences():
    comparison = dc.compare("x^2", x=1, step=0.5, methods=["forward-difference", "central-difference"])
    assert [answer.gradient["x"] for answer in comparison.answers] == [2.5, 2.0]
    assert [answer.variant for answer in comparison.answers] == ["h = 0.5", "h = 0.5"]


def test_without_the_truth_no_error_is_known():
    comparison = dc.compare("x^2", x=3, truth=False, methods=["forward-difference", "reverse-ad", "complex-step"])
    assert comparison.truth is None
    assert comparison.gradient == {"x": 6.0}, "that of reverse-ad, which is the most trusted of the three"
    data = comparison.data()
    assert data["truth"] is None
    assert all(set(method["error"]["ulp"].values()) == {None} for method in data["methods"])


@pytest.mark.parametrize(
    "hand", [{"x1": "1/x1 + x2"}, {"x1": dc.parse("1/x1 + x2")}, {"x1": "1/x1 + x2", "x2": "x1 - cos(x2)"}]
)
def test_hand_is_a_mapping_of_formulas(hand):
    (answer,) = dc.compare(SURVEY, AT, hand=hand, methods=["hand-coded"]).answers
    assert answer.variant == "given"
    assert answer.gradient == GRADIENT
    assert str(answer.formulas["x1"]) == "1/x1 + x2"


def test_hand_takes_numbers_too():
    (answer,) = dc.compare("3*x", x=1, hand={"x": 3}, methods=["hand-coded"]).answers
    assert answer.gradient == {"x": 3.0}


def test_without_hand_the_catalogue_knows_or_the_textbook_does():
    (answer,) = dc.compare("ln(u) + u*v - sin(v)", u=1, v=2, methods=["hand-coded"]).answers
    assert answer.variant == "catalogue"
    (answer,) = dc.compare("ln(u) + u*v - cos(v)", u=1, v=2, methods=["hand-coded"]).answers
    assert answer.variant == "textbook"
    (answer,) = dc.compare(dc.parse("ln(u) + u*v - sin(v)"), u=1, v=2, hand={}, methods=["hand-coded"]).answers
    assert answer.variant == "catalogue"


# --- What is wrong with a call ----------------------------------------------------------------------------------------


@every_row(
    ("expression", "point", "kind"),
    [
        ("x*y", {"x": 1}, "missing_variable"),
        ("x*y", {}, "missing_variable"),
        ("x", {"x": 1, "z": 2}, "unknown_variable"),
        ("x", {"x": float("nan")}, "bad_value"),
        ("3*x", {"x": float("inf")}, "bad_value"),
        ("x", {"x": "two"}, "bad_value"),
        ("x", {"x": None}, "bad_value"),
        ("x", {"x": 1j}, "bad_value"),
        ("x", {"x": 10**400}, "bad_value"),
        ("x +", {"x": 1}, "syntax_error"),
        ("sni(x)", {"x": 1}, "unknown_function"),
        ("sin(x, x)", {"x": 1}, "arity_error"),
        ("-", {}, "syntax_error"),
        ("9e99999", {}, "resource_limit"),
    ],
)
def test_wrong_input_has_its_kind(expression, point, kind):
    for call in (dc.compare, dc.gradient):
        assert refusal(call, expression, point).kind == kind


@every_row(
    ("options", "kind", "named"),
    [
        ({"methods": ["reverse"]}, "bad_value", "`reverse`"),
        ({"methods": "reverse"}, "bad_value", "`reverse`"),
        ({"wrt": ["y"]}, "unknown_variable", "`y`"),
        ({"wrt": "y"}, "unknown_variable", "`y`"),
        ({"hand": {"y": "1"}}, "unknown_variable", "`y`"),
        ({"hand": {"x": "2*y"}}, "unknown_variable", "`y`"),
        ({"hand": {"x": "2*"}}, "syntax_error", "`*`"),
        ({"step": 0}, "bad_value", "`step` is 0"),
        ({"step": -1e-3}, "bad_value", "`step` is -0.001"),
        ({"step": float("nan")}, "bad_value", "`step` is nan"),
        ({"budget": 0}, "bad_value", "`budget` is 0"),
        ({"y": 3}, "unknown_variable", "`y`"),
    ],
)
def test_wrong_options_have_their_kind(options, kind, named):
    diagnostic = refusal(dc.compare, "x^2", {"x": 1}, **options)
    assert diagnostic.kind == kind
    assert named in diagnostic.message


def test_a_variable_has_one_value():
    diagnostic = refusal(dc.compare, "x*y", {"x": 1, "y": 2}, y=3)
    assert (diagnostic.kind, diagnostic.message) == ("bad_value", "two values for `y`")


def test_unknown_things_are_named():
    assert "`baydim`" in refusal(dc.compare, "@baydim").message
    assert "no_such_file.toml" in refusal(dc.compare, "no_such_file.toml:entry").message
    assert refusal(dc.gradient, "x", {"x": 1}, method="newton").kind == "bad_value"
    for call in (dc.compare, dc.gradient):
        with pytest.raises(TypeError, match="an expression is text, an Expression or a function, not NoneType"):
            call(None, {})


@pytest.mark.parametrize(
    ("expression", "x", "kind"),
    [
        ("ln(x)", -1, "domain_error"),
        ("1/x", 0, "domain_error"),
        ("exp(x)", 1000, "overflow"),
        ("1e308*x^10", 1, "overflow"),
        ("sqrt(x)", 0, "nondifferentiable"),
    ],
)
def test_the_gradient_is_refused_where_there_is_none(expression, x, kind):
    assert refusal(dc.gradient, expression, {"x": x}).kind == kind
    failure = dc.compare(expression, x=x, methods=QUICK).failure
    assert failure is None or failure.kind == kind


def test_the_branch_not_taken_is_not_looked_at():
    assert dc.gradient("if(x > 0, ln(x), 0)", {"x": -1}) == {"x": 0.0}


# --- Showing itself ---------------------------------------------------------------------------------------------------


def test_it_shows_itself():
    comparison = dc.compare(SURVEY, AT, methods=QUICK)
    assert str(comparison) == repr(comparison)
    assert not str(comparison).endswith("\n")
    details = comparison.details()
    for page in (str(comparison), comparison._repr_html_(), str(details), details._repr_html_()):
        assert "1.716337814536773735533361" in page
        assert "reverse-ad" in page
        assert (comparison.verdict in page) == ("to differentiate" in page)
    assert str(comparison).startswith("✓ Both methods agree")
    assert len(str(comparison).splitlines()) < 15 < len(str(details).splitlines())
    assert comparison._repr_html_().lstrip().startswith("<")


def test_json_is_the_data():
    for comparison in (dc.compare(SURVEY, AT), dc.compare("abs(x)", x=0), dc.compare("ln(x)", x=0)):
        assert json.loads(comparison.to_json()) == json.loads(json.dumps(comparison.data(), allow_nan=False))


def test_names_of_the_library():
    assert set(dc.__all__) <= set(dir(dc))
    assert all(getattr(dc, name).__name__ == name for name in dc.__all__)
    with pytest.raises(AttributeError, match="compute"):
        _ = dc.compute


@pytest.mark.parametrize(
    ("expression", "point"),
    [
        (SURVEY, AT),
        ("abs(x)", {"x": 0}),
        ("@rump", {}),
        ("@logsumexp_overflow", {}),
        ("2 + 3", {}),
        ("sqrt(x)", {"x": 0}),
    ],
)
def test_a_comparison_survives_pickling(expression, point):
    comparison = dc.compare(expression, point or None, methods=["hand-coded", "forward-ad", "reverse-ad"])
    again = pickle.loads(pickle.dumps(comparison))
    assert again == comparison
    assert again.data() == comparison.data()
    assert again.problem.expression is comparison.problem.expression


# --- Threads ----------------------------------------------------------------------------------------------------------


def in_threads(work, count=8):
    """Run work(0) … work(count - 1) at once, and raise what any of them raised."""
    failures = []

    def run(place):
        try:
            work(place)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(place,)) for place in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def test_gradients_in_eight_threads():
    def work(place):
        for turn in range(50):
            x = 1 + place + turn / 50
            assert dc.gradient(f"x^3*y + {place}*x", {"x": x, "y": 2}) == {"x": 6 * x**2 + place, "y": x**3}

    in_threads(work)


@pytest.fixture
def eager_threads():
    """Let threads take turns so often that whatever they share is seen half done."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-4)
    yield
    sys.setswitchinterval(before)


def test_comparisons_in_eight_threads(eager_threads):
    """mpmath's precision belongs to the process: without a lock one thread would compute another's truth with its own."""
    entries = [dc.parse(entry.text) for entry in load()[:24]]
    points = [entry.point for entry in load()[:24]]
    methods = ["complex-step", "reverse-ad"]
    expected = [dc.compare(entry, point, methods=methods).data() for entry, point in zip(entries, points, strict=True)]

    def work(place):
        for turn in range(6):
            index = (place * 5 + turn * 7) % len(entries)
            assert dc.compare(entries[index], points[index], methods=methods).data() == expected[index]

    in_threads(work)


def test_a_method_that_asks_mpmath_beside_truths(eager_threads):
    """The complex step takes erf from mpmath, at a precision of its own."""
    point = {"x": 1.0}
    expression = dc.parse("x*(1 + erf(x/sqrt(2)))/2")
    gradient = dc.gradient(expression, point, method="complex-step")
    truth = dc.compare(expression, point, methods=[]).data()

    def work(place):
        for _ in range(30):
            if place % 2:
                assert dc.gradient(expression, point, method="complex-step") == gradient
            else:
                assert dc.compare(expression, point, methods=[]).data() == truth

    in_threads(work, 4)


def test_a_formula_given_is_judged_whatever_the_methods():
    comparison = dc.compare("x^2", x=3.0, hand={"x": "3*x"}, methods=["reverse-ad"])
    assert [answer.method for answer in comparison.answers] == ["hand-coded", "reverse-ad"]


def test_a_slip_of_the_option_for_methods():
    with pytest.raises(TypeError, match="`methods`"):
        dc.compare("x^2", x=1, method=["reverse-ad"])
    assert dc.compare("method^2", method=1.0, methods="reverse-ad").problem.point == {"method": 1.0}


POINT_OF = {
    "compare": lambda *given, **values: dc.compare(*given, **values, methods=[], truth=False).problem.point,
    "gradient": lambda *given, **values: {name: partial / 2 for name, partial in dc.gradient(*given, **values).items()},
    "trace": lambda *given, **values: dc.trace(*given, **values).problem.point,
    "graph": lambda *given, **values: dc.graph(*given, **values).problem.point,
    "derive": lambda *given, **values: dc.derive(*given, **values).point,
    "sweep": lambda *given, **values: dc.sweep(*given, **values, steps=(1e-1, 1e-2), samples=1).problem.point,
}
"""How every function that takes a point took it; for the gradient of x^2 that is half of it."""


@pytest.mark.parametrize("point_of", POINT_OF.values(), ids=POINT_OF)
def test_a_point_may_be_given_in_any_of_three_forms(point_of):
    for number in (3, 3.0, numpy.float32(3), numpy.int64(3), numpy.array(3.0), Fraction(3), Decimal(3)):
        assert point_of("x^2", {"x": number}) == point_of("x^2", x=number) == point_of("x^2", number) == {"x": 3.0}
    assert point_of(dc.parse("x^2"), 3) == {"x": 3.0}
    assert point_of("0*e + x^2", 3) == {"x": 3.0}  # where `e` is no variable


NO_POINTS = [
    ("x=3", "a point is not str"),
    ("3", "a point is not str"),
    (b"3", "a point is not bytes"),
    ([3], "a point is not list"),
    ((3,), "a point is not tuple"),
    (numpy.array([3.0]), "a point is not ndarray"),
    (3j, "a point is not complex"),
    (numpy.complex64(3), "a point is not complex64"),
    (object(), "a point is not object"),
    (math.nan, "the value of `x` is nan"),
    (-math.inf, "the value of `x` is -inf"),
    (10**400, "the value of `x` is a number beyond the range of doubles"),
    ({1: 3}, "1 is not the name of a variable"),
    ({"x": None}, "the value of `x` is None, which is not a number"),
    ({"x": [3]}, "the value of `x` is [3], which is not a number"),
    ({"x": 3j}, "the value of `x` is 3j, which is not a number"),
    ({"x": numpy.complex64(3)}, "which is not a number"),
    ({"x": numpy.array([3.0])}, "which is not a number"),
    ({}, "no value for the variable `x`"),
    ({"y": 3}, "no variable `y`"),
]


@pytest.mark.parametrize("point_of", POINT_OF.values(), ids=POINT_OF)
def test_whatever_else_is_given_as_a_point_is_refused_in_words(point_of):
    for given, message in NO_POINTS:
        with pytest.raises(dc.DiffcompareError) as refusal:
            point_of("x^2", given)
        assert message in refusal.value.diagnostic.message
    for given, values, message in ((3, {"x": 3}, "two values for `x`"), (3, {"y": 3}, "no variable `y`")):
        with pytest.raises(dc.DiffcompareError, match=message):
            point_of("x^2", given, **values)
    with pytest.raises(
        dc.DiffcompareError, match="one number is a point for one variable, but here there are 2: x, y"
    ) as two:
        point_of("x*y", 3)
    assert two.value.diagnostic.help == 'give names and numbers: {"x": 3, ...}'
    with pytest.raises(dc.DiffcompareError, match="the expression is constant"):
        point_of("2 + 3", 3)


def test_a_gradient_needs_a_point_where_there_are_variables():
    """All other functions choose one and say which; a dictionary of numbers has no place for a note."""
    for given in ((), (None,), ({},)):
        with pytest.raises(dc.DiffcompareError, match="no value for the variable `x`"):
            dc.gradient("x^2", *given)
        assert dc.gradient("2 + 3", *given) == {}


def test_the_gradient_of_an_entry():
    assert dc.gradient("@rosenbrock", {"x": -1.2, "y": 1.0})["y"] == pytest.approx(-88)
    assert dc.gradient("@rosenbrock", x=-1.2, y=1.0)["y"] == pytest.approx(-88)
    assert dc.gradient("@abs_kink", 2.0) == {"x": 1.0}


def test_a_text_is_read_once_for_many_points():
    """An optimiser asks for the same gradient again and again."""
    from diffcompare.studies.gradient import _read_text

    before = _read_text.cache_info().hits
    partials = [dc.gradient("x^2*sin(x) + 17", {"x": x})["x"] for x in (1.0, 2.0, 3.0)]
    assert partials == [dc.gradient(dc.parse("x^2*sin(x) + 17"), {"x": x})["x"] for x in (1.0, 2.0, 3.0)]
    assert _read_text.cache_info().hits == before + 2
    assert dc.gradient("e*x", {"e": 2.0, "x": 3.0}) == {"e": 3.0, "x": 2.0}
    assert dc.gradient("e*x", {"x": 3.0}) == {"x": pytest.approx(2.718281828459045)}


@pytest.mark.parametrize("study", ["compare", "trace", "graph", "derive", "sweep"])
def test_every_study_is_called_alike_and_shows_itself(study):
    record = getattr(dc, study)("x^2*sin(y)", {"x": 1.5}, y=0.5)
    assert repr(record) == str(record)
    assert "x^2*sin(y)" in str(record)
    assert "<table>" in record._repr_html_()
    data = json.loads(record.to_json())
    assert (data["schema"], data["point"]) == ("diffcompare/1", {"x": 1.5, "y": 0.5})
    assert data["expression"]["read_as"] == "x^2*sin(y)"
