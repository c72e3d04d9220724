"""`diffcompare batch` as it is called, in real processes where something is killed, full, closed or interrupted."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest
from rows import every_row

from diffcompare.cli import main

QUICK = ("--method", "reverse-ad,forward-ad", "--no-truth")
FEW = (*QUICK, "--jobs", "1")
"""For a few rows that one worker has answered before another has started."""
SHAPES = ("x^2*sin({k}*x)", "ln(x1 + {k}) + x1*x2 - sin(x2)", "exp(-x^2)*cos({k}*y)", "sqrt(x^2 + {k})/y")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write_rows(count: int, name: str = "rows.txt") -> None:
    lines = [f"r{k}: {SHAPES[k % len(SHAPES)].format(k=k + 1)}\n" for k in range(count)]
    Path(name).write_text("".join(lines))


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What a run of 400 rows writes that nothing happens to."""
    with contextlib.chdir(tmp_path_factory.mktemp("unbroken")):
        write_rows(400)
        assert main(["batch", "rows.txt", *QUICK, "-o", "want.jsonl", "--quiet"]) == 0
        return Path("want.jsonl").read_bytes()


def results(path: str = "r.jsonl") -> list[dict]:
    return [json.loads(line) for line in Path(path).read_text().splitlines()]


def workers() -> int:
    """Processes of ours that are still there, anywhere below this test."""
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return listed.count("diffcompare.batch.pool")


def gone(before: int) -> bool:
    for _ in range(100):
        if workers() <= before:
            return True
        time.sleep(0.1)
    return False


# --- What it says -----------------------------------------------------------------------------------------------------


def test_rows_in_their_order_and_figures_on_the_screen(cli) -> None:
    write_rows(30)
    outcome = cli("batch", "rows.txt", *QUICK, "-o", "r.jsonl", "--jobs", "2")
    assert outcome.code == 0
    assert [document["name"] for document in results()] == [f"r{k}" for k in range(30)]
    assert [document["line"] for document in results()] == list(range(1, 31))
    assert "reverse-ad        30        0          0" in outcome.out
    assert outcome.out.startswith("✓ All 30 rows succeeded.\n")
    assert outcome.err == ""


def test_the_documents_are_those_of_grad(cli) -> None:
    """All methods and the truth: the same as `grad --json` with the same simplification."""
    Path("rows.txt").write_text("x^2*y @ x=1.5, y=2\nln(x1) + x1*x2 - sin(x2)\n")
    for how in ("none", "quick"):
        assert cli("batch", "rows.txt", "--simplify", how, "-o", "r.jsonl", "--jobs", "1").code == 0
        for document, arguments in zip(
            results(), (("x^2*y", "--at", "x=1.5,y=2"), ("ln(x1) + x1*x2 - sin(x2)",)), strict=True
        ):
            expected = json.loads(cli("grad", *arguments, "--simplify", how, "--json").out)
            assert [document.pop(key) for key in ("name", "file", "line")][1] == "rows.txt"
            assert document == expected


def test_rows_that_fail_are_the_last_lines_and_the_exit_code_is_1(cli) -> None:
    Path("rows.txt").write_text("x^2\na: x + sni(x)\nsqrt(x) @ x=-1\n")
    outcome = cli("batch", "rows.txt", *FEW, "-o", "r.jsonl")
    assert outcome.code == 1
    assert outcome.err.splitlines() == [
        "rows.txt:2:8: error[E101]: a: unknown function `sni`",
        "rows.txt:3: error[E802]: in doubles the function is undefined at this point: sqrt(x) needs x >= 0, and x is -1",
        "error[E630]: 2 of 3 rows failed",
    ]
    assert [document.get("error", {}).get("code") for document in results()] == [None, "E101", "E802"]


def test_json_lines_go_to_a_pipe_and_the_figures_beside_them(cli) -> None:
    write_rows(3)
    outcome = cli("batch", "rows.txt", *FEW)
    assert [json.loads(line)["name"] for line in outcome.out.splitlines()] == ["r0", "r1", "r2"]
    assert "✓ All 3 rows succeeded." in outcome.err
    assert cli("batch", "rows.txt", *FEW, "--quiet").err == ""


@pytest.mark.parametrize(
    ("format", "words"),
    [
        ("csv", ["name,file,line,expression", "r1,rows.txt,2,ln(x1 + 2) + x1*x2 - sin(x2)", ",reverse-ad,ok,x1,"]),
        ("markdown", ["**✓ All 3 rows succeeded.**", "| `rows.txt:2` | r1 |"]),
        ("html", ['<table class="sortable">', "script-src 'sha256-", "<code>rows.txt:2</code>"]),
        ("json", ['"command": "batch"', '"rows": 3', '"failed": 0']),
        ("plain", ["reverse-ad         3        0"]),
    ],
)
def test_formats(cli, format: str, words: list[str]) -> None:
    write_rows(3)
    outcome = cli("batch", "rows.txt", *FEW, "--format", format)
    assert outcome.code == 0
    assert all(word in outcome.out for word in words)


