"""Every engine is asked in a process of its own: what happens there is a row."""

import math
import os
import subprocess
from time import monotonic, sleep

import pytest
from engine_tiers import every_engine, marks, needs

from diffcompare import processes
from diffcompare.backends import backend
from diffcompare.backends.problem import Problem
from diffcompare.engines import engine_client as client
from diffcompare.engines import registry
from diffcompare.language.expression import Variable, apply
from diffcompare.language.parser import parse
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.numeric.user_operations import UserOperation

# A library made up for these tests: complex numbers, whose imaginary part is the derivative times a tiny step.
TINY = """
import cmath
from diffcompare.engines import engine_worker as worker
from diffcompare.engines.engine import Engine, EngineAnswer, Loaded, as_number

def load():
    def step(f, point, wrt):
        value = f(*point)
        partials = [f(*[x + 1e-30j * (i == j) for j, x in enumerate(point)]).imag / 1e-30 for i in wrt]
        return EngineAnswer(as_number(value), partials, [1e-16 for _ in wrt])
    return Loaded({"sin": cmath.sin, "exp": cmath.exp, "ln": cmath.log}, {"reverse": step, "forward": step})

worker.engine = lambda name: Engine(load, "tiny", ("reverse", "forward"))
"""


@pytest.fixture
def engine_that(monkeypatch):
    """Put a made-up library in place of autograd, after running this code in its process."""
    client.end("autograd")
    monkeypatch.setattr(client, "version", lambda name: "1.0")

    def prepared(code=""):
        text = f"exec({TINY!r}); exec({code!r}, globals()); main()"
        monkeypatch.setattr(processes, "BOOTSTRAP", processes.BOOTSTRAP.replace("main()", text))

    yield prepared
    client.end("autograd")


def ask(text, method="autograd-reverse", budget=5.0, wrt=None, **point):
    expression = parse(text)
    names = wrt or tuple(variables(wengert_list(expression)))
    return backend(method).differentiate(Problem(expression, point, names, budget=budget))


def test_value_gradient_version_and_estimates_arrive(engine_that):
    engine_that()
    answer = ask("x*sin(y)", x=2.0, y=0.5)
    assert answer.status == "ok"
    assert answer.variant == "autograd 1.0"
    assert answer.gradient == pytest.approx({"x": math.sin(0.5), "y": 2 * math.cos(0.5)}, rel=1e-15)
    assert answer.engine.value == pytest.approx(2 * math.sin(0.5), rel=1e-15)
    assert answer.engine.errors == {"x": 1e-16, "y": 1e-16}


def test_the_others_are_variables_too_where_only_some_are_asked_for(engine_that):
    engine_that()
    assert ask("x*sin(y)", wrt=("y",), x=2.0, y=0.5).gradient == pytest.approx({"y": 2 * math.cos(0.5)}, rel=1e-15)


def test_the_worker_is_kept(engine_that):
    engine_that()
    ask("x", x=1.0)
    first = client._idle["autograd"]
    ask("x^2", "autograd-forward", x=1.0)
    assert client._idle["autograd"] is first


def test_no_more_libraries_are_imported_at_once_than_processors_have_work_for(engine_that, monkeypatch):
    engine_that("import time; time.sleep(0.2)")
    monkeypatch.setattr(processes, "processors", lambda: 1)
    methods = ["ad-forward", "advect-forward", "algopy-forward", "autograd-forward", "casadi-forward"]
    names = [method.partition("-")[0] for method in methods]
    for name in [*names, *client._idle]:
        client.end(name)
    try:
        for method in methods:
            backend(method).prepare()
        assert list(client._idle) == names[: client.IMPORTS]
        backend(methods[-1]).prepare()
        assert len(client._idle) == client.IMPORTS, "however often it is asked for"
        assert [ask("x^2", method, x=3.0).gradient["x"] for method in methods] == [6.0] * len(methods)
        assert list(client._idle) == names, "each was started in its turn, and none twice"
        assert not client._waiting
    finally:
        for name in names:
            client.end(name)


def test_what_it_raises_is_a_row(engine_that):
    engine_that()
    answer = ask("ln(x)", x=0.0)
    assert (answer.status, answer.gradient) == ("failed", {"x": None})
    assert answer.notes[0].startswith("ValueError: math domain error")
    assert ask("x", x=1.0).status == "ok", "it goes on"


def test_what_it_lacks_is_said(engine_that):
    engine_that()
    assert ask("digamma(x)", x=1.0).status == "not-supported"
    assert ask("digamma(x)", x=1.0).notes == ("it has no digamma",)
    answer = ask("cot(x)*sin(x)", x=1.0)
    assert answer.status == "not-supported", "neither cot nor cos"


