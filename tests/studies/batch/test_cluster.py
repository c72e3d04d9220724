"""The same rows on a Dask cluster of worker processes, one of them killed in mid-run."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from diffcompare.cli import main

pytestmark = pytest.mark.skipif(find_spec("distributed") is None, reason="needs the extra `dask`")

ROOT = Path(__file__).parents[3]
QUICK = ("--method", "reverse-ad,central-difference", "--no-truth")


@pytest.fixture
def cluster(tmp_path):
    """The address of a scheduler with two worker processes, and their process ids."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "DASK_DISTRIBUTED__ADMIN__LOG_FORMAT": "%(message)s"}
    processes = []

    def start(*arguments):
        command = [sys.executable, "-m", "distributed.cli." + arguments[0], *arguments[1:]]
        log = open(tmp_path / f"{arguments[0]}{len(processes)}.log", "wb")  # noqa: SIM115
        with log:
            processes.append(
                subprocess.Popen(command, env=environment, cwd=tmp_path, stdout=log, stderr=log, start_new_session=True)
            )
        return processes[-1]

    file = tmp_path / "scheduler.json"
    start(
        "dask_scheduler",
        "--host",
        "127.0.0.1",
        "--port",
        "0",
        "--no-dashboard",
        "--no-show",
        "--scheduler-file",
        str(file),
    )
    try:
        address = until(lambda: address_in(file))
        workers = [
            start("dask_worker", address, "--no-nanny", "--nthreads", "1", "--no-dashboard", "--memory-limit", "0")
            for _ in range(2)
        ]
        yield address, workers
    finally:
        for process in processes:
            process.kill()
            process.wait()


def address_in(file):
    try:
        return json.loads(file.read_text())["address"]
    except (OSError, ValueError):  # it is not there, or half of it is
        return None


def until(condition):
    for _ in range(600):
        found = condition()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError("it did not come to pass within a minute")


def workers_of(address):
    import distributed

    with distributed.Client(address, set_as_default=False) as client:
        return len(client.scheduler_info()["workers"])


@pytest.mark.filterwarnings("ignore")
def test_a_worker_of_the_cluster_is_killed_and_nothing_is_lost(cluster, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    address, workers = cluster
    Path("rows.txt").write_text("".join(f"r{k}: x^2*sin({k}*x) + y^{k % 5}\n" for k in range(400)) + "sni(x)\n")
    assert main(["batch", "rows.txt", *QUICK, "-o", "here.jsonl", "--jobs", "1"]) == 1
    until(lambda: workers_of(address) == 2)

    def kill_one():
        until(lambda: Path("there.jsonl").exists() and Path("there.jsonl").stat().st_size)
        sizes.append(Path("there.jsonl").stat().st_size)
        os.kill(workers[0].pid, signal.SIGKILL)

    sizes = []
    killer = threading.Thread(target=kill_one)
    killer.start()
    assert main(["batch", "rows.txt", *QUICK, "-o", "there.jsonl", "--scheduler", address]) == 1
    killer.join()
    assert workers[0].wait(10) == -signal.SIGKILL
    assert sizes[0] < Path("here.jsonl").stat().st_size / 2
    assert Path("there.jsonl").read_bytes() == Path("here.jsonl").read_bytes()


def test_no_scheduler_at_that_address(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("diffcompare.studies.batch.cluster.PATIENCE", 1)
    Path("rows.txt").write_text("x\n")
    assert main(["batch", "rows.txt", "--scheduler", "tcp://127.0.0.1:9"]) == 2
    assert "error[E634]: no scheduler answers at tcp://127.0.0.1:9" in capsys.readouterr().err
