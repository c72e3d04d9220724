"""Swell as a document and as data: complete, plain, and readable at every width."""

import json
import re
from itertools import pairwise

import pytest
from rows import every_row

from diffcompare.diagnostics import width
from diffcompare.document import Axis, Bars, Equations, Table
from diffcompare.inputs.resolve import resolve
from diffcompare.language.parser import parse
from diffcompare.language.wengert import dag_size
from diffcompare.render import TEXTS, Look, render
from diffcompare.render.chart.scale import scales
from diffcompare.studies.swell import report as data_of_swell
from diffcompare.studies.swell.report import MAX_TABLE_ROWS, counted
from diffcompare.studies.swell.study import swell_family, swell_orders


def tables(document):
    return {block.key: block for block in document.blocks if isinstance(block, Table)}


def column(table, key):
    place = [column.key for column in table.columns].index(key)
    return [row[place] for row in table.rows]


@pytest.fixture
def family(without_sympy):
    return swell_family("logistic", range(1, 13))


def test_the_tables_of_a_family(family):
    by_key = tables(family.document().detailed)
    assert list(by_key) == ["sizes", "sympy_sizes", "accuracy", "sympy_accuracy", "work"]
    assert column(by_key["sizes"], "n") == list(range(1, 13))
    assert column(by_key["sizes"], "light_dag")[-1] == 90
    assert column(by_key["sizes"], "light_tree")[-1] == 137_215
    assert column(by_key["work"], "reverse")[-1] == 77
    assert column(by_key["sympy_sizes"], "expanded_tree") == ["not asked"] * 12
    assert column(by_key["accuracy"], "truth")[3].text == "9.066086400000000748241291"


def test_the_bars_have_the_heights_of_the_tables(measured):
    document = measured("logistic", "1..4").document().detailed
    (bars,) = [block for block in document.blocks if isinstance(block, Bars)]
    assert bars.axis == Axis("nodes", log=True)
    assert bars.labels == ("1", "2", "3", "4")
    sizes, heights = tables(document), dict(bars.series)
    assert list(heights["raw tree"]) == column(sizes["sizes"], "raw_tree")
    assert list(heights["light tree"]) == column(sizes["sizes"], "light_tree")
    assert list(heights["light DAG"]) == column(sizes["sizes"], "light_dag")
    assert list(heights["after CSE"]) == column(sizes["sympy_sizes"], "cse_tree")
    assert [row[1:] for row in bars.table.rows] == list(zip(*heights.values(), strict=True))


def test_a_single_row_has_no_bars(without_sympy):
    assert not [b for b in swell_family("logistic", range(8, 9)).document().blocks if isinstance(b, Bars)]


def test_the_formulas_while_they_are_short(measured):
    document = measured("logistic", "1..4").document().detailed
    rows = next(block for block in document.blocks if isinstance(block, Equations)).rows
    assert [(str(row.left), str(row.right), row.remark) for row in rows[3:6]] == [
        ("l2", "4*x*(1 - x)", ""),
        ("d/dx[l2]", "4*(1 - x) + 4*x*(0 - 1)", "by the rules"),
        ("None", "4 - 8*x", "simplified by sympy"),
    ]
    assert len(rows) == 12
    assert ";" not in rows[10].right.text  # written out, though that swells


def test_the_verdict_has_the_figures(family, measured):
    assert family.verdict == (
        "Swell is a property of trees: at n = 12 f' is 90 nodes as a DAG, 137,215 as a tree (f itself 36 and 12,283)."
    )
    speelpenning = measured("speelpenning", "2..5").verdict
    assert "At n = 5 the gradient written out takes 15 operations, 5 forward sweeps 80, and one reverse" in speelpenning


def test_the_verdict_on_a_shorter_formula(monkeypatch):
    from diffcompare.studies.swell import measure

    monkeypatch.setattr(measure, "ROUNDS", measure.ROUNDS[:2])
    verdict = swell_family("logistic", range(8, 9), budget=60).verdict
    assert re.search(
        r"A shorter formula is not a better one: at n = 8 the expanded form has relative error [1-9]e\+3[012], "
        r"reverse AD 1\.\de-14\.$",
        verdict,
    )


def test_many_rows_are_cut_for_people_and_complete_for_machines(without_sympy):
    swell = swell_family("nested-sin", range(1, 31))
    document = swell.document().detailed
    assert column(tables(document)["sizes"], "n") == [*range(1, 31)]
    assert tables(document)["work"].most == MAX_TABLE_ROWS
    assert "note: 6 of 30 rows are left out here; CSV and JSON have them all" in render(document, "plain")
    assert [row["n"] for row in json.loads(swell.to_json())["rows"]] == list(range(1, 31))


