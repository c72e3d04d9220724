"""The page's tape: every operation of the table in the browser against Python, and expressions of one's own."""

import json
import math

import pytest

from diffcompare.classroom.demos import load_demo
from diffcompare.classroom.demos.report import compute, frame_data
from diffcompare.classroom.demos.trace import frames_of
from diffcompare.classroom.lesson.own_lesson import own_lesson
from diffcompare.classroom.lesson.page import page
from diffcompare.classroom.lesson.programs import staged
from diffcompare.codegen.javascript_table import operation_key, operation_table
from diffcompare.diagnostics import DiffcompareError
from diffcompare.language.expression import OPERATIONS, Variable, lift
from diffcompare.language.wengert import wengert_list
from diffcompare.numeric.evaluate import CAREFUL, Undefined, evaluate, is_number
from diffcompare.numeric.sweeps import partials
from diffcompare.studies.question import question_of

ANYWHERE = (-1e300, -40.0, -20.5, -2.5, -1.0, -1e-9, 0.0, 1e-9, 0.5, 1.0, 1.4616, 2.0, 2.0001, 6.0, 27.0, 171.5, 1e300)
PAIRS = [(a, b) for a in (-2.0, -0.5, 0.0, 1.0, 2.5) for b in (-2.0, 0.0, 1.0, 2.5)]


def cases():
    """Every row at its samples and elsewhere: the node, the arguments, the value, and the partials that are passed."""
    samples = []
    for row in OPERATIONS.values():
        more = [(x,) for x in ANYWHERE] if row.arity == 1 else PAIRS if row.arity == 2 and row.name != "^n" else []
        for sample in [*row.samples, *more]:
            letters = [Variable(letter) for letter in "abcd"[: row.arity]]
            if row.name == "^n":
                letters[1] = lift(int(sample[1]))
            node = row(*letters)
            point = dict(zip("abcd", map(float, sample), strict=False))
            values = evaluate(wengert_list(node), point, CAREFUL)
            value, passed = values[node], {}
            if type(value) is not Undefined:
                active = {letter for letter in letters if letter.varies} - (
                    {letters[0]} if "poly" in row.name else set()
                )
                passed = {
                    node.arguments.index(argument): float(slope) for argument, slope in partials(node, values, active)
                }
                value = float(value)
            samples.append((node, tuple(map(float, sample)), value, passed))
    return samples


def same(ours, theirs):
    """Numbers equal to 1e-12, or none on either side (JSON has no nan and no inf)."""
    if ours is None or not is_number(theirs):
        return ours is None and not is_number(theirs)
    return math.isclose(ours, theirs, rel_tol=1e-12, abs_tol=1e-13)


def test_every_operation_has_the_numbers_of_python(window):
    """Values, partials, and where there are none, at a thousand places in one run."""
    every = cases()
    asked = json.dumps([(operation_key(node), sample) for node, sample, _, _ in every])
    answers = window.run(
        f"(rows => {asked}.map(([name, given]) => {{"
        " const value = rows[name].value(...given); return [value, rows[name].partials(value, ...given)"
        f".map(each => each === null ? 'none' : each)]; }}))({operation_table([node for node, *_ in every])})"
    )
    assert len(every) > 1000
    for (node, sample, value, passed), (ours, slopes) in zip(every, answers, strict=True):
        assert same(ours, value), (node, sample, value, ours)
        if type(value) is Undefined:
            continue
        assert {place for place, slope in enumerate(slopes) if slope != "none"} == passed.keys(), (node, sample)
        for place, slope in passed.items():
            assert same(slopes[place], slope), (node, sample, place, slope, slopes[place])


def test_what_depends_on_a_value_that_there_is_not_has_none(window):
    """As in Python: not even what is 1 for every number, nor the branch that such a condition would choose."""
    window.run(f"Object.assign(operations, {operation_table(wengert_list(parse_all()))}); 1")
    nan = "valueOf({operation: '%s'}, [%s])"
    assert window.run(nan % ("^0", "NaN, 0")) is None
    assert window.run(nan % ("if <", "NaN, 1, 2, 3")) is None
    assert window.run(nan % ("if <", "0, 1, 2, NaN")) == 2
    assert window.run(nan % ("hypot", "NaN, Infinity")) is None


def parse_all():
    return question_of("x^0 + if(x < y, x, y) + hypot(x, y)").parsed.expression


OWN = [
    ("x*tanh(x)", {"x": 1.0}),
    ("if(x > -1, x^2, ln(x))*y", {"x": 2.0, "y": -3.0}),
    ("if(x > 0, x*y, sqrt(x)*ln(-x))", {"x": 1.0, "y": 2.0}),
    ("if(x < 0, x*y, sqrt(x)*ln(y))", {"x": -1.0, "y": 2.0}),
    ("if(x < 900, x, exp(x)/(x - x))", {"x": 800.0}),
    ("max(x, y)*min(x, 2) + relu(y)", {"x": 1.0, "y": -2.0}),
    ("floor(x)*x + ceil(y)*sign(y)*|x|", {"x": 1.5, "y": -2.2}),
    ("hypot(x, y)/atan2(x, y)", {"x": 1.0, "y": -2.2}),
    ("log1p(cbrt(y/y))*x", {"x": 1.0, "y": 2.0}),
    ("atan2(floor(x), log10(x)) + ceil(-x)", {"x": 0.5}),
    ("x^-2*2^x + x^1 + x^0", {"x": -1.0}),
    ("gamma(x)*lgamma(y) + digamma(x*y)", {"x": 1.5, "y": 2.2}),
    ("polygamma(2, x)*erf(x) - erfc(x)", {"x": 1.5}),
    ("sin(pi/4)*x + 43430*cbrt(x)*x", {"x": 1e-5}),
    ("ln(if(x > 0, x, 1))", {"x": -2.0}),
    ("sigmoid(x)*softplus(-x)", {"x": -1.0}),
]


