"""The engines are the files of one folder, and are described without importing their libraries."""

import contextlib
import json
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from engine_tiers import INSTALLED_BY_CI, every_engine, needs
from rows import every_row

from diffcompare.diagnostics import DiffcompareError
from diffcompare.engines import registry
from diffcompare.engines.cases import edge_cases
from diffcompare.engines.registry import engine, engine_and_mode, engine_methods, engine_names, how_to_install
from diffcompare.language.operations import OPERATIONS

ROOT = Path(__file__).parents[2]
PYPROJECT = ROOT / "pyproject.toml"
CALLS = {case.call for case in edge_cases() if case.call}  # functions that the language lacks


@every_row("name", engine_names())
def test_every_engine_is_described(name):
    described = engine(name)
    assert described.modes
    assert described.way in ("automatically", "symbolically", "numerically")
    assert described.package in how_to_install(name)
    assert set(described.single) <= {*described.modes, *described.audited, *described.second}


@pytest.fixture
def nothing_but(tmp_path, monkeypatch):
    """Install what describes packages in an environment of their own, which has nothing else."""

    def installed(*folders):
        for folder in folders:
            name, version, kind = re.fullmatch(r"([^-]*)-([^-]*)\.(dist-info|egg-info)", folder).groups()
            (tmp_path / folder).mkdir()
            file = tmp_path / folder / ("METADATA" if kind == "dist-info" else "PKG-INFO")
            file.write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
        library = str(Path(contextlib.__file__).parent)  # of Python itself, which imports some of its modules late
        monkeypatch.setattr(sys, "path", [str(tmp_path / "missing"), str(tmp_path), library])
        return tmp_path

    return installed


def test_a_library_has_the_version_of_whichever_distribution_is_installed(nothing_but):
    nothing_but("tensorflow_cpu-2.21.0.dist-info", "mlx-0.32.4.dist-info", "torch-2.13.0+cpu.dist-info")
    assert registry.version("tensorflow") == "2.21.0"
    assert registry.version("mlx") == "0.32.4", "installed with an extra: mlx[cpu]"
    assert registry.version("torch") == "2.13.0+cpu"
    assert registry.version("jax") is None
    assert how_to_install("mlx") == 'pip install "mlx[cpu]"'


def test_the_folder_of_a_package_is_spelled_in_several_ways(nothing_but):
    nothing_but("ddx_ad-4.3.0.dist-info", "num.dual-0.15.1.dist-info", "AutoGrad-1.9.1.egg-info")
    assert [registry.version(name) for name in ("ddx-ad", "num-dual", "autograd")] == ["4.3.0", "0.15.1", "1.9.1"]


def test_what_is_left_of_a_package_that_was_removed_is_no_version(nothing_but):
    folder = nothing_but("autograd-1.9.1.dist-info", "autograd_gamma-0.5.dist-info") / "autograd-1.9.1.dist-info"
    (folder / "METADATA").unlink()
    assert registry.version("autograd") is None


@every_row("name", [name for name in engine_names() if not engine(name).program])
def test_the_version_is_the_one_that_python_knows(name):
    known = None
    for package in (engine(name).package, *engine(name).also):
        with contextlib.suppress(metadata.PackageNotFoundError):
            known = known or metadata.version(package.partition("[")[0])
    assert registry.version(name) == known


@every_row("name", engine_names())
def test_every_library_is_an_extra(name):
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    if engine(name).program:
        assert name not in extras, "the system installs it"
    elif not any(line.startswith(engine(name).package) for line in project["dependencies"]):
        (line,) = extras[name]
        assert line.startswith(engine(name).package.partition("[")[0])


def test_no_library_is_imported_by_looking_at_the_engines():
    code = (
        "from diffcompare.engines.registry import *; import sys; before = set(sys.modules)\n"
        "for name in engine_names(): engine(name), version(name)\n"
        "print(*{module.partition('.')[0] for module in set(sys.modules) - before})"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert not {"torch", "jax", "autograd", "tensorflow", "mlx", "numpy", "scipy"} & set(out.split())


def test_an_unknown_engine_is_an_error_with_the_nearest_name():
    with pytest.raises(DiffcompareError, match="no engine `torhc`") as error:
        engine("torhc")
    assert error.value.diagnostic.help == "did you mean `torch`?"


def test_an_engine_has_a_method_for_every_mode(monkeypatch):
    monkeypatch.setattr(registry, "version", lambda name: "1.0" if name == "jax" else None)
    assert engine_methods(["jax"]) == ("jax-reverse", "jax-forward")
    assert engine_methods(["torch", "jax"]) == ("torch", "jax-reverse", "jax-forward"), "torch is not installed"
    assert engine_methods(["all"]) == ("jax-reverse", "jax-forward")


def test_a_method_names_an_engine_and_a_mode():
    assert engine_and_mode("torch-forward") == ("torch", "forward")
    assert engine_and_mode("torch") == ("torch", "reverse")
    assert engine_and_mode("torch-sideways") is None
    assert engine_and_mode("reverse-ad") is None


@pytest.mark.parametrize("name", every_engine())
def test_its_functions_are_rows_of_the_table_or_calls_of_the_cases(name):
    needs(name)
    # In a process of its own, as in use: there are libraries that do not stand each other in one.
    code = (
        "import json, sys; from diffcompare.engines.registry import engine; loaded = engine(sys.argv[1]).load();"
        "print(json.dumps([list(loaded.functions), list(loaded.modes)]))"
    )
    command = [sys.executable, "-W", "ignore", "-c", code, name]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT)
    functions, modes = json.loads(done.stdout.splitlines()[-1])
    assert set(functions) - set(OPERATIONS) <= {"where", *CALLS}
    described = engine(name)
    assert set(modes) == {*described.modes, *described.audited, *described.second}


def test_the_extra_engines_has_those_that_ci_installs():
    extras = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert extras["engines"] == [f"diffcompare[{','.join(INSTALLED_BY_CI)}]"]
