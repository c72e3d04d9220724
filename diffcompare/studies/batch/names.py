"""Names that several rows have: results could not be told apart by them."""

from __future__ import annotations

from diffcompare.rows import Row

MOST_NAMES = 50_000
"""Names that are remembered."""
MOST_TWICE = 5
"""Names that are told."""


class Names:
    """The names of rows, as they go by."""

    def __init__(self) -> None:
        self.first: dict[str, str] = {}
        self.twice: list[tuple[str, str, str]] = []
        """(name, its place, where it came first)"""
        self.count = 0
        self.full = False

    def see(self, row: Row) -> None:
        """Remember the name of a row, or note that it was there before."""
        if row.name is None or row.point_place is not None:
            return
        before = self.first.get(row.name)
        if before is not None:
            self.count += 1
            if len(self.twice) < MOST_TWICE:
                self.twice.append((row.name, row.place, before))
        elif len(self.first) < MOST_NAMES:
            self.first[row.name] = row.place
        else:
            self.full = True
