"""Results of an earlier run, which may be replaced, and files of other people, which may not."""

import pytest
from pools import InProcessPool

from diffcompare.batch.earlier_results import is_state, may_be_replaced
from diffcompare.cli import main

RUN = ("--method", "reverse-ad", "--no-truth", "-q")


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A folder with the results of a run in every format, and the rows."""
    place = tmp_path_factory.mktemp("run")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("diffcompare.batch.pool.LocalPool", InProcessPool)
        yield _written(place)


def _written(place):
    (place / "rows.txt").write_text("r: x^2\n")
    for suffix in ("jsonl", "csv", "txt", "md", "html", "tex", "json"):
        name = str(place / f"out.{suffix}")
        assert main(["batch", str(place / "rows.txt"), *RUN, "-o", name]) == 0
    return place


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


def test_a_run_over_a_folder_passes_over_its_own_results_again_and_again(written, monkeypatch, capsys):
    monkeypatch.chdir(written)
    for suffix in ("csv", "txt", "jsonl"):
        for _ in range(2):
            for name in (written / "out.csv", written / "out.txt", written / "out.jsonl"):
                if name.suffix != f".{suffix}":
                    name.unlink(missing_ok=True)
            assert main(["batch", ".", *RUN, "-o", f"out.{suffix}"]) == 0
            assert capsys.readouterr().err == ""