def test_an_operation_of_the_users_own_without_a_definition_is_said(engine_that):
    engine_that()
    own = UserOperation("Own", ["x"], math.sinh, [None])
    problem = Problem(apply(own, (Variable("x"),)), {"x": 1.0}, ("x",))
    answer = backend("autograd-reverse").differentiate(problem)
    assert answer.status == "not-supported"
    assert answer.notes[0].startswith("Own(x) has no `definition` in the language")


def test_inf_and_nan_are_no_numbers_but_are_kept(engine_that):
    engine_that("import cmath; cmath.sin = lambda x: complex(float('nan'), float('inf'))")
    answer = ask("sin(x) + y", x=1.0, y=2.0)
    assert (answer.status, answer.gradient["x"]) == ("undefined", None)
    assert answer.engine.raw["x"] == math.inf


def test_a_number_that_is_not_real_is_no_partial_but_is_kept(engine_that):
    engine_that(
        "import cmath; Loaded = lambda functions, modes: type('L', (), {'functions': functions, 'digits': None, "
        "'modes': {m: lambda f, point, wrt: EngineAnswer(f(*point), [1/f(*point)]) for m in modes}})()"
    )
    answer = ask("ln(x)", x=-1.0)
    assert (answer.status, answer.gradient) == ("undefined", {"x": None})
    assert answer.engine.value == complex(0, math.pi)
    assert answer.engine.raw == {"x": complex(0, -1 / math.pi)}


def test_a_constant_without_a_value_is_what_the_library_makes_of_it(engine_that):
    engine_that()
    answer = ask("ln(-1)")
    assert (answer.status, answer.gradient, answer.engine.value) == ("ok", {}, complex(0, math.pi))
    answer = ask("x*ln(-1)^2 + exp(2)", x=1.5)
    assert answer.engine.value == pytest.approx(math.exp(2) - 1.5 * math.pi**2, rel=1e-15)
    assert list(answer.gradient) == ["x"]
    assert ask("1/0").notes[0].startswith("ZeroDivisionError: ")


def test_a_library_that_ends_the_process_is_a_row(engine_that):
    engine_that("import cmath, os; cmath.sin = lambda x: os._exit(3)")
    assert ask("sin(x)", x=1.0).notes == ("the process that runs autograd ended (exit code 3)",)
    assert ask("x", x=1.0).status == "ok", "another process is started"


def test_a_library_that_takes_too_long_is_a_row(engine_that):
    engine_that("import cmath, time; cmath.sin = lambda x: time.sleep(60)")
    answer = ask("sin(x)", budget=0.2, x=1.0)
    assert (answer.status, answer.notes) == ("timed-out", ("timed out after 0.2 s",))


def test_a_library_that_cannot_be_imported_is_a_row(engine_that):
    engine_that("def broken(name): raise ImportError('no shared object')\nworker.engine = broken")
    assert ask("x", x=1.0).notes == ("ImportError: no shared object",)


def test_whatever_it_prints_is_no_answer(engine_that):
    engine_that("import cmath; cmath.sin = lambda x: print('{}') or x")
    assert ask("sin(x)", x=1.0).gradient == {"x": 1.0}


def test_a_missing_library_is_a_row_with_the_command_that_installs_it(monkeypatch):
    monkeypatch.setattr(client, "version", lambda name: None)
    answer = ask("x", "torch", x=1.0)
    assert (answer.status, answer.notes) == ("not-installed", ("not installed: pip install torch",))


@pytest.mark.parametrize("name", every_engine())
def test_a_survey_of_what_is_installed(name):
    """Each installed engine differentiates the survey's example to the last digits of its numbers."""
    needs(name)
    described = registry.engine(name)
    digits = 24 if name == "mlx" else described.digits  # its sine of a double has the digits of single precision
    for mode in described.modes:
        answer = ask("ln(x1) + x1*x2 - sin(x2)", registry.method_name(name, mode), budget=60.0, x1=2.0, x2=5.0)
        assert answer.status == "ok", answer.notes
        rel = 1e-5 if described.way == "numerically" else 2.0 ** (5 - digits)
        assert answer.gradient == pytest.approx({"x1": 5.5, "x2": 1.7163378145367738}, rel=rel)


def test_a_constant_asks_nobody(engine_that):
    engine_that("import os; os._exit(3)")
    answer = ask("3")
    assert (answer.status, answer.gradient, answer.notes) == ("ok", {}, ())


SEEN = """
seen = []
def load():
    def mode(f, point, wrt):
        seen.append(f)
        return EngineAnswer(len(set(map(id, seen))), [0.0 for _ in wrt])
    return Loaded({}, {"reverse": mode})
worker.engine = lambda name: Engine(load, "tiny", ("reverse",))
"""


