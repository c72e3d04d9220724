"""An engine of one's own is a Python file; whatever it does is a row of the audit."""

import textwrap

import pytest

from diffcompare.diagnostics import DiffcompareError
from diffcompare.engines.cases import AuditCase, edge_cases
from diffcompare.studies.audit import GIVE_UP, audit

SQUARE = AuditCase("square", "Powers", {"x": 3.0}, {"x": "6"}, "x^2")
CASES = [SQUARE._replace(name=f"square {number}") for number in range(GIVE_UP + 2)]

RIGHT = "[(f(*[x + 1e-30j * (i == j) for j, x in enumerate(point)]) / 1e-30).imag for i in range(len(point))]"


@pytest.fixture
def answers(tmp_path):
    def of(body, cases=CASES[:1], head="", budget=5.0):
        path = tmp_path / "my_engine.py"
        lines = textwrap.indent(textwrap.dedent(body), "    ")
        path.write_text(f"{textwrap.dedent(head)}\ndef gradient(f, point):\n{lines}\n")
        result = audit(str(path), cases=cases, budget=budget)
        return [(one.judgement.kind, one.number, one.note) for one in result.numbers]

    return of


def test_what_it_returns_is_judged(answers):
    assert answers(f"return {RIGHT}") == [("right", 6.0, "")]
    assert answers("return (7,)") == [("wrong", 7.0, "")]
    assert answers("return [float('nan')]")[0][0] == "no-number"


def test_what_it_prints_disturbs_nothing(answers):
    body = f"import sys; print('a line'); print('another', file=sys.stderr)\nreturn {RIGHT}"
    assert answers(body, head="print('on loading')") == [("right", 6.0, "")]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("raise ValueError('not today')", "ValueError: not today"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("return None", "TypeError: gradient returned None"),
        ("return 6.0", "TypeError: 'float' object is not iterable"),
        ("return [None]", "TypeError: float() argument must be a string or a real number, not 'NoneType'"),
        ("return [1, 2]", "TypeError: gradient returned 2 partials at a point of 1 coordinates"),
        ("return gradient(f, point)", "RecursionError: maximum recursion depth exceeded"),
    ],
)
def test_what_is_no_gradient_is_refused_with_the_reason(answers, body, said):
    ((kind, number, note),) = answers(body)
    assert (kind, number) == ("refused", None)
    assert note.startswith(said)


def test_an_engine_that_does_not_end_is_not_asked_for_ever(answers):
    notes = [note for _, _, note in answers("while True: pass", CASES, budget=0.2)]
    assert notes[:GIVE_UP] == ["timed out after 0.2 s"] * GIVE_UP
    assert set(notes[GIVE_UP:]) == {"not asked: timed out after 0.2 s, 3 times in a row"}


def test_an_engine_that_ends_its_process_is_not_asked_for_ever(answers):
    notes = [note for _, _, note in answers("import os; os._exit(7)", CASES)]
    assert all("my_engine.py ended" in note for note in notes), notes
    assert [note.startswith("not asked") for note in notes] == [False] * GIVE_UP + [True] * 2


def test_an_engine_that_ends_now_and_then_is_asked_on(answers):
    body = f"import os, random\nif point[0] == 2.0: os._exit(7)\nreturn {RIGHT}"
    cases = [SQUARE._replace(name=str(x), at={"x": x}, right={"x": f"{2 * x}"}) for x in (1.0, 2.0, 3.0, 2.0, 5.0)]
    kinds = [kind for kind, _, _ in answers(body, [case._replace(name=str(n)) for n, case in enumerate(cases)])]
    assert kinds == ["right", "refused", "right", "refused", "right"]


def test_a_class_of_numbers_and_functions_under_names_of_other_libraries_are_found(answers):
    head = """
        import math
        class Dual:
            def __init__(self, value, slope): self.value, self.slope = value, slope
            def __mul__(self, other): return Dual(self.value * other.value,
                                                  self.slope * other.value + self.value * other.slope)
        def arctan(x): return Dual(math.atan(x.value), x.slope / (1 + x.value**2))
    """
    case = AuditCase("x atan x", "Angles", {"x": 1.0}, {"x": "1.285398163397448309615661"}, "x*atan(x)")
    (answer,) = answers("return [f(Dual(point[0], 1.0)).slope]", [case], head)
    assert answer[0] == "right"
    (answer,) = answers("return [f(Dual(point[0], 1.0)).slope]", [case._replace(expression="sin(x)")], head)
    assert answer == ("refused", None, "it has no sin")


def test_the_slope_of_the_branch_that_is_not_taken_is_found_without_arrays(answers):
    branches = [case for case in edge_cases() if "x^3" in case.expression and case.group == "Branches"]
    first = [case for case in branches if case.order == 1]
    head = "def where(condition, yes, no): return complex((yes if condition else no).real, {}.imag)"
    shift = "g = f\nf = lambda *z: g(*map(Compared, z))\n"
    compared = "class Compared(complex):\n    def __lt__(self, other): return self.real < other\n"
    for slope, kinds in (("(yes if condition else no)", ["right", "right"]), ("yes", ["right", "wrong"])):
        said = answers(f"{shift}return {RIGHT}", first, compared + head.format(slope))
        assert [kind for kind, _, _ in said] == kinds


