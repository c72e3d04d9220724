"""Systems that are programs get a program of ours, with exact numbers, and their output is read."""

import cmath
import math
import re
import shutil

import pytest
from rows import every_row

from diffcompare.engines import computer_algebra
from diffcompare.engines.computer_algebra import (
    AlgebraProgram,
    AlgebraTerm,
    System,
    call,
    exactly,
    read_number,
    run,
    size,
)
from diffcompare.engines.engine import as_function, every_function, written_for
from diffcompare.engines.registry import engine, how_to_install, version
from diffcompare.language.parser import parse

PROGRAMS = ("giac", "ginsh", "gp", "maxima")


def test_numbers_are_written_exactly():
    assert exactly(0.1) == "(3602879701896397/36028797018963968)"
    assert exactly(-3.0) == "(-3)"
    with pytest.raises(ValueError, match="inf cannot be written exactly"):
        exactly(math.inf)


def test_what_is_shared_is_written_once():
    program = AlgebraProgram("{}:={};".format)
    x = AlgebraTerm(program, "x0")
    square = x * x
    call("sin({})")(square + square)
    assert program.statements == ["t0:=x0*x0;", "t1:=t0+t0;", "t2:=sin(t1);"]


def test_without_statements_an_expression_has_its_parts_in_parentheses():
    program = AlgebraProgram(None, repr)
    x = AlgebraTerm(program, "x0")
    assert (2.5 - -x / 3.0).text == "(2.5-((-x0)/3.0))"


@every_row(
    ("text", "number"),
    [
        ("3.287144105209750193102286076520383129793b-1", 0.328714410520975),
        ("0.1699341702116635583692871215994926134824e-16", 1.6993417021166355e-17),
        ("1.467149833671074885382198 E-347", 0.0),
        ("-infinity", -math.inf),
        ("undef", math.nan),
        ("-5.5-25.1*I", -5.5 - 25.1j),
        ("-1.25 E-3 - 0.5000*I", -0.00125 - 0.5j),
        ("-5.0b-1*%i", -0.5j),
        ("(-2.5b0*%i)-1.0b0", -1 - 2.5j),
        ("-(2.5+1.0)", None),
        ("-i", -1j),
        ("-8.0 + 1.2 E-58*I", -8.0),
        ("-1.27E-60-0.5*I", -0.5j),
        ("1.0+0.0*I", 1.0),
        ("1 2", None),
        ("1.5I", None),
        ("1/2", None),
        ("diff(0,0)", None),
        ("", None),
    ],
)
def test_what_is_printed_is_a_number_or_none(text, number):
    read = read_number(text)
    assert read is None if number is None else read == pytest.approx(number, rel=1e-15, nan_ok=True)


def test_the_size_of_a_formula_counts_numbers_names_and_operators():
    assert size("x1*cos(x0*x1)") == 6
    assert size("-x0^2+1.5") == 6


def ask(name, text, point, mode=None):
    if shutil.which(engine(name).program[0]) is None:
        pytest.skip(f"{name} is not installed")
    loaded = engine(name).load()
    functions = every_function(loaded)
    names = list(point)
    written, replaced = written_for(parse(text, names=names), functions)
    assert not replaced
    f = as_function(written, names, functions)
    return loaded.modes[mode or engine(name).modes[0]](f, list(point.values()), range(len(names)))


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_gradient_has_all_digits(name):
    answer = ask(name, "x^2*y + sin(x*y)/0.1", {"x": 1.7, "y": -0.3})
    assert answer.value == pytest.approx(1.7**2 * -0.3 + math.sin(-0.51) / 0.1, rel=1e-15)
    right = [2 * 1.7 * -0.3 - 0.3 * math.cos(-0.51) / 0.1, 1.7**2 + 1.7 * math.cos(-0.51) / 0.1]
    assert answer.gradient == pytest.approx(right, rel=1e-15)
    assert (answer.size is None) == (name == "gp"), "series are no formulas"


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_tail_of_tanh_is_right(name):
    assert ask(name, "tanh(x)", {"x": 20.0}).gradient == [1.6993417021166355e-17]
    assert ask(name, "tanh(x)", {"x": 20.0}, "second").gradient == [-3.398683404233271e-17]


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_number_that_is_not_real_is_complex(name):
    answer = ask(name, "(-2)^x", {"x": 3.0})
    assert answer.value == -8.0
    assert answer.gradient == [pytest.approx(-8 * cmath.log(-2), rel=1e-15)]


