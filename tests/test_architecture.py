"""The house: imports run downwards, late ones too; heavy libraries stay behind their fences; a name says one thing."""

import ast
import functools
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import package_source
import pytest

PACKAGE = Path(__file__).parents[1] / "diffcompare"

FLOORS = [
    {
        "diagnostics",
        "localization",
        "document",
        "safe_io",
        "output_folder",
        "processes",
        "worker_process",
        "collection_pause",
        "user_folders",
    },
    {"language"},
    {"numeric", "formatting"},
    {"recording"},
    {"backends", "engines", "inputs", "codegen", "tape", "grids"},
    {"truth", "verify", "misconceptions"},
    {"render"},
    {"studies"},
    {"gradcheck", "batch", "classroom", "api"},
    {"cli", "__main__", "__init__"},
]
"""The packages, and the modules beside them, from the ground up.  A new one is entered here."""

EXPRESSION = "language.expression"
CYCLIC = {
    EXPRESSION,  # an expression shows itself, is pickled as text, and is raised to a power by the table
}
"""The modules whose late imports may close a cycle."""

MAY_RECUR = {"__init__", "report"}
"""Base names that may occur more than once, beside media of pictures, commands, and demos named after their subject."""

MAX_MODULES = 455
MAX_LATE_IMPORTS = 116
MAX_TYPE_IMPORTS = 97
MAX_LOADED_MODULES = 63
MAX_MODULE_LINES = 450
"""The ledger: what is smaller may become the new limit; what has to grow needs a reason.  `python
tests/benchmarks/ledger.py` prints the counts."""


def modules():
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        yield ".".join(parts), path


MODULES = dict(modules())


def place(name):
    """Return the package of a module, or the module itself where it stands beside them."""
    return name.split(".")[0]


def floor(name):
    """Return the number of the floor that a module stands on, from 0."""
    return next(number for number, places in enumerate(FLOORS) if place(name) in places)


def tree(name):
    return package_source.trees()[MODULES[name]]