def test_single_precision_is_said_by_the_file(answers):
    third = AuditCase("a third", "Products", {"x": 1.0}, {"x": "0.3333333333333333333333333"}, "x/3")
    body = "return [0.3333333432674408]  # the nearest number of 24 bits"
    assert [kind for kind, _, _ in answers(body, [third])] == ["digits-lost"]
    assert [kind for kind, _, _ in answers(body, [third], head="DIGITS = 24")] == ["right"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1", "has no function `gradient`"),
        ("def gradient(f, point:", "this is not Python"),
        ("raise ValueError('broken')", "broken"),
        ("import sys; sys.exit(3)", "raised SystemExit"),
        ("DIGITS = 'many'\ndef gradient(f, point): return point", "is 24 or 53, not 'many'"),
        ("value = 3\ndef gradient(f, point): return point", "`value` of"),
        ("DIGITS = 11\ndef gradient(f, point): return point", "is 24 or 53, not 11"),
        ("DIGITS = []\ndef gradient(f, point): return point", "is 24 or 53, not []"),
    ],
)
def test_a_file_that_is_no_engine_is_an_error(tmp_path, text, said):
    path = tmp_path / "my_engine.py"
    path.write_text(text)
    with pytest.raises(DiffcompareError) as caught:
        audit(str(path), cases=CASES[:1])
    assert said in caught.value.diagnostic.message


HOLOMORPHIC = """
def complex_derivative(f, z):
    return (f(z + 1e-6) - f(z - 1e-6)) / 2e-6
"""
MORE = """
def hessian(f, point):
    step = 1e-3
    def at(i, a, j, b):
        moved = list(point)
        moved[i] += a * step
        moved[j] += b * step
        return f(*moved).real
    places = range(len(point))
    return [[(at(i, 1, j, 1) - at(i, 1, j, -1) - at(i, -1, j, 1) + at(i, -1, j, -1)) / (4 * step**2)
             for j in places] for i in places]

def value(f, point):
    return f(*point)

def derivative(f, x):
    return (f(x + 1e-4) - f(x - 1e-4)) / 2e-4
"""
TWICE = SQUARE._replace(name="square, twice", right={"x": "2"}, order=2)
INSIDE = next(case for case in edge_cases() if case.name == "an inner derivative at the outer variable")
OF_COMPLEX = next(case for case in edge_cases() if case.name == "square of a complex number")


def test_a_file_is_asked_for_what_it_has_and_the_rest_is_said_to_be_not_asked(tmp_path):
    path = tmp_path / "my_engine.py"
    gradient = f"def gradient(f, point):\n    return {RIGHT}\n"
    path.write_text(gradient)
    cases = (SQUARE, TWICE, INSIDE, OF_COMPLEX)
    first = audit(str(path), cases=cases)
    assert [one.case for one in first.numbers] == [SQUARE]
    said = (
        "was not asked for second derivatives, values, derivatives inside of derivatives and derivatives by complex"
        " numbers: the file has no `hessian`, `value`, `derivative` or `complex_derivative`"
    )
    assert said in str(first)
    path.write_text(f"{gradient}{MORE}{HOLOMORPHIC}")
    everything = audit(str(path), cases=cases)
    found = {one.mode: one.number for one in everything.numbers if one.variable != "im"}
    expected = {"gradient": 6, "hessian": 2, "value": 9, "derivative in derivative": 12, "complex_derivative": 6}
    assert found == pytest.approx(expected, rel=1e-6)
    assert not everything.wrong
    assert "not asked" not in str(everything)
    assert everything.data()["engines"][0]["not_asked"] == []


def test_a_wrong_value_is_found_although_the_gradient_is_right(tmp_path):
    path = tmp_path / "my_engine.py"
    path.write_text(f"def gradient(f, point):\n    return {RIGHT}\ndef value(f, point):\n    return 10\n")
    (wrong,) = audit(str(path), cases=[SQUARE]).wrong
    assert (wrong.case.name, wrong.case.right, wrong.number) == (
        "square, value",
        {"f": "9.000000000000000000000000"},
        10,
    )


@pytest.mark.parametrize(
    ("body", "note"),
    [
        ("return None", "TypeError: hessian returned None"),
        ("return [[1, 2]]", "TypeError: hessian returned 2 entries in a row or column at a point of 1 coordinates"),
        ("return [1]", "TypeError: 'int' object is not iterable"),
        ("return [[lambda: 1]]", "TypeError: float() argument must be a string or a real number, not 'function'"),
    ],
)
def test_what_is_no_hessian_is_refused_with_the_reason(tmp_path, body, note):
    path = tmp_path / "my_engine.py"
    path.write_text(f"def gradient(f, point):\n    return {RIGHT}\ndef hessian(f, point):\n    {body}\n")
    (one,) = audit(str(path), cases=[TWICE]).numbers
    assert (one.judgement.kind, one.note) == ("refused", note)
