"""Values that a function can reach: in its globals, closures and defaults, in classes, objects and containers.

A search finds the functions, containers and objects of the user's code; in each there are places, and another value can
be put into a place.
"""

from __future__ import annotations

import functools
import gc
import sys
from collections import ChainMap, deque
from collections.abc import Callable, Iterator
from types import CellType, CodeType, FunctionType, MappingProxyType, MethodType, ModuleType, SimpleNamespace
from typing import Any

from diffcompare.recording.recorded_number import RecordedNumber
from diffcompare.recording.source_lines import is_user_file

MAX_REACHED = 2_000  # functions, classes and objects that are looked at
MAX_ITEMS = 64  # of a container that may hold functions: a larger one holds data

_HOLDERS = (SimpleNamespace, ChainMap, functools.partialmethod)  # of a library, with what the user put into them
_SEQUENCES = (tuple, set, frozenset)

Place = tuple[Any, Callable[[Any], None]]


# --- The search -------------------------------------------------------------------------------------------------------


def reached_from(function: Any) -> Iterator[Any]:
    """Yield the functions, containers, classes and objects of the user's code that a function reaches, each once."""
    stack, seen = [function], set[int]()
    kept = []  # so that no identity is used twice
    while stack and len(seen) < MAX_REACHED:
        item = stack.pop()
        if id(item) in seen:
            continue
        seen.add(id(item))
        kept.append(item)
        if isinstance(item, FunctionType):
            if item is not function and not is_user_file(item.__code__.co_filename):
                stack += _wrapped(item)
                continue
            yield item
            if id(item.__globals__) not in seen:
                seen.add(id(item.__globals__))
                yield item.__globals__
            stack += _named(item.__code__, item.__globals__)
            stack += [value for value, _ in places(item)]
        elif isinstance(item, type):
            if is_users_class(item):
                yield item
                stack += [*vars(item).values(), *item.__mro__[1:-1]]
        elif isinstance(item, dict | list | deque):
            if len(item) <= MAX_ITEMS:
                yield item
                stack += item.values() if isinstance(item, dict) else item
        elif is_users_class(type(item)):
            yield item
            stack += [type(item), *[value for value, _ in places(item)]]
            stack += list(item)[:MAX_ITEMS] if isinstance(item, _SEQUENCES) else ()
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
    return [content_of(cell) for cell in function.__closure__ or () if callable(content_of(cell))]


def _parts(item: Any) -> list[Any]:
    """Return what is behind an object of a library: the function of a method, the items of a tuple."""
    if isinstance(item, MethodType):
        return [item.__func__, item.__self__]
    if isinstance(item, functools.partial):
        return [item.func, *item.args, *item.keywords.values()]
    if isinstance(item, classmethod | staticmethod):
        return [item.__func__]
    if isinstance(item, property):
        return [item.fget]
    if isinstance(item, _SEQUENCES):
        return list(item)[:MAX_ITEMS]
    if isinstance(item, MappingProxyType):
        return gc.get_referents(item)  # the dictionary that it shows
    if isinstance(item, _HOLDERS):
        return [vars(item)]
    if isinstance(item, ModuleType):
        return _functions_of(item)
    wrapped = getattr(item, "__wrapped__", None) or getattr(item, "pyfunc", None)  # np.vectorize has the latter
    return [] if wrapped is None else [wrapped]


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
    """Return the functions, classes and tables of functions of a module of the user's, where it is one."""
    file = getattr(module, "__file__", None)
    if file is None or not is_user_file(file):
        return []
    return [vars(module), *[value for value in vars(module).values() if isinstance(value, FunctionType | type | dict)]]


# --- Places -----------------------------------------------------------------------------------------------------------


def places(container: Any) -> Iterator[Place]:
    """Yield every value in a container, a function or an object, with a function that puts another in its place."""
    if isinstance(container, dict):
        for key in list(container):
            if type(key) is RecordedNumber or type(key) is tuple:
                yield key, lambda other, key=key: container.__setitem__(other, container.pop(key))  # type: ignore[misc]
        for key, value in list(container.items()):
            yield value, functools.partial(container.__setitem__, key)
    elif isinstance(container, list | deque):
        for place, value in enumerate(list(container)):
            yield value, functools.partial(container.__setitem__, place)
    elif isinstance(container, FunctionType):
        for cell in container.__closure__ or ():
            yield content_of(cell), functools.partial(setattr, cell, "cell_contents")
        yield container.__defaults__, functools.partial(setattr, container, "__defaults__")
        for values in (container.__kwdefaults__ or {}, vars(container)):
            yield from places(values)
    elif isinstance(container, type):
        for name, value in list(vars(container).items()) if is_users_class(container) else ():
            yield value, functools.partial(setattr, container, name)
    elif is_users_class(type(container)):
        for name in _attributes(container):
            yield getattr(container, name), functools.partial(object.__setattr__, container, name)


def content_of(cell: CellType) -> Any:
    """Return what a cell of a closure holds; None for a name that has no value yet."""
    try:
        return cell.cell_contents
    except ValueError:
        return None


def _attributes(item: Any) -> list[str]:
    """Return the names of the attributes that an object has itself, in its dictionary or in slots."""
    slots = [name for kind in type(item).__mro__ for name in _slots(kind)]
    return [*getattr(item, "__dict__", ()), *[name for name in slots if hasattr(item, name)]]


def _slots(kind: type) -> tuple[str, ...]:
    slots = vars(kind).get("__slots__", ())
    names = (slots,) if isinstance(slots, str) else tuple(slots)
    return tuple(name for name in names if not name.startswith("__"))
