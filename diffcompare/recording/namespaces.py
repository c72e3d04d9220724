"""The names that a function uses while it is recorded: those of `math` and NumPy record, all others stay.

They are put into the function's own globals, closures and defaults, and into those of the helpers, classes and objects
that it reaches in the user's files, for the time of the recording; the modules `math` and `numpy` themselves are never
touched.  The stand-ins are the originals for plain doubles, so that whatever else runs meanwhile computes as ever.
"""

from __future__ import annotations

import functools
import math
import statistics
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import CodeType, FunctionType, MethodType
from typing import Any

from diffcompare.recording import math_functions, statistics_functions
from diffcompare.recording.math_functions import recording_pairs
from diffcompare.recording.reachable import MAX_ITEMS, places, reached_from
from diffcompare.recording.recorded_number import RecordedNumber, open_tapes

LOCK = threading.RLock()  # held while a function is recorded, as the names in its globals are shared by all threads
MAX_NESTED = 8  # tuples in tuples that are looked into

# A name under which a stand-in can be imported: no module can have it.
_IMPORTED = "diffcompare: recorded {}"
_MODULES = frozenset(("math", "numpy", "statistics", "functools"))  # that have stand-ins


@contextmanager
def recorded_names(
    function: Callable[..., Any], names: Callable[[], Sequence[tuple[Any, Any]]] | None = None
) -> Iterator[Callable[..., Any]]:
    """Let the names of `math` and NumPy that a function reaches record, until the context ends.

    `names` returns pairs of an original and what stands in for it, by default what records number by number.
    Yields the function to call: the one given, or what stands in for it where it is a cache, or a partial of one.
    """
    with LOCK:
        reached = list(reached_from(function))
        functions = [item for item in reached if isinstance(item, FunctionType)]
        imported = {name for item in functions for name in imports_of(item.__code__)}
        exchange = _Exchange(
            _pairs("numpy" in sys.modules or "numpy" in imported) if names is None else _Pairs(names())
        )
        codes = {item: item.__code__ for item in functions if imports_of(item.__code__)}
        try:
            for container in reached:
                _put(container, exchange.stand_in)
            for item, code in codes.items():
                item.__code__ = _with_imports(code)
            for name in imported:
                sys.modules[_IMPORTED.format(name)] = exchange.stand_in(sys.modules[name])
            yield exchange.stand_in(function)
        finally:
            for container in reached:
                _put(container, exchange.original)
            for item, code in codes.items():
                item.__code__ = code
            for name in imported:
                sys.modules.pop(_IMPORTED.format(name), None)


def _put(container: Any, exchange: Callable[[Any], Any]) -> None:
    """Exchange the values in a container, where they have another."""
    if type(container) is dict and _NAMED.issuperset(map(type, container)):  # the names of a module, as a rule
        for name, value in list(container.items()):
            if type(value) not in _INERT:
                other = exchange(value)
                if other is not value:
                    container[name] = other
        return
    for value, put in places(container):
        other = exchange(value)
        if other is not value:
            with suppress(AttributeError, TypeError):  # of an object that takes no other value
                put(other)


