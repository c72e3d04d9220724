"""sympy in a process of its own: what it answers, how that comes back, and what happens when it does not answer."""

import itertools
import json
import math
import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import reference
from rows import every_row

from diffcompare import processes
from diffcompare.backends import automatic
from diffcompare.backends.problem import Problem, Size, Work, evaluate_formulas
from diffcompare.backends.symbolic import client
from diffcompare.language.expression import OPERATIONS, Number, Variable
from diffcompare.language.operations import raise_to, sin
from diffcompare.language.parser import parse
from diffcompare.language.wengert import variables, wengert_list
from diffcompare.numeric.evaluate import values_at

ROOT = Path(client.__file__).parents[3]
SURVEY = Problem(parse("ln(x1) + x1*x2 - sin(x2)"), {"x1": 2.0, "x2": 5.0}, ("x1", "x2"))


def problem(text, budget=30.0, **point):
    expression = parse(text)
    return Problem(expression, point, tuple(variables(wengert_list(expression))), budget=budget)


def formulas(text, stage="raw"):
    return client.derive(problem(text)).formulas[stage]


def test_expanded_on_request():
    answer = client.derive(problem("x*(x + 1)^2*y", x=1.0, y=2.0), ["raw", "expanded"])
    assert {name: str(formula) for name, formula in answer.formulas["expanded"].items()} == {
        "x": "3*y*x^2 + 4*x*y + y",
        "y": "x^3 + 2*x^2 + x",
    }
    assert list(answer.formulas) == list(answer.sizes) == ["raw", "expanded"]


def test_polynomials_are_expanded_as_sympy_does_it_and_in_descending_powers():
    chain = "x"
    for _ in range(6):
        chain = f"4*({chain})*(1 - ({chain}))"
    expanded = client.derive(problem(chain, x=1.0), ["raw", "expanded"]).formulas["expanded"]["x"]
    powers = [int(power) for power in re.findall(r"x\^(\d+)", str(expanded))]
    assert len(powers) == 62
    assert sum(a < b for a, b in itertools.pairwise(powers)) <= 1  # a positive term comes first


def test_higher_orders_on_request():
    answer = client.derive(problem("x^5*y", x=1.0, y=2.0)._replace(wrt=("x",)), ["raw"], order=3)
    assert str(answer.formulas["raw"]["x"]) == "60*y*x^2"


@pytest.fixture(autouse=True)
def nothing_is_remembered():
    client._kept.clear()


@pytest.fixture
def worker_that(monkeypatch):
    """Start a worker of one's own, after running this code in it; the ordinary one is there again afterwards."""
    ordinary, client._idle = client._idle, None

    def prepared(code):
        monkeypatch.setattr(processes, "BOOTSTRAP", processes.BOOTSTRAP.replace("main()", f"exec({code!r}); main()"))

    yield prepared
    if client._idle is not None:
        client._idle.end()
    client._idle = ordinary


# --- Answers -----------------------------------------------------------------------------------------------------------


def test_the_surveys_function():
    answer = client.differentiate(SURVEY)
    assert answer.method == "symbolic"
    assert answer.status == "ok"
    assert answer.gradient == {"x1": 5.5, "x2": 2 - math.cos(5)}
    assert answer.formulas == {"x1": parse("x2 + 1/x1"), "x2": parse("x1 - cos(x2)")}
    assert answer.work == Work(1, 4)
    assert answer.sizes == dict.fromkeys(("raw", "cse", "simplified"), Size(tree=9, dag=7))
    assert answer.notes == ()


def test_sizes_shrink_from_stage_to_stage():
    sizes = client.differentiate(problem("sin(x)^2*exp(x*y) + cos(x)^2*exp(x*y)", x=1.0, y=2.0)).sizes
    assert sizes["raw"].tree > sizes["cse"].tree >= sizes["cse"].dag
    assert sizes["raw"].tree > sizes["simplified"].tree
    assert formulas("sin(x)^2*exp(x*y) + cos(x)^2*exp(x*y)", "simplified")["y"] is parse("x*exp(x*y)")


def test_the_tree_after_cse_counts_a_name_once_and_its_uses_as_leaves():
    # The partial is cos(x*y*z) by turns with y*z, x*z, x*y: sympy names what it finds twice.
    answer = client.derive(problem("sin(x*y*z)"))
    assert answer.formulas["cse"].keys() == answer.formulas["raw"].keys()
    assert answer.sizes["cse"].tree < answer.sizes["raw"].tree


