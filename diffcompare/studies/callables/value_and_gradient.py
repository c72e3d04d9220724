"""Functions that return their value and their gradient at once, as optimisers want it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from diffcompare.studies.callables.place import flattened


def is_pair(answer: Any, inputs: int) -> bool:
    """Whether an answer is a number and a gradient by so many inputs; two plain numbers may be anything."""
    if not isinstance(answer, tuple) or len(answer) != 2:
        return False
    return _is_number(answer[0]) and not _is_bare(answer[1]) and _count(answer[1]) == inputs


def is_pair_of_numbers(answer: Any) -> bool:
    """Whether an answer is two plain numbers: a value and a derivative, or two components."""
    return isinstance(answer, tuple) and len(answer) == 2 and all(map(_is_bare, answer))


def _is_number(value: Any) -> bool:
    return _count(value) == 1 and not isinstance(value, Mapping)


def _is_bare(value: Any) -> bool:
    """Whether a value is a number without axes."""
    return _is_number(value) and not hasattr(value, "__len__") and not getattr(value, "shape", ())


def _count(value: Any) -> int:
    """How many numbers there are in nested mappings, lists and arrays; -1 where something is no number."""
    if isinstance(value, Mapping):
        value = list(value.values())
    try:
        return len(flattened(value)[0])
    except ValueError:
        counts = [_count(item) for item in value]
        return -1 if -1 in counts else sum(counts)
    except (TypeError, OverflowError):
        return -1
