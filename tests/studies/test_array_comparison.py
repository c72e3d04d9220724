"""`dc.compare` and `dc.gradient` of array code: whole arrays, slopes along lines, and what is not known."""

import json

import numpy as np
import pytest

import diffcompare as dc
from diffcompare.cli import main
from diffcompare.engines import native, registry
from diffcompare.render import render
from diffcompare.studies.array_comparison import ArrayComparison

RANDOM = np.random.default_rng(0)
W, X = RANDOM.normal(size=(60, 60)) / 8, RANDOM.normal(size=(60, 60))
STATE = []


def loss(W, X):
    return np.sum(np.tanh(W @ X) ** 2)


def true_gradient(W, X):
    t = np.tanh(W @ X)
    inner = 2 * t * (1 - t**2)
    return inner @ X.T, W.T @ inner


def few_inputs(w, n=3):
    for _ in range(n):
        h = np.tanh(X @ np.outer(w, w))
    return np.sum(h * h)


def test_a_gradient_comes_back_in_the_shapes_that_went_in():
    gradient = dc.gradient(loss, W=W, X=X)
    by_w, by_x = true_gradient(W, X)
    assert np.allclose(gradient["W"], by_w, rtol=1e-12)
    assert np.allclose(gradient["X"], by_x, rtol=1e-12)
    nested = dc.gradient(loss, W=W.tolist(), X=X)["W"]
    assert nested == gradient["W"].tolist()


def test_a_comparison_says_what_was_measured_and_what_is_not_known():
    comparison = dc.compare(loss, W=W, X=X)
    assert isinstance(comparison, ArrayComparison)
    assert comparison.failure is None
    assert np.allclose(comparison.gradient["W"], true_gradient(W, X)[0], rtol=1e-12)
    assert all(check.agrees for check in comparison.slopes)
    assert {check.label for check in comparison.slopes} >= {"all inputs, at random", "W, at random", "X, at random"}
    assert "the truth is not known to more digits" in comparison.verdict
    assert "other directions of the 7,200 inputs were not measured" in comparison.verdict
    notes = {answer.method: (answer.status, answer.note) for answer in comparison.answers}
    assert notes["symbolic"] == ("not-supported", "needs single numbers")
    assert notes["forward-ad"] == ("not-run", "a gradient takes 7,200 sweeps, and reverse-ad takes one")
    assert notes["central-difference"][1].startswith("a gradient takes 14,400 runs")


def test_few_inputs_are_all_taken_by_differences_and_counts_stay_counts():
    comparison = dc.compare(few_inputs, w=W[0], n=3)
    answers = {answer.method: answer for answer in comparison.answers}
    assert answers["central-difference"].status == "ok"
    assert answers["central-difference"].error < 1e-8 < answers["forward-difference"].error * 100
    assert set(comparison.gradient) == {"w"}
    assert "n = 3" in str(comparison)


def test_tables_are_short_and_data_are_whole():
    comparison = dc.compare(loss, W=W, X=X, methods=["reverse-ad"])
    for format in ("plain", "html", "latex", "markdown", "csv"):
        assert len(render(comparison.document(), format).splitlines()) < 400
    text = str(comparison)
    assert "W of shape 60 x 60" in text
    assert "needs single numbers" not in text.split("note:")[0]
    data = json.loads(comparison.to_json())
    assert np.shape(data["gradient"]["X"]) == (60, 60)
    assert data["slopes"][0]["agrees"] is True
    assert set(comparison.document().arrays) == {"W", "X"}


def test_wrt_selects_parameters_and_single_inputs():
    comparison = dc.compare(loss, W=W, X=X, wrt=["W[3, 5]"], methods=["reverse-ad"])
    assert set(comparison.gradient) == {"W"}
    assert [check.label for check in comparison.slopes] == ["W[3, 5]", "W, at random"]
    for wrong in ("V", "W[60, 0]", "W[1]"):
        with pytest.raises(dc.DiffcompareError, match="W"):
            dc.compare(loss, W=W, X=X, wrt=[wrong])


def test_a_gradient_by_hand_is_compared_entry_by_entry():
    right = dc.compare(loss, W=W, X=X, hand=true_gradient, methods=["reverse-ad"])
    assert right.answers[0].error < 1e-12
    assert "agrees" in right.verdict
    wrong = dc.compare(loss, W=W, X=X, hand=lambda W, X: (true_gradient(W, X)[0], 0 * X), methods=["reverse-ad"])
    assert wrong.answers[0].error == pytest.approx(1.0)
    assert wrong.verdict.startswith("Check the gradient by hand")