@pytest.mark.parametrize(("text", "point"), OWN, ids=lambda case: case if isinstance(case, str) else "")
def test_an_expression_of_ones_own_is_played_as_by_python(window, text, point):
    """Rules, sentences and tables; what is not needed at the point is told and not computed with."""
    question = question_of(text, tuple(point))
    stage = staged(question, point)
    off, other, recomputed = window.run(
        f"(program => {{ Object.assign(operations, {operation_table(stage.nodes)});"
        " return [isOff(program), elsewhere(program, program.point), framesAt(traced(program, program.point))]; })"
        f"({json.dumps(stage.data)})"
    )
    assert (off, other) == (False, "")
    frames = list(frames_of(question, point))
    assert len(recomputed) == len(frames)
    for ours, frame in zip(recomputed, frames, strict=True):
        expected = frame_data(frame)
        assert [ours[field] or None for field in ("title", "rule")] == [expected[field] for field in ("title", "rule")]
        for rows, table in zip(ours["rows"], expected["tables"], strict=True):
            for row, true in zip(rows, table["rows"], strict=True):
                assert [same(a, b) if isinstance(b, float) else a == b for a, b in zip(row, true, strict=True)], row


def elsewhere(window, text, own, other):
    stage = staged(question_of(text, tuple(own)), own)
    return window.run(
        f"(program => {{ Object.assign(operations, {operation_table(stage.nodes)});"
        f" return elsewhere(program, {json.dumps(other)}); }})({json.dumps(stage.data)})"
    )


@pytest.mark.parametrize(
    ("text", "own", "other", "beginning"),
    [
        ("if(x > 0, x^2, ln(-x))", 1.0, 2.0, ""),
        ("if(x > 0, x^2, ln(-x))", 1.0, -2.0, "The steps are different there"),
        ("if(x > 0, x^2, ln(-x))", 1.0, 0.0, "v₃ = ln(-0) has no finite value there"),
        ("if(x > 0, x, -x)", 1.0, 0.0, "v₂ = if(0 > 0, 0, -0) is at a kink"),
        ("max(x, 1)", 3.0, -1.0, "The steps are different"),
        ("relu(x)", -3.0, 1.0, "The steps are different"),
        ("|x|", 1.0, -1.0, ""),
        ("|x|", 1.0, 0.0, "v₁ = abs(0) is at a kink"),
        ("x*|x|", 0.0, 0.0, ""),
        ("floor(x)", 1.5, 2.0, "v₁ = floor(2) is at a kink or a jump"),
        ("sin(x)/x", 1.0, 0.0, "v₂ = 0/0 has no finite value there"),
        ("x^1.5", 1.0, -1.0, "v₁ = (-1)^1.5 has no finite value there"),
        ("gamma(x)", 1.0, -3.0, "v₁ = gamma(-3) has no finite value there"),
        ("exp(-exp(x))", 1.0, 1000.0, "v₁ = exp(1000) has no finite value there"),
        ("if(x < 5, 0, 1/(x - 2)) + x", 3.0, 2.0, "The steps are different"),
        ("if(x < 5, x, ln(x))", 3.0, 2.0, ""),
    ],
)
def test_a_point_with_other_steps_is_refused_in_words(window, text, own, other, beginning):
    message = elsewhere(window, text, {"x": own}, {"x": other})
    assert message.startswith(beginning)
    assert bool(message) == bool(beginning)


@pytest.mark.parametrize(
    ("text", "point", "code"),
    [
        ("ln(x)", {"x": -1.0}, "E802"),
        ("|x|", {"x": 0.0}, "E803"),
        ("ln(1 + exp(x))", {"x": 800.0}, "E585"),
        ("sqrt(x)^2", {"x": 0.0}, "E585"),
        ("3", {}, "E585"),
        ("polygamma(n, x)", {"n": 1.0, "x": 2.0}, "E585"),
        ("+".join(f"sin({n}*x)" for n in range(1, 30)), {"x": 1.0}, "E598"),
    ],
)
def test_what_cannot_be_played_is_refused(text, point, code):
    with pytest.raises(DiffcompareError, match=code):
        staged(question_of(text, tuple(point)), point)


def test_a_page_with_an_expression_of_ones_own(window, file, tmp_path):
    """It begins with it, checks it, and recomputes it elsewhere; those of the catalogue are offered too."""
    question, point = question_of("x*tanh(x) + erf(x)", ("x",)), {"x": 1.0}
    trace = compute(load_demo("trace"))
    frames = tuple(frames_of(question, point))
    path = tmp_path / "own.html"
    own = own_lesson(["trace"], question, point, are_asked=True)
    path.write_text(page([type(trace)(trace.demo, frames)], own), encoding="utf-8")
    window.open(path)
    try:
        assert window.run("[byId('banner').hidden, byId('complaint').textContent]") == [True, ""]
        assert window.run("byId('subject').textContent") == "x*tanh(x) + erf(x) at x = 1"
        window.run("byId('at-x').value = '-0.5'; byId('at-x').dispatchEvent(new Event('input'))")
        assert "value -0.2894" in window.run("byId('answer').textContent")
        assert window.run("byId('expression').options.length") == 8
        window.run("byId('expression').value = 'rosenbrock'; byId('expression').dispatchEvent(new Event('change'))")
        assert window.run("played.name") == "rosenbrock"
        assert not window.run("'sigmoid' in operations")
    finally:
        window.open(file)
