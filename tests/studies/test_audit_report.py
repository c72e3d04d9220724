"""The report of an audit: what to quote, what is worst with its cure, and a matrix, for one engine and for many."""

import json
import math

import pytest

from diffcompare.engines.cases import AuditCase, edge_cases
from diffcompare.engines.judgement import NumberJudgement, judge
from diffcompare.render import Look, render
from diffcompare.studies.audit import Audit, AuditedEngine, CutMode, EngineNumber
from diffcompare.studies.audit_verdict import verdict

CASES = {case.name: case for case in edge_cases()}
ABS, RELU, TANH = CASES["abs at 0"], CASES["relu minus mirrored relu"], CASES["tanh at 20"]
OVERFLOW, LOGSUMEXP = CASES["overflow in a branch not taken"], CASES["logsumexp with an empty term"]


def audit_of(*engines, digits=53):
    """Return an audit of engines, each a name and what its modes return: {mode: [(case, numbers), ...]}."""
    audited, numbers = [], []
    for name, returned in engines:
        audited.append(AuditedEngine(name, "1.0", digits, tuple(returned), tuple(returned) if digits == 24 else ()))
        for mode, answers in returned.items():
            for case, values in answers:
                for (variable, right), x in zip(case.right.items(), values, strict=True):
                    verdict = judge(x, right, digits)
                    numbers.append(EngineNumber(name, mode, case, variable, x, verdict, "" if x is not None else "no"))
    return Audit(tuple(audited), tuple({one.case.name: one.case for one in numbers}.values()), tuple(numbers))


ONE = {
    "reverse": [(ABS, [0.0]), (RELU, [0.0]), (TANH, [0.0]), (OVERFLOW, [math.nan]), (LOGSUMEXP, [0.0, 1.0])],
    "forward": [(ABS, [0.0]), (RELU, [None]), (TANH, [0.0]), (OVERFLOW, [0.0]), (LOGSUMEXP, [0.0, 1.0])],
}


def table(audit, key):
    (found,) = [block for block in audit.document().blocks if getattr(block, "key", "") == key]
    return [dict(zip([column.key for column in found.columns], row, strict=True)) for row in found.rows]


def test_the_verdict_of_one_engine():
    assert verdict(audit_of(("adlib", ONE))) == (
        "adlib 1.0 returned 11 of 12 numbers: 5 are right to 8 ulp, 2 lost digits, 2 follow a convention at a kink, "
        "1 is nan or inf where a derivative exists, and 1 is finite and wrong."
    )


def test_what_was_not_asked_is_counted_apart_and_its_reason_said():
    whole = audit_of(("adlib", {"reverse": ONE["reverse"]}))
    kept = [
        one if one.case in (ABS, RELU) else one._replace(number=None, judgement=NumberJudgement("not-asked"))
        for one in whole.numbers
    ]
    cut = (CutMode("reverse", 2, 5, "the 60 s of a mode were over"),)
    audit = Audit((whole.engines[0]._replace(cut=cut),), whole.cases, tuple(kept))
    assert verdict(audit) == (
        "adlib 1.0 returned 2 of 2 numbers: none is right to 8 ulp, 1 follows a convention at a kink, and 1 is finite "
        "and wrong. 4 more were not asked for."
    )
    (row,) = table(audit, "engines")
    assert (row["numbers"], row["refused"], row["not-asked"]) == (6, 0, 4)
    assert "not-asked" not in table(whole, "engines")[0]
    said = "adlib was not asked all questions (the 60 s of a mode were over): reverse 2 of 5"
    assert said in [getattr(block, "text", "") for block in audit.document().blocks]
    assert {row["case"] for row in table(audit, "matrix")} == {ABS.name, RELU.name}


def test_the_verdict_of_many_engines_counts_them_together():
    audit = audit_of(*[(f"adlib{number}", ONE) for number in range(5)])
    assert verdict(audit) == (
        "5 engines returned 55 numbers: 45 % are right to 8 ulp; 5 are nan or inf where a derivative exists; "
        "5 are finite and wrong (adlib0 1, adlib1 1, adlib2 1, adlib3 1, adlib4 1)."
    )


def test_the_worst_is_finite_and_wrong_and_has_its_cure():
    wrong, lost = table(audit_of(("adlib", ONE)), "worst")
    assert (wrong["verdict"], wrong["returned"], wrong["right"], wrong["engines"]) == ("wrong", "0", "1", "adlib")
    assert wrong["question"].text == "relu(x) - relu(-x) at x = 0"
    assert wrong["cure"] == RELU.cure
    assert (lost["verdict"], lost["returned"], lost["engines"]) == ("nan", "nan", "adlib (reverse)")


