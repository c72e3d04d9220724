"""Grids in compiled C: the function of `derive --code c` in a loop, compiled once and kept in the user's cache folder.

The loop is one that compilers vectorize.  Where the C library has vectorized functions (glibc on x86-64: libmvec), gcc
may call them: they are off by up to 4 ulp by their documentation, where the ordinary ones are off by 1.  Nothing else
costs digits: sums keep their order, and no product is contracted with a sum.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
import platform
import re
import shlex
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from diffcompare.codegen.c_program import C, c_function
from diffcompare.codegen.source import BAR, Unwritable, Writer, variable_names
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.grids.block_program import MAX_BLOCK, blocks_of
from diffcompare.language.expression import Expression
from diffcompare.language.wengert import wengert_list
from diffcompare.user_folders import cache_folder

COMPILERS = ("cc", "gcc", "clang")
FLAGS = ("-O3", "-march=native", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math", "-fopenmp-simd")
PLAIN_FLAGS = ("-O2", "-ffp-contract=off")  # for a compiler that does not know one of those
COMPILE_SECONDS = 120.0
MAX_NODES = 20_000  # of a function that is compiled; larger ones take compilers minutes

# The functions that libmvec has since its first version.  gcc calls them only if it does not know them by itself.
_VECTORIZED = {**dict.fromkeys(("sin", "cos", "exp", "log"), "double"), "pow": "double, double"}
_INSTRUCTIONS = ("sqrt", "fabs", "floor", "ceil")  # and of functions that processors have as instructions
VECTOR_FLAGS = (*FLAGS, *[f"-fno-builtin-{name}" for name in _VECTORIZED])

_HEAD = """\
#include <stddef.h>
#include <fenv.h>
"""

_LIBMVEC = """\
#if defined __x86_64__ && defined __linux__ && defined __GNUC__ && !defined __clang__ && !defined PLAIN
{declarations}
#endif
#include <math.h>
"""


def kernel_source(expression: Expression, variables: Sequence[str], wrt: Sequence[str]) -> str:
    """Return a C program with `f_grid`, which fills arrays for value and partials and tells whether to take care."""
    names = variable_names(variables, C)
    writer = Writer(C, names)
    function = c_function(expression, names, wrt, writer, qualifier="static inline ")
    called = [
        f'__attribute__((simd("notinbranch"), const)) extern double {name}({arguments});'
        for name, arguments in _VECTORIZED.items()
    ]
    parameters = [f"const double *restrict a{place}" for place in range(len(names))]
    parameters += [f"double *restrict r{place}" for place in range(len(wrt) + 1)]
    # Numbers by themselves: a compiler vectorizes no loop around an array.  No other name ends like these.
    numbers = [f"partial{place}{BAR}{BAR}" for place in range(len(wrt))]
    if wrt:
        function = function.replace(
            f"double gradient[{len(wrt)}])", ", ".join([f"double *restrict {number}" for number in numbers]) + ")"
        )
    for place, number in enumerate(numbers):
        function = function.replace(f"gradient[{place}] = ", f"*{number} = ")
    passed = [f"&{number}" for number in numbers] or ["(double *)0"]
    arguments = ", ".join([*[f"a{place}[k]" for place in range(len(names))], *passed])
    results = ["value", *numbers]
    stores = "".join(f"        r{place}[k] = {result};\n" for place, result in enumerate(results))
    check = " + ".join(f"({result} - {result})" for result in results)
    unpack = "".join(
        f"    {'const ' * (place < len(names))}double *restrict {parameter.rpartition(' ')[2].removeprefix('*')} = "
        f"arrays[{place}];\n"
        for place, parameter in enumerate(parameter.replace("restrict ", "") for parameter in parameters)
    )
    loop = (
        "int f_grid(size_t n, double *const *arrays)\n{\n"
        f"{unpack}"
        "    double off = 0.0;\n"
        "    feclearexcept(FE_ALL_EXCEPT);\n"
        "#pragma omp simd reduction(+:off)\n"
        "    for (size_t k = 0; k < n; k++) {\n"
        f"{''.join(f'        double {number};{chr(10)}' for number in numbers)}"
        f"        const double value = f_gradient({arguments});\n"
        f"{stores}"
        f"        off += {check};\n"
        "    }\n"
        "    return off != 0.0 || fetestexcept(FE_DIVBYZERO | FE_INVALID | FE_OVERFLOW | FE_UNDERFLOW) != 0;\n"
        "}\n"
    )
    return "\n\n".join([_HEAD + _LIBMVEC.format(declarations="\n".join(called)), *writer.used.values(), function, loop])


class CKernel:
    """A compiled function for value and partials, used as a `BlockProgram` is."""

    def __init__(self, expression: Expression, variables: Sequence[str], wrt: Sequence[str]) -> None:
        nodes = wengert_list(expression)
        if len(nodes) > MAX_NODES:
            raise _unavailable(f"an expression of {len(nodes):,} nodes is not compiled", "leave out `--compute c`")
        try:
            source = kernel_source(expression, variables, wrt)
        except Unwritable as refusal:
            raise _unavailable(f"`{refusal}` cannot be written in C", "leave out `--compute c`") from None
        self._arrays = ctypes.c_void_p * (len(variables) + len(wrt) + 1)
        self._function = compiled_library(source).f_grid
        self._function.argtypes = (ctypes.c_size_t, ctypes.c_void_p)
        self._function.restype = ctypes.c_int

    def run(self, columns: Sequence[Any], results: Sequence[Any]) -> list[slice]:
        """Fill the results, and return the blocks that need care, as `BlockProgram.run` does."""
        points = len(results[0])
        size = min(MAX_BLOCK, points)
        arrays = [
            np.full(size, float(column)) if np.ndim(column) == 0 else np.ascontiguousarray(column, dtype=float)
            for column in columns
        ]
        fixed = [np.ndim(column) == 0 for column in columns]
        doubtful = []
        for block in blocks_of(points, size):
            own = [arrays[place] if is_number else arrays[place][block] for place, is_number in enumerate(fixed)]
            addresses = self._arrays(*[array.ctypes.data for array in (*own, *[result[block] for result in results])])
            if self._function(block.stop - block.start, ctypes.addressof(addresses)):
                doubtful.append(block)
        return doubtful


# --- Compiling, and the folder of what is compiled --------------------------------------------------------------------


def compiler() -> list[str]:
    """Return the command of the C compiler: that of the variable CC, else the first one that is found.

    Raises DiffcompareError (E664) if there is none.
    """
    asked = os.environ.get("CC", "").strip()
    if asked:
        try:
            command = shlex.split(asked)
        except ValueError:  # an open quotation
            command = [asked]
        if shutil.which(command[0]) is None:
            raise _unavailable(f"there is no compiler `{command[0]}`", "CC names it: unset CC, or set another one")
        return command
    for name in COMPILERS:
        if shutil.which(name):
            return [name]
    raise _unavailable("there is no C compiler", "install gcc or clang, or set CC; `--compute numpy` needs none")


@lru_cache(maxsize=64)
def compiled_library(source: str) -> ctypes.CDLL:
    """Compile a program, unless the cache has it already, and load it.

    Its name is the hash of the source, of the compiler with its version and options, and of the machine, whose
    processor it is made for.  Raises DiffcompareError (E664) if it does not compile.
    """
    command = compiler()
    path = shutil.which(command[0]) or command[0]
    version = _output([path, "--version"])
    vectorized = _is_vectorized(source, version)
    parts = (source, str(vectorized), *command, path, version, *VECTOR_FLAGS, platform.platform(), platform.node())
    name = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:40]
    suffix = ".dll" if sys.platform == "win32" else ".so"
    with _folder() as folder:
        library = folder / f"{name}{suffix}"
        if _is_own(library):
            with contextlib.suppress(OSError):  # of one that is damaged
                return ctypes.CDLL(str(library))
        _compile(command, source, library, vectorized=vectorized)
        return ctypes.CDLL(str(library))


def _is_vectorized(source: str, version: str) -> bool:
    """Tell whether gcc can call vectorized functions only; what it knows by itself it would not call them for."""
    code = re.sub(r"//.*", "", source.partition("#include <math.h>")[2])
    called = set(re.findall(r"\b([a-z]\w*)\(", code))
    own = set(re.findall(r"^static (?:inline )?double (\w+)\(", source, re.MULTILINE))
    known = {*_VECTORIZED, *_INSTRUCTIONS, *own, "f_grid", "reduction", "if", "for", "feclearexcept", "fetestexcept"}
    is_gcc = "Free Software Foundation" in version
    return is_gcc and sys.platform == "linux" and platform.machine() == "x86_64" and called <= known


def _compile(command: Sequence[str], source: str, library: Path, *, vectorized: bool) -> None:
    """Compile into a file of another name, which then becomes the library: nobody loads half of one."""
    with tempfile.TemporaryDirectory(dir=library.parent, prefix=".compiling-") as name:
        program, made = Path(name) / "f.c", Path(name) / library.name
        program.write_text(source, encoding="utf-8")
        attempts: list[tuple[tuple[str, ...], tuple[str, ...]]]
        attempts = [((*FLAGS, "-DPLAIN"), ("-lm",)), ((*PLAIN_FLAGS, "-DPLAIN"), ("-lm",))]
        if vectorized:
            attempts.insert(0, (VECTOR_FLAGS, ("-lmvec", "-lm")))
        for flags, libraries in attempts:
            position = () if sys.platform == "win32" else ("-fPIC",)
            words = [*command, *flags, *position, "-shared", str(program), "-o", str(made), *libraries]
            done = subprocess.run(words, capture_output=True, text=True, timeout=COMPILE_SECONDS, check=False)
            if done.returncode == 0:
                os.chmod(made, 0o700)
                os.replace(made, library)
                return
    said = done.stderr.strip().partition("\n")[0][:200]
    raise _unavailable(f"`{command[0]}` does not compile the function: {said}", "leave out `--compute c`, or set CC")


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """Yield the folder of compiled functions, which only the user may write to; else one that is deleted afterwards."""
    folder = compiled_folder()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        usable = _is_own(folder) and os.access(folder, os.W_OK)
    except OSError:
        usable = False
    if usable:
        yield folder
    else:
        with tempfile.TemporaryDirectory(prefix="diffcompare-", ignore_cleanup_errors=True) as name:
            yield Path(name)


def compiled_folder() -> Path:
    """Return the folder of compiled functions."""
    return Path(cache_folder()) / "compiled"


def _is_own(path: Path) -> bool:
    """Tell whether a file or a folder exists, is the user's, and can be written to by nobody else."""
    try:
        status = os.lstat(path)
    except OSError:
        return False
    if stat.S_ISLNK(status.st_mode):
        return False
    if sys.platform == "win32":
        return True
    return status.st_uid == os.getuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _output(command: Sequence[str]) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False).stdout
    except (OSError, subprocess.SubprocessError):
        return ""


def _unavailable(message: str, help: str) -> DiffcompareError:
    return DiffcompareError(Diagnostic("E664", "bad_value", message, source="--compute", help=help))
