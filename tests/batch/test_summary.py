"""Figures in constant memory."""

import random
import statistics

import pytest
from rows import every_row

from diffcompare.batch import summary
from diffcompare.batch.row_result import MethodSummary, RowSummary, summarize
from diffcompare.batch.summary import MAX_FAILED, MAX_WORST, Median, Statistics
from diffcompare.engines import registry
from diffcompare.engines.engine import Engine


def row(number, error=1e-16, status="ok", method="reverse-ad", unknown=None, check=None, failed=None):
    cell = MethodSummary(method, status, error, None if error is None else "x", unknown, 3, 2.0)
    return RowSummary(f"f.txt:{number}", None, failed, check, (cell,))


@pytest.mark.parametrize("count", [1, 2, 99, 1000])
def test_a_median_to_two_digits(count):
    rng = random.Random(count)
    numbers = [10 ** rng.uniform(-20, 3) for _ in range(count)]
    median = Median()
    for number in numbers:
        median.add(number)
    assert median.value == pytest.approx(statistics.median_low(numbers), rel=0.012)


def test_a_median_of_zeros_and_of_nothing():
    median = Median()
    assert median.value is None
    for number in (0.0, 0.0, 1.0):
        median.add(number)
    assert median.value == 0.0


def test_answers_are_counted_by_what_became_of_them():
    statistics = Statistics(("reverse-ad",))
    for number, status in enumerate(("ok", "ok", "undefined", "failed", "timed-out", "out-of-memory", "not-supported")):
        statistics.add(row(number, status=status, error=None))
    of_method = statistics.by_method["reverse-ad"]
    assert (of_method.answered, of_method.refused, of_method.timed_out, of_method.work) == (2, 4, 1, 21)
    assert (statistics.rows, statistics.failed) == (7, 5)


def test_work_that_nobody_counts_is_not_known_rather_than_none():
    statistics = Statistics(("autograd-reverse",))
    uncounted = MethodSummary("autograd-reverse", "ok", 1e-16, "x", None, None, None)
    statistics.add(RowSummary("f.txt:1", None, None, None, (uncounted,)))
    assert statistics.by_method["autograd-reverse"].work is None


def test_the_worst_rows_are_those_of_exact_methods_the_first_of_equals():
    statistics = Statistics(())
    for number in range(20):
        statistics.add(row(number, error=float(number % 10), method="reverse-ad"))
        statistics.add(row(100 + number, error=1e6, method="central-difference"))
    assert [(worst.row, worst.error) for worst in statistics.worst] == [
        ("f.txt:9", 9.0), ("f.txt:19", 9.0), ("f.txt:8", 8.0), ("f.txt:18", 8.0), ("f.txt:7", 7.0)
    ]  # fmt: skip
    assert len(statistics.worst) == MAX_WORST


@every_row(
    ("summary", "code"),
    [
        (row(1, error=1e-10), None),
        (row(1, error=1e-8), "E813"),
        (row(1, error=1e-10, unknown="y"), "E813"),
        (row(1, error=None, status="timed-out"), "E812"),
        (row(1, failed=("E101", "unknown")), "E101"),
        (row(1, check=("wrong", "df/dx")), "E814"),
        (row(1, check=("undecided", "df/dx")), "E814"),
        (row(1, check=("proved", "df/dx")), None),
    ],
)
def test_when_a_row_fails(summary, code):
    statistics = Statistics(("reverse-ad",), max_error=1e-9)
    statistics.add(summary)
    assert statistics.failed == (code is not None)
    assert [failed.code for failed in statistics.failures] == ([] if code is None else [code])


def test_only_some_failures_are_kept_and_all_are_counted():
    statistics = Statistics(())
    for number in range(1000):
        statistics.add(row(number, failed=("E101", "unknown")))
    assert (statistics.failed, len(statistics.failures), statistics.codes) == (1000, MAX_FAILED, {"E101": 1000})


def test_a_digest_takes_the_worst_partial_absolute_where_the_truth_is_0():
    method = {
        "method": "reverse-ad", "status": "ok", "work": {"operations": 3}, "swell": {"raw": {"tree": 6, "dag": 4}},
        "error": {"absolute": {"x": 1e-3, "y": 2e-9, "z": None}, "relative": {"x": 1e-12, "y": None, "z": None}},
    }  # fmt: skip
    document = {"name": "a", "file": "f.txt", "line": 2, "expression": {"size": {"tree": 3}}, "methods": [method]}
    (cell,) = summarize(document).cells
    assert cell == ("reverse-ad", "ok", 2e-9, "y", "z", 3, 2.0)


def test_a_numerical_library_is_no_exact_method(monkeypatch):
    ways = {"torch": "automatically", "jax": "numerically"}
    engine = lambda name: Engine(dict, name, ("reverse",), way=ways[name])
    monkeypatch.setattr(registry, "engine", engine)
    monkeypatch.setattr(summary, "engine", engine)
    monkeypatch.setattr(registry, "engine_names", lambda: tuple(ways))
    summary._is_exact.cache_clear()
    exact = [summary._is_exact(name) for name in ("torch-reverse", "jax-reverse", "reverse-ad", "central-difference")]
    summary._is_exact.cache_clear()
    assert exact == [True, False, True, False]