def imports(node, *, early=True):
    """Yield (module, whether it is imported when the importer is) for every import, those for type checkers apart."""
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
        return
    if isinstance(node, ast.Import):
        yield from ((alias.name, early) for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, f"imports are absolute: {ast.unparse(node)}"
        for imported in (f"{node.module}.{alias.name}" for alias in node.names):
            yield imported, early
            if own(imported) is None:  # a name in the module, and not a module in the package
                yield node.module, early
    elif isinstance(node, ast.stmt | ast.Module | ast.ExceptHandler):
        early = early and not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.iter_child_nodes(node):
            yield from imports(inner, early=early)


@functools.cache
def all_imports():
    """Return the imports of every module."""
    return {name: set(imports(tree(name))) for name in MODULES}


@functools.cache
def own(imported):
    """Return the module of ours that an import names, None for others."""
    if not imported.startswith("diffcompare."):
        return None
    name = imported.removeprefix("diffcompare.")
    return next((candidate for candidate in (f"{name}.__init__", name) if candidate in MODULES), None)


def test_every_module_has_a_floor():
    assert {place(name) for name in MODULES} == set().union(*FLOORS)


def test_imports_run_downwards_late_ones_too():
    for name, targets in all_imports().items():
        for target in {own(imported) for imported, _ in targets} - {None, name}:
            assert floor(target) <= floor(name), (
                f"{name} (floor {floor(name)}) imports {target} (floor {floor(target)})"
            )


def test_there_is_no_cycle_but_through_named_late_imports():
    graph = {
        name: {own(imported) for imported, early in targets if early or name not in CYCLIC} - {None, name}
        for name, targets in all_imports().items()
    }
    while graph:
        free = [name for name, needs in graph.items() if not needs & set(graph)]
        assert free, f"a cycle among {sorted(graph)}"
        for name in free:
            del graph[name]


def test_a_base_name_occurs_once():
    counted = Counter(
        name.rpartition(".")[2]
        for name in MODULES
        if not name.startswith(("render.", "cli.commands.", "classroom.demos."))
    )
    assert {name for name, times in counted.items() if times > 1} <= MAY_RECUR


def test_a_class_name_occurs_once():
    homes = defaultdict(list)
    for path, node in package_source.nodes(ast.ClassDef):
        homes[node.name].append(path)
    assert {name for name, where in homes.items() if len(where) > 1} <= {"Variable"}  # the tape's, as in PyTorch


def imports_of_our_own(name):
    """Yield every import statement of one of our modules as `early`, `late` (in a function) or `type` (for checkers)."""

    def walk(node, kind):
        for inner in ast.iter_child_nodes(node):
            if isinstance(inner, ast.ImportFrom) and (inner.module or "").split(".")[0] == "diffcompare":
                yield kind
            elif isinstance(inner, ast.If) and "TYPE_CHECKING" in ast.dump(inner.test):
                yield from walk(inner, "type")
            elif isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
                yield from walk(inner, "late")
            elif not isinstance(inner, ast.expr):
                yield from walk(inner, kind)

    yield from walk(tree(name), "early")


def count_imports():
    """Count the import statements of our own modules by kind."""
    return Counter(kind for name in MODULES for kind in imports_of_our_own(name))


def loaded_by_grad():
    """Return the modules of ours that the default `grad` loads."""
    code = (
        "import sys; from diffcompare.cli import main; main(['grad', 'x^2*sin(x)', '--at', 'x=1.5']);"
        "print(*[name for name in sys.modules if name.split('.')[0] == 'diffcompare'], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PACKAGE.parent)
    return done.stderr.split()


def lines_of(name):
    return len(MODULES[name].read_text(encoding="utf-8").splitlines())


def test_the_ledger_does_not_grow():
    counts = count_imports()
    house = [name for name in MODULES if not name.startswith("engines.libraries.")]  # an engine more is a file more
    assert len(house) <= MAX_MODULES
    assert counts["late"] <= MAX_LATE_IMPORTS
    assert counts["type"] <= MAX_TYPE_IMPORTS


def test_a_question_loads_few_modules():
    loaded = loaded_by_grad()
    assert "diffcompare.backends.symbolic.client" in loaded
    assert len(loaded) <= MAX_LOADED_MODULES, sorted(loaded)


def test_a_module_is_read_in_one_sitting():
    long = {name for name in MODULES if lines_of(name) > MAX_MODULE_LINES}
    assert long <= {"language.operations", "__init__"}  # the table has a row for every operation, the map for a file


def test_packages_do_not_hand_on_what_their_modules_define():
    """A name is imported from the module that defines it; only the package itself and the tape are doors."""
    for name in MODULES:
        if name.endswith(".__init__"):
            assert "__all__" not in {
                target.id
                for node in tree(name).body
                if isinstance(node, ast.Assign)
                for target in node.targets
                if isinstance(target, ast.Name)
            } or name in ("cli.__init__", "render.__init__", "tape.__init__"), name


FENCES = {
    "sympy": lambda name: name.startswith("backends.symbolic."),
    "rich": lambda name: name == "render.terminal",
    "typer": lambda name: name.startswith("cli."),
    "click": lambda name: name.startswith("cli."),
    "numpy": lambda name: (
        name
        in (
            "codegen.vector_program",
            "gradcheck.flat_arguments",
            "studies.array_function",
            "studies.compiled_function",
            "recording.arrays",
            "recording.numpy_functions",
            "recording.elementwise",
            "recording.linear_algebra",
            "recording.matrix_values",
            "recording.numpy_module",
            "gradcheck.function_check",
            "gradcheck.backward_mistakes",
        )
        or name.startswith(("tape.", "grids.", "engines.libraries."))
    ),  # f takes arrays
    "distributed": lambda name: name == "batch.dask_pool",
    "openpyxl": lambda name: name == "inputs.workbook",
    "python_calamine": lambda name: name == "inputs.workbook",
    "typst": lambda name: name == "render.picture_file",
    "flint": lambda name: name == "numeric.arb_functions",  # with a stand-in where it is missing
}
"""Libraries, and the only modules that may import them at all."""


@pytest.mark.parametrize("library", FENCES)
def test_a_library_stays_behind_its_fence(library):
    users = {
        name for name, targets in all_imports().items() for imported, _ in targets if imported.split(".")[0] == library
    }
    assert all(map(FENCES[library], users)), users


def test_mpmath_is_imported_late():
    users = {
        name
        for name, targets in all_imports().items()
        for imported, early in targets
        if early and imported.split(".")[0] == "mpmath"
    }
    assert not users


def test_no_module_is_a_drawer_for_odds_and_ends():
    words = ("utils", "util", "helpers", "helper", "common", "misc", "manager", "base")
    assert not [name for name in MODULES if name.split(".")[-1] in words]


def test_nothing_evaluates_text():
    """`dc.function` compiles source of its own: names and numbers that no user typed, without any builtin."""
    for path, node in package_source.nodes(ast.Call):
        if isinstance(node.func, ast.Name):
            compiles = path == MODULES["codegen.point_program"] and node.func.id == "exec"
            assert compiles or node.func.id not in ("eval", "exec", "sympify", "__import__"), path


@pytest.mark.parametrize(
    "module",
    [
        "diffcompare",
        "diffcompare.studies.compare",
        "diffcompare.language.parser",
        "diffcompare.backends.automatic",
        "diffcompare.backends.finite_differences",
        "diffcompare.gradcheck.gradient_check",
    ],
)
def test_heavy_libraries_are_imported_when_they_are_used(module):
    heavy = ("sympy", "mpmath", "flint", "numpy", "rich", "typer", "pydantic", "importlib.metadata")
    code = f"import sys, {module}; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PACKAGE.parent)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("call", ["dc.gradient('x^2*sin(x)', {'x': 2})", "dc.check(math.sin, math.cos, 1.0).ok"])
def test_numbers_need_none_of_them_either(call):
    code = (
        f"import math, sys, diffcompare as dc; assert {call};"
        "print([name for name in ('sympy', 'mpmath', 'flint', 'numpy', 'rich', 'typer') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PACKAGE.parent)
    assert done.stdout == "[]\n"


def test_a_partial_beyond_doubles_is_refused_without_loading_the_truth():
    code = (
        "import sys, diffcompare as dc\n"
        "try: dc.gradient(f'x^{2**1030}', {'x': 1})\n"
        "except dc.DiffcompareError as error: print(error.diagnostic.kind, 'flint' in sys.modules)\n"
        "try: dc.gradient('min(x, 2*x)*1e300*1e300', {'x': 0})\n"
        "except dc.DiffcompareError as error: print(error.diagnostic.kind)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PACKAGE.parent)
    assert done.stdout == "overflow False\nnondifferentiable\n"


def test_whoever_reads_the_table_takes_it_from_where_it_is_filled():
    """The empty one of `expression` would do only if some other module had been imported before."""
    users = {
        name for name, targets in all_imports().items() if (f"diffcompare.{EXPRESSION}.OPERATIONS", True) in targets
    }
    assert users == {"language.operations"}


FIRST = [
    "from diffcompare.codegen import program; from diffcompare.language.parser import parse;"
    "assert 'math.cos' in program(parse('sin(x)'), ['x'], ['x'], None, None, 'python')",
    "from diffcompare.language.expression import Variable; x = Variable('x'); assert str(1 - x*x/x + 2) == '1 - x*x/x + 2'",
    "from diffcompare.language.serialization import decode;"
    "assert str(decode({'code': [['variable', 'x'], ['sin', 0]], 'roots': [1]})[0]) == 'sin(x)'",
    "from diffcompare.studies.trace_wording import Wording",
    "from diffcompare.misconceptions.kinds import KINDS; assert KINDS",
    "from diffcompare.recording.recorder import record; assert record(lambda x: x*x + 1, {'x': 2.0}).steps",
    "from diffcompare.numeric.balls import ROWS; from diffcompare.language.operations import OPERATIONS; assert ROWS[OPERATIONS['sin']]",
]
"""What a caller may import first of all, and use."""


def test_any_module_may_be_the_first_to_be_imported():
    forget = "for name in [name for name in sys.modules if name.startswith('diffcompare')]: del sys.modules[name]"
    code = "import sys\n" + f"\n{forget}\n".join(FIRST)
    subprocess.run([sys.executable, "-c", code], check=True, cwd=PACKAGE.parent)


TESTS = Path(__file__).parent
ABOUT_A_PACKAGE = {
    ".": {
        "adding_an_operation",
        "architecture",
        "docstrings",
        "hostile",
        "large",
        "map",
        "readme",
        "rows",
        "sessions",
    },
    "classroom/demos": {"figures", "missing", "sentences", "translation"},
    "render": {"render", "short_form"},
    "studies": {"docstrings"},
}
"""Tests of a whole package, by its folder, and of the tables that tests have (`rows`); all others are named after the module that they test."""


def test_a_test_is_named_after_the_module_that_it_tests():
    """`tests/language/test_tokenizer_adjacency.py` is about `language/tokenizer.py`."""
    for path in sorted(TESTS.rglob("test_*.py")):
        folder = path.parent.relative_to(TESTS)
        subject = path.stem.removeprefix("test_")
        names = [entry.stem for entry in (PACKAGE / folder).iterdir() if entry.suffix == ".py" or entry.is_dir()]
        assert subject in ABOUT_A_PACKAGE.get(folder.as_posix(), ()) or any(
            f"{subject}_".startswith(f"{name}_") for name in names
        ), f"{path.relative_to(TESTS)} is named after no module of {folder.as_posix()}"