def samples_of(operation):
    """The row applied to variables, with the arguments that must be constants filled in, and its samples."""
    for sample in operation.samples:
        arguments = [Variable(name) for name in "abcd"[: operation.arity]]
        if operation.name == "^n":
            yield raise_to(arguments[0], int(sample[1])), sample
        elif operation.name == "polygamma":
            yield operation(Number(int(sample[0])), arguments[1]), sample
        else:
            yield operation(*arguments), sample


def is_inside(operation, sample):
    return operation.domain.contains(*sample) and not operation.kink.contains(*sample)


ROWS = [operation for operation in OPERATIONS.values() if not operation.name.startswith("if ")]


@every_row("operation", ROWS)
def test_every_row_has_the_derivative_of_its_values(operation):
    answers = {}
    for expression, sample in samples_of(operation):
        if not is_inside(operation, sample):
            continue
        point = dict(zip("abcd", sample, strict=False))
        question = Problem(expression, point, tuple(variables(wengert_list(expression))), budget=30)
        if expression not in answers:
            answers[expression] = client.derive(question)
        for stage in client.STAGES:
            gradient, _, _ = evaluate_formulas(answers[expression].formulas[stage], question)
            for name, value in gradient.items():
                truth = float(reference.partial(operation.name, sample, "abcd".index(name), digits=25))
                # 1 - tanh(18)^2 has no digit left: such is the formula
                assert value == pytest.approx(truth, rel=1e-12, abs=1e-15), (stage, sample)


@every_row("operation", OPERATIONS.values())
def test_every_row_comes_back_as_it_went(operation):
    """d(t*f)/dt is f."""
    for expression, sample in samples_of(operation):
        if not is_inside(operation, sample):
            continue
        point = {**dict(zip("abcd", sample, strict=False)), "t": 1.0}
        formula = client.derive(Problem(Variable("t") * expression, point, ("t",), budget=30)).formulas["raw"]["t"]
        expected = values_at(wengert_list(expression), point)[expression]
        assert values_at(wengert_list(formula), point)[formula] == pytest.approx(expected, rel=1e-13)


COMPOSITIONS = [
    "abs(ln(x)*y)",
    "sign(ln(x))*x + floor(x*y)*y",
    "abs(abs(x) - 1)*ceil(y)",
    "max(x, y^2, ln(x))*min(x*y, 3)",
    "min(x*y, sin(x), 3)",
    "relu(ln(x) - y)*cbrt(x - y)",
    "if(x > y, ln(x), if(x*y < 2, x*y, 3))",
    "if(if(x > 2, y, x) <= y, x^2, x*y)",
    "lgamma(x*y)*gamma(x)/digamma(y + 1)",
    "atan2(ln(x), hypot(y, ln(y)))",
    "sqrt((x - 1)^2)*abs(asin(x/4))",
    "x^y^x",
    "erf(x)*erfc(y) - sigmoid(x*y)",
    "x*softplus(x - y)",
    "sec(x)*csc(y) + cot(x*y)",
    "tanh(x)*acosh(x + y)",
    "log(x, y) + log10(x)*log2(y)*log1p(x)*expm1(y)",
    "max(lgamma(1.7), erfc(x))*y",
    "(x^2 + y^2)^-1.5/sqrt(x)/(x/y)^(1/3)",
]


@every_row("text", COMPOSITIONS)
def test_compositions_agree_with_reverse_mode_at_every_stage(text):
    question = problem(text, x=1.3, y=0.6)._replace(budget=60.0)
    expected = automatic.reverse_mode(question).gradient
    answer = client.derive(question)
    assert answer.troubles == {}
    for stage in client.STAGES:
        gradient, _, status = evaluate_formulas(answer.formulas[stage], question)
        assert status == "ok"
        assert gradient == pytest.approx(expected, rel=1e-12)


def test_a_product_of_two_hundred_variables_is_differentiated_in_time():
    names = [f"x{i}" for i in range(200)]
    question = problem("*".join(names), budget=20.0, **dict.fromkeys(names, 1.0))
    answer = client.differentiate(question, ("raw",))
    assert set(answer.gradient.values()) == {1.0}


def test_a_constant_has_no_partials_and_needs_no_worker(worker_that):
    worker_that("raise SystemExit")
    assert client.differentiate(problem("2 + 3")).gradient == {}


