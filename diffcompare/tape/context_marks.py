"""Marks that the `forward` of a Function may set on its `ctx`, where its results or their gradients are unusual."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any


class ContextMarks:
    """The marks, and what holds where none is set."""

    __slots__ = ()
    non_differentiable: Collection[int] = ()  # results by identity
    dirty: Collection[int] = ()  # arguments by identity
    materializes_grads: bool = True

    def mark_non_differentiable(self, *outputs: Any) -> None:
        """Name results, such as places or truth values, that no gradient comes back from."""
        self.non_differentiable = set(map(id, outputs))  # type: ignore[misc]

    def mark_dirty(self, *inputs: Any) -> None:
        """Name arguments that `forward` changed in place: where it returns one, the result is the argument itself."""
        self.dirty = set(map(id, inputs))  # type: ignore[misc]

    def set_materialize_grads(self, value: bool) -> None:
        """Let `backward` have zeros (the default), or else None, for the gradients of results that were not used."""
        self.materializes_grads = value  # type: ignore[misc]
