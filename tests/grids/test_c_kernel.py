"""Grids in compiled C: the numbers of NumPy's program, and a cache that only the user can write to."""

from __future__ import annotations

import os
import shutil
import sys

import numpy as np
import pytest

from diffcompare.backends.automatic import reverse_mode
from diffcompare.diagnostics import DiffcompareError
from diffcompare.grids import c_kernel
from diffcompare.grids.c_kernel import CKernel, compiled_folder, kernel_source
from diffcompare.grids.careful_blocks import GridFunction
from diffcompare.language.parser import parse

needs_compiler = pytest.mark.skipif(
    not any(map(shutil.which, c_kernel.COMPILERS)) or sys.platform == "win32", reason="there is no C compiler here"
)


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(c_kernel, "compiled_folder", lambda: tmp_path / "cache" / "compiled")
    monkeypatch.delenv("CC", raising=False)
    c_kernel.compiled_library.cache_clear()
    return tmp_path / "cache" / "compiled"


def both(text, columns, **options):
    """Return value and partials by C and by NumPy, each with its codes."""
    names = ["x", "y"]
    expression = parse(text, names=tuple(names))
    answers = []
    for program in (CKernel(expression, names, names), None):
        results = [np.empty(len(columns[0])) for _ in range(3)]
        codes = GridFunction(expression, names, names, singly=reverse_mode, program=program).run(columns, results)
        answers.append((results, codes))
    return answers


@needs_compiler
def test_it_has_the_numbers_of_numpy():
    """To the 4 ulp of vectorized functions, amplified by sums; at branches, outside domains and beyond the doubles."""
    random = np.random.default_rng(3)
    columns = [random.uniform(-3, 3, 40_000), random.uniform(-3, 3, 40_000)]
    columns[0][17] = 0.0
    text = "exp(-1/x^2)*sin(y) + if(x > 0, ln(x), x*y) + cos(x*y)/y + x^2.0 + gauss".replace(" + gauss", "")
    (compiled, codes), (plain, expected) = both(text, columns)
    np.testing.assert_array_equal(codes, expected)
    for one, other in zip(compiled, plain, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-11, atol=1e-13)


@needs_compiler
def test_functions_that_are_vectorized_are_right_to_4_ulp():
    flint = pytest.importorskip("flint")
    xs = np.random.default_rng(4).uniform(0.01, 20, 2_000)
    for name, true in (("sin", "sin"), ("cos", "cos"), ("exp", "exp"), ("ln", "log")):
        value = np.empty(len(xs))
        CKernel(parse(f"{name}(x)"), ["x"], []).run([xs], [value])
        nearest = np.array([float(getattr(flint.arb(x), true)().mid()) for x in xs.tolist()])
        assert np.max(np.abs(value - nearest) / np.spacing(np.abs(nearest))) <= 4, name


@needs_compiler
def test_it_is_compiled_once_and_only_the_user_can_write_to_the_cache(own_cache):
    x = [np.array([2.0]), 3.0]
    results = [np.empty(1)]
    CKernel(parse("x*y"), ["x", "y"], []).run(x, results)
    (library,) = own_cache.iterdir()
    made = library.stat().st_mtime_ns
    c_kernel.compiled_library.cache_clear()
    CKernel(parse("x*y"), ["x", "y"], []).run(x, results)
    assert results[0][0] == 6.0
    assert [entry.stat().st_mtime_ns for entry in own_cache.iterdir()] == [made]
    assert (own_cache.stat().st_mode | library.stat().st_mode) & 0o077 == 0


@needs_compiler
def test_what_others_could_have_written_is_not_loaded(own_cache):
    CKernel(parse("x + 1"), ["x"], [])
    (library,) = own_cache.iterdir()
    library.unlink()  # the loaded one stays in memory
    library.write_bytes(b"not a library")
    os.chmod(library, 0o722)
    c_kernel.compiled_library.cache_clear()
    result = [np.empty(1)]
    CKernel(parse("x + 1"), ["x"], []).run([np.array([1.0])], result)  # compiled anew
    assert result[0][0] == 2.0
    os.chmod(own_cache, 0o777)
    c_kernel.compiled_library.cache_clear()
    CKernel(parse("x + 2"), ["x"], []).run([np.array([1.0])], result)  # in a folder that is gone afterwards
    assert result[0][0] == 3.0
    assert list(own_cache.iterdir()) == [library]


@needs_compiler
def test_a_library_that_is_damaged_is_compiled_anew(own_cache):
    CKernel(parse("x + 3"), ["x"], [])
    (library,) = own_cache.iterdir()
    library.unlink()
    library.write_bytes(b"half a library")
    os.chmod(library, 0o700)
    c_kernel.compiled_library.cache_clear()
    result = [np.empty(1)]
    CKernel(parse("x + 3"), ["x"], []).run([np.array([1.0])], result)
    assert result[0][0] == 4.0


def test_a_compiler_that_is_not_there_or_fails_is_told(monkeypatch, tmp_path):
    monkeypatch.setenv("CC", "no-such-compiler -O1")
    with pytest.raises(DiffcompareError, match="no-such-compiler"):
        CKernel(parse("x"), ["x"], [])
    monkeypatch.setenv("CC", "'gcc")  # an open quotation
    with pytest.raises(DiffcompareError, match="no compiler `'gcc`"):
        CKernel(parse("x"), ["x"], [])
    monkeypatch.setenv("CC", sys.executable)
    with pytest.raises(DiffcompareError, match="does not compile"):
        CKernel(parse("x"), ["x"], [])
    monkeypatch.delenv("CC")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(DiffcompareError, match="there is no C compiler"):
        CKernel(parse("x"), ["x"], [])


def test_only_what_gcc_can_vectorize_is_compiled_for_it(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    gcc = "gcc 12.2.0 Copyright (C) 2022 Free Software Foundation, Inc."

    def judged(text, version=gcc):
        return c_kernel._is_vectorized(kernel_source(parse(text), ["x", "y"], ["x"]), version)

    assert judged("ln(x) + x*y - sin(y)")
    assert judged("sigmoid(x)*exp(-y^2.5)*|x|")
    assert not judged("tan(x)*y")
    assert not judged("ln(x)*y", "clang version 14")


def test_the_cache_is_where_the_system_keeps_such_things(monkeypatch):
    monkeypatch.undo()
    assert compiled_folder().parts[-2:] == ("diffcompare", "compiled")


def test_names_of_variables_cannot_leave_the_program():
    source = kernel_source(
        parse("k*n + off + value*arrays", names=("k", "n", "off", "value", "arrays")),
        ["k", "n", "off", "value", "arrays"],
        ["n"],
    )
    assert "f_gradient(double k, double n, double off, double value_, double arrays" in " ".join(source.split())
