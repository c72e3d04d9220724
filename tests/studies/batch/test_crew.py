"""Processes that work side by side."""

import json
import os
import signal
import time

import pytest

from diffcompare.rows import Row
from diffcompare.studies.batch import crew
from diffcompare.studies.batch.crew import LocalCrew
from diffcompare.studies.batch.names import Names
from diffcompare.studies.batch.options import Options
from diffcompare.studies.batch.run import MOST_UNDER_WAY, InOrder, Numbered, numbered, run

QUICK = Options(methods=("reverse-ad",), truth=False)


@pytest.fixture
def at_work():
    made = []

    def start(options=QUICK, jobs=1):
        made.append(LocalCrew(options, jobs))
        return made[-1]

    yield start
    for each in made:
        each.end()
        assert all(worker.process.poll() is not None for worker in each.workers)


def collected(working, count):
    found = []
    ends = time.monotonic() + 120
    while len(found) < count and time.monotonic() < ends:
        found += working.results(0.1)
    return {result.number: json.loads(result.written) for result in found}


def rows(*texts):
    return [(number, Row("f.txt", number + 1, 1, None, text)) for number, text in enumerate(texts)]


def test_every_row_is_answered_once(at_work):
    working = at_work(jobs=2)
    working.give(rows("x^2", "x^3"))
    working.give([(7, Row("f.txt", 8, 1, "a", "sni(x)"))])
    found = collected(working, 3)
    assert {number: document["file"] for number, document in found.items()} == dict.fromkeys((0, 1, 7), "f.txt")
    assert found[7]["error"]["code"] == "E101"


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
def test_a_row_whose_worker_always_ends_says_so_and_the_rows_behind_it_are_answered(at_work, monkeypatch):
    working = at_work()
    killed = []
    genuine = LocalCrew._give

    def give(self, worker, given):
        genuine(self, worker, given)
        if given[0][0] == 0:  # whoever gets the first row is ended
            killed.append(worker.process.pid)
            os.kill(worker.process.pid, signal.SIGKILL)

    monkeypatch.setattr(LocalCrew, "_give", give)
    working.give(rows("x^2", "x^3"))
    found = collected(working, 2)
    assert len(killed) == crew.TRIES
    assert found[0]["error"]["code"] == "E811"
    assert "signal 9" in found[0]["error"]["message"]
    assert found[1]["methods"][0]["status"] == "ok"


def test_a_row_that_takes_too_long_costs_itself_and_no_other(at_work, monkeypatch):
    monkeypatch.setattr(Options, "patience", property(lambda self: 1.0))
    monkeypatch.setattr(crew, "FIRST_ROW", 0.0)
    working = at_work(QUICK._replace(methods=("symbolic",), budget=None))
    steps = "; ".join(f"v{k + 1} = sin(v{k}) + cos(v{k})/(1 + v{k}^2)" for k in range(60))
    working.give(rows(f"v0 = x; {steps}; v60", "sni(x)"))
    found = collected(working, 2)
    assert "was not done within 1 s" in found[0]["error"]["message"]
    assert found[1]["error"]["code"] == "E101"


class Slow:
    """A crew that never finishes the first row until it has been given all that it can get."""

    def __init__(self):
        self.given = []

    def room(self):
        return 10

    def give(self, more):
        self.given += more

    def results(self, wait):
        ready, self.given = self.given, []
        return [
            crew.Result(number, crew.from_plain(["f", None, None, None, []]), b"%d\n" % number)
            for number, _ in reversed(ready)
        ]

    def end(self):
        pass


class Written:
    def __init__(self):
        self.early, self.lines, self.by, self.tidied = {}, b"", [], 0

    def write(self, written):
        self.lines += written

    def put_by(self, result):
        self.by.append(result.number)

    def tidy(self):
        self.tidied += 1


def test_results_are_written_in_order_with_a_bounded_number_of_rows_under_way():
    taken = []

    def endless():
        for number in range(3 * MOST_UNDER_WAY):
            taken.append(number)
            yield Row("f.txt", number + 1, 1, None, "x")

    sink, working, counted = Written(), Slow(), []
    genuine = working.results

    def results(wait):
        assert len(taken) - len(counted) <= MOST_UNDER_WAY + 10
        return genuine(wait)

    working.results = results
    run(Numbered(numbered(endless(), 0, Names()), ahead=False), working, InOrder(0, {}), counted.append, sink)
    assert sink.lines == b"".join(b"%d\n" % number for number in range(3 * MOST_UNDER_WAY))
    assert sink.tidied


def test_what_was_done_before_is_not_done_again():
    early = {2: crew.Result(2, crew.from_plain(["f", None, None, None, []]), b"two\n")}
    sink, working, counted = Written(), Slow(), []
    source = numbered((Row("f.txt", number, 1, None, "x") for number in range(4)), 1, Names())
    run(Numbered(source, ahead=True), working, InOrder(1, early), counted.append, sink)
    assert sink.lines == b"1\ntwo\n3\n"
