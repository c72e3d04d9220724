"""A demo, and the page, stand with any one method missing: sympy's process dies, the truth is late, a method refuses."""

from contextlib import contextmanager

import playing
import pytest
from thorough_tier import one_in

import diffcompare.truth.establish
from diffcompare import backends
from diffcompare.backends import automatic
from diffcompare.backends.problem import Backend, Derivative
from diffcompare.backends.symbolic import client
from diffcompare.classroom.demos import NAMES, load_demo, step
from diffcompare.classroom.demos import trace as demo_of_trace
from diffcompare.classroom.demos.report import compute, demo_data, document, tables_of
from diffcompare.classroom.lesson.page import page
from diffcompare.render import render
from diffcompare.studies import compare
from diffcompare.truth.establish import Truth

PROCESS, TRUTH = "the process of sympy", "the truth"
KEPT = {}
"""Answers of sympy: it is asked once for each."""


def refused(problem):
    return Derivative("", "failed", gradient=dict.fromkeys(problem.wrt), notes=("it is away",))


def late(problem):
    return Truth("timed-out", gradient=dict.fromkeys(problem.wrt), notes=("no truth within 0 s",))


def lost(problem, stages, *arguments):
    answer = client.SympyAnswer(sizes=dict.fromkeys(stages))
    answer.troubles[stages[0]] = ("failed", "the process that runs sympy ended")
    return answer


@contextmanager
def without(missing=None):
    """In here one method is missing, or none; what comes is the set of all that are asked."""
    asked = set()

    def watched(name, answer, refusal):
        def ask(problem, *arguments):
            asked.add(name)
            return (refusal if name == missing else answer)(problem, *arguments)

        return ask

    def guarded(backend):
        answer = watched(backend.name, backend.differentiate, refused)
        return Backend(backend.name, lambda problem: answer(problem)._replace(method=backend.name))

    with pytest.MonkeyPatch.context() as patch:
        ask, establish = compare.run_backend, diffcompare.truth.establish.establish
        patch.setattr(compare, "run_backend", lambda backend, problem: ask(guarded(backend), problem))
        for mode, name in (("forward_mode", "forward-ad"), ("reverse_mode", "reverse-ad")):
            patch.setattr(automatic, mode, guarded(backends.backend(name)).differentiate)
        for module in (diffcompare.truth.establish, demo_of_trace):
            patch.setattr(module, "establish", watched(TRUTH, establish, late))
        patch.setattr(client, "_request", watched(PROCESS, client._request, lost))
        patch.setattr(client, "_kept", {} if missing in (None, PROCESS) else KEPT)
        patch.setattr(step, "SAMPLES", 3)  # few dots are enough here
        yield asked


@pytest.mark.parametrize("name", one_in(3, NAMES))
def test_a_demo_stands_with_any_one_method_missing(name):
    with without() as asked:
        frames = len(compute(load_demo(name)).frames)
    for missing in asked:
        with without(missing):
            played = compute(load_demo(name))
        assert len(played.frames) == frames, missing
        assert render(document([played]), "plain")
        assert demo_data(played)


def test_every_method_of_the_classroom_is_taken_away_somewhere():
    """So that the test above has not simply asked nobody."""
    with without() as asked:
        for name in ("four-ways", "kinks", "hessian"):
            compute(load_demo(name))
    assert asked >= {PROCESS, TRUTH, "complex-step", "backward-difference", *backends.DEFAULT_METHODS}


@pytest.mark.parametrize("missing", [PROCESS, TRUTH])
def test_the_page_stands_without_it(missing):
    plays = [playing.played(name) for name in ("trace", "step", "swell", "fd-strikes-back")]
    with without(missing) as asked:
        written = page(plays)
    assert missing in asked
    assert written.endswith("</html>\n")


def test_methods_that_are_left_may_agree_on_zero():
    """Of sin(x)/x at 1e-8 both modes of AD return 0: without sympy all exact methods agree, and all are wrong."""
    with without("symbolic"):
        broken = next(
            frame.broken for frame in compute(load_demo("fd-strikes-back")).frames if frame.title == "sin(x)/x"
        )
    assert broken.numbers == {"spread": 0.0, "error": 1.0}


def test_a_number_is_shown_also_where_its_error_is_not_known():
    with without(TRUTH):
        first = compute(load_demo("four-ways")).frames[0]
    assert {row[0]: row[1:] for row in tables_of(first.blocks)[-1].rows}["reverse-ad"] == (
        pytest.approx(0.8233867834733424),
        None,
    )


def test_what_is_missing_is_said_in_its_place():
    with without("symbolic"):
        first = compute(load_demo("four-ways")).frames[0]
    assert {row[0]: row[1:] for row in first.blocks[-1].rows}["symbolic"] == ("failed", None)
