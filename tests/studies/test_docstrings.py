"""Docstrings of the public functions: every section is there, every argument is described, and the example runs."""

import doctest
import inspect
import re

import pytest
from rows import every_row

import diffcompare as dc
from diffcompare.studies.derive import Derive
from diffcompare.studies.graph import ComputationalGraph
from diffcompare.studies.step_sweep.sweep import StepSweep
from diffcompare.studies.trace import Trace

PUBLIC = ["check", "compare", "derive", "gradient", "graph", "parse", "sweep", "trace"]


@every_row("name", PUBLIC)
def test_arguments_result_errors_and_source_are_told(name):
    text = inspect.getdoc(getattr(dc, name))
    sections = re.split(r"^(Args|Returns|Raises|Example|Source): ?", text, flags=re.M)
    assert sections[1::2] == ["Args", "Returns", "Raises", "Example", "Source"]
    described = re.findall(r"^    \**(\w+):", sections[2], flags=re.M)
    assert described == list(inspect.signature(getattr(dc, name)).parameters)


@every_row("name", PUBLIC)
def test_the_example_runs(name):
    (example,) = doctest.DocTestFinder(recurse=False).find(getattr(dc, name), name, globs={name: getattr(dc, name)})
    assert example.examples
    assert doctest.DocTestRunner().run(example).failed == 0


@pytest.mark.parametrize("record", [dc.Check, dc.Comparison, StepSweep, Trace, ComputationalGraph, Derive])
def test_a_record_describes_its_fields(record):
    described = re.findall(r"^    (\w+):", inspect.getdoc(record), flags=re.M)
    assert described == list(record.__dataclass_fields__)
