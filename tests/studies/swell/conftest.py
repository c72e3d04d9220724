"""Families measured once for all tests of a process, and without sympy where nothing is asked of it."""

import functools

import pytest

from diffcompare.studies.swell import study, sympy_forms
from diffcompare.studies.swell.families import numbers


def _silent(problems, budget):
    return [dict.fromkeys(sympy_forms.STAGES, sympy_forms.NOT_ASKED) for _ in problems]


@pytest.fixture
def without_sympy(monkeypatch):
    """sympy is not asked: its forms stay open."""
    for module in (study, study):
        monkeypatch.setattr(module, "sympy_forms", _silent)
        monkeypatch.setattr(module, "table_rows", lambda problems, budget: [None] * len(problems))
        monkeypatch.setattr(module, "prepare", lambda: None)


@functools.cache
def _measured(family, which, budget=30.0):
    return study.swell_family(family, numbers(which), budget=budget)


@pytest.fixture
def measured():
    """A family with sympy's forms: `measured("logistic", "1..4")`."""
    return _measured