def test_of_long_numbers_fewer_rows_are_shown(without_sympy):
    document = swell_family("logistic", range(60, 71)).document().detailed
    assert tables(document)["sizes"].most == 8
    assert [block.labels for block in document.blocks if isinstance(block, Bars)] == [
        ("60", "61", "62", "63", "67", "68", "69", "70")
    ]


def test_the_verdict_on_a_formula_that_overflows(without_sympy):
    swell = swell_orders(resolve("exp(x)*sin(x)/(1 + x^2)"), 9, at={"x": 2})
    assert swell.rows[9].forms["light"].outside == "overflow"
    assert "A formula can fail where a sweep does not: at order 9 it overflows" in swell.verdict


def test_data_is_plain_and_complete(measured):
    swell = measured("logistic", "1..4")
    data = json.loads(json.dumps(swell.data(), allow_nan=False))
    assert (data["schema"], data["command"], data["kind"]) == ("diffcompare/1", "swell", "family")
    assert data["verdict"] == swell.verdict
    row = data["rows"][3]
    assert (row["n"], row["name"], row["point"], row["wrt"]) == (4, "l4", {"x": 0.2}, ["x"])
    assert row["forms"]["light"]["size"] == {"tree": 151, "dag": 26}
    assert set(row["forms"]) == set(data["forms"])
    for form in row["forms"].values():
        assert form["status"] == "ok"
        assert form["values"]["x"] == pytest.approx(9.0660864, rel=1e-13)
        assert form["relative_error"] < 1e-13
        assert form["formulas"]["x"]
    assert row["sweeps"]["reverse"] == {
        "status": "ok", "work": 21, "values": row["sweeps"]["reverse"]["values"],
        "relative_error": row["sweeps"]["reverse"]["relative_error"],
    }  # fmt: skip


def test_what_is_missing_has_a_status_and_a_note(family):
    form = family.data()["rows"][0]["forms"]["expanded"]
    assert (form["status"], form["note"], form["size"], form["values"]) == ("not-asked", "not asked", None, None)


def test_sizes_beyond_the_doubles_are_decimal_text(without_sympy):
    data = json.loads(swell_family("logistic", range(200, 201)).to_json())
    (row,) = data["rows"]
    assert row["forms"]["raw"]["size"]["tree"] == str(9 * 199 * 2**199 + 1)
    assert len(row["forms"]["light"]["size"]["tree"]) == 63
    assert row["size"] == {"tree": str(3 * 2**200 - 5), "dag": 600}


@pytest.mark.parametrize("columns", [80, 200])
def test_tables_fit_the_terminal_without_losing_a_digit(family, columns):
    document = family.document().detailed
    text = render(document, "terminal", look=Look(width=columns))
    formulas = text[text.index("Formulas") : text.index("Nodes of f")]
    for line in text.replace(formulas, "").splitlines():
        assert width(line) <= columns, line
    for cell in ("137215", "202753", "2559.921176402491472672069", "67583"):
        assert cell in text


@every_row("format", TEXTS)
@every_row("unicode", [True, False])
def test_every_format_takes_it(family, format, unicode):
    text = render(family.document().detailed, format, look=Look(charset="braille" if unicode else "ascii"))
    assert "137215" in text
    assert unicode or text.isascii()


@pytest.mark.usefixtures("without_sympy")
def test_orders_are_rows_too():
    swell = swell_orders(resolve("x^3"), 4, at={"x": 2})
    by_key = tables(swell.document().detailed)
    assert column(by_key["sizes"], "order") == ["f", "f'", "f''", "f'''", "f^(4)"]
    assert column(by_key["sympy_sizes"], "order") == ["f'", "f''", "f'''", "f^(4)"]
    data = swell.data()
    assert (data["kind"], [row["order"] for row in data["rows"]]) == ("order", [0, 1, 2, 3, 4])
    assert list(tables(swell.document(brief=True))) == ["sizes", "sympy_sizes"]


@pytest.mark.parametrize(
    ("number", "text"), [(90, "90"), (137_215, "137,215"), (10**15, "1.00e15"), (9 * 199 * 2**199 + 1, "1.43e63")]
)
def test_counts_in_sentences(number, text):
    assert counted(number) == text


@pytest.mark.usefixtures("without_sympy")
def test_large_formulas_are_in_the_data_too():
    (row,) = swell_family("logistic", range(200, 201)).data()["rows"]
    assert len(row["expression"]) < 20_000
    assert len(row["forms"]["raw"]["formulas"]["x"]) > 10_000
    again = parse(row["forms"]["light"]["formulas"]["x"])
    assert dag_size(again) == 8 * 200 - 6


