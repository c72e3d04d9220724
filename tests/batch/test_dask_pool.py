"""The same rows on a Dask cluster of worker processes, one of them killed in mid-run, and the scheduler after it."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import Future
from importlib.util import find_spec
from pathlib import Path

import pytest

from diffcompare import __version__
from diffcompare.batch import dask_pool as cluster_module
from diffcompare.batch.dask_pool import DaskPool, answer_rows
from diffcompare.batch.pool import PoolLost
from diffcompare.batch.row_result import Options
from diffcompare.batch.rows import InputRow
from diffcompare.cli import main
from diffcompare.diagnostics import DiffcompareError

REAL = pytest.mark.skipif(find_spec("distributed") is None, reason="needs the extra `dask`")

ROOT = Path(__file__).parents[2]
QUICK = ("--method", "reverse-ad,central-difference", "--no-truth")


@pytest.fixture
def cluster(tmp_path):
    """The address of a scheduler with two worker processes, these, a third one that lacks diffcompare, and the first."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "DASK_DISTRIBUTED__ADMIN__LOG_FORMAT": "%(message)s"}
    processes = []

    def start(*arguments):
        module = [] if arguments[0] == "-c" else ["-m"]
        command = [sys.executable, *module, *arguments]
        log = open(tmp_path / f"{len(processes)}.log", "wb")  # noqa: SIM115
        with log:
            processes.append(
                subprocess.Popen(command, env=environment, cwd=tmp_path, stdout=log, stderr=log, start_new_session=True)
            )
        return processes[-1]

    file = tmp_path / "scheduler.json"
    place = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show", "--scheduler-file", str(file))
    start("distributed.cli.dask_scheduler", *place)
    try:
        address = until(lambda: address_in(file))
        workers = [
            start(
                "distributed.cli.dask_worker",
                address,
                "--no-nanny",
                "--nthreads",
                "1",
                "--no-dashboard",
                "--memory-limit",
                "0",
            )
            for _ in range(2)
        ]
        blocked = "import sys; sys.modules['diffcompare'] = None; from distributed.cli.dask_worker import main; main()"
        strange = start("-c", blocked, address, "--no-nanny", "--nthreads", "1", "--no-dashboard")
        yield address, workers, strange, processes[0]
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
        outcome = condition()
        if outcome:
            return outcome
        time.sleep(0.1)
    raise AssertionError("it did not come to pass within a minute")


def workers_of(address):
    import distributed

    with distributed.Client(address, set_as_default=False) as client:
        return len(client.scheduler_info()["workers"])


