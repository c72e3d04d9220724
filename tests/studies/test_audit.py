"""An audit finds the planted faults of an engine, and invents none."""

import json
import textwrap

import pytest

from diffcompare.diagnostics import DiffcompareError
from diffcompare.engines.cases import edge_cases
from diffcompare.studies import audit as module
from diffcompare.studies.audit import audit
from diffcompare.studies.audit_changes import changes, saved
from diffcompare.studies.audit_suite import suite
from diffcompare.studies.audit_verdict import verdict

# Forward mode in one file, all of it right.
DUAL = """
    import math

    class Dual:
        def __init__(self, value, slope=0.0):
            self.value, self.slope = value, slope
        def __add__(self, other):
            other = dual(other)
            return Dual(self.value + other.value, self.slope + other.slope)
        __radd__ = __add__
        def __neg__(self):
            return Dual(-self.value, -self.slope)
        def __sub__(self, other):
            return self + -dual(other)
        def __rsub__(self, other):
            return dual(other) + -self
        def __mul__(self, other):
            other = dual(other)
            return Dual(self.value * other.value, self.slope * other.value + self.value * other.slope)
        __rmul__ = __mul__
        def __truediv__(self, other):
            other = dual(other)
            value = self.value / other.value
            return Dual(value, (self.slope - value * other.slope) / other.value)
        def __rtruediv__(self, other):
            return dual(other) / self
        def __lt__(self, other):
            return self.value < dual(other).value
        def __gt__(self, other):
            return self.value > dual(other).value

    def dual(x):
        return x if isinstance(x, Dual) else Dual(float(x))

    def sin(x):
        return Dual(math.sin(x.value), math.cos(x.value) * x.slope)

    def cos(x):
        return Dual(math.cos(x.value), SIGN * math.sin(x.value) * x.slope)

    def exp(x):
        return Dual(math.exp(x.value), math.exp(x.value) * x.slope)

    def log(x):
        return Dual(math.log(x.value), x.slope / x.value)

    def tanh(x):
        return Dual(math.tanh(x.value), TAIL(x.value) * x.slope)

    def maximum(a, b):
        a, b = dual(a), dual(b)
        if a.value == b.value:
            return Dual(a.value, TIE * (a.slope + b.slope))
        return a if a.value > b.value else b

    def abs(x):
        return BRANCH(x)

    def where(condition, yes, no):
        return dual(yes if condition else no)

    def gradient(f, point):
        return [dual(f(*[Dual(x, float(i == j)) for j, x in enumerate(point)])).slope for i in range(len(point))]
"""

RIGHT = {
    "SIGN": "-1",
    "TAIL": "lambda x: 1 / math.cosh(x) ** 2 if abs_(x) < 300 else 0.0",
    "TIE": "0.5",
    "BRANCH": "lambda x: -x if x.value < 0 else x",
}


@pytest.fixture
def engine(tmp_path):
    def written(**faults):
        values = "\n".join(f"{name} = {value}" for name, value in {**RIGHT, **faults}.items())
        path = tmp_path / "my_engine.py"
        path.write_text(textwrap.dedent(DUAL) + f"\nimport builtins\nabs_ = builtins.abs\n{values}\n")
        return str(path)

    return written


@pytest.fixture(scope="module")
def whole_suite():
    return tuple(suite(second=False))


def wrong(result):
    return {one.case.text for one in result.wrong}


def test_nothing_is_invented_about_an_engine_that_is_right(engine, whole_suite):
    result = audit(engine(), cases=whole_suite)
    assert result.wrong == ()
    answered = [one for one in result.numbers if one.judgement.kind != "refused"]
    assert len(answered) > 120
    assert {one.judgement.kind for one in answered} == {"right", "digits-lost", "convention"}


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ({"SIGN": "1"}, "cos(x)"),  # a sign
        ({"TIE": "1.0"}, "max(x, y)"),  # both arguments of a tie have the whole slope
        ({"TIE": "0.0"}, "max(x, y)"),
        ({"BRANCH": "lambda x: x"}, "abs(x)"),  # the branch below 0 is missing
        ({"TAIL": "lambda x: 1 / math.cosh(x) ** 2 if abs_(x) < 10 else -1e-3"}, "tanh(x)"),  # a tail
    ],
)
def test_planted_faults_are_found(engine, whole_suite, fault, text):
    assert text in wrong(audit(engine(**fault), cases=whole_suite))


def test_digits_lost_in_a_tail_are_counted_but_not_wrong(engine):
    tanh = [case for case in edge_cases() if case.name == "tanh at 20"]
    result = audit(engine(TAIL="lambda x: 1 - math.tanh(x) ** 2"), cases=tanh)
    assert [one.judgement.kind for one in result.numbers] == ["digits-lost"]


def test_the_sum_at_a_tie_is_judged_whatever_the_convention(engine):
    tie = [case for case in edge_cases() if case.name == "max at a tie"]
    result = audit(engine(TIE="1.0"), cases=tie)
    assert {one.note for one in result.numbers} == {"they add up to 2, not 1"}


