"""Families measured once for all tests of a process, and without sympy where nothing is asked of it."""

import functools

import pytest

from diffcompare.studies.swell import measure, study
from diffcompare.studies.swell.families import numbers


def _silent(problems, budget):
    return [dict.fromkeys(measure.STAGES, measure.NOT_ASKED) for _ in problems]


@pytest.fixture
def without_sympy(monkeypatch):
    """sympy is not asked: its forms stay open."""
    monkeypatch.setattr(study, "sympy_forms", _silent)
    monkeypatch.setattr(study, "table_rows", lambda problems, budget: [None] * len(problems))
    monkeypatch.setattr(study, "prepare", lambda: None)


@functools.cache
def _measured(family, which, budget=30.0):
    return study.swell_family(family, numbers(which), budget=budget)


@pytest.fixture
def measured():
    """A family with sympy's forms: `measured("logistic", "1..4")`."""
    return _measured