def test_a_variable_that_does_not_occur():
    answer = client.differentiate(Problem(parse("x^2"), {"x": 3.0, "y": 1.0}, ("y", "x")))
    assert answer.gradient == {"y": 0.0, "x": 6.0}


def test_whoever_wants_the_gradient_only_gets_no_further_stages_and_no_complaint():
    question = problem("x^2*sin(x)", x=1.5)
    raw = client.differentiate(question, ("raw",))
    assert raw.gradient == client.differentiate(question).gradient
    assert raw.notes == ()
    assert [stage for stage, size in raw.sizes.items() if size] == ["raw"]


# --- Formulas as a person writes them ----------------------------------------------------------------------------------


@every_row(
    ("text", "partial"),
    [
        ("x^3", "3*x^2"),
        ("1/x^2", "-(2/x^3)"),
        ("sqrt(x)", "1/(2*sqrt(x))"),
        ("x^(1/3)", "1/(3*x^(2/3))"),
        ("exp(-x)", "-exp(-x)"),
        ("2^x", "2^x*ln(2)"),
        ("e^(2*x)", "2*exp(2*x)"),
        ("0.3*x", "0.3"),
        ("x/4", "1/4"),
        ("8.314*x^2", "16.628*x"),
        ("pi*x - x^2", "pi - 2*x"),
        ("abs(x)", "sign(x)"),
        ("lgamma(x)", "digamma(x)"),
        ("digamma(x)", "polygamma(1, x)"),
        ("max(x, 1)", "(1 + sign(x - 1))/2"),
        ("x*digamma(1)", "digamma(1)"),
        ("if(x > 0, x^2, -x)", "if(x > 0, 2*x, -1)"),
        ("if(x > 0, if(x < 1, x^2, x), 0)", "if(x > 0, if(x < 1, 2*x, 1), 0)"),
        ("x*max(2, 3)*if(1 < 2, 5, 7)", "15"),
    ],
)
def test_the_form_of_formulas(text, partial):
    assert str(formulas(text)["x"]) == partial


