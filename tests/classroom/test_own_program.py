"""The viewer's own function in the demos `tape` and `branches`."""

import math

import pytest

from diffcompare.classroom.own_program import branch_frames, program_of, tape_frames
from diffcompare.diagnostics import DiffcompareError
from diffcompare.document import Source, Table
from diffcompare.inputs.python_function import function_input
from diffcompare.studies.question import question_of


def branching(x):
    y = x * x
    if y > 0.5:
        return y
    return math.sin(y)


def plays(function, **point):
    question = function_input(function, point, "f")
    return question, program_of(question, "tape")


def test_the_tape_grows_beside_the_running_line():
    _, program = plays(branching, x=0.3)
    frames = list(tape_frames(program))
    running = [
        next(line for line in block.text.splitlines() if line.startswith("> "))
        for frame in frames
        for block in frame.blocks
        if isinstance(block, Source)
    ]
    assert running == [">     y = x * x", ">     if y > 0.5:", ">     return math.sin(y)"]
    assert [len(block.rows) for frame in frames for block in frame.blocks if isinstance(block, Table)] == [1, 1, 2, 1]
    assert frames[1].rule == "0.09 > 0.5 ?  no"
    assert frames[-1].numbers["x"] == pytest.approx(2 * 0.3 * math.cos(0.09))


def test_what_did_not_run_stands_in_the_source_too():
    _, program = plays(branching, x=0.9)
    source = next(tape_frames(program)).blocks[0]
    assert source.text.splitlines()[0] == "  def branching(x):"
    assert source.text.splitlines()[-1] == "      return math.sin(y)"


def test_a_long_run_has_its_first_frames_and_its_last():
    def loop(x):
        for _ in range(100):
            x = x * 0.5
        return x

    _, program = plays(loop, x=1.0)
    assert len(list(tape_frames(program))) == 42


def test_branches_show_the_decisions_and_every_method():
    question, program = plays(branching, x=0.3)
    decisions, derivative = branch_frames(question, program)
    assert decisions.numbers["decisions"] == 1
    assert derivative.numbers["symbolic"] == "not-supported"
    assert derivative.numbers["reverse-ad"] == pytest.approx(0.6 * math.cos(0.09))


def test_a_formula_has_no_lines_to_run():
    with pytest.raises(DiffcompareError) as caught:
        program_of(question_of("x^2"), "tape")
    assert caught.value.diagnostic.code == "E584"