def test_what_is_wrong_comes_before_what_is_nan_also_in_the_catalogue():
    entry = RELU._replace(name="@relu_identity", group="Catalogue")
    rows = table(audit_of(("adlib", {"reverse": [(OVERFLOW, [math.nan]), (entry, [0.0])]})), "worst")
    assert [row["verdict"] for row in rows] == ["wrong", "nan"]


def test_a_constant_wrong_in_the_tenth_digit_is_a_row_of_the_matrix():
    halves = AuditCase("ln(x) at x = 2", "Operations", {"x": 2.0}, {"x": "0.5"}, "ln(x)")
    (row,) = table(audit_of(("adlib", {"reverse": [(halves, [0.5 + 1e-10])]})), "matrix")
    assert row["adlib"] == "10 digits"


def test_modes_that_differ_are_listed_by_what_they_returned():
    (row,) = table(audit_of(("adlib", ONE)), "differ")
    assert row["question"].text == "if(x < 0, exp(x), 1) at x = 800"
    assert row["returned"] == "nan (reverse) / 0 (forward)"


def test_the_matrix_of_few_engines_has_numbers_and_leaves_out_what_is_right():
    rows = {row["case"]: row["adlib"] for row in table(audit_of(("adlib", ONE)), "matrix")}
    assert rows == {
        "abs at 0": "0 m",
        "relu minus mirrored relu": "X 0",
        "tanh at 20": "0 digits",
        "overflow in a branch not taken": "nan / right",
    }


def test_the_matrix_of_many_engines_has_a_mark_for_each():
    audit = audit_of(*[(name, ONE) for name in ("torch", "torus", "jax", "autograd", "ad")])
    rows = {row["case"]: row["jax"] for row in table(audit, "matrix")}
    assert rows == {
        "abs at 0": "m",
        "relu minus mirrored relu": "X",
        "tanh at 20": "~",
        "overflow in a branch not taken": "n*",
    }
    (matrix,) = [block for block in audit.document().blocks if getattr(block, "key", "") == "matrix"]
    assert [column.title for column in matrix.columns] == ["case", "torc", "toru", "jax", "aut", "ad"]


def test_single_precision_is_said():
    audit = audit_of(("small", {"reverse": [(ABS, [0.0])]}), digits=24)
    assert "small 1.0, judged at its single precision, returned" in verdict(audit)
    assert "small (reverse) is judged at single precision, 24 binary digits" in str(audit)
    assert "small (float32)" in str(audit)


def test_an_engine_that_is_missing_says_how_to_install_it():
    missing = AuditedEngine("torch", None, 53, (), (), "not installed: pip install torch")
    assert "torch: not installed: pip install torch" in str(Audit((missing,), (), ()))
    assert verdict(Audit((missing,), (), ())) == "No engine answered."


@pytest.mark.parametrize("count", [1, 2, 5, 20])
def test_it_fits_into_80_columns(count):
    audit = audit_of(*[(f"{number}-library", ONE) for number in range(count)])
    text = render(audit.document(), "terminal", look=Look(width=80))
    assert max(map(len, text.splitlines())) <= 80
    assert "overflow in a branch not taken" in text


KEYS = {
    "": ["schema", "command", "engines", "cases", "numbers", "verdict", "interrupted"],
    "engines": ["name", "version", "digits", "modes", "single", "note", "not_asked", "cut", "counts", "modes_disagree"],
    "cases": ["name", "group", "text", "at", "point", "right", "order", "together", "why", "cure", "source"],
    "numbers": [
        "engine",
        "mode",
        "case",
        "variable",
        "number",
        "text",
        "right",
        "kind",
        "digits",
        "convention",
        "note",
    ],
}


def test_the_json_has_every_number_and_no_nan():
    text = render(audit_of(("adlib", ONE)).document(), "json")
    data = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert list(data) == KEYS[""]
    assert (data["schema"], data["command"]) == ("diffcompare/1", "audit")
    assert list(data["engines"][0]) == KEYS["engines"]
    assert list(data["cases"][0]) == KEYS["cases"]
    assert list(data["numbers"][0]) == KEYS["numbers"]
    assert len(data["numbers"]) == 12
    (lost,) = [one for one in data["numbers"] if one["kind"] == "no-number"]
    assert (lost["number"], lost["text"], lost["right"]) == (None, "nan", "0")
    (case,) = [case for case in data["cases"] if case["name"] == LOGSUMEXP.name]
    assert case["point"] == "x = -inf, y = 0"
    assert sum(data["engines"][0]["counts"].values()) == len(data["numbers"])


def test_html_is_one_page_that_sorts():
    page = render(audit_of(("adlib", ONE)).document(), "html")
    assert page.count('class="sortable"') == 4
    assert "<script>" in page
    assert "http" not in page.replace("http-equiv", "")
