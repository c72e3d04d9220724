"""The viewer's own function in the demos `tape` and `branches`."""

import linecache
import math

import pytest

import diffcompare as dc
from diffcompare.classroom.demos.report import tables_of
from diffcompare.classroom.listing import MAX_LINES
from diffcompare.classroom.own_program import (
    MAX_ROWS,
    MAX_STEPS,
    branch_frames,
    own_demo,
    own_tape,
    program_of,
    tape_frames,
)
from diffcompare.diagnostics import DiffcompareError
from diffcompare.document import Source
from diffcompare.inputs.python_function import function_input
from diffcompare.studies.question import question_of


def branching(x):
    y = x * x
    if y > 0.5:
        return y
    return math.sin(y)


def running(frame):
    """The line that a frame marks."""
    source = frame.blocks[0]
    return dict(enumerate(source.text.splitlines(), source.first))[source.running] if type(source) is Source else None


def plays(function, **point):
    question = function_input(function, point, "f")
    return question, program_of(question, "tape")


def test_the_tape_grows_beside_the_running_line():
    question, _ = plays(branching, x=0.3)
    frames = list(tape_frames(own_tape(question, None)))
    assert list(map(running, frames)) == [
        "    y = x * x", "    if y > 0.5:", "    return math.sin(y)",
        "    return math.sin(y)", "    y = x * x", None,
    ]  # fmt: skip
    assert [len(table.rows) for frame in frames for table in tables_of(frame.blocks)[:1]] == [1, 1, 2, 1, 2, 1]
    assert frames[1].rule == "0.09 > 0.5 ?  no"
    assert frames[-1].numbers["x"] == pytest.approx(2 * 0.3 * math.cos(0.09))


def test_the_backward_pass_reads_the_tape_from_its_end():
    question, _ = plays(branching, x=0.3)
    _, _, _, sine, square, gradient = tape_frames(own_tape(question, None))
    assert (sine.rule, square.rule) == ("t1 += 1 * 0.995953", "x += 0.995953 * 0.3; x += 0.995953 * 0.3")
    assert [row[:4] for row in square.blocks[1].rows] == [
        ("t2", sine.blocks[0].running, "Sin", 1.0), ("t1", square.blocks[0].running, "Mul", math.cos(0.09)),
    ]  # fmt: skip
    assert [frame.blocks[2].rows for frame in (sine, square)] == [(("x", 0.0),), (("x", gradient.numbers["x"]),)]
    assert gradient.numbers == dc.gradient(branching, x=0.3)


def test_what_does_not_reach_the_output_is_not_read():
    def wasteful(x):
        unused = math.exp(x)  # noqa: F841
        return 3 * x

    question, _ = plays(wasteful, x=1.0)
    frames = list(tape_frames(own_tape(question, None)))
    assert [frame.node for frame in frames] == ["t1", "t2", "t2", ""]
    assert frames[-1].sentence == "Not read, for they do not reach the output: 1 of the lines of the tape."


def test_a_function_that_returns_its_argument_has_an_empty_tape():
    question, _ = plays(lambda x: x, x=1.0)
    (gradient,) = tape_frames(own_tape(question, None))
    assert gradient.numbers == {"x": 1.0}


def test_infinite_slopes_are_shown():
    def root(x):
        return math.sqrt(x)

    question, _ = plays(root, x=0.0)
    assert list(tape_frames(own_tape(question, None)))[-1].numbers == {"x": math.inf}


def test_what_did_not_run_stands_in_the_source_too():
    question, _ = plays(branching, x=0.9)
    source = next(tape_frames(own_tape(question, None))).blocks[0]
    assert source.text.splitlines()[0] == "def branching(x):"
    assert source.text.splitlines()[-1] == "    return math.sin(y)"


def test_lines_are_numbered_as_in_the_file_and_the_running_one_is_marked():
    first = branching.__code__.co_firstlineno
    question, _ = plays(branching, x=0.9)
    source = next(tape_frames(own_tape(question, None))).blocks[0]
    assert (source.first, source.running) == (first, first + 1)
    assert source.gutters[1] == (f"> {first + 1}  ", "    y = x * x")
    assert source.gutters[2] == (f"  {first + 2}  ", "    if y > 0.5:")


def test_a_long_function_has_a_window_around_the_running_line():
    body = "\n".join(f"    x = x * {number}.0" for number in range(60))
    code = f"def long(x):\n{body}\n    return x\n"
    linecache.cache["long_function.py"] = (len(code), None, code.splitlines(keepends=True), "long_function.py")
    names = {}
    exec(compile(code, "long_function.py", "exec"), names)
    frames = list(tape_frames(own_tape(plays(names["long"], x=1.0)[0], None)))
    sources = [frame.blocks[0] for frame in frames if isinstance(frame.blocks[0], Source)]
    assert all(len(source.text.splitlines()) == MAX_LINES for source in sources)
    assert all(source.first <= source.running < source.first + MAX_LINES for source in sources)


def test_a_long_run_has_its_first_frames_and_its_last():
    def loop(x):
        for _ in range(100):
            x = x * 0.5
        return x

    question, _ = plays(loop, x=1.0)
    frames = list(tape_frames(own_tape(question, None)))
    assert len(frames) == 2 * MAX_STEPS + 1
    assert [frame.sentence for frame in (frames[MAX_STEPS - 1], frames[-2])] == [
        "60 steps before this one have no frame of their own."
    ] * 2
    assert (frames[MAX_STEPS - 1].node, frames[-2].node) == ("t100", "t1")
    assert frames[-1].numbers == {"x": 0.5**100}
    (tape,) = tables_of(frames[MAX_STEPS - 1].blocks)
    assert (len(tape.rows), tape.caption) == (MAX_ROWS, f"The tape (the last {MAX_ROWS} of 100)")


def test_branches_show_the_decisions_and_every_method():
    question, program = plays(branching, x=0.3)
    decisions, derivative = branch_frames(question, program)
    assert decisions.numbers["decisions"] == 1
    assert running(decisions) == "    if y > 0.5:"
    assert derivative.numbers["symbolic"] == "not-supported"
    assert derivative.numbers["reverse-ad"] == pytest.approx(0.6 * math.cos(0.09))


def test_a_run_without_a_decision_is_told():
    question, program = plays(lambda x: x * x, x=0.3)
    assert next(branch_frames(question, program)).title == "This run decides nothing"


def test_a_function_that_differs_from_itself_is_told_before_it_is_played():
    calls = []

    def stateful(x):
        calls.append(0)
        return x * len(calls)

    question, _ = plays(stateful, x=1.0)
    for name in ("tape", "branches"):
        first, *others = own_demo(name, question, {"x": 1.0}).frames()
        assert first.title == "A doubt about this recording"
        assert first.blocks[0].text == next(note.message for note in question.parsed.notes if note.severity != "note")
        assert others


def test_a_formula_has_no_lines_to_run():
    with pytest.raises(DiffcompareError) as caught:
        program_of(question_of("x^2"), "tape")
    assert caught.value.diagnostic.code == "E506"
