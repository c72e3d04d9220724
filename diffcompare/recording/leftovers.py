"""Leftovers of a run: recorded numbers in globals, caches, closures and objects become the doubles that they are.

After a recording the state of a program is then that after a plain call, and later calls find plain numbers in it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from types import CellType, FunctionType
from typing import Any

from diffcompare.recording.namespaces import LOCK, is_users_class, reached_from
from diffcompare.recording.recorded_number import RecordedNumber, Tape

MAX_LOOKED_AT = 1_000_000  # values; a cache is emptied, a data set is not searched


def leave_plain(function: Callable[..., Any], tape: Tape) -> None:
    """Replace the numbers of a tape that has ended wherever the code of a function can reach them."""
    with LOCK:
        search = _Search(tape)
        for namespace, owner in reached_from(function):
            search.stack.append(namespace)
            if owner is not None:
                search.stack += (owner.__closure__, owner.__defaults__, owner.__kwdefaults__, vars(owner))
        search.run()


_ATOMS = frozenset((float, int, bool, str, bytes, type(None), RecordedNumber))  # have nothing in them


class _Search:
    """The search for the numbers of a tape in containers and objects, each of which is looked at once."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.stack: list[Any] = []
        self.seen: set[int] = set()
        self.kept: list[Any] = []  # so that no identity is used twice

    def run(self) -> None:
        """Look at everything that can be reached from the stack."""
        looked_at = 0
        while self.stack and looked_at < MAX_LOOKED_AT:
            container = self.stack.pop()
            if container is None or id(container) in self.seen:
                continue
            self.seen.add(id(container))
            self.kept.append(container)
            for value, replace in _places(container):
                looked_at += 1
                plain = self._plain(value)
                if plain is not value:
                    replace(plain)
                if type(plain) not in _ATOMS:
                    self.stack.append(plain)

    def _plain(self, value: Any) -> Any:
        """Return a value without numbers of the tape, itself where it has none; mutable containers come later."""
        if type(value) is RecordedNumber:
            return value.value if value.tape is self.tape else value
        if type(value) is tuple:
            items = [self._plain(item) for item in value]
            return tuple(items) if any(new is not old for new, old in zip(items, value, strict=True)) else value
        if type(value) is set and any(type(item) is RecordedNumber for item in value):
            return set(map(self._plain, value))
        plain_copy = getattr(type(value), "without_numbers_of", None)  # of an array, where NumPy is there
        return value if plain_copy is None else plain_copy(value, self.tape)


def _places(container: Any) -> Iterator[tuple[Any, Callable[[Any], None]]]:
    """Yield every value in a container, or of an object of the user's, with a function that puts another in place."""
    if isinstance(container, dict):
        for key in list(container):
            if type(key) is RecordedNumber or type(key) is tuple:
                yield key, lambda plain, key=key: container.__setitem__(plain, container.pop(key))  # type: ignore[misc]
        for key, value in list(container.items()):
            yield value, lambda plain, key=key: container.__setitem__(key, plain)  # type: ignore[misc]
    elif isinstance(container, list | deque):
        for place, value in enumerate(list(container)):
            yield value, lambda plain, place=place: container.__setitem__(place, plain)  # type: ignore[misc]
    elif isinstance(container, tuple):
        for value in container:
            yield value, lambda plain: None
    elif isinstance(container, CellType):
        try:
            yield container.cell_contents, lambda plain: setattr(container, "cell_contents", plain)
        except ValueError:  # a name that has no value yet
            return
    elif isinstance(container, type):
        for name, value in list(vars(container).items()) if is_users_class(container) else ():
            yield value, lambda plain, name=name: setattr(container, name, plain)  # type: ignore[misc]
    elif isinstance(container, FunctionType):
        yield vars(container), lambda plain: None
    elif is_users_class(type(container)):
        for name in _attributes(container):
            yield getattr(container, name), lambda plain, name=name: object.__setattr__(container, name, plain)  # type: ignore[misc]


def _attributes(item: Any) -> list[str]:
    """Return the names of the attributes that an object has itself, in its dictionary or in slots."""
    slots = [name for kind in type(item).__mro__ for name in _slots(kind)]
    return [*getattr(item, "__dict__", ()), *[name for name in slots if hasattr(item, name)]]


def _slots(kind: type) -> tuple[str, ...]:
    slots = vars(kind).get("__slots__", ())
    names = (slots,) if isinstance(slots, str) else tuple(slots)
    return tuple(name for name in names if not name.startswith("__"))