def test_a_formula_that_cancels_is_not_held_against_an_engine(engine, whole_suite):
    result = audit(engine(), cases=[case for case in whole_suite if case.name == "@expm1_quotient"])
    assert [one.judgement.kind for one in result.numbers] == ["digits-lost"]


def test_the_summary_can_be_quoted(engine):
    result = audit(
        engine(), cases=[case for case in edge_cases() if case.name in ("softsign", "x^3 at a negative base")]
    )
    said = f"{result.engines[0].name} file returned 1 of 2 numbers: 1 is right to 8 ulp, and none is finite and wrong."
    assert verdict(result) == said


def test_what_changed_is_told(engine):
    cases = [case for case in edge_cases() if case.name == "abs at 0"]
    before = audit(engine(), cases=cases).data()
    after = audit(engine(BRANCH="lambda x: -x"), cases=cases).data()
    assert changes(before, before) == []
    (change,) = changes(before, after)
    assert (change.before, change.after) == ("1.0 (convention)", "-1.0 (convention)")


def test_a_saved_audit_is_read_and_nothing_else(engine):
    data = audit(engine(), cases=edge_cases()[:1]).data()
    assert saved(json.dumps(data), "old.json") == json.loads(json.dumps(data))
    for text in ("{}", "[]", "no JSON", '{"command": "audit", "numbers": []}'):
        with pytest.raises(DiffcompareError, match="this is no saved audit"):
            saved(text, "old.json")


def test_a_file_that_is_no_engine_is_an_error(tmp_path):
    path = tmp_path / "other.py"
    path.write_text("x = 1\n")
    with pytest.raises(DiffcompareError, match="has no function `gradient`"):
        audit(str(path), cases=edge_cases()[:1])


def test_without_any_engine_the_cure_is_said(monkeypatch):
    monkeypatch.setattr(module, "installed_engines", lambda: ())
    with pytest.raises(DiffcompareError, match="no engine is installed"):
        audit()


FOUR = ("softsign", "two equal numbers", "x^3 at a negative base", "abs at 0")


def test_a_mode_is_asked_until_its_seconds_are_over(engine, tmp_path):
    cases = [case for case in edge_cases() if case.name in FOUR]
    path = engine()
    with open(path, "a") as file:
        file.write("\nquick = gradient\ndef gradient(f, point):\n    time.sleep(0.3)\n    return quick(f, point)\n")
        file.write("import time\n")
    result = audit(path, cases=cases, mode_budget=0.2)
    assert [one.judgement.kind == "not-asked" for one in result.numbers] == [
        one.case.name != result.numbers[0].case.name for one in result.numbers
    ]
    assert {one.note for one in result.numbers[2:]} == {"not asked: the 0.2 s of a mode were over"}
    ((mode, asked, questions, why),) = result.engines[0].cut
    assert (mode, asked, questions, why) == ("gradient", 1, len(cases), "the 0.2 s of a mode were over")
    assert audit(path, cases=cases, mode_budget=None).engines[0].cut == ()


def test_what_was_not_asked_is_no_change(engine):
    cases = [case for case in edge_cases() if case.name in FOUR]
    whole = audit(engine(), cases=cases).data()
    cut = {**whole, "numbers": [{**one, "kind": "not-asked", "text": None} for one in whole["numbers"]]}
    assert changes(whole, cut) == changes(cut, whole) == []


@pytest.fixture
def interrupted_at(monkeypatch):
    """Press Ctrl-C while a question is asked, by its number."""

    def press(place):
        left, ask = [place], module.engine_client.ask

        def asked(*arguments):
            left[0] -= 1
            if not left[0]:
                raise KeyboardInterrupt
            return ask(*arguments)

        monkeypatch.setattr(module.engine_client, "ask", asked)

    return press


def test_ctrl_c_keeps_what_was_judged(engine, interrupted_at):
    cases = [case for case in edge_cases() if case.name in FOUR]
    path = engine()
    whole = audit(path, cases=cases)
    interrupted_at(3)
    result = audit((path, "autograd"), cases=cases, keep_interrupted=True)
    assert result.was_interrupted
    first = {case.name for case in cases[:2]}
    assert [one for one in result.numbers if one.case.name in first] == [
        one for one in whole.numbers if one.case.name in first
    ]
    assert {one.judgement.kind for one in result.numbers if one.case.name not in first} == {"not-asked"}
    assert result.engines[0].cut == (("gradient", 2, len(cases), "interrupted"),)
    assert result.engines[1].note == "interrupted"
    assert verdict(result).startswith("The audit was interrupted and is incomplete. ")


def test_ctrl_c_is_raised_where_nothing_is_kept(engine, interrupted_at):
    cases = [case for case in edge_cases() if case.name in FOUR]
    interrupted_at(3)
    with pytest.raises(KeyboardInterrupt):
        audit(engine(), cases=cases)
    interrupted_at(1)
    with pytest.raises(KeyboardInterrupt):
        audit(engine(), cases=cases, keep_interrupted=True)
