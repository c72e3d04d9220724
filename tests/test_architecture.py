"""The house of the design: imports run downwards, heavy libraries stay behind their fences, nothing is circular."""

import ast
import functools
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "diffcompare"

FLOORS = {
    # floor 4: the command line
    "cli": 4,
    "__main__": 4,
    # floor 3: studies, and the names that a library user sees
    "studies": 3,
    "__init__": 3,
    # floor 2: ways of differentiating, the truth, ways of writing
    **dict.fromkeys(("backends", "render", "truth", "checking", "mistakes"), 2),
    # floor 1: the table, the language, questions
    **dict.fromkeys(
        ("operations", "special", "evaluation", "single", "wide", "sweeps", "work", "problem", "processes"), 1
    ),
    **dict.fromkeys(("parser", "lexer", "adjacency", "grammar", "numerals", "characters", "printer", "typeset"), 1),
    **dict.fromkeys(("diagnostics", "explain", "catalogue", "expression_file", "matching", "naming"), 1),
    **dict.fromkeys(("point", "hand", "source", "rows", "recording", "conditions", "spans", "tidying", "codegen"), 1),
    **dict.fromkeys(("equations", "encodings", "titles", "commas", "file_kinds"), 1),
    # floor 0: what everything is made of
    **dict.fromkeys(("expression", "wengert", "document", "language"), 0),
}
"""The floor of every package and of every module beside them.  A new one is entered here."""

LATE_AND_UPWARDS = {
    ("expression", "operations"),  # x**2 is read by the rules of the table
    ("expression", "parser"),  # an expression is pickled as its text
    ("expression", "printer"),  # and shows itself
    ("point", "backends"),  # a point that nobody gave is one where the gradient is finite
}
"""The few imports inside functions that run upwards."""


def modules():
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        yield ".".join(parts), path


MODULES = dict(modules())


def place(name):
    """The package of a module, or the module itself where it stands beside them."""
    return name.split(".")[0]


@functools.cache
def tree(name):
    return ast.parse(MODULES[name].read_text(encoding="utf-8"))


