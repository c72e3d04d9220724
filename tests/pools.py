"""Pools that work in the process of the test: a run over rows without the time that processes take to start."""

from __future__ import annotations

from typing import Any

from diffcompare.batch.row_result import Options
from diffcompare.batch.serial_pool import SerialPool


def serial_pool(options: Options, *_: Any) -> SerialPool:
    """Take the place of `pool_of_this_machine`."""
    return SerialPool(options)