def keeps_a_state(W):
    STATE.append(W)
    return np.sum(np.tanh(W @ X)) + len(STATE)


def loses_a_parameter(W, b):
    cut = float(str(b))
    return np.sum(np.tanh(W @ X)) * cut


def test_doubts_are_told():
    assert "differs from itself" in str(dc.compare(keeps_a_state, W=W).notes[0].message)
    lost = dc.compare(loses_a_parameter, W=W, b=0.5).notes[0]
    assert lost.code == "W321"
    assert "b left the tape" in lost.message
    with pytest.raises(dc.DiffcompareError, match="b left the tape"):
        dc.gradient(loses_a_parameter, W=W, b=0.5)


def test_a_wrong_slope_is_told():
    kinked = dc.compare(lambda W: np.sum(np.abs(W @ np.zeros((60, 60)) + W * 0)) + np.sum(W @ X), W=W)
    assert kinked.failure is None
    infinite = dc.compare(lambda W: np.sum(np.sqrt(W[0] @ X * 0.0)) + np.sum(W @ X), W=W)
    assert infinite.failure is not None
    with pytest.raises(dc.DiffcompareError, match="not finite"):
        dc.gradient(lambda W: np.sum(np.sqrt(W[0] @ X * 0.0)) + np.sum(W @ X), W=W)


@pytest.mark.parametrize("study", [dc.trace, dc.graph, dc.derive, dc.taylor, dc.hessian, dc.jacobian, dc.sweep])
def test_other_studies_say_that_they_need_single_numbers(study):
    with pytest.raises(dc.DiffcompareError) as caught:
        study(loss, {"W": W, "X": X})
    assert caught.value.diagnostic.code == "E585"
    assert "take a smaller input" in str(caught.value)


def test_other_methods_of_a_gradient_need_single_numbers_too():
    with pytest.raises(dc.DiffcompareError, match="single numbers"):
        dc.gradient(loss, {"W": W, "X": X}, method="forward-ad")


def test_engines_run_recordings_and_are_not_asked_and_the_comparison_says_so(monkeypatch):
    monkeypatch.setattr(registry, "version", {"jax": "0.12"}.get)
    told = {answer.method: answer for answer in dc.compare(total, w=np.ones(3000), engines=["jax", "torch"]).answers}
    assert told["jax-reverse"].status == told["jax-forward"].status == "not-run"
    assert told["jax-reverse"].note == "jax runs recordings of single numbers; `native` gives jax the function itself"
    assert told["torch"].status == "not-installed"
    assert told["torch"].note == "not installed: pip install torch"


def test_a_library_that_runs_the_function_itself_is_compared_entry_by_entry(monkeypatch):
    monkeypatch.setattr(registry, "version", lambda name: "1.0")
    monkeypatch.setitem(
        native.LIBRARIES, "autograd", {"native": lambda f, arrays, value_only: (1.0, [2 * np.array(arrays[0])])}
    )
    monkeypatch.setitem(
        native.LIBRARIES, "torch", {"native": lambda f, arrays, value_only: (1.0, [3 * np.array(arrays[0])])}
    )
    monkeypatch.setitem(native.LIBRARIES, "jax", {"native": lambda f, arrays, value_only: 1 / 0})
    comparison = dc.compare(total, w=np.ones(3000), native=["autograd", "torch", "jax"])
    told = {answer.method: answer for answer in comparison.answers}
    right, wrong, failed = (told[f"{name}-native"] for name in ("autograd", "torch", "jax"))
    assert told["jax-native-forward"].note == "a gradient takes 3,000 sweeps, and reverse-ad takes one"
    assert (right.method, right.status, right.error) == ("autograd-native", "ok", 0.0)
    assert right.note == "autograd 1.0, the same as reverse-ad to rounding"
    assert (wrong.error, wrong.note) == (pytest.approx(0.5), "torch 1.0, differs from reverse-ad")
    assert failed.status == "failed"
    assert "ZeroDivisionError" in failed.note


def total(w):
    return np.sum(w * w)


# --- Functions that run in a library only -----------------------------------------------------------------------------