class _Exchange:
    """Exchanges functions and modules for what stands in for them, and back, inside of tuples and partials too."""

    def __init__(self, pairs: _Pairs) -> None:
        self.pairs = pairs
        self.stand_ins: dict[int, Any] = {}  # made here, by the identity of the original
        self.originals: dict[int, tuple[Any, Any]] = {}  # by the identity of a stand-in made here: itself, the original

    def stand_in(self, value: Any, nested: int = 0) -> Any:
        """Return what stands in for a value, itself where nothing does."""
        known = self.pairs.stand_ins.get(id(value))
        other = self.stand_ins.get(id(value)) if known is None else known
        if other is None:
            other = _Memo(value) if isinstance(value, _Cache) else self._rebuilt(value, nested)
            if other is not value:
                self.stand_ins[id(value)], self.originals[id(other)] = other, (other, value)
        return other

    def original(self, value: Any) -> Any:
        """Return what a value stands in for, itself where it does for nothing."""
        if id(value) in self.pairs.originals:
            return self.pairs.originals[id(value)]
        made, original = self.originals.get(id(value), (None, None))
        return original if made is value and made is not None else value

    def _rebuilt(self, value: Any, nested: int) -> Any:
        """Return a value that does not change, made anew with stand-ins, itself where there are none in it."""
        kind = type(value)
        if kind in _ATOMS or nested > MAX_NESTED:
            return value
        if isinstance(value, tuple | frozenset | set) and len(value) <= MAX_ITEMS:
            items = [self.stand_in(item, nested + 1) for item in value]
            if all(new is old for new, old in zip(items, value, strict=True)):
                return value
            make = getattr(kind, "_make", kind if kind in (tuple, frozenset, set) else None)  # a named tuple has it
            return value if make is None else make(items)
        if kind is functools.partial:
            parts = [value.func, *value.args, *value.keywords.values()]
            func, *others = [self.stand_in(part, nested + 1) for part in parts]
            if all(new is old for new, old in zip([func, *others], parts, strict=True)):
                return value
            args, named = others[: len(value.args)], others[len(value.args) :]
            return functools.partial(func, *args, **dict(zip(value.keywords, named, strict=True)))
        if kind in (staticmethod, classmethod):
            function = self.stand_in(value.__func__, nested + 1)
            return value if function is value.__func__ else kind(function)
        if kind is MethodType:
            function = self.stand_in(value.__func__, nested + 1)
            return value if function is value.__func__ else MethodType(function, value.__self__)
        return value


_INERT = frozenset((float, int, bool, str, bytes, type(None), dict, list))  # nothing stands in for these
_ATOMS = _INERT | {FunctionType, type}  # and there is nothing in these that is made anew
_NAMED = frozenset((str,))


# --- Caches -----------------------------------------------------------------------------------------------------------

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
        if not open_tapes():  # one that the function made, and kept
            return self.cache(*arguments, **named)
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


def _recorded_cache(maxsize: Any = 128, typed: bool = False) -> Any:
    """Stand in for functools.lru_cache, for caches that a function makes while it is recorded."""
    made = functools.lru_cache(maxsize, typed)
    return _Memo(made) if isinstance(made, _Cache) else lambda function: _Memo(made(function))


_CACHES = {"lru_cache": _recorded_cache, "cache": lambda function: _Memo(functools.cache(function))}


# --- Stand-ins --------------------------------------------------------------------------------------------------------


class _Pairs:
    """Stand-ins for modules and functions, by the identity of the original, and the other way round."""

    def __init__(self, pairs: Iterable[tuple[Any, Any]]) -> None:
        pairs = list(pairs)
        self.stand_ins = {id(original): other for original, other in pairs}
        self.originals = {id(other): original for original, other in pairs}


@functools.cache
def _pairs(with_numpy: bool) -> _Pairs:
    pairs = [
        *recording_pairs(math, math_functions.FUNCTIONS),
        *recording_pairs(statistics, statistics_functions.FUNCTIONS),
        *recording_pairs(functools, _CACHES),
    ]
    if with_numpy:
        from diffcompare.recording import numpy_module

        pairs += numpy_module.stand_ins()
    return _Pairs(pairs)


# --- Imports in the body of a function --------------------------------------------------------------------------------


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
    if not _MODULES.intersection(code.co_names):
        return frozenset()
    import dis

    uses: dict[Any, set[str]] = {}
    for instruction in dis.get_instructions(code):
        if instruction.opcode in dis.hasname and instruction.argval in _MODULES:
            uses.setdefault(instruction.argval, set()).add(instruction.opname)
    return frozenset(name for name, opcodes in uses.items() if opcodes == {"IMPORT_NAME"})
