"""Leftovers of a run: recorded numbers in globals, caches, closures and objects become the doubles that they are.

After a recording the state of a program is then that after a plain call, and later calls find plain numbers in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from diffcompare.recording.namespaces import LOCK
from diffcompare.recording.reachable import Place, places, reached_from
from diffcompare.recording.recorded_number import RecordedNumber

MAX_LOOKED_AT = 1_000_000  # values; a cache is emptied, a data set is not searched


def leave_plain(function: Callable[..., Any], tape: object) -> None:
    """Replace the numbers of a tape or a run that has ended wherever the code of a function can reach them."""
    with LOCK:
        search = _Search(tape)
        search.stack += reached_from(function)
        search.run()


_ATOMS = frozenset((float, int, bool, str, bytes, type(None), RecordedNumber))  # have nothing in them


class _Search:
    """The search for the numbers of a tape in containers and objects, each of which is looked at once."""

    def __init__(self, tape: object) -> None:
        self.tape = tape
        self.stack: list[Any] = []
        self.seen: set[int] = set()
        self.tuples: dict[int, Any] = {}  # without numbers of the tape, by the identity of the tuple
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
        if isinstance(value, tuple):
            return self._plain_tuple(value)
        if type(value) is set and any(type(item) is RecordedNumber for item in value):
            return set(map(self._plain, value))
        plain_copy = getattr(type(value), "without_numbers_of", None)  # of an array, where NumPy is there
        return value if plain_copy is None else plain_copy(value, self.tape)

    def _plain_tuple(self, outermost: tuple[Any, ...]) -> Any:
        """Return a tuple without numbers of the tape; tuples may hold tuples to any depth."""
        stack = [outermost]
        while stack:
            value = stack[-1]
            inner = [item for item in value if isinstance(item, tuple) and id(item) not in self.tuples]
            if inner and id(value) not in self.tuples:
                stack += inner
                continue
            stack.pop()
            if id(value) not in self.tuples:
                items = [self.tuples[id(item)] if isinstance(item, tuple) else self._plain(item) for item in value]
                make = getattr(value, "_make", tuple if type(value) is tuple else None)  # a named tuple has it
                is_plain = make is None or all(new is old for new, old in zip(items, value, strict=True))
                plain = value if is_plain or make is None else make(items)
                self.tuples[id(value)] = self.tuples[id(plain)] = plain
                self.kept += (value, plain)
        return self.tuples[id(outermost)]


def _places(container: Any) -> Iterator[Place]:
    """Yield the places in a container; those of a tuple, which changes as a whole, to be looked into."""
    if isinstance(container, tuple):
        return ((item, lambda plain: None) for item in container)
    return places(container)
