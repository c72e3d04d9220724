"""Pools that work in the process of the test: a run over rows without the time that processes take to start."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from diffcompare.batch.pool import Result
from diffcompare.batch.row_result import Options, answer_row, summary_from_plain
from diffcompare.batch.rows import InputRow


class InProcessPool:
    """A pool that answers every row when it is asked for results: put it in the place of `pool.LocalPool`."""

    def __init__(self, options: Options, *_: Any) -> None:
        self.options = options
        self.given: list[tuple[int, InputRow]] = []

    def room(self) -> int:
        return 10

    def give(self, rows: Sequence[tuple[int, InputRow]]) -> None:
        self.given += rows

    def results(self, wait: float) -> list[Result]:
        given, self.given = self.given, []
        return [self._answered(number, row) for number, row in given]

    def _answered(self, number: int, row: InputRow) -> Result:
        short, written = answer_row(row, self.options)
        return Result(number, summary_from_plain(json.loads(short)), written)

    def end(self) -> None:
        pass