def test_a_file_gets_the_format_of_its_suffix(cli) -> None:
    write_rows(3)
    for name, beginning in (("r.csv", "name,file"), ("r.md", "**✓ All 3 rows succeeded.**"), ("r.html", "<!DOCTYPE")):
        outcome = cli("batch", "rows.txt", *FEW, "-o", name)
        assert outcome.out.startswith("✓ All 3 rows succeeded.")
        assert Path(name).read_text().startswith(beginning)


def test_names_that_come_twice_are_told(cli) -> None:
    Path("rows.txt").write_text("a: x\nb: x\na: y\n")
    outcome = cli("batch", "rows.txt", *FEW, "-o", "r.jsonl")
    assert outcome.code == 0
    assert outcome.err == "warning[W631]: rows.txt:3: the name `a` was used before, at rows.txt:1\n"


def test_one_expression_at_many_points(cli) -> None:
    Path("rows.txt").write_text("x*y\n")
    Path("points.csv").write_text("x,y\n1,2\n3,pi\n1,\n")
    assert cli("batch", "rows.txt", "--points", "points.csv", *FEW, "-o", "r.jsonl").code == 1
    first, second, third = results()
    assert (first["point"], second["point"]) == ({"x": 1.0, "y": 2.0}, {"x": 3.0, "y": 3.141592653589793})
    assert (third["error"]["code"], third["point_from"]) == ("E704", "points.csv:4")


def test_a_gate_for_a_build(cli) -> None:
    Path("rows.csv").write_text(
        "name,expression,x,hand_x\ngood,x^2,3,2*x\nlost,(exp(x) - 1)/x,1e-9,\nbad,x^3,2,2*x^2\n"
    )
    outcome = cli("batch", "rows.csv", "--method", "reverse-ad", "--max-error", "1e-9", "-o", "r.jsonl")
    assert outcome.code == 1
    assert "by hand  1 proved, 1 wrong" in outcome.out
    good, lost, bad = results()
    assert "check" not in lost
    assert (good["check"]["verdict"], bad["check"]) == ("proved", {"verdict": "wrong", "partials": {"x": "wrong"}})
    assert [line.partition(" is off")[0] for line in outcome.err.splitlines()[:1]] == [
        "rows.csv:3: error[E813]: lost: reverse-ad"
    ]
    assert "rows.csv:4: error[E814]: bad: by hand df/dx is wrong" in outcome.err


@every_row(
    ("line", "code"),
    [
        ((), "E505"),
        (("nowhere.txt",), "E621"),
        (("rows.md",), "E621"),
        (("rows.txt", "--metod", "x"), "E502"),
        (("rows.txt", "--method", "nothing"), "E506"),
        (("rows.txt", "--jobs", "0"), "E507"),
        (("rows.txt", "--max-error", "1e-9", "--no-truth"), "E631"),
        (("rows.txt", "--jobs", "2", "--scheduler", "tcp://x:1"), "E631"),
        (("rows.txt", "--resume"), "E632"),
        (("rows.txt", "--resume", "-o", "r.csv"), "E632"),
        (("-", "--input-format", "txt", "--resume", "-o", "r.jsonl"), "E632"),
        (("rows.txt", "--points", "nowhere.csv"), "E621"),
        (("rows.txt", "-o", "r.xyz"), "E506"),
    ],
)
def test_a_wrong_line(cli, line: tuple[str, ...], code: str) -> None:
    write_rows(1)
    Path("rows.md").write_text("x\n")
    outcome = cli("batch", *line)
    assert (outcome.code, outcome.out) == (2, "")
    assert f"error[{code}]" in outcome.err


# --- What happens to it -----------------------------------------------------------------------------------------------


