"""The engines by name, a file each in `libraries`: which are installed, in which version, how to install one."""

from __future__ import annotations

import contextlib
import os
import pkgutil
import re
import sys
import warnings
from collections.abc import Iterable
from functools import cache
from importlib import import_module

from diffcompare.diagnostics import Diagnostic, DiffcompareError, did_you_mean, shown
from diffcompare.engines import libraries
from diffcompare.engines.engine import Engine
from diffcompare.engines.own_engine import is_own_engine, own_engine

VERSION_SECONDS = 5.0  # that a program may take to print its version
NATIVE, NATIVE_FORWARD = "native", "native-forward"  # the modes of a function that is written for a library
NATIVE_MODES = (NATIVE, NATIVE_FORWARD)
WRITTEN_FOR = ("torch", "jax", "autograd")  # the libraries that `native` can call such a function with


@cache
def engine_names() -> tuple[str, ...]:
    """Return the names of all engines, in alphabetical order."""
    return tuple(sorted(module.name.replace("_", "-") for module in pkgutil.iter_modules(libraries.__path__)))


def engine(name: str) -> Engine:
    """Return the description of an engine, without importing its library; a Python file is one of the user's own.

    Raises DiffcompareError for an unknown name.
    """
    if isinstance(name, str) and is_own_engine(name):
        return own_engine(name)  # which may change
    return _library(name)


@cache
def _library(name: str) -> Engine:
    if not isinstance(name, str) or name not in engine_names():
        message = f"no engine `{name}`" if isinstance(name, str) else f"an engine is a name, not {shown(name)}"
        near = did_you_mean(name, engine_names()) if isinstance(name, str) else None
        help = f"did you mean `{near}`?" if near else f"the engines are {', '.join(engine_names())}"
        raise DiffcompareError(Diagnostic("E715", "bad_value", message, help=help))
    found: Engine = import_module(f"{libraries.__name__}.{name.replace('-', '_')}").ENGINE
    return found


def version(name: str) -> str | None:
    """Return the version of an engine's library; None where it is not installed."""
    if is_own_engine(name):
        return "file"
    about = engine(name)
    if about.program:
        from shutil import which  # this and what follows would burden every worker

        path = which(about.program[0])
        return path and _program_version((path, *about.program[1:]))
    packages = [package.partition("[")[0] for package in (about.package, *about.also)]
    for package in packages:
        if named := _version_of_folder(package):
            return named
    from importlib import metadata  # reads mail: to import it takes a tenth of the time of a short comparison

    for package in packages:
        # What is left of a package may have no metadata, for which each reader of them has an error of its own.
        with contextlib.suppress(metadata.PackageNotFoundError, OSError), warnings.catch_warnings(action="ignore"):
            return metadata.version(package)
    return None


def _version_of_folder(package: str) -> str | None:
    """Return the version in the name of the folder that describes an installed package: `ddx_ad-4.3.0.dist-info`."""
    for path in sys.path:
        with contextlib.suppress(OSError):
            for folder in os.listdir(path or "."):
                name, _, rest = folder.partition("-")
                described = rest.endswith(".dist-info") and _plain(name) == _plain(package)
                if described and os.path.isfile(os.path.join(path, folder, "METADATA")):  # else it was removed
                    return rest.removesuffix(".dist-info")
    return None


def _plain(name: str) -> str:
    """Return the name of a package in one spelling of many."""
    return name.lower().replace("_", "-").replace(".", "-")


@cache
def _program_version(command: tuple[str, ...]) -> str:
    """Return the version that a program prints: to a terminal, because some keep quiet otherwise."""
    import subprocess

    terminal, ours = -1, subprocess.DEVNULL
    with contextlib.suppress(OSError, AttributeError):  # there are none on Windows
        terminal, ours = os.openpty()
        os.write(terminal, b"quit;\n")
    try:
        done = subprocess.run(command, stdin=ours, capture_output=True, timeout=VERSION_SECONDS, check=False)
        printed = done.stdout.decode(errors="replace")
    except (OSError, subprocess.TimeoutExpired):
        printed = ""
    finally:
        if terminal >= 0:
            os.close(terminal)
            os.close(ours)
    found = re.search(r"(?<![\w,.])V?(\d+\.\d+(\.\d+)*)", printed)
    return found[1] if found else "unknown"


def how_to_install(name: str) -> str:
    """Return the one command that installs an engine's library."""
    package = engine(name).package
    if engine(name).program:
        return f"apt install {package}"
    return f'pip install "{package}"' if "[" in package else f"pip install {package}"  # [ ] are patterns of a shell


def engine_methods(names: Iterable[str]) -> tuple[str, ...]:
    """Return the methods of these engines, one for each mode; `all` stands for the engines that are installed.

    An engine that is not installed is one method, whose answer says how to install it.  Raises DiffcompareError for an
    unknown name.
    """
    methods: dict[str, None] = {}
    for word in names:
        for name in installed_engines() if word == "all" else (word,):
            modes = engine(name).modes if version(name) else ("",)
            methods |= dict.fromkeys(method_name(name, mode) for mode in modes)
    return tuple(methods)


def installed_engines() -> tuple[str, ...]:
    """Return the names of the engines whose libraries are installed."""
    return tuple(name for name in engine_names() if version(name))


def method_name(name: str, mode: str) -> str:
    """Return the name of the method that asks a mode of an engine; one without a name is the engine's first."""
    return f"{name}-{mode}" if mode else name


def native_methods(names: Iterable[str]) -> tuple[str, ...]:
    """Return the methods by which libraries run the user's function as it is written for them.

    Raises DiffcompareError for an unknown name, and for a library that no function is written for.
    """
    methods = []
    for name in names:
        engine(name)
        if name not in WRITTEN_FOR:
            help = f"functions can be written for {', '.join(WRITTEN_FOR)}; `--with {name}` gives it the recording"
            raise DiffcompareError(Diagnostic("E722", "bad_value", f"{name} cannot run a function of yours", help=help))
        methods += [method_name(name, mode) for mode in (NATIVE_MODES if version(name) else (NATIVE,))]
    return tuple(dict.fromkeys(methods))


def engine_and_mode(method: str) -> tuple[str, str] | None:
    """Return the engine and the mode that a method asks; None if it is no method of an engine."""
    for name in engine_names():
        if method == name:
            return name, engine(name).modes[0]
        if name in WRITTEN_FOR:
            for mode in NATIVE_MODES:
                if method == method_name(name, mode):
                    return name, mode
        if method.startswith(f"{name}-") and method.removeprefix(f"{name}-") in engine(name).modes:
            return name, method.removeprefix(f"{name}-")
    return None