@pytest.mark.thorough
@REAL
@pytest.mark.filterwarnings("ignore")
def test_workers_and_the_scheduler_are_killed_and_nothing_is_lost(cluster, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    address, workers, strange, scheduler = cluster
    Path("rows.txt").write_text("".join(f"r{k}: x^2*sin({k}*x) + y^{k % 5}\n" for k in range(400)) + "sni(x)\n")
    assert main(["batch", "rows.txt", *QUICK, "-o", "here.jsonl", "--jobs", "1"]) == 1
    until(lambda: workers_of(address) == 3)
    there = ["batch", "rows.txt", *QUICK, "-o", "there.jsonl", "--scheduler", address]
    assert main(there) == 2
    assert "1 of 3 workers of the cluster cannot answer rows" in capsys.readouterr().err
    strange.kill()
    until(lambda: workers_of(address) == 2)

    def kill_one(process, path):
        until(lambda: Path(path).exists() and Path(path).stat().st_size)
        sizes.append(Path(path).stat().st_size)
        process.kill()

    sizes = []
    killer = threading.Thread(target=kill_one, args=(workers[0], "there.jsonl"))
    killer.start()
    assert main(there) == 1
    killer.join()
    assert workers[0].wait(10) == -signal.SIGKILL
    assert sizes[0] < Path("here.jsonl").stat().st_size / 2
    assert Path("there.jsonl").read_bytes() == Path("here.jsonl").read_bytes()

    killer = threading.Thread(target=kill_one, args=(scheduler, "half.jsonl"))
    killer.start()
    capsys.readouterr()
    assert main(["half.jsonl" if word == "there.jsonl" else word for word in there]) == 2
    killer.join()
    written = Path("half.jsonl").read_bytes()
    done = len(written.splitlines())
    err = capsys.readouterr().err
    assert f"error[E635]: the scheduler at {address} is gone, or was restarted; {done} rows done" in err
    assert err.endswith("and continue with --resume\n")
    assert Path("here.jsonl").read_bytes().startswith(written)


@REAL
def test_no_scheduler_at_that_address(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("diffcompare.batch.dask_pool.ANSWER_SECONDS", 1)
    Path("rows.txt").write_text("x\n")
    assert main(["batch", "rows.txt", "--scheduler", "tcp://127.0.0.1:9"]) == 2
    assert "error[E634]: no scheduler answers at tcp://127.0.0.1:9" in capsys.readouterr().err


# --- What the pool makes of what a cluster does, in this process ------------------------------------------------------

OPTIONS = Options(methods=("reverse-ad",), truth=False)


class Cluster:
    """A client and executor in one, whose workers answer when they are told to."""

    def __init__(self):
        self.status, self.identity = "running", "one"
        self.workers = {"tcp://a": __version__}
        self.refusal = None
        self.tasks = []
        self.closed = self.cancelled = False

    def wait_for_workers(self, count, timeout):
        if not self.workers:
            raise TimeoutError

    def nthreads(self, callback_timeout):
        if self.status == "silent":
            raise TimeoutError
        return dict.fromkeys(self.workers, 1)

    def scheduler_info(self, n_workers):
        return {"id": self.identity}

    def run(self, function, *arguments, workers, **_):
        assert function.__module__ == "pydoc", "only the standard library is there for certain"
        return {worker: self.workers[worker] for worker in workers}

    def get_executor(self, **_):
        return self

    def submit(self, function, *arguments, **_):
        if self.status != "running":
            raise RuntimeError("closed")
        future = Future()
        if function is cluster_module.version:
            future.set_exception(self.refusal) if self.refusal else future.set_result(function())
        else:
            self.tasks.append((future, arguments))
        return future

    def work(self):
        """Answer what was asked so far."""
        asked, self.tasks = self.tasks, []
        for future, arguments in asked:
            future.set_result(answer_rows(*arguments))

    def shutdown(self, wait):
        self.cancelled = True

    def close(self, timeout):
        self.closed = True


@pytest.fixture
def faked(monkeypatch):
    made = Cluster()
    monkeypatch.setattr(cluster_module, "_client", lambda scheduler: made)
    monkeypatch.setattr(cluster_module, "CHECK_SECONDS", 0.0)
    return made


def rows(count):
    return [(number, InputRow("f.txt", number + 1, 1, None, f"x^{number + 1}")) for number in range(count)]


def names(results):
    return [result.number for result in results]


def test_without_workers_the_cure_is_said(faked):
    faked.workers = {}
    with pytest.raises(DiffcompareError, match="the cluster at tcp://s has no workers") as caught:
        DaskPool(OPTIONS, "tcp://s")
    assert "`dask worker tcp://s`" in caught.value.diagnostic.help
    assert faked.closed


@pytest.mark.parametrize(
    ("has", "words"),
    [(None, "tcp://b has none"), ("0.0.1", r"tcp://b has 0\.0\.1"), (ImportError("no libm"), "cannot import it: Imp")],
)
def test_a_worker_without_diffcompare_is_named_at_once_and_when_it_comes_later(faked, has, words):
    pool = DaskPool(OPTIONS, "tcp://s")
    faked.workers["tcp://b"] = has
    with pytest.raises(PoolLost, match=words) as caught:
        pool.room()
    assert "pip install" in caught.value.help
    with pytest.raises(PoolLost, match=f"1 of 2 workers .*{words}"):
        DaskPool(OPTIONS, "tcp://s")


def test_a_worker_that_went_while_it_was_asked_is_no_trouble(faked):
    faked.workers["tcp://b"] = OSError("closed")
    assert DaskPool(OPTIONS, "tcp://s").room()


def test_a_scheduler_without_diffcompare_is_told_of(faked):
    faked.refusal = RuntimeError("deserialization")
    faked.refusal.__cause__ = ModuleNotFoundError("No module named 'diffcompare'")
    with pytest.raises(DiffcompareError, match="cannot hand out rows: ModuleNotFoundError: No module named"):
        DaskPool(OPTIONS, "tcp://s")
    faked.refusal = TimeoutError()  # the workers are busy with other things
    DaskPool(OPTIONS, "tcp://s")


@pytest.mark.parametrize("how", ["gone", "started anew", "silent", "cancelled"])
def test_a_scheduler_that_is_lost_ends_the_run_in_words(faked, how):
    pool = DaskPool(OPTIONS, "tcp://s")
    pool.give(rows(1))
    if how == "started anew":
        faked.identity = "two"
    elif how == "cancelled":
        faked.tasks[0][0].cancel()
        faked.tasks[0][0].set_running_or_notify_cancel()
    else:
        faked.status = "connecting" if how == "gone" else how
    with pytest.raises(PoolLost, match="the scheduler at tcp://s is gone, or was restarted"):
        pool.results(0.01)
    if how == "gone":
        with pytest.raises(PoolLost):
            pool.give(rows(1))
    pool.end()
    assert faked.closed
    assert faked.cancelled is (how in ("started anew", "cancelled"))


def test_a_cluster_that_loses_all_its_workers_may_get_new_ones_for_a_while(faked, monkeypatch):
    pool = DaskPool(OPTIONS, "tcp://s")
    pool.give(rows(1))
    faked.workers = {}
    assert pool.results(0.01) == []
    monkeypatch.setattr(cluster_module, "WORKERLESS_SECONDS", 0.0)
    with pytest.raises(PoolLost, match="no longer has any workers"):
        pool.results(0.01)


def test_a_task_ends_with_the_row_that_takes_it_longer_and_the_others_are_given_out_again(faked, monkeypatch):
    """Nothing that was begun can be stopped: so nothing more is begun than one row."""
    monkeypatch.setattr(cluster_module, "TASK_SECONDS", -1.0)
    assert len(answer_rows([row.plain() for _, row in rows(3)], OPTIONS.plain())) == 1
    pool = DaskPool(OPTIONS, "tcp://s")
    pool.give(rows(3))
    results = []
    for _ in range(3):
        faked.work()
        results += pool.results(0.01)
    assert names(results) == [0, 1, 2]
    assert pool.under_way == 0
    pool.end()
    assert faked.cancelled


def test_short_rows_share_a_task(faked):
    pool = DaskPool(OPTIONS, "tcp://s")
    pool.give(rows(3))
    faked.work()
    assert names(pool.results(0.01)) == [0, 1, 2]


def test_a_task_that_failed_is_given_out_once_more_and_then_refused(faked):
    pool = DaskPool(OPTIONS, "tcp://s")
    pool.give(rows(2))
    for _ in range(2):
        (future, _), faked.tasks = faked.tasks[0], []
        future.set_exception(RuntimeError("killed"))
        results = pool.results(0.01)
    assert names(results) == [0, 1]
    assert all(json.loads(result.output)["error"]["code"] == "E811" for result in results)
