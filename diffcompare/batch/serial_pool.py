"""A pool without processes: rows are answered one after the other in this one, where no other can be started."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Sequence

from diffcompare.batch.pool import HELP, LocalPool, Pool, PoolLost, Result
from diffcompare.batch.row_result import Options, answer_row, summary_from_plain
from diffcompare.batch.rows import InputRow
from diffcompare.diagnostics import Diagnostic


class SerialPool:
    """Rows in this process: nothing limits the memory, and a row that takes too long is not ended."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.rows: deque[tuple[int, InputRow]] = deque()

    def room(self) -> int:
        """Return how many rows it would take now: one at a time."""
        return 0 if self.rows else 1

    def give(self, rows: Sequence[tuple[int, InputRow]]) -> None:
        """Keep numbered rows."""
        self.rows.extend(rows)

    def results(self, wait: float) -> list[Result]:
        """Answer the next row, however long that takes."""
        if not self.rows:
            return []
        number, row = self.rows.popleft()
        summary, output = answer_row(row, self.options)
        return [Result(number, summary_from_plain(json.loads(summary)), output)]

    def end(self) -> None:
        """Forget the rows that are left."""
        self.rows.clear()


def pool_of_this_machine(options: Options, jobs: int, tell: Callable[[Diagnostic], None]) -> Pool:
    """Start `jobs` processes, or answer in this one where none can be started; `tell` gets a warning then."""
    try:
        return LocalPool(options, jobs, tell)
    except PoolLost as lost:
        message = f"{lost}: rows are answered in this one, without a limit of memory, and none is cut short"
        tell(Diagnostic("W636", "note", message, help=HELP, severity="warning"))
        return SerialPool(options)