def test_a_kink_is_refused_or_has_no_number():
    with pytest.raises(ArithmeticError, match="0 to a negative exponent"):
        ask("maxima", "abs(x)", {"x": 0.0})
    with pytest.raises(ArithmeticError, match="division by zero"):
        ask("ginsh", "abs(x)", {"x": 0.0})
    assert math.isnan(ask("giac", "abs(x)", {"x": 0.0}).gradient[0])


def test_the_variables_of_ginac_are_real():
    assert ask("ginsh", "abs(x)", {"x": -2.3}, "second").gradient == [0.0], "the complex derivative gives -0.7"


def test_an_expression_that_failed_is_no_variable():
    with pytest.raises(ArithmeticError, match="it does not evaluate"):  # its derivative as a variable would be 0
        ask("ginsh", "(x - x)^(-1) + x", {"x": 2.0})


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_version_is_what_the_program_prints(name):
    if shutil.which(engine(name).program[0]) is None:
        pytest.skip(f"{name} is not installed")
    assert version(name)[0].isdigit()


def test_a_program_is_installed_by_the_system():
    assert how_to_install("gp") == "apt install pari-gp"


def system(script, **more):
    """Return a system that is a script of the shell; its statements are `name=text` and `text;`."""
    return System(
        ("sh", "-c", script),
        assign=lambda name, text: f"{name}={text}",
        show=lambda text: f"{text};",
        partial=lambda text, variable: text,
        at=lambda text, at: text,
        decimal=lambda text: text,
        **more,
    )


ECHO = 'while read line; do case "$line" in *";") echo "${line%;}";; esac; done'


@pytest.fixture
def running(monkeypatch):
    """Let a test have processes of systems of its own, which end with it."""
    sessions = {}
    monkeypatch.setattr(computer_algebra, "_sessions", sessions)
    yield sessions
    for session in sessions.values():
        session.end()


def test_one_process_answers_many_questions_and_another_goes_on_after_its_share(running, monkeypatch):
    monkeypatch.setattr(computer_algebra, "QUESTIONS", 2)
    shell = system('while read line; do [ "${line#mark}" != "$line" ] && echo "${line%;}" || echo $$; done')
    numbers = [run(shell, (), ["a"])[0] for _ in range(4)]
    assert numbers[0] == numbers[1] != numbers[2] == numbers[3]


def test_names_are_not_used_twice_in_a_process(running):
    shell = system(ECHO)
    run(shell, (), ["a"])
    first, second = (AlgebraProgram(shell.assign, names=computer_algebra._session(shell).names) for _ in range(2))
    assert [program.term("x").text for program in (first, second, first)] == ["t0", "t1", "t2"]


def test_a_system_that_ends_keeps_what_it_said_and_is_started_again(running):
    shell = system('while read line; do [ "$line" = "b;" ] && exit; echo "${line%;}"; done')
    assert run(shell, (), ["a", "b", "c"]) == ["a", "", ""]
    assert run(shell, (), ["a", "c"]) == ["a", "c"]
    with pytest.raises(ArithmeticError, match="sh ended without an answer"):
        run(system("exit"), (), ["a"])


def test_a_system_that_asks_back_is_given_up(running):
    shell = system(ECHO, asks=re.compile("positive or negative"))
    assert run(shell, (), ["a", "Acceptable answers are positive or negative", "c"])[0] == "a"
    assert run(shell, (), ["c"]) == ["c"]


def test_a_program_larger_than_a_pipe_and_its_echo_do_not_wait_for_each_other(running):
    shell = system('while read line; do echo "0>> $line"; case "$line" in *";") echo "${line%;}";; esac; done')
    assert run(shell, [f"t{i}={'x' * 2000}" for i in range(300)], ["a"]) == ["a"]


def test_a_system_that_reads_ahead_is_asked_once(running):
    shell = system('all=$(cat); for line in $all; do echo "${line%;}"; done', lasts=False)
    assert [run(shell, (), ["a"]) for _ in range(2)] == [["a"], ["a"]]


def test_what_a_system_says_of_its_time_is_no_answer(running):
    shell = system('while read line; do echo "0>> $line"; echo "Evaluation time: 0.46"; echo "${line%;}"; done')
    assert run(shell, (), ["a", "1.5"]) == ["a", "1.5"]