# A made-up library in place of autograd, and functions that take nothing but its tensors.
WRITTEN_FOR_A_LIBRARY = """
import numpy as np
from diffcompare.engines import native


class Tensor:
    def __init__(self, numbers):
        self.numbers = np.asarray(numbers, dtype=float)


def energy(w=[0.001 * k for k in range(2500)], s=2.0, n=1):
    return _energy(w, s) * n


def detached(w=[0.001 * k for k in range(2500)], s=2.0, n=1):
    return _energy(w, Tensor(s.numbers))


def _energy(w, s):
    if not isinstance(w, Tensor) or not isinstance(s, Tensor):
        raise TypeError("energy() takes tensors")
    return s.numbers * np.sum(np.tanh(w.numbers) ** 2)


def differentiate(f, arrays, value_only):
    w, s = map(Tensor, arrays)
    value, tanh = f(w, s), np.tanh(w.numbers)
    by_s = np.sum(tanh**2) * (value == energy(w, s)) * GRADIENT_OF_S
    return value, [2 * s.numbers * tanh * (1 - tanh**2), by_s]


GRADIENT_OF_S = 1.0
native.LIBRARIES = {"autograd": {"native": differentiate}}
"""
LARGE = np.arange(2500) * 0.001


@pytest.fixture
def written(tmp_path, monkeypatch):
    """Put the made-up library in place, in this process as well, and return a file of functions written for it."""
    monkeypatch.setattr(registry, "version", {"autograd": "1.0"}.get)
    monkeypatch.setattr(native, "LIBRARIES", native.LIBRARIES)
    (tmp_path / "model.py").write_text(WRITTEN_FOR_A_LIBRARY)
    return tmp_path / "model.py"


def functions_of(path):
    functions = {}
    exec(compile(path.read_text(), path, "exec"), functions)
    return functions


def test_a_function_that_only_a_library_runs_is_compared_by_it(written):
    comparison = dc.compare(functions_of(written)["energy"], w=LARGE, s=2.0, native="autograd")
    tanh = np.tanh(LARGE)
    assert comparison.reference == "autograd-native"
    assert np.allclose(comparison.gradient["w"], 4 * tanh * (1 - tanh**2), rtol=1e-12)
    assert comparison.gradient["s"] == np.sum(tanh**2)
    assert len(comparison.slopes) == 5
    assert all(check.agrees for check in comparison.slopes)
    rows = {answer.method: answer for answer in comparison.answers}
    assert rows["autograd-native"].note == "autograd 1.0, the whole gradient"
    assert rows["reverse-ad"].status == rows["forward-ad"].status == "not-supported"
    assert rows["autograd-native-forward"].note == "a gradient takes 2,501 sweeps, and autograd-native takes one"
    assert [note.code for note in comparison.notes] == ["W315"]
    assert "energy() takes tensors" in comparison.notes[0].message
    assert comparison.verdict.startswith("Autograd-native agrees with plain calls along all 5 lines")
    text = str(comparison)
    assert "array operations" not in text
    assert "Gradient by autograd-native" in text
    assert comparison.data()["slopes"][0]["autograd-native"] == comparison.slopes[0].by_gradient


def test_in_a_process_of_its_own_the_function_is_run_by_the_library_as_well(written, capsys):
    asked = ("grad", f"{written}:energy", "--native", "autograd", "--format", "json")
    assert main([*asked, "--method", "central-difference"]) == 0
    found = json.loads(capsys.readouterr().out)
    answers = {answer["method"]: answer for answer in found["methods"]}
    assert answers["autograd-native"]["status"] == "ok"
    assert np.allclose(found["gradient"]["s"], np.sum(np.tanh(LARGE) ** 2), rtol=1e-15)
    assert all(slope["agrees"] for slope in found["slopes"])
    assert found["verdict"].startswith("Autograd-native agrees with plain calls along all 5 lines")


def test_a_parameter_that_left_the_tape_of_a_library_is_named(written):
    functions = functions_of(written)
    functions["GRADIENT_OF_S"] = 0.0
    comparison = dc.compare(functions["detached"], w=LARGE, s=2.0, native="autograd")
    assert [note.code for note in comparison.notes] == ["W315", "W321"]
    assert "s left the tape of autograd: its gradient is 0 there, and the slope" in comparison.notes[1].message


def test_without_a_library_that_is_installed_the_error_of_the_tape_stands(written, monkeypatch):
    monkeypatch.setattr(registry, "version", lambda name: None)
    with pytest.raises(dc.DiffcompareError, match=r"energy\(\) takes tensors") as error:
        dc.compare(functions_of(written)["energy"], w=LARGE, s=2.0, native="autograd")
    assert error.value.diagnostic.code == "E587"
