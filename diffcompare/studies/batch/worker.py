"""A process that answers rows: the module that `processes.start` runs.

Lines in: first the options, then lists of `[number, row]`, all JSON.  For every row it writes a line with three
numbers (the row's, and two lengths), and then as many bytes of its digest (JSON) and of what is to be written.
"""

from __future__ import annotations

import gc
import json
import os
import queue
import sys
import threading
from time import monotonic
from typing import Any, BinaryIO

from diffcompare import processes

MEMORY = 4 << 30
"""Bytes of address space, where the system can limit them."""
STACK = 64 << 20
BREATH = 0.02
"""Seconds for which answers to short rows may wait for each other."""


def main() -> None:
    """Answer rows until standard input closes, even in the midst of a row."""
    output = processes.reserve_output()
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    processes.limit_memory(MEMORY)
    threading.stack_size(STACK)
    threading.Thread(target=_work, args=(lines, output), daemon=True).start()
    try:
        for line in sys.stdin.buffer:
            lines.put(line)
    finally:
        os._exit(0)  # its child that runs sympy ends likewise


def _work(lines: queue.SimpleQueue[bytes], output: BinaryIO) -> None:
    try:
        from diffcompare.rows.row import from_plain
        from diffcompare.studies.batch import options as options_of
        from diffcompare.studies.batch.written import answered

        gc.set_threshold(100_000)
        options = options_of.from_plain(json.loads(lines.get()))
        flushed = monotonic()
        while True:
            for number, fields in json.loads(lines.get()):
                short, written = answered(from_plain(fields), options)
                output.write(b"%d %d %d\n" % (number, len(short), len(written)))
                output.write(short)
                output.write(written)
                if monotonic() - flushed > BREATH:
                    output.flush()
                    flushed = monotonic()
            output.flush()
            flushed = monotonic()
    except BaseException:
        os._exit(1)  # whoever gave the rows notices


def plain(rows: list[tuple[int, Any]]) -> bytes:
    """A list of numbered rows as a line for a worker."""
    return json.dumps([[number, row.plain()] for number, row in rows]).encode() + b"\n"
