"""The catalogue compared, once for all tests of a process, and the schema that every comparison keeps to."""

import functools
import json
import math
import re
from decimal import Decimal

import pytest

import diffcompare as dc
from diffcompare.backends import METHODS

STATUSES = {"ok", "undefined", "timed-out", "out-of-memory", "failed", "not-supported"}
NOT_SYMBOLIC = tuple(method for method in METHODS if method != "symbolic")


@functools.cache
def _compared(name, symbolic=False):
    return dc.compare(f"@{name}", methods="all" if symbolic else NOT_SYMBOLIC, budget=2, simplify=False)


@pytest.fixture
def compared():
    """Return the comparison of an entry at its own point, by every method, or by every one but the slow one."""
    return _compared


@pytest.fixture
def plain_data():
    """Return the data of a comparison as read back from its JSON, with every field checked."""

    def read(comparison):
        data = json.loads(json.dumps(comparison.data(), allow_nan=False))
        assert data == json.loads(comparison.to_json())
        check(data)
        return data

    return read


def check(data):
    """Check that every field of the schema is there, of its type, and no other field is."""
    required = {"schema", "command", "expression", "entry", "point", "value", "truth", "methods", "verdict", "warnings"}
    assert required <= set(data) <= required | {"error"}
    assert (data["schema"], data["command"]) == ("diffcompare/1", "grad")
    check_expression(data)
    assert data["entry"] is None or isinstance(data["entry"], str)
    assert is_float_or_null(data["value"])
    assert all(type(x) is float for x in data["point"].values())
    check_truth(data["truth"], set(data["point"]))
    for method in data["methods"]:
        check_method(method)
    assert re.fullmatch(r"\S.*\.", data["verdict"])
    for warning in data["warnings"]:
        assert set(warning) == {"code", "message", "span"}
        assert re.fullmatch(r"W\d\d\d", warning["code"])
    if "error" in data:
        assert set(data["error"]) == {"code", "kind", "message", "span", "help"}


def check_expression(data):
    expression = data["expression"]
    assert set(expression) == {"text", "read_as", "variables", "operations", "size"}
    assert expression["variables"] == list(data["point"])
    assert str(dc.parse(expression["read_as"], names=data["point"])) == expression["read_as"]
    assert type(expression["operations"]) is int
    check_size(expression["size"])


def check_size(size):
    assert set(size) == {"tree", "dag"}
    for count in size.values():
        small = type(count) is int and 0 <= count < 2**53
        assert small or (re.fullmatch(r"\d+", count) and int(count) >= 2**53) or re.fullmatch(r"about 10\^\d+", count)


def check_truth(truth, names):
    if truth is None:
        return
    required = {"status", "value", "gradient", "bound"}
    assert required <= set(truth) <= required | {"slopes", "notes"}
    assert truth["status"] in {"ok", "undefined", "nondifferentiable", "timed-out", "unresolved", "unavailable"}
    assert set(truth["gradient"]) == set(truth["bound"]) <= names
    for number in (truth["value"], *truth["gradient"].values()):
        assert number in (None, "0") or len(Decimal(number).as_tuple().digits) == 25
    for slopes in truth.get("slopes", {}).values():
        assert set(slopes) == {"left", "right"}
        assert all(slope in ("inf", "-inf") or is_float_or_null(slope) for slope in slopes.values())
    if truth["status"] == "ok":
        assert "slopes" not in truth
        assert None not in truth["gradient"].values()


def check_method(method):
    assert set(method) - {"convention"} == {
        "method", "variant", "status", "gradient", "error", "digits", "work", "formula", "swell", "notes",
    }  # fmt: skip
    assert method["method"] in METHODS
    assert method["variant"] is None or method["variant"]
    assert method["status"] in STATUSES
    assert method["status"] != "ok" or None not in method["gradient"].values()
    assert set(method["error"]) == {"absolute", "relative", "ulp"}
    for column in (method["gradient"], *method["error"].values(), method["digits"]):
        assert set(column) == set(method["gradient"])
        assert all(map(is_float_or_null, column.values()))
    assert all(kept is None or 0 <= kept <= 15.9 for kept in method["digits"].values())
    if method["work"] is not None:
        assert set(method["work"]) == {"evaluations", "operations"}
    if method["formula"] is not None:
        assert set(method["formula"]) == set(method["gradient"])
        assert all(isinstance(formula, str) for formula in method["formula"].values())
    if method["swell"] is not None:
        assert set(method["swell"]) == {"raw", "cse", "simplified"}
        for size in method["swell"].values():
            if size is not None:
                check_size(size)
    assert all(isinstance(note, str) for note in method["notes"])


def is_float_or_null(x):
    return x is None or (type(x) is float and math.isfinite(x))
