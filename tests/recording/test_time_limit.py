"""Time limits: a function that never ends is interrupted, whatever it catches.

The endless functions run in a process of their own, so that one that is not interrupted fails here and hangs nothing.
"""

import math
import subprocess
import sys
import time
from pathlib import Path

import pytest

from diffcompare.diagnostics import DiffcompareError
from diffcompare.recording.recorder import record
from diffcompare.recording.time_limit import OutOfTime, TimeLimit

ROOT = Path(__file__).parents[2]

ENDLESS = {
    "without a recorded operation": "while True: pass",
    "a bare except in the loop": """
    while True:
        try:
            x = x * 1.0
        except:
            pass""",
    "every exception as a name": """
    while True:
        try:
            x = x * 1.0
        except BaseException as error:
            x = 1.0 if error.args else 2.0""",
    "a bare except around the loop": """
    try:
        while True:
            x = x * 1.0
    except:
        pass
    return x""",
    "loops in loops, each with its own": """
    while True:
        try:
            while True:
                try:
                    x = x * 1.0
                except:
                    continue
        except:
            pass""",
    "long work in the try": """
    while True:
        try:
            x = sum(x * k for k in range(2000))
            x = 1.0
        except:
            x = 1.0""",
    "what is caught raised as something else": """
    while True:
        try:
            x = x * 1.0
        except BaseException as error:
            raise ValueError("no") from error""",
    "what is caught kept": """
    caught = []
    while True:
        try:
            x = x * 1.0
        except BaseException as error:
            caught.append(error)""",
    "try and finally": """
    while True:
        try:
            x = x * 1.0
        finally:
            continue""",
}

SCRIPT = """
from diffcompare.diagnostics import DiffcompareError
from diffcompare.inputs.python_function import program
from diffcompare.recording.recorder import record

def run(endless):
    print(program(endless, {{"x": 2.0}}, "endless", budget=0.1).run({{"x": 2.0}}).trouble)
    try:
        record(endless, {{"x": 2.0}}, budget=0.1)
    except DiffcompareError as error:
        print(error.diagnostic.code, error.diagnostic.message)
    print("still running:", sum(range(10)), flush=True)

def endless(x):
    {body}

run(endless)
"""


def test_an_endless_function_is_interrupted_plain_and_recorded():
    head, body = SCRIPT.partition("def endless")[::2]
    definitions = "".join(f"def endless{body}".format(body=endless) for endless in ENDLESS.values())
    script = head.format() + definitions
    ended = subprocess.run([sys.executable, "-c", script], timeout=60, capture_output=True, text=True, cwd=ROOT)
    lines = ended.stdout.splitlines()
    for name, (plain, recorded, after) in zip(ENDLESS, zip(*[iter(lines)] * 3, strict=True), strict=True):
        assert plain == "the function did not end within 0.1 s", name
        assert recorded.startswith("E582 the function did not end within 0.1 s"), name
        assert after == "still running: 45", name
    assert ended.stderr == ""


def test_a_call_that_ends_in_time_is_not_touched():
    assert TimeLimit(0.2).call(lambda x: x + 1, 2) == 3
    with pytest.raises(ZeroDivisionError):
        TimeLimit(0.2).call(lambda: 1 / 0)
    time.sleep(0.3)  # nothing comes later


def test_the_limit_of_an_inner_call_is_its_own():
    def outer():
        with pytest.raises(OutOfTime):
            TimeLimit(0.05).call(endless)
        return "goes on"

    def endless():
        while True:
            pass

    assert TimeLimit(30).call(outer) == "goes on"


def test_the_outer_limit_ends_an_inner_call_of_more_time():
    def endless():
        while True:
            pass

    start = time.monotonic()
    with pytest.raises(OutOfTime):
        TimeLimit(0.05).call(TimeLimit(30).call, endless)
    assert time.monotonic() - start < 15


def test_names_are_put_back_after_an_interruption():
    def endless(x):
        while True:
            x = math.sin(x)

    with pytest.raises(DiffcompareError, match="did not end"):
        record(endless, {"x": 1.0}, budget=0.05)
    assert math.sin is sys.modules["math"].sin
    assert type(math.sin(0.5)) is float


def test_a_gradient_of_a_function_that_never_ends_is_an_error_at_its_budget():
    program = "import diffcompare as dc\ndef f(x):\n    while True: pass\ndc.gradient(f, x=1.0, budget=0.3)"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert "error[E582]: the function did not end within 0.3 s" in ended.stderr


def test_a_profiler_works_after_an_interruption():
    code = """if True:
        import sys
        from diffcompare.recording.time_limit import OutOfTime, TimeLimit

        def endless():
            while True:
                pass

        try:
            TimeLimit(0.1).call(endless)
        except OutOfTime:
            calls = []
            sys.setprofile(lambda frame, event, argument: calls.append(event))
            abs(1), (lambda: 1)()
            sys.setprofile(None)
            print(calls.count("call"))
    """
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60, check=True
    )
    assert done.stdout == "1\n"
