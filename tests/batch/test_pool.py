"""Processes that work side by side."""

import errno
import json
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from diffcompare import processes
from diffcompare.batch import pool
from diffcompare.batch.pool import LocalPool, PoolLost
from diffcompare.batch.row_result import Options
from diffcompare.batch.rows import InputRow
from diffcompare.batch.run import MAX_UNDER_WAY, DuplicateNames, ReorderBuffer, RowFeed, number_rows, schedule
from diffcompare.cli import main

QUICK = Options(methods=("reverse-ad",), truth=False)


@pytest.fixture
def at_work():
    made = []

    def start(options=QUICK, jobs=1, tell=None):
        made.append(LocalPool(options, jobs, tell))
        return made[-1]

    yield start
    for local_pool in made:
        local_pool.end()
        assert all(worker.process.poll() is not None for worker in local_pool.workers)


def collected(working, count):
    results = []
    ends = time.monotonic() + 120
    while len(results) < count and time.monotonic() < ends:
        results += working.results(0.1)
    return {result.number: json.loads(result.output) for result in results}


def rows(*texts):
    return [(number, InputRow("f.txt", number + 1, 1, None, text)) for number, text in enumerate(texts)]


def test_every_row_is_answered_once(at_work):
    working = at_work(jobs=2)
    working.give(rows("x^2", "x^3"))
    working.give([(7, InputRow("f.txt", 8, 1, "a", "sni(x)"))])
    answers = collected(working, 3)
    assert {number: document["file"] for number, document in answers.items()} == dict.fromkeys((0, 1, 7), "f.txt")
    assert answers[7]["error"]["code"] == "E101"


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
def test_a_row_whose_worker_always_ends_says_so_and_the_rows_behind_it_are_answered(at_work, monkeypatch):
    working = at_work()
    killed = []
    genuine = LocalPool._give

    def give(self, worker, given):
        genuine(self, worker, given)
        if given[0][0] == 0:  # whoever gets the first row is ended
            killed.append(worker.process.pid)
            os.kill(worker.process.pid, signal.SIGKILL)

    monkeypatch.setattr(LocalPool, "_give", give)
    working.give(rows("x^2", "x^3"))
    answers = collected(working, 2)
    assert len(killed) == pool.MAX_TRIES
    assert answers[0]["error"]["code"] == "E811"
    assert "signal 9" in answers[0]["error"]["message"]
    assert answers[1]["methods"][0]["status"] == "ok"


def test_a_row_that_takes_too_long_costs_itself_and_no_other(at_work, monkeypatch):
    monkeypatch.setattr(Options, "time_limit", property(lambda self: 3.0))
    monkeypatch.setattr(pool, "IMPORT_SECONDS", 0.0)
    working = at_work(QUICK._replace(methods=("symbolic",), budget=None))
    steps = "; ".join(f"v{k + 1} = sin(v{k}) + cos(v{k})/(1 + v{k}^2)" for k in range(60))
    working.give(rows(f"v0 = x; {steps}; v60", "sni(x)"))
    answers = collected(working, 2)
    assert "was not finished within 3 s" in answers[0]["error"]["message"]
    assert answers[1]["error"]["code"] == "E101"


# --- Where no process, or no thread, can be started -------------------------------------------------------------------


def refuse(*_):
    raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))


def refuse_thread(self):
    raise RuntimeError("can't start new thread")


def only(count, genuine):
    """The function for so many calls, and then `refuse`."""
    calls = iter([genuine] * count)
    return lambda *given: next(calls, refuse)(*given)


def test_without_any_process_nobody_can_work(monkeypatch):
    monkeypatch.setattr(processes, "start", refuse)
    with pytest.raises(PoolLost, match="no process can be started to work on rows: resource temporarily") as caught:
        LocalPool(QUICK, 3)
    assert "--jobs" in caught.value.help


def test_a_process_whose_answers_nobody_could_read_is_ended(monkeypatch):
    started = []
    genuine = processes.start
    monkeypatch.setattr(processes, "start", lambda module: started.append(genuine(module)) or started[-1])
    monkeypatch.setattr(threading.Thread, "start", refuse_thread)
    with pytest.raises(PoolLost, match="can't start new thread"):
        LocalPool(QUICK, 2)
    assert [process.poll() is not None for process in started] == [True]