def test_a_formula_is_the_same_function_at_every_point_and_another_when_it_is_written_otherwise(engine_that):
    engine_that(SEEN)
    number = [ask(text, x=x).engine.value for text, x in (("x^2", 1.0), ("x^2", 2.0), ("x^3", 2.0), ("x^2", 3.0))]
    assert number == [1, 1, 2, 2]
    question = {"program": client.serialization.encode(parse("x^2")), "names": ["x"], "point": [1.0], "wrt": [0]}
    answer = client.ask("autograd", {**question, "mode": "reverse", "float_exponents": True}, 5.0)
    assert answer["value"] == 3


COMPILED = {
    "casadi": ("reverse", "hessian-mx"),
    "ddx-ad": ("forward", "reverse, compiled"),
    "jax": ("reverse, jit", "reverse, jit, array of 17"),
    "mlx": ("reverse, compiled",),
    "pytensor": ("reverse-numba", "forward-fast-compile"),
    "tensorflow": ("reverse, tf.function",),
}


class Square:
    """A function that counts how often it is run."""

    def __init__(self):
        self.runs = []

    def __call__(self, x):
        self.runs.append(x)
        return x * x


@pytest.mark.parametrize("name", [pytest.param(name, marks=marks(name)) for name in COMPILED])
def test_what_is_compiled_is_compiled_once_for_all_points(name):
    """A library that compiles runs the function of Python only to see what it does."""
    needs(name)
    loaded = registry.engine(name).load()
    for mode in COMPILED[name]:
        function = Square()
        gradients, runs = [], []
        for x in (1.0, 2.5, -3.0, 7.0):
            gradients += loaded.modes[mode](function, [x], [0]).gradient
            runs.append(len(function.runs))
        assert gradients == ([2.0] * 4 if mode.startswith("hessian") else [2.0, 5.0, -6.0, 14.0])
        assert runs[1] == runs[-1], mode  # MLX looks at the first two


PROGRAM = """
import subprocess
child = subprocess.Popen(["sleep", "100"])
def load():
    return Loaded({}, {"reverse": lambda f, point, wrt: EngineAnswer(child.pid, [child.wait() for _ in wrt])})
worker.engine = lambda name: Engine(load, "tiny", ("reverse",))
"""


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="this system has no groups of processes")
@pytest.mark.parametrize("way", ["it runs out of time", "its parent ends"])
def test_a_program_that_a_worker_runs_ends_with_it(engine_that, way):
    engine_that(PROGRAM)
    group = engine_group()
    if way == "it runs out of time":
        assert ask("x", x=1.0, budget=0.5).status == "timed-out"
    else:
        client._idle["autograd"].process.stdin.close()
        client._idle["autograd"].process.wait(10)
    assert await_end(group)


def engine_group():
    """Start the worker and return the group of its processes."""
    assert client.digits_of("autograd") == 53
    group = client._idle["autograd"].process.pid
    os.killpg(group, 0)
    return group


def await_end(group):
    """Tell whether no process of a group runs any more, but for those that nobody has waited for, within ten seconds."""
    end = monotonic() + 10
    while monotonic() < end:
        listed = subprocess.run(["ps", "-eo", "pgid=,stat="], capture_output=True, text=True, check=True).stdout
        if not any(line.split()[0] == str(group) and "Z" not in line for line in listed.splitlines()):
            return True
        sleep(0.05)
    return False


COUNTING = """
import os
from itertools import count
number = count(1).__next__

def load():
    def numbered(f, point, wrt):
        if point[0] == 13:
            os._exit(3)
        return EngineAnswer(number(), list(point))
    return Loaded({}, {"reverse": numbered})

worker.engine = lambda name: Engine(load, "tiny", ("reverse",))
"""


def test_what_is_sent_ahead_is_answered_once_and_lost_with_the_worker_or_where_another_question_comes(engine_that):
    engine_that(COUNTING)
    at = [
        {"call": "neg", "names": ["x"], "point": [x], "wrt": [0], "mode": "reverse"}
        for x in (1.0, math.nan, 3.0, 13.0, 5.0)
    ]

    def number_of(place):
        # The one that ends the worker is not sent ahead: what it has answered before may then be asked once more.
        following = at[place + 1 : 3] if place < 3 else at[place + 1 :]
        answer = client.ask("autograd", at[place], 20.0, following)
        assert answer["gradient"] == pytest.approx(at[place]["point"], nan_ok=True), (
            "not the answer to another question"
        )
        return answer["value"]

    assert [number_of(place) for place in (0, 1)] == [1, 2]
    assert client.ask("autograd", at[0], 20.0)["value"] == 1, "a new worker: the old one goes on with the third"
    assert [number_of(place) for place in (1, 2)] == [2, 3]
    with pytest.raises(processes.WorkerLost):
        number_of(3)
    assert number_of(4) == 1