def test_standard_input_is_answered_as_it_comes(start) -> None:
    run = start("batch", "-", "--input-format", "txt", *QUICK, "-q", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    for text in (b"x^2 @ x=1\n", b"x^3 @ x=1\n"):
        run.stdin.write(text)
        run.stdin.flush()
        assert json.loads(run.stdout.readline())["expression"]["text"] == text.decode().split(" @")[0]
    run.stdin.close()
    assert run.stdout.read() == b""
    run.stdout.close()
    assert run.wait(30) == 0


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
@pytest.mark.parametrize("end", ["reader", "ctrl-c"])
def test_an_end_while_standard_input_is_awaited(start, end: str) -> None:
    run = start(
        "batch", "-", "--input-format", "txt", *QUICK, "-q",
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    run.stdin.write(b"x^2\n")
    run.stdin.flush()
    run.stdout.readline()
    if end == "reader":
        run.stdout.close()
        run.stdin.write(b"x^3\n")
        run.stdin.flush()
    else:
        os.killpg(run.pid, signal.SIGINT)
    assert run.wait(60) == (141 if end == "reader" else 130)
    assert b"Fatal" not in run.stderr.read()
    for stream in (run.stdin, run.stdout, run.stderr):
        stream.close()


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
@pytest.mark.parametrize("most", [3, pytest.param(25, marks=pytest.mark.thorough)])
def test_killed_at_random_instants_it_goes_on_where_it_stopped(start, process, unbroken, most) -> None:
    write_rows(400)
    before = workers()
    rng = random.Random(1)
    kills = 0
    while kills < most:
        run = start("batch", "rows.txt", *QUICK, "-o", "r.jsonl", "--resume", stdout=subprocess.DEVNULL)
        kept = Path("r.jsonl").stat().st_size if Path("r.jsonl").exists() else 0
        ends = time.monotonic() + 30
        while run.poll() is None and time.monotonic() < ends:  # until some rows more stand there, and a moment longer
            if Path("r.jsonl").exists() and Path("r.jsonl").stat().st_size > kept:
                break
            time.sleep(0.01)
        time.sleep(rng.random() * 0.1)
        if run.poll() is not None:
            break
        run.send_signal(signal.SIGKILL)
        run.wait()
        kills += 1
        whole = Path("r.jsonl").read_bytes()
        assert unbroken.startswith(whole[: whole.rfind(b"\n") + 1])
    assert kills >= 1
    assert gone(before)
    done = process("batch", "rows.txt", *QUICK, "-o", "r.jsonl", "--resume")
    assert done.returncode == 0
    assert Path("r.jsonl").read_bytes() == unbroken


@pytest.mark.thorough
@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
def test_with_libraries_in_processes_of_their_own_it_goes_on_where_it_stopped_as_well(start, process) -> None:
    write_rows(60)
    asked = ("batch", "rows.txt", "--method", "reverse-ad", "--with", "mpmath", "--no-truth", "--jobs", "1")
    before = workers()
    assert process(*asked, "-o", "unbroken.jsonl").returncode == 0
    unbroken, kept = Path("unbroken.jsonl").read_bytes(), 0
    assert b'"method": "mpmath-differences"' in unbroken
    for how, code in ((signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)):
        run = start(*asked, "-o", "r.jsonl", "--resume", stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        ends = time.monotonic() + 30
        while not (Path("r.jsonl").exists() and Path("r.jsonl").stat().st_size > kept) and time.monotonic() < ends:
            time.sleep(0.002)
        run.send_signal(how)
        assert run.wait(30) == code, "it was interrupted on the way"
        kept = Path("r.jsonl").stat().st_size
        assert 0 < kept < len(unbroken)
        assert gone(before)
    done = process(*asked, "-o", "r.jsonl", "--resume")
    assert done.returncode == 0
    assert b"rows were there already" in done.stderr
    assert Path("r.jsonl").read_bytes() == unbroken


def test_a_torn_last_line_is_computed_anew_and_nothing_else(cli) -> None:
    write_rows(20)
    unbroken = cli("batch", "rows.txt", *FEW, "-o", "r.jsonl")
    whole = Path("r.jsonl").read_bytes()
    Path("r.jsonl").write_bytes(whole[:-100])
    again = cli("batch", "rows.txt", *FEW, "-o", "r.jsonl", "--resume", "--durable")
    assert again.err == "19 rows were there already\n"
    assert Path("r.jsonl").read_bytes() == whole
    assert again.out == unbroken.out


def test_results_of_other_inputs_or_options_are_refused(cli) -> None:
    write_rows(5)
    cli("batch", "rows.txt", *FEW, "-o", "r.jsonl")
    whole = Path("r.jsonl").read_bytes()
    assert "[E633]" in cli("batch", "rows.txt", *FEW, "--step", "1e-3", "-o", "r.jsonl", "--resume").err
    write_rows(6)
    assert "other inputs" in cli("batch", "rows.txt", *FEW, "-o", "r.jsonl", "--resume").err
    assert Path("r.jsonl").read_bytes() == whole


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
def test_ctrl_c(start, process) -> None:
    write_rows(20_000)
    before = workers()
    run = start("batch", "rows.txt", *QUICK, "-o", "r.jsonl", stderr=subprocess.PIPE, start_new_session=True)
    while not (Path("r.jsonl").exists() and Path("r.jsonl").stat().st_size > 1000):
        time.sleep(0.02)
    os.killpg(run.pid, signal.SIGINT)
    _, err = run.communicate(timeout=30)
    assert run.returncode == 130
    assert b"interrupted: " in err
    assert b"continue with --resume" in err
    assert b"Traceback" not in err
    assert gone(before)
    assert Path("r.jsonl").read_bytes().endswith(b"}\n")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")
def test_a_full_disk(process) -> None:
    write_rows(5)
    done = process("batch", "rows.txt", *QUICK, "-o", "/dev/full", "--format", "jsonl")
    assert done.returncode == 74
    assert b"no space left on device" in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="limits as POSIX has them")
def test_a_disk_that_fills_up_keeps_whole_rows_and_the_run_goes_on_later(start, process, unbroken) -> None:
    import resource

    write_rows(300)

    def small() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    run = start("batch", "rows.txt", *QUICK, "-o", "r.jsonl", stderr=subprocess.PIPE, preexec_fn=small)
    _, err = run.communicate(timeout=60)
    assert run.returncode == 74
    assert b"make room, then continue with --resume" in err
    rows = unbroken.splitlines(keepends=True)[:300]
    kept = Path("r.jsonl").read_bytes().splitlines(keepends=True)  # none, if results whose turn had not come filled it
    assert kept == rows[: len(kept)]
    assert process("batch", "rows.txt", *QUICK, "-o", "r.jsonl", "--resume").returncode == 0
    assert Path("r.jsonl").read_bytes() == b"".join(rows)


@pytest.mark.skipif(os.name != "posix", reason="limits as POSIX has them")
def test_a_disk_that_is_full_before_a_row_is_counted(start) -> None:
    import resource

    write_rows(3)

    def small() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, 1_000))

    run = start("batch", "rows.txt", *QUICK, "-o", "r.jsonl", stderr=subprocess.PIPE, preexec_fn=small)
    _, err = run.communicate(timeout=60)
    assert run.returncode == 74
    assert b"help: make room, then continue with --resume" in err


