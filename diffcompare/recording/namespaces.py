"""The names that a function uses while it is recorded: those of `math` and NumPy record, all others stay.

They are put into the function's own globals and closures, and into those of the helpers, classes and objects that it
reaches in the user's files, for the time of the recording; the modules `math` and `numpy` themselves are never touched.
The stand-ins are the originals for plain doubles, so that whatever else runs meanwhile computes as ever.
"""

from __future__ import annotations

import functools
import math
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import CellType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from diffcompare.recording import math_functions
from diffcompare.recording.recorded_number import RecordedNumber
from diffcompare.recording.source_lines import is_user_file

LOCK = threading.RLock()  # held while a function is recorded, as the names in its globals are shared by all threads
MAX_REACHED = 2_000  # functions, classes and objects that are looked at
MAX_ITEMS = 64  # of a container that may hold functions: a larger one holds data

# A name under which a stand-in can be imported: no module can have it.
_IMPORTED = "diffcompare: recorded {}"


@contextmanager
def recorded_names(function: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    """Let the names of `math` and NumPy that a function reaches record, until the context ends.

    Yields the function to call: the one given, or what stands in for it where it is a cache.
    """
    with LOCK:
        reached = list(reached_from(function))
        imported = {name for _, owner in reached if owner is not None for name in imports_of(owner.__code__)}
        stand_ins = _stand_ins(imported)
        caches = [item for item, owner in reached if owner is None and isinstance(item, _Cache)]
        stand_ins |= {id(cache): _Memo(cache) for cache in caches}
        undo: list[Callable[[], None]] = []
        try:
            for namespace, owner in reached:
                if isinstance(namespace, type):
                    _replace_attributes(namespace, stand_ins, undo)
                elif isinstance(namespace, dict | list):
                    _replace_values(namespace, stand_ins, undo)
                if owner is not None:
                    for cell in owner.__closure__ or ():
                        _replace_content(cell, stand_ins, undo)
                    if imported:
                        _replace_imports(owner, imported, stand_ins, undo)
            yield stand_ins.get(id(function), function)
        finally:
            for step in reversed(undo):
                step()


_Cache = functools._lru_cache_wrapper


class _Memo:
    """Stands in for a function with a cache while it is recorded, and forgets afterwards.

    Recorded numbers are told apart by their places on the tape, and not by their values, which may be equal.
    """

    def __init__(self, cache: Any) -> None:
        self.__wrapped__ = cache.__wrapped__
        self.cache = cache
        self.known: dict[Any, Any] = {}

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        key = (tuple(map(_identity, arguments)), tuple([(name, _identity(value)) for name, value in named.items()]))
        if key not in self.known:
            self.known[key] = self.__wrapped__(*arguments, **named)
        return self.known[key]

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else MethodType(self, instance)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.cache, name)


def _identity(argument: Any) -> Any:
    """Return what tells an argument of a cached function from others."""
    if type(argument) is RecordedNumber:
        return id(argument.tape), argument.place
    return tuple(map(_identity, argument)) if type(argument) is tuple else argument


def _stand_ins(imported: set[str]) -> dict[int, Any]:
    """Return what stands in for modules and functions, by the identity of the original."""
    stand_ins: dict[int, Any] = {id(math): math_functions.MATH}
    for name, function in math_functions.FUNCTIONS.items():
        stand_ins[id(getattr(math, name))] = function
    if "numpy" in sys.modules or "numpy" in imported:
        from diffcompare.recording import numpy_module

        stand_ins |= numpy_module.stand_ins()
    return stand_ins


def _replace_values(container: Any, stand_ins: dict[int, Any], undo: list[Callable[[], None]]) -> None:
    """Put stand-ins into a dictionary (of globals, of an object, of functions by name) or a list."""
    items = container.items() if isinstance(container, dict) else enumerate(container)
    originals = {key: value for key, value in items if id(value) in stand_ins}
    for key, value in originals.items():
        container[key] = stand_ins[id(value)]
    if originals:
        undo.append(lambda: _restore(container, originals, stand_ins))


def _restore(container: Any, originals: dict[Any, Any], stand_ins: dict[int, Any]) -> None:
    """Put values back, except those that the function has set itself."""
    for key, value in originals.items():
        with suppress(LookupError):
            if container[key] is stand_ins[id(value)]:
                container[key] = value


def _replace_attributes(owner: type, stand_ins: dict[int, Any], undo: list[Callable[[], None]]) -> None:
    """Put stand-ins into a class of the user's."""
    for name, value in list(vars(owner).items()):
        if id(value) in stand_ins:
            setattr(owner, name, stand_ins[id(value)])
            undo.append(functools.partial(setattr, owner, name, value))


def _replace_content(cell: CellType, stand_ins: dict[int, Any], undo: list[Callable[[], None]]) -> None:
    original = _content(cell)
    stand_in = stand_ins.get(id(original))
    if stand_in is not None:
        cell.cell_contents = stand_in
        undo.append(lambda: setattr(cell, "cell_contents", original))


