"""Workers that answer in this process, and the core of the suite with them: as in a browser, nothing else starts."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
import sessions
from without_processes import refuse

from diffcompare import processes
from diffcompare.backends.symbolic import client

ALONE = ["-m", "pytest", "--quiet", "-n", "0", "-p", "without_processes", "-m", "not thorough and not hypothesis"]
CORE = ["backends", "studies/test_compare_report.py", "studies/test_derive.py", "studies/test_trace.py",
        "studies/test_check.py", "studies/step_sweep", "studies/swell", "truth/test_establish.py"]  # fmt: skip


@pytest.fixture(autouse=True)
def _nothing_starts(monkeypatch, request):
    if "core" in request.node.name:
        return
    monkeypatch.setattr(client, "_idle", None)
    monkeypatch.setattr(client, "_kept", {})
    refuse(monkeypatch)


def conversation(requests):
    """The worker of these tests: it returns what it is sent, and lingers where it is told to."""
    yield {"hello": True}
    for request in requests:
        end = time.monotonic() + request.get("linger", 0)
        while time.monotonic() < end:
            pass
        print("not an answer")
        yield dict(request)


def test_answers_come_in_the_order_of_the_requests(capsys):
    worker = processes.start_worker(__name__, "the worker")
    assert isinstance(worker, processes.LocalWorker)
    assert worker.receive() == {"hello": True}
    worker.send({"a": 1}, {"b": 2})
    assert [worker.receive(), worker.receive()] == [{"a": 1}, {"b": 2}]
    worker.send({"c": 3})
    assert worker.receive() == {"c": 3}
    assert capsys.readouterr().out == "", "what is printed on the way is no result"


def test_who_is_asked_nothing_has_no_answer():
    worker = processes.LocalWorker(__name__)
    assert worker.receive() == {"hello": True}
    with pytest.raises(processes.WorkerLost):
        worker.receive()
    assert not worker.is_usable


@pytest.mark.skipif(sys.platform == "win32", reason="there is no alarm")
def test_the_alarm_ends_what_takes_too_long():
    worker = processes.LocalWorker(__name__)
    worker.receive()
    worker.send({"linger": 60})
    with pytest.raises(TimeoutError):
        worker.receive(time.monotonic() + 0.05)
    assert not worker.is_usable


def test_nothing_is_begun_after_the_deadline():
    worker = processes.LocalWorker(__name__)
    with pytest.raises(TimeoutError):
        worker.receive(time.monotonic() - 1)


def test_a_command_has_all_its_rows(tmp_path):
    printed = sessions.run_here("diffcompare grad x*sin(x) --at x=2 --format json", tmp_path)
    assert printed.count('"status": "ok"') == 7, "six methods and the truth"
    assert client.LOCAL in printed


def test_a_function_of_a_file_runs_in_this_process(tmp_path):
    tmp_path.joinpath("model.py").write_text("def f(x):\n    print(x)\n    return x * x\n", encoding="utf-8")
    printed = sessions.run_here("diffcompare grad model.py:f --at x=3 -q --method reverse-ad", tmp_path)
    assert printed.endswith("6.0")


def test_a_batch_answers_row_by_row(tmp_path):
    tmp_path.joinpath("rows.txt").write_text("x^2 @ x=1\nsni(x)\nsin(x)\n", encoding="utf-8")
    printed = sessions.run_here("diffcompare batch rows.txt --format csv -o rows.csv", tmp_path)
    assert "W636" in printed
    assert len(tmp_path.joinpath("rows.csv").read_text(encoding="utf-8").splitlines()) > 3


@pytest.mark.thorough
def test_the_core_of_the_suite_passes_where_nothing_else_starts():
    paths = [str(sessions.ROOT / "tests" / path) for path in CORE]
    left_out = f"--ignore={sessions.ROOT / 'tests' / 'backends' / 'symbolic' / 'test_client.py'}"
    run = subprocess.run(
        [sys.executable, *ALONE, left_out, *paths], cwd=sessions.ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout[-3000:]