def test_with_fewer_processes_than_were_asked_for_the_work_goes_on_and_that_is_said(at_work, monkeypatch):
    monkeypatch.setattr(processes, "start", only(1, processes.start))
    notes = []
    working = at_work(jobs=3, tell=notes.append)
    assert [note.message.partition(":")[0] for note in notes] == ["1 of 3 processes are at work"]
    working.give(rows("x^2"))
    assert collected(working, 1)[0]["methods"][0]["status"] == "ok"


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_process_that_cannot_be_replaced(at_work, monkeypatch, jobs):
    """The others take its rows; if it was the last one, the run stops."""
    notes = []
    working = at_work(jobs=jobs, tell=notes.append)
    working.give(rows("x^2", "x^3"))
    monkeypatch.setattr(processes, "start", refuse)
    working.workers[0].process.kill()
    if jobs == 1:
        with pytest.raises(PoolLost, match="no process can be started"):
            collected(working, 2)
    else:
        assert set(collected(working, 2)) == {0, 1}
        assert [note.code for note in notes] == ["W634"]


def test_a_run_without_a_pool_says_what_is_done_and_leaves_older_results_alone(tmp_path, monkeypatch, capsys):
    def lost(*_):
        raise PoolLost("no process can be started to work on rows: none is left", "ask for fewer, with --jobs")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("diffcompare.cli.batch_run.pool_of_this_machine", lost)
    Path("rows.txt").write_text("x^2\n")
    Path("r.jsonl").write_text("old")
    assert main(["batch", "rows.txt", "-o", "r.jsonl"]) == 2
    err = capsys.readouterr().err
    assert err.startswith("error[E635]: no process can be started to work on rows: ")
    assert "; 0 rows done\n" in err
    assert err.endswith("--jobs\n")
    assert Path("r.jsonl").read_text() == "old"


def test_standard_input_that_cannot_be_read_beside_the_work_is_read_when_rows_are_taken(monkeypatch):
    monkeypatch.setattr(threading.Thread, "start", refuse_thread)
    feed = RowFeed(iter(enumerate("ab")), ahead=True)
    assert (feed.take(1), feed.take(2), feed.ended) == ([(0, "a")], [(1, "b")], True)


# --- Rows in their order ----------------------------------------------------------------------------------------------


class Slow:
    """A pool that never finishes the first row until it has been given all that it can get."""

    def __init__(self):
        self.given = []

    def room(self):
        return 10

    def give(self, more):
        self.given += more

    def results(self, wait):
        ready, self.given = self.given, []
        return [
            pool.Result(number, pool.summary_from_plain(["f", None, None, None, []]), b"%d\n" % number)
            for number, _ in reversed(ready)
        ]

    def end(self):
        pass


class Written:
    def __init__(self):
        self.early, self.lines, self.by, self.tidied = {}, b"", [], 0

    def write(self, written):
        self.lines += written

    def keep_early(self, result):
        self.by.append(result.number)

    def compact(self):
        self.tidied += 1


def test_results_are_written_in_order_with_a_bounded_number_of_rows_under_way():
    taken = []

    def endless():
        for number in range(3 * MAX_UNDER_WAY):
            taken.append(number)
            yield InputRow("f.txt", number + 1, 1, None, "x")

    sink, working, counted = Written(), Slow(), []
    genuine = working.results

    def results(wait):
        assert len(taken) - len(counted) <= MAX_UNDER_WAY + 10
        return genuine(wait)

    working.results = results
    schedule(
        RowFeed(number_rows(endless(), 0, DuplicateNames()), ahead=False),
        working,
        ReorderBuffer(0, {}),
        counted.append,
        sink,
    )
    assert sink.lines == b"".join(b"%d\n" % number for number in range(3 * MAX_UNDER_WAY))
    assert sink.tidied


def test_what_was_done_before_is_not_done_again():
    early = {2: pool.Result(2, pool.summary_from_plain(["f", None, None, None, []]), b"two\n")}
    sink, working, counted = Written(), Slow(), []
    source = number_rows((InputRow("f.txt", number, 1, None, "x") for number in range(4)), 1, DuplicateNames())
    schedule(RowFeed(source, ahead=True), working, ReorderBuffer(1, early), counted.append, sink)
    assert sink.lines == b"1\ntwo\n3\n"
