"""Results on a disk, whatever happened to them."""

import errno
import json
import os

import pytest
from pools import serial_pool

from diffcompare.batch import journal
from diffcompare.batch.journal import DiskError, Journal, is_state, may_be_replaced, state_of, unfinished
from diffcompare.batch.pool import Result
from diffcompare.batch.row_result import RowSummary
from diffcompare.cli import main
from diffcompare.diagnostics import DiffcompareError

BELONGS = {"version": "1", "inputs": "abc", "options": {"methods": ["reverse-ad"], "step": None}}


def line(number):
    return json.dumps({"name": f"r{number}", "file": "f.txt", "line": number}).encode() + b"\n"


def result(number):
    return Result(number, RowSummary(f"f.txt:{number}", f"r{number}", None, None, ()), line(number))


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "r.jsonl")


OPEN = []


@pytest.fixture(autouse=True)
def _close_them():
    yield
    while OPEN:
        OPEN.pop().close(complete=False)


def opened(path, *, resume=True, durable=False, **other):
    OPEN.append(Journal(path, {**BELONGS, **other}, resume=resume, durable=durable))
    return OPEN[-1]


def broken_off(path, count=3, early=()):
    first = opened(path, resume=False)
    for number in range(count):
        first.write(line(number))
    for number in early:
        first.keep_early(result(number))
    first.close(complete=False)


def test_a_full_disk_is_told_with_the_file_that_filled_it(path):
    """Results whose turn has not come wait in the state: it may be full while the results are still empty."""

    class Full:
        def write(self, _):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        def close(self):
            pass

    first = opened(path, resume=False)
    first.state.close()
    first.state = Full()
    with pytest.raises(DiskError) as caught:
        first.keep_early(result(7))
    assert (caught.value.path, caught.value.error.errno) == (state_of(path), errno.ENOSPC)


@pytest.mark.parametrize("torn", [b"", b'{"name": "r3", "fi', b'{"name": "r3"}\n', b"\0\0\0\n", b"[]\n{}\n"])
def test_what_is_torn_is_cut_off(path, torn):
    broken_off(path)
    with open(path, "ab") as stream:
        stream.write(torn)
    again = opened(path)
    assert [row.name for row in again.rows_so_far()] == ["r0", "r1", "r2"]
    again.write(line(3))
    again.close(complete=True)
    with open(path, "rb") as stream:
        assert stream.read() == b"".join(map(line, range(4)))
    assert not unfinished(path)


def test_results_put_by_are_there_again_up_to_the_torn_one(path):
    broken_off(path, early=[5, 7])
    with open(state_of(path), "ab") as stream:
        stream.write(b"8 30 40\n{")
    again = opened(path)
    assert again.early == {5: result(5), 7: result(7)}
    again.keep_early(result(9))
    again.close(complete=False)
    assert set(opened(path).early) == {5, 7, 9}


def test_the_state_does_not_grow_without_end(path, monkeypatch):
    monkeypatch.setattr(journal, "MAX_STALE", 100)
    first = opened(path, resume=False)
    for number in range(50):
        first.keep_early(result(number))
    size = first.state.tell()
    first.compact()
    assert first.state.tell() == len(first.header) < size
    first.close(complete=False)
    assert opened(path).early == {}


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"version": "2"}, r"another version of diffcompare \(1\)"),
        ({"inputs": "abd"}, "other inputs"),
        ({"options": {"methods": ["forward-ad"], "step": None}}, r"other options \(--methods\)"),
    ],
)
def test_results_of_another_run_are_refused(path, other, words):
    broken_off(path)
    with pytest.raises(DiffcompareError, match=words):
        opened(path, **other)
    assert [row.name for row in opened(path).rows_so_far()] == ["r0", "r1", "r2"]


def test_an_unfinished_run_is_not_overwritten(path):
    broken_off(path)
    with pytest.raises(DiffcompareError, match="continue with --resume"):
        opened(path, resume=False)


def test_a_finished_run_is(path):
    first = opened(path, resume=False)
    first.write(line(0))
    first.close(complete=True)
    second = opened(path, resume=False)
    second.close(complete=True)
    with open(path, "rb") as stream:
        assert stream.read() == b""