def _content(cell: CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # a name that has no value yet
        return None


def _replace_imports(
    function: FunctionType, imported: set[str], stand_ins: dict[int, Any], undo: list[Callable[[], None]]
) -> None:
    """Let `import math` in the body of a function import the stand-in."""
    original = function.__code__
    changed = _with_imports(original)
    if changed is original:
        return
    for name in imported:
        sys.modules[_IMPORTED.format(name)] = stand_ins[id(sys.modules[name])]
    function.__code__ = changed

    def restore() -> None:
        function.__code__ = original
        for name in imported:
            sys.modules.pop(_IMPORTED.format(name), None)

    undo.append(restore)


def _with_imports(code: CodeType) -> CodeType:
    """Return the code with the names of imported modules changed to those of their stand-ins, inner functions too."""
    constants = tuple(_with_imports(item) if isinstance(item, CodeType) else item for item in code.co_consts)
    imported = _imported_here(code)
    if not imported and all(new is old for new, old in zip(constants, code.co_consts, strict=True)):
        return code
    names = tuple(_IMPORTED.format(name) if name in imported else name for name in code.co_names)
    return code.replace(co_consts=constants, co_names=names)


@functools.lru_cache(maxsize=1024)
def imports_of(code: CodeType) -> frozenset[str]:
    """Return which modules with stand-ins the body of a function imports, those of inner functions too."""
    inner = [imports_of(item) for item in code.co_consts if isinstance(item, CodeType)]
    return _imported_here(code).union(*inner)


@functools.lru_cache(maxsize=1024)
def _imported_here(code: CodeType) -> frozenset[str]:
    """Return which modules with stand-ins code imports, where their name means nothing else in it."""
    if not {"math", "numpy"}.intersection(code.co_names):
        return frozenset()
    import dis

    uses: dict[Any, set[str]] = {}
    for instruction in dis.get_instructions(code):
        if instruction.opcode in dis.hasname and instruction.argval in ("math", "numpy"):
            uses.setdefault(instruction.argval, set()).add(instruction.opname)
    return frozenset(name for name, opcodes in uses.items() if opcodes == {"IMPORT_NAME"})


def reached_from(function: Any) -> Iterator[tuple[Any, FunctionType | None]]:
    """Yield the functions of the user's code that a function reaches, and every dictionary and list once."""
    stack, seen = [function], set[int]()
    while stack and len(seen) < MAX_REACHED:
        item = stack.pop()
        if id(item) in seen:
            continue
        seen.add(id(item))
        if isinstance(item, FunctionType):
            if item is not function and not is_user_file(item.__code__.co_filename):
                stack += _wrapped(item)
                continue
            yield None if id(item.__globals__) in seen else item.__globals__, item
            seen.add(id(item.__globals__))
            stack += [_content(cell) for cell in item.__closure__ or ()]
            stack += _named(item.__code__, item.__globals__)
            stack += (item.__defaults__ or (), item.__kwdefaults__)
        elif isinstance(item, _Cache):
            yield item, None
            stack.append(item.__wrapped__)
        elif isinstance(item, type) and is_users_class(item):
            yield item, None
            stack += [*vars(item).values(), *item.__mro__[1:-1]]
        elif isinstance(item, dict | list):
            if len(item) <= MAX_ITEMS:
                yield item, None
                stack += item.values() if isinstance(item, dict) else item
        else:
            stack += _parts(item)


def _named(code: CodeType, namespace: dict[str, Any]) -> list[Any]:
    """Return the globals that code names, inner functions too."""
    values = [namespace[name] for name in code.co_names if name in namespace]
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            values += _named(constant, namespace)
    return values


def _wrapped(function: FunctionType) -> list[Any]:
    """Return what a decorator of a library wraps."""
    return [_content(cell) for cell in function.__closure__ or () if callable(_content(cell))]


def _parts(item: Any) -> list[Any]:
    """Return the functions behind an object: of a method, a partial, a class, or an object of the user's classes."""
    if isinstance(item, MethodType):
        return [item.__func__, item.__self__]
    if isinstance(item, functools.partial):
        return [item.func, *item.args, *item.keywords.values()]
    if isinstance(item, classmethod | staticmethod):
        return [item.__func__]
    if isinstance(item, property):
        return [item.fget]
    if isinstance(item, tuple):
        return list(item[:MAX_ITEMS])
    if isinstance(item, type):
        return []
    if isinstance(item, ModuleType):
        return _functions_of(item)
    wrapped = getattr(item, "__wrapped__", None) or getattr(item, "pyfunc", None)  # np.vectorize has the latter
    if wrapped is not None:
        return [wrapped]
    return [type(item), getattr(item, "__dict__", None)] if is_users_class(type(item)) else []


def is_users_class(kind: type) -> bool:
    """Tell whether a class is written in a file of the user's."""
    module = sys.modules.get(kind.__module__)
    file = getattr(module, "__file__", None)
    if kind.__module__ in ("__main__", "__mp_main__"):
        return True
    return any(
        isinstance(part, FunctionType) and is_user_file(part.__code__.co_filename) for part in vars(kind).values()
    ) or (file is not None and is_user_file(file))


def _functions_of(module: ModuleType) -> list[Any]:
    """Return the functions and classes of a module of the user's, where it is one."""
    file = getattr(module, "__file__", None)
    if file is None or not is_user_file(file):
        return []
    return [value for value in vars(module).values() if isinstance(value, FunctionType | type)]