def imports(node, *, early=True):
    """(module, whether it is imported when the importer is) for every import below, those for type checkers apart."""
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
        return
    if isinstance(node, ast.Import):
        yield from ((alias.name, early) for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, f"imports are absolute: {ast.unparse(node)}"
        yield node.module, early
        yield from ((f"{node.module}.{alias.name}", early) for alias in node.names)
    elif isinstance(node, ast.stmt | ast.Module | ast.ExceptHandler):
        early = early and not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.iter_child_nodes(node):
            yield from imports(inner, early=early)


@functools.cache
def all_imports():
    """The imports of every module."""
    return {name: set(imports(tree(name))) for name in MODULES}


def own(imported):
    """The module of ours that an import names, None for others."""
    if imported != "diffcompare" and not imported.startswith("diffcompare."):
        return None
    name = imported.removeprefix("diffcompare").lstrip(".")
    for candidate in (f"{name}.__init__" if name else "__init__", name):
        if candidate in MODULES:
            return candidate
    return None


def test_every_module_has_a_floor():
    assert {place(name) for name in MODULES} == set(FLOORS)


def test_imports_run_downwards():
    for name, found in all_imports().items():
        for imported, early in found:
            target = own(imported)
            # The package itself is imported for its version.
            if target in (None, name, "__init__") or name == "__init__":
                continue
            upwards = FLOORS[place(target)] > FLOORS[place(name)]
            allowed = not early and (place(name), place(target)) in LATE_AND_UPWARDS
            assert not upwards or allowed, f"{name} (floor {FLOORS[place(name)]}) imports {target}"


def test_no_late_import_upwards_is_allowed_in_vain():
    late = {
        (place(name), place(own(imported)))
        for name, found in all_imports().items()
        for imported, early in found
        if own(imported) and not early
    }
    assert late >= LATE_AND_UPWARDS


def test_there_is_no_cycle():
    """Among the imports at the head of modules."""
    graph = {
        name: {own(imported) for imported, early in found if early and own(imported) not in (None, name)}
        for name, found in all_imports().items()
    }
    while graph:
        free = [name for name, needs in graph.items() if not needs & set(graph)]
        assert free, f"a cycle among {sorted(graph)}"
        for name in free:
            del graph[name]


FENCES = {
    "sympy": lambda name: name.startswith("backends.symbolic"),
    "rich": lambda name: name == "render.terminal",
    "typer": lambda name: name == "cli" or name.startswith("cli."),
    "click": lambda name: name.startswith("cli."),
    "numpy": lambda name: name == "studies.callables.place",  # f takes arrays
    "openpyxl": lambda name: name == "rows.workbook",
    "distributed": lambda name: name == "studies.batch.cluster",
}
"""Libraries, and the only modules that may import them at all."""


@pytest.mark.parametrize("library", FENCES)
def test_a_library_stays_behind_its_fence(library):
    users = {
        name for name, found in all_imports().items() for imported, _ in found if imported.split(".")[0] == library
    }
    assert all(map(FENCES[library], users)), users


def test_mpmath_is_imported_late_or_where_balls_are_at_work():
    users = {
        name
        for name, found in all_imports().items()
        for imported, early in found
        if early and imported.split(".")[0] == "mpmath"
    }
    assert all(name.startswith("checking.") for name in users), users


def test_no_module_is_a_drawer_for_odds_and_ends():
    words = ("utils", "util", "helpers", "helper", "common", "misc", "manager", "base")
    assert not [name for name in MODULES if name.split(".")[-1] in words]


def test_nothing_evaluates_text():
    for name in MODULES:
        for node in ast.walk(tree(name)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("eval", "exec", "sympify", "__import__"), name


@pytest.mark.parametrize(
    "module",
    [
        "diffcompare",
        "diffcompare.studies.compare",
        "diffcompare.parser",
        "diffcompare.backends.reverse",
        "diffcompare.backends.numerical",
        "diffcompare.studies.callables",
    ],
)
def test_heavy_libraries_are_imported_when_they_are_used(module):
    heavy = ("sympy", "mpmath", "numpy", "rich", "typer", "pydantic", "importlib.metadata")
    code = f"import sys, {module}; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PACKAGE.parent)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("call", ["dc.gradient('x^2*sin(x)', {'x': 2})", "dc.check(math.sin, math.cos, 1.0).ok"])
def test_numbers_need_none_of_them_either(call):
    code = (
        f"import math, sys, diffcompare as dc; assert {call};"
        "print([name for name in ('sympy', 'mpmath', 'numpy', 'rich', 'typer') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PACKAGE.parent)
    assert done.stdout == "[]\n"


def test_whoever_reads_the_table_takes_it_from_where_it_is_filled():
    """The empty one of `expression` would do only if some other module had been imported before."""
    users = {name for name, found in all_imports().items() if ("diffcompare.expression.OPERATIONS", True) in found}
    assert users == {"operations"}


FIRST = [
    "from diffcompare.codegen import program; from diffcompare.parser import parse;"
    "assert 'math.cos' in program(parse('sin(x)'), ['x'], ['x'], None, None, 'python')",
    "from diffcompare.expression import Variable; x = Variable('x'); assert str(1 - x*x/x + 2) == '1 - x*x/x + 2'",
    "from diffcompare.backends.wire import decode;"
    "assert str(decode({'code': [['variable', 'x'], ['sin', 0]], 'roots': [1]})[0]) == 'sin(x)'",
    "from diffcompare.studies.traces.wording import Wording",
    "from diffcompare.mistakes.kinds import KINDS; assert KINDS",
    "from diffcompare.recording import record; assert record(lambda x: x*x + 1, {'x': 2.0}).steps",
    "from diffcompare.truth.ball import OPERATIONS; assert 'sin' in OPERATIONS",
]
"""What a caller may import first of all, and use."""


def test_any_module_may_be_the_first_to_be_imported():
    forget = "for name in [each for each in sys.modules if each.startswith('diffcompare')]: del sys.modules[name]"
    code = "import sys\n" + f"\n{forget}\n".join(FIRST)
    subprocess.run([sys.executable, "-c", code], check=True, cwd=PACKAGE.parent)