@pytest.mark.parametrize("content", [b"", b"{", b"[]\n", None])
def test_results_without_a_state_are_refused(path, content):
    broken_off(path)
    with open(state_of(path), "wb") as stream:
        stream.write(content or b"")
    with pytest.raises(DiffcompareError, match="missing or damaged"):
        opened(path)


def test_a_run_that_was_ended_before_it_began_begins(path):
    open(path, "wb").close()
    journal_ = opened(path)
    assert list(journal_.rows_so_far()) == []
    journal_.close(complete=True)


def test_one_run_at_a_time(path):
    pytest.importorskip("fcntl")
    first = opened(path, resume=False)
    with pytest.raises(DiffcompareError, match="another run"):
        opened(path)
    first.close(complete=True)


def test_every_write_is_synced_if_it_shall_be(path, monkeypatch):
    synced = []
    monkeypatch.setattr(journal.os, "fsync", synced.append)
    durable = opened(path, resume=False, durable=True)
    durable.write(line(0))
    durable.write(line(1))
    durable.keep_early(result(3))
    assert len(synced) == 3


# Results of an earlier run, which may be replaced, and files of other people, which may not.

RUN = ("--method", "reverse-ad", "--no-truth", "-q")


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A folder with the results of a run in every format, and the rows."""
    place = tmp_path_factory.mktemp("run")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("diffcompare.cli.batch_run.pool_of_this_machine", serial_pool)
        _written(place)
    return place  # the patch is gone by now: between tests of this module others may run


def _written(place):
    (place / "rows.txt").write_text("r: x^2\n")
    for suffix in ("jsonl", "csv", "txt", "md", "html", "tex", "json"):
        name = str(place / f"out.{suffix}")
        assert main(["batch", str(place / "rows.txt"), *RUN, "-o", name]) == 0


def test_results_in_every_format_are_known_and_rows_are_not(written):
    for path in written.iterdir():
        assert may_be_replaced(str(path)) is (path.name.startswith("out.") and path.suffix != ".state"), path
        assert is_state(str(path)) is (path.suffix == ".state"), path


@pytest.mark.parametrize(
    "content",
    [b"x^2\n", b"name,expression\na,x\n", b'{"expression": "x"}\n', b'{"name": "a", "expression": "x"}', b"\xff\xfe"],
)
def test_what_people_write_is_theirs(tmp_path, content):
    path = tmp_path / "theirs"
    path.write_bytes(content)
    assert not may_be_replaced(str(path))
    assert not is_state(str(path))


def test_with_what_is_empty_or_missing_nothing_is_lost(tmp_path):
    (tmp_path / "empty").write_bytes(b"")
    for name in ("empty", "missing"):
        assert may_be_replaced(str(tmp_path / name))
        assert is_state(str(tmp_path / name))


@pytest.mark.parametrize("length", [1, 5, 30, 200])
def test_a_first_row_that_was_torn_is_ours_as_long_as_its_state_says_so(written, tmp_path, length):
    torn, state = tmp_path / "out.jsonl", tmp_path / "out.jsonl.state"
    torn.write_bytes((written / "out.jsonl").read_bytes()[:length])
    state.write_bytes((written / "out.jsonl.state").read_bytes().replace(b'"complete": true, ', b""))
    assert may_be_replaced(str(torn))
    state.unlink()
    assert may_be_replaced(str(torn)) is (length == 200)
    state.write_bytes(b'{"inp')
    assert is_state(str(state))


@pytest.mark.thorough
def test_a_run_over_a_folder_passes_over_its_own_results_again_and_again(written, monkeypatch, capsys):
    monkeypatch.chdir(written)
    for suffix in ("csv", "txt", "jsonl"):
        for _ in range(2):
            for name in (written / "out.csv", written / "out.txt", written / "out.jsonl"):
                if name.suffix != f".{suffix}":
                    name.unlink(missing_ok=True)
            assert main(["batch", ".", *RUN, "-o", f"out.{suffix}"]) == 0
            assert capsys.readouterr().err == ""