@pytest.mark.usefixtures("without_sympy")
def test_of_many_large_formulas_shared_parts_are_definitions(monkeypatch):
    monkeypatch.setattr(data_of_swell, "MAX_COMPLETE_NODES", 40)
    swell = swell_family("speelpenning", range(6, 7))
    form = swell.data()["rows"][0]["forms"]["light"]
    named = "; ".join(f"{name} = {text}" for name, text in form["definitions"].items())
    parsed = {name: parse(f"{named}; {text}") for name, text in form["formulas"].items()}
    assert parsed == dict(swell.rows[0].forms["light"].formulas)


@pytest.mark.usefixtures("without_sympy")
def test_what_is_beyond_all_measure_is_left_out_and_said(monkeypatch):
    monkeypatch.setattr(data_of_swell, "MAX_WRITTEN", 100)
    rows = swell_family("logistic", range(1, 6)).data()["rows"]
    assert [row["forms"]["raw"]["formulas"] is None for row in rows] == [False, False, False, True, True]
    assert "ask for this row alone" in rows[3]["forms"]["raw"]["formulas_left_out"]
    assert rows[0]["forms"]["raw"]["formulas_left_out"] is None


# --- The short form ---------------------------------------------------------------------------------------------------


def test_the_short_form_has_a_sentence_a_picture_and_a_table(without_sympy):
    swell = swell_family("logistic", range(1, 9))
    verdict, picture, table = swell.document().blocks
    assert verdict.text == (
        "Growth: from n = 1 to 8 f' grows from 1 to 5,503 nodes as a tree, 3.4 times with each n; as a DAG, with equal "
        "parts once, from 1 to 58."
    )
    lines = {series.name: series.points for series in picture.series}
    assert list(lines) == ["f tree: 1 to 763", "f' tree: 1 to 5,503", "f' DAG: 1 to 58"]
    assert (picture.y.log, picture.x.whole) == (True, True)
    assert lines["f' DAG: 1 to 58"] == tuple(zip(range(1, 9), column(table, "dag"), strict=True))
    assert column(table, "cse") == ["not asked"] * 8
    for format in ("csv", "json"):
        assert render(swell.document(), format) == render(swell.document().detailed, format)


def test_growth_looks_like_growth(without_sympy):
    """The line of the tree ends at the top, that of the DAG far below; of an exponential the line is straight."""
    swell = swell_family("logistic", range(1, 9))
    _, picture, _ = swell.document().blocks
    text = render(swell.document(), "terminal", look=Look(width=80, charset="ascii"))
    rows = [line.partition("|")[2] for line in text.splitlines() if "|" in line]
    last = [row[-2:] for row in rows]
    places = {mark: next(number for number, end in enumerate(last) if mark in end) for mark in "o#^"}
    assert places["#"] < places["o"] < places["^"]
    assert places["^"] - places["#"] > len(rows) / 3
    _, y = scales(picture)
    places_of_tree = [y.place(size) for _, size in picture.series[1].points[2:]]
    steps = [after - before for before, after in pairwise(places_of_tree)]
    assert max(steps) < 1.3 * min(steps)
    drawing = render(swell.document(), "svg")
    assert re.findall(r">(\d)</text>", drawing) == [str(n) for n in range(1, 9)]


def test_the_growth_of_a_higher_derivative_and_of_formulas_in_no_order(without_sympy, tmp_path):
    orders = swell_orders(resolve("exp(x)*sin(x)"), 4, at={"x": 2})
    verdict, picture, _ = orders.document().blocks
    assert verdict.text.startswith("Growth: from order 1 to 4 the derivative grows from 11 to ")
    assert picture.x.title == "order of the derivative"
    path = tmp_path / "formulas.txt"
    path.write_text("x^2\nsin(x)*cos(x)*exp(x)\nln(x)\n", encoding="utf-8")
    verdict, picture, _ = swell_family(str(path)).document().blocks
    assert verdict.text.startswith("Growth: for line 2, f' has ")
    assert isinstance(picture, Bars)
    assert not picture.axis.log


def test_one_row_has_no_picture_and_sizes_beyond_the_doubles_are_drawn(without_sympy):
    verdict, table = swell_family("logistic", range(8, 9)).document().blocks
    assert verdict.text == "Growth: at n = 8, f' has 5,503 nodes as a tree and 58 as a DAG (f itself 763 and 24)."
    assert len(table.rows) == 1
    large = swell_family("logistic", range(1100, 1104)).document()
    assert "nodes as a tree, 2.0 times with each n" in large.blocks[0].text
    for format in TEXTS:
        if format != "json":
            assert render(large, format)
    assert render(large, "svg")