def test_huge_fractions_do_not_become_inf_over_inf():
    answer = client.differentiate(problem("x*7^400/3^700", x=1.0))
    assert answer.gradient["x"] == pytest.approx(float(7**400 * 10**30 // 3**700) / 1e30, rel=1e-9)


def test_steps_are_flat_and_a_note_says_so():
    answer = client.differentiate(problem("floor(x)*sign(x)*x", x=2.5))
    assert answer.gradient == {"x": 2.0}
    assert answer.notes == ("sign, floor: the derivative of a step is taken to be 0",)


# --- Names -------------------------------------------------------------------------------------------------------------


@every_row("name", ["lambda", "I", "S", "E", "N", "beta", "θ", "zoo", "c000000", "000000", "__import__"])
def test_no_name_means_anything_to_sympy(name):
    x = Variable(name)
    expression = sin(x * x) * Variable("y")
    answer = client.differentiate(Problem(expression, {name: 0.5, "y": 2.0}, (name, "y")))
    assert answer.gradient == pytest.approx({name: 2 * math.cos(0.25), "y": math.sin(0.25)}, rel=1e-15)


def test_a_sympy_in_the_working_directory_is_not_imported(worker_that, tmp_path, monkeypatch):
    (tmp_path / "sympy.py").write_text("raise SystemExit('not this one')")
    (tmp_path / "diffcompare.py").write_text("raise SystemExit('nor this one')")
    monkeypatch.chdir(tmp_path)
    assert client.differentiate(SURVEY).status == "ok"


def test_this_side_never_imports_sympy():
    code = (
        "import sys; from diffcompare.backends.symbolic.client import differentiate; from diffcompare.backends.problem import Problem; "
        "from diffcompare.language.expression import Variable; x = Variable('x'); "
        "answer = differentiate(Problem(x*x, {'x': 3.0}, ('x',))); "
        "print(answer.gradient['x'], 'sympy' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert (result.stdout, result.stderr) == ("6.0 False\n", "")


# --- What sympy cannot do ----------------------------------------------------------------------------------------------


def test_a_very_deep_expression_fails_and_says_why():
    deep = Variable("x")
    for _ in range(20_000):
        deep = sin(deep)
    answer = client.differentiate(Problem(deep, {"x": 1.0}, ("x",)))
    assert (answer.status, answer.gradient) == ("failed", {"x": None})
    assert answer.notes == ("nested more than 2000 levels deep, too deep for sympy, which recurses",)


def test_a_long_sum_is_not_deep():
    names = [f"x{i}" for i in range(20)]
    answer = client.differentiate(problem("+".join(names * 150), **dict.fromkeys(names, 1.0)))
    assert set(answer.gradient.values()) == {150.0}


def test_a_tower_of_powers_fails_at_once():
    answer = client.differentiate(problem("9^9^9^9*x", x=1.0))
    assert answer.status == "failed"
    # 9^(9^9) has 369,693,100 digits.
    assert answer.notes[0].startswith("a constant has about 369,69")
    assert answer.notes[0].endswith("digits, too many for sympy")


def test_an_infinite_formula_is_undefined_and_the_others_are_kept():
    answer = client.differentiate(problem("x/0 + y", x=1.0, y=1.0))
    assert answer.status == "undefined"
    assert answer.gradient["x"] is None
    assert answer.notes[0] == "df/dx: sympy's formula contains zoo"


def test_a_formula_that_is_undefined_at_the_point():
    answer = client.differentiate(problem("sqrt(x)", x=-1.0))
    assert (answer.status, answer.gradient) == ("undefined", {"x": None})


def test_a_derivative_that_sympy_does_not_know():
    answer = client.differentiate(problem("polygamma(x, 2)", x=1.0))
    assert answer.status == "failed"
    assert "ArgumentIndexError in sympy" in answer.notes[0]


# --- Budgets, deaths and other ends ------------------------------------------------------------------------------------


def test_a_second_question_goes_to_the_same_worker():
    client.differentiate(SURVEY)
    first = client._idle.process.pid
    client.differentiate(SURVEY)
    assert client._idle.process.pid == first


def test_prepare_starts_one_worker_only(worker_that):
    client.prepare()
    first = client._idle
    client.prepare()
    assert client._idle is first


def test_a_budget_too_small_for_anything():
    names = [f"x{i}" for i in range(200)]  # so many that no worker has answered before it is looked for
    answer = client.differentiate(problem("*".join(names), budget=1e-9, **dict.fromkeys(names, 1.0)))
    assert (answer.status, answer.gradient) == ("timed-out", dict.fromkeys(names))
    assert answer.notes == ("timed out after 1e-09 s",)
    assert client.differentiate(SURVEY).status == "ok", "the next question has a worker of its own"


def test_the_budget_keeps_what_has_arrived(worker_that):
    worker_that("import sympy, time; sympy.simplify = lambda partial: time.sleep(60)")
    answer = client.differentiate(problem("x*y", budget=1.0, x=3.0, y=4.0)._replace(simplify="full"))
    assert (answer.status, answer.gradient) == ("ok", {"x": 4.0, "y": 3.0})
    assert answer.sizes["cse"] is not None
    assert answer.sizes["simplified"] is None
    assert answer.notes == ("simplify: timed out after 1 s",)
    assert client._idle is None


SLOW_FROM_THE_SECOND = """
import time, diffcompare.backends.symbolic.derivatives as derivatives
calls, ordinary = [], derivatives._derivative
derivatives._derivative = lambda *arguments: calls.append(1) or time.sleep(60 * (len(calls) > 1)) or ordinary(*arguments)
"""


def test_partials_that_came_before_the_time_was_up_are_kept(worker_that):
    worker_that(SLOW_FROM_THE_SECOND)
    looks = []
    answer = client.differentiate(problem("x*y*z", budget=0.8, x=3.0, y=4.0, z=5.0), follow=looks.append)
    assert (answer.status, answer.gradient) == ("timed-out", {"x": 20.0, "y": None, "z": None})
    assert answer.notes == ("timed out after 0.8 s: no df/dy, df/dz",)
    assert answer.formulas == {"x": parse("y*z")}
    assert (answer.work, answer.sizes["raw"]) == (None, None)
    # While it was at work, the same partials were to be seen.
    assert [(look.status, look.gradient, look.notes) for look in looks] == [("pending", answer.gradient, ())]


def test_an_answer_is_followed_until_it_is_complete(worker_that):
    worker_that("import sympy, time; sympy.simplify = lambda partial: time.sleep(0.5) or partial")
    looks = []
    answer = client.differentiate(problem("x*y", x=3.0, y=4.0)._replace(simplify="full"), follow=looks.append)
    assert {(look.status, str(look.gradient)) for look in looks} == {("ok", str(answer.gradient))}
    assert looks[0].sizes["raw"] is not None
    assert looks[0].sizes["simplified"] is None


SLOW = """
import time, sympy, diffcompare.backends.symbolic.simplification
for name in ("factor_terms", "together", "cancel"):
    ordinary = getattr(sympy, name)
    setattr(sympy, name, lambda formula, slow=ordinary: time.sleep(0.05) or slow(formula))
"""
SIMPLIFIED = {
    "4*x*(1 - x)*(1 - 2*x)^2": "96*x^2 - 64*x^3 - 40*x + 4",
    "x*sin(x)^2 + x*cos(x)^2": "1",
    "x*exp(x)*y + x^2*exp(x)*y": "y*(x^2 + 3*x + 1)*exp(x)",
}


@pytest.mark.thorough
@pytest.mark.parametrize("code", ["", SLOW], ids=["this machine", "a slow one"])
def test_quick_simplification_is_the_same_on_slow_machines(worker_that, code):
    worker_that(code)
    assert {text: str(formulas(text, "simplified")["x"]) for text in SIMPLIFIED} == SIMPLIFIED


def test_long_formulas_are_simplified_on_request_only():
    question = problem("*".join(f"(x + {number}*y)" for number in range(12)), x=1.0, y=2.0)
    answer = client.derive(question)
    status, why = answer.troubles["simplified"]
    assert (status, why) == ("not-supported", "702 operations are more than 200; `--simplify full` takes its time")
    assert client.differentiate(question) == client.differentiate(question)
    assert list(client._kept) == [(question.expression, ("x", "y"), tuple(client.STAGES), "quick")]


def test_a_high_power_is_not_multiplied_out():
    """Cancelling would write (x + y)^900 out, in seconds."""
    answer = client.derive(problem("(x + y)^900*sin(x)/(x - y)", budget=5.0))
    assert answer.troubles == {}
    assert answer.sizes["simplified"].tree <= answer.sizes["raw"].tree


def test_an_exception_in_a_late_stage_costs_that_stage_only(worker_that):
    worker_that("import sympy; sympy.cse = lambda *_, **__: 1/0; sympy.simplify = lambda partial: [][1]")
    answer = client.differentiate(problem("x*y", x=3.0, y=4.0)._replace(simplify="full"))
    assert (answer.status, answer.gradient) == ("ok", {"x": 4.0, "y": 3.0})
    assert answer.notes == (
        "cse: ZeroDivisionError in sympy: division by zero",
        "simplify: IndexError in sympy: list index out of range",
    )


def test_a_worker_that_dies_is_no_hang(worker_that):
    worker_that("import os, sympy; sympy.simplify = lambda partial: os._exit(7)")
    answer = client.differentiate(problem("x*y", x=3.0, y=4.0)._replace(simplify="full"))
    assert answer.status == "ok"
    assert answer.notes == ("simplify: the process that runs sympy ended (exit code 7)",)


def test_a_worker_that_dies_before_its_first_answer(worker_that):
    worker_that("import os, sympy; sympy.Add = lambda *_: os._exit(7)")
    answer = client.differentiate(problem("x + y", x=3.0, y=4.0))
    assert (answer.status, answer.gradient) == ("failed", {"x": None, "y": None})
    assert answer.notes == ("the process that runs sympy ended (exit code 7)",)


@pytest.mark.parametrize("missing", ["process", "thread"])
def test_where_no_process_or_no_thread_can_be_started_sympy_runs_in_this_one(worker_that, monkeypatch, missing):
    def refuse(*_, **__):
        raise OSError(11, "Resource temporarily unavailable") if missing == "process" else RuntimeError("no new thread")

    monkeypatch.setattr(*((subprocess, "Popen") if missing == "process" else (threading.Thread, "start")), refuse)
    client.prepare()
    answer = client.differentiate(SURVEY)
    assert (answer.status, answer.gradient) == ("ok", {"x1": 5.5, "x2": 1.7163378145367738})
    assert answer.notes == (client.LOCAL,)
    client._idle.end()


def test_an_idle_worker_that_died_is_replaced():
    client.differentiate(SURVEY)
    client._idle.process.kill()
    client._idle.process.wait()
    assert client.differentiate(SURVEY).status == "ok"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems have no limit of address space")
def test_the_worker_has_a_memory_limit(worker_that):
    worker_that("import sympy; sympy.simplify = lambda partial: bytearray(3 << 30)")
    answer = client.differentiate(problem("x*y", x=3.0, y=4.0)._replace(simplify="full"))
    assert answer.notes == ("simplify: more than 2 GiB of memory",)
    assert client._idle is None, "a worker out of memory is not asked again"


def test_without_sympy_the_row_says_so(worker_that):
    worker_that("sys.modules['sympy'] = None")
    answer = client.differentiate(SURVEY)
    assert answer.status == "failed"
    assert answer.notes[0].startswith("sympy cannot be imported: ")


def test_whatever_sympy_prints_is_no_answer(worker_that):
    worker_that("import sympy; sympy.simplify = lambda partial: print('hello') or partial")
    assert client.differentiate(SURVEY._replace(simplify="full")).notes == ()


def test_ctrl_c_ends_the_worker(monkeypatch):
    client.differentiate(SURVEY)
    process = client._idle.process

    def interrupted(worker, deadline):
        raise KeyboardInterrupt

    monkeypatch.setattr(processes.LineWorker, "receive", interrupted)
    client._kept.clear()
    with pytest.raises(KeyboardInterrupt):
        client.differentiate(SURVEY)
    assert process.poll() is not None
    assert client._idle is None


PARENT = """
import sys, time
from diffcompare import processes
from diffcompare.backends.symbolic import client as symbolic
from diffcompare.language.parser import parse
from diffcompare.backends.problem import Problem
processes.BOOTSTRAP = processes.BOOTSTRAP.replace(
    "main()", f"import sympy, time; sympy.simplify = lambda _: open({sys.argv[2]!r}, 'w') and time.sleep(600); main()")
symbolic.prepare()
if sys.argv[1] == "idle":
    symbolic._greet(symbolic._idle)
print(symbolic._idle.process.pid, flush=True)
if sys.argv[1] == "busy":
    symbolic.differentiate(Problem(parse("x*y"), {"x": 1.0, "y": 1.0}, ("x", "y"), budget=None, simplify="full"))
if sys.argv[1] == "idle":
    time.sleep(600)
"""


@pytest.mark.skipif(os.name != "posix", reason="looks for a process the POSIX way")
@pytest.mark.parametrize("end", ["idle", "busy", "exit"])
def test_no_worker_outlives_its_parent(end, tmp_path):
    """Neither when the parent is killed (while the worker waits or works) nor when it comes to its end."""
    at_work = tmp_path / "at_work"
    command = [sys.executable, "-c", PARENT, end, str(at_work)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as parent:
        worker = int(parent.stdout.readline())
        assert end != "busy" or wait_for(at_work.exists)
        assert end == "exit" or is_running(worker)
        if end != "exit":
            parent.kill()
    assert wait_for(lambda: not is_running(worker))


def is_running(process):
    listed = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=False)
    return listed.stdout.strip() not in ("", "Z")


def wait_for(condition):
    for _ in range(200):
        if condition():
            return True
        time.sleep(0.05)
    return False


def test_the_worker_speaks_json_lines():
    """The protocol by hand: ready, the lines of the stages, done; and it ends when its input does."""
    program = {"code": [["variable", "x"], ["number", "2", 0], ["^n", 0, 1]], "roots": [2]}
    request = json.dumps({"program": program, "wrt": ["x"], "budget": None}).encode() + b"\n"
    command = [sys.executable, "-P", "-c", processes.BOOTSTRAP, str(ROOT), "diffcompare.backends.symbolic.worker"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as worker:
        assert json.loads(worker.stdout.readline()) == {"ready": True}
        worker.stdin.write(request)
        worker.stdin.flush()
        lines = [json.loads(worker.stdout.readline()) for _ in range(5)]
        worker.stdin.close()
        assert worker.wait(10) == 0
    assert [line.get("stage", "done") for line in lines] == ["raw", "raw", "cse", "simplified", "done"]
    assert lines[1] == {"stage": "raw", "names": ["x"]}
    assert lines[0]["program"] == {"code": [["number", "2", 0], ["variable", "x"], ["*", 0, 1]], "roots": [2]}


def test_what_sympy_complains_of_has_the_names_of_the_variables():
    from diffcompare.backends.symbolic.worker import _describe

    description = _describe(TypeError("cannot compare 000001 < 123456"), {"000001": "speed"})
    assert description == "TypeError in sympy: cannot compare speed < 123456"