def test_a_reader_that_leaves(start) -> None:
    write_rows(2000)
    before = workers()
    run = start("batch", "rows.txt", *QUICK, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    run.stdout.readline()
    run.stdout.close()
    assert run.wait(60) == 141
    assert run.stderr.read() == b""
    run.stderr.close()
    assert gone(before)


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
def test_workers_that_are_killed_are_replaced_and_nothing_is_lost(start, unbroken) -> None:
    write_rows(400)
    run = start("batch", "rows.txt", *QUICK, "-o", "r.jsonl", "--jobs", "2", stdout=subprocess.DEVNULL)
    killed = 0
    while run.poll() is None and killed < 2:
        listed = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(run.pid)], capture_output=True, text=True, check=False
        )
        children = [int(word) for word in listed.stdout.split()]
        if len(children) == 2 and Path("r.jsonl").exists() and Path("r.jsonl").stat().st_size:
            with contextlib.suppress(ProcessLookupError):  # the run may have come to its end just now
                os.kill(children[killed % 2], signal.SIGKILL)
                killed += 1
            time.sleep(0.3)
        time.sleep(0.01)
    assert run.wait(120) == 0
    assert killed
    assert Path("r.jsonl").read_bytes() == unbroken


def test_what_the_line_on_the_screen_says() -> None:
    from diffcompare.batch.row_result import Options
    from diffcompare.batch.run import Run
    from diffcompare.cli.batch_run import progress_text

    run = Run([], Options())
    run.statistics.rows, run.statistics.failed, run.resumed = 3000, 2, 1000
    assert progress_text(run, 5000)(10.0) == "3,000 rows, 200 a second, 10 s left, 2 failed"
    assert progress_text(run, None)(1000.0) == "3,000 rows, 2.0 a second, 2 failed"


def test_a_row_that_never_ends_costs_its_own_cell(cli) -> None:
    """sympy does not come to an end with the second row; the other methods and the other rows have their answers.

    All of them have the same budget: one that a short row keeps, whatever else this machine is doing.
    """
    steps = [f"v{k + 1} = sin(v{k}) + cos(v{k})/(1 + v{k}^2)" for k in range(40)]
    Path("rows.txt").write_text(f"x^2 @ x=3\nv0 = x; {'; '.join(steps)}; v40 @ x=0.5\nx^3 @ x=3\n")
    for budget in ("0.5", "4", "30"):
        outcome = cli(
            "batch",
            "rows.txt",
            "--method",
            "symbolic,reverse-ad",
            "--no-truth",
            "--budget",
            budget,
            "-o",
            f"{budget}.jsonl",
        )
        first, second, third = (
            {method["method"]: method["status"] for method in document["methods"]}
            for document in results(f"{budget}.jsonl")
        )
        assert second["symbolic"] == "timed-out"
        if "timed-out" not in (*first.values(), second["reverse-ad"], *third.values()):
            break
    assert (first, third) == ({"symbolic": "ok", "reverse-ad": "ok"},) * 2
    assert second["reverse-ad"] == "ok"
    assert outcome.code == 0
    assert "timed out: symbolic 1" in outcome.out
